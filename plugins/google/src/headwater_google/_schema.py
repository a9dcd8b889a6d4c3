"""JSON Schemas as Gemini takes them.

`plain` suits the fields that take JSON Schema; `narrow` makes the subset of OpenAPI that the older
`parameters` and `responseSchema` take: types in capitals, references put in their place, what has no
counterpart left out. Pure. Source: wire/google-generative-ai, section 2 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

_KEPT = frozenset(
    {
        "title",
        "description",
        "nullable",
        "default",
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "required",
        "propertyOrdering",
        "example",
    }
)
_FORMATS = frozenset({"enum", "date-time", "int32", "int64", "float", "double"})
_DEEPEST = 32
"""How deep references are followed; one that leads to itself ends there as an object of any kind."""


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as JSON Schema, without what only names its dialect."""
    return {name: value for name, value in schema.items() if name not in ("$schema", "$comment")}


def narrow(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema in the subset of OpenAPI."""
    return _Narrowing(schema).narrow(schema, 0)


class _Narrowing:
    """One schema and the definitions its references lead to."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root

    def narrow(self, schema: Any, depth: int) -> dict[str, Any]:
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            # `true` and `{}` allow anything, for which there is no word.
            return {"type": "OBJECT"} if depth > _DEEPEST else {}
        said = self._resolved(cast("Mapping[str, Any]", schema))
        made = {name: value for name, value in said.items() if name in _KEPT}
        if made.get("format") not in _FORMATS:
            made.pop("format", None)
        self._types(made, said, depth)
        self._choices(made, said)
        if isinstance(said.get("properties"), Mapping):
            properties = cast("Mapping[str, Any]", said["properties"])
            made["properties"] = {name: self.narrow(value, depth + 1) for name, value in properties.items()}
            made.setdefault("type", "OBJECT")
        if "items" in said or "prefixItems" in said:
            made["items"] = self._items(said, depth)
            made.setdefault("type", "ARRAY")
        return made

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema with its reference followed and `allOf` merged into it."""
        said = dict(schema)
        for _ in range(_DEEPEST):
            reference = said.pop("$ref", None)
            if reference is None:
                break
            said = {**self._lookup(str(reference)), **said}
        parts = said.pop("allOf", None)
        for part in cast("Sequence[Any]", parts or ()):
            more = dict(self._resolved(part)) if isinstance(part, Mapping) else {}  # pyright: ignore[reportUnknownArgumentType]
            properties = {**more.get("properties", {}), **said.get("properties", {})}
            required = [*said.get("required", ()), *more.get("required", ())]
            said = {**more, **said}
            if properties:
                said["properties"] = properties
            if required:
                said["required"] = list(dict.fromkeys(required))
        return said

    def _lookup(self, reference: str) -> Mapping[str, Any]:
        found: Any = self.root
        for step in reference.removeprefix("#").strip("/").split("/"):
            if step:
                name = step.replace("~1", "/").replace("~0", "~")
                found = cast("Mapping[str, Any]", found).get(name) if isinstance(found, Mapping) else None
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}

    def _types(self, made: dict[str, Any], said: Mapping[str, Any], depth: int) -> None:
        """The type in capitals; several types are alternatives, and null makes it nullable."""
        named = said.get("type")
        types = [named] if isinstance(named, str) else [str(one) for one in cast("Sequence[Any]", named or ())]
        others = [one for one in types if one != "null"]
        if len(others) < len(types):
            made["nullable"] = True
        if len(others) == 1:
            made["type"] = others[0].upper()
        alternatives = [{"type": one} for one in others] if len(others) > 1 else []
        alternatives += cast("list[Any]", said.get("anyOf") or said.get("oneOf") or [])
        told = [self.narrow(one, depth + 1) for one in alternatives if one != {"type": "null"}]
        if len(told) < len(alternatives):
            made["nullable"] = True
        if len(told) == 1:
            made.update({**told[0], **made})
        elif told:
            made["anyOf"] = told

    def _choices(self, made: dict[str, Any], said: Mapping[str, Any]) -> None:
        """Only strings can be enumerated."""
        values = [said["const"]] if "const" in said else said.get("enum")
        if not isinstance(values, Sequence) or isinstance(values, str):
            return
        words = [one for one in cast("Sequence[Any]", values) if isinstance(one, str)]
        if None in values:
            made["nullable"] = True
        if words and len(words) == len([one for one in cast("Sequence[Any]", values) if one is not None]):
            made["enum"] = words
            made["type"] = "STRING"

    def _items(self, said: Mapping[str, Any], depth: int) -> dict[str, Any]:
        first: list[Any] = list(said.get("prefixItems") or ())
        kinds = [self.narrow(one, depth + 1) for one in (*first, *([said["items"]] if "items" in said else []))]
        distinct = [kind for place, kind in enumerate(kinds) if kind and kind not in kinds[:place]]
        return distinct[0] if len(distinct) == 1 else {"anyOf": distinct} if distinct else {}
