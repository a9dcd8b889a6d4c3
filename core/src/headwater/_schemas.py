"""JSON Schemas made to suit a provider: the subset it takes, as data.

`narrow_schema` writes a schema in that subset and tells what was lost on the way; `strict_schema` is the form
in which a provider can hold a model to a schema word for word. Pure; the schema given is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, cast

from attrs import frozen

Schema = dict[str, Any]

NESTED = frozenset({"items", "additionalProperties", "not", "contains", "propertyNames", "unevaluatedProperties"})
"""Keywords whose value is a schema."""

LISTED = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
"""Keywords whose value is a list of schemas."""

NAMED = frozenset({"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"})
"""Keywords whose value holds schemas by name."""

WORDS = frozenset(
    {"$schema", "$id", "$comment", "$anchor", "title", "description", "default", "examples", "deprecated"}
)
"""Keywords that do not change what is valid."""

OPENING = frozenset({"additionalProperties", "patternProperties", "prefixItems"})
"""Keywords without which a schema allows what it did not, or the other way round."""

AGAIN = 1
"""How often a reference is followed inside of what it leads to, where references are written out."""

MOST = 10_000
"""How many references are followed at most: definitions that double each other end there."""


@frozen
class SchemaRules:
    """What a provider takes of JSON Schema.

    `keywords` are those it knows (None: all), `formats` the values of `format`. `references`: `$ref`
    may be used; else what it leads to is written in its place. `closed`: objects say that they have no
    further properties. `all_required`: every property is required, and one that need not be there
    may be null. `nullable`: null is said by a flag of that name instead of a type. `capitals`: types
    are in capital letters. `text_choices`: only strings can be enumerated. `one_of`: `oneOf` is known;
    else it becomes `anyOf`.
    """

    keywords: Set[str] | None = None
    formats: Set[str] | None = None
    references: bool = True
    closed: bool = False
    all_required: bool = False
    nullable: bool = False
    capitals: bool = False
    text_choices: bool = False
    one_of: bool = True


STRICT = SchemaRules(
    keywords=frozenset(
        {"type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "$ref", "$defs"}
        | {"title", "description", "pattern", "format", "multipleOf", "minimum", "maximum", "exclusiveMinimum"}
        | {"exclusiveMaximum", "minItems", "maxItems"}
    ),
    closed=True,
    all_required=True,
    one_of=False,
)
"""The form in which providers hold a model to a schema (wire/openai-chat, section 8)."""


def narrow_schema(schema: Mapping[str, Any], rules: SchemaRules) -> tuple[Schema, tuple[str, ...]]:
    """The schema in the subset, and the paths of what was lost: keywords that change what is valid."""
    narrowing = _Narrowing(schema, rules)
    return narrowing.write(schema, "", ()), tuple(narrowing.lost)


def strict_schema(schema: Mapping[str, Any]) -> Schema | None:
    """The schema with every object closed and every property required; those that were optional may be null.

    None where that would change what is valid: objects with any names, or values of any kind.
    """
    made, lost = narrow_schema(schema, STRICT)
    opened = any(path.rpartition(".")[2] in OPENING for path in lost)
    return None if opened or not _is_definite(made) else made


class _Narrowing:
    """One schema, the definitions its references lead to, and what was lost."""

    def __init__(self, root: Mapping[str, Any], rules: SchemaRules) -> None:
        self.root = root
        self.rules = rules
        self.lost: list[str] = []
        self._followed = 0

    def write(self, schema: Any, path: str, inside: tuple[str, ...]) -> Schema:
        """The schema in the subset; `inside` are the references that led here."""
        if not isinstance(schema, Mapping):
            return {}  # `true`: anything
        rules = self.rules
        said, inside = self._resolved(cast("Mapping[str, Any]", schema), path, inside)
        if "$ref" in said:
            return {"$ref": said["$ref"]}  # nothing may stand beside it
        made: Schema = {}
        for name, value in self._known(said, path):
            made[name] = self._value(name, value, _join(path, name), inside)
        self._object(made, said, path)
        made = _flagged(made) if rules.nullable else made
        return _in_capitals(made) if rules.capitals else made

    # -- keywords

    def _known(self, said: Schema, path: str) -> Iterator[tuple[str, Any]]:
        """The keywords that are kept; others are noted as lost where they mattered."""
        rules = self.rules
        if "const" in said and rules.keywords is not None and "const" not in rules.keywords:
            said["enum"] = [said.pop("const")]
        if "oneOf" in said and not rules.one_of:
            said["anyOf"] = [*said.get("anyOf", ()), *said.pop("oneOf")]
        for name, value in said.items():
            unknown = rules.keywords is not None and name not in rules.keywords
            if name == "format" and rules.formats is not None and value not in rules.formats:
                unknown = True
            if name == "enum" and rules.text_choices and not all(isinstance(one, str | None) for one in value):
                unknown = True
            if name == "additionalProperties" and (rules.closed or (unknown and value is not True)):
                if value is not False and not rules.closed:
                    self.lost.append(_join(path, name))
            elif not unknown:
                yield name, value
            elif name not in WORDS:
                self.lost.append(_join(path, name))

    def _value(self, name: str, value: Any, path: str, inside: tuple[str, ...]) -> Any:
        if name in NESTED and isinstance(value, Mapping):
            return self.write(value, path, inside)
        if name in LISTED and isinstance(value, Sequence):
            listed = enumerate(cast("Sequence[Any]", value))
            return [self.write(one, _join(path, str(number)), inside) for number, one in listed]
        if name in NAMED and isinstance(value, Mapping):
            named = cast("Mapping[str, Any]", value).items()
            return {key: self.write(one, _join(path, key), inside) for key, one in named}
        return value

    def _object(self, made: Schema, said: Schema, path: str) -> None:
        """Closes an object and requires its properties, where the rules want it."""
        if not _is_object(said):
            return
        rules = self.rules
        if rules.closed:
            further = said.get("additionalProperties", "properties" not in said)
            if further is not False:
                self.lost.append(_join(path, "additionalProperties"))
            made["additionalProperties"] = False
            made.setdefault("properties", {})
        if rules.all_required and "properties" in made:
            required = set(said.get("required", ()))
            properties: dict[str, Schema] = made["properties"]
            for name, value in properties.items():
                if name not in required:
                    properties[name] = _or_null(value)
            made["required"] = list(properties)

    # -- references

    def _resolved(
        self, schema: Mapping[str, Any], path: str, inside: tuple[str, ...], *, follow: bool = False
    ) -> tuple[Schema, tuple[str, ...]]:
        """The schema with `allOf` merged into it, and its reference followed where none may be used.

        A reference that leads to itself ends as any object.
        """
        said = dict(schema)
        reference = said.get("$ref")
        if reference is not None and (follow or not self.rules.references):
            self._followed += 1
            if inside.count(str(reference)) > AGAIN or self._followed > MOST:
                self.lost.append(_join(path, "$ref"))
                return {"type": "object"}, inside
            del said["$ref"]
            inside = (*inside, str(reference))
            followed, inside = self._resolved(self._lookup(str(reference)), path, inside, follow=follow)
            said = {**followed, **said}
        if not self.rules.references:
            said = {name: value for name, value in said.items() if name not in ("$defs", "definitions")}
        if "allOf" in said and self.rules.keywords is not None and "allOf" not in self.rules.keywords:
            for part in cast("Sequence[Any]", said.pop("allOf")):
                if isinstance(part, Mapping):
                    more, inside = self._resolved(cast("Mapping[str, Any]", part), path, inside, follow=True)
                    said = _merged(said, more)
        return said, inside

    def _lookup(self, reference: str) -> Mapping[str, Any]:
        found: Any = self.root
        for step in reference.removeprefix("#").strip("/").split("/"):
            if step:
                name = step.replace("~1", "/").replace("~0", "~")
                found = cast("Mapping[str, Any]", found).get(name) if isinstance(found, Mapping) else None
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_object(said: Mapping[str, Any]) -> bool:
    kinds: Any = said.get("type")
    return kinds == "object" or (isinstance(kinds, list) and "object" in kinds) or "properties" in said


def _or_null(schema: Schema) -> Schema:
    """The schema, or null; what describes it stands outside."""
    kinds: Any = schema.get("type")
    choices = cast("list[Schema]", schema.get("anyOf") or [])
    if kinds == "null" or (isinstance(kinds, list) and "null" in kinds) or any(map(_is_null, choices)):
        return schema
    if choices and set(schema) <= {"anyOf", "description", "title"}:
        return {**schema, "anyOf": [*choices, {"type": "null"}]}
    inner = {name: value for name, value in schema.items() if name != "description"}
    words = {"description": schema["description"]} if "description" in schema else {}
    return {**words, "anyOf": [inner, {"type": "null"}]}


def _is_null(schema: Mapping[str, Any]) -> bool:
    return str(schema.get("type")).lower() == "null"


def _flagged(made: Schema) -> Schema:
    """The schema with null said by a flag."""
    kinds: Any = made.get("type")
    if isinstance(kinds, list):
        others = [kind for kind in cast("list[str]", kinds) if kind != "null"]
        del made["type"]
        if len(others) == 1:
            made["type"] = others[0]
        elif others:
            made["anyOf"] = [{"type": kind} for kind in others]
        if len(others) < len(cast("list[str]", kinds)):
            made["nullable"] = True
    choices = cast("list[Schema]", made.get("anyOf") or [])
    told = [choice for choice in choices if not _is_null(choice)]
    if len(told) < len(choices):
        made["nullable"] = True
        made["anyOf"] = told
    if len(told) == 1:
        del made["anyOf"]
        made = {**told[0], **made}
    if None in made.get("enum", ()):
        made["nullable"] = True
        made["enum"] = [value for value in made["enum"] if value is not None]
    return made


def _in_capitals(made: Schema) -> Schema:
    """The schema with its type, and those of alternatives that were types, in capitals."""
    kinds: Any = made.get("type")
    if isinstance(kinds, str):
        made["type"] = kinds.upper()
    for choice in cast("list[Schema]", made.get("anyOf") or []):
        if isinstance(choice.get("type"), str):
            choice["type"] = choice["type"].upper()
    return made


def _merged(said: Schema, more: Schema) -> Schema:
    """Both schemas as one: what either says of an object holds."""
    merged = {**more, **said}
    for name in ("properties", "$defs"):
        if name in said and name in more:
            merged[name] = {**more[name], **said[name]}
    if "required" in said and "required" in more:
        merged["required"] = list(dict.fromkeys([*said["required"], *more["required"]]))
    return merged


def _is_definite(schema: Any) -> bool:
    """Whether every value in a schema has a form."""
    if not isinstance(schema, dict):
        return True
    said = cast("Schema", schema)
    if not set(said) & {"type", "anyOf", "enum", "const", "$ref"}:
        return False
    inner = [said[name] for name in NESTED if name in said]
    inner += [one for name in LISTED for one in said.get(name, ())]
    inner += [one for name in NAMED for one in said.get(name, {}).values()]
    listed = said.get("type") == "array" and "items" not in said
    return not listed and all(map(_is_definite, inner))
