"""What both protocols ask of a JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast


def is_strict(schema: object) -> bool:
    """Whether a schema may be sent as strict: every object closed, every property required.

    Source: wire/openai-chat, section 8.
    """
    if isinstance(schema, list):
        return all(is_strict(one) for one in cast("list[object]", schema))
    if not isinstance(schema, Mapping):
        return True
    parts = cast("Mapping[str, Any]", schema)
    kinds: Any = parts.get("type")
    if kinds == "object" or (isinstance(kinds, list) and "object" in kinds) or "properties" in parts:
        properties = parts.get("properties", {})
        if parts.get("additionalProperties") is not False or set(properties) != set(parts.get("required", ())):
            return False
        if not all(is_strict(one) for one in properties.values()):
            return False
    inner = [value for name, value in parts.items() if name not in _NO_SCHEMAS]
    inner += [value for name in ("$defs", "definitions") for value in parts.get(name, {}).values()]
    return all(is_strict(value) for value in inner)


_NO_SCHEMAS = frozenset({"properties", "$defs", "definitions", "const", "enum", "default", "required"})
"""Keywords whose value is no schema itself, nor a list of them."""


def is_any_object(schema: Mapping[str, Any]) -> bool:
    """Whether a response format asks for any JSON object, not for one of a certain form."""
    return set(schema) <= {"type", "title"}


def schema_name(schema: Mapping[str, Any]) -> str:
    """The name of a response format: the schema's title, made of what a name may hold (64 of `A-Za-z0-9_-`)."""
    title = schema.get("title")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", title)[:64] if isinstance(title, str) and title else "answer"
