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
from itertools import pairwise
from typing import Any, cast

from headwater import DecodeError, dumps

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d{1,9})\]|\['(?P<single>[^']*)'\]|\[\"(?P<double>[^\"]*)\"\]|(?P<end>\[\])"
)
_DEEPEST = 200
"""Steps of a path; a JSON text any deeper is nobody's arguments."""
_WIDEST_GAP = 1000
"""Places of an array that may be skipped, and are null."""

Step = str | int
Path = tuple[Step, ...]
Container = dict[str, Any] | list[Any]


class ArgumentWriter:
    """The arguments of one call: the object so far, and which of its containers are open in the text."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.in_order = True
        self._open: list[Container] = []
        self._string: Path | None = None

    def add(self, entry: Mapping[str, Any]) -> str:
        """The JSON text that this entry adds, perhaps none; raises `DecodeError` for a path that leads nowhere."""
        path, ends_array = read_path(str(entry.get("jsonPath", "")))
        if not path:
            return ""
        present, value = _value_of(entry)
        there = _look(self.value, path)
        if not present:
            return "" if there is not None else self._set(path, [] if ends_array else {}, opens=True)
        if not isinstance(value, str) or not isinstance(there, str):
            return self._set(path, value)
        if path != self._string:
            return self._set(path, there + value)
        _put(_look(self.value, path[:-1]), path[-1], there + value)
        return dumps(value).decode()[1:-1]

    def close(self) -> str:
        """The text that ends the object."""
        if not self.in_order:
            return ""
        return self._close_string() + ("".join(map(_closer, self._open[::-1])) if self._open else "{}")

    def _set(self, path: Path, value: Any, *, opens: bool = False) -> str:
        """A value at a place of its own; containers on the way are made. `opens`: more may come into it."""
        chain, made = self._walk(path)
        container, last = chain[-1], path[-1]
        self.in_order &= _put(container, last, value)
        text = self._close_string() + self._move(chain, path, made)
        if not self.in_order:
            return ""
        text += _before(container, last)
        if opens:
            self._open.append(value)
            return text + _opener(value)
        if isinstance(value, str):
            self._string = path
            return text + dumps(value).decode()[:-1]
        return text + dumps(value).decode()

    def _walk(self, path: Path) -> tuple[list[Container], int]:
        """The containers from the root to the last of the path, and how many of them are new."""
        chain: list[Container] = [self.value]
        made = 0
        for step, following in pairwise(path):
            there = _get(chain[-1], step)
            if isinstance(there, dict | list):
                chain.append(cast("Container", there))
                continue
            below: Container = [] if isinstance(following, int) else {}
            self.in_order &= _put(chain[-1], step, below)
            made += 1
            chain.append(below)
        return chain, made

    def _move(self, chain: list[Container], path: Path, made: int) -> str:
        """The text that leads from where it stands into the last container of `chain`."""
        same = 0
        while same < min(len(chain), len(self._open)) and self._open[same] is chain[same]:
            same += 1
        # A container that is not new has to be open still.
        self.in_order &= not self._open or same == len(chain) - made
        text = "".join(map(_closer, reversed(self._open[same:])))
        for depth in range(same, len(chain)):
            text += (_before(chain[depth - 1], path[depth - 1]) if depth else "") + _opener(chain[depth])
        self._open = list(chain)
        return text

    def _close_string(self) -> str:
        was_open, self._string = self._string is not None, None
        return '"' if was_open else ""


def read_path(text: str) -> tuple[Path, bool]:
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


def _look(value: Any, path: Path) -> Any:
    for step in path:
        value = _get(value, step)
    return value


def _get(container: Any, step: Step) -> Any:
    """What is at a place, None for nothing."""
    if isinstance(container, list):
        items = cast("list[Any]", container)
        return items[step] if isinstance(step, int) and step < len(items) else None
    return cast("dict[str, Any]", container).get(str(step)) if isinstance(container, dict) else None


def _put(container: Container, step: Step, value: Any) -> bool:
    """Sets a value; gives back whether its place was the next free one."""
    if isinstance(container, dict):
        fresh = str(step) not in container
        container[str(step)] = value
        return fresh
    gap = step - len(container) if isinstance(step, int) else _WIDEST_GAP + 1
    if gap > _WIDEST_GAP:
        raise DecodeError(str(step).encode(), "arguments whose array has no such place")
    container += [None] * (gap + 1)
    container[int(step)] = value
    return gap == 0


def _before(container: Container, step: Step) -> str:
    """What stands before the value just put: a comma unless it is the first, and its name."""
    comma = "," if len(container) > 1 else ""
    return comma if isinstance(container, list) else f"{comma}{dumps(str(step)).decode()}:"


def _opener(container: Container) -> str:
    return "[" if isinstance(container, list) else "{"


def _closer(container: Container) -> str:
    return "]" if isinstance(container, list) else "}"
