"""JSON Schemas of annotated Python types.

Classes are written where they are used; one that contains itself goes into `$defs`.
Pure. Raises `TypeError` for a type that has no counterpart in JSON.
"""

from __future__ import annotations

import datetime
import decimal
import pathlib
import uuid
from collections import abc
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Literal, cast, get_args, get_origin

from ._docstrings import read_docstring
from ._json import dumps
from ._kinds import (
    MADE,
    NO_DEFAULT,
    Part,
    docstring_of,
    is_enum,
    is_record,
    is_self_describing,
    members_of,
    parts_of,
    unwrapped,
)

Schema = dict[str, Any]

PLAIN: Mapping[Any, Schema] = {
    Any: {},
    object: {},
    None: {"type": "null"},
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "format": "time"},
    datetime.timedelta: {"type": "string", "format": "duration"},
    decimal.Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    uuid.UUID: {"type": "string", "format": "uuid"},
    pathlib.Path: {"type": "string"},
}
"""Types that have one word in JSON."""

SETS = (set, frozenset, abc.Set, abc.MutableSet)
LISTS = (list, abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection)
MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)

LIMITS: Mapping[str, tuple[str, str]] = {
    "ge": ("minimum", "minimum"),
    "gt": ("exclusiveMinimum", "exclusiveMinimum"),
    "le": ("maximum", "maximum"),
    "lt": ("exclusiveMaximum", "exclusiveMaximum"),
    "multiple_of": ("multipleOf", "multipleOf"),
    "min_length": ("minLength", "minItems"),
    "max_length": ("maxLength", "maxItems"),
    "pattern": ("pattern", "pattern"),
}
"""Attributes of what is annotated to a type, and the keywords they are for a value and for a list."""


def schema_of(kind: Any) -> Schema:
    """The JSON Schema of a type or annotation; a class's docstring describes it."""
    writing = _Writing()
    schema = writing.write(kind)
    return writing.whole(schema)


def object_schema(parts: Iterable[Part], further: Any = None) -> Schema:
    """The JSON Schema of an object with these fields; `further` annotates those it may have besides."""
    writing = _Writing()
    schema = writing.fields(parts)
    if further is not None:
        schema["additionalProperties"] = writing.write(further) or True
    return writing.whole(schema)


class _Writing:
    """One schema: the classes being written now, and those that contain themselves."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[type[Any], str] = {}
        self._open: list[type[Any]] = []
        self._referred: set[type[Any]] = set()

    def whole(self, schema: Schema) -> Schema:
        """The schema with what it refers to; one that is only a reference is written out."""
        reference = schema.get("$ref")
        if reference is not None:
            name = str(reference).removeprefix("#/$defs/")
            schema = {**self.definitions[name], **{key: value for key, value in schema.items() if key != "$ref"}}
        return {**schema, "$defs": self.definitions} if self.definitions else schema

    def write(self, annotation: Any) -> Schema:
        kind, notes = unwrapped(annotation)
        schema = self._kind(kind)
        return {**schema, **annotated(notes, is_list=schema.get("type") == "array")}

    def fields(self, parts: Iterable[Part]) -> Schema:
        parts = list(parts)
        return {
            "type": "object",
            "properties": {part.name: self._field(part) for part in parts},
            "required": [part.name for part in parts if part.required],
            "additionalProperties": False,
        }

    def _field(self, part: Part) -> Schema:
        """A field's type, the words nearest to it, and its default."""
        schema = self.write(part.annotation)
        _, notes = unwrapped(part.annotation)
        if part.description and "description" not in annotated(notes, is_list=False):
            schema["description"] = part.description
        default = _as_json(part.default)
        return schema if default is NO_DEFAULT else {**schema, "default": default}

    def _kind(self, kind: Any) -> Schema:
        plain = PLAIN.get(kind)
        if plain is not None:
            return dict(plain)
        members = members_of(kind)
        if members is not None:
            return {"anyOf": [self.write(member) for member in members]}
        if get_origin(kind) is Literal:
            return _choices(get_args(kind))
        if is_enum(kind):
            return _choices([member.value for member in cast("type[Enum]", kind)])
        if is_self_describing(kind):
            return self._self_described(kind)
        if is_record(kind):
            return self._record(kind)
        return self._container(kind)

    def _container(self, kind: Any) -> Schema:
        origin, arguments = get_origin(kind) or kind, get_args(kind)
        if origin is tuple and arguments and arguments[-1] is not ...:
            return {
                "type": "array",
                "prefixItems": [self.write(one) for one in arguments],
                "minItems": len(arguments),
                "maxItems": len(arguments),
            }
        if origin in LISTS or origin is tuple:
            return {"type": "array", **({"items": self.write(arguments[0])} if arguments else {})}
        if origin in SETS:
            items = {"items": self.write(arguments[0])} if arguments else {}
            return {"type": "array", **items, "uniqueItems": True}
        if origin in MAPPINGS:
            values = self.write(arguments[1]) if arguments else {}
            return {"type": "object", **({"additionalProperties": values} if values else {})}
        if is_record(origin):
            return self._record(origin)
        name = getattr(kind, "__name__", None) or repr(kind)
        raise TypeError(f"{name} has no counterpart in JSON; use a class with fields")

    def _record(self, kind: type[Any]) -> Schema:
        """A class, or a reference to it from inside itself."""
        name = self._name(kind)
        if kind in self._open or name in self.definitions:
            self._referred.add(kind)
            return {"$ref": f"#/$defs/{name}"}
        self._open.append(kind)
        description = read_docstring(docstring_of(kind)).description
        schema: Schema = {"title": kind.__name__, **({"description": description} if description else {})}
        schema |= self.fields(parts_of(kind))
        self._open.remove(kind)
        if kind not in self._referred:
            return schema
        self.definitions[name] = schema
        return {"$ref": f"#/$defs/{name}"}

    def _self_described(self, kind: Any) -> Schema:
        schema: Schema = dict(kind.model_json_schema())
        self.definitions.update(schema.pop("$defs", {}))
        return schema

    def _name(self, kind: type[Any]) -> str:
        """The name of a class among the definitions; classes of one name are numbered."""
        if kind not in self._names:
            taken = {*self._names.values(), *self.definitions}
            name, number = kind.__name__, 2
            while name in taken:
                name, number = f"{kind.__name__}{number}", number + 1
            self._names[kind] = name
        return self._names[kind]


def _choices(values: Iterable[Any]) -> Schema:
    """One of several values."""
    listed = [value.value if isinstance(value, Enum) else value for value in values]
    kinds = {_word(value) for value in listed}
    return {**({"type": kinds.pop()} if len(kinds) == 1 else {}), "enum": listed}


def _word(value: Any) -> str:
    words = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    for kind in type(value).__mro__:
        if kind in words:
            return words[kind]
    raise TypeError(f"{value!r} cannot be one of the values of a schema; use strings, numbers, booleans or None")


def annotated(notes: Iterable[Any], *, is_list: bool) -> Schema:
    """What is annotated to a type, as keywords of a schema."""
    said: Schema = {}
    for note in notes:
        said |= _said(note, is_list)
    return said


def _said(note: Any, is_list: bool) -> Schema:
    """What one annotation adds: words, keywords of a schema, or limits as attributes."""
    if isinstance(note, str):
        return {"description": note}
    if isinstance(note, Mapping):
        return dict(cast("Mapping[str, Any]", note))
    said: Schema = {}
    for attribute, words in LIMITS.items():
        value = getattr(note, attribute, None)
        if value is not None:
            said[words[is_list]] = getattr(value, "pattern", value)
    inner = getattr(note, "metadata", None)
    for part in cast("list[Any]", inner) if isinstance(inner, list) else ():
        said |= _said(part, is_list)
    words = getattr(note, "description", None) or getattr(note, "documentation", None)
    return {**said, **({"description": words} if isinstance(words, str) else {})}


def _as_json(default: Any) -> Any:
    """A default as JSON, or NO_DEFAULT where it cannot be one."""
    if default is NO_DEFAULT or default is MADE:
        return NO_DEFAULT
    value: Any = default.value if isinstance(default, Enum) else default
    value = list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
    if not isinstance(value, str | int | float | bool | list | dict | None):
        return NO_DEFAULT
    try:
        dumps(value)
    except (TypeError, ValueError):
        return NO_DEFAULT
    return cast("Any", value)
