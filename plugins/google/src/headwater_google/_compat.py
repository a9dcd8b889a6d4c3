"""What Gemini's surfaces and generations differ in, as a table of flags.

The defaults suit an endpoint nobody has described. Source of the flags:
wire/google-generative-ai, sections 2 and 5 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from headwater import Model, read_flags


@frozen(kw_only=True)
class GoogleCompat:
    """Flags of one surface (Gemini API, Vertex AI) and of one family of models on it."""

    framing: Literal["sse", "json-array"] = "sse"
    """How the answer is cut; without server-sent events it is one JSON array."""
    system_instruction: bool = True
    """There is a system instruction; else the system prompt goes before the first words of the user."""
    budgets: tuple[int, int] | None = None
    """Least and most tokens of a thinking budget, for models that take one instead of a level."""
    sampling: bool = True
    """Whether temperature and its like are taken."""
    penalties: bool = True
    """Whether presence and frequency penalties are."""
    call_ids: bool = False
    """Ids of calls go back with the calls and their results."""
    signed_calls: bool = False
    """The first call of every answer must carry its thought signature."""
    unsigned_calls: Literal["placeholder", "text"] = "placeholder"
    """What becomes of a call without a valid signature where one is asked for: it gets the documented
    stand-in, or is told as text with its result."""
    thoughts_as_text: bool = False
    """Thinking goes back as plain text."""
    result_media: bool = False
    """A function's result may hold images and documents; else they follow in a turn of the user."""
    mixed_tools: bool = False
    """Functions may stand beside the provider's own tools, and beside a schema for the answer."""
    announces_tools: bool = False
    """Beside functions, the provider's own tools need `includeServerSideToolInvocations`."""
    json_schema: bool = True
    """Schemas go as JSON Schema; else as the subset of OpenAPI."""
    streams_arguments: bool = False
    """`streamFunctionCallArguments` may be asked for."""
    service_tier: Literal["no", "body", "header"] = "no"
    """Where a service tier is said."""
    store: bool = False
    """`store` may be sent."""
    audio_timestamps: bool = False
    """`audioTimestamp` may be sent."""
    session_header: str | None = None
    """Header that carries the session's id."""
    extra_body: Mapping[str, Any] = field(factory=dict[str, Any])
    """Fields every request to this endpoint carries."""


def read_compat(model: Model) -> GoogleCompat:
    """The flags of a model; raises `RequestError` for what is no flag, or no value of one."""
    return read_flags(model, GoogleCompat)
