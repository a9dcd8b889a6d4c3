"""opencode's endpoints and families of models, as data for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.11, and the data of pi-ai 1.5.2 for opencode and opencode-go
(November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import BUDGETS, Kind

SESSION = "x-opencode-session"

CLIENT: dict[str, str] = {"x-opencode-client": "headwater"}
"""Who asks; some free models answer only the vendor's own program, which is not what we are."""

GO_SESSION: dict[str, str] = {SESSION: "headwater"}
"""Go refuses requests of no session; `session_id=` takes this one's place."""

CHAT: Mapping[str, Any] = {
    "max_tokens_field": "max_tokens",
    "strict_tools": True,
    "documents": False,
    "session_header": SESSION,
}
"""Flags for chat completions, in the terms of `headwater_openai.ChatCompat`."""

RESPONSES: Mapping[str, Any] = {
    "encrypted_reasoning": True,
    "typed_messages": True,
    "strict_tools": True,
    "result_parts": True,
    "session_header": SESSION,
}
"""Flags for Responses, in the terms of `headwater_openai.ResponsesCompat`."""

MESSAGES: Mapping[str, Any] = {
    "cache_control": True,
    "long_cache": True,
    "unsigned_thinking": True,
    "session_header": SESSION,
}
"""Flags for Messages, in the terms of `headwater_anthropic.MessagesCompat`."""

GENERATE: Mapping[str, Any] = {"call_ids": True, "signed_calls": True, "session_header": SESSION}
"""Flags for generateContent, in the terms of `headwater_google.GoogleCompat`."""

MESSAGES_LEVELS: Mapping[str, Any] = {
    "off": "disabled",
    **{level: BUDGETS[level] for level in ("minimal", "low", "medium", "high")},
}
"""Levels of models over Messages that are no Claude."""


def apis_at(root: str) -> Mapping[str, Mapping[str, Any]]:
    """What holds over the further protocols of one of the two services."""
    return {
        "openai-responses": {"compat": RESPONSES},
        "anthropic-messages": {"base_url": f"{root}/anthropic", "compat": MESSAGES, "levels": MESSAGES_LEVELS},
        "google-generative-ai": {"base_url": f"{root}/google/v1beta", "compat": GENERATE},
    }


_LEVELS: Mapping[str, str] = {level: level for level in ("low", "medium", "high")}

DEFAULTS: Mapping[str, Any] = {"reasoning": True, "levels": _LEVELS, "input": ("text", "image")}
"""A model nobody described is asked over chat completions, and thinks as most there do."""

_NEWEST: Mapping[str, str] = {**_LEVELS, "xhigh": "xhigh"}
_ON_RESPONSES: Mapping[str, Any] = {"api": "openai-responses", "levels": _NEWEST}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "claude-": {"api": "anthropic-messages"},
    "gemini-": {"api": "google-generative-ai", "levels": _LEVELS},
    "gpt-": _ON_RESPONSES,
    "grok-": {"api": "openai-responses", "levels": _LEVELS},
    "muse-": _ON_RESPONSES,
    # Once it has thought, every answer of the history needs the field.
    "deepseek-": {"compat": {"requires_reasoning_field": True, "reasoning_field": "reasoning_content"}},
    "kimi-": {"compat": {"reasoning_field": "reasoning_content"}},
    "glm-": {"compat": {"reasoning_field": "reasoning_content"}},
}
"""Beginning of an id, the protocol its models are asked over, and what the family is like."""

CODES: Mapping[str, Kind] = {
    # A 429 that waiting does not cure.
    "gousagelimiterror": "quota",
    "freeusagelimiterror": "quota",
    "subscriptionusagelimiterror": "quota",
    "creditserror": "quota",
    "monthlylimiterror": "quota",
    "userlimiterror": "quota",
    "autherror": "authentication",
    "modelerror": "model_not_found",
}
"""opencode's types of errors."""
