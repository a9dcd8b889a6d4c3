"""Beginning and end of a stream: entered once, read by one, left at any point without a trace."""

from __future__ import annotations

import gc
import warnings
from typing import Any

import anyio
import pytest
from core_fake import HELLO, LIMIT, events, fake_hub

from headwater import Truncated, check_grammar
from headwater.testing import Fault, LoopbackServer, Reply

SLOW = Reply(events({"text": "a"}), fault=Fault.stall(after=len(events({"text": "a"}, done=False))))
"""One delta, then nothing."""


# -- asyncio and trio


@pytest.mark.anyio
async def test_reading_what_was_not_entered_is_refused(anyio_backend: str) -> None:
    """The connection would have nobody to close it."""
    stream = fake_hub().stream("fake/m", "Hi")
    with pytest.raises(RuntimeError, match="inside its context"):
        await anext(stream)


@pytest.mark.anyio
async def test_a_second_reader_is_refused_and_the_first_goes_on(anyio_backend: str, loopback: LoopbackServer) -> None:
    """A stream has one reader."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)
    refused: list[str] = []
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream, anyio.create_task_group() as tasks:
            seen = [await anext(stream) for _ in range(3)]

            async def read_too() -> None:
                await anyio.wait_all_tasks_blocked()
                with pytest.raises(RuntimeError, match="one reader") as caught:
                    await anext(stream)
                refused.append(str(caught.value))
                loopback.release()

            tasks.start_soon(read_too)
            seen += [event async for event in stream]
        await hub.aclose()
    check_grammar(seen)
    assert (len(refused), stream.message.text, stream.message.error) == (1, "a", None)


@pytest.mark.anyio
async def test_breaking_out_closes_the_connection(anyio_backend: str, loopback: LoopbackServer) -> None:
    """What came can still be read, and the stream says that it was left."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream:
            async for event in stream:
                if event.type == "text_delta":
                    break
        assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)
        await hub.aclose()
    message = stream.message
    assert message.error is not None
    assert (stream.partial.text, message.text, message.stop_reason, message.error.kind) == (
        "a",
        "a",
        "aborted",
        "aborted",
    )
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


@pytest.mark.anyio
async def test_an_exception_in_the_consumer_closes_the_connection(anyio_backend: str, loopback: LoopbackServer) -> None:
    """It is raised as it is."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)
    with anyio.fail_after(LIMIT):
        with pytest.raises(ZeroDivisionError):
            async with hub.stream("fake/m", "Hi") as stream:
                async for event in stream:
                    if event.type == "text_delta":
                        raise ZeroDivisionError
        assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)
        await hub.aclose()
    assert stream.message.text == "a"


@pytest.mark.anyio
async def test_a_cancelled_consumer_is_cancelled(anyio_backend: str, loopback: LoopbackServer) -> None:
    """Its own cancellation is raised, the connection closed, the partial message readable."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)
    with anyio.fail_after(LIMIT):
        async with hub.stream("fake/m", "Hi") as stream:
            with anyio.CancelScope() as scope:
                async for event in stream:
                    if event.type == "text_delta":
                        scope.cancel()
            assert scope.cancelled_caught
            assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)
            with pytest.raises(StopAsyncIteration):
                await anext(stream)
        await hub.aclose()
    assert (stream.message.text, stream.message.stop_reason) == ("a", "aborted")


@pytest.mark.filterwarnings("ignore:Async generator 'http")  # trio's, about the generators inside the client
@pytest.mark.anyio
async def test_a_stream_that_is_dropped_warns_and_cuts_its_connection(
    anyio_backend: str, loopback: LoopbackServer
) -> None:
    """Nobody closed it: the server sees its peer go as soon as the garbage is collected."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)

    async def drop() -> None:
        stream = await hub.stream("fake/m", "Hi").__aenter__()
        for _ in range(3):
            await anext(stream)

    with anyio.fail_after(LIMIT):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            await drop()
            gc.collect()
        words = [str(warning.message)[:16] for warning in seen if warning.category is ResourceWarning]
        seen.clear()  # each holds the stream
        closed = await anyio.to_thread.run_sync(loopback.connections.wait_closed)
        await hub.aclose()
    assert (closed, words) == (True, ["unclosed <Stream"])


@pytest.mark.anyio
async def test_closing_twice_or_unread_is_harmless(anyio_backend: str, loopback: LoopbackServer) -> None:
    """Nothing is sent for a stream that nobody read."""
    hub = fake_hub(loopback.url)
    async with hub.stream("fake/m", "Hi") as stream:
        await stream.aclose()
        await stream.aclose()
    await hub.aclose()
    await hub.aclose()
    assert (stream.message.stop_reason, loopback.requests) == ("aborted", [])


@pytest.mark.anyio
async def test_text_is_the_easy_way(anyio_backend: str, loopback: LoopbackServer) -> None:
    """Pieces as they come; an answer that ends badly raises after its last piece."""
    loopback.reply(Reply(HELLO), Reply(events({"text": "a"}, done=False)))
    hub = fake_hub(loopback.url)
    async with hub.stream("fake/m", "Hi") as stream:
        assert [piece async for piece in stream.text] == ["Hel", "lo"]
    pieces: list[str] = []
    with pytest.raises(Truncated) as caught:
        async with hub.stream("fake/m", "Hi") as stream:
            async for piece in stream.text:
                pieces.append(piece)
    await hub.aclose()
    assert (pieces, caught.value.partial and caught.value.partial.text) == (["a"], "a")


@pytest.mark.anyio
async def test_result_reads_what_is_left(anyio_backend: str, loopback: LoopbackServer) -> None:
    """Entered or not, after some events or none; it never raises for the provider's failure."""
    loopback.reply(Reply(HELLO), Reply(HELLO), Reply(events({"text": "a"}, done=False)))
    hub = fake_hub(loopback.url)
    whole = await hub.stream("fake/m", "Hi").result()
    async with hub.stream("fake/m", "Hi") as stream:
        await anext(stream)
        rest = await stream.result()
        again = await stream.result()
    cut = await hub.stream("fake/m", "Hi").result()
    with pytest.raises(Truncated):
        await hub.complete("fake/m", "Hi")
    await hub.aclose()
    assert (whole.text, rest.text, again is rest, cut.text, cut.stop_reason) == ("Hello", "Hello", True, "a", "error")


@pytest.mark.anyio
async def test_two_streams_of_one_task_may_be_open_at_once(anyio_backend: str, loopback: LoopbackServer) -> None:
    """No scope is held between events: they may end in any order."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)
    first, second = hub.stream("fake/m", "1"), hub.stream("fake/m", "2")
    await first.__aenter__()
    await second.__aenter__()
    texts = [(await anext(stream)).type for stream in (first, second, first, second)]
    messages = [await first.result(), await second.result()]
    await first.aclose()
    await second.aclose()
    await hub.aclose()
    assert (texts, [message.text for message in messages]) == (
        ["start", "start", "text_start", "text_start"],
        ["Hello"] * 2,
    )


def test_each_loop_has_a_client_of_its_own(loopback: LoopbackServer) -> None:
    """One hub serves one loop after the other, and a client left behind is closed with its loop."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)

    async def ask() -> str:
        return (await hub.complete("fake/m", "Hi")).text

    texts = [anyio.run(ask, backend=backend) for backend in ("asyncio", "trio", "asyncio")]
    gc.collect()
    assert (texts, loopback.connections.wait_closed()) == (["Hello"] * 3, True)


# -- threads


def test_a_sync_stream_is_read_inside_its_context() -> None:
    """As the async one."""
    with pytest.raises(RuntimeError, match="inside its context"):
        next(fake_hub().stream_sync("fake/m", "Hi"))


@pytest.mark.parametrize("leave", ["break", "raise"])
def test_leaving_a_sync_stream_closes_the_connection(loopback: LoopbackServer, leave: str) -> None:
    """By break or exception."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)
    try:
        with hub.stream_sync("fake/m", "Hi") as stream:
            for event in stream:
                if event.type == "text_delta":
                    if leave == "break":
                        break
                    raise ZeroDivisionError
    except ZeroDivisionError:
        assert leave == "raise"
    closed = loopback.connections.wait_closed()
    hub.close()
    assert (closed, stream.message.text, stream.message.stop_reason, list(stream)) == (True, "a", "aborted", [])


def test_a_sync_stream_that_is_dropped_warns_and_cuts_its_connection(loopback: LoopbackServer) -> None:
    """As the async one."""
    loopback.reply(SLOW)
    hub = fake_hub(loopback.url)

    def drop() -> None:
        stream: Any = hub.stream_sync("fake/m", "Hi").__enter__()
        for _ in range(3):
            next(stream)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        drop()
        gc.collect()
    closed = loopback.connections.wait_closed()
    hub.close()
    assert closed
    assert [str(warning.message)[:14] for warning in seen if warning.category is ResourceWarning] == ["unclosed <Sync"]


def test_sync_text_and_result(loopback: LoopbackServer) -> None:
    """The easy ways of a plain program."""
    loopback.reply(Reply(HELLO), Reply(HELLO), Reply(events({"text": "a"}, done=False)))
    hub = fake_hub(loopback.url)
    with hub.stream_sync("fake/m", "Hi") as stream:
        pieces = list(stream.text)
    whole = hub.stream_sync("fake/m", "Hi").result()
    with pytest.raises(Truncated):
        hub.complete_sync("fake/m", "Hi")
    with pytest.raises(Truncated), hub.stream_sync("fake/m", "Hi") as cut:
        list(cut.text)
    hub.close()
    assert (pieces, whole.text) == (["Hel", "lo"], "Hello")


def test_a_stream_shows_its_state(loopback: LoopbackServer) -> None:
    """Model, status, headers, attempts and notes can be looked at, the repr is one line."""
    loopback.reply(Reply(HELLO, headers={"X-Request-Id": "q1"}))
    hub = fake_hub(loopback.url)
    stream = hub.stream_sync("fake/m", "Hi")
    before = (repr(stream), stream.status, stream.attempts)
    with stream:
        list(stream)
    hub.close()
    assert before == ("<SyncStream of fake/m, open>", None, ())
    assert (repr(stream), stream.status, stream.headers["x-request-id"], stream.attempts[0].request_id) == (
        "<SyncStream of fake/m, over>",
        200,
        "q1",
        "q1",
    )
