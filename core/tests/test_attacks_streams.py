"""Careless programs against a stream: closed from elsewhere, forked, thrown away, its loop busy or its hub gone."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest
from core_fake import HELLO, LIMIT, events, fake_hub

from headwater import NO_RETRY
from headwater.testing._server import BEFORE_HEAD, Fault, LoopbackServer, Reply, Request

TEXT = events({"text": "a"}, done=False)
STALLED = Reply(TEXT, fault=Fault.stall(after=len(TEXT)))
SILENT = Reply(HELLO, fault=Fault.stall(after=BEFORE_HEAD))

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def exit_code_of(child: Callable[[], int]) -> int:
    """What a fork of this process, which does nothing else, exits with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads run: that is what is tested
        pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = child()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# -- abort waits for nothing


@pytest.mark.anyio
async def test_abort_does_not_wait_for_a_loop_that_waits_for_it(anyio_backend: str, loopback: LoopbackServer) -> None:
    """A thread that aborts and is joined by the loop's own thread ends."""
    loopback.reply(STALLED)
    hub = fake_hub(loopback.url)
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream:
            for _ in range(3):
                await anext(stream)
            thread = threading.Thread(target=stream.abort, daemon=True)
            thread.start()
            thread.join(LIMIT / 4)
            stuck = thread.is_alive()
            message = await stream.result()
        await hub.aclose()
    assert (stuck, message.stop_reason) == (False, "aborted")


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system has no such signals")
@pytest.mark.anyio
async def test_a_signal_handler_may_abort_while_the_loop_sleeps(anyio_backend: str, loopback: LoopbackServer) -> None:
    """The loop is woken, for the handler alone does not do that."""
    hub = fake_hub(loopback.url, retry=NO_RETRY)
    main = threading.get_ident()

    def answer(request: Request) -> Reply:
        signal.pthread_kill(main, signal.SIGUSR1)
        return SILENT

    loopback.reply(answer)
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream:
            before = signal.signal(signal.SIGUSR1, lambda *_: stream.abort())
            try:
                message = await stream.result()
            finally:
                signal.signal(signal.SIGUSR1, before)
        await hub.aclose()
    assert message.stop_reason == "aborted"


# -- closed from elsewhere


@pytest.mark.parametrize("when", ["while opening", "while reading"])
@pytest.mark.anyio
async def test_another_task_that_closes_a_stream_aborts_it(
    anyio_backend: str, loopback: LoopbackServer, when: str
) -> None:
    """The reader gets its last event, and no connection is left behind."""
    ready = threading.Event()

    def answer(request: Request) -> Reply:
        if when == "while opening":
            ready.set()
            return SILENT
        return STALLED

    loopback.reply(answer)
    hub = fake_hub(loopback.url, retry=NO_RETRY)
    seen: list[str] = []
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream, anyio.create_task_group() as tasks:

            async def close() -> None:
                await anyio.to_thread.run_sync(ready.wait)
                await anyio.wait_all_tasks_blocked()
                await stream.aclose()

            tasks.start_soon(close)
            async for event in stream:
                seen.append(event.type)
                if event.type == "text_delta":
                    ready.set()
        closed = await anyio.to_thread.run_sync(loopback.connections.wait_closed)
        await hub.aclose()
    assert (seen[-1], stream.message.stop_reason, closed) == ("error", "aborted", True)


@pytest.fixture
def reading(loopback: LoopbackServer) -> Iterator[tuple[Any, Any, Callable[[], tuple[bool, list[str]]]]]:
    """A hub, a sync stream that another thread reads and that says nothing more, and how that thread ended."""
    at_fault, seen = threading.Event(), list[str]()
    loopback.reply(Reply(TEXT, fault=Fault.stall(after=len(TEXT), gate=lambda _: at_fault.set())))
    hub = fake_hub(loopback.url, retry=NO_RETRY)
    stream = hub.stream_sync("fake/m", "Hi")
    has_text = threading.Event()

    def read() -> None:
        with stream:
            for event in stream:
                seen.append(event.type)
                if event.type == "text_delta":
                    has_text.set()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert at_fault.wait(LIMIT)
    assert has_text.wait(LIMIT)

    def end() -> tuple[bool, list[str]]:
        thread.join(LIMIT / 4)
        return thread.is_alive(), seen

    yield hub, stream, end
    loopback.release()
    thread.join(LIMIT)
    hub.close()


def test_another_thread_that_closes_a_stream_aborts_it(reading: Any, loopback: LoopbackServer) -> None:
    """A thread that reads from a socket does not notice that it was closed."""
    _, stream, end = reading
    stream.close()
    alive, seen = end()
    assert (alive, seen[-1], stream.message.text, loopback.connections.wait_closed()) == (False, "error", "a", True)


def test_closing_a_hub_ends_the_streams_of_other_threads(reading: Any) -> None:
    """They would wait for ever, past every deadline: the socket that could be cut is gone."""
    hub, stream, end = reading
    hub.close()
    alive, seen = end()
    assert (alive, seen[-1], stream.message.stop_reason) == (False, "error", "aborted")


# -- forks


@needs_fork
def test_a_fork_does_not_watch_over_its_parents_streams() -> None:
    """It would cut connections that are still in use there."""
    from headwater._sync import Watchdog, _watchdog

    watch = _watchdog.watch(3600, lambda: None)
    try:
        code = exit_code_of(lambda: len(_watchdog._watches) + (_watchdog._thread is not None))
        assert (code, len(_watchdog._watches) > 0) == (0, True)
    finally:
        _watchdog.call_off(watch)
    assert isinstance(_watchdog, Watchdog)


@needs_fork
def test_a_fork_does_not_use_its_parents_connections() -> None:
    """Two processes on one connection would read each other's answers."""
    hub = fake_hub()
    mine = hub._client()
    code = exit_code_of(lambda: int(hub._client() is mine))
    assert (code, hub._client() is mine) == (0, True)
    hub.close()


# -- thrown away


class Ended:
    """A response that says a little, then nothing, and notes how it was ended."""

    status, headers, can_be_cut = 200, dict[str, str](), True

    def __init__(self) -> None:
        self.how: list[str] = []
        self._said = [TEXT]

    async def read(self) -> bytes:
        return self._said.pop() if self._said else await asyncio.get_running_loop().create_future()

    def cut(self) -> None:
        self.how.append("cut")

    def close(self) -> None:
        self.how.append("closed")


def test_a_coroutine_that_is_thrown_away_cuts_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot await any more, so it does not try."""
    response = Ended()

    async def opened(*_: Any) -> Ended:
        return response

    monkeypatch.setattr("headwater._stream.open_async", opened)

    async def ask() -> str:
        hub = fake_hub()
        async with hub.stream("fake/m", "Hi") as stream:
            for _ in range(3):
                await anext(stream)
            waiting = stream.__anext__()
            waiting.send(None)
            waiting.close()
        await hub.aclose()
        return stream.message.stop_reason

    assert (asyncio.run(ask()), response.how) == ("aborted", ["cut"])


@pytest.mark.parametrize("way", ["stream", "stream_sync"])
def test_a_warning_that_is_an_error_leaves_no_connection_open(way: str) -> None:
    """A dropped stream ends its connection before it complains."""
    stream: Any = getattr(fake_hub(), way)("fake/m", "Hi")
    response = stream._response = Ended()
    with pytest.raises(ResourceWarning, match="unclosed"):
        stream.__del__()
    stream._response = None
    assert response.how == (["cut"] if way == "stream" else ["closed"])
