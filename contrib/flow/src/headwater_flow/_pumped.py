"""The shape of a stream whose source is read by a task of its own."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from headwater import Event, EventStream

from ._pump import Host, Outlet, Pump
from ._shape import CLOSING, NOT_ENTERED, AsyncShape


class PumpedStream(AsyncShape):
    """An async stream that takes its events from a queue, which a task fills from the source."""

    def __init__(self, source: EventStream, pause: float, resume: float) -> None:
        super().__init__(source)
        self._limits = pause, resume
        self._outlet = Outlet()
        self._pump: Pump | None = None
        self._host = Host()

    async def __aenter__(self) -> Self:
        if self._pump is None:
            self._pump = Pump(self._source, [self._outlet], *self._limits)
        await self._host.open(self._pump.run, *self._tasks())
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        await self._stop()
        await self._host.close()

    async def __anext__(self) -> Event:
        outlet = self._outlet
        while not outlet.queue:
            await self._wait()
        event = outlet.take()
        if event.__class__ in CLOSING:
            self._note_end(event)
        return event

    async def aclose(self) -> None:
        """Ends the stream and everything behind it; may be called again. While another task reads, it aborts."""
        if self._outlet.bell.event is not None:
            self.abort()
        else:
            await self._stop()

    # -- inside

    def _tasks(self) -> tuple[Any, ...]:
        """Further tasks of this stream."""
        return ()

    async def _wait(self) -> None:
        """Returns when there may be an event; raises `StopAsyncIteration` when there will be none."""
        pump = self._pump
        if not self._entered or pump is None:
            raise RuntimeError(NOT_ENTERED)
        if pump.over or self._over:
            self._over = True
            failure, pump.failure = pump.failure, None
            if failure is not None:
                raise failure
            raise StopAsyncIteration
        try:
            await self._outlet.bell.wait()
        except GeneratorExit:  # the coroutine was thrown away: it cannot await any more
            pump.stop_soon()
            raise
        except RuntimeError:  # a second reader
            raise
        except BaseException:
            await self._stop()
            raise

    async def _stop(self) -> None:
        self._leave()
        self._outlet.queue.clear()
        if self._pump is not None:
            await self._pump.stop()
        else:
            await self._source.aclose()
