"""MiniMax's endpoints and families of models, as data for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.8 and appendix A, and the vendor's pages on the Anthropic and OpenAI
protocols and on codes of errors (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import BUDGETS, Kind

MESSAGES: Mapping[str, Any] = {
    # The page on the protocol lists these as ignored.
    "refuses": ("top_k", "stop"),
    "server_tools": False,
    "documents": False,
    "thinks_unasked": True,
    "cache_control": True,
    "metadata": True,
}
"""Flags for Messages, in the terms of `headwater_anthropic.MessagesCompat`."""

CHAT: Mapping[str, Any] = {
    "max_tokens_field": "max_completion_tokens",
    "thinking_format": "adaptive",
    # Thinking comes in fields of its own, not between tags in the text.
    "extra_body": {"reasoning_split": True},
    "reasoning_details": True,
    "reasoning_field": "reasoning_content",
    "documents": False,
    "json_schema": False,
    "json_object": False,
    "parallel_tool_calls": False,
    "penalties": False,
    "seed_field": None,
    "tool_choices": ("auto", "none"),
    "refuses": ("verbosity", "prediction", "safety_identifier"),
}
"""Flags for chat completions, in the terms of `headwater_openai.ChatCompat`."""

SWITCH: Mapping[str, str] = {"off": "disabled", "high": "adaptive"}
"""Over chat completions a model is told whether to think, not how much."""


def apis_at(host: str) -> Mapping[str, Mapping[str, Any]]:
    """What holds over the further protocol, at one of the two services."""
    return {"openai-completions": {"base_url": f"https://{host}/v1", "compat": CHAT, "levels": SWITCH}}


_EFFORTS = ("low", "medium", "high", "xhigh", "max")

DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "levels": {effort: effort for effort in _EFFORTS},
    "compat": {"thinking": "adaptive", "efforts": _EFFORTS},
    "input": ("text", "image"),
    "capabilities": {"prompt_caching": True},
}
"""A model nobody described is taken for the newest: it thinks as it sees fit, steered by effort, and cannot stop."""

_BUDGETED: Mapping[str, Any] = {
    "levels": {"off": "disabled", **{level: BUDGETS[level] for level in ("minimal", "low", "medium", "high")}},
    "compat": {"thinking": "budget", "efforts": ()},
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "MiniMax-M2": {**_BUDGETED, "input": ("text",)},
    "MiniMax-M3": _BUDGETED,
    "MiniMax-M3.1": {},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""

CODES: Mapping[str, Kind] = {
    "1000": "server",
    "1001": "timeout",
    "1002": "rate_limit",
    "1004": "authentication",
    "1008": "quota",
    "1013": "server",
    "1024": "server",
    "1026": "content_filter",
    "1027": "content_filter",
    "1033": "server",
    "1039": "rate_limit",
    "1041": "rate_limit",
    "1042": "invalid_request",
    "2013": "invalid_request",
    "2045": "rate_limit",
    "2049": "authentication",
    "2056": "quota",
    "2061": "permission",
    "api_error": "server",
    "invalid_request_error": "invalid_request",
}
"""Codes in `base_resp.status_code`, which may stand in an answer of status 200; and the types of Messages."""
