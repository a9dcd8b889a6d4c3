"""One accepted connection of the loopback server: reads HTTP/1.1 requests, performs replies, counts.

Sockets do not block; whoever waits for one also waits for a `Latch`, a flag that turns readable for all
waiting threads at once, so closing the server never waits for a peer. A peer that vanishes, at any point,
ends its connection quietly; what a callable of the test raises does not stay quiet.
"""

import contextlib
import json
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn, assert_never

import attrs

from headwater.testing._faults import Pause, Reply, Strike, script

if sys.platform == "linux":
    import fcntl
    import termios

if sys.platform == "win32":
    WaitSelector = selectors.SelectSelector
    LINGER_ZERO = struct.pack("hh", 1, 0)
else:
    WaitSelector = selectors.PollSelector  # unlike epoll it takes no file descriptor of its own
    LINGER_ZERO = struct.pack("ii", 1, 0)

_RECEIVE_SIZE = 65_536
_LINE_LIMIT = 1_048_576
_DELIVERY_LIMIT = 1.0  # seconds that a reset waits for the bytes before it to arrive


@attrs.frozen
class Request:
    """One request as it arrived.

    `path` and `query` (without the question mark) are not decoded; `headers` go by lower-case name, repeated
    ones joined by commas; `body` is free of chunk framing; `connection` is the number of its connection, from
    0 in the order of accepting.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        """The body as JSON; raises json.JSONDecodeError."""
        return json.loads(self.body)


class ConnectionLog:
    """Counts over all connections of one server; may be read from any thread.

    `opened`: accepted so far. `closed`: ended by the peer (its FIN or reset was seen) or reset by the server.
    `blocked`: writers that wait at this moment for their peer to read. `bytes_written`: bytes, heads and
    framing included, that the kernel has accepted.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.opened: int = 0
        self.closed: int = 0
        self.blocked: int = 0
        self.bytes_written: int = 0

    @property
    def open(self) -> int:
        """How many connections their peers still hold."""
        with self._changed:
            return self.opened - self.closed

    def wait_closed(self, timeout: float = 5.0) -> bool:
        """Whether within `timeout` seconds every connection so far was closed by its peer. Blocks."""
        with self._changed:
            return self._changed.wait_for(lambda: self.opened == self.closed, timeout)

    def wait_blocked(self, timeout: float = 5.0) -> bool:
        """Whether within `timeout` seconds a writer had to wait for its peer to read. Blocks."""
        with self._changed:
            return self._changed.wait_for(lambda: self.blocked > 0, timeout)

    def add(self, *, opened: int = 0, closed: int = 0, blocked: int = 0, bytes_written: int = 0) -> None:
        """Count; called by the server."""
        with self._changed:
            self.opened += opened
            self.closed += closed
            self.blocked += blocked
            self.bytes_written += bytes_written
            if opened or closed or blocked:
                self._changed.notify_all()


class Latch:
    """A flag that a selector can wait for; once set it is readable for everybody, for good."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self.is_set = False

    def fileno(self) -> int:
        """The file descriptor that turns readable."""
        return self._reader.fileno()

    def set(self) -> None:
        """Set it: an end of stream, unlike a byte, is never used up by a reader."""
        self.is_set = True
        self._writer.close()

    def close(self) -> None:
        """Give its sockets back."""
        self._writer.close()
        self._reader.close()


class Gone(Exception):
    """The peer has left, or a fault has ended the connection."""


class Stopping(Exception):
    """The server is being closed."""


class Connection:
    """One accepted, non-blocking socket and what was received on it beyond the current request."""

    def __init__(self, accepted: socket.socket, log: ConnectionLog, stopping: Latch, released: Latch) -> None:
        self._socket = accepted
        self._log = log
        self._stopping = stopping
        self._released = released
        self._received = bytearray()
        self._counted = False
        self._number = log.opened
        log.add(opened=1)

    def run(self, answer: Callable[[Request], Reply], is_early: Callable[[str], bool]) -> None:
        """Serve until the peer leaves or the server stops. Raises what `answer`, a pause or a gate raised.

        `is_early` says of a path whether its next reply does not wait for the request's body.
        """
        try:
            while True:
                self._serve_one(answer, is_early)
        except Gone:
            self._count_closed()
        except Stopping:
            pass
        except BaseException:
            self._reset()
            raise
        finally:
            self._socket.close()

    def _serve_one(self, answer: Callable[[Request], Reply], is_early: Callable[[str], bool]) -> None:
        """Read one request and perform its reply."""
        try:
            version, early, request = self._read_request(is_early)
        except ValueError as reason:
            text = f"bad request: {reason}\n".encode()
            self._perform(Reply(text, status=400, headers={"content-type": "text/plain"}), closing=True)
            return
        wish = request.headers.get("connection", "").lower()
        self._perform(answer(request), closing=early or version != "HTTP/1.1" or wish == "close")

    # Performing a reply

    def _perform(self, reply: Reply, *, closing: bool) -> None:
        """Do the steps of a reply; end the connection if the reply announced that."""
        for step in script(reply, closing=closing):
            match step:
                case Pause(call, index):
                    call(index)
                case Strike():
                    self._strike(step)
                case bytes():
                    self._send(step)
                case _:
                    assert_never(step)
        if closing or reply.framing == "close":
            self._end()

    def _strike(self, strike: Strike) -> None:
        """Do what a fault does; returns only from a stall that was released."""
        if strike.gate:
            strike.gate(strike.offset)
        match strike.action:
            case "reset":
                self._await_delivery()
                self._reset()
                raise Gone
            case "half_close":
                self._end()
            case "stall":
                self._hold()
            case "hang":
                self._hang()
            case _:
                assert_never(strike.action)

    def _send(self, data: bytes) -> None:
        """Write all of it, waiting for the peer to read where the kernel's buffers are full."""
        view = memoryview(data)
        while view:
            if self._stopping.is_set:
                raise Stopping
            try:
                count = self._socket.send(view)
            except BlockingIOError:
                self._wait_writable()
            except OSError as error:
                raise Gone from error
            else:
                self._log.add(bytes_written=count)
                view = view[count:]

    def _wait_writable(self) -> None:
        """Wait for the peer to read, and be seen waiting."""
        self._log.add(blocked=1)
        try:
            self._wait(selectors.EVENT_WRITE)
        finally:
            self._log.add(blocked=-1)

    def _hold(self) -> None:
        """Send nothing until released; raises Gone when the peer leaves first."""
        while self._wait(selectors.EVENT_READ, self._released):
            self._fill()

    def _hang(self) -> NoReturn:
        """Ignore that the peer leaves until released; then end the connection."""
        try:
            self._hold()
        except Gone:
            self._count_closed()
            self._wait(None, self._released)
            raise
        self._end()

    def _end(self) -> NoReturn:
        """Send FIN, then read until the peer has left too: a close with unread bytes would be a reset."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise Gone from error
        while True:
            self._fill()
            self._received.clear()

    def _reset(self) -> None:
        """Close with RST."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self._socket.close()
        self._count_closed()

    def _await_delivery(self) -> None:
        """Wait until the peer's kernel holds what was written: a reset drops the rest. Only Linux tells."""
        if sys.platform == "linux":
            deadline = time.monotonic() + _DELIVERY_LIMIT
            while time.monotonic() < deadline and not self._stopping.is_set:
                queued = fcntl.ioctl(self._socket, termios.TIOCOUTQ, bytes(4))
                if not any(queued):
                    return
                time.sleep(0.001)

    # Reading a request

    def _read_request(self, is_early: Callable[[str], bool]) -> tuple[str, bool, Request]:
        """The HTTP version, whether the body is left unread, and the next request.

        Raises ValueError for what is no HTTP, Gone at the end.
        """
        head = self._read_until(b"\r\n\r\n").lstrip(b"\r\n").decode("latin-1")
        request_line, *lines = head.split("\r\n")
        words = request_line.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise ValueError(f"no request line: {request_line[:80]!r}")
        method, target, version = words
        path, _, query = target.partition("?")
        headers = _parse_headers(lines)
        early = is_early(path)
        body = b"" if early else self._read_body(headers)
        return version, early, Request(method, path, query, headers, body, self._number)

    def _read_body(self, headers: dict[str, str]) -> bytes:
        """The body that these headers announce, after the 100 that the peer may wait for."""
        chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        length = _parse_size(headers.get("content-length", "0"), base=10)
        if headers.get("expect", "").lower() == "100-continue" and (chunked or length):
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._read_chunks() if chunked else self._read_exactly(length)

    def _read_chunks(self) -> bytes:
        """The joined chunks of a body; extensions and trailers are skipped."""
        chunks: list[bytes] = []
        while size := _parse_size(self._read_until(b"\r\n").partition(b";")[0].decode("latin-1"), base=16):
            chunks.append(self._read_exactly(size))
            if self._read_exactly(2) != b"\r\n":
                raise ValueError("a chunk is longer than it says")
        while self._read_until(b"\r\n"):
            pass
        return b"".join(chunks)

    def _read_until(self, mark: bytes) -> bytes:
        """The received bytes before the mark, which is consumed; raises ValueError past the limit."""
        while (end := self._received.find(mark)) < 0:
            if len(self._received) > _LINE_LIMIT:
                raise ValueError(f"more than {_LINE_LIMIT} bytes of head")
            self._fill()
        return self._take(end, len(mark))

    def _read_exactly(self, size: int) -> bytes:
        """The next `size` received bytes."""
        while len(self._received) < size:
            self._fill()
        return self._take(size, 0)

    def _take(self, size: int, skip: int) -> bytes:
        """The first bytes received, without the `skip` bytes after them."""
        taken = bytes(self._received[:size])
        del self._received[: size + skip]
        return taken

    def _fill(self) -> None:
        """Wait for bytes and keep them; raises Gone when the peer has left."""
        while True:
            try:
                data = self._socket.recv(_RECEIVE_SIZE)
            except BlockingIOError:
                self._wait(selectors.EVENT_READ)
                continue
            except OSError as error:
                raise Gone from error
            if not data:
                raise Gone
            self._received += data
            return

    # Waiting and counting

    def _wait(self, events: int | None, released: Latch | None = None) -> bool:
        """Wait for the socket (None: not for it) or for the release; False for that. Raises Stopping."""
        with WaitSelector() as selector:
            selector.register(self._stopping, selectors.EVENT_READ)
            if events is not None:
                selector.register(self._socket, events)
            if released:
                selector.register(released, selectors.EVENT_READ)
            selector.select()
        if self._stopping.is_set:
            raise Stopping
        return released is None or not released.is_set

    def _count_closed(self) -> None:
        """Count this connection as closed, once."""
        if not self._counted:
            self._counted = True
            self._log.add(closed=1)


def _parse_headers(lines: list[str]) -> dict[str, str]:
    """Header lines by lower-case name; raises ValueError for a line without a colon."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"no header line: {line[:80]!r}")
        key, text = name.lower(), value.strip()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _parse_size(text: str, base: int) -> int:
    """A size that is not negative; raises ValueError."""
    size = int(text, base)
    if size < 0:
        raise ValueError(f"negative size {text!r}")
    return size
