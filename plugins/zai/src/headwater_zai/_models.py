"""What Z.ai's endpoints and the families of GLM models are like, for ids that are in no catalogue.

Source: wire/openai-compatible, section 3.7 and appendix A (November 2026), the vendor's library
(zai-sdk 0.2.3) and its page on error codes (docs.z.ai/api-reference/api-code).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import Kind

QUIRKS: Mapping[str, Any] = {
    "strict_tools": True,
    "thinking_format": "zai",
    "reasoning_effort": False,
    # Unchanged, beside `clear_thinking: false`.
    "reasoning_field": "reasoning_content",
    "tool_stream": True,
    "tool_choices": ("auto",),
    "parallel_tool_calls": False,
    "max_temperature": 1.0,
    "penalties": False,
    "refuses": ("verbosity", "prediction"),
    "user_field": "user_id",
    "max_stops": 1,
    "json_schema": False,
    "documents": False,
}
"""Compat flags of its endpoints, in the terms of `headwater_openai.ChatCompat`."""

CODES: Mapping[str, Kind] = {
    **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), "authentication"),
    # The account: inactive, unknown, locked; in arrears; out of reach; not to be used so.
    **dict.fromkeys(("1110", "1111", "1112", "1121", "1220"), "permission"),
    "1113": "quota",
    "1120": "server",
    "1211": "model_not_found",
    "1221": "model_not_found",
    "1222": "model_not_found",
    **dict.fromkeys(("1210", "1212", "1213", "1214", "1215", "1231"), "invalid_request"),
    **dict.fromkeys(("1200", "1230", "1234"), "server"),
    "1261": "context_overflow",
    **dict.fromkeys(("1300", "1301"), "content_filter"),
    **dict.fromkeys(("1302", "1303", "1305", "1313"), "rate_limit"),
    # Limits of a day, of the plan, of a week or month; waiting does not help.
    **dict.fromkeys(("1304", "1308", "1309", "1310"), "quota"),
    "1311": "permission",
    "1312": "overloaded",
}
"""Codes of errors. They come as 400, 401, 429 or 500, which tell them apart less well."""

DEFAULTS: Mapping[str, Any] = {"reasoning": True, "capabilities": {"prompt_caching": True}}
"""A model nobody described thinks, and can be told whether to."""

_SWITCH: Mapping[str, Any] = {"levels": {"off": "none", "high": "high"}}
"""Thinks or does not; how much is its own affair."""

_5_3: Mapping[str, Any] = {
    "levels": {"low": "low", "high": "high", "max": "max"},
    # Objects come as strings of JSON where a schema refers to them.
    "compat": {"reasoning_effort": True, "schema_references": False},
}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "glm-": _SWITCH,
    "glm-4-": {"reasoning": False, "levels": {}},
    "glm-4.5v": {**_SWITCH, "input": ("text", "image")},
    "glm-4.6v": {**_SWITCH, "input": ("text", "image")},
    "glm-5v": {**_SWITCH, "input": ("text", "image")},
    "glm-5.2": {"levels": {"off": "none", "high": "high", "max": "max"}, "compat": {"reasoning_effort": True}},
    "glm-5.3": _5_3,
    "glm-5.3-flash": {**_5_3, "input": ("text", "image")},
}
"""Beginning of an id and what its family is like; the longest beginning wins."""
