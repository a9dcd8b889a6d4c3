"""How long models take to begin, as this process saw it: no public source says, so it is measured here.

What counts is the time spent waiting for the first content, retries included and the consumer's own time left
out. A stream that failed or was left while it waited tells only that it would have taken longer: it counts, with what
it waited, where that is more than the median. So the median stays right although a hedge cuts its slow half short.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from attrs import evolve

from headwater import Askable, Capabilities, RequestError

from ._course import Course, Opened, asking
from ._sources import AroundOne, as_source
from ._steps import Ask, Next, Steps


class Latencies:
    """What was seen of each model (or other key): the last `window` openings, of which `least` make a median.

    `state` is what `Latencies.state` gave in an earlier process.
    """

    def __init__(
        self,
        *,
        window: int = 50,
        least: int = 5,
        clock: Callable[[], float] = time.monotonic,
        state: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        if not 1 <= least <= window:
            raise RequestError(f"Latencies: window={window} never holds least={least}; give 1 <= least <= window")
        self.window: int = window
        self.least: int = least
        self.clock: Callable[[], float] = clock
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        for key, seen in (state or {}).items():
            for seconds in seen:
                self.add(key, seconds)

    def watch(self, source: Askable | str, key: str | None = None) -> Watched:
        """A source whose openings are measured, under its own name or another key."""
        source = as_source(source, "watch")
        return Watched(source, self, source.name if key is None else key)

    def add(self, key: str, seconds: float, *, began: bool = True) -> None:
        """Counts one opening; not `began`: it was waited for in vain, for so long."""
        given: Any = seconds
        if not isinstance(given, int | float) or not 0 <= given < float("inf"):
            raise RequestError(f"Latencies: {given!r} for {key} is no time; give seconds of 0 or more")
        with self._lock:
            seen = self._seen.setdefault(key, deque(maxlen=self.window))
            if began or (len(seen) >= self.least and seconds > statistics.median(seen)):
                seen.append(seconds)

    def median(self, key: str) -> float | None:
        """Seconds within which half of the openings came; None where too few were seen."""
        with self._lock:
            seen = self._seen.get(key, ())
            return statistics.median(seen) if len(seen) >= self.least else None

    def slow_after(self, key: str, *, most: float, times: float = 2.0) -> float:
        """Seconds after which an opening counts as slow: so many times the median, or `most` where that is less
        or too few were seen. `most` keeps a model that stalls for a while from being waited for longer and longer."""
        median = self.median(key)
        return most if median is None else min(times * median, most)

    def state(self) -> dict[str, list[float]]:
        """What was seen, as JSON can say it: seconds by key, the oldest first."""
        with self._lock:
            return {key: list(seen) for key, seen in self._seen.items()}


class Watched(AroundOne):
    """A source whose openings are measured: a source. Made by `Latencies.watch`."""

    def __init__(self, source: Askable, latencies: Latencies, key: str) -> None:
        self.source: Askable = source
        self.latencies: Latencies = latencies
        self.key: str = key
        self.name: str = source.name

    @property
    def capabilities(self) -> Capabilities:
        """Those of the model that is watched, with the latency that was measured."""
        median = self.latencies.median(self.key)
        known: Capabilities = cast("Any", self.source).capabilities
        return known if median is None else evolve(known, typical_latency_ms=round(median * 1000))

    def course(self, prompt: Any, arguments: dict[str, Any], *, sync: bool) -> Course:
        """The steps of one answer; raises what the source raises when it cannot be asked."""
        return _Timed(self, asking(self.source, prompt, arguments)(sync))


class _Timed(Course):
    """One answer whose opening is measured."""

    def __init__(self, watched: Watched, stream: Any) -> None:
        super().__init__(watched.name)
        self._watched = watched
        self._stream = stream
        self._waited = 0.0

    def run(self) -> Steps:
        """Hands out the stream as it is; tells how long was waited, also when it is left meanwhile."""
        stream = yield Ask(lambda sync: self._stream)
        self.show(stream)
        began = False
        try:
            opened: Opened = yield from self._timed(self.opening(stream))
            began = opened.error is None
        finally:
            self._watched.latencies.add(self._watched.key, self._waited, began=began)
        yield from self.hand_out((yield from self.rest(stream, opened)))

    def _timed(self, steps: Steps) -> Steps:
        """The same steps; what lies between asking for an event and getting it was spent waiting."""
        clock, answer = self._watched.latencies.clock, None
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as stop:
                return stop.value
            began = clock()
            try:
                answer = yield step
            finally:
                if isinstance(step, Next):
                    self._waited += clock() - began
