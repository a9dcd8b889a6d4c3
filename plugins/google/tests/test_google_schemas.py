"""Schemas in the subset of OpenAPI, for fields that take no JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest
from google_requests import LIST, NOW, SCHEMA
from google_wire import HUB, MODEL, ask
from hypothesis import given
from hypothesis import strategies as st

from headwater_google._schema import narrow, plain

NARROWED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "string", "minLength": 1, "$comment": "x"}, {"type": "STRING", "minLength": 1}),
    ({"type": ["string", "null"]}, {"type": "STRING", "nullable": True}),
    ({"type": ["string", "integer"]}, {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]}),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "STRING", "nullable": True}),
    ({"oneOf": [{"type": "string"}, {"type": "number"}]}, {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]}),
    ({"const": "a"}, {"type": "STRING", "enum": ["a"]}),
    ({"enum": ["a", None]}, {"type": "STRING", "enum": ["a"], "nullable": True}),
    ({"type": "integer", "enum": [1, 2]}, {"type": "INTEGER"}),
    ({"type": "string", "format": "uuid"}, {"type": "STRING"}),
    ({"type": "string", "format": "date-time"}, {"type": "STRING", "format": "date-time"}),
    ({"items": {"type": "string"}}, {"type": "ARRAY", "items": {"type": "STRING"}}),
    (
        {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
        {"type": "ARRAY", "items": {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]}},
    ),
    (
        {"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}], "properties": {"b": True}},
        {"type": "OBJECT", "properties": {"a": {"type": "STRING"}, "b": {}}, "required": ["a"]},
    ),
    (
        {"properties": {"a": {"$ref": "#/$defs/x~1y"}}, "$defs": {"x/y": {"type": "number"}}},
        {"type": "OBJECT", "properties": {"a": {"type": "NUMBER"}}},
    ),
    ({"$ref": "#/nowhere"}, {}),
]


@pytest.mark.parametrize(("schema", "expected"), NARROWED)
def test_a_schema_is_narrowed(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    """Types in capitals, references in their place, and what has no counterpart left out."""
    assert narrow(schema) == expected


def test_a_schema_that_leads_to_itself_ends() -> None:
    """As an object of any kind, in the end."""
    tree = {"type": "object", "properties": {"below": {"$ref": "#"}}}
    made, depth = narrow(tree), 0
    while "properties" in made:
        made, depth = made["properties"]["below"], depth + 1
    assert (made, depth) == ({"type": "OBJECT"}, 33)


def test_plain_keeps_all_but_the_dialect() -> None:
    """Fields that take JSON Schema get it."""
    assert plain({"$schema": "x", "$defs": {}, "const": 1}) == {"$defs": {}, "const": 1}


SCHEMAS = st.recursive(
    st.fixed_dictionaries({}, optional={"type": st.sampled_from(["string", "integer", "null", "boolean"])})
    | st.fixed_dictionaries({"enum": st.lists(st.text(max_size=2) | st.none() | st.integers(), max_size=3)})
    | st.booleans(),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array", ["object", "null"]]),
            "properties": st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
            "items": inner,
            "anyOf": st.lists(inner, max_size=2),
            "allOf": st.lists(inner, max_size=2),
            "additionalProperties": inner,
            "not": inner,
        },
    ),
    max_leaves=8,
)


@given(SCHEMAS)
def test_the_vendors_type_takes_whatever_is_narrowed(schema: Any) -> None:
    """No field it does not know, and none of the wrong type."""
    types = pytest.importorskip("google.genai.types")
    made = narrow(schema if isinstance(schema, dict) else {"items": schema})
    assert types.Schema.model_validate(made, by_alias=True, by_name=False) is not None


def test_an_endpoint_that_takes_no_json_schema_gets_the_subset() -> None:
    """Of tools and of the answer; a tool without arguments has no schema at all."""
    base = HUB.model(MODEL)
    model = HUB.model(MODEL, compat={**base.compat, "json_schema": False})
    body = ask(model=model, tools=[LIST, NOW], response_format=SCHEMA)
    assert body["tools"][0]["functionDeclarations"] == [
        {"name": "list_files", "description": LIST.description, "parameters": narrow(LIST.parameters)},
        {"name": "now"},
    ]
    assert body["generationConfig"] == {"responseMimeType": "application/json", "responseSchema": narrow(SCHEMA)}
