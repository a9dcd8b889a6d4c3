"""OpenAI's families of models, for ids that are in no catalogue.

Source: wire/openai-chat, section 3 (November 2026). A level that is missing from
`levels` is refused by that family. `max` is taken over Responses only; the
provider leaves it out where a model is asked over chat completions.
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
    "json_word": True,
    "cache_key": True,
    "long_cache": "retention",
    "service_tiers": True,
    "metadata": True,
    "encrypted_reasoning": True,
    "builtin_results": True,
    "stateful": True,
    "background": True,
    "result_parts": True,
    "tool_choices": ("auto", "none", "required", "tool", "builtin"),
}
"""Compat flags of OpenAI's own endpoint."""


def _thinker(*levels: str, sampling: str = "no", **compat: Any) -> Mapping[str, Any]:
    """A reasoning model that takes these efforts (`none` is the level `off`)."""
    named = {("off" if level == "none" else level): level for level in levels}
    flags = {"sampling": sampling, "penalties": False, "stop_sequences": False, **compat}
    return {"reasoning": True, "levels": named, "compat": flags}


_UP_TO_HIGH = ("low", "medium", "high")
_SWITCHED_OFF = _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking", thinks_unasked=False)
_FIVE_SIX: Mapping[str, Any] = {"thinks_with_tools": False, "long_cache": "options"}
_CHATTER: Mapping[str, Any] = {
    "reasoning": False,
    "compat": {"developer_role": False, "thinking_format": "none"},
}
_CHAT_ONLY: Mapping[str, Any] = {**_CHATTER, "api": "openai-completions"}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "o1": _thinker(*_UP_TO_HIGH),
    "o3": _thinker(*_UP_TO_HIGH),
    "o4": _thinker(*_UP_TO_HIGH),
    "gpt-5": _thinker("minimal", *_UP_TO_HIGH),
    "gpt-5-pro": _thinker("high"),
    "gpt-5-chat": _CHATTER,
    "gpt-5.1": _thinker("none", *_UP_TO_HIGH, sampling="not-thinking", thinks_unasked=False),
    "gpt-5.1-chat": _thinker("medium"),
    "gpt-5.2": _SWITCHED_OFF,
    "gpt-5.2-chat": _thinker("medium"),
    "gpt-5.2-pro": _thinker("medium", "high", "xhigh"),
    "gpt-5.3": _SWITCHED_OFF,
    "gpt-5.3-chat": _thinker("medium"),
    "gpt-5.3-codex-spark": _thinker(*_UP_TO_HIGH, "xhigh"),
    "gpt-5.4": _SWITCHED_OFF,
    "gpt-5.4-pro": _thinker("medium", "high", "xhigh"),
    "gpt-5.5": _thinker("none", *_UP_TO_HIGH, "xhigh", sampling="not-thinking"),
    "gpt-5.5-pro": _thinker("medium", "high", "xhigh"),
    "gpt-5.6": _thinker("none", *_UP_TO_HIGH, "xhigh", "max", sampling="not-thinking", **_FIVE_SIX),
    "gpt-6": _thinker("none", *_UP_TO_HIGH, "xhigh", "max", sampling="not-thinking", long_cache="options"),
    "gpt-6-astra": _thinker(*_UP_TO_HIGH, "xhigh", "max", long_cache="options"),
    "gpt-6.1-sol": _thinker(*_UP_TO_HIGH, "xhigh", "max", long_cache="options"),
    "gpt-4": _CHATTER,
    "gpt-4o-audio": _CHAT_ONLY,
    "gpt-4o-mini-audio": _CHAT_ONLY,
    "gpt-4o-search": _CHAT_ONLY,
    "gpt-4o-mini-search": _CHAT_ONLY,
    "gpt-audio": _CHAT_ONLY,
    "gpt-3.5": _CHATTER,
    "chatgpt": _CHATTER,
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
