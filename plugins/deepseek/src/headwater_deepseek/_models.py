"""What DeepSeek's endpoints and the families of its models are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.5 and appendix A (November 2026), and DeepSeek's guides to its
Messages and Responses endpoints (api-docs.deepseek.com/guides), unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

QUIRKS: Mapping[str, Any] = {
    "strict_tools": True,
    "thinking_format": "deepseek",
    "requires_reasoning_field": True,
    "tool_result_images": True,
    "forced_while_thinking": False,
    # Temperature is ignored while the model thinks; penalties are deprecated.
    "sampling": "not-thinking",
    "penalties": False,
    "refuses": ("verbosity", "prediction"),
    "user_field": "user_id",
    "seed_field": None,
    "max_stops": 16,
    "parallel_tool_calls": False,
    "json_schema": False,
    "json_word": True,
    "documents": False,
    "usage_details": ("prompt_cache_hit_tokens", "prompt_cache_miss_tokens"),
}
"""Compat flags of its chat completions, in the terms of `headwater_openai.ChatCompat`."""

_LEVELS: Mapping[str, str] = {"off": "none", "low": "low", "high": "high", "max": "max"}

APIS: Mapping[str, Mapping[str, Any]] = {
    "anthropic-messages": {
        "base_url": "https://api.deepseek.com/anthropic",
        # A budget is ignored; the effort counts.
        "levels": {**_LEVELS, "off": "disabled"},
        "compat": {
            "thinking": "adaptive",
            "efforts": ("low", "high", "max"),
            "thinks_unasked": True,
            "unsigned_thinking": True,
            "sampling": "not-thinking",
            "parallel_tool_calls": False,
            "server_tools": False,
            "documents": False,
            "metadata": True,
        },
    },
    "openai-responses": {
        "levels": _LEVELS,
        # Nothing is kept there between requests.
        "compat": {
            "reasoning_summary": False,
            "sampling": "not-thinking",
            "parallel_tool_calls": False,
            "documents": False,
            "json_word": True,
        },
    },
}
"""What holds over its further protocols, in the terms of their owners."""

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": _LEVELS,
    # At some hours it charges less.
    "approximate_price": True,
    "capabilities": {
        # Requests wait in line for up to ten minutes; comments keep the connection alive meanwhile.
        "first_event_timeout": 600.0,
        "prompt_caching": True,
    },
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "deepseek-flash": {"input": ("text", "image")},
    "deepseek-v4-flash": {"input": ("text", "image")},
    "deepseek-v4-pro": {"levels": {"off": "none", "high": "high", "max": "max"}},
    # Older names: the one that never thinks, and the one that always does.
    "deepseek-chat": {"reasoning": False, "levels": {}},
    "deepseek-reasoner": {"levels": {"high": "high", "max": "max"}},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
