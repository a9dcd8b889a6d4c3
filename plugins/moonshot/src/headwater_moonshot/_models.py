"""What Moonshot's endpoints and the families of Kimi are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.6 and appendix A (November 2026), @ai-sdk/moonshotai 2.0.61, and
the vendor's pages on errors (platform.moonshot.ai, kimi.com/code/docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    "thinking_format": "deepseek",
    "reasoning_effort": False,
    # On every assistant message, if only empty.
    "requires_reasoning_field": True,
    "prefill_mark": "partial",
    # Images are given as data, or as files that were sent there before.
    "image_urls": ("ms://", "data:"),
    "tool_choices": ("auto", "none", "tool"),
    "parallel_tool_calls": False,
    "sampling": "no",
    "logit_bias": False,
    "refuses": ("verbosity",),
    "seed_field": None,
    "max_stops": 5,
    "cache_key": True,
    "documents": False,
}
"""Compat flags of its endpoints, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {
    "invalid_authentication_error": "authentication",
    "incorrect_api_key_error": "authentication",
    "permission_denied_error": "permission",
    "resource_not_found_error": "model_not_found",
    "exceeded_current_quota_error": "quota",
    "rate_limit_reached_error": "rate_limit",
    "engine_overloaded_error": "overloaded",
    "access_terminated_error": "permission",
}
"""Types of errors."""

DEFAULTS: Mapping[str, Any] = {
    "input": ("text", "image"),
    "capabilities": {"structured_output": True, "prompt_caching": True, "prefill": "continue"},
}

_K3: Mapping[str, Any] = {
    # Always thinks; the field `thinking` is refused.
    "reasoning": True,
    "levels": {"low": "low", "high": "high", "max": "max"},
    "compat": {"thinking_format": "openai", "reasoning_effort": True},
}
_SWITCH: Mapping[str, Any] = {"reasoning": True, "levels": {"off": "none", "high": "high"}}
_ALWAYS: Mapping[str, Any] = {"reasoning": True, "levels": {"high": "high"}}

_V1: Mapping[str, Any] = {
    "input": ("text",),
    "compat": {
        "requires_reasoning_field": False,
        "sampling": "yes",
        "max_temperature": 1.0,
    },
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "kimi-": _K3,
    "kimi-k2.5": _SWITCH,
    # Its earlier thoughts are kept when told so.
    "kimi-k2.6": {**_SWITCH, "compat": {"thinking_format": "kimi"}},
    "kimi-k2.7": _ALWAYS,
    "kimi-k3": _K3,
    "moonshot-v1": _V1,
    "moonshot-v1-8k-vision": {**_V1, "input": ("text", "image")},
    "moonshot-v1-32k-vision": {**_V1, "input": ("text", "image")},
    "moonshot-v1-128k-vision": {**_V1, "input": ("text", "image")},
}
"""Beginning of an id and what its family is like; the longest beginning wins. A newer Kimi is taken for a K3."""

CODING_FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "": _K3,
    "kimi-for-coding-highspeed": _ALWAYS,
}
"""The same for the coding plan, whose models have names of their own."""
