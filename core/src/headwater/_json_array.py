"""Finds the elements of a JSON array while its bytes still arrive: bytes in, the bytes of whole elements out.

Contract: pure and without limits of its own (`_framing.py` sets them); nothing is decoded or validated,
brackets are only counted. The work is linear however small the chunks: nothing is looked at twice.

Source: wire/google-generative-ai.md section 3: without server-sent events the answer is one JSON array, and
an error may come as an object that stands alone (November 2026).
"""

import re
from collections.abc import Iterator

# Inside an element only brackets and strings count; a string without an escape is skipped whole. Repetition
# is capped because the engine keeps a record per round: uncapped, 15 MB of short strings took 1.7 GB.
_TO_BRACKET_OR_STRING = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+"[^"{}\[\]]*+){0,1000}')
_BETWEEN = re.compile(rb"[\s,\xef\xbb\xbf]*+")  # elements; a byte order mark may stand before the first
_SCALAR = re.compile(rb"[-+.0-9A-Za-z]*+")
_DEPTH = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
_BACKSLASH = ord("\\")


class ElementScanner:
    """The elements of one top-level array, each as soon as its last byte came, and objects that stand alone.

    What can begin no element (HTML, plain text) is garbage: it and all that follows waits until `end()`.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()  # from the first byte of the unfinished element on; empty between elements
        self._position = 0  # the buffer was looked at up to here
        self._depth = 0  # brackets of the element that are open
        self._in_string = False
        self._in_array = False

    @property
    def waiting(self) -> int:
        """Bytes of the element that is not finished."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the elements that this chunk completed; must be read to its end before the next chunk."""
        start, begun = 0, bool(self._buffer)
        self._buffer += chunk
        while begun or (start := self._begin_element(start)) < len(self._buffer):
            end = self._end_of_element(start)
            if end is None:
                break
            yield bytes(self._buffer[start:end])
            start, begun = end, False
        del self._buffer[:start]
        self._position -= start

    def end(self) -> tuple[bytes, bool, int]:
        """Give what is left, whether it is garbage, and how many bytes it has (an open array counts as 1)."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        missing = len(rest) or int(self._in_array)
        self._in_array = False
        return rest, self._position == 0, missing  # nothing but garbage stays unlooked at

    def _begin_element(self, start: int) -> int:
        """Give where the next element begins, at or after `start`; the end of the buffer if it is to come."""
        while True:
            start = _skip(_BETWEEN, self._buffer, start)
            mark = bytes(self._buffer[start : start + 1])
            if mark != (b"]" if self._in_array else b"["):
                self._in_string = self._in_array and mark == b'"'
                self._position = start + self._in_string
                return start
            self._in_array = not self._in_array
            start += 1

    def _end_of_element(self, start: int) -> int | None:
        """Give where the element that begins at `start` ends; None if that is still to come."""
        first = bytes(self._buffer[start : start + 1])
        if first == b"{" or (self._in_array and first in (b"[", b'"')):
            return self._end_of_nested()
        if self._in_array:
            self._position = _skip(_SCALAR, self._buffer, self._position)
        return self._position if start < self._position < len(self._buffer) else None

    def _end_of_nested(self) -> int | None:
        while self._position < len(self._buffer):
            if self._in_string:
                self._leave_string()
            else:
                at = _skip(_TO_BRACKET_OR_STRING, self._buffer, self._position)
                mark = bytes(self._buffer[at : at + 1])
                self._position = at + len(mark)
                self._depth += _DEPTH.get(mark, 0)
                self._in_string = mark == b'"'
            if not self._depth and not self._in_string:
                return self._position
        return None

    def _leave_string(self) -> None:
        """Go behind the next quote, or to the end of the buffer; an escaped quote leaves us in the string."""
        quote = self._buffer.find(b'"', self._position)
        self._position = quote + 1 if quote >= 0 else len(self._buffer)
        self._in_string = quote < 0 or self._is_escaped(quote)

    def _is_escaped(self, quote: int) -> bool:
        before = quote
        while self._buffer[before - 1] == _BACKSLASH:  # ends at the quote that opened the string
            before -= 1
        return (quote - before) % 2 == 1


def _skip(pattern: re.Pattern[bytes], buffer: bytearray, start: int) -> int:
    """Give where the match of a pattern ends that matches everywhere, if only nothing."""
    match = pattern.match(buffer, start)
    return match.end() if match else start
