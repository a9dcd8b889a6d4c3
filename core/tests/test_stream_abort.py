"""Abort: from the reader's own task, another task, another thread, at any moment of the stream."""

from __future__ import annotations

import gc
import math
import threading
import time
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from core_fake import HELLO, LIMIT, FakeApi, Outcome, events, fake_hub, play

from headwater import Blocking, Deadlines, Retry, check_grammar
from headwater.testing import Fault, LoopbackServer, Reply, Request
from headwater.testing._server import BEFORE_HEAD

TEXT = events({"text": "a"}, done=False)
STALLED = Reply(TEXT, fault=Fault.stall(after=len(TEXT)))
SILENT = Reply(HELLO, fault=Fault.stall(after=BEFORE_HEAD))
ENDLESS = Reply(TEXT, fault=Fault.endless(TEXT))


def check_aborted(outcome: Outcome, text: str) -> None:
    """The last event says so, what came is kept."""
    check_grammar(outcome.events)
    last = outcome.events[-1]
    assert (last.type, outcome.message.stop_reason, outcome.kind) == ("error", "aborted", "aborted")
    assert outcome.message.text == text


@pytest.mark.anyio
async def test_from_the_readers_own_task(anyio_backend: str, loopback: LoopbackServer) -> None:
    """Events that were read already come first, then the last one."""
    loopback.reply(ENDLESS)
    hub = fake_hub(loopback.url)
    seen: list[Any] = []
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream:
            async for event in stream:
                seen.append(event)
                if event.type == "text_delta":
                    stream.abort()
                    stream.abort()
            assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)
        await hub.aclose()
    check_aborted(Outcome(seen, stream.message, stream), stream.message.text)


@pytest.mark.parametrize("reply", [STALLED, SILENT], ids=["while reading", "while opening"])
@pytest.mark.parametrize("who", ["task", "thread"])
@pytest.mark.anyio
async def test_from_elsewhere_while_the_reader_waits(
    anyio_backend: str, loopback: LoopbackServer, who: str, reply: Reply
) -> None:
    """The waiting read ends at once, though the server says nothing more."""
    loopback.reply(reply)
    hub = fake_hub(loopback.url)
    seen: list[Any] = []
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream, anyio.create_task_group() as tasks:

            async def abort() -> None:
                while not loopback.requests or (reply is STALLED and not stream.partial.text):
                    await anyio.lowlevel.checkpoint()
                await anyio.wait_all_tasks_blocked()
                if who == "task":
                    stream.abort()
                else:
                    await anyio.to_thread.run_sync(stream.abort)

            tasks.start_soon(abort)
            seen += [event async for event in stream]
        assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)
        await hub.aclose()
    check_aborted(Outcome(seen, stream.message, stream), "a" if reply is STALLED else "")


@pytest.mark.anyio
async def test_before_the_first_read_sends_nothing(anyio_backend: str, loopback: LoopbackServer) -> None:
    """The stream is still a whole one: start, error."""
    hub = fake_hub(loopback.url)
    async with hub.stream("fake/m", "Hi") as stream:
        stream.abort()
        seen = [event async for event in stream]
    await hub.aclose()
    check_aborted(Outcome(seen, stream.message, stream), "")
    assert (loopback.requests, [event.type for event in seen]) == ([], ["start", "error"])


@pytest.mark.anyio
async def test_after_the_end_changes_nothing(anyio_backend: str, loopback: LoopbackServer) -> None:
    """The answer stays whole, from whatever thread it comes."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)
    async with hub.stream("fake/m", "Hi") as stream:
        message = await stream.result()
        stream.abort()
        await anyio.to_thread.run_sync(stream.abort)
        again = await stream.result()
    await hub.aclose()
    assert (message.stop_reason, again is message) == ("stop", True)


@pytest.mark.anyio
async def test_between_two_attempts(anyio_backend: str, loopback: LoopbackServer) -> None:
    """The wait for a retry ends at once."""
    loopback.reply(Reply(b"{}", status=503), Reply(HELLO))
    hub = fake_hub(loopback.url, retry=Retry(first_delay=30))
    seen: list[Any] = []
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream:
            async for event in stream:
                seen.append(event)
                if event.type == "status":
                    stream.abort()
        await hub.aclose()
    check_aborted(Outcome(seen, stream.message, stream), "")
    assert len(loopback.requests) == 1


@pytest.mark.anyio
async def test_while_something_blocks_in_a_worker(anyio_backend: str) -> None:
    """A key function or a local model that does not return is left to itself."""
    entered, left = threading.Event(), threading.Event()

    def block() -> bytes:
        entered.set()
        left.wait(LIMIT)
        return b""

    def local() -> Iterator[Any]:
        yield TEXT
        yield Blocking(block)

    hub = fake_hub(api=FakeApi(local=local))
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream, anyio.create_task_group() as tasks:

            async def abort() -> None:
                await anyio.to_thread.run_sync(entered.wait)
                stream.abort()

            tasks.start_soon(abort)
            seen = [event async for event in stream]
        left.set()
        await hub.aclose()
    check_aborted(Outcome(seen, stream.message, stream), "a")


@pytest.mark.parametrize("form", ["asyncio", "trio", "sync"])
@pytest.mark.parametrize("limit", ["first_event", "silence", "total", "idle"])
def test_a_call_that_takes_too_long_is_left(form: str, limit: str) -> None:
    """By every deadline; it runs on in its thread, so that there is no other attempt beside it."""
    left = threading.Event()
    calls: list[bool] = []

    def block() -> bytes:
        calls.append(True)
        left.wait(LIMIT)
        return TEXT

    def local() -> Iterator[Any]:
        if limit == "silence":
            yield TEXT
        said: Any = yield Blocking(block)
        yield said

    hub = fake_hub(api=FakeApi(local=local))
    outcome = play(form, hub, deadlines=Deadlines(**{limit: 0.05}), retry=Retry(attempts=3))
    still_there = not left.is_set()
    left.set()
    assert (outcome.kind, len(calls), still_there) == ("timeout", 1, True)
    assert f"Deadlines.{limit}" in str(outcome.message.error_message)


@pytest.mark.parametrize("where", ["local", "key"])
def test_a_sync_stream_that_calls_is_left_at_once(where: str) -> None:
    """From another thread, though the function does not return; what it gives later is thrown away."""
    left = threading.Event()

    def block() -> str:
        stream.abort()
        left.wait(LIMIT)
        return "k"

    def local() -> Iterator[Any]:
        yield Blocking(block)

    hub = fake_hub(api=FakeApi(local=local if where == "local" else None))
    with hub.stream_sync("fake/m", "Hi", key=block if where == "key" else None) as stream:
        seen = list(stream)
    still_there = not left.is_set()
    left.set()
    check_aborted(Outcome(seen, stream.message, stream), "")
    assert still_there


def test_from_a_thread_when_the_loop_is_gone(loopback: LoopbackServer) -> None:
    """There is nothing left to abort, and nothing is raised."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)

    async def ask() -> Any:
        stream = hub.stream("fake/m", "Hi")
        await stream.result()
        await hub.aclose()
        return stream

    stream = anyio.run(ask)
    thread = threading.Thread(target=stream.abort)
    thread.start()
    thread.join(LIMIT)
    assert (thread.is_alive(), stream.message.text) == (False, "Hello")


# -- plain programs


def test_a_sync_stream_from_its_own_thread(loopback: LoopbackServer) -> None:
    """Events that were read already come first, then the last one."""
    loopback.reply(ENDLESS)
    hub = fake_hub(loopback.url)
    seen: list[Any] = []
    with hub.stream_sync("fake/m", "Hi") as stream:
        for event in stream:
            seen.append(event)
            if event.type == "text_delta":
                stream.abort()
        closed = loopback.connections.wait_closed()
    hub.close()
    check_aborted(Outcome(seen, stream.message, stream), stream.message.text)
    assert closed


def test_a_sync_stream_from_another_thread_while_it_reads(loopback: LoopbackServer) -> None:
    """The blocked read wakes up, though the server says nothing more."""
    at_fault = threading.Event()
    loopback.reply(Reply(TEXT, fault=Fault.stall(after=len(TEXT), gate=lambda _: at_fault.set())))
    hub = fake_hub(loopback.url)
    seen: list[Any] = []
    with hub.stream_sync("fake/m", "Hi") as stream:
        has_text = threading.Event()

        def abort() -> None:
            assert at_fault.wait(LIMIT)
            assert has_text.wait(LIMIT)
            stream.abort()

        thread = threading.Thread(target=abort)
        thread.start()
        for event in stream:
            seen.append(event)
            if event.type == "text_delta":
                has_text.set()
        thread.join(LIMIT)
    closed = loopback.connections.wait_closed()
    hub.close()
    check_aborted(Outcome(seen, stream.message, stream), "a")
    assert closed


def abort_while_it_opens(server: LoopbackServer, hub: Any, **limits: float) -> list[Any]:
    """The events of a sync stream that another thread aborts once the server has the request, and never answers."""
    before = len(server.requests)
    with hub.stream_sync("fake/m", "Hi", deadlines=Deadlines(**limits)) as stream:

        def abort() -> None:
            while len(server.requests) == before:
                time.sleep(0.001)
            stream.abort()

        threading.Thread(target=abort).start()
        seen = list(stream)
    check_aborted(Outcome(seen, stream.message, stream), "")
    return seen


def test_a_sync_stream_that_opens_is_left_at_once(loopback: LoopbackServer) -> None:
    """Though the server never answers, and nobody set a limit: the connection is gone, and who waited for it."""
    loopback.reply(SILENT)
    hub = fake_hub(loopback.url)
    threads = set(threading.enumerate())
    abort_while_it_opens(loopback, hub, first_event=math.inf)
    closed = loopback.connections.wait_closed()
    waiting = [one for one in set(threading.enumerate()) - threads if one.name == "headwater-call"]
    for thread in waiting:
        thread.join(LIMIT)
    hub.close()
    assert (closed, [thread.is_alive() for thread in waiting]) == (True, [False] * len(waiting))


def test_a_kept_connection_goes_when_its_time_is_up(loopback: LoopbackServer) -> None:
    """The client does not say which of its connections it takes: the reader is woken, the connection waits."""
    loopback.reply(Reply(HELLO), SILENT)
    hub = fake_hub(loopback.url)
    assert hub.stream_sync("fake/m", "Hi").result().text == "Hello"
    abort_while_it_opens(loopback, hub, first_event=1.0)
    still_open = loopback.connections.opened - loopback.connections.closed
    closed = loopback.connections.wait_closed()
    hub.close()
    assert (loopback.connections.opened, still_open, closed) == (1, 1, True)


def test_a_head_that_drips_is_cut_when_its_time_is_up(loopback: LoopbackServer) -> None:
    """Each byte would give the client's own limit another beginning."""
    loopback.reply(Reply(HELLO, fault=Fault.drip(gate=lambda index: time.sleep(0.05))))
    hub = fake_hub(loopback.url, retry=Retry(attempts=1))
    with hub.stream_sync("fake/m", "Hi", deadlines=Deadlines(first_event=0.3)) as stream:
        message = stream.result()
    closed = loopback.connections.wait_closed(2.0)
    hub.close()
    assert (message.error and message.error.kind, closed) == ("timeout", True)


def test_what_comes_for_a_sync_stream_that_was_left_is_closed(loopback: LoopbackServer) -> None:
    """The head that comes after the abort is thrown away, and nothing of the answer is read."""
    hub = fake_hub(loopback.url)
    with hub.stream_sync("fake/m", "Hi") as stream:

        def abort_and_answer(request: Request) -> Reply:
            stream.abort()
            return STALLED

        loopback.reply(abort_and_answer)
        seen = list(stream)
        closed = loopback.connections.wait_closed()
    hub.close()
    check_aborted(Outcome(seen, stream.message, stream), "")
    assert closed


def test_a_sync_stream_between_two_attempts(loopback: LoopbackServer) -> None:
    """Its sleep ends at once, from another thread."""
    loopback.reply(Reply(b"{}", status=503), Reply(HELLO))
    hub = fake_hub(loopback.url, retry=Retry(first_delay=30))
    seen: list[Any] = []
    with hub.stream_sync("fake/m", "Hi") as stream:
        for event in stream:
            seen.append(event)
            if event.type == "status":
                threading.Thread(target=stream.abort).start()
    hub.close()
    check_aborted(Outcome(seen, stream.message, stream), "")


@pytest.mark.anyio
async def test_cancelled_while_it_is_sent_a_request_leaves_no_generator(loopback: LoopbackServer) -> None:
    """A body larger than the socket takes, to a server that does not read it: trio would warn of what is left."""
    loopback.reply(Reply(b"", early=True, fault=Fault.stall(0)))
    hub = fake_hub(loopback.url)
    with anyio.move_on_after(0.05):
        await hub.stream("fake/m", "x" * 20_000_000).result()
    await hub.aclose()
    gc.collect()
    assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)
