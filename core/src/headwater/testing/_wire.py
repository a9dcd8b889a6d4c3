"""Wire events of the framings that are made of lines, cut out and changed as bytes."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from headwater import DecodeError, loads

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""

_EVENT_ENDS = re.compile(rb"(?>\r\n|\r|\n){2,}")


def pieces(body: bytes, framing: str) -> list[bytes]:
    """The body cut behind each wire event, ends included; in one piece for a framing that has no lines."""
    if framing == "ndjson":
        return body.splitlines(keepends=True)
    if framing != "sse":
        return [body]
    ends = [found.end() for found in _EVENT_ENDS.finditer(body)]
    marks = sorted({0, len(body), *ends})
    return [body[start:end] for start, end in itertools.pairwise(marks)]


def is_closed(piece: bytes, framing: str) -> bool:
    """Whether nothing more can belong to this wire event."""
    return piece.endswith(b"\n") if framing == "ndjson" else bool(_EVENT_ENDS.search(piece, max(0, len(piece) - 4)))


def add_unknown_fields(body: bytes, framing: str) -> bytes:
    """The body with an unknown field at the top of the JSON object of each wire event."""

    def add(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {"headwater_unknown": [1, {"a": None}], **cast("dict[str, Any]", value)}

    return b"".join(edited(piece, framing, add) for piece in pieces(body, framing))


def _lines(piece: bytes, framing: str) -> Iterator[tuple[bytes, bytes]]:
    """Each line as what stands before its JSON text, and the text; an array is one text, whatever its lines."""
    for line in [piece] if framing == "json-array" else piece.splitlines(keepends=True):
        if framing == "ndjson" or (framing == "json-array" and line is piece):
            yield b"", line
        elif framing == "sse" and line.startswith(b"data:"):
            yield b"data: ", line[5:].lstrip()
        else:
            yield line, b""


def edited(piece: bytes, framing: str, edit: Callable[[Any], Any]) -> bytes:
    """The wire event with its JSON value changed; as it is where there is none."""
    made: list[bytes] = []
    for before, text in _lines(piece, framing):
        try:
            value = edit(loads(text)) if text else None
        except DecodeError:
            value = None
        if value is None:
            made.append(before + text)
        else:
            made.append(before + json.dumps(value).encode() + text[len(text.rstrip()) :])
    return b"".join(made)


def json_values(body: bytes, framing: str) -> list[Any]:
    """The JSON values of all wire events; [] for a framing that is not made of text."""
    found: list[Any] = []
    for piece in pieces(body, framing):
        for _, text in _lines(piece, framing):
            try:
                found += [loads(text)] if text else []
            except DecodeError:
                continue
    return found


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """A value and all within it, each with the way to it."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[Any]", value)):
            yield from walk(inner, (*path, index))


def replaced(value: Any, at: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """`value` with every value in it as `at` gives it back; what is given back as `replaced` itself is left out."""
    if isinstance(value, dict):
        known = cast("dict[str, Any]", value)
        made: Any = {key: replaced(inner, at, (*path, key)) for key, inner in known.items()}
        value = {key: inner for key, inner in made.items() if inner is not replaced}
    elif isinstance(value, list):
        value = [replaced(inner, at, (*path, index)) for index, inner in enumerate(cast("list[Any]", value))]
    return at(path, value)


def paths(piece: bytes, framing: str) -> list[Path]:
    """The places of all values in the JSON of a wire event."""
    return [path for value in json_values(piece, framing) for path, _ in walk(value)]


def with_value(value: Any, path: Path, odd: Any) -> Any:
    """`value` with another value at that place; unchanged where the place is not there."""
    if not path:
        return odd
    head, *rest = path
    if isinstance(value, dict) and head in value:
        known = cast("dict[Any, Any]", value)
        return {**known, head: with_value(known[head], tuple(rest), odd)}
    if isinstance(value, list) and isinstance(head, int) and head < len(cast("list[Any]", value)):
        items = list(cast("list[Any]", value))
        items[head] = with_value(items[head], tuple(rest), odd)
        return items
    return cast("Any", value)
