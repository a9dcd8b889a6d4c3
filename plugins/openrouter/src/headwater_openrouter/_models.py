"""OpenRouter's endpoint and families of models, as data for ids that are in no catalogue.

Source: wire/openai-compatible, sections 1 and 3.9, and the request types of the vendor's own library,
openrouter 1.3.84 (November 2026), unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

COSTS = ("cost", "cost_details", "is_byok", "server_tool_use_details")
"""What usage holds beside tokens: what OpenRouter charges, in US dollars."""

ENDPOINT: Mapping[str, Any] = {
    # `stream_options` is taken and has no effect: usage always comes.
    "usage_in_stream": False,
    "max_tokens_field": "max_completion_tokens",
    "strict_tools": True,
    "thinking_format": "openrouter",
    "thinks_unasked": False,
    "reasoning_field": "reasoning",
    "reasoning_details": True,
    "refuses": ("verbosity", "safety_identifier"),
    "session_header": "x-session-id",
    "service_tiers": True,
    "metadata": True,
    "document_urls": True,
    "answer_images": True,
    "usage_details": COSTS,
}
"""Flags for chat completions, in the terms of `headwater_openai.ChatCompat`."""

RESPONSES: Mapping[str, Any] = {
    # Reasoning items are checked against what was asked for: encrypted ones go back, others are dropped.
    "encrypted_reasoning": True,
    # Nothing is stored; `store` may only be false.
    "stateful": False,
    "typed_messages": True,
    "strict_tools": True,
    "result_parts": True,
    "cache_key": True,
    "service_tiers": True,
    "metadata": True,
    "session_header": "x-session-id",
    "usage_details": COSTS,
}
"""Flags for Responses, in the terms of `headwater_openai.ResponsesCompat`."""

MESSAGES: Mapping[str, Any] = {
    "cache_control": True,
    "long_cache": True,
    "json_schema": True,
    "metadata": True,
    "unsigned_thinking": True,
    "session_header": "x-session-id",
}
"""Flags for Messages, in the terms of `headwater_anthropic.MessagesCompat`; those of the model go over them."""

APIS: Mapping[str, Mapping[str, Any]] = {
    "openai-responses": {"compat": RESPONSES},
    "anthropic-messages": {"compat": MESSAGES},
}
"""What holds over the further protocols, all of them under the same base URL."""

LEVELS: Mapping[str, str] = {
    "off": "none",
    **{level: level for level in ("minimal", "low", "medium", "high", "xhigh", "max")},
}
"""Efforts; OpenRouter itself takes the nearest one that a model knows."""

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": LEVELS,
    "input": ("text", "image", "document"),
    "capabilities": {"structured_output": True, "prompt_caching": True},
}
"""A model nobody described is told how much to think when somebody asks for it, and can see."""

# `cache_control` is for models whose caches want to be told; others cache by themselves.
_MARKED: Mapping[str, Any] = {"compat": {"cache_control": True}}

_OPENAI: Mapping[str, Any] = {"developer_role": True, "cache_key": True}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "openai/": {"compat": _OPENAI},
    "openai/gpt-5.6": {"compat": {**_OPENAI, "long_cache": "options"}},
    "openai/gpt-6": {"compat": {**_OPENAI, "long_cache": "options"}},
    "openai/gpt-4o-audio": {"input": ("text", "audio"), "reasoning": False},
    "openai/gpt-audio": {"input": ("text", "audio"), "reasoning": False},
    "anthropic/": _MARKED,
    "~anthropic/": _MARKED,
    "google/gemini": {"input": ("text", "image", "document", "audio"), **_MARKED},
    "~google/gemini": {"input": ("text", "image", "document", "audio"), **_MARKED},
    "qwen/": _MARKED,
    # Once it has thought, every answer of the history needs the field (pi-ai 1.5.2, providers/data/openrouter).
    "deepseek/deepseek-v4": {"compat": {"requires_reasoning_field": True, "reasoning_field": "reasoning_content"}},
    "~deepseek/deepseek-v4": {"compat": {"requires_reasoning_field": True, "reasoning_field": "reasoning_content"}},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""

ROUTES = (":nitro", ":floor", ":online", ":exacto")
"""Ends of ids that say how to route; the model is that of the id before it, at another price."""

CODES: Mapping[str, Kind] = {
    "max_tokens_exceeded": "context_overflow",
    "token_limit_exceeded": "context_overflow",
    "string_too_long": "context_overflow",
    "payload_too_large": "context_overflow",
    "authentication": "authentication",
    "provider_overloaded": "overloaded",
    "provider_unavailable": "overloaded",
    "not_found": "model_not_found",
    "invalid_prompt": "invalid_request",
    "invalid_request": "invalid_request",
    "unprocessable": "invalid_request",
    "precondition_failed": "invalid_request",
    "refusal": "content_filter",
}
"""OpenRouter's own types of errors (`error.metadata.error_type`), as far as they are no common codes."""
