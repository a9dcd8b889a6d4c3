"""What Together's endpoint and the families of models on it are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.15 and appendix A (November 2026), and the request types of the
vendor's library (together 3.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    "thinking_format": "together",
    "reasoning_effort": False,
    "reasoning_field": "reasoning",
    "parallel_tool_calls": False,
    "refuses": ("verbosity", "prediction"),
    "user_field": None,
    "documents": False,
}
"""Compat flags of Together's endpoint, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {"model_not_available": "model_not_found"}

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": {"off": "none", "high": "high"},
    "capabilities": {"structured_output": True},
}
"""A model nobody described can be told whether to think, as nearly all of the newer can."""

_SPEAKS: Mapping[str, Any] = {"reasoning": False, "levels": {}}
_SEES: Mapping[str, Any] = {"input": ("text", "image")}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "openai/gpt-oss": {
        "levels": {"low": "low", "medium": "medium", "high": "high"},
        "compat": {"thinking_format": "openai", "reasoning_effort": True},
    },
    "deepseek-ai/DeepSeek-V4-Pro": {"compat": {"reasoning_effort": True}},
    "deepseek-ai/DeepSeek-V4.1-Flash": _SEES,
    "meta-models/": _SEES,
    "meta-llama/": _SPEAKS,
    "meta-llama/Llama-4": {**_SPEAKS, **_SEES},
    "mistralai/": _SPEAKS,
    "MiniMaxAI/MiniMax-M3": _SEES,
    "moonshotai/Kimi-K3": _SEES,
    "thinkingmachines/": _SEES,
    "zai-org/GLM-5.3-Flash": _SEES,
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
