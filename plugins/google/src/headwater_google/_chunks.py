"""What is read of a `GenerateContentResponse`; other fields are skipped, other parts kept verbatim.

Source: wire/google-generative-ai, sections 3 and 4 (November 2026).
"""

from __future__ import annotations

from typing import Any

import msgspec


class FunctionCall(msgspec.Struct, gc=False, rename="camel"):
    """A call, or a piece of one whose arguments stream."""

    name: str | None = None
    id: str | None = None
    args: dict[str, Any] | None = None
    partial_args: list[dict[str, Any]] | None = None
    will_continue: bool = False


class Part(msgspec.Struct, gc=False, rename="camel"):
    """A part of which at most one field of content is set; none of these is a part kept verbatim."""

    text: str | None = None
    thought: bool = False
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    inline_data: dict[str, Any] | None = None
    executable_code: dict[str, Any] | None = None
    code_execution_result: dict[str, Any] | None = None


class Content(msgspec.Struct, gc=False):
    """The parts of a candidate."""

    parts: list[Part] | None = None


class Candidate(msgspec.Struct, gc=False, rename="camel"):
    """One of several answers, of which the first is read."""

    index: int = 0
    content: Content | None = None
    finish_reason: str | None = None
    finish_message: str | None = None
    grounding_metadata: dict[str, Any] | None = None
    citation_metadata: dict[str, Any] | None = None
    url_context_metadata: dict[str, Any] | None = None
    continuation_token: str | None = None


class PromptFeedback(msgspec.Struct, gc=False, rename="camel"):
    """The filter's verdict on the prompt."""

    block_reason: str | None = None
    block_reason_message: str | None = None


class UsageMetadata(msgspec.Struct, gc=False, rename="camel"):
    """Tokens so far; a field that was there may be missing later."""

    prompt_token_count: int | None = None
    cached_content_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    total_token_count: int | None = None
    service_tier: str | None = None
    traffic_type: str | None = None


class Chunk(msgspec.Struct, gc=False, rename="camel"):
    """One event of the stream."""

    candidates: list[Candidate] | None = None
    usage_metadata: UsageMetadata | None = None
    prompt_feedback: PromptFeedback | None = None
    model_version: str | None = None
    response_id: str | None = None
    error: Any = None
