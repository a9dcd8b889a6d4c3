"""Thousands of streams that end in every way there is, and what is left of them: nothing.

`HEADWATER_SOAK=1` opens 10,000 on each loop; without it there are as many as fit into a minute.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import psutil
import pytest

from headwater import Deadlines, Hub, Retry, Stream, SyncStream
from headwater.testing import Fault, LoopbackServer, Reply

pytestmark = pytest.mark.soak

STREAMS = 10_000 if os.environ.get("HEADWATER_SOAK") else 1_500
AT_ONCE = 20
WARMING_UP = 200
LIMIT = 900.0
"""Seconds after which the whole counts as stuck."""


def chunk(**said: Any) -> bytes:
    """One chunk of a chat completion."""
    choice = {"index": 0, "delta": {}, "finish_reason": None, **said}
    return b"data: " + json.dumps({"id": "c1", "choices": [choice]}).encode() + b"\n\n"


PIECE = chunk(delta={"content": "piece "})
WHOLE = [PIECE] * 5 + [chunk(finish_reason="stop"), b"data: [DONE]\n\n"]

REPLIES: dict[str, Reply] = {
    "whole": Reply(WHOLE),
    "left": Reply(PIECE, fault=Fault.stall(after=len(PIECE))),
    "aborted": Reply(PIECE, fault=Fault.endless(PIECE)),
    "raising": Reply(PIECE, fault=Fault.stall(after=len(PIECE))),
    "cancelled": Reply(PIECE, fault=Fault.stall(after=len(PIECE))),
    "silent": Reply(PIECE, fault=Fault.stall(after=len(PIECE))),
    "refused": Reply(b'{"error": {"message": "full"}}', status=503),
    "reset": Reply(WHOLE, fault=Fault.reset(after=len(PIECE))),
    "gone": Reply(fault=Fault.early_close_before_headers()),
    "unread": Reply(WHOLE),
}
"""What the server does, by the way in which the stream is to end."""

ENDS = {
    "whole": "stop",
    "left": "aborted",
    "aborted": "aborted",
    "raising": "aborted",
    "cancelled": "aborted",
    "silent": "error",
    "refused": "error",
    "reset": "error",
    "gone": "error",
    "unread": "aborted",
}
"""How the message of each ends."""

ASKED: dict[str, Any] = {"retry": Retry(attempts=1), "deadlines": Deadlines(first_event=60, silence=60)}
SILENCE: dict[str, Any] = {"retry": Retry(attempts=1), "deadlines": Deadlines(first_event=60, silence=0.02)}


class Mistake(Exception):
    """What the consumer raises."""


async def read(stream: Stream, way: str) -> None:
    """Reads a stream to the end that is meant for it."""
    async with stream:
        if way == "unread":
            return
        async for event in stream:
            if event.type != "text_delta":
                continue
            if way == "left":
                return
            if way == "aborted":
                stream.abort()
            if way == "raising":
                raise Mistake


async def one(hub: Hub, url: str, way: str) -> None:
    """One stream on a loop."""
    stream = hub.stream(hub.endpoint(f"{url}/{way}", "m", api="openai-completions"), "Hi", **asked(way))
    if way == "cancelled":
        with anyio.CancelScope() as scope:
            async with stream:
                async for event in stream:
                    if event.type == "text_delta":
                        scope.cancel()
        assert scope.cancelled_caught
    else:
        try:
            await read(stream, way)
        except Mistake:
            assert way == "raising"
    assert stream.message.stop_reason == ENDS[way], (way, stream.message)


def one_sync(hub: Hub, url: str, way: str) -> None:
    """One stream of a plain program."""
    stream: SyncStream = hub.stream_sync(
        hub.endpoint(f"{url}/{way}", "m", api="openai-completions"), "Hi", **asked(way)
    )
    with stream:
        for event in stream if way != "unread" else ():
            if event.type == "text_delta":
                if way in ("left", "raising", "cancelled"):
                    break
                if way == "aborted":
                    stream.abort()
    assert stream.message.stop_reason == ENDS[way], (way, stream.message)


def asked(way: str) -> dict[str, Any]:
    """What goes with the request."""
    return SILENCE if way == "silent" else ASKED


class Ways:
    """The ways in turn, and how many streams are still to be opened."""

    def __init__(self, streams: int) -> None:
        self.left = streams

    def take(self) -> str | None:
        """The way of the next stream; None when there have been enough."""
        if not self.left:
            return None
        self.left -= 1
        return list(REPLIES)[self.left % len(REPLIES)]


async def many(hub: Hub, url: str, streams: int) -> None:
    """So many streams, some of them at once."""
    ways = Ways(streams)

    async def work() -> None:
        while (way := ways.take()) is not None:
            await one(hub, url, way)

    async with anyio.create_task_group() as tasks:
        for _ in range(AT_ONCE):
            tasks.start_soon(work)


def living_tasks() -> int:
    """Tasks of the running loop, this one and the loop's own included."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        import trio

        return trio.lowlevel.current_statistics().tasks_living


def objects() -> int:
    """Objects that the garbage collector knows and cannot free."""
    gc.collect()
    gc.collect()
    return len(gc.get_objects())


def handles() -> int:
    """Open files, sockets and whatever else the system counts."""
    process = psutil.Process()
    return process.num_handles() if os.name == "nt" else process.num_fds()


class Traces:
    """What is to be the same before and after: threads and handles of the process."""

    def __init__(self) -> None:
        gc.collect()
        self.threads = lasting_threads()
        self.handles = handles()

    def check(self) -> None:
        """Nothing is left over."""
        gc.collect()
        assert lasting_threads() - self.threads == set()
        assert handles() <= self.handles


def lasting_threads() -> set[str]:
    """Threads by name; without those that a loop's library keeps for a while, and our one watchdog."""
    passing = ("AnyIO worker", "Trio thread", "headwater-watchdog")
    return {thread.name for thread in threading.enumerate() if not thread.name.startswith(passing)}


def check_growth(before: int, after: int, memory: int) -> None:
    """No stream leaves an object behind, and memory stays flat.

    A leak of one object in five streams would show in the count; what the collector does not know (bytes,
    strings) shows in the memory, of which the allocator may keep some for itself.
    """
    assert after - before < STREAMS / 5
    assert psutil.Process().memory_info().rss - memory < 32 * 2**20


async def soak(hub: Hub, server: LoopbackServer) -> None:
    """Warms up, opens the streams, and looks at what is left on the loop."""
    with anyio.fail_after(LIMIT):
        await many(hub, server.url, WARMING_UP)
        tasks, before, memory = living_tasks(), objects(), psutil.Process().memory_info().rss
        await many(hub, server.url, STREAMS)
        assert living_tasks() == tasks
        check_growth(before, objects(), memory)
        await hub.aclose()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_nothing_is_left_of_thousands_of_streams(backend: str) -> None:
    """Whole, left, aborted, raising, cancelled, silent, refused, reset, gone, unread: no task, socket or memory."""
    run: Callable[..., Any] = anyio.run
    work: Callable[[Hub, LoopbackServer], Awaitable[None]] = soak
    traces = Traces()
    with serving() as server:
        run(work, Hub(environ={}), server, backend=backend)
        assert server.connections.wait_closed()
    traces.check()


def test_nothing_is_left_of_thousands_of_plain_streams() -> None:
    """The same in a plain program."""
    traces = Traces()
    with serving() as server:
        hub = Hub(environ={})
        for part in (WARMING_UP, STREAMS):
            before, memory = objects(), psutil.Process().memory_info().rss
            ways = Ways(part)
            while (way := ways.take()) is not None:
                one_sync(hub, server.url, way)
        check_growth(before, objects(), memory)
        hub.close()
        assert server.connections.wait_closed()
    traces.check()


def serving() -> LoopbackServer:
    """A server that ends each stream in the way its path says, and keeps no record of it."""
    server = LoopbackServer(log=False)
    for way, reply in REPLIES.items():
        server.route(f"/{way}/chat/completions", reply)
    return server
