"""Values of a decoded answer that may be of any type: what of them can be used."""

from __future__ import annotations

from typing import Any, cast


def mapping(value: Any) -> dict[str, Any]:
    """The object itself; an empty one for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects among the items of a list; none for anything else."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def word(value: Any) -> str | None:
    """The string itself, unless it is empty; None for anything else."""
    return value if isinstance(value, str) and value else None
