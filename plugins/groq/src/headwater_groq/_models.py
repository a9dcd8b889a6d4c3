"""What Groq's endpoint and the families of models on it are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.2 and appendix A (November 2026), and the request types of
the vendor's library (groq 1.7), unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    "max_tokens_field": "max_completion_tokens",
    "strict_tools": True,
    "max_tools": 128,
    "max_stops": 4,
    # Taken and ignored by every model.
    "penalties": False,
    "refuses": ("verbosity", "prediction"),
    "user_field": "user",
    "service_tiers": True,
    "documents": False,
    # A schema beside functions is refused, and JSON without the word too.
    "schema_with_tools": False,
    "json_word": True,
    "reasoning_field": "reasoning",
    "usage_details": ("queue_time", "prompt_time", "completion_time", "total_time"),
}
"""Compat flags of Groq's endpoint, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {
    # The model wrote a call that is none; what it wrote is in the message.
    "tool_use_failed": "invalid_request",
    "json_validate_failed": "invalid_request",
    "model_decommissioned": "model_not_found",
    "model_terms_required": "permission",
    "capacity_exceeded": "overloaded",
}

DEFAULTS: Mapping[str, Any] = {
    "capabilities": {
        "structured_output": True,
        "prompt_caching": True,
        "response_modes": ("standard", "flex", "performance"),
    },
}

_PARSED: Mapping[str, Any] = {"extra_body": {"reasoning_format": "parsed"}}
"""Thinking comes apart from the text; by default it stands between tags. gpt-oss knows no such field."""

_EFFORTS: Mapping[str, str] = {"low": "low", "medium": "medium", "high": "high"}
_QWEN: Mapping[str, Any] = {"reasoning": True, "input": ("text", "image"), "compat": _PARSED}
_GPT_OSS: Mapping[str, Any] = {"reasoning": True, "levels": _EFFORTS}

COMPOUND_TOOLS = ("web_search", "visit_website", "code_interpreter", "browser_automation", "wolfram_alpha")
"""Tools that compound models run by themselves."""

_COMPOUND: Mapping[str, Any] = {
    "capabilities": {"tools": False, "parallel_tools": False, "builtin_tools": COMPOUND_TOOLS},
    "compat": {"json_schema": False},
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "openai/gpt-oss": _GPT_OSS,
    # Thinks or does not; `default` is as much as it sees fit.
    "qwen/qwen3": {**_QWEN, "levels": {"off": "none", "high": "default"}},
    "qwen/qwen3-": {**_QWEN, "input": ("text",), "levels": {"off": "none", "high": "default"}},
    "qwen/qwen3.8": {**_QWEN, "levels": {"off": "none", **_EFFORTS}},
    "meta-llama/llama-4": {"input": ("text", "image")},
    "llama-": {"compat": {"json_schema": False}, "capabilities": {"structured_output": False}},
    "groq/compound": _COMPOUND,
    "compound": _COMPOUND,
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
