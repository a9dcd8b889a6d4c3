"""Why answers end, and what is told of a filter that struck.

Source: wire/google-generative-ai, sections 3 and 4 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind, StopReason

from ._loose import objects

FINISH_REASONS: Mapping[str, StopReason | Kind] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "PUP_LIMITED_DISABLED": "content_filter",
    # What the model wrote cannot be read; the same request may well succeed.
    "MALFORMED_FUNCTION_CALL": "malformed",
    "UNEXPECTED_TOOL_CALL": "malformed",
    "MALFORMED_RESPONSE": "malformed",
    "TOO_MANY_TOOL_CALLS": "invalid_request",
    "MISSING_THOUGHT_SIGNATURE": "invalid_request",
    "LANGUAGE": "invalid_request",
    "NO_IMAGE": "unknown",
    "IMAGE_OTHER": "unknown",
    "OTHER": "unknown",
}
"""Finish reasons in use; others are unknown."""

NO_REASON = frozenset({"", "FINISH_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"})
"""Words that say nothing."""

TRAFFIC: Mapping[str, str] = {
    "ON_DEMAND": "standard",
    "ON_DEMAND_PRIORITY": "priority",
    "ON_DEMAND_FLEX": "flex",
    "PROVISIONED_THROUGHPUT": "provisioned",
}
"""Vertex AI's names for the tier that served."""


def struck_categories(ratings: Any) -> list[str]:
    """The categories of a filter that blocked an answer."""
    return [str(rating.get("category")) for rating in objects(ratings) if rating.get("blocked")]
