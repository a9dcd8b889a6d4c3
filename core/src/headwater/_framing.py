"""Bytes of a response in, raw events out: server-sent events, JSON lines, a JSON array, binary event stream.

Contract: pure. `feed(chunk)` gives the events that became complete, `end()` what the end of the bytes leaves.
However the bytes are split, the events are the same. Nothing is decoded: a character cut in two is whole in
its event, and only CR, LF and CRLF end a line. `FramingError` means that no further event can be had; events
before the fault are handed out first, the error comes with the next call. Memory is bounded by the limit.

Strategy: `bytes.split(b"\\n")` cuts a read into lines; a line that is not yet whole waits in a bytearray: an
event costs time in proportion to its size, however small the reads. Only lines but `data: ` cost more.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html section 9.2.6 (November 2026).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from ._eventstream import BrokenFrame, FrameReader, OversizedFrame
from ._json_array import ElementScanner


class FramingError(ValueError):
    """No further event: one exceeds the limit (`too_large`), or the bytes break the format (`malformed`)."""

    def __init__(self, reason: Literal["too_large", "malformed"], message: str) -> None:
        super().__init__(reason, message)
        self.reason: Literal["too_large", "malformed"] = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


class RawEvent(msgspec.Struct, gc=False):
    """One event as the wire cut it, its JSON not looked at. Built by position, for one is made per event."""

    data: bytes
    """Of a server-sent event its data lines joined by LF (also `[DONE]`, where a protocol has it); otherwise one
    line, element or payload."""
    name: str = ""
    """The name of the server-sent event; of a binary frame its event type, exception type or error code."""
    id: str = ""
    """The id of this server-sent event; not carried over to those that follow."""
    headers: dict[str, str] | None = None
    """The headers of a binary frame; shared between events, not to be changed."""
    stray: bool = False
    """No event of this framing (a bare JSON body, HTML), but it may say what went wrong; no parser sees it."""


class Framing(Protocol):
    """Cuts one response into events; made anew for every response."""

    leftover: int
    """Set by `end()`: bytes of an event that nothing closed; unless a binary frame, it is still offered."""

    def feed(self, chunk: bytes) -> list[RawEvent]:
        """Give the events that this chunk completed; raises `FramingError`."""
        ...

    def end(self) -> list[RawEvent]:
        """Give what the end of the bytes leaves, an unfinished text event included; raises `FramingError`."""
        ...


class _Framing(ABC):
    """What all framings share: a fault waits until the events before it are handed out, and is final."""

    def __init__(self, max_event_bytes: int) -> None:
        self.leftover = 0
        self._limit = max_event_bytes
        self._fault: tuple[Literal["too_large", "malformed"], str] | None = None

    def feed(self, chunk: bytes) -> list[RawEvent]:
        if self._fault is not None:
            raise FramingError(*self._fault)
        events: list[RawEvent] = []
        try:
            self._read(chunk, events)
        except FramingError as fault:
            self._fail(fault, events)
        return events

    def end(self) -> list[RawEvent]:
        events = self.feed(b"")  # raises the fault that waits
        self._finish(events)
        return events

    def _fail(self, fault: FramingError, events: list[RawEvent]) -> None:
        self._fault = (fault.reason, fault.message)  # not the exception: its traceback refers to this object
        if not events:
            raise fault

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise FramingError("too_large", f"one event exceeds {self._limit} bytes; raise max_event_bytes")

    @abstractmethod
    def _read(self, chunk: bytes, events: list[RawEvent]) -> None:
        """Append the events that `chunk` completed."""

    @abstractmethod
    def _finish(self, events: list[RawEvent]) -> None:
        """Append what the end of the bytes leaves and set `leftover`."""


class _LineFraming(_Framing):
    """Cuts bytes into lines that end in LF, CR or CRLF, without the byte order mark before the first."""

    def __init__(self, max_event_bytes: int) -> None:
        super().__init__(max_event_bytes)
        self._partial = bytearray()  # the line that has not ended yet
        self._ignorable = b"\xef\xbb\xbf"  # dropped if it comes next: the mark, or the LF after a CR
        self._undecided = b""  # what came of the ignorable bytes so far

    @abstractmethod
    def _read_lines(self, lines: list[bytes], events: list[RawEvent]) -> None:
        """Append the events that these whole lines completed."""

    def _read(self, chunk: bytes, events: list[RawEvent]) -> None:
        if self._ignorable:
            chunk = self._without_ignorable(chunk)
        if b"\r" in chunk:
            # A CR at the end of a chunk ends its line at once; an LF that follows belongs to it.
            self._ignorable = b"\n" if chunk.endswith(b"\r") else b""
            lines = chunk.splitlines()  # of bytes: at LF, CR and CRLF only
            tail = b"" if chunk.endswith((b"\r", b"\n")) else lines.pop()
        else:
            lines = chunk.split(b"\n")
            tail = lines.pop()
        may_exceed = len(self._partial) + len(chunk) > self._limit
        if lines and self._partial:
            lines[0] = bytes(self._partial + lines[0])
            self._partial.clear()
        if may_exceed:
            self._read_checked(lines, events)
            self._check_size(len(self._partial) + len(tail))
        elif lines:
            self._read_lines(lines, events)
        if tail:
            self._partial += tail

    def _read_checked(self, lines: list[bytes], events: list[RawEvent]) -> None:
        for line in lines:
            self._check_size(len(line))
            self._read_lines([line], events)

    def _without_ignorable(self, chunk: bytes) -> bytes:
        chunk = self._undecided + chunk
        if len(chunk) < len(self._ignorable) and self._ignorable.startswith(chunk):
            self._undecided = chunk
            return b""
        ignorable, self._ignorable, self._undecided = self._ignorable, b"", b""
        return chunk.removeprefix(ignorable)

    def _last_line(self) -> bytes:
        """Give the line that never ended (empty when the last one did) and forget it."""
        line = bytes(self._partial) + self._undecided
        self._partial, self._undecided = bytearray(), b""
        return line


class _ServerSentEvents(_LineFraming):
    """The line machine of the specification, lenient where servers are: see `_field`."""

    _FIELDS = (b"data", b"event", b"id", b"retry")

    def __init__(self, max_event_bytes: int) -> None:
        super().__init__(max_event_bytes)
        self._data: bytes | None = None  # the first data line of the event that is being read
        self._joined: bytearray | None = None  # all its data lines, once there are several
        self._name = self._id = ""
        self._plain = True  # no name, no id, not several data lines

    def _read_lines(self, lines: list[bytes], events: list[RawEvent]) -> None:
        data = self._data
        for line in lines:
            if data is None and line[:6] == b"data: ":
                data = line[6:]
            elif line:
                self._data = data
                self._field(line, events)
                data = self._data
            elif not self._plain:
                self._data = data
                self._dispatch(events)
                data = None
            elif data is not None:
                events.append(RawEvent(data))
                data = None
        self._data = data

    def _field(self, line: bytes, events: list[RawEvent]) -> None:
        """Take in one line that is not empty.

        White space before a field's name and broken UTF-8 in a value are tolerated. A line that is no field
        is passed on at once: servers report errors that way (`error: {...}`, a bare JSON body).
        """
        name, _, value = line.lstrip(b" \t").partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._add_data(value)
        elif name == b"event":
            self._name, self._plain = value.decode("utf-8", "replace"), False
        elif name == b"id":
            if b"\0" not in value:  # the specification ignores such an id
                self._id, self._plain = value.decode("utf-8", "replace"), False
        elif name not in (b"", b"retry"):  # an empty name is a comment, or a line of white space
            events.append(RawEvent(line, stray=True))

    def _add_data(self, value: bytes) -> None:
        if self._data is None:
            self._data = value
            return
        if self._joined is None:
            self._joined, self._plain = bytearray(self._data), False
        self._joined += b"\n"
        self._joined += value
        self._check_size(len(self._joined))

    def _dispatch(self, events: list[RawEvent]) -> None:
        """Hand out the event that is being read, if it has data, and begin another."""
        if self._data is not None:
            data = self._data if self._joined is None else bytes(self._joined)
            events.append(RawEvent(data, self._name, self._id))
        self._data = self._joined = None
        self._name = self._id = ""
        self._plain = True

    def _finish(self, events: list[RawEvent]) -> None:
        line = self._last_line()
        self.leftover = len(line) + len(self._joined or self._data or b"") + len(self._name + self._id)
        # A field's name that was cut (`dat`) tells nothing; any other last line may be an error report.
        if not any(field.startswith(line.lstrip(b" \t")) for field in self._FIELDS):
            self._field(line, events)
        self._dispatch(events)


class _JsonLines(_LineFraming):
    """One JSON text per line; blank lines are skipped, and so is a `data:` before the text."""

    def _read_lines(self, lines: list[bytes], events: list[RawEvent]) -> None:
        for line in lines:
            text = line.strip().removeprefix(b"data:").lstrip()
            if text:
                events.append(RawEvent(text))

    def _finish(self, events: list[RawEvent]) -> None:
        line = self._last_line()
        self.leftover = len(line)
        self._read_lines([line], events)


class _JsonArray(_Framing):
    """Every element of an array, or an object that stands alone; garbage is one stray event at the end."""

    def __init__(self, max_event_bytes: int) -> None:
        super().__init__(max_event_bytes)
        self._elements = ElementScanner()

    def _read(self, chunk: bytes, events: list[RawEvent]) -> None:
        for element in self._elements.feed(chunk):
            self._check_size(len(element))
            events.append(RawEvent(element))
        self._check_size(self._elements.waiting)

    def _finish(self, events: list[RawEvent]) -> None:
        rest, is_garbage, self.leftover = self._elements.end()
        if rest:
            events.append(RawEvent(rest, stray=is_garbage))


class _EventStream(_Framing):
    """Binary frames; one that the end of the bytes cut is kept back, for nothing vouches for its bytes."""

    def __init__(self, max_event_bytes: int) -> None:
        super().__init__(max_event_bytes)
        self._frames = FrameReader(max_event_bytes)

    def _read(self, chunk: bytes, events: list[RawEvent]) -> None:
        try:
            for name, headers, payload in self._frames.feed(chunk):
                events.append(RawEvent(payload, name, "", headers))
        except OversizedFrame as oversized:
            self._check_size(oversized.size)
        except BrokenFrame as broken:
            raise FramingError("malformed", f"{broken}; was this response changed on its way?") from broken

    def _finish(self, events: list[RawEvent]) -> None:
        self.leftover = self._frames.end()


SELF_DELIMITING = frozenset({"json-array", "aws-event-stream"})
"""Framings that tell their own end: bytes left over mean that the answer was cut."""

FRAMINGS: dict[str, Callable[[int], Framing]] = {
    "sse": _ServerSentEvents,
    "ndjson": _JsonLines,
    "json-array": _JsonArray,
    "aws-event-stream": _EventStream,
}
"""What makes each framing, by the name a `WireRequest` gives; the argument limits one event, in bytes."""


def make_framing(name: str, max_event_bytes: int = 32 * 2**20) -> Framing:
    """Give a fresh framing for one response; raises `ValueError` for a name that is not in `FRAMINGS`."""
    if name not in FRAMINGS:
        raise ValueError(f"there is no framing {name!r}; choose one of {', '.join(FRAMINGS)}")
    return FRAMINGS[name](max_event_bytes)
