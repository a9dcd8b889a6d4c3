"""The vendor's own types of requests as a judge of ours, closed to fields they do not name.

The types are `TypedDict`s; pydantic makes a schema of them, which is then closed: no
further keys, and sequences looked at at once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest


def problems(api: str, body: dict[str, Any]) -> str:
    """What the vendor's types find wrong with a body of that api; empty when nothing is."""
    core = pytest.importorskip("pydantic_core")
    try:
        _judge(api).validate_python(body)
    except core.ValidationError as error:
        return str(error)
    return ""


@cache
def _judge(api: str) -> Any:
    pydantic = pytest.importorskip("pydantic")
    pytest.importorskip("openai")
    from openai.types.chat import completion_create_params
    from openai.types.responses import response_create_params
    from pydantic_core import SchemaValidator

    kinds: dict[str, Any] = {
        "chat": completion_create_params.CompletionCreateParamsStreaming,
        "responses": response_create_params.ResponseCreateParamsStreaming,
        "polled": response_create_params.ResponseCreateParamsNonStreaming,
    }
    return SchemaValidator(_closed(pydantic.TypeAdapter(kinds[api]).core_schema))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list | tuple):
        return type(schema)(_closed(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    made = {name: part if name in ("metadata", "serialization") else _closed(part) for name, part in schema.items()}
    if made.get("type") == "typed-dict" and "extras_schema" not in made:
        made["extra_behavior"] = "forbid"
    if made.get("type") == "generator":
        made["type"] = "list"
    return made
