"""Consumers of a teed stream see the same events, whatever their pace."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
import pytest
from flow_streams import LIMIT, UNHURRIED, Source, SyncSource, read, settle, streams, written
from hypothesis import given
from hypothesis import strategies as st

from headwater import Event, EventStream, RequestError
from headwater_flow import aggregate, buffer, merge, tee, tee_to


async def at_paces(events: list[Event], paces: list[int], maximum: int) -> list[list[Event]]:
    """What each consumer of a tee sees that lets others run so often at each event."""
    seen: list[list[Event]] = [[] for _ in paces]

    async def consume(number: int, branch: Any) -> None:
        async with branch:
            async for event in branch:
                seen[number].append(event)
                for _ in range(paces[number]):
                    await anyio.lowlevel.checkpoint()

    with anyio.fail_after(LIMIT):
        async with tee(Source(events), len(paces), maximum=maximum) as branches, anyio.create_task_group() as tasks:
            for number, branch in enumerate(branches):
                tasks.start_soon(consume, number, branch)
    return seen


@UNHURRIED
@given(
    streams(),
    st.lists(st.integers(0, 4), min_size=1, max_size=4),
    st.integers(1, 4),
    st.sampled_from(["asyncio", "trio"]),
)
def test_all_see_the_same(events: list[Event], paces: list[int], maximum: int, backend: str) -> None:
    """At different speeds, with a small lag allowed."""
    seen = anyio.run(at_paces, events, paces, maximum, backend=backend)
    assert seen == [events] * len(paces)


@pytest.mark.anyio
async def test_the_slowest_sets_the_pace() -> None:
    """The source is read as far as the lag allows, and no further."""
    source = Source(written(*["a"] * 50))
    async with tee(source, 2, maximum=10) as (fast, slow), fast, slow:
        await slow.__anext__()
        for _ in range(10):
            await fast.__anext__()
        await settle()
        at = source.at
        await slow.aclose()
        rest = [event async for event in fast]
    assert (at, len(rest)) == (10, len(source.events) - 10)


@pytest.mark.anyio
async def test_who_leaves_does_not_stop_the_others() -> None:
    """Not by leaving, nor by being cancelled in a read, nor by an exception."""
    events = written(*["a"] * 5)
    gate = anyio.Event()

    async def wait(number: int) -> None:
        if number == 4:
            await gate.wait()

    async with tee(Source(events, gate=wait), 4) as (stays, leaves, cancelled, raises):
        async with leaves:
            await leaves.__anext__()
        with pytest.raises(ValueError, match="mine"):
            async with raises:
                raise ValueError("mine")
        async with cancelled:
            with anyio.CancelScope() as scope:
                async for event in cancelled:
                    if event == events[3]:
                        scope.cancel()
        gate.set()
        assert await read(stays) == events
    assert stays.message.stop_reason == "stop"


@pytest.mark.anyio
async def test_when_all_have_left_the_source_is_closed() -> None:
    """Though the tee is still open."""
    source = Source(written(*["a"] * 5))
    async with tee(source, 2, maximum=1) as (one, other):
        async with one, other:
            await one.__anext__()
        log = list(source.log)
    assert log == ["enter", "closed"]


@pytest.mark.anyio
async def test_a_branch_can_be_read_after_the_other() -> None:
    """With any lag allowed."""
    events = written(*["a"] * 2000)
    async with tee(Source(events), 2, maximum=None) as (one, other):
        assert [await read(one), await read(other)] == [events, events]


@pytest.mark.anyio
async def test_a_stream_teed_to_a_log_is_one_stream() -> None:
    """The log is through when the context is left."""
    events = written("a", "b")
    log: list[Event] = []

    async def write(stream: EventStream) -> None:
        async for event in stream:
            await anyio.lowlevel.checkpoint()
            log.append(event)

    assert (await read(tee_to(Source(events), write)), log) == (events, events)


@pytest.mark.anyio
async def test_left_early_the_consumers_get_what_came() -> None:
    """And no more."""
    events = written(*["a"] * 10)
    log: list[Event] = []

    async def write(stream: EventStream) -> None:
        log.extend([event async for event in stream])

    source = Source(events)
    async with tee_to(source, write, maximum=4) as stream:
        await stream.__anext__()
    assert (log == events[: len(log)], 1 <= len(log) <= 5, source.log) == (True, True, ["enter", "closed"])


OVER: dict[str, Any] = {
    "buffer": buffer,
    "aggregate by time": aggregate,
    "merge": lambda stream: merge(one=stream),
}
"""What reads its source in a task of its own, which must not cut the consumers short when it is left."""


@pytest.mark.parametrize("name", OVER)
@pytest.mark.anyio
async def test_under_what_reads_ahead_the_log_is_whole(name: str) -> None:
    """A slow consumer is through when the outermost context is left."""
    events = written("a", "b")
    log: list[Event] = []

    async def write(stream: EventStream) -> None:
        async for event in stream:
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            log.append(event)

    with anyio.fail_after(LIMIT):
        async with OVER[name](tee_to(Source(events), write)) as stream:
            async for _ in stream:
                pass
    assert log == events


@pytest.mark.parametrize("name", OVER)
@pytest.mark.anyio
async def test_under_what_reads_ahead_left_early_the_log_gets_what_came(name: str) -> None:
    """The function itself comes to its end; it is not cancelled."""
    events = written(*["a"] * 50)
    log: list[Event] = []
    ended = False

    async def write(stream: EventStream) -> None:
        nonlocal ended
        async for event in stream:
            await anyio.lowlevel.checkpoint()
            log.append(event)
        ended = True

    with anyio.fail_after(LIMIT):
        async with OVER[name](tee_to(Source(events), write, maximum=4)) as stream:
            await stream.__anext__()
    assert (ended, log == events[: len(log)], len(log) < len(events)) == (True, True, True)


@pytest.mark.anyio
@pytest.mark.parametrize("spare", [True, False])
async def test_a_consumer_that_raises_is_out(spare: bool) -> None:
    """The stream goes on; the exception is kept, or raised when all is over."""

    async def fail(stream: EventStream) -> None:
        raise ValueError("boom")

    events = written(*["a"] * 10)
    stream = tee_to(Source(events), fail, maximum=2, spare=spare)
    seen: list[Event] = []
    raised: Exception | None = None
    try:
        async with stream:
            async for event in stream:
                seen.append(event)
    except ValueError as error:
        raised = error
    assert (seen, [type(one) for one in stream.failures], raised is None) == (events, [ValueError], spare)


@pytest.mark.parametrize("make", [lambda source: tee(source, 0), lambda source: tee(source, maximum=0), tee_to])
def test_what_makes_no_sense_is_refused(make: Any) -> None:
    """Nobody to read, no lag allowed."""
    with pytest.raises(RequestError, match="give") as caught:
        make(Source(written("a")))
    assert "tee" in str(caught.value)


def test_a_sync_stream_cannot_be_teed() -> None:
    """Said at construction."""
    with pytest.raises(TypeError, match="tee takes async streams") as caught:
        tee(SyncSource(written("a")))  # type: ignore[arg-type]
    assert "sync" in str(caught.value)
