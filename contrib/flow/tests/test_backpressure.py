"""A consumer that is much slower than the provider: the server feels it, memory stays bounded, nothing is lost."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from flow_streams import chat

from headwater import Hub
from headwater.testing import LoopbackServer, Reply
from headwater_flow import aggregate, buffer, merge, tap, tee

COUNT = 20_000
PIECE = "x" * 190 + " "
BODY = chat(*[PIECE] * COUNT)
"""About 5 MB, more than the buffers of kernel and client hold."""


async def feel(make: Any, server: LoopbackServer) -> tuple[bool, int, str]:
    """Stops reading until the server has to wait; gives that, how far it was read by then, and all the text."""
    hub = Hub(environ={})
    received = 0

    def count(event: Any) -> None:
        nonlocal received
        received += 1

    source = tap(hub.stream(hub.endpoint(server.url, "m", api="openai-completions"), "Hi", key=""), count)
    with anyio.fail_after(60):
        async with make(source) as stream:
            text = [await stream.text.__anext__()]
            blocked = await anyio.to_thread.run_sync(server.connections.wait_blocked, 20.0)
            await anyio.wait_all_tasks_blocked()
            read_ahead = received
            text += [piece async for piece in stream.text]
    await hub.aclose()
    return blocked, read_ahead, "".join(text)


CASES = {
    "aggregate": (lambda stream: aggregate(stream, "sentence"), 10),
    "aggregate by time": (aggregate, 110),
    "buffer": (lambda stream: buffer(stream, 500), 460),
}
"""What stands between, and how many events it may have read ahead."""


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_server_feels_a_slow_consumer(name: str, backend: str) -> None:
    """Its writes block once the marks are reached, and every byte arrives in the end."""
    make, ahead = CASES[name]
    with LoopbackServer(log=False, send_buffer=65536) as server:
        server.reply(Reply(BODY))
        blocked, read_ahead, text = anyio.run(feel, make, server, backend=backend)
    assert (blocked, read_ahead <= ahead, text == PIECE * COUNT) == (True, True, True)


async def read_slowly(server: LoopbackServer) -> tuple[int, Any, int]:
    """Reads with a hundred turns of the loop for each event; gives events, counters and the most that waited."""
    hub = Hub(environ={})
    most = events = 0
    source = hub.stream(hub.endpoint(server.url, "m", api="openai-completions"), "Hi", key="")
    async with buffer(source, 100) as stream:
        async for _ in stream:
            events += 1
            most = max(most, stream.counters.size)
            for _ in range(100):
                await anyio.lowlevel.checkpoint()
        counters = stream.counters
    await hub.aclose()
    return events, counters, most


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_consumer_a_hundred_times_slower_loses_nothing(backend: str) -> None:
    """The buffer fills to its mark, again and again, and never beyond."""
    with LoopbackServer(log=False, send_buffer=65536) as server:
        server.reply(Reply(chat(*[PIECE] * 600)))
        events, counters, most = anyio.run(read_slowly, server, backend=backend)
    assert (events, counters.received, counters.delivered, counters.size) == (605, 605, 605, 0)
    assert (counters.peak <= 90, most <= 90, counters.pauses >= 5) == (True, True, True)


async def lag(server: LoopbackServer) -> tuple[int, bool]:
    """One branch of a tee stands still in a merged stream nobody reads; gives how far the other got, and the server."""
    hub = Hub(environ={})
    model = hub.endpoint(server.url, "m", api="openai-completions")
    seen = 0

    async def consume(stream: Any) -> None:
        nonlocal seen
        async for _ in stream:
            seen += 1

    async with (
        tee(hub.stream(model, "Hi", key=""), 2, maximum=50) as (fast, slow),
        fast,
        merge(one=slow) as merged,
        anyio.create_task_group() as tasks,
    ):
        await merged.__anext__()
        tasks.start_soon(consume, fast)
        blocked = await anyio.to_thread.run_sync(server.connections.wait_blocked, 20.0)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    await hub.aclose()
    return seen, blocked


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_slowest_branch_holds_the_server(backend: str) -> None:
    """The fast branch gets no further than the lag (and the queue of the merge) allows."""
    with LoopbackServer(log=False, send_buffer=65536) as server:
        server.reply(Reply(BODY))
        seen, blocked = anyio.run(lag, server, backend=backend)
    assert (100 <= seen <= 160, blocked) == (True, True)
