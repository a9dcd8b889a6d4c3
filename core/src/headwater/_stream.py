"""The async stream: runs the driver's commands on asyncio or trio.

A class with `__anext__`, not a generator: no cancel scope is ever held across a
yield. What is awaited stands in a scope of its own with the nearest deadline;
only reads on asyncio, of which there may be one an event, are watched by a timer
that cuts the socket (a scope costs 17 us, the timer 0.3).
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self, cast

import anyio
import anyio.lowlevel
import anyio.to_thread

from ._drive import Drive
from ._events import Event
from ._failures import TransportFailure
from ._plan import Batch, Call, Called, Close, Command, Failed, Open, Opened, Read
from ._streams import StreamBase
from ._transport import AsyncResponse, open_async
from ._view import ABORTED, LATE, NOT_ENTERED, SECOND_READER, StreamView


class Alarm:
    """Cuts a response when a read takes too long, by one timer of the asyncio loop.

    The timer is set again only when it rings before the deadline, which moves with every read.
    """

    __slots__ = ("_at", "_handle", "_loop", "_response", "deadline", "rang")

    def __init__(self, loop: asyncio.AbstractEventLoop, response: AsyncResponse) -> None:
        self.deadline: float | None = None
        self.rang = False
        self._loop = loop
        self._response = response
        self._handle: asyncio.TimerHandle | None = None
        self._at = 0.0

    @classmethod
    def on_this_loop(cls, response: AsyncResponse) -> Alarm | None:
        """An alarm for a response; None on trio, and where there is no socket to cut."""
        if not response.can_be_cut:
            return None
        try:
            return cls(asyncio.get_running_loop(), response)
        except RuntimeError:
            return None

    def set(self, seconds: float | None) -> None:
        """From now on, that many seconds; None: as long as it takes."""
        if seconds is None:
            self.deadline = None
            return
        self.deadline = deadline = self._loop.time() + seconds
        if self._handle is None or deadline < self._at:
            self._arm(deadline)

    def off(self) -> None:
        """The timer is gone."""
        self.deadline = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, deadline: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._at = deadline
        self._handle = self._loop.call_at(deadline, self._ring)

    def _ring(self) -> None:
        self._handle = None
        if self.deadline is None:
            return
        if self._loop.time() < self.deadline:
            self._arm(self.deadline)
        else:
            self.rang = True
            self._response.cut()


class Stream(StreamView, StreamBase):
    """One answer as it comes: an async context manager and an async iterator of events.

    A failure after the request was sent is the last event, not an exception. The
    stream belongs to the task that reads it; only `abort` may be called from elsewhere.
    """

    def __init__(self, drive: Drive, client: Callable[[], Awaitable[Any]]) -> None:
        super().__init__(drive)
        self._client = client
        self._response: AsyncResponse | None = None
        self._pending: Iterator[Event] = iter(())
        self._result: Any = None
        self._reading = False
        self._alarm: Alarm | None = None
        self._scope: anyio.CancelScope | None = None
        self._call_soon: Callable[[Callable[[], None]], object] | None = None

    async def __aenter__(self) -> Self:
        self._entered = True
        loop: Any = anyio.lowlevel.current_token().native_token  # of asyncio, or of trio
        self._call_soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def __anext__(self) -> Event:
        for event in self._pending:
            return event
        return await self._more()

    async def aclose(self) -> None:
        """Ends the stream and its connection; may be called again. While another task reads, it aborts."""
        if self._reading:
            self.abort()
            return
        if self._closed:
            return
        self._closed = True
        self._pending = iter(())
        if not self._over:
            self._cancelled()
        await self._close_response(self._drive.plan.deadlines.close)

    def abort(self) -> None:
        """Ends the stream from any task, thread or signal handler: its last event is `error` with reason `aborted`.

        Waits for nothing: the loop is told, and may be busy.
        """
        self._abort = True
        if self._call_soon is not None:
            with contextlib.suppress(RuntimeError):  # the loop is over, and the stream with it
                self._call_soon(self._end_waiting)

    def __del__(self) -> None:
        response = getattr(self, "_response", None)
        if response is not None and not self._closed:
            response.cut()
            self._warn_unclosed()

    # -- inside

    def _end_waiting(self) -> None:
        """Wakes the read, or whatever else is awaited; on the stream's own loop."""
        if self._scope is not None:
            self._scope.cancel()
        elif self._alarm is not None and self._reading and self._response is not None:
            self._response.cut()

    async def _more(self) -> Event:
        """The next event, after as many commands as it takes."""
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        try:
            while not (self._closed or self._over):
                step = self._advance(self._result)
                self._result = None
                if isinstance(step, list):
                    self._pending = iter(cast("Batch", step))
                    for event in self._pending:
                        return event
                elif step is not None:
                    self._result = await self._perform(step)
        except BaseException as error:
            self._cancelled()
            if isinstance(error, GeneratorExit):  # the coroutine was thrown away: it cannot await any more
                self._cut_response()
            else:
                await self._close_response(self._drive.plan.deadlines.close)
            raise
        finally:
            self._reading = False
        raise StopAsyncIteration

    async def _perform(self, command: Command) -> Any:
        if isinstance(command, Read):
            if self._alarm is not None:
                return await self._read_watched(self._alarm, command.timeout)
            return await self._within(command.timeout, self._read)
        if isinstance(command, Close):
            return await self._close_response(command.timeout)
        if isinstance(command, Open):
            return await self._within(command.timeout, lambda: self._open(command))
        if isinstance(command, Call):
            return await self._within(command.timeout, lambda: self._call(command.function))
        return await self._within(None, lambda: anyio.sleep(command.seconds))

    async def _within(self, timeout: float | None, work: Callable[[], Awaitable[Any]]) -> Any:
        """What `work` gives, or `Failed` when the time is up or somebody aborts."""
        deadline = float("inf") if timeout is None else anyio.current_time() + timeout
        with anyio.CancelScope(deadline=deadline) as scope:
            if self._abort:
                return ABORTED
            self._scope = scope
            try:
                return await work()
            finally:
                self._scope = None
        return ABORTED if self._abort else LATE

    async def _open(self, command: Open) -> Opened | Failed:
        try:
            client = await self._client()
            self._response = await open_async(client, command.wire, command.headers, command.timeouts)
        except TransportFailure as failure:
            return Failed(failure.kind, str(failure), failure.sent)
        self._alarm = Alarm.on_this_loop(self._response)
        return Opened(self._response.status, self._response.headers)

    async def _read_watched(self, alarm: Alarm, timeout: float | None) -> bytes | Failed | None:
        """The next bytes; an alarm that rings, or an abort, cuts the connection under the read.

        Bytes that came in that moment count; what lies in the buffers behind them would go on for megabytes.
        """
        if self._abort:
            return ABORTED
        if alarm.rang or (timeout is not None and timeout <= 0):
            return LATE
        alarm.set(timeout)
        result = await self._read()
        alarm.deadline = None
        if isinstance(result, bytes):
            return result
        if self._abort:
            return ABORTED
        return LATE if alarm.rang else result

    async def _read(self) -> bytes | Failed | None:
        assert self._response is not None
        try:
            return await self._response.read()
        except TransportFailure as failure:
            return Failed("truncated" if failure.clean_cut else failure.kind, str(failure))

    async def _call(self, function: Callable[[], Any]) -> Called:
        try:
            if inspect.iscoroutinefunction(function):
                return Called(await function())
            value = await anyio.to_thread.run_sync(function, abandon_on_cancel=True)
            return Called(await value if inspect.isawaitable(value) else value)
        except Exception as error:  # noqa: BLE001 - the driver decides what it means
            return Called(error=error)

    async def _close_response(self, timeout: float) -> None:
        """Ends the connection, shielded from cancellation and bounded in time; a peer that hangs is cut off."""
        response = self._take_response()
        if response is None:
            return
        over = False
        try:
            with anyio.CancelScope(shield=True, deadline=anyio.current_time() + timeout):
                await response.close()
                over = True
        finally:
            if not over:
                response.cut()

    def _cut_response(self) -> None:
        """Ends the connection without waiting."""
        response = self._take_response()
        if response is not None:
            response.cut()

    def _take_response(self) -> AsyncResponse | None:
        """The response, which is no longer watched."""
        response, self._response = self._response, None
        if self._alarm is not None:
            self._alarm.off()
            self._alarm = None
        return response
