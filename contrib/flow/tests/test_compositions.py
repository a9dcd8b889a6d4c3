"""Cancelling at every event of every composition, over real sockets, leaves nothing behind."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from flow_streams import LIMIT, chat, deltas

from headwater import Event, EventStream, Grammar, Hub, check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply
from headwater_flow import Tagged, aggregate, buffer, callbacks, merge, tap, tee_to

BODY = chat("Hel", "lo", " world", ".", " How", " are", " you", "?")


async def write_log(stream: EventStream) -> None:
    """Reads along."""
    async for _ in stream:
        await anyio.lowlevel.checkpoint()


async def look(event: Event) -> None:
    """An async tap."""
    await anyio.lowlevel.checkpoint()


Wrap = Callable[[Any], Any]

COMPOSITIONS: dict[str, Wrap] = {
    "plain": lambda stream: stream,
    "aggregate": lambda stream: aggregate(stream, "sentence"),
    "aggregate by time": aggregate,
    "buffer": lambda stream: buffer(stream, 2),
    "tee_to": lambda stream: tee_to(stream, write_log, maximum=2),
    "callbacks": lambda stream: callbacks(stream, on_chunk=lambda text: None),
    "async tap": lambda stream: tap(stream, look),
    "aggregate over tee over buffer": lambda stream: aggregate(tee_to(buffer(stream, 3), write_log), "word"),
    "buffer over aggregate over buffer": lambda stream: buffer(aggregate(buffer(stream, 2), "sentence"), 2),
    "all of it": lambda stream: tap(
        tee_to(aggregate(callbacks(buffer(stream, 2), on_chunk=lambda text: None)), write_log, write_log),
        look,
    ),
}


async def read_some(stream: Any, count: int, seen: list[Any]) -> None:
    """Reads so many events, says so, and waits for more."""
    async with stream:
        async for event in stream:
            seen.append(event)
            if len(seen) == count:
                return


async def cancel_in_a_read(stream: Any, count: int, seen: list[Any]) -> None:
    """Cancels the consumer's task at its next wait after so many events."""
    with anyio.CancelScope() as scope:
        async with stream:
            async for event in stream:
                seen.append(event)
                if len(seen) == count:
                    scope.cancel()


def source(hub: Hub, url: str) -> Any:
    """One answer over a real socket."""
    return hub.stream(hub.endpoint(url, "m", api="openai-completions"), "Hi", key="")


async def check_everywhere(make: Callable[[Hub], Any], counts: range, how: str) -> int:
    """Leaves, or is cancelled, after each number of events; gives back how many there were at most.

    After each there are no more tasks than before; what came obeys the grammar as far as it came.
    """
    hub = Hub(environ={})
    most = 0
    before = {task.id for task in anyio.get_running_tasks()}  # trio has some of its own
    with anyio.fail_after(LIMIT):
        for count in counts:
            seen: list[Any] = []
            await (read_some if how == "leave" else cancel_in_a_read)(make(hub), count, seen)
            assert {task.name for task in anyio.get_running_tasks() if task.id not in before} == set()
            check_so_far(seen)
            most = max(most, len(seen))
        await hub.aclose()
    return most


def check_so_far(seen: list[Any]) -> None:
    """Raises unless the events, tagged or not, are legal as far as they came."""
    grammars: dict[str, Grammar] = {}
    for one in seen:
        tagged = one if isinstance(one, Tagged) else Tagged("", 1, one)
        grammars.setdefault(tagged.tag, Grammar()).feed(tagged.event)


def over_sockets(backend: str, make: Callable[[Hub, str], Any], counts: range, how: str) -> int:
    """`check_everywhere` against a server whose connections must be closed in the end; warnings are errors."""
    with LoopbackServer(log=False) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        server.reply(Reply(BODY, chunking=Chunking.every(40)))
        most = anyio.run(check_everywhere, lambda hub: make(hub, server.url), counts, how, backend=backend)
        gc.collect()
        assert server.connections.wait_closed()
    return most


@pytest.mark.parametrize("how", ["leave", "cancel"])
@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelling_at_every_event_leaves_nothing_behind(name: str, backend: str, how: str) -> None:
    """No task, no socket, no warning."""
    most = over_sockets(backend, lambda hub, url: COMPOSITIONS[name](source(hub, url)), range(1, 15), how)
    assert most >= 6


@pytest.mark.parametrize("how", ["leave", "cancel"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelling_a_merge_of_compositions_leaves_nothing_behind(backend: str, how: str) -> None:
    """Three models, each composed in another way."""
    names = ("all of it", "plain", "aggregate over tee over buffer")

    def make(hub: Hub, url: str) -> Any:
        return merge({name: COMPOSITIONS[name](source(hub, url)) for name in names}, maximum=2)

    assert over_sockets(backend, make, range(1, 40, 2), how) >= 30


@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_composition_says_what_the_model_said(name: str, backend: str) -> None:
    """The same text, the same message, one ending."""
    with LoopbackServer(log=False) as server:
        server.reply(Reply(BODY, chunking=Chunking.every(40)))
        events = anyio.run(read_all, COMPOSITIONS[name], server.url, backend=backend)
    check_grammar(events)
    assert ("".join(deltas(events)), events[-1].type) == ("Hello world. How are you?", "done")


async def read_all(wrap: Wrap, url: str) -> list[Event]:
    """All events of a composition."""
    hub = Hub(environ={})
    async with wrap(source(hub, url)) as stream:
        events = [event async for event in stream]
        assert (await stream.result()).text == "Hello world. How are you?"
    await hub.aclose()
    return events


SYNC: dict[str, Wrap] = {
    "plain": lambda stream: stream,
    "aggregate": lambda stream: aggregate(stream, "sentence"),
    "aggregate by time": aggregate,
    "callbacks": lambda stream: callbacks(stream, on_chunk=lambda text: None),
    "tap over aggregate over callbacks": lambda stream: tap(
        aggregate(callbacks(stream, on_chunk=lambda text: None)), lambda event: None
    ),
}


@pytest.mark.parametrize("name", SYNC)
def test_leaving_a_sync_composition_at_every_event_leaves_nothing_behind(name: str) -> None:
    """In plain programs."""
    with LoopbackServer(log=False) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        server.reply(Reply(BODY, chunking=Chunking.every(40)))
        hub = Hub(environ={})
        model = hub.endpoint(server.url, "m", api="openai-completions")
        most = 0
        for count in range(1, 15):
            seen: list[Any] = []
            with SYNC[name](hub.stream_sync(model, "Hi", key="")) as stream:
                for event in stream:
                    seen.append(event)
                    if len(seen) == count:
                        break
            check_so_far(seen)
            most = max(most, len(seen))
        hub.close()
        gc.collect()
        assert server.connections.wait_closed()
    assert most >= 6
