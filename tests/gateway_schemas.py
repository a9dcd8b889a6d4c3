"""Shapes of requests that no library has as types, written down from the vendors' pages (November 2026).

Each closes the top of a body and what is the provider's own in it; what a protocol's owner has types for
is judged by those. Sources: wire/openai-compatible sections 3.8 to 3.11 and 3.15, wire/github-copilot section 5,
the vendors' pages on each protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

Schema = Mapping[str, Any]

ANY: Schema = {}
EPHEMERAL: Schema = {"properties": {"type": {"const": "ephemeral"}, "ttl": {"enum": ["5m", "1h"]}}}


def closed(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": dict(properties),
        "additionalProperties": False,
    }


def one_of(*values: str) -> Schema:
    """One of some words."""
    return {"enum": list(values)}


def wrong(schema: Schema, body: Any) -> str:
    """What of a body does not keep to a schema; empty when all does."""
    jsonschema = pytest.importorskip("jsonschema")
    errors = jsonschema.Draft202012Validator(schema).iter_errors(body)
    return "\n".join(f"{error.json_path}: {error.message}" for error in errors)


EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

REASONING: Schema = {
    **closed(effort=one_of(*EFFORTS), max_tokens={"type": "integer"}, enabled={"type": "boolean"}, exclude=ANY),
    "not": {"required": ["effort", "max_tokens"]},
}
"""How much to think, by effort or in tokens."""

CHAT_FIELDS: Mapping[str, Schema] = dict.fromkeys(
    ("model", "messages", "stream", "stream_options", "temperature", "top_p", "stop", "tools", "tool_choice"), ANY
)
"""What every imitation of chat completions takes."""

VERCEL_CHAT: Schema = closed(
    ("model", "messages"),
    **CHAT_FIELDS,
    max_tokens={"type": "integer"},
    seed={"type": "integer"},
    frequency_penalty=ANY,
    presence_penalty=ANY,
    parallel_tool_calls={"type": "boolean"},
    response_format=ANY,
    reasoning=REASONING,
    providerOptions={"type": "object"},
)

_CONTENT: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"type": one_of("text", "image", "tool_use", "tool_result", "thinking")},
    },
}

MINIMAX_MESSAGES: Schema = closed(
    ("model", "max_tokens", "messages"),
    model={"type": "string"},
    max_tokens={"type": "integer", "minimum": 1},
    messages={"type": "array", "items": closed(("role",), role=one_of("user", "assistant"), content=_CONTENT)},
    system=ANY,
    stream={"type": "boolean"},
    temperature={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    top_p={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    tools={"type": "array"},
    tool_choice={"type": "object"},
    metadata=closed(user_id=ANY),
    thinking={"properties": {"type": one_of("enabled", "disabled", "adaptive")}, "required": ["type"]},
    output_config=closed(effort=one_of("low", "medium", "high", "xhigh", "max")),
)
"""What the page on the protocol does not call ignored."""

MINIMAX_CHAT: Schema = closed(
    ("model", "messages", "reasoning_split"),
    **{**CHAT_FIELDS, "tool_choice": one_of("auto", "none")},
    max_completion_tokens={"type": "integer"},
    reasoning_split={"const": True},
    thinking=closed(("type",), type=one_of("adaptive", "disabled")),
)
"""Function tools, no forced ones, no formats; thinking that is split off."""

HUGGINGFACE_EXTRA = ("reasoning_effort",)
"""What the router passes on beyond what its vendor's library has types for (pi-ai 1.5.2, data of huggingface)."""

COPILOT_CHAT: Schema = closed(
    ("model", "messages"),
    **CHAT_FIELDS,
    max_completion_tokens={"type": "integer"},
    seed=ANY,
    frequency_penalty=ANY,
    presence_penalty=ANY,
    parallel_tool_calls={"type": "boolean"},
    response_format=ANY,
)
"""No `max_tokens`, `store`, `reasoning_effort`: Copilot refuses them over chat completions."""
