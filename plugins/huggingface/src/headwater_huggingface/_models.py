"""The router's endpoint as data for ids that are in no catalogue.

Source: wire/openai-compatible, sections 1 and 3.15, the types of huggingface-hub 2.4.0 and @ai-sdk/huggingface
2.0.48 (November 2026). What lies behind the router shines through, so only what every provider takes is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

ENDPOINT: Mapping[str, Any] = {
    # The vendor's own client sends this one; what it does not know is left out.
    "max_tokens_field": "max_tokens",
    "strict_tools": True,
    "thinks_unasked": False,
    "documents": False,
    "refuses": ("verbosity", "prediction", "safety_identifier"),
    "parallel_tool_calls": False,
}
"""Flags for chat completions, in the terms of `headwater_openai.ChatCompat`."""

RESPONSES: Mapping[str, Any] = {"reasoning_summary": False, "documents": False, "parallel_tool_calls": False}
"""Flags for Responses, in the terms of `headwater_openai.ResponsesCompat`."""

LEVELS: Mapping[str, str] = {level: level for level in ("low", "medium", "high")}

APIS: Mapping[str, Mapping[str, Any]] = {"openai-responses": {"compat": RESPONSES, "levels": LEVELS}}

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": LEVELS,
    "input": ("text", "image"),
    # Whoever serves it has a price of its own.
    "approximate_price": True,
    "capabilities": {"structured_output": True},
}
"""A model nobody described is told how much to think when somebody asks for it, and can see."""

CODES: Mapping[str, Kind] = {
    "model_not_supported": "model_not_found",
    "model_pending_deploy": "overloaded",
    "overloaded": "overloaded",
}
"""The router's own codes of errors."""
