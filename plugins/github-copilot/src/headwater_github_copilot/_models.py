"""Copilot's endpoint and families of models, as data for ids that are in no catalogue.

Source: wire/github-copilot (November 2026). Which models there are depends on the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind, __version__

HOME = "https://api.githubcopilot.com"

HEADERS: Mapping[str, str] = {
    # Who asks, as it is: no borrowed names of editors (wire section 3).
    "editor-version": f"headwater/{__version__}",
    "editor-plugin-version": f"headwater-github-copilot/{__version__}",
    "x-github-api-version": "2025-04-01",
}

CHAT: Mapping[str, Any] = {
    # `max_tokens` gets a 400 without a word of what is wrong.
    "max_tokens_field": "max_completion_tokens",
    "strict_tools": True,
    "thinking_format": "none",
    "documents": False,
    "refuses": ("verbosity", "prediction", "safety_identifier"),
}
"""Flags for chat completions, in the terms of `headwater_openai.ChatCompat`."""

RESPONSES: Mapping[str, Any] = {
    "encrypted_reasoning": True,
    "typed_messages": True,
    "strict_tools": True,
    "documents": False,
    "result_parts": True,
}
"""Flags for Responses, in the terms of `headwater_openai.ResponsesCompat`."""

MESSAGES: Mapping[str, Any] = {"cache_control": True, "documents": False, "server_tools": False}
"""Flags for Messages, in the terms of `headwater_anthropic.MessagesCompat`."""

APIS: Mapping[str, Mapping[str, Any]] = {
    "openai-responses": {"compat": RESPONSES},
    "anthropic-messages": {"compat": MESSAGES},
}
"""What holds over the further protocols; all are under one base URL."""

DEFAULTS: Mapping[str, Any] = {"reasoning": True, "input": ("text", "image")}

_EFFORTS: Mapping[str, str] = {level: level for level in ("low", "medium", "high", "xhigh")}
_ON_RESPONSES: Mapping[str, Any] = {"api": "openai-responses", "levels": _EFFORTS}
_SHOWN: Mapping[str, Any] = {"compat": {"reasoning_field": "reasoning_text"}}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "claude-": {"api": "anthropic-messages"},
    "gemini-": _SHOWN,
    "gpt-": _ON_RESPONSES,
    "gpt-3.5": {"api": "openai-completions", "reasoning": False},
    "gpt-4": {"api": "openai-completions", "reasoning": False},
    "grok-": {"api": "openai-responses", "levels": {level: level for level in ("low", "medium", "high")}},
    "mai-": {"api": "openai-responses", "levels": {level: level for level in ("low", "medium", "high")}},
}
"""Beginning of an id, the protocol its models are asked over, and what the family is like."""

CODES: Mapping[str, Kind] = {
    "model_not_supported": "model_not_found",
    "model_max_prompt_tokens_exceeded": "context_overflow",
    "quota_exceeded": "quota",
    "no_body_466": "permission",
}
"""Copilot's codes of errors."""
