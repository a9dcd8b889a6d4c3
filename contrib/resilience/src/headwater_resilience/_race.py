"""Two streams opened against each other: the first to reach its commit point is read on.

No task outlives the call, and no cancel scope either: what the two say before their commit point
is kept, and the winner's is handed out after it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from attrs import define

from headwater import ErrorInfo, Event

from ._course import Opened, Opening, cut_short
from ._steps import Race, Refused
from ._views import error_event


@define(eq=False)
class Lane:
    """One of two streams, and how far it was read."""

    stream: Any
    early: list[Event]
    opened: Opened | None = None
    refused: Refused | None = None
    raised: BaseException | None = None

    @property
    def error(self) -> ErrorInfo | None:
        """Why nothing comes of it, if so."""
        if self.refused is not None:
            return self.refused.info
        return None if self.opened is None else self.opened.error

    @property
    def over(self) -> bool:
        """Whether it is known what comes of it."""
        return self.opened is not None or self.refused is not None or self.raised is not None

    @property
    def committed(self) -> bool:
        """Whether an answer comes of it."""
        return self.opened is not None and self.opened.error is None


@define(eq=False)
class Raced:
    """What came of a race: who answers (or failed first), who does not, and why the second was asked."""

    winner: Lane
    loser: Lane | None = None
    because: ErrorInfo | None = None


async def race(
    step: Race, ask: Callable[[Callable[[bool], Any]], Awaitable[Any]], leave: Callable[[Any], Awaitable[None]]
) -> Raced:
    """Runs a race to its end. The loser is left before this returns; when it is cancelled, so are both."""
    first = Lane(step.first, [])
    lanes = [first]
    because: ErrorInfo | None = None
    changed = anyio.Event()

    async def read(lane: Lane) -> None:
        reading = Opening()
        try:
            while reading.opened is None:
                event = await anext(lane.stream, None)
                if event is None:
                    reading.opened = Opened(error_event(cut_short(lane.stream), lane.stream.message))
                elif (early := reading.feed(event)) is not None:
                    lane.early.append(early)
            lane.opened = reading.opened
        except Exception as error:  # noqa: BLE001 - raised again where the stream is read, out of the group
            lane.raised = error
        changed.set()

    async with anyio.create_task_group() as group:
        group.start_soon(read, first)
        with anyio.move_on_after(step.delay):
            await changed.wait()
        if first.raised is None and not first.committed and _helps(step, first.error):
            because = first.error
            second = await _second(step, ask)
            lanes.append(second)
            if not second.over:
                group.start_soon(read, second)
        while not (any(lane.committed or lane.raised for lane in lanes) or all(lane.over for lane in lanes)):
            changed = anyio.Event()
            await changed.wait()
        group.cancel_scope.cancel()
    raised = next((lane.raised for lane in lanes if lane.raised is not None), None)
    if raised is not None:
        raise raised
    winner = next((lane for lane in lanes if lane.committed), first)
    loser = next((lane for lane in lanes if lane is not winner), None)
    if loser is not None and loser.stream is not None:
        await leave(loser.stream)
    return Raced(winner, loser, because)


def _helps(step: Race, error: ErrorInfo | None) -> bool:
    """Whether a second stream is asked: the first is slow, or failed in a way that another may not."""
    return error is None or step.helps(error)


async def _second(step: Race, ask: Callable[[Callable[[bool], Any]], Awaitable[Any]]) -> Lane:
    """The lane of the second stream, which may be refused or raise: out of the group, as it is."""
    try:
        stream = await ask(step.second)
    except Exception as error:  # noqa: BLE001 - raised again where the stream is read
        return Lane(None, [], raised=error)
    return Lane(None, [], refused=stream) if isinstance(stream, Refused) else Lane(stream, [])
