"""What an annotated Python type is made of: the fields of classes, the members of unions.

Knows attrs and data classes, typed dictionaries, named tuples and the signatures of functions. A class that
writes and checks its own schema (`model_json_schema`, `model_validate`) is left to do so, whoever made it.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import lru_cache
from typing import (
    Annotated,
    Any,
    NotRequired,
    Required,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import attrs
from attrs import frozen

from ._docstrings import read_docstring

NO_DEFAULT: Any = object()
"""The default of a field that has to be given."""

MADE: Any = object()
"""The default of a field whose default is made anew each time."""


@frozen
class Part:
    """One field of a class or parameter of a function; `annotation` may be `Annotated`."""

    name: str
    annotation: Any
    default: Any = NO_DEFAULT
    description: str = ""

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is NO_DEFAULT


def is_self_describing(kind: Any) -> bool:
    """Whether a class writes its own schema and checks its own values."""
    return isinstance(kind, type) and hasattr(kind, "model_json_schema") and hasattr(kind, "model_validate")


def is_record(kind: Any) -> bool:
    """Whether a class is an object with named fields."""
    if not isinstance(kind, type):
        return False
    made: type[Any] = kind
    return attrs.has(made) or dataclasses.is_dataclass(made) or is_typeddict(made) or _is_named_tuple(made)


@lru_cache(maxsize=512)
def parts_of(kind: type[Any]) -> tuple[Part, ...]:
    """The fields of a class that can be given when one is made; raises `TypeError` where a name leads nowhere."""
    hints = _hints(kind)
    said = read_docstring(_own_docstring(kind)).parameters
    return tuple(
        Part(name, hints.get(attribute, Any), default, said.get(attribute, ""))
        for name, attribute, default in _named(kind)
    )


def parameters_of(function: Callable[..., Any]) -> tuple[tuple[Part, ...], Any]:
    """The parameters of a function that can be given by name, and the annotation of further ones (None: none).

    Raises `TypeError` for a function with arguments that have no name.
    """
    hints = _hints(inspect.unwrap(_plain(function)))
    said = read_docstring(inspect.getdoc(_plain(function))).parameters
    parts: list[Part] = []
    further: Any = None
    for parameter in inspect.signature(function).parameters.values():
        annotation = hints.get(parameter.name, Any)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise TypeError(f"{name_of(function)} takes {parameter.name} by position only; models give names")
        if parameter.kind is parameter.VAR_KEYWORD:
            further = annotation
        else:
            default = NO_DEFAULT if parameter.default is parameter.empty else parameter.default
            parts.append(Part(parameter.name, annotation, default, said.get(parameter.name, "")))
    return tuple(parts), further


def name_of(function: Any) -> str:
    """The name of a function, method, partial function or class; of an object that can be called, its class's."""
    while isinstance(getattr(function, "func", None), Callable):
        function = function.func
    return getattr(function, "__name__", None) or type(function).__name__


def docstring_of(kind: Any) -> str | None:
    """The docstring of a function, or the one somebody wrote for a class."""
    return _own_docstring(kind) if isinstance(kind, type) else inspect.getdoc(_plain(kind))


def members_of(kind: Any) -> tuple[Any, ...] | None:
    """The members of a union; None for what is none."""
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else None


def unwrapped(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without its aliases and marks, and what is annotated to it."""
    notes: tuple[Any, ...] = ()
    while True:
        origin = get_origin(kind)
        if origin is Annotated:
            kind, *more = get_args(kind)
            notes = (*more, *notes)
        elif origin in (Required, NotRequired):
            (kind,) = get_args(kind)
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        elif type(kind).__name__ == "TypeAliasType":
            kind = kind.__value__
        elif isinstance(kind, TypeVar):
            kind = kind.__bound__ or Any
        else:
            return kind, notes


def admits_none(kind: Any) -> bool:
    """Whether None is a value of the type."""
    kind, _ = unwrapped(kind)
    members = members_of(kind)
    return kind in (None, type(None), Any, object) or any(map(admits_none, members or ()))


def _plain(function: Any) -> Any:
    """The function behind partial applications and callable objects."""
    while isinstance(getattr(function, "func", None), Callable):
        function = function.func
    if inspect.isroutine(function) or isinstance(function, type):
        return function
    return type(function).__call__


def _hints(owner: Any) -> dict[str, Any]:
    try:
        return get_type_hints(owner, localns=_neighbours(owner), include_extras=True)
    except NameError as error:
        raise TypeError(f"an annotation of {name_of(owner)} names what cannot be found: {error}") from error


def _neighbours(owner: Any) -> dict[str, Any] | None:
    """Names a function sees beside its module's: those of the function it was made in."""
    code, cells = getattr(owner, "__code__", None), getattr(owner, "__closure__", None)
    if code is None or not cells:
        return None
    found: dict[str, Any] = {}
    for name, cell in zip(code.co_freevars, cells, strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return found


def _named(kind: type[Any]) -> Iterable[tuple[str, str, Any]]:
    """Name, attribute and default of each field."""
    if attrs.has(kind):
        for one in attrs.fields(kind):
            if one.init:
                yield one.alias or one.name, one.name, _attrs_default(one.default)
    elif dataclasses.is_dataclass(kind):
        for part in dataclasses.fields(kind):
            if part.init:
                made = part.default_factory is not dataclasses.MISSING
                default = NO_DEFAULT if part.default is dataclasses.MISSING else part.default
                yield part.name, part.name, MADE if made else default
    elif is_typeddict(kind):
        required: frozenset[str] = cast("Any", kind).__required_keys__
        for name in kind.__annotations__:
            yield name, name, NO_DEFAULT if _is_required(kind, name, required) else MADE
    else:
        defaults: Mapping[str, Any] = cast("Any", kind)._field_defaults
        for name in cast("Any", kind)._fields:
            yield name, name, defaults.get(name, NO_DEFAULT)


def _attrs_default(default: Any) -> Any:
    if default is attrs.NOTHING:
        return NO_DEFAULT
    return MADE if isinstance(default, attrs.Factory) else default  # pyright: ignore[reportArgumentType]


def _is_required(kind: Any, name: str, required: frozenset[str]) -> bool:
    """Whether a key must be there; where annotations are text, the marks in them are not seen when a class is made."""
    marks = get_origin(_hints(kind)[name])
    return marks is Required or (marks is not NotRequired and name in required)


def _is_named_tuple(kind: type[Any]) -> bool:
    return issubclass(kind, tuple) and "_fields" in vars(cast("Any", kind))


def _own_docstring(kind: type[Any]) -> str | None:
    """The docstring of a class, unless it is the signature that data classes make, or one inherited."""
    said = kind.__dict__.get("__doc__")
    if not isinstance(said, str) or said.startswith(f"{kind.__name__}("):
        return None
    return said


def is_enum(kind: Any) -> bool:
    """Whether a class is an enumeration."""
    return isinstance(kind, type) and issubclass(kind, Enum)
