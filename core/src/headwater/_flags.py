"""Compat flags: what an endpoint differs in, read into the class of the api that owns them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from attrs import fields_dict

from ._model import Model
from ._settings import near_names
from .errors import RequestError

Flags = TypeVar("Flags")


def read_flags(model: Model, kind: type[Flags], *others: type[Any]) -> Flags:
    """`model.compat` as the attrs class `kind`, whose fields are the flags. Pure.

    `others` are the classes of further apis over which the same models are asked: their flags may
    stand in `compat` too, and are left out. Raises `RequestError` for a flag that there is none of,
    and for a value that a flag cannot have.
    """
    types = _types(kind)
    known = {*types, *(name for other in others for name in _types(other))}
    flags: dict[str, Any] = {}
    for name, value in model.compat.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            owner = kind.__module__.partition(".")[0]
            hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"see {owner}.{kind.__name__}"
            raise RequestError(f"{model} has a compat flag {name!r} that {model.api} does not know; {hint}")
        if name in types:
            flags[name] = value
            right = _missed(value, types[name])
            if right is not None:
                raise RequestError(f"{model} has the compat flag {name}={value!r}; it is {right}")
    return kind(**flags)


def _missed(value: Any, wanted: Any) -> str | None:
    """What a flag of that type is, where the value is nothing of the kind; None where it may be."""
    if wanted is bool:
        return None if isinstance(value, bool) else "True or False"
    origin = get_origin(wanted)
    if origin is Literal:
        choices = get_args(wanted)
        return None if value in choices else f"one of {', '.join(map(str, choices))}"
    if origin is Mapping:
        return _missed_in(value, get_args(wanted)[1])
    return "a sequence of strings" if origin in (tuple, Sequence) and isinstance(value, str) else None


def _missed_in(value: Any, wanted: Any) -> str | None:
    """The same of a flag that maps words to one of several: which is none of them, and which is near."""
    if not isinstance(value, Mapping):
        return "a mapping"
    choices = _choices(wanted)
    for word, meant in cast("Mapping[Any, Any]", value).items():
        if choices and meant not in choices:
            return f"a mapping, and {meant!r} of {word!r} is none of its values; {near_names(meant, choices)}"
    return None


def _choices(wanted: Any) -> tuple[Any, ...]:
    """The words of a type that is made of literals; none for another."""
    if get_origin(wanted) is Literal:
        return get_args(wanted)
    return tuple(choice for part in get_args(wanted) for choice in _choices(part))


@cache
def _types(kind: type[Any]) -> dict[str, Any]:
    """The flags of a class and the types of their values."""
    hints = get_type_hints(kind)
    return {name: hints[name] for name in fields_dict(kind)}
