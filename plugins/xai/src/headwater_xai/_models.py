"""xAI's endpoint and models, as data for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.1 (November 2026), unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

ENDPOINT: Mapping[str, Any] = {
    # `instructions` are refused beside a previous response.
    "instructions": False,
    "encrypted_reasoning": True,
    # Functions are the only tools a caller can have, so every custom tool call (x_keyword_search) runs there.
    "server_calls": ("",),
    "stateful": True,
    "file_data": False,
    "strict_tools": True,
    "cache_key": True,
    # Conversations of one id go to the server that has their beginning cached (the page on prompt caching).
    "session_header": "x-grok-conv-id",
    "usage_details": (
        "cost_in_usd_ticks",
        "num_sources_used",
        "num_server_side_tools_used",
        "server_side_tool_usage_details",
    ),
    # What follows matters to chat completions only.
    "max_tokens_field": "max_completion_tokens",
    "thinking_format": "none",
    "stop_sequences": False,
    "penalties": False,
    "reasoning_outside_output": True,
}
"""Compat flags of the endpoint, for both of its protocols."""

ON_CHAT: Mapping[str, Any] = {"strict_tools": False, "cache_key": False, "documents": False}
"""Flags that are others over chat completions."""

BUILTIN_TOOLS = (
    "web_search",
    "x_search",
    "code_interpreter",
    "image_generation",
    "file_search",
    "mcp",
    "view_image",
    "view_x_video",
)
"""Tools that run at xAI; over Responses only."""

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": {"low": "low", "medium": "medium", "high": "high"},
    "input": ("text", "image", "document"),
    "capabilities": {"structured_output": True, "prompt_caching": True, "builtin_tools": BUILTIN_TOOLS},
}
"""A model nobody described thinks as the newest do: it can be told how much, not to stop."""

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "grok-4.3": {"levels": {"off": "none", **DEFAULTS["levels"]}, "context_window": 1_000_000},
    "grok-4.5": {"levels": DEFAULTS["levels"], "context_window": 500_000},
    # Sources disagree on xhigh for its neighbours, whose nearest level is high.
    "grok-4.6": {"levels": {**DEFAULTS["levels"], "xhigh": "xhigh"}, "context_window": 500_000},
    "grok-4.7": {"levels": DEFAULTS["levels"], "context_window": 500_000},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""

SPEAKING: Mapping[str, Any] = {"reasoning": False, "levels": {}}
THINKING: Mapping[str, Any] = {"reasoning": True, "levels": {"high": None}}

FIXED: Mapping[str, Mapping[str, Any]] = {"-non-reasoning": SPEAKING, "-reasoning": THINKING}
"""Parts of ids of models that always think, or never; asked how much, they refuse. The first that is found holds."""

CODES: Mapping[str, Kind] = {
    "invalid-argument": "invalid_request",
    "client specified an invalid argument": "invalid_request",
    "permission-denied": "permission",
    "the caller does not have permission to execute the specified operation": "permission",
    "resource-exhausted": "rate_limit",
    "some resource has been exhausted": "rate_limit",
    "unauthenticated:bad-credentials": "authentication",
    "personal-team-blocked:spending-limit": "quota",
}
"""Codes of errors, which are names of gRPC's statuses or what those mean in words."""
