"""A buffer between a fast provider and a consumer that must be decoupled: bounded, with watermarks and counters.

Two pairs of marks, in events:

- `pause` and `resume` steer: at 900 waiting events the source is no longer read, so that the socket and the provider
  feel it; when the consumer has come down to 100, it is read again. Nothing is ever dropped.
- `high` and `low` tell: from 800 on the buffer is `pressed`, until it is down to 200. Look at it to slow down or
  to warn; it changes nothing.

`maximum` (1,000) is what is never exceeded. `0 <= resume <= low < high <= pause <= maximum`.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from headwater import Event, EventStream, RequestError

from ._pumped import PumpedStream
from ._shape import is_async

MAXIMUM = 1000
"""Events a buffer holds at most (founding), with the marks at 80 %, 20 %, 90 % and 10 % of it."""


@frozen
class Marks:
    """The marks of a buffer, in events."""

    maximum: int
    high: int
    low: int
    pause: int
    resume: int


@frozen
class BufferCounters:
    """A buffer at one moment; counts are events, `utilisation` is `size / maximum`."""

    size: int
    maximum: int
    utilisation: float
    peak: int
    paused: bool
    pauses: int
    pressed: bool
    received: int
    delivered: int


def make_marks(
    maximum: int = MAXIMUM,
    high: int | None = None,
    low: int | None = None,
    pause: int | None = None,
    resume: int | None = None,
) -> Marks:
    """The marks, those not given as shares of `maximum`; raises `RequestError` where they contradict each other."""
    given = {"maximum": maximum, "high": high, "low": low, "pause": pause, "resume": resume}
    for name, value in given.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RequestError(f"buffer: {name} is {value!r}; give a whole number of events")
    if maximum < 1:
        raise RequestError("buffer: maximum is 0; give at least 1 event")
    upper = max(maximum * 9 // 10, 1) if pause is None else pause
    lower = min(maximum // 10, upper - 1) if resume is None else resume
    top = max(min(maximum * 8 // 10, upper), lower + 1) if high is None else high
    bottom = max(min(maximum * 2 // 10, top - 1), lower) if low is None else low
    if not lower <= bottom < top <= upper <= maximum:
        raise RequestError(
            f"buffer: resume {lower} <= low {bottom} < high {top} <= pause {upper} <= maximum {maximum} does not hold; "
            "give marks in this order, or maximum alone"
        )
    return Marks(maximum, top, bottom, upper, lower)


class BufferedStream(PumpedStream):
    """A stream that is read ahead of its consumer, up to a mark."""

    def __init__(self, source: EventStream, marks: Marks) -> None:
        super().__init__(source, marks.pause, marks.resume)
        self._marks = marks
        self._delivered = 0
        self._pressed = False

    async def __anext__(self) -> Event:
        event = await super().__anext__()
        self._delivered += 1
        return event

    @property
    def counters(self) -> BufferCounters:
        """The buffer as it stands."""
        size, pump, marks = len(self._outlet.queue), self._pump, self._marks
        return BufferCounters(
            size=size,
            maximum=marks.maximum,
            utilisation=size / marks.maximum,
            peak=self._outlet.peak,
            paused=pump is not None and pump.paused,
            pauses=0 if pump is None else pump.pauses,
            pressed=self._press(size),
            received=0 if pump is None else pump.received,
            delivered=self._delivered,
        )

    def _press(self, size: int) -> bool:
        """Whether `high` was reached and `low` was not since, as far as somebody looked."""
        marks = self._marks
        self._pressed = size >= marks.high or (self._pressed and size > marks.low)
        return self._pressed


def buffer(
    stream: EventStream,
    maximum: int = MAXIMUM,
    *,
    high: int | None = None,
    low: int | None = None,
    pause: int | None = None,
    resume: int | None = None,
) -> BufferedStream:
    """The stream read ahead by a task of its own, at most `pause` events; `counters` tells how it stands.

    Async only: a sync stream is read by who waits for it. The task lives as long as the context. Raises
    `RequestError` for marks that contradict each other.
    """
    marks = make_marks(maximum, high, low, pause, resume)
    check_async(stream, "buffer")
    return BufferedStream(stream, marks)


def check_async(stream: Any, who: str) -> None:
    """Raises `TypeError` for what is no async stream."""
    if not is_async(stream, who):
        raise TypeError(f"{who} takes async streams (`hub.stream`); {type(stream).__name__} is a sync one")
