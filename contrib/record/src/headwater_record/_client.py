"""Clients that note what goes through them: of httpx, httpx2 or that shape, async and sync."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Self

from ._exchange import Exchange

Note = Callable[[Exchange], None]
Clock = Callable[[], float]


def watched(client: Any, note: Note, clock: Clock) -> Any:
    """`client`, but each exchange is noted as it begins and filled in as it goes on."""
    kind = _AsyncClient if inspect.iscoroutinefunction(client.send) else _SyncClient
    return kind(client, note, clock)


class _Client:
    """What async and sync clients have in common; all else is the client's own."""

    def __init__(self, client: Any, note: Note, clock: Clock) -> None:
        self._client = client
        self._note = note
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def _begin(self, request: Any) -> Exchange:
        exchange = Exchange(
            request.method, str(request.url), dict(request.headers.items()), bytes(request.content), self._clock()
        )
        self._note(exchange)
        return exchange


class _AsyncClient(_Client):
    async def send(self, request: Any, **how: Any) -> Any:
        exchange = self._begin(request)
        return _Response(await self._client.send(request, **how), exchange, self._clock)


class _SyncClient(_Client):
    def send(self, request: Any, **how: Any) -> Any:
        exchange = self._begin(request)
        return _Response(self._client.send(request, **how), exchange, self._clock)


class _Response:
    """An answer whose body is noted as it is read."""

    def __init__(self, response: Any, exchange: Exchange, clock: Clock) -> None:
        self._response = response
        self._exchange = exchange
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._response, name)

    async def aclose(self) -> None:
        self._exchange.ended("left")
        await self._response.aclose()

    def close(self) -> None:
        self._exchange.ended("left")
        self._response.close()

    def aiter_raw(self) -> _AsyncChunks:
        return self._async_chunks(self._response.aiter_raw(), decoded=False)

    def aiter_bytes(self) -> _AsyncChunks:
        return self._async_chunks(self._response.aiter_bytes(), decoded=True)

    def iter_raw(self) -> _SyncChunks:
        return self._sync_chunks(self._response.iter_raw(), decoded=False)

    def iter_bytes(self) -> _SyncChunks:
        return self._sync_chunks(self._response.iter_bytes(), decoded=True)

    def _async_chunks(self, chunks: Any, *, decoded: bool) -> _AsyncChunks:
        self._exchange.answered(self._response, decoded)
        return _AsyncChunks(chunks, self._exchange, self._clock)

    def _sync_chunks(self, chunks: Any, *, decoded: bool) -> _SyncChunks:
        self._exchange.answered(self._response, decoded)
        return _SyncChunks(chunks, self._exchange, self._clock)


class _AsyncChunks:
    """The chunks of a body, each noted; no generator, so that leaving it early leaves nothing behind."""

    def __init__(self, chunks: Any, exchange: Exchange, clock: Clock) -> None:
        self._chunks = chunks
        self._exchange = exchange
        self._clock = clock

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await self._chunks.__anext__()
        except StopAsyncIteration:
            self._exchange.ended("whole")
            raise
        except Exception:
            self._exchange.ended("cut")
            raise
        self._exchange.came(chunk, self._clock())
        return chunk


class _SyncChunks:
    """`_AsyncChunks` for plain programs."""

    def __init__(self, chunks: Any, exchange: Exchange, clock: Clock) -> None:
        self._chunks = chunks
        self._exchange = exchange
        self._clock = clock

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            self._exchange.ended("whole")
            raise
        except Exception:
            self._exchange.ended("cut")
            raise
        self._exchange.came(chunk, self._clock())
        return chunk
