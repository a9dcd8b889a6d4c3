"""JSON Schemas in the subset a provider takes, with what was lost told; and the strict form."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import SchemaRules, narrow_schema, strict_schema

PERSON: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Person",
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "description": "in full"},
        "age": {"type": ["integer", "null"], "default": 3},
        "kind": {"const": "person"},
        "home": {"$ref": "#/$defs/Place"},
        "score": {"oneOf": [{"type": "number"}, {"type": "string"}]},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"Place": {"type": "object", "properties": {"lat": {"type": "number"}}, "required": ["lat"]}},
}

GEMINI = SchemaRules(
    keywords=frozenset(
        {"type", "properties", "required", "items", "enum", "anyOf", "description", "title", "nullable", "format"}
        | {"minimum", "maximum", "minLength"}
    ),
    formats=frozenset({"date-time"}),
    references=False,
    nullable=True,
    capitals=True,
    text_choices=True,
    one_of=False,
)
"""A subset of OpenAPI, as one provider has it."""


def test_a_strict_schema_requires_everything_and_closes_every_object() -> None:
    """What need not be there may be null; words stay outside, defaults and limits it does not know go."""
    assert strict_schema(PERSON) == {
        "title": "Person",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "in full"},
            "age": {"type": ["integer", "null"]},
            "kind": {"anyOf": [{"const": "person"}, {"type": "null"}]},
            "home": {"anyOf": [{"$ref": "#/$defs/Place"}, {"type": "null"}]},
            "score": {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]},
        },
        "required": ["name", "age", "kind", "home", "score"],
        "additionalProperties": False,
        "$defs": {
            "Place": {
                "type": "object",
                "properties": {"lat": {"type": "number"}},
                "required": ["lat"],
                "additionalProperties": False,
            }
        },
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {}}},
        {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"type": "array"}}},
        {"type": "object", "properties": {"a": {"type": "array", "prefixItems": [{"type": "string"}]}}},
        {"type": "object", "properties": {"a": {"anyOf": [{"type": "object"}, {"type": "null"}]}}},
        {"type": "object", "properties": {}, "patternProperties": {"a": {"type": "string"}}},
    ],
    ids=str,
)
def test_what_leaves_open_which_fields_there_are_cannot_be_strict(schema: dict[str, Any]) -> None:
    """Closing it would change what is valid."""
    assert strict_schema(schema) is None


def test_a_reference_stands_alone() -> None:
    """Nothing may stand beside it in the strict form."""
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A", "description": "words"}},
        "required": ["a"],
        "$defs": {"A": {"type": "string"}},
    }
    made = strict_schema(schema)
    assert made is not None
    assert made["properties"]["a"] == {"$ref": "#/$defs/A"}


def test_a_subset_is_data() -> None:
    """Types in capitals, null as a flag, references written out, and what was lost is told."""
    made, lost = narrow_schema(PERSON, GEMINI)
    assert made == {
        "title": "Person",
        "type": "OBJECT",
        "properties": {
            "name": {"type": "STRING", "minLength": 1, "description": "in full"},
            "age": {"type": "INTEGER", "nullable": True},
            "kind": {"enum": ["person"]},
            "home": {"type": "OBJECT", "properties": {"lat": {"type": "NUMBER"}}, "required": ["lat"]},
            "score": {"anyOf": [{"type": "NUMBER"}, {"type": "STRING"}]},
        },
        "required": ["name"],
    }
    assert lost == ()


@pytest.mark.parametrize(
    ("schema", "lost"),
    [
        ({"type": "string", "format": "uuid"}, ("format",)),
        ({"type": "integer", "enum": [1, 2]}, ("enum",)),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True}, ("uniqueItems",)),
        ({"type": "object", "properties": {"a": {"not": {}}}}, ("properties.a.not",)),
        ({"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}, ("additionalProperties",)),
        ({"$comment": "words", "examples": [1], "default": 1}, ()),
    ],
    ids=str,
)
def test_what_is_lost_is_told_with_its_path(schema: dict[str, Any], lost: tuple[str, ...]) -> None:
    """As far as it changes what is valid; mere words are not."""
    assert narrow_schema(schema, GEMINI)[1] == lost


def test_a_reference_that_leads_to_itself_ends() -> None:
    """Where it has to be written out; at some depth it is any object, and that is told."""
    node: dict[str, Any] = {"type": "object", "properties": {"inside": {"$ref": "#"}}}
    made, lost = narrow_schema(node, GEMINI)
    assert (made["type"], bool(lost)) == ("OBJECT", True)


def test_parts_that_all_hold_are_one() -> None:
    """Properties and requirements together."""
    schema = {
        "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"b": {"type": "string"}}, "required": ["b"]}],
        "$defs": {"A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}},
    }
    made, _ = narrow_schema(schema, GEMINI)
    assert (sorted(made["properties"]), sorted(made["required"])) == (["a", "b"], ["a", "b"])


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "STRING", "nullable": True}),
        (
            {"type": ["string", "integer", "null"]},
            {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}], "nullable": True},
        ),
        ({"enum": ["a", None]}, {"enum": ["a"], "nullable": True}),
        ({"const": "a"}, {"enum": ["a"]}),
        (True, {}),
    ],
    ids=str,
)
def test_null_is_a_flag_where_it_is_no_type(schema: Any, made: dict[str, Any]) -> None:
    """In every way it can be written."""
    wrapped, _ = narrow_schema({"type": "object", "properties": {"a": schema}}, GEMINI)
    assert {**wrapped["properties"]["a"]} == made


keywords = st.sampled_from(
    ["type", "properties", "items", "anyOf", "allOf", "enum", "$ref", "required", "format", "not"]
)
schemas = st.recursive(
    st.sampled_from(
        [{}, True, {"type": "string"}, {"type": "null"}, {"$ref": "#"}, {"$ref": "#/nowhere"}, {"enum": [1, None]}]
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from("ab"), inner, max_size=2)}
        ),
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, max_size=2)}),
        st.fixed_dictionaries({"allOf": st.lists(inner, max_size=2), "description": st.just("words")}),
    ),
    max_leaves=5,
)


@given(schemas.filter(lambda schema: isinstance(schema, dict)))
def test_any_schema_can_be_narrowed_and_stays_as_it_was(schema: dict[str, Any]) -> None:
    """Whatever refers to whatever."""
    before = copy.deepcopy(schema)
    made, _ = narrow_schema(schema, GEMINI)
    strict_schema(schema)
    assert (schema, "$ref" in str(made)) == (before, False)
