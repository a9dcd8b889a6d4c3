"""Thinking levels and compat flags of the sources in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import BUDGETS, LEVELS

Word = str | int

OPTIONAL = ("xhigh", "max")
"""Levels that are there only when the source names them; the others are unless it says they are not."""

CHAT = ("openai-completions", "openai-responses", "mistral-conversations", "openai-codex-responses")
SWITCHED = frozenset({"openrouter", "deepseek", "zai", "qwen", "together"})
"""Thinking formats in which a switch of its own turns thinking off."""


def levels_of(entry: Mapping[str, Any]) -> dict[str, Word] | None:
    """Levels of a model and their words over its api; None where the source says nothing usable."""
    said: Mapping[str, str | None] = entry.get("thinkingLevelMap", {})
    compat: Mapping[str, Any] = entry.get("compat", {})
    api = entry["api"]
    if not entry.get("reasoning"):
        return {}
    taken = [
        level for level in LEVELS if said.get(level, level) is not None and (level in said or level not in OPTIONAL)
    ]
    if api == "anthropic-messages":
        if compat.get("forceAdaptiveThinking"):
            words = {"off": "disabled", "minimal": "low"}
            return {level: words.get(level, said.get(level) or level) for level in taken}
        return {level: "disabled" if level == "off" else BUDGETS[level] for level in taken}
    if api in CHAT:
        if "off" in taken and "off" not in said and compat.get("thinkingFormat", "openai") not in SWITCHED:
            taken.remove("off")  # nothing would be sent, and the model would think as it likes
        words = {"off": "none"}
        return {level: said.get(level) or words.get(level, level) for level in taken}
    if api == "google-generative-ai" and said:
        return {level: (said.get(level) or level).upper() for level in taken if level != "off"}
    return None


_Rule = Mapping[tuple[str, Any], Mapping[str, Any]]

_CHAT_RULES: _Rule = {
    ("maxTokensField", "max_tokens"): {"max_tokens_field": "max_tokens"},
    ("supportsStrictMode", True): {"strict_tools": True},
    ("supportsStrictMode", False): {"strict_tools": False},
    ("supportsReasoningEffort", True): {"reasoning_effort": True},
    ("supportsReasoningEffort", False): {"reasoning_effort": False},
    ("supportsStore", False): {"store": False},
    ("supportsUsageInStreaming", True): {"usage_in_stream": True},
    ("supportsLongCacheRetention", False): {"long_cache": "no"},
    ("cacheControlFormat", "anthropic"): {"cache_control": True},
    ("requiresReasoningContentOnAssistantMessages", True): {"requires_reasoning_field": True},
    ("zaiToolStream", True): {"tool_stream": True},
    **{
        ("thinkingFormat", name): {"thinking_format": name}
        for name in ("openai", "openrouter", "deepseek", "zai", "qwen", "together")
    },
}

_RESPONSES_RULES: _Rule = {
    ("supportsStrictMode", True): {"strict_tools": True},
    ("supportsLongCacheRetention", False): {"long_cache": "no"},
    ("supportsExplicitPromptCacheMode", True): {"long_cache": "options"},
}

_MESSAGES_RULES: _Rule = {
    ("allowEmptySignature", True): {"unsigned_thinking": True},
    ("forceAdaptiveThinking", True): {"thinking": "adaptive"},
    ("supportsTemperature", False): {"sampling": "no"},
    ("supportsStrictTools", True): {"strict_tools": True},
    ("supportsEagerToolInputStreaming", False): {"eager_tools": "no"},
    ("supportsLongCacheRetention", False): {"long_cache": False},
}

RULES: Mapping[str, _Rule] = {
    "openai-completions": _CHAT_RULES,
    "openai-responses": _RESPONSES_RULES,
    "openai-codex-responses": _RESPONSES_RULES,
    "anthropic-messages": _MESSAGES_RULES,
}
"""Flags of a source by api, with the value for which they hold, and what they are in our terms."""


def flags_of(entry: Mapping[str, Any], levels: Mapping[str, Word] | None) -> tuple[dict[str, Any], list[str]]:
    """Compat flags of a model in our terms, and those we have no word for."""
    rules = RULES.get(entry["api"], {})
    made: dict[str, Any] = {}
    unknown: list[str] = []
    for name, value in entry.get("compat", {}).items():
        rule = rules.get((name, value)) if isinstance(value, str | bool) else None
        if rule is None:
            unknown.append(name)
        else:
            made.update(rule)
    if made.get("thinking") == "adaptive" and levels:
        made["efforts"] = [level for level in ("low", "medium", "high", "xhigh", "max") if level in levels]
    return made, unknown
