"""What is read of the events of an interaction (wire/google-generative-ai, section 10)."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater import decoder


class Delta(msgspec.Struct, gc=False):
    """More of a step, or a whole object of the provider's own."""

    type: str = ""
    text: str | None = None
    signature: str | None = None
    arguments: Any = None
    content: dict[str, Any] | None = None
    annotations: list[dict[str, Any]] | None = None
    data: str | None = None
    mime_type: str | None = None
    uri: str | None = None


class Usage(msgspec.Struct, gc=False):
    """Tokens so far."""

    total_input_tokens: int | None = None
    total_cached_tokens: int | None = None
    total_output_tokens: int | None = None
    total_thought_tokens: int | None = None
    total_tool_use_tokens: int | None = None
    total_tokens: int | None = None


class Metadata(msgspec.Struct, gc=False):
    """What any event may carry beside itself."""

    total_usage: Usage | None = None
    usage: Usage | None = None


class Interaction(msgspec.Struct, gc=False):
    """The interaction, as far as an event tells of it."""

    id: str | None = None
    model: str | None = None
    status: str | None = None
    usage: Usage | None = None
    service_tier: str | None = None
    continuation_token: str | None = None
    steps: list[dict[str, Any]] | None = None


class Event(msgspec.Struct, gc=False):
    """One event of the stream."""

    event_type: str = ""
    index: int = 0
    step: dict[str, Any] | None = None
    delta: Delta | None = None
    interaction: Interaction | None = None
    status: str | None = None
    usage: Usage | None = None
    metadata: Metadata | None = None
    continuation_token: str | None = None
    steps: list[Any] | None = None
    error: Any = None


decode_event = decoder(Event)
decode_delta = decoder(Delta)
decode_interaction = decoder(Interaction)
