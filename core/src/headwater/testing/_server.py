"""A real HTTP/1.1 server on 127.0.0.1 for tests of clients: scripted replies, faults, and a log of its peers.

Contract: constructing a `LoopbackServer` starts it; `close()`, or leaving its `with` block, ends it and joins
its threads. It shares no event loop with the test, so the same server serves sync, asyncio and trio clients.

    with LoopbackServer() as server:
        server.reply(Reply(b"data: 1\n\n", fault=Fault.reset(after=4)))
        ...                                    # a client reads from server.url
        assert server.connections.wait_closed()

Strategy: one thread accepts, one thread per connection (`_connection`) performs the steps that
`_faults.script` makes of a reply.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from headwater.testing._connection import Connection, ConnectionLog, Latch, Request, WaitSelector
from headwater.testing._faults import BEFORE_HEAD, Chunking, Encoding, Fault, Framing, Reply

__all__ = [
    "BEFORE_HEAD",
    "Answer",
    "Chunking",
    "ConnectionLog",
    "Encoding",
    "Fault",
    "Framing",
    "LoopbackServer",
    "Reply",
    "Request",
]

Answer = Reply | Callable[[Request], Reply]
"""A reply, or what makes one of the request (in the server's thread)."""

_BACKLOG = 512  # connections that may wait to be accepted
_JOIN_LIMIT = 2.0  # seconds that close() waits for threads that sit in a callable of the test


class LoopbackServer:
    """A running server; see the module.

    `log=False` keeps no requests. `send_buffer` (bytes) makes the kernel accept less, so that writers block
    early. An exception in a callable, pause or gate of the test resets its connection and is raised by
    `close()`, or added as a note to the exception that leaves the `with` block.
    """

    def __init__(self, *, log: bool = True, send_buffer: int | None = None) -> None:
        self.requests: list[Request] = []
        """Every request in the order of arrival; stays empty with `log=False`."""
        self.connections: ConnectionLog = ConnectionLog()
        self._log = log
        self._send_buffer = send_buffer
        self._lock = threading.Lock()
        self._queues: dict[str | None, _Queue] = {}
        self._failures: deque[BaseException] = deque(maxlen=1)
        self._stopping = Latch()
        self._released = Latch()
        self._threads: set[threading.Thread] = set()
        self._finished: deque[threading.Thread] = deque()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self._listener.setblocking(False)
        self.url: str = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        """Where it listens, without a slash at the end."""
        self._acceptor = threading.Thread(target=self._accept_all, name="loopback-accept", daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except RuntimeError as failure:
            if error is None:
                raise
            error.add_note(str(failure))

    def reply(self, *replies: Answer) -> None:
        """Queue answers for the paths without a route: each answers one request, the last all further."""
        self._enqueue(None, replies)

    def route(self, path: str, *replies: Answer) -> None:
        """Queue answers for exactly this path, with any query, in the manner of `reply`."""
        self._enqueue(path, replies)

    def release(self) -> None:
        """Let all that stalls or hangs go on; from now on nothing stalls."""
        self._released.set()

    def close(self) -> None:
        """End all connections and threads; a second call does nothing.

        Raises RuntimeError when a callable, pause or gate of the test failed (chained) or does not return.
        """
        self._stopping.set()
        self._acceptor.join()
        deadline = time.monotonic() + _JOIN_LIMIT
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = sum(thread.is_alive() for thread in self._threads)
        self._threads.clear()
        self._finished.clear()
        self._stopping.close()
        self._released.close()
        if self._failures:
            failure = self._failures.pop()
            raise RuntimeError(f"loopback server {self.url}: a reply failed with {failure!r}") from failure
        if stuck:
            raise RuntimeError(
                f"loopback server {self.url}: {stuck} connections still sit in a pause, gate or callable; "
                "give what they wait for a time limit"
            )

    def _enqueue(self, path: str | None, replies: tuple[Answer, ...]) -> None:
        with self._lock:
            self._queues.setdefault(path, _Queue()).pending.extend(replies)

    def _answer(self, request: Request) -> Reply:
        """The reply to one request, which is logged first; 404 where none is set."""
        with self._lock:
            if self._log:
                self.requests.append(request)
            queue = self._queues.get(request.path) or self._queues.get(None)
            answer = queue.take() if queue else None
        if answer is None:
            text = f"no reply is set for {request.method} {request.path}\n"
            return Reply(text.encode(), status=404, headers={"content-type": "text/plain"})
        return answer if isinstance(answer, Reply) else answer(request)

    def _is_early(self, path: str) -> bool:
        """Whether the next reply to a path comes before the request's body is read."""
        with self._lock:
            queue = self._queues.get(path) or self._queues.get(None)
            answer = queue.peek() if queue else None
        return isinstance(answer, Reply) and answer.early

    def _accept_all(self) -> None:
        """Accept until the server stops, or can take no more (which `close()` then says)."""
        with self._listener, WaitSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._stopping, selectors.EVENT_READ)
            while selector.select() and not self._stopping.is_set:
                try:
                    self._accept()
                except (BlockingIOError, ConnectionAbortedError):
                    continue  # the peer went before it was accepted
                except (OSError, RuntimeError) as failure:  # out of files or threads
                    self._failures.append(failure)
                    return

    def _accept(self) -> None:
        """Give one connection its thread, and bury the threads that have ended."""
        while self._finished:
            ended = self._finished.popleft()
            ended.join()
            self._threads.discard(ended)
        accepted, _ = self._listener.accept()
        accepted.setblocking(False)
        with contextlib.suppress(OSError):  # the peer may have reset it already
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each write becomes a segment
            if self._send_buffer is not None:
                accepted.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
        connection = Connection(accepted, self.connections, self._stopping, self._released)
        thread = threading.Thread(target=self._serve, args=(connection,), name="loopback-serve", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            accepted.close()
            raise
        self._threads.add(thread)

    def _serve(self, connection: Connection) -> None:
        """Run one connection to its end; the body of its thread."""
        try:
            connection.run(self._answer, self._is_early)
        except BaseException as failure:  # noqa: BLE001 (also pytest.fail(); close() raises it)
            self._failures.append(failure)
        finally:
            self._finished.append(threading.current_thread())


class _Queue:
    """Answers that are still to come, and the one that repeats."""

    def __init__(self) -> None:
        self.pending: deque[Answer] = deque()
        self._last: Answer | None = None

    def peek(self) -> Answer | None:
        """The answer that `take` would give."""
        return self.pending[0] if self.pending else self._last

    def take(self) -> Answer | None:
        """The next answer, else the last one again, else None."""
        if self.pending:
            self._last = self.pending.popleft()
        return self._last
