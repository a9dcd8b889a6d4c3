"""What Cerebras's endpoint and the families of models on it are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.3 and appendix A (November 2026), the request types of the
vendor's library (cerebras-cloud-sdk 1.91), and its page on reasoning (inference-docs.cerebras.ai).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    "max_tokens_field": "max_completion_tokens",
    "strict_tools": True,
    "max_stops": 4,
    # Ignored by some models, refused by others.
    "penalties": False,
    "refuses": ("verbosity",),
    "user_field": "user",
    "cache_key": True,
    "service_tiers": True,
    "documents": False,
    "reasoning_field": "reasoning",
}
"""Compat flags of Cerebras's endpoint, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {
    # A prompt that is too long is refused without a word; so is none of its other refusals.
    "no_body_400": "context_overflow",
    "no_body_413": "context_overflow",
    "wrong_api_key": "authentication",
    "request_quota_exceeded": "rate_limit",
    "token_quota_exceeded": "rate_limit",
    "queue_exceeded": "overloaded",
}

DEFAULTS: Mapping[str, Any] = {
    "capabilities": {
        "structured_output": True,
        "prompt_caching": True,
        "response_modes": ("standard", "flex", "priority"),
    },
}

_PARSED: Mapping[str, Any] = {"reasoning_format": "parsed"}
"""Thinking comes apart from the text; Qwen's stands between tags by default."""

_EFFORTS: Mapping[str, str] = {"low": "low", "medium": "medium", "high": "high"}
_NEWER: Mapping[str, str] = {"low": "low", "high": "high", "max": "max"}


def _thinker(levels: Mapping[str, str], **compat: Any) -> Mapping[str, Any]:
    return {"reasoning": True, "levels": levels, "compat": {"extra_body": _PARSED, **compat}}


_GLM: Mapping[str, Any] = {
    # Earlier thoughts are kept, and go back as the model's own template has them.
    "extra_body": {**_PARSED, "clear_thinking": False},
    "thinking_tags": True,
    "repeats_calls": True,
    "reasoning_field": None,
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "gpt-oss": _thinker(_EFFORTS),
    "qwen-3": {**_thinker({"off": "none", **_EFFORTS}), "input": ("text", "image")},
    "zai-glm-4": _thinker({"off": "none", **_EFFORTS}, **_GLM),
    "zai-glm-5": _thinker(_NEWER, **_GLM),
    "kimi": _thinker(_NEWER),
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
