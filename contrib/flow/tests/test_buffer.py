"""A buffer reads ahead up to a mark, tells how it stands, and drops nothing."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from flow_streams import UNHURRIED, Source, read, settle, streams, written
from hypothesis import given
from hypothesis import strategies as st

from headwater import Event, RequestError
from headwater_flow import buffer
from headwater_flow._buffer import make_marks


@UNHURRIED
@given(streams(), st.integers(1, 5), st.sampled_from(["asyncio", "trio"]))
def test_a_buffered_stream_is_the_stream(events: list[Event], maximum: int, backend: str) -> None:
    """However small the buffer."""
    assert anyio.run(read, buffer(Source(events), maximum), backend=backend) == events


@pytest.mark.anyio
async def test_marks_and_counters() -> None:
    """The source is read to `pause`, not beyond; at `resume` it is read on; the counters tell all of it."""
    events = written(*["a"] * 100)
    source = Source(events)
    async with buffer(source, 20, pause=10, resume=2, high=8, low=4) as stream:
        await settle()
        full = stream.counters
        assert (source.at, full.size, full.utilisation, full.paused, full.pressed) == (10, 10, 0.5, True, True)
        seen = [await stream.__anext__() for _ in range(6)]
        await settle()
        low = stream.counters
        assert (source.at, low.size, low.paused, low.pressed) == (10, 4, True, False)
        seen += [await stream.__anext__() for _ in range(2)]
        await settle()
        assert (source.at, stream.counters.paused, stream.counters.pauses) == (18, True, 2)
        seen += [event async for event in stream]
        over = stream.counters
    assert seen == events
    assert (over.received, over.delivered, over.size, over.peak) == (len(events), len(events), 0, 10)


@pytest.mark.parametrize("maximum", [1, 2, 3, 5, 9, 10, 11, 99, 1000])
def test_maximum_alone_is_enough(maximum: int) -> None:
    """The other marks follow from it, in their order."""
    marks = make_marks(maximum)
    assert 0 <= marks.resume <= marks.low < marks.high <= marks.pause <= marks.maximum == maximum


def test_the_founding_marks_are_the_default() -> None:
    """Maximum 1,000, high 800, low 200, pause at 900, resume at 100."""
    marks = make_marks()
    assert (marks.maximum, marks.high, marks.low, marks.pause, marks.resume) == (1000, 800, 200, 900, 100)


@pytest.mark.parametrize(
    "options",
    [
        {"high": 100, "low": 200},
        {"pause": 1001},
        {"pause": 100, "resume": 100},
        {"maximum": 0},
        {"maximum": -1},
        {"maximum": 1.5},
        {"low": True},
        {"high": 950},
        {"resume": 300, "low": 200},
    ],
)
def test_contradictory_marks_are_refused(options: dict[str, Any]) -> None:
    """At construction, with the order they need."""
    with pytest.raises(RequestError, match=r"buffer: .*give") as caught:
        buffer(Source(written("a")), **options)
    assert str(caught.value)


@pytest.mark.anyio
async def test_an_exception_in_the_context_stays_as_it_is() -> None:
    """No group around it, and the source is closed."""
    source = Source(written(*["a"] * 100))
    with pytest.raises(ValueError, match="mine") as caught:
        async with buffer(source, 5) as stream:
            await stream.__anext__()
            raise ValueError("mine")
    assert (type(caught.value), source.log[-1]) == (ValueError, "closed")


@pytest.mark.anyio
async def test_closing_inside_the_context_cancels_nothing_else() -> None:
    """What follows `aclose` in the same context goes on."""
    source = Source(written(*["a"] * 100))
    went_on = False
    async with buffer(source, 5) as stream:
        await stream.__anext__()
        await stream.aclose()
        await anyio.lowlevel.checkpoint()
        went_on = True
        assert [event async for event in stream] == []
    assert (went_on, source.log[-1], stream.message.stop_reason) == (True, "closed", "aborted")


@pytest.mark.anyio
async def test_a_second_reader_is_refused() -> None:
    """The first one reads on."""
    gate = anyio.Event()

    async def wait(number: int) -> None:
        if number == 1:
            await gate.wait()

    seen: list[Event] = []

    async def consume(stream: Any) -> None:
        seen.extend([event async for event in stream])

    async with buffer(Source(written("a"), gate=wait)) as stream, anyio.create_task_group() as tasks:
        tasks.start_soon(consume, stream)
        await settle()
        with pytest.raises(RuntimeError, match="one reader"):
            await stream.__anext__()
        gate.set()
    assert seen == written("a")


@pytest.mark.anyio
async def test_a_source_that_raises_raises_after_what_came() -> None:
    """What the source itself raises (its reader's mistake) comes through the buffer."""

    async def fail(number: int) -> None:
        if number == 3:
            raise ValueError("boom")

    seen: list[Event] = []
    source = Source(written("a", "b"), gate=fail)
    with pytest.raises(ValueError, match="boom"):
        async with buffer(source) as stream:
            async for event in stream:
                seen.append(event)
    assert seen == written("a", "b")[:3]
