"""What Fireworks's endpoints and the families of models on them are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.15 (November 2026), the request types of the vendor's library
(fireworks-ai 1.2), its page on Anthropic's protocol, and the model data of @earendil-works/pi-ai 1.5.2.
Families go by the name at the end of an id: `accounts/fireworks/models/glm-5p3`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

QUIRKS: Mapping[str, Any] = {
    "max_tokens_field": "max_completion_tokens",
    "strict_tools": True,
    "max_stops": 4,
    "reasoning_field": "reasoning_content",
    "refuses": ("verbosity",),
    "user_field": "user",
    "cache_key": True,
    "session_header": "x-session-affinity",
    "service_tiers": True,
    "metadata": True,
    "documents": False,
}
"""Compat flags of its chat completions, in the terms of `headwater_openai.ChatCompat`."""

_EFFORTS: Mapping[str, str] = {"low": "low", "medium": "medium", "high": "high"}

APIS: Mapping[str, Mapping[str, Any]] = {
    "anthropic-messages": {
        "base_url": "https://api.fireworks.ai/inference",
        "levels": {"off": "disabled", **_EFFORTS},
        "compat": {
            "thinking": "adaptive",
            "efforts": ("low", "medium", "high", "xhigh", "max"),
            "thinks_unasked": True,
            "unsigned_thinking": True,
            "session_header": "x-session-affinity",
            "cache_control": True,
            "server_tools": False,
            "documents": False,
        },
    },
}
"""What holds over its other protocol, in the terms of that protocol's owner."""

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": {"off": "none", **_EFFORTS},
    "capabilities": {
        "structured_output": True,
        "prompt_caching": True,
        "response_modes": ("standard", "priority"),
    },
}
"""A model nobody described can be told how much to think; one that cannot takes no notice."""

_SEES: Mapping[str, Any] = {"input": ("text", "image")}
_ALWAYS: Mapping[str, Any] = {"levels": {"low": "low", "high": "high", "max": "max"}}
_K3: Mapping[str, Any] = {**_ALWAYS, **_SEES, "compat": {"requires_reasoning_field": True}}
_SPEAKS: Mapping[str, Any] = {"reasoning": False, "levels": {}}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "gpt-oss": {"levels": _EFFORTS},
    "deepseek-v4p1-flash": {**_SEES, "levels": {"off": "none", **_ALWAYS["levels"]}},
    "deepseek-flash": {**_SEES, "levels": {"off": "none", **_ALWAYS["levels"]}},
    "deepseek-v3": {"levels": {"off": "none", "high": "high"}},
    "glm-4": {"levels": {"off": "none", "high": "high"}},
    "glm-5p3": _ALWAYS,
    "glm-5p3-flash": {**_ALWAYS, **_SEES},
    "glm-flash": {**_ALWAYS, **_SEES},
    "glm-fast": _ALWAYS,
    "glm-latest": _ALWAYS,
    "kimi-k3": _K3,
    "kimi-fast": {**_SEES, "levels": {"off": "none", **_EFFORTS, "max": "max"}},
    "kimi-latest": {**_SEES, "levels": {"off": "none", **_EFFORTS, "max": "max"}},
    "minimax-m2": {"levels": _EFFORTS},
    "minimax-m3": {"levels": _EFFORTS},
    # The one family whose thinking can be given a number of tokens.
    "qwen3-": {"compat": {"effort_budgets": True}},
    "qwen3p8": {"levels": {"off": "none", "low": "low", "medium": "medium", "xhigh": "xhigh"}},
    "llama-v": _SPEAKS,
    "mixtral": _SPEAKS,
}
"""Beginning of a name and what its family is like; the longest beginning wins."""
