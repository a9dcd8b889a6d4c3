"""Arguments that come as values with paths, written as one JSON text while they come.

Contract: pure. `add` takes one entry of `partialArgs` and gives the text it adds, `close` the rest
of the text. The text can only grow, so entries have to come in the order of a document; one that
goes back (to an object that is closed, or to a value that is there) stops the text, and `value` is
then the only truth: `in_order` says so.

Source: wire/google-generative-ai, section 3 (November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from headwater import DecodeError, dumps

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]|\['(?P<single>[^']*)'\]|\[\"(?P<double>[^\"]*)\"\]|(?P<end>\[\])"
)
_DEEPEST = 200

Step = str | int
Container = dict[str, Any] | list[Any]


class ArgumentWriter:
    """The arguments of one call: the object so far, and which of its containers are open in the text."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.in_order = True
        self._open: list[Container] = []
        self._string: tuple[Step, ...] | None = None

    def add(self, entry: Mapping[str, Any]) -> str:
        """The JSON text that this entry adds, perhaps none; raises `DecodeError` for a path too deep."""
        path, ends_array = read_path(str(entry.get("jsonPath", "")))
        if not path:
            return ""
        present, value = _value_of(entry)
        if isinstance(value, str) and path == self._string:
            return self._append(path, value)
        if not present:
            if _look(self.value, path) is not None:
                return ""
            value = [] if ends_array else {}
        return self._set(path, value, known=present)

    def close(self) -> str:
        """The text that ends the object."""
        if not self.in_order:
            return ""
        return self._close_string() + ("" if self._open else "{") + ("".join(map(_closer, self._open[::-1])) or "}")

    def _append(self, path: tuple[Step, ...], more: str) -> str:
        """More of the string that is open."""
        parent = _look(self.value, path[:-1])
        last = _place(cast("Container", parent), path[-1])
        parent[last] += more  # pyright: ignore[reportOptionalSubscript, reportIndexIssue]
        return dumps(more).decode()[1:-1] if self.in_order else ""

    def _set(self, path: tuple[Step, ...], value: Any, *, known: bool) -> str:
        """A value at a place of its own; containers on the way are made."""
        chain, made = self._walk(path)
        container, last = chain[-1], path[-1]
        fresh = _put(container, last, value)
        text = self._close_string()
        if not fresh:
            self.in_order = False
        text += self._move(chain, path, made)
        if not self.in_order:
            return ""
        text += _before(container, last)
        if isinstance(value, str):
            self._string = path
            return text + dumps(value).decode()[:-1]
        if not known:
            # An empty object or array; what belongs into it may follow.
            self._open.append(value)
            return text + _opener(value)
        return text + dumps(value).decode()

    def _walk(self, path: tuple[Step, ...]) -> tuple[list[Container], int]:
        """The containers from the root to the last of the path, and how many of them are new."""
        chain: list[Container] = [self.value]
        made = 0
        for step, following in zip(path, path[1:], strict=False):
            below = _get(chain[-1], step)
            if not isinstance(below, dict | list):
                below = [] if isinstance(following, int) else {}
                if not _put(chain[-1], step, below):
                    self.in_order = False
                made += 1
            chain.append(cast("Container", below))
        return chain, made

    def _move(self, chain: list[Container], path: tuple[Step, ...], made: int) -> str:
        """The text that leads from where it stands into the last container of `chain`."""
        same = 0
        while same < min(len(chain), len(self._open)) and self._open[same] is chain[same]:
            same += 1
        text = "".join(map(_closer, self._open[:same - 1 : -1] if same else self._open[::-1]))
        began = len(chain) - made if self._open else 0
        if same < began:
            self.in_order = False
        for depth in range(same, len(chain)):
            text += (_before(chain[depth - 1], path[depth - 1]) if depth else "") + _opener(chain[depth])
        self._open = list(chain)
        return text

    def _close_string(self) -> str:
        was_open, self._string = self._string is not None, None
        return '"' if was_open else ""


def read_path(text: str) -> tuple[tuple[Step, ...], bool]:
    """The steps of a path such as `$.a.b[0]`, and whether it ends in `[]`; raises `DecodeError` for one too deep."""
    rest = text.removeprefix("$")
    steps: list[Step] = []
    position = 0
    while match := _STEP.match(rest, position):
        position = match.end()
        kind = match.lastgroup
        if kind == "index":
            steps.append(int(match[kind]))
        elif kind is not None and kind != "end":
            steps.append(match[kind])
    if position < len(rest):
        steps.append(rest[position:].lstrip("."))
    if len(steps) > _DEEPEST:
        raise DecodeError(text.encode(), "a path of arguments that is too deep")
    return tuple(steps), rest.endswith("[]")


def _value_of(entry: Mapping[str, Any]) -> tuple[bool, Any]:
    """Whether the entry holds a value, and the value."""
    for name in ("stringValue", "numberValue", "boolValue"):
        if entry.get(name) is not None:
            return True, entry[name]
    return "nullValue" in entry, None


def _look(value: Any, path: tuple[Step, ...]) -> Any:
    for step in path:
        value = _get(value, step)
    return value


def _get(container: Any, step: Step) -> Any:
    if isinstance(container, dict):
        return cast("dict[Step, Any]", container).get(step)
    if isinstance(container, list) and isinstance(step, int) and step < len(cast("list[Any]", container)):
        return cast("list[Any]", container)[step]
    return None


def _place(container: Container, step: Step) -> Any:
    """Where in the container the step leads; an index beyond the end leads to the end."""
    if isinstance(container, list):
        return step if isinstance(step, int) and step < len(container) else len(container)
    return str(step)


def _put(container: Container, step: Step, value: Any) -> bool:
    """Sets a value; gives back whether nothing was there."""
    place = _place(container, step)
    if isinstance(container, list):
        fresh = place == len(container)
        container[place : place + 1] = [value]
        return fresh
    fresh = place not in container
    container[place] = value
    return fresh


def _before(container: Container, step: Step) -> str:
    """What stands before the value just put: a comma unless it is the first, and its name."""
    comma = "," if len(container) > 1 else ""
    return comma if isinstance(container, list) else f"{comma}{dumps(str(step)).decode()}:"


def _opener(container: Container) -> str:
    return "[" if isinstance(container, list) else "{"


def _closer(container: Container) -> str:
    return "]" if isinstance(container, list) else "}"
