"""The vendor's own types of requests as a judge of ours, closed to fields they do not name.

The types are `TypedDict`s; pydantic makes a schema of them, which is then closed: no
further keys, sequences looked at at once, and no type of an answer where one of a request
is meant (the vendor's library takes either).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest


def problems(body: dict[str, Any], *, beta: bool = False) -> str:
    """What the vendor's types find wrong with a body; empty when nothing is."""
    pydantic = pytest.importorskip("pydantic_core")
    try:
        _judge(beta).validate_python(body)
    except pydantic.ValidationError as error:
        return str(error)
    return ""


@cache
def _judge(beta: bool) -> Any:
    pydantic = pytest.importorskip("pydantic")
    pytest.importorskip("anthropic")
    from anthropic.types import message_create_params
    from anthropic.types.beta import message_create_params as beta_params
    from pydantic_core import SchemaValidator

    params: Any = beta_params if beta else message_create_params
    schema = pydantic.TypeAdapter(params.MessageCreateParamsStreaming).core_schema
    answers = {one["ref"] for one in schema.get("definitions", ()) if _is_answer(one, set())}
    return SchemaValidator(_closed(schema, answers))


def _closed(schema: Any, answers: set[str]) -> Any:
    if isinstance(schema, list | tuple):
        return type(schema)(_closed(part, answers) for part in schema)
    if not isinstance(schema, dict):
        return schema
    made = {
        name: part if name in ("metadata", "serialization") else _closed(part, answers) for name, part in schema.items()
    }
    if made.get("type") == "typed-dict" and "extras_schema" not in made:
        made["extra_behavior"] = "forbid"
    if made.get("type") == "generator":
        made["type"] = "list"
    if made.get("type") == "union":
        made["choices"] = [one for one in made["choices"] if not _is_answer(one, answers)] or made["choices"]
    return made


def _is_answer(schema: Any, answers: set[str]) -> bool:
    """Whether a schema is of a block of an answer (a model) and not of a request."""
    if isinstance(schema, tuple):
        schema = schema[0]
    if schema["type"] == "union":
        return all(_is_answer(choice, answers) for choice in schema["choices"])
    if schema["type"] in ("function-wrap", "nullable"):
        return _is_answer(schema["schema"], answers)
    return schema["type"] == "model" or schema.get("schema_ref") in answers
