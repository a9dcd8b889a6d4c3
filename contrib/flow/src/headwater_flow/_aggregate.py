"""Deltas joined to words, sentences, paragraphs, pieces of a size, or what comes within a time.

What is held back is always the end of one open block: the event that does not grow that block (its end, another
block's delta, a status, a source, the last event) first lets out what is held. So nothing is lost or reordered.
Without a time limit the pieces depend on the text alone, not on how the provider cut it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args, overload

from headwater import (
    Event,
    EventStream,
    RefusalDelta,
    RequestError,
    SyncEventStream,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    derive,
)

from ._boundaries import Boundary, boundaries
from ._transform import transform

Unit = Literal["word", "sentence", "paragraph", "size", "time"]

EVERY: Mapping[str, float | None] = {"word": 0.05, "sentence": None, "paragraph": None, "size": None, "time": 0.05}
"""Seconds after which what is held goes out though it is no whole unit (founding: every 50 ms, by word)."""

MAX_CHARS = 1000
"""Characters of a piece at most (founding)."""

_ASCII_WORDS = re.compile(r"\s*\S+\s*")
"""Words with the white space behind them; the first also with that before it."""

_Delta = TextDelta | ThinkingDelta | RefusalDelta | ToolCallDelta


class Aggregator:
    """The transform behind `aggregate` where there is no time limit; made by `aggregator`."""

    def __init__(self, by: Unit, max_chars: int, arguments: bool) -> None:
        self._boundary: Boundary | None = boundaries().get(by)
        self._spaced = self._boundary is not None and self._boundary.spaced
        self._word = boundaries()["word"] if by in ("sentence", "paragraph") else None
        self._limit = max_chars
        self._kinds: set[type[Any]] = {TextDelta, ThinkingDelta, RefusalDelta}
        if arguments:
            self._kinds.add(ToolCallDelta)
        self._last: Any = None  # the delta that came last, of what is held
        self._parts: list[str] = []
        self._size = 0
        self._from = 0  # up to here, what is held holds no end
        self._pending = False  # whether an end may begin there, which the next character decides
        self._raws: list[Any] = []

    def feed(self, event: Event) -> Sequence[Event]:
        """The event, or the pieces that are whole by it."""
        kind = event.__class__
        if kind not in self._kinds:
            return [*self.flush(), event] if self._parts else [event]
        delta: Any = event  # `cast` is a call, for each event
        before: Sequence[Event] = ()
        if self._parts:
            last = self._last
            if last.content_index != delta.content_index or last.__class__ is not kind:
                before = self.flush()
        self._last = delta
        parts = self._parts
        parts.append(delta.delta)
        if delta.raw is not None:
            self._raws.append(delta.raw)
        if self._spaced and kind is not ToolCallDelta:
            text = "".join(parts)
            if text.isascii() and len(text) < self._limit:
                made = self._cut_words(text)
                return [*before, *made] if before else made
        self._size += len(delta.delta)
        made = self._cut(delta)
        return [*before, *made] if before else made

    def flush(self) -> Sequence[Event]:
        """What is held, as one piece."""
        if not self._parts:
            return ()
        text = "".join(self._parts)
        self._hold("")
        return [self._piece(text)] if text else ()

    # -- inside

    def _cut(self, delta: _Delta) -> Sequence[Event]:
        """The whole pieces of what is held."""
        boundary = None if delta.__class__ is ToolCallDelta else self._boundary
        nothing_new = boundary is None or not (self._pending or boundary.candidate.search(delta.delta))
        if nothing_new and self._size < self._limit:
            self._from = max(self._size - 1, 0)
            return ()
        text = "".join(self._parts) if len(self._parts) > 1 else delta.delta
        made: list[Event] = []
        start = 0
        while end := self._end(boundary, text, start):
            made.append(self._piece(text[start:end]))
            start = end
            self._from = 0
        if start:
            text = text[start:]
        self._hold(text)
        if boundary is not None and text:
            self._look_at_tail(boundary, text)
        return made

    def _cut_words(self, text: str) -> Sequence[Event]:
        """The same for words of ASCII text within the limit, by one search."""
        words = _ASCII_WORDS.findall(text)
        rest = words.pop() if words else text
        self._parts = [rest]
        self._size = len(rest)
        # Only other text is looked at from there on; then it is looked at from the beginning of the word.
        self._pending = True
        self._from = 0
        if not words:
            return ()
        if self._raws or len(words) > 1:
            return [self._piece(word) for word in words]
        last = self._last
        return [derive(last, last.__class__, last.content_index, words[0])]

    def _end(self, boundary: Boundary | None, text: str, start: int) -> int:
        """Where the piece that begins at `start` ends; 0 while that is not known. What lies before it is not seen."""
        limit = self._limit
        full = len(text) - start >= limit
        if boundary is None:
            return start + limit if full else 0
        window = text[start : start + limit]
        search = boundary.ascii_end.search if window.isascii() else boundary.end.search
        match = search(window, self._from)
        while match is not None:
            end = match.end()
            if not window[:end].isspace():
                return start + end
            match = search(window, end)
        if not full:
            return 0
        ends = [match.end() for match in self._word.end.finditer(window)] if self._word else ()
        return start + (ends[-1] if ends else limit)

    def _look_at_tail(self, boundary: Boundary, text: str) -> None:
        """Notes where an end may begin that the next character decides."""
        if boundary.spaced and text.isascii():
            bare = len(text.rstrip())
            self._pending = bare < len(text)
            self._from = bare if self._pending else bare - 1
            return
        tail = boundary.tail.search(text, self._from)
        self._from = tail.start() if tail else len(text)
        self._pending = tail is not None and boundary.candidate.search(text, self._from) is not None

    def _hold(self, text: str) -> None:
        self._parts = [text] if text else []
        self._size = len(text)
        self._pending = False
        if not text:
            self._from = 0

    def _piece(self, text: str) -> Event:
        last = self._last
        made = derive(last, last.__class__, last.content_index, text)
        if self._raws or made.raw is not None:
            raws, self._raws = self._raws, []
            made.raw = (raws[0] if len(raws) == 1 else tuple(raws)) if raws else None
        return made


class TimedAggregator(Aggregator):
    """The same with a time limit; `due` says when to flush."""

    def __init__(
        self, by: Unit, max_chars: int, arguments: bool, every: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(by, max_chars, arguments)
        self._every = every
        self._clock = clock
        self.due: float | None = None
        """When `flush` is to be called, by the clock; None while nothing is held."""

    def feed(self, event: Event) -> Sequence[Event]:
        """The event, or the pieces that are whole by it, and what was held too long."""
        made = Aggregator.feed(self, event)  # for each event, sooner than by `super()`
        if not self._parts:
            self.due = None
        elif made or self.due is None:  # what is held has just come
            self.due = self._clock() + self._every
        elif self._clock() >= self.due:
            return [*made, *self.flush()]
        return made

    def flush(self) -> Sequence[Event]:
        """What is held, as one piece."""
        self.due = None
        return super().flush()


def aggregator(
    by: Unit = "word",
    *,
    every: float | Literal["default"] | None = "default",
    max_chars: int = MAX_CHARS,
    arguments: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Aggregator:
    """The transform behind `aggregate`, for recorded events and chains of one's own; see there."""
    seconds = EVERY.get(by) if every == "default" else every
    _check(by, seconds, max_chars)
    if seconds is None:
        return Aggregator(by, max_chars, arguments)
    return TimedAggregator(by, max_chars, arguments, seconds, clock)


def _check(by: str, every: object, max_chars: object) -> None:
    """Raises `RequestError` for options that contradict each other."""
    if by not in get_args(Unit):
        raise RequestError(f"aggregate: unit {by!r} is unknown; by is one of {', '.join(get_args(Unit))}")
    if isinstance(max_chars, bool) or not isinstance(max_chars, int) or max_chars < 1:
        raise RequestError(f"aggregate: max_chars is {max_chars!r}; give a whole number of characters, 1 or more")
    if every is None:
        if by == "time":
            raise RequestError("aggregate: by time needs a time; give every=0.05 (seconds), or another unit")
    elif isinstance(every, bool) or not isinstance(every, int | float) or not every > 0 or every == float("inf"):
        raise RequestError(f"aggregate: every is {every!r}; give seconds above zero, or None for no time limit")


@overload
def aggregate(
    stream: EventStream,
    by: Unit = "word",
    *,
    every: float | Literal["default"] | None = "default",
    max_chars: int = MAX_CHARS,
    arguments: bool = False,
) -> EventStream: ...
@overload
def aggregate(
    stream: SyncEventStream,
    by: Unit = "word",
    *,
    every: float | Literal["default"] | None = "default",
    max_chars: int = MAX_CHARS,
    arguments: bool = False,
) -> SyncEventStream: ...
def aggregate(
    stream: Any,
    by: Unit = "word",
    *,
    every: float | Literal["default"] | None = "default",
    max_chars: int = MAX_CHARS,
    arguments: bool = False,
) -> Any:
    """The stream with its text, thinking and refusals in words, sentences, paragraphs, pieces of a size, or by time.

    `every` is the time limit in seconds: what is held longer goes out as it is, also while the source is silent
    (in the sync form: with the next event). By default 0.05 for words and time, none for the others. `max_chars`
    limits a piece; a sentence or paragraph that is longer is cut between words. With `arguments`, those of tool
    calls are joined too, by time and size. `raw` of a piece is the wire event behind it, a tuple where several are.

    With a time limit, the async form reads at most 100 events ahead in a task of its own, which lives as long
    as the context. Raises `RequestError` for options that make no sense.
    """
    source: EventStream = stream  # or a sync one: the form stays
    return transform(source, aggregator(by, every=every, max_chars=max_chars, arguments=arguments))
