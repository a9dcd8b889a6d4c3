"""What Mistral's endpoint and the families of models on it are like, for ids that are in no catalogue.

Source: wire/cohere-mistral part B, wire/openai-compatible section 3.4 and appendix A (November 2026).
A level that is missing from `levels` is refused by that family; the nearest there is is asked instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    "usage_in_stream": False,  # usage comes unasked; `stream_options` is refused
    "max_tokens_field": "max_tokens",
    "seed_field": "random_seed",
    "strict_tools": True,
    "requires_tool_result_name": True,
    "requires_assistant_after_tool_result": True,
    "tool_result_images": True,
    "cache_key": True,
    "session_header": "x-affinity",
    "service_tiers": True,
    "metadata": True,
    "usage_details": ("prompt_audio_seconds",),
}
"""Compat flags of Mistral's endpoint, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {
    "rate_limited": "rate_limit",
    "service_tier_capacity_exceeded": "overloaded",
    "invalid_model": "model_not_found",
    "unreachable_backend": "overloaded",
}
"""Types of errors. The numeric codes are left out: 3051 stands for a prompt that is too long and for other things."""

DEFAULTS: Mapping[str, Any] = {
    "input": ("text", "image", "document"),
    # An answer that was begun (`prefix`) is given back with its beginning (part B1).
    "capabilities": {"structured_output": True, "prompt_caching": True, "prefill": "repeat"},
}

_TEXT: Mapping[str, Any] = {"input": ("text",)}
_PLAIN: Mapping[str, Any] = {"reasoning": False, "levels": {}}


def _thinker(*levels: str, **further: Any) -> Mapping[str, Any]:
    """A model that takes these efforts (`none` is the level `off`)."""
    return {"reasoning": True, "levels": {("off" if level == "none" else level): level for level in levels}, **further}


_SWITCHED = _thinker("none", "high", compat={"thinks_unasked": False})
_WRITTEN_OUT: Mapping[str, Any] = {"schema_references": False}
"""GLM models give nested objects as strings where a schema refers to them (wire/cohere-mistral, section B3)."""

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    # Thinks always; the prompt that makes it do so well is asked for by name.
    "magistral": {"reasoning": True, "levels": {"high": "reasoning"}, "compat": {"thinking_format": "prompt-mode"}},
    "mistral-small": _SWITCHED,
    "mistral-small-24": _PLAIN,
    "mistral-small-25": _PLAIN,
    "mistral-medium": _SWITCHED,
    "mistral-medium-25": _PLAIN,
    "mistral-large-4": _thinker("low", "medium", "high"),
    "labs-leanstral": _SWITCHED,
    "glm-5": _thinker("none", "high", "max", **_TEXT, compat=_WRITTEN_OUT),
    "zai-glm-5": _thinker("none", "high", "max", **_TEXT, compat=_WRITTEN_OUT),
    "zai-glm-5-3": _thinker("low", "high", "max", **_TEXT, compat=_WRITTEN_OUT),
    "deepseek": _thinker("none", "low", "high", "max", **_TEXT),
    "codestral": _TEXT,
    "open-mistral": _TEXT,
    "voxtral": {"input": ("text", "audio")},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
