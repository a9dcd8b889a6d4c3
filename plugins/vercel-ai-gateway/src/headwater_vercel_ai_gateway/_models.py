"""The gateway's endpoints as data for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.10, the vendor's pages on the protocols (reasoning, images and PDFs,
structured outputs; September 2026) and its own client @ai-sdk/gateway 4.0.146, for the codes of errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import BUDGETS, Kind

HOME = "https://ai-gateway.vercel.sh/v1"

MESSAGES: Mapping[str, Any] = {
    # Thinking of models that do not sign theirs comes with an empty signature, and goes back so.
    "unsigned_thinking": True,
    "cache_control": True,
    "long_cache": True,
    "json_schema": True,
    "metadata": True,
}
"""Flags for Messages, in the terms of `headwater_anthropic.MessagesCompat`."""

MESSAGES_LEVELS: Mapping[str, Any] = {
    "off": "disabled",
    **{level: BUDGETS[level] for level in ("minimal", "low", "medium", "high")},
}
"""Levels of models that are no Claude: budgets, which the gateway puts in each vendor's own words."""

CHAT: Mapping[str, Any] = {
    "strict_tools": True,
    "thinking_format": "openrouter",
    "thinks_unasked": False,
    "reasoning_field": "reasoning",
    "reasoning_details": True,
    # A file part has fields of its own there; documents go over Messages.
    "documents": False,
    "refuses": ("verbosity", "safety_identifier"),
    "usage_details": ("cost", "market_cost", "is_byok", "cost_details"),
}
"""Flags for chat completions, in the terms of `headwater_openai.ChatCompat`."""

RESPONSES: Mapping[str, Any] = {
    "encrypted_reasoning": True,
    "typed_messages": True,
    "strict_tools": True,
    "usage_details": ("cost", "market_cost", "is_byok", "cost_details"),
}
"""Flags for Responses, in the terms of `headwater_openai.ResponsesCompat`."""

EFFORTS: Mapping[str, str] = {
    "off": "none",
    **{level: level for level in ("minimal", "low", "medium", "high", "xhigh", "max")},
}

APIS: Mapping[str, Mapping[str, Any]] = {
    "openai-completions": {"base_url": HOME, "compat": CHAT, "levels": EFFORTS},
    "openai-responses": {"base_url": HOME, "compat": RESPONSES, "levels": EFFORTS},
}
"""What holds over the further protocols."""

UNCOUNTED = ("google/",)
"""Vendors whose thinking is in no count of output over chat completions, as the price of recorded answers shows."""

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "input": ("text", "image", "document"),
    "capabilities": {"structured_output": True, "prompt_caching": True},
}

CODES: Mapping[str, Kind] = {
    "invalid_request_error": "invalid_request",
    "not_found": "model_not_found",
    "failed_dependency": "server",
    "insufficient_funds": "quota",
    "no_providers_available": "overloaded",
}
"""The gateway's own types of errors, as far as they are no common codes."""
