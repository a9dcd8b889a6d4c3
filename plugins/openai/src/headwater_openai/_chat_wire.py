"""The chunks of a chat-completions stream, as far as they are read (wire/openai-chat, sections 5 and 6)."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater import decoder


class FunctionDelta(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: Any = None


class CustomDelta(msgspec.Struct, gc=False):
    name: str | None = None
    input: str | None = None


class CallDelta(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: FunctionDelta | None = None
    custom: CustomDelta | None = None
    extra_content: dict[str, Any] | None = None


class Delta(msgspec.Struct, gc=False):
    content: Any = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_text: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    refusal: str | None = None
    tool_calls: list[CallDelta] | None = None
    function_call: FunctionDelta | None = None
    annotations: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    audio: dict[str, Any] | None = None
    executed_tools: list[dict[str, Any]] | None = None
    reasoning_steps: list[dict[str, Any]] | None = None


class PromptDetails(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(msgspec.Struct, gc=False):
    reasoning_tokens: int | None = None


class UsageObject(msgspec.Struct, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: OutputDetails | None = None
    prompt_cache_hit_tokens: int | None = None
    cached_tokens: int | None = None
    num_cached_tokens: int | None = None
    prompt_token_details: PromptDetails | None = None
    service_tier: str | None = None
    cache_creation_input_tokens: int | None = None
    reasoning_tokens: int | None = None


class Choice(msgspec.Struct, gc=False):
    index: int = 0
    delta: Delta | None = None
    message: Delta | None = None
    text: str | None = None
    """What the older text completions have in place of a delta."""
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    usage: UsageObject | None = None
    content_filter_results: dict[str, Any] | None = None


class GroqExtras(msgspec.Struct, gc=False):
    usage: UsageObject | None = None
    usage_breakdown: Any = None
    error: Any = None


class Chunk(msgspec.Struct, gc=False):
    choices: list[Choice] | None = None
    id: str | None = None
    model: str | None = None
    object: str | None = None
    provider: str | None = None
    """Who a router had the answer from."""
    usage: UsageObject | None = None
    service_tier: str | None = None
    error: Any = None
    base_resp: Any = None
    """MiniMax's own word on how the request went."""
    x_groq: GroqExtras | None = None
    citations: list[Any] | None = None
    search_results: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    related_questions: list[str] | None = None
    prompt_filter_results: list[dict[str, Any]] | None = None


decode_chunk = decoder(Chunk)
