"""Tool arguments while they stream: append, look, finish.

`append` only keeps the delta; nothing is parsed for those who never look. `look` feeds what is new to an
incremental reader, so that looking at every delta costs in sum what reading the text once costs. `finish`
decodes the whole text strictly and says what it found. Nothing here raises, whatever a model writes.

What a look shows only grows: a string as far as it has come, a number once the character after it is
there, a key once its value begins. The exception is a key that comes twice: the last one wins.

The grammar is RFC 8259, but raw control characters inside strings, which models write, are accepted. Lone
surrogates become U+FFFD, so that every value can be written as UTF-8. NaN, Infinity, and numbers that
cannot be written again (1e999, more than 4,300 digits) are no JSON.
"""

from __future__ import annotations

import json
import math
import re
import threading
from dataclasses import dataclass
from typing import Any, Literal, cast

import msgspec

_DEPTH = 200  # objects and lists open at once; `json` and msgspec give up somewhere below 1,000
_DIGITS = 4300  # of an integer, CPython's own default: `int` takes quadratic time
_FREE = 1024  # a view that copies at most so much (see `_Tree.weight`) is made at every look
_NOTHING: Any = object()

_SOLID = re.compile(r"[^ \t\n\r]")
_NUMERIC = re.compile(r"[-+.eE0-9]*")
_STRING = re.compile(r'[^"\\]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*)*')
_HALF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Escapes one by one, so that `\\ud83d` (a backslash, then letters) is not taken for a surrogate.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}


@dataclass(frozen=True, slots=True)
class Finished:
    """The arguments at their end.

    `whole`: a JSON object (or one encoded twice). `empty`: blank, or `null`; the value is `{}`. `cut`: more
    text could have made it whole. `invalid`: nothing could. `repaired`: the value is what could be saved of
    a text that is cut or invalid. `raw` is the text, always encodable.
    """

    value: dict[str, Any]
    raw: str
    state: Literal["whole", "empty", "cut", "invalid"]
    repaired: bool = False


class Arguments:
    """The arguments of one tool call while they stream. One thread writes and finishes, any may look."""

    __slots__ = (
        "_doubted",
        "_fed",
        "_finished",
        "_joined",
        "_lock",
        "_parts",
        "_seen",
        "_text",
        "_tree",
        "_unseen",
        "_verdict",
    )

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: list[str] = []
        self._text, self._joined = "", 0
        self._tree, self._fed = _Tree(), 0
        self._seen: dict[str, Any] = {}
        self._unseen = 0
        self._finished: tuple[int, Finished] | None = None
        self._doubted = False
        self._verdict: bool | None = None

    def append(self, delta: str) -> None:
        """Keeps the delta."""
        self._parts.append(delta)

    @property
    def parts(self) -> int:
        """How many deltas have come."""
        return len(self._parts)

    @property
    def text(self) -> str:
        """The text so far, exactly as it came."""
        with self._lock:
            count = len(self._parts)
            if self._joined < count:
                # While nobody else holds the string, CPython lets a local (and no attribute) grow in place.
                text, self._text = self._text, ""
                text += "".join(self._parts[self._joined : count])
                self._text, self._joined = text, count
            return self._text

    def look(self, parts: int | None = None) -> dict[str, Any]:
        """The object as far as it can be read now, or from the first `parts` deltas; `{}` while there is none.

        Later deltas do not change it. Who asks for fewer deltas than somebody before pays for reading them again.
        What is still open (objects, lists, the string that grows) is copied for each look; values that are
        complete are shared between looks, so read only (what is done to them harms neither the parsing nor
        `finish`). Where the copies are large (some 16,000 characters, 1,000 entries, 128 levels) a look may be
        behind by 1/250 of the characters or 1/16 of the entries, so that the cost stays linear.
        """
        count = len(self._parts) if parts is None else parts
        with self._lock:
            if count >= self._fed:
                self._feed(count)
                weight = self._tree.weight()
                if weight <= _FREE or self._unseen * 16 >= weight:
                    self._seen, self._unseen = _object(self._tree.view()) or {}, 0
                return self._seen
        return self.look_at(count)

    def _feed(self, count: int) -> None:
        """Has the first `count` deltas read by the incremental reader."""
        new = "".join(self._parts[self._fed : count])
        self._fed = count
        self._tree.feed(new)
        self._unseen += len(new)

    @property
    def is_whole(self) -> bool:
        """Whether `finish` finds it whole, for those who ask again and again: in sum it costs what asking twice does.

        From the second time on nothing is decoded until the incremental reader saw the end of the value; after
        that only white space can follow. What is nested deeper than that reader goes is not found whole.
        """
        if self._doubted:
            with self._lock:
                self._feed(len(self._parts))
                ended = self._tree.ended
            if ended and self._verdict is None:
                self._verdict = self.finish().state == "whole"
            return ended and self._verdict is True
        self._doubted = self.finish().state != "whole"
        return not self._doubted

    def look_at(self, parts: int) -> dict[str, Any]:
        """The object exactly as it stood after the first `parts` deltas: read again, shared with nobody."""
        return _object(_Tree("".join(self._parts[: max(parts, 0)])).view()) or {}

    def finish(self) -> Finished:
        """What the text amounts to; the same answer object until another delta comes."""
        if self._finished is None or self._finished[0] != len(self._parts):
            self._finished = len(self._parts), _finish(_encodable(self.text))
        return self._finished[1]


def could_end(arguments: str | Arguments) -> bool:
    """Whether the text so far is a complete JSON object as `finish` decodes it, nothing repaired."""
    text = arguments if isinstance(arguments, str) else arguments.text
    if not text.rstrip().endswith("}"):
        return False
    return _object(_decode(text)) is not None if isinstance(arguments, str) else arguments.is_whole


def _finish(raw: str) -> Finished:
    value = _decode(raw) if raw.strip() else None
    if value is None:
        return Finished({}, raw, "empty")
    if value is _NOTHING:
        return _repair(raw)
    # Some models encode twice.
    whole = _object(_decode(value) if isinstance(value, str) else value)
    return Finished({}, raw, "invalid") if whole is None else Finished(whole, raw, "whole")


def _repair(raw: str) -> Finished:
    """What the incremental reader saw: what a look showed is not taken back, nor the digits guessed at."""
    text, tree = raw, _Tree(raw)
    value, is_open = tree.view(), tree.is_open
    if isinstance(value, str):
        text, tree = value, _Tree(value)
        value, is_open = tree.view(), is_open and tree.is_open
    saved = _object(value)
    cut = is_open and (saved is not None or "null".startswith(text.strip()))
    return Finished(saved or {}, raw, "cut" if cut else "invalid", repaired=True)


def _object(value: Any) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _decode(text: str) -> Any:
    """The JSON value, or `_NOTHING`."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # no ValueError before msgspec 0.22
        pass
    try:
        return _LENIENT.decode(_ESCAPE.sub(lambda escape: "\\ufffd" if escape[1] else escape[0], text))
    except (ValueError, RecursionError):
        return _NOTHING


def _encodable(text: str) -> str:
    """The text with surrogate pairs joined, and U+FFFD for every lone one."""
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _without_half(text: str) -> tuple[str, str]:
    """The text made encodable; and, apart, half a surrogate pair at its end: the other half may follow."""
    half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
    return _encodable(text[:-1] if half else text), half


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("no JSON, or too large")
    return value


_LENIENT = json.JSONDecoder(strict=False, parse_float=_finite, parse_int=_integer, parse_constant=_finite)


class _Tree:
    """A JSON text read piece by piece, each character once.

    An object or list joins the one around it when it closes. So all that `view` must copy is what is open.
    """

    __slots__ = ("_carry", "_expect", "_failed", "_half", "_keys", "_length", "_open", "_pieces", "_token")

    def __init__(self, text: str = "") -> None:
        self._failed = False
        # The outermost is a list that holds the value of the whole text. The key of a list means nothing.
        self._open: list[dict[str, Any] | list[Any]] = [[]]
        self._keys = [""]
        # What may come next: "v" a value, "k" a key, else the character itself.
        self._expect = "v"
        # What is being read: "v" a string, "k" a key, "0" a number, "" what stands between them.
        self._token, self._length = "", 0
        self._pieces: list[str] = []
        # Half an escape or word waits in `_carry` for its end, half a surrogate pair in `_half`.
        self._carry = self._half = ""
        self.feed(text)

    @property
    def ended(self) -> bool:
        """Whether the text read is a JSON text, and no number that could go on."""
        return not self._failed and not self._expect

    @property
    def is_open(self) -> bool:
        """Whether the text read is the beginning of a JSON text."""
        number = "".join(self._pieces) if self._token == "0" else "0"
        return not self._failed and (_decode(number) is not _NOTHING or _decode(number + "0") is not _NOTHING)

    def feed(self, text: str) -> None:
        """Reads on; after what cannot be JSON it reads no more."""
        chunk, half = _without_half(self._carry + text)
        self._carry = ""
        at = len(chunk) if self._failed else 0
        try:
            while at < len(chunk):
                if self._token == "":
                    at = self._between(chunk, at)
                else:
                    at = self._number(chunk, at) if self._token == "0" else self._string(chunk, at)
        except ValueError:
            self._failed = True
        self._carry += half

    def weight(self) -> int:
        """What a view copies, in entries: a level takes as long as eight, sixteen characters as one."""
        return sum(map(len, self._open)) + 8 * len(self._open) + self._length // 16

    def view(self) -> Any:
        """The value as far as it has come (None if none has), which later reading does not change."""
        inner = _NOTHING
        if self._token == "v":
            inner = "".join(self._pieces)
            self._pieces = [inner]
        for outer, key in zip(reversed(self._open), reversed(self._keys), strict=True):
            copy = outer.copy()
            if inner is not _NOTHING:
                _put(copy, key, inner)
            inner = copy
        return next(iter(inner), None)

    def _between(self, chunk: str, at: int) -> int:
        solid = _SOLID.search(chunk, at)
        if solid is None:
            return len(chunk)
        at, char = solid.start(), solid[0]
        role = char if char in ",:]}" else "k" if char == '"' and "k" in self._expect else "v"
        if role not in self._expect:
            raise ValueError(f"{char!r} cannot stand here")
        if char in _WORDS:
            return self._word(chunk, at, *_WORDS[char])
        if char == '"':
            self._token = role
        elif char in "{[":
            if len(self._open) > _DEPTH:
                raise ValueError("too deep")
            self._open.append({} if char == "{" else [])
            self._keys.append("")
            self._expect = "k}" if char == "{" else "v]"
        elif char in "]}":
            self._keys.pop()
            self._add(self._open.pop())
        elif char in ",:":
            self._expect = "k" if char == "," and isinstance(self._open[-1], dict) else "v"
        else:
            self._token = "0"
            return at
        return at + 1

    def _word(self, chunk: str, at: int, word: str, value: bool | None) -> int:
        found = chunk[at : at + len(word)]
        if found == word:
            self._add(value)
        elif word.startswith(found):
            self._carry = found
        else:
            raise ValueError("no such word")
        return at + len(found)

    def _number(self, chunk: str, at: int) -> int:
        end = _end_of(_NUMERIC, chunk, at)
        self._pieces.append(chunk[at:end])
        if end < len(chunk):
            self._add(_LENIENT.decode("".join(self._pieces)))
        return end

    def _string(self, chunk: str, at: int) -> int:
        end = _end_of(_STRING, chunk, at)
        self._write(chunk[at:end])
        if end == len(chunk):
            return end
        if chunk[end] != '"':
            if _HALF_ESCAPE.match(chunk, end) is None:
                raise ValueError("no such escape")
            self._carry = chunk[end:]
            return len(chunk)
        text = "".join(self._pieces) + ("\ufffd" if self._half else "")
        if self._token == "v":
            self._add(text)
        else:
            self._rest()
            self._keys[-1], self._expect = text, ":"
        return end + 1

    def _write(self, piece: str) -> None:
        if "\\" in piece:
            piece = _LENIENT.decode(f'"{piece}"')
        piece, self._half = _without_half(self._half + piece)
        self._pieces.append(piece)
        self._length += len(piece)

    def _add(self, value: Any) -> None:
        """Puts a value that is complete into its place."""
        self._rest()
        _put(self._open[-1], self._keys[-1], value)
        self._expect = "" if len(self._open) == 1 else ",}" if isinstance(self._open[-1], dict) else ",]"

    def _rest(self) -> None:
        self._token = self._half = ""
        self._pieces, self._length = [], 0


def _put(outer: dict[str, Any] | list[Any], key: str, value: Any) -> None:
    if isinstance(outer, dict):
        outer[key] = value
    else:
        outer.append(value)


def _end_of(pattern: re.Pattern[str], chunk: str, at: int) -> int:
    """Where the pattern, which may match nothing, ends."""
    match = pattern.match(chunk, at)
    return match.end() if match else at
