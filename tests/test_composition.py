"""A chain of a hedged pair behind a breaker, recovered, aggregated, teed to a log, merged with another model.

The parts are of two distributions and know nothing of each other; what they give together is still, for each model,
one stream that obeys the grammar, and nothing is left of it wherever it is ended.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from headwater import BoundModel, Event, EventStream, Grammar, Hub, Registry, Retry, check_grammar
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_flow import MergedStream, Tagged, aggregate, buffer, merge, tee_to
from headwater_resilience import Breaker, Restart, chain, hedge, recover

LIMIT = 20.0
"""Seconds after which a wait counts as failed; nothing waits that long when all is well."""


def frame(**delta: Any) -> bytes:
    """One frame of a chat completion."""
    data = {"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


STOP = b'data: {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
COUNT = b'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}\n\n'
END = STOP + COUNT + b"data: [DONE]\n\n"
BEGUN = [frame(role="assistant", content="Lost "), frame(content="wor")]
ANSWER = [*(frame(content=piece) for piece in ("Hel", "lo wor", "ld. How ", "are you", "?")), END]

BUSY = Reply(b'{"error": {"message": "full"}}', status=503)
SILENT = Reply(b"", fault=Fault.stall(0))
BREAKS = Reply(BEGUN, fault=Fault.reset(sum(map(len, BEGUN))))
WHOLE = Reply(ANSWER)
SAID = "Hello world. How are you?"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Each event loop."""
    return request.param


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine."""
    with LoopbackServer(log=False) as running:
        yield running


def serve(server: LoopbackServer) -> None:
    """A model that never begins, one that breaks off within a word and is whole when asked again, and others."""
    for name, replies in {"silent": [SILENT], "pair": [BREAKS, WHOLE], "busy": [BUSY], "other": [WHOLE]}.items():
        server.route(f"/{name}/chat/completions", *replies)


def make_hub() -> Hub:
    """A hub that asks once, so that what is asked again is the policies' doing."""
    return Hub(environ={}, registry=Registry(), retry=Retry(attempts=1))


def bound(hub: Hub, server: LoopbackServer, name: str) -> BoundModel:
    """The model the server knows by that name."""
    return hub.bind(hub.endpoint(f"{server.url}/{name}", name, api="openai-completions"), key="")


class Log:
    """What a log kept of a stream."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def write(self, stream: EventStream) -> None:
        """Keeps all events, slowly."""
        async for event in stream:
            self.events.append(event)
            await anyio.lowlevel.checkpoint()


def compose(hub: Hub, server: LoopbackServer, log: Log) -> MergedStream:
    """The composition the founding documents ask for, and a reset in it."""
    pair = hedge(bound(hub, server, "silent"), bound(hub, server, "pair"), delay=0.0)
    steady = recover(
        chain(bound(hub, server, "busy"), Breaker().guard(pair, key="pair")), Restart(), retry=Retry(2, 0.0)
    )
    teed = tee_to(aggregate(buffer(steady.stream("Hi"), 10), "word", every=None), log.write)
    return merge({"steady": teed, "other": bound(hub, server, "other").stream("Hi")})


def events_of(seen: list[Tagged], tag: str) -> list[Event]:
    """One model's events."""
    return [one.event for one in seen if one.tag == tag]


def is_reset(event: Event) -> bool:
    """Whether what came is void from here."""
    return event.type == "status" and event.status == "reset"


def text_of(events: list[Event]) -> list[str]:
    """The pieces of text."""
    return [event.delta for event in events if event.type == "text_delta"]


async def read_whole(server: LoopbackServer) -> tuple[list[Tagged], Log, MergedStream]:
    """The composition read to its end."""
    serve(server)
    hub, log = make_hub(), Log()
    with anyio.fail_after(LIMIT):
        async with compose(hub, server, log) as merged:
            seen = [one async for one in merged]
        await hub.aclose()
    return seen, log, merged


@pytest.mark.anyio
async def test_the_whole_composition_is_one_stream_for_each_model(server: LoopbackServer) -> None:
    """Each obeys the grammar and ends once, with the model's own text."""
    seen, _, merged = await read_whole(server)
    for tag in ("steady", "other"):
        check_grammar(events_of(seen, tag))
    assert {tag: message.text for tag, message in merged.results.items()} == {"steady": SAID, "other": SAID}


@pytest.mark.anyio
async def test_the_log_has_what_the_consumer_has(server: LoopbackServer) -> None:
    """Event for event, the reset included."""
    seen, log, _ = await read_whole(server)
    steady = events_of(seen, "steady")
    assert (log.events, any(map(is_reset, steady))) == (steady, True)


@pytest.mark.anyio
async def test_a_reset_divides_what_is_aggregated(server: LoopbackServer) -> None:
    """Half a word of the void answer goes out before the reset, never into the new answer's first word."""
    seen, _, _ = await read_whole(server)
    steady = events_of(seen, "steady")
    at = next(index for index, event in enumerate(steady) if is_reset(event))
    before, after = text_of(steady[:at]), text_of(steady[at:])
    assert (before, after) == (["Lost ", "wor"], ["Hello ", "world. ", "How ", "are ", "you?"])


async def leave(merged: MergedStream, count: int, seen: list[Tagged]) -> None:
    """Leaves the context after so many events."""
    async with merged:
        async for one in merged:
            seen.append(one)
            if len(seen) == count:
                return


async def cancel(merged: MergedStream, count: int, seen: list[Tagged]) -> None:
    """Is cancelled at the next wait after so many events."""
    with anyio.CancelScope() as scope:
        async with merged:
            async for one in merged:
                seen.append(one)
                if len(seen) == count:
                    scope.cancel()


async def fall(merged: MergedStream, count: int, seen: list[Tagged]) -> None:
    """Raises after so many events."""
    with pytest.raises(LookupError):
        async with merged:
            async for one in merged:
                seen.append(one)
                if len(seen) == count:
                    raise LookupError
            raise LookupError


@pytest.mark.parametrize("way", [leave, cancel, fall])
@pytest.mark.anyio
async def test_ended_after_each_event_nothing_is_left(way: Any, server: LoopbackServer) -> None:
    """No task, no connection, no warning; what came is legal as far as it came."""
    before = {task.id for task in anyio.get_running_tasks()}
    most, ends = 0, 40
    for count in range(1, ends):
        serve(server)
        hub, seen = make_hub(), list[Tagged]()
        with anyio.fail_after(LIMIT):
            await way(compose(hub, server, Log()), count, seen)
            assert [task.name for task in anyio.get_running_tasks() if task.id not in before] == []
            await hub.aclose()
        for tag in ("steady", "other"):
            grammar = Grammar()
            for event in events_of(seen, tag):
                grammar.feed(event)
        gc.collect()
        assert await anyio.to_thread.run_sync(server.connections.wait_closed), f"after {count} events"
        most = max(most, len(seen))
        if len(seen) < count:
            break
    assert 20 <= most < ends - 1
