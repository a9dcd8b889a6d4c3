"""The async stream: runs the driver's commands on asyncio or trio.

A class with `__anext__`, not a generator: no cancel scope is ever held across a
yield. Each awaited read stands in a scope of its own with the nearest deadline.
"""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, Self, cast

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread

from ._drive import Drive
from ._events import Event, TextDelta
from ._messages import AssistantMessage
from ._plan import Batch, Call, Called, Close, Command, Failed, Open, Opened, Read
from ._transport import AsyncResponse, TransportFailure, open_async
from ._view import ABORTED, NOT_ENTERED, SECOND_READER, StreamView


class _Pieces:
    """The text of a stream, piece by piece; no generator, so that leaving it early leaves nothing behind."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        async for event in self._stream:
            if isinstance(event, TextDelta):
                return event.delta
        self._stream.raise_for_error()
        raise StopAsyncIteration


class Stream(StreamView):
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
        self._scope: anyio.CancelScope | None = None
        self._home: tuple[int, Any] | None = None
        self._lock = threading.Lock()

    async def __aenter__(self) -> Self:
        self._entered = True
        self._home = (threading.get_ident(), anyio.lowlevel.current_token())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        for event in self._pending:
            return event
        return await self._more()

    @property
    def text(self) -> AsyncIterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        return _Pieces(self)

    async def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left. Never raises for the provider's failure."""
        if not self._entered:
            async with self:
                return await self.result()
        async for _ in self:
            pass
        return self.message

    async def aclose(self) -> None:
        """Ends the stream and its connection; may be called again."""
        if self._closed:
            return
        self._closed = True
        self._pending = iter(())
        if not self._over:
            self._cancelled()
        await self._close_response(self._drive.plan.deadlines.close)

    def abort(self) -> None:
        """Ends the stream from any task or thread: its last event is `error` with reason `aborted`."""
        with self._lock:
            self._abort = True
            home, scope = self._home, self._scope
        if scope is None or home is None:
            return
        ident, token = home
        if ident == threading.get_ident():
            scope.cancel()
        else:
            with contextlib.suppress(RuntimeError, anyio.ClosedResourceError):
                anyio.from_thread.run_sync(self._cancel_scope, token=token)

    def __del__(self) -> None:
        response = getattr(self, "_response", None)
        if response is not None and not self._closed:
            self._warn_unclosed()
            response.cut()

    # -- inside

    def _cancel_scope(self) -> None:
        if self._scope is not None:
            self._scope.cancel()

    async def _more(self) -> Event:
        """The next event, after as many commands as it takes."""
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._reading:
            raise RuntimeError(SECOND_READER)
        if self._closed or self._over:
            raise StopAsyncIteration
        self._reading = True
        try:
            while True:
                step = self._advance(self._result)
                self._result = None
                if step is None:
                    raise StopAsyncIteration
                if isinstance(step, list):
                    self._pending = iter(cast("Batch", step))
                    for event in self._pending:
                        return event
                else:
                    self._result = await self._perform(step)
        except StopAsyncIteration:
            raise
        except BaseException:
            self._cancelled()
            await self._close_response(self._drive.plan.deadlines.close)
            raise
        finally:
            self._reading = False

    async def _perform(self, command: Command) -> Any:
        if isinstance(command, Close):
            return await self._close_response(command.timeout)
        if isinstance(command, Open):
            return await self._within(command.timeout, lambda: self._open(command))
        if isinstance(command, Read):
            return await self._within(command.timeout, self._read)
        if isinstance(command, Call):
            return await self._within(None, lambda: self._call(command.function))
        return await self._within(None, lambda: anyio.sleep(command.seconds))

    async def _within(self, timeout: float | None, work: Callable[[], Awaitable[Any]]) -> Any:
        """What `work` gives, or `Failed` when the time is up or somebody aborts."""
        deadline = float("inf") if timeout is None else anyio.current_time() + timeout
        with anyio.CancelScope(deadline=deadline) as scope:
            with self._lock:
                if self._abort:
                    return ABORTED
                self._scope = scope
            try:
                return await work()
            finally:
                self._scope = None
        return ABORTED if self._abort else Failed("timeout", "took too long")

    async def _open(self, command: Open) -> Opened | Failed:
        try:
            client = await self._client()
            self._response = await open_async(client, command.wire, command.headers, command.timeouts)
        except TransportFailure as failure:
            return Failed("truncated" if failure.clean_cut else failure.kind, str(failure))
        return Opened(self._response.status, self._response.headers)

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
        response, self._response = self._response, None
        if response is None:
            return
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + timeout) as scope:
            await response.close()
        if scope.cancelled_caught:
            response.cut()
