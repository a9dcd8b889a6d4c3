"""Compositions: one stream whatever it is made of, and nothing left of it wherever it is ended."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from resilience_fake import HELLO, LIMIT, ONCE, bound, fake_hub, play, says

from headwater import Hub, RequestError, Retry
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import Breaker, Continue, Latencies, MemoryStore, Restart, chain, hedge, recover

SOON = Retry(attempts=2, first_delay=0.0)
BUSY = Reply(b'{"error": {"message": "full"}}', status=503)
SAID = [says({"text": piece}, done=False) for piece in "abc"]
ENDLESS = Reply(SAID, fault=Fault.stall(None))
"""Three pieces of text, and no end."""


class Blocking(MemoryStore):
    """A store that async streams ask in worker threads."""

    blocking = True


COMPOSITIONS: dict[str, Callable[[Hub], Any]] = {
    "chain": lambda hub: chain(bound(hub, "busy"), bound(hub, "endless")),
    "breaker": lambda hub: Breaker(store=Blocking()).guard(bound(hub, "endless")),
    "hedge": lambda hub: hedge(bound(hub, "silent"), bound(hub, "endless"), delay=0.0),
    "watched": lambda hub: Latencies().watch(bound(hub, "endless")),
    "continue": lambda hub: recover(bound(hub, "breaks"), Continue("continue"), retry=SOON),
    "restart": lambda hub: recover(bound(hub, "breaks"), Restart(), retry=SOON),
    "all": lambda hub: recover(
        chain(
            bound(hub, "busy"),
            Breaker().guard(hedge(bound(hub, "silent"), bound(hub, "endless"), delay=0.0), key="pair"),
            bound(hub, "other"),
        ),
        Restart(),
    ),
}


def serve(server: LoopbackServer) -> None:
    """Models that are busy, silent, endless, and one that breaks and is endless then."""
    server.route("/busy", BUSY)
    server.route("/silent", Reply(b"", fault=Fault.stall(0)))
    server.route("/endless", ENDLESS)
    server.route("/breaks", Reply(SAID, fault=Fault.reset(len(SAID[0]))), ENDLESS)
    server.route("/other", Reply(HELLO))


async def read(stream: Any, events: int) -> None:
    """That many events, or as many as come before a cancellation."""
    for _ in range(events):
        await anext(stream)


async def leave(source: Any, events: int) -> None:
    """Leaves the context after so many events."""
    async with source.stream("Hi") as stream:
        await read(stream, events)


async def cancel(source: Any, events: int) -> None:
    """Cancels the task in the read that follows so many events."""
    async with anyio.create_task_group() as group, source.stream("Hi") as stream:
        await read(stream, events)
        group.start_soon(cancel_soon, group.cancel_scope)
        while True:
            await anext(stream)


async def cancel_soon(scope: anyio.CancelScope) -> None:
    """Cancels, once the other task is waiting."""
    await anyio.lowlevel.checkpoint()
    scope.cancel()


async def abort(source: Any, events: int) -> None:
    """Aborts after so many events: the last one is `error(aborted)`."""
    async with source.stream("Hi") as stream:
        await read(stream, events)
        stream.abort()
        async for _ in stream:
            pass
        assert stream.message.stop_reason == "aborted"


async def fall(source: Any, events: int) -> None:
    """The consumer raises after so many events."""
    with pytest.raises(LookupError):
        async with source.stream("Hi") as stream:
            await read(stream, events)
            raise LookupError


@pytest.mark.parametrize("way", [leave, cancel, abort, fall])
@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.anyio
async def test_ended_at_every_event_nothing_is_left(name: str, way: Any, loopback: LoopbackServer) -> None:
    """No connection, no thread's work, no warning; the same after each number of events."""
    serve(loopback)
    for events in range(6):
        hub = fake_hub(loopback.url)
        with anyio.fail_after(LIMIT):
            await way(COMPOSITIONS[name](hub), events)
            await hub.aclose()
        serve(loopback)
        gc.collect()
        assert await anyio.to_thread.run_sync(loopback.connections.wait_closed), f"after {events} events"


@pytest.mark.parametrize("name", [name for name in COMPOSITIONS if name not in ("hedge", "all")])
def test_a_plain_program_leaves_nothing_either(name: str, loopback: LoopbackServer) -> None:
    """Left after each number of events, and aborted from another thread."""
    for events in range(6):
        for aborts in (False, True):
            serve(loopback)
            hub = fake_hub(loopback.url)
            with COMPOSITIONS[name](hub).stream_sync("Hi") as stream:
                for _ in range(events):
                    next(stream)
                if aborts:
                    thread = threading.Thread(target=stream.abort)
                    thread.start()
                    assert list(stream)[-1].message.stop_reason == "aborted"
                    thread.join()
            hub.close()
            gc.collect()
            assert loopback.connections.wait_closed()


def test_a_chain_of_a_guarded_hedged_pair_is_one_stream(loopback: LoopbackServer) -> None:
    """It obeys the grammar, and its summary names all who were asked."""
    serve(loopback)
    for loop in ("asyncio", "trio"):
        hub = fake_hub(loopback.url, retry=ONCE)
        pair = Breaker().guard(hedge(bound(hub, "busy"), bound(hub, "busy"), delay=1.0), key="pair")
        outcome = play(loop, hub, chain(pair, bound(hub, "other")))
        assert outcome.text == "Hello"
        assert [one.model for one in outcome.stream.attempts] == ["fake/busy", "fake/busy", "fake/other"]


def test_a_stream_is_read_inside_its_context_by_one_reader(loopback: LoopbackServer) -> None:
    """As a plain stream is."""
    serve(loopback)
    hub = fake_hub(loopback.url)
    stream = chain(bound(hub, "other")).stream_sync("Hi")
    with pytest.raises(RuntimeError, match="inside its context"):
        next(stream)
    assert stream.result().text == "Hello"
    hub.close()


def test_text_is_read_piece_by_piece_and_raises_at_its_end(loopback: LoopbackServer) -> None:
    """The easy way is a safe way."""
    serve(loopback)
    hub = fake_hub(loopback.url)
    with chain(bound(hub, "other")).stream_sync("Hi") as stream:
        assert list(stream.text) == ["Hel", "lo"]
    with chain(bound(hub, "busy")).stream_sync("Hi") as stream, pytest.raises(Exception, match="full"):
        list(stream.text)
    hub.close()


def test_a_name_alone_is_a_model_of_the_default_hub() -> None:
    """And one without a provider is refused at construction."""
    with pytest.raises(RequestError, match="provider/model-id"):
        chain("gpt")
