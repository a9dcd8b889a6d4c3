"""Hedging: a second source is asked when the first is slow, and the first to begin answers.

Async only. What the consumer sees is one stream: nothing of the loser, whose connection is ended at once
and whose cost stands among the attempts, unknown where nobody told it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from headwater import Askable, ErrorInfo, Event, Kind, RequestError, Status

from ._course import Course, Opened, all_failed, asking
from ._numbers import is_number
from ._race import Lane, Raced
from ._runner import SYNC_RACE
from ._sources import Composed, as_source
from ._steps import Ask, Next, Race, Refused, Steps
from ._tables import MOVES_ON, changed
from ._views import FixedView, error_event

SLOW = 2.0
"""Times the typical latency of a model after which it counts as slow."""


class Hedge(Composed):
    """Two sources, of which the faster answers: a source. Made by `hedge`."""

    def __init__(
        self, first: Askable, second: Askable, delay: float | Callable[[], float], kinds: frozenset[Kind]
    ) -> None:
        self.first = first
        self.second = second
        self.delay = delay
        self.kinds = kinds
        self.name: str = f"hedge({first.name}, {second.name})"

    def course(self, prompt: Any, arguments: dict[str, Any], *, sync: bool) -> Course:
        """The steps of one answer; raises what the first source raises when it cannot be asked."""
        if sync:
            raise RequestError(SYNC_RACE)
        delay = _checked(self.delay()) if callable(self.delay) else self.delay
        first, second = asking(self.first, prompt, arguments), asking(self.second, prompt, arguments)
        return _Hedged(self, delay, first(False), second)


def hedge(
    first: Askable | str,
    second: Askable | str,
    *,
    delay: float | Callable[[], float] | None = None,
    also: Iterable[Kind] = (),
    never: Iterable[Kind] = (),
) -> Hedge:
    """Two sources: the second is asked when the first has not begun after `delay` seconds, or failed before it.

    `delay` may be a function that gives it for each answer, as from `Latencies`; without it, twice the typical
    latency that the first source's capabilities name. `also` and `never` change the table `MOVES_ON` of failures in
    which the second may help. May cost two answers instead of one.
    """
    first, second = as_source(first, "hedge"), as_source(second, "hedge")
    if delay is None:
        delay = _typical(first)
    if not callable(delay):
        _checked(delay)
    if first is second:
        raise RequestError("hedge: both sources are one object; bind the model a second time, or name another")
    return Hedge(first, second, delay, changed(MOVES_ON, also, never, "hedge"))


def _typical(source: Askable) -> float:
    """Seconds after which a source is slow; raises `RequestError` where nobody knows."""
    latency: int | None = getattr(getattr(source, "capabilities", None), "typical_latency_ms", None)
    if latency is None:
        fix = "give delay=SECONDS, or measure it (Latencies)"
        raise RequestError(f"hedge: nobody knows how fast {source.name} typically is; {fix}")
    return SLOW * latency / 1000


def _checked(delay: Any) -> float:
    if not is_number(delay) or delay < 0:
        raise RequestError(f"hedge: delay={delay!r} would never ask the second source; give seconds of 0 or more")
    return delay


class _Hedged(Course):
    """One answer of a hedged pair."""

    def __init__(self, made_of: Hedge, delay: float, first: Any, second: Callable[[bool], Any]) -> None:
        super().__init__(made_of.name)
        self._hedge = made_of
        self._delay = delay
        self._first = first
        self._second = second

    def run(self) -> Steps:
        """Races the two, then hands out the answer of who won."""
        first = yield Ask(lambda sync: self._first)
        assert not isinstance(first, Refused)
        self.show(first)
        start: Event | None = yield Next(first)
        if start is not None and start.type == "start":
            yield from self.hand_out(start)
        raced: Raced = yield Race(first, self._second, self._delay, self._helps)
        self._settle(raced)
        if raced.loser is not None:
            yield self._hedged(raced)
        opened = raced.winner.opened
        assert opened is not None
        if opened.error is not None:
            yield from self._failed(raced, opened)
            return
        for event in raced.winner.early:
            yield from self.hand_out(event)
        yield from self.hand_out((yield from self.rest(raced.winner.stream, opened)))

    def _helps(self, error: ErrorInfo) -> bool:
        return error.kind in self._hedge.kinds

    def _settle(self, raced: Raced) -> None:
        """The winner's message is the message; what the loser did is past."""
        self.current = None
        loser = raced.loser
        if loser is not None and loser.refused is not None:
            self.note_refused(loser.refused, self._hedge.second.name)
        elif loser is not None:
            self.show(loser.stream)
        self.show(raced.winner.stream)

    def _hedged(self, raced: Raced) -> Event:
        names = (self._hedge.first.name, self._hedge.second.name)
        data = {
            "from": names[0],
            "to": names[1],
            "delay": self._delay,
            "because": "slow" if raced.because is None else raced.because.kind,
            "winner": names[raced.winner.stream is not self._first],
        }
        return Status("hedged", data, FixedView(self.message))

    def _failed(self, raced: Raced, opened: Opened) -> Steps:
        """Both failed, or the first where the second does not help."""
        errors = [lane.error for lane in (raced.winner, raced.loser) if isinstance(lane, Lane)]
        known = [error for error in errors if error is not None]
        if len(known) < 2 or known[0].kind == "aborted":
            yield from self.hand_out(opened.event)
            return
        yield from self.hand_out(error_event(all_failed(known), self.message))
