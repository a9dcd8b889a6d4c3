"""OpenAI's families of models on chat completions, for ids that are in no catalogue.

Source: wire/openai-chat, section 3 (November 2026). A level that is missing from
`levels` is refused by that family.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIRST_PARTY: Mapping[str, Any] = {
    "developer_role": True,
    "store": True,
    "max_tokens_field": "max_completion_tokens",
    "strict_tools": True,
    "thinking_format": "openai",
    "cache_key": True,
    "service_tiers": True,
    "metadata": True,
}
"""Compat flags of OpenAI's own endpoint."""


def _thinker(*levels: str, sampling: str = "no") -> Mapping[str, Any]:
    """A reasoning model that takes these efforts (`none` is the level `off`)."""
    named = {("off" if level == "none" else level): level for level in levels}
    compat = {"sampling": sampling, "stop_sequences": False}
    return {"reasoning": True, "levels": named, "compat": compat}


_UP_TO_HIGH = ("low", "medium", "high")
_CHATTER: Mapping[str, Any] = {
    "reasoning": False,
    "compat": {"developer_role": False, "thinking_format": "none"},
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "o1": _thinker(*_UP_TO_HIGH),
    "o3": _thinker(*_UP_TO_HIGH),
    "o4": _thinker(*_UP_TO_HIGH),
    "gpt-5": _thinker("minimal", *_UP_TO_HIGH),
    "gpt-5-pro": _thinker("high"),
    "gpt-5-chat": _CHATTER,
    "gpt-5.1": _thinker("none", *_UP_TO_HIGH, sampling="not-thinking"),
    "gpt-5.2": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-5.3": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-5.4": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-5.5": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-5.2-pro": _thinker("medium", "high", "xhigh"),
    "gpt-5.4-pro": _thinker("medium", "high", "xhigh"),
    "gpt-5.5-pro": _thinker("medium", "high", "xhigh"),
    "gpt-5.6": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-6": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-6-astra": _thinker(*_UP_TO_HIGH, "xhigh"),
    "gpt-6.1-sol": _thinker(*_UP_TO_HIGH, "xhigh"),
    "gpt-4": _CHATTER,
    "gpt-3.5": _CHATTER,
    "chatgpt": _CHATTER,
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
