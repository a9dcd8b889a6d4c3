"""What Perplexity's endpoint and its models are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.15 (November 2026), and the types of the vendor's library
(perplexityai 0.46).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    # Usage comes unasked, with every chunk.
    "usage_in_stream": False,
    "strict_tools": True,
    "tool_choices": ("auto", "none", "required"),
    "requires_assistant_after_tool_result": True,
    "logit_bias": False,
    "refuses": ("verbosity", "prediction"),
    "user_field": None,
    "seed_field": None,
    # A schema of any object stands for any object.
    "json_object": False,
    "document_urls": True,
    "reasoning_uncounted": True,
    "usage_details": ("citation_tokens", "num_search_queries", "search_context_size", "cost"),
}
"""Compat flags of the endpoint, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {
    "invalid_model": "model_not_found",
    "invalid_message": "invalid_request",
    "insufficient_credits": "quota",
}
"""Types of errors."""

DEFAULTS: Mapping[str, Any] = {
    "input": ("text", "image", "document"),
    # Requests, searches and citations are charged beside tokens; the answer says how much in all.
    "approximate_price": True,
    "capabilities": {"structured_output": True, "builtin_tools": ("web_search",)},
}

_EFFORTS: Mapping[str, str] = {level: level for level in ("minimal", "low", "medium", "high")}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "sonar-reasoning": {"reasoning": True, "levels": _EFFORTS},
    "sonar-deep-research": {
        "reasoning": True,
        "levels": _EFFORTS,
        # It searches for minutes before it says a word.
        "capabilities": {**DEFAULTS["capabilities"], "first_event_timeout": 600.0, "silence_timeout": 900.0},
    },
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
