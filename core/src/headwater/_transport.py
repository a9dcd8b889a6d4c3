"""The only file that imports httpx: sends a request, yields bytes.

The seam is narrow (`open` gives status, headers, `read`, `close`), and takes a
client of httpx, of httpx2, or any object of that shape. What crosses it in the
other direction is `TransportFailure`. Redirects are not followed, cookies not
kept, and no credentials but ours are added, also on a client that was given.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
)
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Protocol

from ._cutting import Connecting, cut_socket, socket_number
from ._failures import TransportFailure, map_failure
from ._model import WireRequest
from ._plan import LONGEST, Timeouts
from ._unpacking import Unpacking

USER_AGENT = "headwater"

BUFFERED_CHUNKS = 100_000
"""So many chunks may still lie in the buffers of a closed connection, of one byte each."""


class AsyncResponse(Protocol):
    """An answer whose body is read as it comes."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case."""
        ...

    async def read(self) -> bytes | None:
        """The next bytes; None at the end. Raises `TransportFailure`."""
        ...

    async def close(self) -> None:
        """Ends the connection unless the body was read to its end."""
        ...

    @property
    def can_be_cut(self) -> bool:
        """Whether `cut` has something to cut."""
        ...

    def cut(self) -> None:
        """Ends the connection at once, from any thread, without waiting; who reads from it wakes up."""
        ...


class SyncResponse(Protocol):
    """`AsyncResponse` for plain programs."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def read(self) -> bytes | None: ...
    def close(self) -> None: ...
    def cut(self) -> None: ...


# -- httpx


_ssl_lock = threading.Lock()
_ssl_context: ssl.SSLContext | None = None


def shared_ssl_context() -> ssl.SSLContext:
    """The process's one TLS context, made at first use (making one costs 20 ms)."""
    global _ssl_context  # noqa: PLW0603 - one per process is the point
    with _ssl_lock:
        if _ssl_context is None:
            import httpx

            _ssl_context = httpx.create_ssl_context()
        return _ssl_context


def make_async_client(*, fast: bool = False) -> Any:
    """A new async client without limits on connections; `fast` puts aiohttp under it (extra `fast`)."""
    import httpx

    context, limits = shared_ssl_context(), httpx.Limits(max_connections=None, max_keepalive_connections=20)
    if fast:
        import httpx_aiohttp  # pyright: ignore[reportMissingImports]

        library: Any = httpx_aiohttp  # an extra: its types may not be there
        transport: Any = library.AiohttpTransport(verify=context, limits=limits)
        return httpx.AsyncClient(transport=transport, **_settings())
    return httpx.AsyncClient(verify=context, limits=limits, **_settings())


def make_sync_client() -> Any:
    """A new sync client without limits on connections."""
    import httpx

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    return httpx.Client(verify=shared_ssl_context(), limits=limits, **_settings())


def _settings() -> dict[str, Any]:
    """What our clients have in common: cookies are not even kept, and this machine is reached without a proxy.

    Otherwise a proxy named by the environment would see the keys that plain HTTP may carry to here.
    """
    here = ("localhost", "*.localhost", "127.0.0.1", "[::1]")
    return {
        "timeout": None,
        "headers": {"user-agent": USER_AGENT},
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=())),
        "mounts": {f"all://{host}": None for host in here},
    }


async def keep_async_client(*, fast: bool = False) -> AsyncGenerator[Any, None]:
    """Yields a client and closes it when the event loop finalises its generators, or when closed."""
    client = make_async_client(fast=fast)
    try:
        yield client
    finally:
        await client.aclose()


def build_request(client: Any, wire: WireRequest, headers: Mapping[str, str], timeouts: Timeouts) -> Any:
    """The client's own request object for `wire`; raises `TransportFailure` for a URL or header it refuses."""
    merged = {"accept-encoding": "identity", "content-type": "application/json"}
    merged.update({name.lower(): value for name, value in wire.headers.items()})
    merged.update(headers)
    for name, value in merged.items():
        if not isinstance(value, str) or not value.isascii():  # pyright: ignore[reportUnnecessaryIsInstance]
            what = type(value).__name__ if not isinstance(value, str) else "characters beyond ASCII"  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TransportFailure("invalid_request", f"the header {name!r} cannot hold {what}", sent=False)
    timeout = (_in_range(timeouts.connect), _in_range(timeouts.headers), _in_range(timeouts.write), None)
    try:
        request = client.build_request(wire.method, wire.url, headers=merged, content=wire.body, timeout=timeout)
    except Exception as error:
        raise TransportFailure("invalid_request", str(error) or type(error).__name__, sent=False) from error
    if "cookie" not in merged:
        request.headers.pop("cookie", None)
    return request


def _in_range(seconds: float | None) -> float | None:
    """A limit that a socket takes; None for one that is as good as none."""
    return None if seconds is None or seconds > LONGEST else seconds


async def open_async(client: Any, wire: WireRequest, headers: Mapping[str, str], timeouts: Timeouts) -> AsyncResponse:
    """Sends `wire` and gives the answer once its headers are there; raises `TransportFailure`."""
    request = build_request(client, wire, headers, timeouts)
    _send_without_generator(request, wire.body)
    with _mapped():
        response = await client.send(request, stream=True, auth=None, follow_redirects=False)
    _leave_reads_alone(request)
    return _HttpxAsync(response)


def _send_without_generator(request: Any, body: bytes) -> None:
    """The client would send the body by an async generator, of which trio warns when a cancellation leaves it there."""
    kind: Any = type(getattr(request, "stream", None))  # pyright: ignore[reportUnknownVariableType]
    if kind.__name__ == "ByteStream":
        made = _bodies.get(kind) or _bodies.setdefault(kind, type("Body", (kind,), {"__aiter__": _piecewise}))
        request.stream = made(body)


def _piecewise(body: Any) -> _Pieces:
    return _Pieces(iter(body))


_bodies: dict[Any, Any] = {}
"""Of each library's class of a body, ours, which is read without a generator."""


class _Pieces:
    """The pieces of an iterator, for who iterates asynchronously."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> _Pieces:
        return self

    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


def open_sync(
    client: Any, wire: WireRequest, headers: Mapping[str, str], timeouts: Timeouts, connecting: Connecting
) -> SyncResponse:
    """`open_async` for plain programs; another thread can cut it by `connecting`."""
    request = build_request(client, wire, headers, timeouts)
    request.extensions.setdefault("trace", connecting.trace)
    try:
        with _mapped():
            response = client.send(request, stream=True, auth=None, follow_redirects=False)
    finally:
        connecting.over()
    _leave_reads_alone(request)
    return _HttpxSync(response)


def _leave_reads_alone(request: Any) -> None:
    """The client would hold each read of the body to the limit for its head; those are watched from outside."""
    limits = request.extensions.get("timeout")
    if isinstance(limits, dict):
        limits["read"] = None


DECODED = frozenset({"gzip", "deflate"})
"""What a body may be compressed as although that was not asked for: one read grows a thousandfold at most.

Others, and one in the other, make a gigabyte of a kilobyte before anybody can look at it.
"""


def _encoding(response: Any) -> str:
    """How the body is compressed; empty when it is not."""
    said: str = response.headers.get("content-encoding", "").strip().lower()
    return "" if said == "identity" else said


def _ended(unpacking: Unpacking | None) -> None:
    """The end of a body; raises `TransportFailure` where HTTP ended in good order and what it carried did not."""
    if unpacking is not None and not unpacking.is_whole:
        raise TransportFailure("network", "the packed body ends in its middle", clean_cut=True)


def _refuse(encoding: str) -> bytes:
    raise TransportFailure("malformed", f"the answer is compressed as {encoding[:40]!r}, which was not asked for")


def _as_sent(response: Any) -> bool:
    """Whether the body is to be read as it is sent; else it was read, and unpacked, before it came here.

    An answer that a mock transport makes of content, or that a hook of the client looked at, has been read.
    """
    return not getattr(response, "is_stream_consumed", False)


async def _refuse_async(encoding: str) -> bytes:
    return _refuse(encoding)


def _stream(response: Any) -> Any:
    """What the response is read from; None where a client does not show it."""
    return response.extensions.get("network_stream")


def _headers(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


class _HttpxAsync:
    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = _headers(response)
        self._response = response
        encoding = _encoding(response)
        as_sent = _as_sent(response)
        chunks: AsyncIterator[bytes] = response.aiter_raw() if as_sent else response.aiter_bytes()
        self._next: Callable[[], Awaitable[bytes]] = chunks.__anext__
        self._unpacking = Unpacking(encoding) if as_sent and encoding in DECODED else None
        if encoding and encoding not in DECODED:
            self._next = partial(_refuse_async, encoding)
        self.can_be_cut = socket_number(_stream(response)) is not None

    async def read(self) -> bytes | None:
        try:
            chunk = await self._next()
            return chunk if self._unpacking is None else self._unpacking.feed(chunk)
        except StopAsyncIteration:
            return _ended(self._unpacking)
        except Exception as error:
            raise map_failure(error) from error

    async def close(self) -> None:
        with contextlib.suppress(Exception):
            await self._response.aclose()
        # the client reads through a stack of generators; run on, each ends by the closed connection
        # and none is left to the garbage collector
        with contextlib.suppress(Exception):
            for _ in range(BUFFERED_CHUNKS):
                await self._next()

    def cut(self) -> None:
        cut_socket(_stream(self._response))


class _HttpxSync:
    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = _headers(response)
        self._response = response
        encoding = _encoding(response)
        as_sent = _as_sent(response)
        self._chunks: Iterator[bytes] = response.iter_raw() if as_sent else response.iter_bytes()
        self._unpacking = Unpacking(encoding) if as_sent and encoding in DECODED else None
        if encoding and encoding not in DECODED:
            self._chunks = iter(partial(_refuse, encoding), None)
        self._closing = threading.Lock()
        self._closed = False

    def read(self) -> bytes | None:
        try:
            chunk = next(self._chunks, None)
            if chunk is None:
                return _ended(self._unpacking)
            return chunk if self._unpacking is None else self._unpacking.feed(chunk)
        except Exception as error:
            raise map_failure(error) from error

    def close(self) -> None:
        with self._closing:
            self._closed = True
        with contextlib.suppress(Exception):
            self._response.close()

    def cut(self) -> None:
        # once it is closed, the number of its socket may be another's
        with self._closing:
            if not self._closed:
                cut_socket(_stream(self._response))


@contextlib.contextmanager
def _mapped() -> Generator[None, None, None]:
    """Turns the client's exceptions into `TransportFailure`; cancellation goes through."""
    try:
        yield
    except Exception as error:
        raise map_failure(error) from error
