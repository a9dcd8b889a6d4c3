"""The vendor's own types of requests as a judge of ours, closed to what they do not name.

OpenRouter's library takes unknown words, fields and kinds of blocks, so that it need not be updated; the
judge takes only what it names.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

KINDS = {
    "openai-completions": "ChatRequest",
    "openai-responses": "ResponsesRequest",
    "anthropic-messages": "MessagesRequest",
}


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
    components = pytest.importorskip("openrouter.components")
    pydantic = pytest.importorskip("pydantic")
    from pydantic_core import SchemaValidator

    schema = pydantic.TypeAdapter(getattr(components, KINDS[api])).core_schema
    # Models that are ready would judge by themselves, and openly.
    return SchemaValidator(_closed(schema), _use_prebuilt=False)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list | tuple):
        return type(schema)(_closed(part) for part in schema)
    if not isinstance(schema, dict):
        return schema
    if "parse_open_union" in repr(schema.get("function")):
        return _closed(schema["schema"])  # it lets pass what the library does not know
    if "InputSchema" in repr(schema.get("cls")):
        return schema  # a JSON Schema, which may say more than a library names
    made = {name: part if name in ("metadata", "serialization") else _closed(part) for name, part in schema.items()}
    if made.get("type") == "model-fields" and "extras_schema" not in made:
        made["extra_behavior"] = "forbid"
    if made.get("type") == "model" and "extras_schema" not in made["schema"]:
        made["config"] = {**made.get("config", {}), "extra_fields_behavior": "forbid"}
    if made.get("type") == "union":
        made["choices"] = [_closed(one) for one in schema["choices"] if not _is_open(one)] or made["choices"]
    return made


def _is_open(choice: Any) -> bool:
    """Whether a choice is there for what the library does not know yet."""
    one: Any = choice[0] if isinstance(choice, tuple) else choice
    if one["type"] == "lax-or-strict":
        return "UnrecognizedStr" in repr(one["lax_schema"])
    return "Unknown" in repr(one.get("cls") or one.get("schema_ref"))
