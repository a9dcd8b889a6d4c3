"""What models at Bedrock differ in, as a table of flags.

Converse is one protocol, but each model behind it takes a part of it only. The defaults suit a model
nobody has described. Source: wire/bedrock-converse sections 3, 4 and 8 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen

from headwater import Model, read_flags


@frozen(kw_only=True)
class ConverseCompat:
    """Flags of one model at Bedrock."""

    claude: Mapping[str, Any] | None = None
    """Flags of the Messages protocol (`headwater_anthropic.MessagesCompat`) of a Claude; None for other models."""
    thinking: Literal["none", "effort", "reasoning", "config", "nova"] = "none"
    """Where a model that is no Claude is told how much to think; `none`: it is not told."""
    sampling: Literal["yes", "not-thinking", "no"] = "yes"
    """Whether temperature and its like are taken."""
    top_k: Literal["no", "field", "nova"] = "no"
    """Where `top_k` goes among the model's own fields."""
    stop_sequences: bool = True
    system_prompt: bool = True
    """The model takes a system prompt; else it stands before the first words of the user."""
    assistant_first: bool = False
    """A conversation may begin with an answer."""
    tools: bool = True
    tool_choices: tuple[str, ...] = ("auto", "required", "tool")
    """What may be asked of tools (`none` is answered without them)."""
    strict_tools: bool = True
    json_schema: bool = True
    """`outputConfig.textFormat` may be a schema."""
    exact_ids: bool = False
    """Ids of calls are nine letters and digits."""
    json_results: bool = False
    """Results of tools go as JSON, not as text."""
    result_media: bool = False
    """A result may hold images and documents; else they follow it."""
    result_status: bool = True
    """A result may say whether it is an error."""
    beside_results: Literal["no", "text", "yes"] = "no"
    """What may stand beside results in one turn of the user: nothing, text and images, anything."""
    cache_points: bool = False
    cache_tools: bool = False
    """A cache point may follow the tools."""
    long_cache: bool = False
    """A cache point may live for an hour."""
    replays_thinking: Literal["no", "signed", "redacted"] = "no"
    """Which thinking goes back: none, what is signed, or what only the provider can read."""


def read_compat(model: Model) -> ConverseCompat:
    """The flags of a model; raises `RequestError` for what is no flag, or no value of one."""
    return read_flags(model, ConverseCompat)
