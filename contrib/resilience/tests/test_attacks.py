"""Readers that do what they should not, options that make no sense, stores that hold garbage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from resilience_fake import HELLO, LIMIT, NOWHERE, bound, fake_hub, play, says
from resilience_redis import redis_server

from headwater import Hub, RequestError, Retry
from headwater.errors import Aborted
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import Breaker, Circuit, Continue, MemoryStore, Reconnects, Restart, chain, hedge, recover
from headwater_resilience.redis import RedisStore

FIRST = says({"text": "Hel"}, done=False)
REST = says({"text": "lo"}, {"stop": "stop"})

SOURCES: dict[str, Callable[[Hub], Any]] = {
    "chain": lambda hub: chain(bound(hub, "a"), bound(hub, "b")),
    "breaker": lambda hub: Breaker().guard(bound(hub, "a")),
    "hedge": lambda hub: hedge(bound(hub, "a"), bound(hub, "b"), delay=30.0),
    "recover": lambda hub: recover(bound(hub, "a"), Restart()),
    "all": lambda hub: recover(chain(Breaker().guard(bound(hub, "a")), bound(hub, "b")), Restart()),
}


HELD = Reply([FIRST, REST], fault=Fault.stall(len(FIRST)))
"""An answer whose second half is sent when the server is told to."""
WHOLE = (["text_delta", "text_delta"], "done")


def pieces(seen: list[Any]) -> tuple[list[str], str]:
    """The pieces that came, and the last event."""
    return [event.type for event in seen if event.type == "text_delta"], seen[-1].type


async def to_the_text(stream: Any) -> list[Any]:
    """The events up to the first piece of text; what follows has not been sent."""
    seen: list[Any] = []
    while not seen or seen[-1].type != "text_delta":
        seen.append(await anext(stream))
    return seen


async def read_on(stream: Any, seen: list[Any], group: TaskGroup) -> None:
    """A task reads the rest of the stream; by the return it waits for the provider."""

    async def read() -> None:
        async for event in stream:
            seen.append(event)

    group.start_soon(read)
    await anyio.wait_all_tasks_blocked()


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.anyio
async def test_a_second_reader_is_refused_and_the_first_reads_on(name: str, loopback: LoopbackServer) -> None:
    """While the first waits for the provider."""
    loopback.route("/a", HELD)
    hub = fake_hub(loopback.url)
    with anyio.fail_after(LIMIT):
        async with SOURCES[name](hub).stream("Hi") as stream, anyio.create_task_group() as group:
            seen = await to_the_text(stream)
            await read_on(stream, seen, group)
            with pytest.raises(RuntimeError, match="one reader"):
                await anext(stream)
            loopback.release()
    await hub.aclose()
    assert pieces(seen) == WHOLE


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "hedge"])
def test_a_second_thread_is_refused_and_the_first_reads_on(name: str, loopback: LoopbackServer) -> None:
    """In plain programs."""
    loopback.route("/a", HELD)
    hub = fake_hub(loopback.url)
    seen: list[Any] = []
    with SOURCES[name](hub).stream_sync("Hi") as stream:
        while not seen or seen[-1].type != "text_delta":
            seen.append(next(stream))
        reader = threading.Thread(target=lambda: seen.extend(stream), daemon=True)
        reader.start()
        for _ in range(2000):  # until it waits for the provider
            if stream._reading or not reader.is_alive():
                break
            threading.Event().wait(0.001)
        with pytest.raises(RuntimeError, match="one reader"):
            next(stream)
        loopback.release()
        reader.join()
    hub.close()
    assert pieces(seen) == WHOLE


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.anyio
async def test_closed_by_another_task_the_reader_gets_its_ending(name: str, loopback: LoopbackServer) -> None:
    """`aclose` while another task reads is an abort, of which the reader hears."""
    loopback.route("/a", HELD)
    hub = fake_hub(loopback.url)
    with anyio.fail_after(LIMIT):
        async with SOURCES[name](hub).stream("Hi") as stream, anyio.create_task_group() as group:
            seen = await to_the_text(stream)
            await read_on(stream, seen, group)
            await stream.aclose()
    await hub.aclose()
    assert (seen[-1].type, seen[-1].reason, stream.message.text) == ("error", "aborted", "Hel")


@pytest.mark.parametrize("events", range(4))
@pytest.mark.parametrize("name", [name for name in SOURCES if name != "hedge"])
def test_an_answer_that_was_left_is_no_success(name: str, events: int, loopback: LoopbackServer) -> None:
    """Not even one that was left before anybody was asked."""
    loopback.route("/a", HELD)
    hub = fake_hub(loopback.url)
    with SOURCES[name](hub).stream_sync("Hi") as stream:
        for _ in range(events):
            next(stream)
    hub.close()
    with pytest.raises(Aborted):
        stream.raise_for_error()
    assert stream.message.stop_reason == "aborted"


@pytest.mark.anyio
async def test_an_async_answer_that_was_left_is_no_success(loopback: LoopbackServer) -> None:
    """Left unread, and after an event."""
    loopback.route("/a", HELD)
    hub = fake_hub(loopback.url)
    reasons: list[str] = []
    for events in range(3):
        async with SOURCES["hedge"](hub).stream("Hi") as stream:
            for _ in range(events):
                await anext(stream)
        with pytest.raises(Aborted):
            stream.raise_for_error()
        reasons.append(stream.message.stop_reason)
    await hub.aclose()
    assert reasons == ["aborted"] * 3


UNTYPED: dict[str, Any] = {
    "Breaker": Breaker,
    "Reconnects": Reconnects,
    "chain": chain,
    "hedge": hedge,
    "recover": recover,
}


class Blocking(MemoryStore):
    """A store that async streams ask in worker threads."""

    blocking = True


class Steps:
    """The steps of a guarded answer up to the one in which the breaker is told of the outcome."""

    def __init__(self, breaker: Breaker, hub: Hub) -> None:
        self.course = breaker.guard(bound(hub, "a")).course("Hi", {}, sync=True)
        self.steps = self.course.run()
        self.step: Any = self.steps.send(None)
        self.step.function()  # the permit
        self.step = self.steps.send(None)
        self.stream = self.step.make(True)
        self.stream.__enter__()
        self.step = self.steps.send(self.stream)
        while type(self.step).__name__ != "Call":
            self.step = self.steps.send(next(self.stream) if type(self.step).__name__ == "Next" else None)


def test_who_is_cancelled_before_the_store_is_told_still_tells_it(loopback: LoopbackServer) -> None:
    """A probe that opened would otherwise keep everybody out until its time is over."""
    now = [1000.0]
    breaker = Breaker(failures=1, successes=1, store=Blocking(), clock=lambda: now[0])
    breaker.failed("fake", breaker.enter("fake"))
    now[0] += 60.0
    loopback.route("/a", Reply(HELLO))
    hub = fake_hub(loopback.url)
    asked = Steps(breaker, hub)
    asked.steps.close()
    todo = asked.course.left()
    assert todo is not None
    todo()
    asked.stream.close()
    hub.close()
    assert breaker.metrics("fake").state == "closed"


@pytest.mark.parametrize(
    ("make", "fix"),
    [
        (lambda source: UNTYPED["hedge"](source, chain(source), delay=True), "0 or more"),
        (lambda source: UNTYPED["hedge"](source, chain(source), delay="2"), "0 or more"),
        (lambda source: UNTYPED["Breaker"]().guard(source, key=3), "name the circuit"),
        (lambda source: UNTYPED["Breaker"](window=True), "seconds above 0"),
        (lambda source: UNTYPED["Breaker"](store="redis://127.0.0.1/0"), "RedisStore"),
        (lambda source: UNTYPED["Reconnects"](times=float("nan")), "above 0"),
        (lambda source: UNTYPED["Reconnects"](seconds="60"), "above 0"),
        (lambda source: UNTYPED["recover"](source, Restart(), retry=3), "give Retry"),
        (lambda source: UNTYPED["recover"](source, Restart(), limit=3), "give Reconnects"),
        (lambda source: UNTYPED["chain"](source, condition="server"), "give a function"),
        (lambda source: UNTYPED["recover"](source, Restart(), retry=Retry(attempts=True)), "whole number"),
    ],
)
def test_options_that_make_no_sense_are_refused(make: Callable[[Any], Any], fix: str) -> None:
    """At construction, with the fix."""
    source = bound(fake_hub(NOWHERE), "a")
    with pytest.raises(RequestError, match=fix):
        make(source)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of these tests' own."""
    with redis_server(Path(tmp_path_factory.mktemp("redis"))) as url:
        yield url


GARBAGE = [
    b"garbage",
    b"\xff",
    b"null",
    b"[1]",
    b'{"phase": "ajar"}',
    b'{"recent": 5}',
    b'{"recent": ["x"]}',
    b'{"opened_at": 1e400, "phase": "open"}',
    b'{"turn": "1"}',
]


@pytest.mark.parametrize("value", GARBAGE)
def test_a_circuit_that_cannot_be_read_is_a_new_one(redis_url: str, value: bytes) -> None:
    """It counts from there, and is not passed by for ever."""
    store = RedisStore.from_url(redis_url)
    store._client.set("headwater:circuit:g", value)
    breaker = Breaker(failures=1, store=store)
    breaker.failed("g", breaker.enter("g"))
    refused = breaker.permit("g")
    breaker.reset("g")
    states = (refused, breaker.metrics("g").state)
    store.close()
    assert states == (None, "closed")


def test_a_circuit_of_another_release_is_changed_like_ours(redis_url: str) -> None:
    """It is written otherwise: with fewer fields, or more."""
    store = RedisStore.from_url(redis_url)
    store._client.set("headwater:circuit:r", b'{"failure_count": 1, "newer": 5, "recent": []}')
    old = store.load("r")
    assert store.replace("r", Circuit(turn=9), Circuit(turn=2)) is False
    assert store.replace("r", old, Circuit(turn=1)) is True
    found = store.load("r")
    store.close()
    assert found == Circuit(turn=1)


def stop(*_: Any) -> bool:
    """A condition that reads something to its end."""
    raise StopAsyncIteration


BUSY = Reply(b'{"error": {"message": "full"}}', status=503)


@pytest.mark.parametrize(
    "make",
    [
        lambda hub: chain(bound(hub, "a"), bound(hub, "b"), condition=stop),
        lambda hub: bound(hub, "a", retry=Retry(condition=stop)),
    ],
)
@pytest.mark.anyio
async def test_a_condition_cannot_end_the_loop_like_a_success(make: Any, loopback: LoopbackServer) -> None:
    """Not even by the exception that ends loops."""
    loopback.route("/a", BUSY)
    hub = fake_hub(loopback.url)
    async with make(hub).stream("Hi") as stream:
        with pytest.raises(RuntimeError, match="raised StopAsyncIteration"):
            async for _ in stream:
                pass
    await hub.aclose()
    assert stream.message.error is not None


@pytest.mark.parametrize("way", ["continue", "repeat"])
def test_a_continuation_without_text_ends_what_was_open(way: Any, form: str, loopback: LoopbackServer) -> None:
    """The model has nothing to add; the answer obeys the grammar, which `play` checks."""
    loopback.route("/a", Reply([FIRST, REST], fault=Fault.reset(len(FIRST))), Reply(says({"stop": "stop"})))
    hub = fake_hub(loopback.url)
    outcome = play(form, hub, recover(bound(hub, "a"), Continue(way), retry=Retry(attempts=2, first_delay=0.0)))
    ends = [event.content for event in outcome.events if event.type == "text_end"]
    assert (outcome.kind, outcome.text, outcome.message.text, ends) == (None, "Hel", "Hel", ["Hel"])


def test_a_continuation_that_contradicts_keeps_what_was_handed_out(form: str, loopback: LoopbackServer) -> None:
    """The last message holds every block the consumer has heard of."""
    other = Reply(says({"thinking": "Well"}, {"text": "No"}, {"stop": "stop"}))
    loopback.route("/a", Reply([FIRST, REST], fault=Fault.reset(len(FIRST))), other)
    hub = fake_hub(loopback.url)
    outcome = play(form, hub, recover(bound(hub, "a"), Continue("repeat"), retry=Retry(attempts=2, first_delay=0.0)))
    assert (outcome.kind, outcome.message.text, outcome.message.thinking) == ("malformed", "Hel", "Well")
