"""Gemini's families of models, for ids that are in no catalogue.

Source: wire/google-generative-ai, section 2 (November 2026). The value of a level is the
word of `thinkingLevel`, or the tokens of `thinkingBudget`; a level that is missing from
`levels` is refused by that family.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GEMINI_API: Mapping[str, Any] = {
    "call_ids": True,
    "announces_tools": True,
    "service_tier": "body",
    "store": True,
}
"""Compat flags of the Gemini API."""

_ABILITIES: Mapping[str, Any] = {
    "response_modes": ("standard", "flex", "priority"),
    "builtin_tools": ("google_search", "url_context", "code_execution", "google_maps", "file_search"),
    "structured_output": True,
    "prompt_caching": True,
}

GENERALLY: Mapping[str, Any] = {"input": ("text", "image", "document", "audio"), "capabilities": _ABILITIES}
"""What is known of every model."""

_THIRD: Mapping[str, Any] = {"signed_calls": True, "result_media": True, "mixed_tools": True}
"""What Gemini 3 brought."""

_UP_TO_HIGH = ("low", "medium", "high")
_FLASH = ("minimal", *_UP_TO_HIGH)


def _leveled(*levels: str, **compat: Any) -> Mapping[str, Any]:
    """A model of the third generation or later, which is told a level."""
    return {"reasoning": True, "levels": {level: level.upper() for level in levels}, "compat": {**_THIRD, **compat}}


def _budgeted(least: int, most: int, **compat: Any) -> Mapping[str, Any]:
    """A model that is told how many tokens to think; a budget of 0 stops it, where that is allowed."""
    off = {"off": 0} if least == 0 else {}
    levels = {**off, "minimal": 128, "low": 2048, "medium": 8192, "high": most}
    return {
        "reasoning": True,
        "levels": levels,
        "compat": {"budgets": (least, most), "penalties": False, **compat},
        "capabilities": {**_ABILITIES, "max_thinking_tokens": most},
    }


def _silent(**compat: Any) -> Mapping[str, Any]:
    """A model that cannot be asked to think."""
    return {"reasoning": False, "levels": {}, "compat": compat}


_PICTURES = {"output": ("text", "image")}
_NEWEST = {"sampling": False, "penalties": False}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    # An id nobody knows (`gemini-pro-latest`) is taken for the newest.
    "gemini-": _leveled(*_UP_TO_HIGH, **_NEWEST),
    "gemini-1": _silent(),
    "gemini-2.0-": _silent(),
    "gemini-2.5-pro": _budgeted(128, 32_768),
    "gemini-2.5-flash": _budgeted(0, 24_576),
    "gemini-2.5-flash-image": {**_silent(penalties=False), **_PICTURES},
    "gemini-3-": _leveled(*_FLASH),
    "gemini-3-pro": _leveled("low", "high"),
    "gemini-3-pro-image": {**_budgeted(128, 32_768, **_THIRD), **_PICTURES},
    "gemini-3.1-pro": _leveled(*_UP_TO_HIGH),
    "gemini-3.1-flash": _leveled(*_FLASH),
    "gemini-3.1-flash-image": {**_leveled("minimal", "high"), **_PICTURES},
    "gemini-3.1-flash-lite-image": {**_leveled("minimal", "high"), **_PICTURES},
    "gemini-3.5-flash": _leveled(*_FLASH),
    "gemini-3.5-flash-lite": _leveled(*_FLASH, **_NEWEST),
    "gemini-3.6-flash": _leveled(*_FLASH, **_NEWEST),
    "gemini-4-hydrogen": _leveled(*_UP_TO_HIGH, "xhigh", **_NEWEST),
    "gemma-": _silent(system_instruction=False),
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
