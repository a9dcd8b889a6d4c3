"""One stream for several consumers, without a second request.

A task reads the source and gives each event to every branch. The slowest branch sets the pace: when one lags
`maximum` events behind, the source is not read until it has caught up with half of them. A branch that is left takes
no more part; when all are, the source is closed. There is one answer: `abort`, on whichever branch, ends it for all.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Any, Self

from headwater import Event, EventStream, RequestError

from ._buffer import check_async
from ._pump import Host, Outlet, Pump
from ._shape import CLOSING, NOT_ENTERED, SECOND_READER, AsyncShape

LAG = 1000
"""Events the slowest branch may lag behind."""

Consumer = Callable[[EventStream], Awaitable[Any]]

_log = logging.getLogger("headwater.flow")


class Branch(AsyncShape):
    """One consumer's view of a teed stream; leaving it leaves the others alone."""

    def __init__(self, source: EventStream, outlet: Outlet) -> None:
        super().__init__(source)
        self._outlet = outlet

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self.aclose()

    async def __anext__(self) -> Event:
        outlet = self._outlet
        while not outlet.queue:
            await self._wait()
        event = outlet.take()
        if event.__class__ in CLOSING:
            self._note_end(event)
        return event

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for its next event."""
        return self._outlet.bell.event is not None

    async def aclose(self) -> None:
        """Leaves; the others go on. May be called again."""
        self._leave()
        if not self._outlet.closed:
            self._outlet.close()
            pump = self._outlet.pump
            if pump is not None and not pump.outlets:
                await pump.stop()

    async def _wait(self) -> None:
        pump = self._outlet.pump
        if not self._entered or pump is None:
            raise RuntimeError(NOT_ENTERED)
        if self._over or self._outlet.closed:
            raise StopAsyncIteration
        if pump.over:
            self._over = True
            if pump.failure is not None:
                raise pump.failure
            raise StopAsyncIteration
        try:
            await self._outlet.bell.wait()
        except RuntimeError:  # a second reader
            raise
        except GeneratorExit:  # the coroutine was thrown away: it cannot await any more
            self._outlet.close()
            raise
        except BaseException:
            await self.aclose()
            raise


class Tee:
    """A stream that several consumers read: `async with tee(stream, 2) as (screen, log):`."""

    def __init__(self, source: EventStream, count: int, maximum: float) -> None:
        self._source = source
        self._outlets = [Outlet() for _ in range(count)]
        self._maximum = maximum
        self._host = Host()
        self._pump: Pump | None = None

    async def __aenter__(self) -> tuple[Branch, ...]:
        if self._pump is not None:
            raise RuntimeError("a tee is entered once; its branches are what is read")
        self._pump = Pump(self._source, self._outlets, self._maximum, self._maximum // 2)
        await self._host.open(self._pump.run)
        return tuple(Branch(self._source, outlet) for outlet in self._outlets)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        assert self._pump is not None
        for outlet in self._outlets:
            outlet.close()
        await self._pump.stop()
        await self._host.close()

    def abort(self) -> None:
        """Ends the stream for all branches, from any task or thread."""
        self._source.abort()

    async def stop_source(self) -> None:
        """Ends the source; the branches still have what came."""
        if self._pump is not None:
            await self._pump.stop()


class TeedStream(AsyncShape):
    """A stream that others read as well; see `tee_to`."""

    def __init__(self, source: EventStream, consumers: tuple[Consumer, ...], maximum: float, spare: bool) -> None:
        super().__init__(source)
        self._tee = Tee(source, len(consumers) + 1, maximum)
        self._consumers = consumers
        self._spare = spare
        self._host = Host()
        self._main: Branch | None = None
        self._depth = 0
        self.failures: list[Exception] = []
        """What the consumers raised, in order."""

    async def __aenter__(self) -> Self:
        self._depth += 1
        if self._depth > 1:
            return self
        main, *others = await self._tee.__aenter__()
        self._main = await main.__aenter__()
        pairs = zip(self._consumers, others, strict=True)
        await self._host.open(*(partial(self._run, consumer, branch) for consumer, branch in pairs))
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self.aclose()
        self._depth -= 1
        if self._depth:
            return
        try:
            await self._host.close()
        finally:
            await self._tee.__aexit__(None, None, None)
        if self.failures and not self._spare and error is None:
            raise self.failures[0]

    async def __anext__(self) -> Event:
        if self._main is None:
            raise RuntimeError(NOT_ENTERED)
        if self._main.is_awaited:
            raise RuntimeError(SECOND_READER)
        try:
            event = await self._main.__anext__()
        except StopAsyncIteration:
            raise
        except BaseException:
            await self.aclose()
            raise
        if event.__class__ in CLOSING:
            self._note_end(event)
        return event

    async def aclose(self) -> None:
        """Ends the stream; the consumers still get what came, and no more. May be called again."""
        early = self._final is None
        self._leave()
        if self._main is None:
            await self._source.aclose()
            return
        if early:
            await self._tee.stop_source()
        await self._main.aclose()

    async def _run(self, consumer: Consumer, branch: Branch) -> None:
        try:
            async with branch:
                await consumer(branch)
        except Exception as error:  # noqa: BLE001 - a function of the user's; the others go on
            self.failures.append(error)
            _log.debug("a consumer of tee_to raised %s", type(error).__name__)


def tee(stream: EventStream, count: int = 2, *, maximum: int | None = LAG) -> Tee:
    """The stream for `count` consumers, each of which sees the same events at its own pace.

        async with tee(stream, 2) as (screen, log), anyio.create_task_group() as tasks:
            tasks.start_soon(show, screen)
            tasks.start_soon(write, log)

    Each branch is a stream, entered by whoever reads it (`async with screen:`). The slowest one may lag `maximum`
    events behind, then the source waits for it; None: any number (memory grows), for branches that are read one
    after the other. A branch nobody reads has to be left (`aclose`), or it holds the others up. Async only.
    Raises `RequestError` for numbers that make no sense.
    """
    check_async(stream, "tee")
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise RequestError(f"tee: {count!r} consumers; give a whole number, 1 or more")
    return Tee(stream, count, _check_lag("tee", maximum))


def tee_to(stream: EventStream, *consumers: Consumer, maximum: int | None = LAG, spare: bool = True) -> TeedStream:
    """The stream, which the async functions read as well, each in a task of its own: `tee_to(stream, write_log)`.

    Leaving the context waits until they are through with what came. When the stream is left early, they get what
    came by then and no more. One that raises is out, the others go on: its exception stands in `failures`, and
    with `spare=False` leaving the context raises it. Raises `RequestError` for no function.
    """
    check_async(stream, "tee_to")
    if not consumers or not all(callable(consumer) for consumer in consumers):
        raise RequestError("tee_to: nobody to tee to; give one or more async functions that take a stream")
    return TeedStream(stream, consumers, _check_lag("tee_to", maximum), spare)


def _check_lag(who: str, maximum: object) -> float:
    if maximum is None:
        return float("inf")
    if isinstance(maximum, bool) or not isinstance(maximum, int) or maximum < 1:
        raise RequestError(f"{who}: maximum is {maximum!r}; give a number of events, 1 or more, or None for any number")
    return maximum
