"""The families of Claude, for ids that are in no catalogue, here and at other hosts.

Source: wire/anthropic-messages, section 4 (November 2026). A level that is missing from
`levels` is refused by that family; the word for `off` is the type of thinking that means it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import BUDGETS

FIRST_PARTY: Mapping[str, Any] = {
    "version": "2026-10-21",
    "sampling_version": "2023-06-01",
    "both_samplers": False,
    "cache_control": True,
    "long_cache": True,
    "strict_tools": True,
    "eager_tools": "field",
    "json_schema": True,
    "service_tiers": True,
    "metadata": True,
}
"""Compat flags of Anthropic's own endpoint."""

_UP_TO_HIGH = ("low", "medium", "high")
_ALL = (*_UP_TO_HIGH, "xhigh", "max")


def _budgeted(max_tokens: int, *efforts: str, **compat: Any) -> Mapping[str, Any]:
    """A model that is told how many tokens to think, and takes sampling parameters while it does not."""
    levels = {"off": "disabled", **{level: BUDGETS[level] for level in ("minimal", *_UP_TO_HIGH)}}
    flags = {
        "thinking": "budget",
        "display": "shown",
        "efforts": efforts,
        "interleaved_beta": True,
        "sampling": "not-thinking",
        "forced_tools": "not-budget",
        **compat,
    }
    return {"reasoning": True, "max_tokens": max_tokens, "levels": levels, "compat": flags}


def _adaptive(*efforts: str, off: str | None = "disabled", **compat: Any) -> Mapping[str, Any]:
    """A model that thinks as it sees fit; `off` is the type of thinking that stops it, None: nothing does."""
    levels = {**({"off": off} if off else {}), "minimal": "low", **{effort: effort for effort in efforts}}
    flags = {
        "thinking": "adaptive",
        "display": "hidden",
        "efforts": efforts,
        "sampling": "no",
        "prefill": False,
        **compat,
    }
    return {"reasoning": True, "max_tokens": 128_000, "levels": levels, "compat": flags}


def _silent(max_tokens: int, *inputs: str) -> Mapping[str, Any]:
    """A model from before thinking."""
    return {
        "reasoning": False,
        "input": ("text", *inputs),
        "max_tokens": max_tokens,
        "compat": {"thinking": "none", "both_samplers": True, **_OLD},
    }


_OLD: Mapping[str, Any] = {"json_schema": False, "strict_tools": False}
"""Models from before structured output."""

_4_6: Mapping[str, Any] = {
    "budgets": True,
    "display": "shown",
    "interleaved_beta": True,
    "sampling": "not-thinking",
    "forced_tools": "not-budget",
}

_5: Mapping[str, Any] = {"thinks_unasked": True}
_QUIET_HIGH: Mapping[str, Any] = {**_5, "effort_without_thinking": "high"}
_UNFORCED: Mapping[str, Any] = {**_5, "forced_tools": "no"}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    # An id nobody knows is taken for the newest.
    "claude-": _adaptive(*_ALL, **{**_QUIET_HIGH, **_UNFORCED}),
    "claude-2": _silent(4096),
    "claude-v": _silent(4096),
    "claude-instant": _silent(4096),
    "claude-3-": _silent(4096, "image"),
    "claude-3-5-": _silent(8192, "image", "document"),
    "claude-3-7-": _budgeted(64_000, **{**_OLD, "both_samplers": True, "interleaved_beta": False}),
    "claude-opus-4-0": _budgeted(32_000, **_OLD),
    "claude-opus-4-1": _budgeted(32_000, **_OLD),
    "claude-opus-4-2025": _budgeted(32_000, **_OLD),
    "claude-sonnet-4-0": _budgeted(64_000, **_OLD),
    "claude-sonnet-4-2025": _budgeted(64_000, **_OLD),
    "claude-opus-4-5": _budgeted(64_000, *_UP_TO_HIGH),
    "claude-sonnet-4-5": _budgeted(64_000),
    "claude-haiku-4-5": _budgeted(64_000),
    "claude-opus-4-6": _adaptive(*_UP_TO_HIGH, "max", **_4_6),
    "claude-sonnet-4-6": _adaptive(*_UP_TO_HIGH, "max", **_4_6),
    "claude-opus-4-7": _adaptive(*_ALL),
    "claude-opus-4-8": _adaptive(*_ALL),
    "claude-sonnet-5": _adaptive(*_ALL, **_5),
    "claude-opus-5": _adaptive(*_ALL, **_QUIET_HIGH),
    "claude-opus-5-5": _adaptive(*_ALL, off=None, **_UNFORCED),
    "claude-sonnet-5-5": _adaptive(*_ALL, off="between_tools", **{**_QUIET_HIGH, **_UNFORCED}),
    "claude-haiku-5-5": _adaptive(*_ALL, **_QUIET_HIGH),
    "claude-fable-5": _adaptive(*_ALL, off=None, **_5),
    "claude-fable-5-1": _adaptive(*_ALL, off=None, **_UNFORCED),
    "claude-fable-5-2": _adaptive(*_ALL, off=None, **_UNFORCED),
    "claude-mythos-5": _adaptive(*_ALL, off=None, **_5),
    "claude-mythos-5-1": _adaptive(*_ALL, off=None, **_UNFORCED),
    "claude-mythos-5-2": _adaptive(*_ALL, off=None, **_UNFORCED),
}
"""Beginning of an id and what its family is like; the longest beginning wins."""


def claude_family(model_id: str) -> Mapping[str, Any]:
    """What is known of a Claude model by an id of any host; empty for what is no Claude.

    `us.anthropic.claude-opus-4-6-v1`, `anthropic/claude-haiku-4.5` and `claude-opus-4-5@20251101`
    are found. The terms are those of a catalogue entry: reasoning, levels, max_tokens, compat.
    """
    _, claude, rest = model_id.lower().partition("claude-")
    name = claude + rest.replace(".", "-")
    starts = (start for start in FAMILIES if name.startswith(start))
    family = max(starts, key=len, default=None)
    return FAMILIES[family] if family else {}


def with_claude(terms: Mapping[str, Any], model_id: str) -> Mapping[str, Any]:
    """Another host's terms for its models, with what is known of a Claude of that id over them."""
    claude = claude_family(model_id)
    return {**terms, **claude, "compat": {**terms.get("compat", {}), **claude.get("compat", {})}} if claude else terms
