"""Transforms with a time limit: what they hold goes out in time, also while the source is silent.

A read of the source is never cancelled for it, which would end the stream: a task reads ahead (at most 100 events),
and a second one sleeps until something is due. That is one sleep for each piece that is held, not one for each event.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Self

import anyio

from headwater import Event, EventStream, Start

from ._pumped import PumpedStream
from ._shape import CLOSING
from ._transform import TimedTransform, name_of, turn

AHEAD = 100
"""Events read ahead at most (founding: buffer 100)."""


class TimedStream(PumpedStream):
    """An async stream as a transform with a time limit changes it."""

    def __init__(
        self,
        source: EventStream,
        step: TimedTransform,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        super().__init__(source, AHEAD, AHEAD // 2)
        self._step = step
        self._feed = step.feed
        self._clock = clock
        self._sleep = sleep
        self._armed: anyio.Event | None = None
        self._watching: anyio.CancelScope | None = None
        self._at: Event = Start()

    async def __aenter__(self) -> Self:
        self._watching = self._watching or anyio.CancelScope()
        return await super().__aenter__()

    async def __anext__(self) -> Event:
        for event in self._ready:
            return event
        outlet, feed = self._outlet, self._feed
        queue = outlet.queue
        while True:
            if not queue and not self._is_late():
                await self._wait()
                continue
            try:
                if queue:
                    self._at = event = outlet.take()
                    made = turn(self._step, event) if event.__class__ in CLOSING else feed(event)
                else:
                    made = self._step.flush()
            except Exception as error:  # noqa: BLE001 - whatever it is, the stream ends by an event
                await self._stop()
                made = self._broken_by(name_of(self._step), error, self._at)
            if made:
                last = made[-1]
                if last.__class__ in CLOSING:
                    self._note_end(last)
                if len(made) == 1:
                    return last
                self._ready = iter(made)
                return next(self._ready)

    # -- inside

    def _is_late(self) -> bool:
        """Whether what is held is due, or there will be nothing more; else the watch is set."""
        due = self._step.due
        if due is None or (self._pump is not None and self._pump.over):
            return due is not None and not self._left
        if self._clock() >= due:
            return True
        if self._armed is not None:
            self._armed.set()
        return False

    def _tasks(self) -> tuple[Any, ...]:
        return (self._watch,)

    async def _watch(self) -> None:
        """Rings when something is due."""
        scope = self._watching
        assert scope is not None
        with scope:
            while True:
                due = self._step.due
                left = 0.0 if due is None else due - self._clock()
                if due is not None and left > 0:
                    await self._sleep(left)
                    continue
                if due is not None:
                    self._outlet.bell.ring()
                self._armed = anyio.Event()
                await self._armed.wait()

    async def _stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await super()._stop()
