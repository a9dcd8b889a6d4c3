"""Failover: several sources in order, until one begins to answer.

Moves on while nothing of an answer has come, for failures where another source may help
(`MOVES_ON`). What each source does itself beforehand (core's retry) is its own business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from headwater import Askable, ErrorInfo, Event, Kind, RequestError, Status

from ._course import Course, Opened, all_failed, asking
from ._sources import Composed, as_source
from ._steps import Ask, Close, Refused, Steps
from ._tables import MOVES_ON, changed
from ._views import FixedView, error_event

Condition = Callable[[ErrorInfo, str], bool]
"""Whether to move on: sees the error and the name of the source that failed. What it raises ends the stream."""


class Chain(Composed):
    """Sources in order: a source. Made by `chain`."""

    def __init__(self, sources: Sequence[Askable], kinds: frozenset[Kind], condition: Condition | None) -> None:
        self.sources: tuple[Askable, ...] = tuple(sources)
        self.name: str = f"chain({', '.join(source.name for source in sources)})"
        self._kinds = kinds
        self._condition = condition

    def course(self, prompt: Any, arguments: dict[str, Any], *, sync: bool) -> Course:
        """The steps of one answer; raises what the first source raises when it cannot be asked."""
        first = asking(self.sources[0], prompt, arguments)(sync)
        return _Failover(self, first, [asking(source, prompt, arguments) for source in self.sources[1:]])

    def moves_on(self, error: ErrorInfo, name: str) -> bool:
        """Whether the next source is asked after this failure of the one called `name`."""
        if error.kind == "aborted":
            return False
        return error.kind in self._kinds if self._condition is None else self._condition(error, name)


def chain(
    *sources: Askable | str, also: Iterable[Kind] = (), never: Iterable[Kind] = (), condition: Condition | None = None
) -> Chain:
    """Sources asked in order until one begins to answer.

    A text names a model of the default hub. `also` and `never` change the table `MOVES_ON`;
    `condition` takes its place. Costs what the attempts cost that were billed before they failed.
    """
    if not sources:
        raise RequestError("a chain needs at least one source; write chain(hub.bind('provider/model-id'), ...)")
    if condition is not None and (tuple(also) or tuple(never)):
        raise RequestError("chain: condition takes the place of the table; leave out also and never")
    if condition is not None and not callable(condition):  # pyright: ignore[reportUnnecessaryComparison]
        raise RequestError(f"chain: condition={condition!r:.80} cannot be called; give a function, or nothing")
    kinds = changed(MOVES_ON, also, never, "chain")
    return Chain([as_source(source, "chain") for source in sources], kinds, condition)


class _Failover(Course):
    """One answer of a chain."""

    def __init__(self, made_of: Chain, first: Any, further: Sequence[Callable[[bool], Any]]) -> None:
        super().__init__(made_of.name)
        self._chain = made_of
        self._first = first
        self._further = further
        self._errors: list[ErrorInfo] = []

    def run(self) -> Steps:
        """Asks one source after the other; hands out the first answer, or the last failure."""
        makers: list[Callable[[bool], Any]] = [lambda sync: self._first, *self._further]
        for number, make in enumerate(makers):
            name = self._chain.sources[number].name
            stream = yield Ask(make)
            if isinstance(stream, Refused):
                error, opened = self.note_refused(stream, name), None
            else:
                self.show(stream)
                opened = yield from self.opening(stream)
                error = opened.error
            last = number + 1 == len(makers)
            if error is None or last or not self._chain.moves_on(error, name):
                yield from self._end(stream, opened, error)
                return
            self._errors.append(error)
            if opened is not None:
                yield Close(stream)
            yield self._moving_on(error, name, self._chain.sources[number + 1].name, number + 1)

    def _moving_on(self, error: ErrorInfo, name: str, following: str, number: int) -> Event:
        data = {"attempt": number, "from": name, "to": following, "kind": error.kind, "message": error.message}
        return Status("failing_over", data, FixedView(self.message))

    def _end(self, stream: Any, opened: Opened | None, error: ErrorInfo | None) -> Steps:
        if error is None and opened is not None:
            yield from self.hand_out((yield from self.rest(stream, opened)))
            return
        assert error is not None
        if self._errors and error.kind != "aborted":
            error = all_failed([*self._errors, error])
        elif opened is not None:
            yield from self.hand_out(opened.event)
            return
        yield from self.hand_out(error_event(error, self.message))
