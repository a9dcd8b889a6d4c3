"""Values of annotated Python types out of JSON, checked against what their schema promises.

Every problem is found and told with its path, so that a model can be told all at once. What models are known
to write instead is understood: `3.0` or `"3"` for 3, `"true"`, an object or list encoded as a string, null
for a field that has a default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Literal, cast, get_args, get_origin, is_typeddict

from attrs import define, field

from ._json import DecodeError, loads
from ._kind_scalars import BAD, READERS, broken
from ._kind_schemas import LISTS, MAPPINGS, SETS, annotated
from ._kinds import Part, admits_none, is_enum, is_record, is_self_describing, members_of, parts_of, unwrapped

_WORDS: Mapping[Any, str] = {
    dict: "an object",
    list: "a list",
    tuple: "a list",
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    type(None): "null",
}


@define
class Reader:
    """Reads values and gathers what is wrong with them. `lax`: what models write instead is understood."""

    lax: bool = True
    problems: list[str] = field(factory=list[str])

    def bad(self, path: str, reason: str) -> Any:
        """Notes a problem."""
        self.problems.append(f"{path}: {reason}" if path else reason)
        return BAD

    def read(self, annotation: Any, value: Any, path: str = "") -> Any:
        """The value as that type; BAD, with the problems noted, where it is none."""
        kind, notes = unwrapped(annotation)
        found = self._kind(kind, value, path)
        if found is not BAD and notes:
            keywords = annotated(notes, is_list=isinstance(value, list))
            reason = next((reason for reason in broken(keywords, value)), None)
            return found if reason is None else self.bad(path, reason)
        return found

    def fields(self, parts: Iterable[Part], given: Mapping[str, Any], path: str, further: Any = None) -> dict[str, Any]:
        """The fields of an object by name; those that are not given are left to their defaults."""
        read: dict[str, Any] = {}
        known: set[str] = set()
        for part in parts:
            known.add(part.name)
            here = _join(path, part.name)
            if part.name not in given:
                if part.required:
                    self.bad(here, "is missing")
            elif given[part.name] is None and not part.required and not admits_none(part.annotation):
                continue  # how a schema with every field required says that one is not there
            else:
                read[part.name] = self.read(part.annotation, given[part.name], here)
        for name, value in given.items():
            if name not in known:
                here = _join(path, str(name))
                read[name] = self.bad(here, "is not asked for") if further is None else self.read(further, value, here)
        return read

    # -- inside

    def _kind(self, kind: Any, value: Any, path: str) -> Any:
        if kind in (Any, object):
            return value
        if kind in (None, type(None)):
            return None if value is None else self._wrong(path, "null", value)
        members = members_of(kind)
        if members is not None:
            return self._union(members, value, path)
        if get_origin(kind) is Literal:
            return self._choice({_plain(one): one for one in get_args(kind)}, value, path)
        if is_enum(kind):
            return self._choice({member.value: member for member in cast("type[Enum]", kind)}, value, path)
        if kind in READERS:
            return self._scalar(kind, value, path)
        if is_self_describing(kind):
            return self._self_described(kind, value, path)
        origin = get_origin(kind) or kind
        return self._record(origin, value, path) if is_record(origin) else self._container(kind, origin, value, path)

    def _scalar(self, kind: Any, value: Any, path: str) -> Any:
        wanted, read = READERS[kind]
        try:
            found = read(value, self.lax)
        except (ValueError, ArithmeticError, TypeError):
            found = BAD
        return self._wrong(path, wanted, value) if found is BAD else found

    def _union(self, members: tuple[Any, ...], value: Any, path: str) -> Any:
        """The first member that fits as it is written, else the first that can be understood."""
        attempts: list[Reader] = []
        for lax in (False, True) if self.lax else (False,):
            for member in members:
                attempts.append(Reader(lax))
                found = attempts[-1].read(member, value, path)
                if not attempts[-1].problems:
                    return found
        nearest = max(attempts[-len(members) :], key=_depth)
        if _depth(nearest) > len(path):
            self.problems += nearest.problems
            return BAD
        return self._wrong(path, " or ".join(_name(member) for member in members), value)

    def _choice(self, choices: Mapping[Any, Any], value: Any, path: str) -> Any:
        for written, meant in choices.items():
            if written == value and type(written) is type(value):
                return meant
        if self.lax and isinstance(value, str | int | float):
            for written, meant in choices.items():
                if str(written).lower() == str(value).strip().lower():
                    return meant
        return self._wrong(path, "one of " + ", ".join(map(repr, choices)), value)

    def _container(self, kind: Any, origin: Any, value: Any, path: str) -> Any:
        arguments = get_args(kind)
        if origin in MAPPINGS:
            given = self._decoded(value, dict)
            if not isinstance(given, dict):
                return self._wrong(path, "an object", value)
            key, item = arguments or (Any, Any)
            named = cast("dict[str, Any]", given).items()
            return {self.read(key, name, path): self.read(item, one, _join(path, name)) for name, one in named}
        if origin is not tuple and origin not in LISTS and origin not in SETS:
            raise TypeError(f"{_name(kind)} has no counterpart in JSON")
        listed = self._decoded(value, list)
        if not isinstance(listed, list):
            return self._wrong(path, "a list", value)
        items = cast("list[Any]", listed)
        if origin is tuple and arguments and arguments[-1] is not ...:
            if len(items) != len(arguments):
                return self.bad(path, f"has {len(items)} entries, not {len(arguments)}")
            pairs = enumerate(zip(arguments, items, strict=True))
            return tuple(self.read(one, item, _join(path, number)) for number, (one, item) in pairs)
        kind = arguments[0] if arguments else Any
        read = [self.read(kind, item, _join(path, number)) for number, item in enumerate(items)]
        if origin is tuple:
            return tuple(read)
        if origin in LISTS:
            return read
        if any(one is BAD for one in read):
            return BAD
        return frozenset(read) if origin is frozenset else set(read)

    def _record(self, kind: type[Any], value: Any, path: str) -> Any:
        given = self._decoded(value, dict)
        if not isinstance(given, dict):
            return self._wrong(path, "an object", value)
        before = len(self.problems)
        read = self.fields(parts_of(kind), cast("dict[str, Any]", given), path)
        if len(self.problems) > before:
            return BAD
        return read if is_typeddict(kind) else self._make(lambda: kind(**read), path)

    def _self_described(self, kind: Any, value: Any, path: str) -> Any:
        value = self._decoded(value, dict)
        try:
            return kind.model_validate(value)
        except (ValueError, TypeError) as error:
            without = _without_nulls(value, error)
            return self._make(lambda: kind.model_validate(without), path)

    def _make(self, make: Callable[[], Any], path: str) -> Any:
        """What a class makes of its fields; its own checks are problems like others."""
        try:
            return make()
        except (ValueError, TypeError) as error:
            listed = _listed(error)
            for one in listed:
                self.bad(".".join([path, *map(str, one.get("loc", ()))]).strip("."), str(one.get("msg")))
            return BAD if listed else self.bad(path, " ".join(str(error).split()))

    def _decoded(self, value: Any, wanted: type[Any]) -> Any:
        """The value; an object or list that was encoded as a string is read."""
        if not self.lax or not isinstance(value, str):
            return value
        try:
            found = loads(value)
        except DecodeError:
            return value
        return found if isinstance(found, wanted) else value

    def _wrong(self, path: str, wanted: str, value: Any) -> Any:
        said = (
            repr(value) if isinstance(value, str | int | float | bool) else _WORDS.get(type(value), _name(type(value)))
        )
        return self.bad(path, f"{wanted} is asked for, not {said[:80]}")


def _listed(error: Exception) -> list[dict[str, Any]]:
    """The problems that a class with a schema of its own found, one by one; empty where it does not tell."""
    listed = getattr(error, "errors", None)
    return cast("list[dict[str, Any]]", listed()) if callable(listed) else []


def _without_nulls(value: Any, error: Exception) -> Any:
    """The value without the nulls that were found wrong: how a strict schema says that a field is not there."""
    for one in _listed(error):
        *way, last = one.get("loc") or (None,)
        value, found = _without(value, way, last)
        if not found:
            break
    return value


def _without(value: Any, way: list[Any], last: Any) -> tuple[Any, bool]:
    """A copy of the value without a null at the end of that way, and whether there was one."""
    if not way:
        named = cast("dict[Any, Any]", value) if isinstance(value, dict) else {}
        if last not in named or named[last] is not None:
            return cast("Any", value), False
        return {name: one for name, one in named.items() if name != last}, True
    try:
        changed, found = _without(value[way[0]], way[1:], last)
    except (KeyError, IndexError, TypeError):
        return value, False
    copied = value.copy()
    copied[way[0]] = changed
    return copied, found


def _join(path: str, name: str | int) -> str:
    return f"{path}.{name}" if path else str(name)


def _depth(attempt: Reader) -> int:
    """How long the path of the first problem is; the member that got furthest was probably meant."""
    path, colon, _ = attempt.problems[0].partition(": ")
    return len(path) if colon else 0


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", None) or str(kind)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
