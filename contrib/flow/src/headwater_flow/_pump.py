"""A task that reads one stream into queues, and stops while one of them is full.

The source is entered, read and left in that one task, so that its cleanup happens in one place. The task lives in
the task group of a `Host`, which is opened with the stream's context and closed with it. It is ended by a cancel
scope of its own: the group's scope would cancel its owner too. That scope holds the reading alone: leaving the source
may have work to do (`tee_to` waits for its consumers), which only the owner's own cancellation cuts short.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any

import anyio

from headwater import Event, EventStream

from ._shape import SECOND_READER


class Bell:
    """Wakes the one who waits; shared by several queues where one consumer reads them all."""

    __slots__ = ("event",)

    def __init__(self) -> None:
        self.event: anyio.Event | None = None

    def ring(self) -> None:
        """Wakes who waits, if somebody does."""
        if self.event is not None:
            self.event.set()

    async def wait(self) -> None:
        """Returns when it rings."""
        if self.event is not None:
            raise RuntimeError(SECOND_READER)
        self.event = anyio.Event()
        try:
            await self.event.wait()
        finally:
            self.event = None


class Outlet:
    """A queue of events for one consumer."""

    __slots__ = ("bell", "closed", "peak", "pump", "queue")

    def __init__(self, bell: Bell | None = None) -> None:
        self.queue: deque[Event] = deque()
        self.bell = bell or Bell()
        self.closed = False
        self.peak = 0
        self.pump: Pump | None = None

    def take(self) -> Event:
        """The next event of a queue that is not empty; lets the source go on where there is room again."""
        event = self.queue.popleft()
        pump = self.pump
        if pump is not None and pump.room is not None and len(self.queue) <= pump.resume_at:
            pump.resume()
        return event

    def close(self) -> None:
        """Takes no more events; when all outlets are closed, the source is."""
        self.closed = True
        self.queue.clear()
        self.bell.ring()
        if self.pump is not None:
            self.pump.outlet_closed()


class Pump:
    """Reads `source` into `outlets`: stops when one holds `pause` events, goes on when all hold `resume` or less."""

    def __init__(self, source: EventStream, outlets: Sequence[Outlet], pause: float, resume: float) -> None:
        self.source = source
        self.outlets = list(outlets)
        self.pause_at = pause
        self.resume_at = resume
        self.over = False
        self.failure: Exception | None = None
        self.received = 0
        self.pauses = 0
        self.room: anyio.Event | None = None
        """Set when there is room again; None while the source is read."""
        self._scope = anyio.CancelScope()
        self._started = False
        self._finished = anyio.Event()
        for outlet in self.outlets:
            outlet.pump = self

    @property
    def paused(self) -> bool:
        """Whether the source is not read at the moment, because a queue is full."""
        return self.room is not None

    def resume(self) -> None:
        """Reads on if every queue has room again."""
        room = self.room
        if room is not None and all(len(outlet.queue) <= self.resume_at for outlet in self.outlets):
            self.room = None
            room.set()

    def outlet_closed(self) -> None:
        """Forgets outlets nobody reads; ends the source when none is left."""
        self.outlets = [outlet for outlet in self.outlets if not outlet.closed]
        if self.outlets:
            self.resume()
        else:
            self._scope.cancel()

    async def run(self) -> None:
        """Reads the source to its end; never raises for it: `failure` is what it raised."""
        self._started = True
        try:
            async with self.source:
                with self._scope:
                    await self._read()
        except Exception as error:  # noqa: BLE001 - raised again where the events are read
            self.failure = error
        finally:
            self.over = True
            self.room = None
            self._finished.set()
            for outlet in self.outlets:
                outlet.bell.ring()

    async def stop(self) -> None:
        """Ends the reading and the source; returns when both are over."""
        self._scope.cancel()
        if self._started:
            with anyio.CancelScope(shield=True):
                await self._finished.wait()

    def stop_soon(self) -> None:
        """Ends the reading without waiting for it."""
        self._scope.cancel()

    async def _read(self) -> None:
        pause_at = self.pause_at
        async for event in self.source:
            self.received += 1
            full = False
            for outlet in self.outlets:
                queue = outlet.queue
                queue.append(event)
                size = len(queue)
                if size > outlet.peak:  # noqa: PLR1730 - max() costs more, and this runs per event
                    outlet.peak = size
                if size >= pause_at:
                    full = True
                if outlet.bell.event is not None:
                    outlet.bell.event.set()
            if full:
                self.pauses += 1
                self.room = anyio.Event()
                await self.room.wait()


class Host:
    """A task group that is opened with a stream's context and closed with it; opening it again inside is no error."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._depth = 0

    async def open(self, *tasks: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Starts the tasks, at the first opening."""
        self._depth += 1
        if self._depth == 1:
            group = await self._stack.enter_async_context(anyio.create_task_group())
            for task in tasks:
                group.start_soon(task)

    async def close(self) -> None:
        """Waits for the tasks, which were told to end, at the last closing. An exception on its way stays as it is."""
        self._depth -= 1
        if self._depth == 0:
            await self._stack.aclose()
