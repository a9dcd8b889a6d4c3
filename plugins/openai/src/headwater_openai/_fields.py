"""Fields of objects as they came from a server, whatever their type turned out to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

Fields = Mapping[str, Any]


def text(raw: Fields, name: str) -> str | None:
    """The text in a field; None for anything else."""
    value = raw.get(name)
    return value if isinstance(value, str) else None


def fields(raw: Fields, name: str) -> dict[str, Any]:
    """The object in a field; an empty one for anything else."""
    value = raw.get(name)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def objects(raw: Fields, name: str) -> list[dict[str, Any]]:
    """The objects in the list in a field."""
    value = raw.get(name)
    return [one for one in cast("list[Any]", value) if isinstance(one, dict)] if isinstance(value, list) else []
