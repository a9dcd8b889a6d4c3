"""Several models asked at once, as one stream of tagged events.

A task for each model reads its stream into a queue of its own (at most 100 events, then that model waits); the
consumer is given one event of each queue in turn, so that a fast model does not drown a slow one. Each model's events
keep their order and obey the grammar, each has its own ending, and none's failure stops the others: a stream that
raises (its reader's mistake, not the model's failure) ends with an `error` event too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from attrs import define, evolve

from headwater import (
    AssistantMessage,
    Cost,
    Done,
    Error,
    Event,
    EventStream,
    RequestError,
    Start,
    Usage,
    make_error,
    to_dict,
)

from ._buffer import check_async
from ._pump import Bell, Host, Outlet, Pump
from ._shape import CLOSING, NOT_ENTERED

if TYPE_CHECKING:
    from attrs import frozen as tagged
else:
    tagged = define  # freezing at run time costs more than all else about it, as for events

AHEAD = 100
"""Events of one model that may wait for the consumer."""

_COUNTS = ("input", "output", "cache_read", "cache_write", "total_tokens", "cache_write_1h")
_COSTS = ("input", "output", "cache_read", "cache_write", "total")


@tagged
class Tagged:
    """An event and whose it is: the `tag` given to `merge`, and its `number` there, from 1."""

    tag: str
    number: int
    event: Event

    @property
    def is_last(self) -> bool:
        """Whether this model's answer ends here."""
        return self.event.type in ("done", "error")


def to_frame(tagged: Tagged) -> dict[str, Any]:
    """A tagged event as JSON data: the event's own fields, `model` (the tag) and `number`.

    A model's last frame says `model1Finished: true`, or `model1Error` with the reason in words.
    """
    frame: dict[str, Any] = {"model": tagged.tag, "number": tagged.number, **to_dict(tagged.event)}
    if isinstance(tagged.event, Done):
        frame[f"model{tagged.number}Finished"] = True
    elif isinstance(tagged.event, Error):
        frame[f"model{tagged.number}Error"] = tagged.event.message.error_message
    return frame


def sum_usage(usages: Iterable[Usage]) -> Usage:
    """The usage of several answers together.

    `reported` when all are, `absent` when none is known, else `estimated` if one is, else `partial`. The cost is
    None when one is not known.
    """
    known = list(usages)
    counts: dict[str, Any] = {name: sum(getattr(one, name) for one in known) for name in _COUNTS}
    reasonings = [one.reasoning for one in known if one.reasoning is not None]
    costs = [one.cost for one in known if one.cost is not None]
    return Usage(
        **counts,
        reasoning=sum(reasonings) if reasonings else None,
        cost=_sum_cost(costs) if known and len(costs) == len(known) else None,
        provenance=_least_certain({one.provenance for one in known} or {"absent"}),
    )


def _sum_cost(costs: Iterable[Cost]) -> Cost:
    parts = list(costs)
    sums: dict[str, Any] = {name: sum(getattr(one, name) for one in parts) for name in _COSTS}
    return Cost(**sums, provenance=_least_certain({one.provenance for one in parts}))


def _least_certain(said: set[Any]) -> Any:
    """What is said of a sum of figures of which this is said."""
    return said.pop() if len(said) == 1 else "estimated" if "estimated" in said else "partial"


class _Lane:
    """One model: its stream, its queue, and where it stands."""

    def __init__(self, tag: str, number: int, stream: EventStream, bell: Bell, maximum: int) -> None:
        self.tag = tag
        self.number = number
        self.stream = stream
        self.outlet = Outlet(bell)
        self.maximum = maximum
        self.pump: Pump | None = None
        self.begun = False
        self.over = False
        self.result: AssistantMessage | None = None

    def open(self) -> Pump:
        """The pump, made on the loop."""
        self.pump = Pump(self.stream, [self.outlet], self.maximum, self.maximum // 2)
        return self.pump

    def take(self) -> Tagged | None:
        """The next event; None while there is none."""
        if self.outlet.queue:
            event = self.outlet.take()
        elif not self.over and self.pump is not None and self.pump.over:
            event = self._ending(self.pump.failure)
        else:
            return None
        self.begun = True
        if event.__class__ in CLOSING and isinstance(event, Done | Error):
            self.over, self.result = True, event.message
        return Tagged(self.tag, self.number, event)

    def _ending(self, failure: Exception | None) -> Event:
        """The last event of a stream that had none of its own."""
        if not self.begun:
            return Start()
        message = self.message()
        if message.error is None or failure is not None:
            words = f"raised {type(failure).__name__}: {failure}"[:300] if failure else "ended without a last event"
            info = make_error("unknown" if failure else "truncated", f"{self.tag}: its stream {words}")
            message = evolve(message, stop_reason="error", error=info)
        return Error(message.stop_reason, message)

    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands."""
        return self.result or self.stream.message

    def spent(self) -> list[Usage]:
        """What its attempts used, where there were several; else what its message says."""
        told, attempts = self.message().usage, self.stream.attempts
        if self.result is None or len(attempts) < 2:
            return [told]
        billed = [one.usage or Usage() for one in attempts[:-1] if one.usage is not None or not one.free]
        last = attempts[-1]
        if last.usage is None and (told.provenance == "estimated" or last.free):
            return [*billed, told]
        return [*billed, last.usage or Usage()]


class MergedStream:
    """Several streams as one of tagged events: an async context manager and an async iterator of `Tagged`."""

    def __init__(self, streams: Mapping[str, EventStream], maximum: int) -> None:
        self._bell = Bell()
        self._lanes = [
            _Lane(tag, number, stream, self._bell, maximum) for number, (tag, stream) in enumerate(streams.items(), 1)
        ]
        self._turn = 0
        self._host = Host()
        self._entered = False
        self._closed = False

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a merged stream is entered once")
        self._entered = True
        await self._host.open(*(lane.open().run for lane in self._lanes))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self.aclose()
        await self._host.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Tagged:
        while True:
            if self._closed:
                raise StopAsyncIteration
            found = self._next()
            if found is not None:
                return found
            if not self._entered:
                raise RuntimeError(NOT_ENTERED)
            if all(lane.over for lane in self._lanes):
                raise StopAsyncIteration
            await self._wait()

    @property
    def running(self) -> tuple[str, ...]:
        """The tags of the models whose ending was not handed out yet."""
        return tuple(lane.tag for lane in self._lanes if not lane.over)

    @property
    def results(self) -> dict[str, AssistantMessage]:
        """Each model's message by its tag: final, or as it stands."""
        return {lane.tag: lane.message() for lane in self._lanes}

    @property
    def usage(self) -> Usage:
        """The usage of all of them together, with the cost; see `sum_usage`.

        Attempts that failed and hedges that lost are in it once their model's answer is over: one that may be billed
        and was not counted makes the sum `partial`, and its cost unknown.
        """
        return sum_usage(usage for lane in self._lanes for usage in lane.spent())

    def abort(self, *tags: str) -> None:
        """Ends these models' streams (without a tag: all) from any task or thread: each ends with `error(aborted)`."""
        unknown = set(tags) - {lane.tag for lane in self._lanes}
        if unknown:
            raise RequestError(f"merge: nobody is called {', '.join(sorted(unknown))}; there are {self._names()}")
        for lane in self._lanes:
            if not tags or lane.tag in tags:
                lane.stream.abort()

    async def collect(self) -> dict[str, AssistantMessage]:
        """Each model's final message by its tag; reads what is left."""
        if not self._entered:
            async with self:
                return await self.collect()
        async for _ in self:
            pass
        return self.results

    async def aclose(self) -> None:
        """Ends all streams; may be called again."""
        self._closed = True
        for lane in self._lanes:
            if lane.pump is not None:
                lane.pump.stop_soon()
        for lane in self._lanes:
            if lane.pump is not None:
                await lane.pump.stop()
            else:
                await lane.stream.aclose()

    # -- inside

    def _next(self) -> Tagged | None:
        """An event of the first in turn that has one."""
        lanes = self._lanes
        count = len(lanes)
        turn = self._turn
        for _ in lanes:
            lane = lanes[turn]
            turn = turn + 1 if turn + 1 < count else 0
            found = lane.take()
            if found is not None:
                self._turn = turn
                return found
        return None

    async def _wait(self) -> None:
        try:
            await self._bell.wait()
        except RuntimeError:  # a second reader
            raise
        except GeneratorExit:  # the coroutine was thrown away: it cannot await any more
            for lane in self._lanes:
                if lane.pump is not None:
                    lane.pump.stop_soon()
            raise
        except BaseException:
            await self.aclose()
            raise

    def _names(self) -> str:
        return ", ".join(lane.tag for lane in self._lanes)


def merge(
    streams: Mapping[str, EventStream] | None = None, /, *, maximum: int = AHEAD, **named: EventStream
) -> MergedStream:
    """The streams as one of `Tagged` events: `merge(fast=hub.stream(...), good=hub.stream(...))`, or a mapping.

    `maximum` events of one model wait for the consumer at most. Async only. Raises `RequestError` for no streams,
    and for one that stands there twice.
    """
    given = {**(streams or {}), **named}
    if not given:
        raise RequestError("merge: no streams; give one or more, each with a name: merge(a=hub.stream(...))")
    if isinstance(maximum, bool) or not isinstance(maximum, int) or maximum < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise RequestError(f"merge: maximum is {maximum!r}; give a whole number of events, 1 or more")
    for stream in given.values():
        check_async(stream, "merge")
    if len({id(stream) for stream in given.values()}) < len(given):
        raise RequestError("merge: one stream under two names; ask twice, or use tee")
    return MergedStream(given, maximum)
