"""The sync stream: runs the same driver in plain programs and threads.

A blocked read cannot be cancelled from within; a watchdog thread (one for the
process, started at first need) shuts the socket down when its time is up. While a
request is opened there may be no socket yet, and a call has none: those happen in a
thread of their own.
"""

from __future__ import annotations

import heapq
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from ._beside import Beside
from ._cutting import Connecting
from ._drive import Drive
from ._events import Event
from ._failures import TransportFailure
from ._plan import Batch, Call, Called, Close, Command, Failed, Open, Opened, Read
from ._streams import SyncStreamBase
from ._transport import SyncResponse, open_sync
from ._view import ABORTED, LATE, NOT_ENTERED, SECOND_READER, StreamView

T = TypeVar("T")


class Watch:
    """A deadline that is being watched: `fired` when it passed before it was called off."""

    __slots__ = ("act", "active", "fired")

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        self.active = True
        self.fired = False


KEPT_WATCHES = 32
"""So many watches may be called off and still be remembered."""


class Watchdog:
    """Calls what it was told to when a deadline passes, in a daemon thread of its own."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Knows of no deadline and no thread: in a forked process both are its parent's, and so are the connections."""
        self._watches: list[tuple[float, int, Watch]] = []
        self._changed = threading.Condition()
        self._numbers = count()
        self._called_off = 0
        self._thread: threading.Thread | None = None

    def watch(self, seconds: float, act: Callable[[], None]) -> Watch:
        """Has `act` called in `seconds`, unless called off before."""
        watch = Watch(act)
        with self._changed:
            heapq.heappush(self._watches, (time.monotonic() + seconds, next(self._numbers), watch))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="headwater-watchdog", daemon=True)
                self._thread.start()
            elif self._watches[0][2] is watch:
                self._changed.notify()
        return watch

    def call_off(self, watch: Watch) -> bool:
        """Ends a watch; gives back whether it had fired."""
        with self._changed:
            watch.active = False
            if not watch.fired:
                self._called_off += 1
                self._tidy()
            return watch.fired

    def _tidy(self) -> None:
        """Forgets watches that were called off once they are most of all: each holds a response until its deadline."""
        if self._called_off > max(len(self._watches) // 2, KEPT_WATCHES):
            self._watches = [entry for entry in self._watches if entry[2].active]
            heapq.heapify(self._watches)
            self._called_off = 0

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._watches and not self._watches[0][2].active:
                    heapq.heappop(self._watches)
                    self._called_off -= 1
                if not self._watches:
                    self._changed.wait()
                    continue
                deadline, _, watch = self._watches[0]
                left = deadline - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                    continue
                heapq.heappop(self._watches)
                watch.fired = True
                watch.act()


_watchdog = Watchdog()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_watchdog.forget)


class SyncStream(StreamView, SyncStreamBase):
    """One answer as it comes: a context manager and an iterator of events, for plain programs.

    A failure after the request was sent is the last event, not an exception. Only
    `abort` may be called from another thread.
    """

    def __init__(self, drive: Drive, client: Callable[[], Any]) -> None:
        super().__init__(drive)
        self._client = client
        self._response: SyncResponse | None = None
        self._beside: Beside[Any] | None = None  # what is waited for just now
        self._pending: Iterator[Event] = iter(())
        self._result: Any = None
        self._reader = threading.Lock()  # held by who reads
        self._late = False
        self._aborted = threading.Event()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __next__(self) -> Event:
        for event in self._pending:
            return event
        return self._more()

    def close(self) -> None:
        """Ends the stream and its connection; may be called again. While another thread reads, it aborts."""
        if not self._reader.acquire(blocking=False):
            self.abort()
            return
        try:
            if not self._closed:
                self._closed = True
                self._pending = iter(())
                if not self._over:
                    self._cancelled()
                self._close_response()
        finally:
            self._reader.release()

    def abort(self) -> None:
        """Ends the stream from any thread: its last event is `error` with reason `aborted`.

        While the head of the answer is awaited over a connection that was kept from an earlier request, the client
        shows no socket to shut down: that connection is closed when the head comes, or its time limit passes. A
        function that is called (for a key, or for an answer that is made here) runs on in its thread; what it gives
        is thrown away.
        """
        self._abort = True
        self._aborted.set()
        response, beside = self._response, self._beside
        if beside is not None:
            beside.wake()
        if response is not None:
            response.cut()

    def __del__(self) -> None:
        response = getattr(self, "_response", None)
        if response is not None and not self._closed:
            response.close()
            self._warn_unclosed()

    # -- inside

    def _more(self) -> Event:
        """The next event, after as many commands as it takes."""
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if not self._reader.acquire(blocking=False):
            raise RuntimeError(SECOND_READER)
        try:
            while not (self._closed or self._over):
                step = self._advance(self._result)
                self._result = None
                if isinstance(step, list):
                    self._pending = iter(cast("Batch", step))
                    for event in self._pending:
                        return event
                elif step is not None:
                    self._result = self._perform(step)
        except BaseException:
            self._cancelled()
            self._close_response()
            raise
        finally:
            self._reader.release()
        raise StopIteration

    def _perform(self, command: Command) -> Any:
        if isinstance(command, Close):
            return self._close_response()
        if self._abort:
            return ABORTED
        if isinstance(command, Open):
            return self._open(command)
        if isinstance(command, Read):
            return self._read(command.timeout)
        if isinstance(command, Call):
            return self._call(command)
        if command.seconds > 0:
            self._aborted.wait(command.seconds)
        return ABORTED if self._abort else None

    def _open(self, command: Open) -> Opened | Failed:
        client, connecting = self._client(), Connecting()
        opening = Beside(
            lambda: open_sync(client, command.wire, command.headers, command.timeouts, connecting),
            unwanted=lambda response: response.close(),
        )
        response = None
        try:
            response = self._wait_for(opening, command.timeout)
        except TransportFailure as failure:
            return ABORTED if self._abort else Failed(failure.kind, str(failure), failure.sent)
        finally:
            if response is None:
                connecting.cut()
        self._response, self._late = response, False
        if self._abort:
            self._close_response()
            return ABORTED
        return LATE if response is None else Opened(response.status, response.headers)

    def _call(self, command: Call) -> Called | Failed:
        if command.timeout is not None and command.timeout <= 0:
            return LATE
        called = self._wait_for(Beside(lambda: _called(command.function), unwanted=lambda _: None), command.timeout)
        if self._abort:
            return ABORTED
        return LATE if called is None else called

    def _wait_for(self, beside: Beside[T], timeout: float | None) -> T | None:
        """What is done in a thread of its own gives; None when the time was up, or somebody aborted."""
        self._beside = beside
        try:
            return None if self._abort else beside.wait(timeout)
        finally:
            self._beside = None

    def _read(self, timeout: float | None) -> bytes | Failed | None:
        response = self._response
        assert response is not None
        if timeout is None:
            return self._read_unwatched(response)
        if self._late or timeout <= 0:
            return LATE
        watch = _watchdog.watch(timeout, response.cut)
        try:
            result = self._read_unwatched(response)
        finally:
            fired = _watchdog.call_off(watch)
        if fired:
            self._late = True
        return result if isinstance(result, bytes) or not fired else LATE

    def _read_unwatched(self, response: SyncResponse) -> bytes | Failed | None:
        try:
            result = response.read()
        except TransportFailure as failure:
            return self._failed(failure)
        return ABORTED if self._abort and result is None else result

    def _failed(self, failure: TransportFailure) -> Failed:
        if self._abort:
            return ABORTED
        return Failed("truncated" if failure.clean_cut else failure.kind, str(failure))

    def _close_response(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.close()


def _called(function: Callable[[], Any]) -> Called:
    try:
        value = function()
        if inspect.isawaitable(value):
            getattr(value, "close", lambda: None)()
            raise TypeError("the key is given by an async function; use the async form, or a plain function")
        return Called(value)
    except Exception as error:  # noqa: BLE001 - the driver decides what it means
        return Called(error=error)
