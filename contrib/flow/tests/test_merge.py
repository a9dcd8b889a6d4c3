"""Merged streams: each one's order, each one's ending, fair turns, and what it all cost."""

from __future__ import annotations

import json
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from attrs import evolve
from flow_streams import LIMIT, UNHURRIED, Source, streams, written
from hypothesis import given
from hypothesis import strategies as st

from headwater import Attempt, Cost, Event, RequestError, Usage, check_grammar, make_error
from headwater_flow import MergedStream, Tagged, merge, sum_usage, to_frame


async def read_merged(merged: MergedStream) -> list[Tagged]:
    """All that comes."""
    with anyio.fail_after(LIMIT):
        async with merged:
            return [tagged async for tagged in merged]


def of(tag: str, seen: list[Tagged]) -> list[Event]:
    """One model's events."""
    return [tagged.event for tagged in seen if tagged.tag == tag]


def paced(events: list[Event], pace: int) -> Source:
    """A source that lets others run so often before each event."""

    async def gate(number: int) -> None:
        for _ in range(pace):
            await anyio.lowlevel.checkpoint()

    return Source(events, gate=gate)


@UNHURRIED
@given(
    st.lists(st.tuples(streams(), st.integers(0, 3)), min_size=1, max_size=4),
    st.integers(1, 4),
    st.sampled_from(["asyncio", "trio"]),
)
def test_each_keeps_its_order(given: list[tuple[list[Event], int]], maximum: int, backend: str) -> None:
    """Whatever the paces; each obeys the grammar and has its own ending."""
    sources = {f"m{number}": paced(events, pace) for number, (events, pace) in enumerate(given)}
    seen = anyio.run(read_merged, merge(sources, maximum=maximum), backend=backend)
    for number, (events, _) in enumerate(given):
        check_grammar(of(f"m{number}", seen))
        assert of(f"m{number}", seen) == events
    assert len(seen) == sum(len(events) for events, _ in given)


@pytest.mark.anyio
async def test_turns_are_fair() -> None:
    """Two that have events are heard in turn."""
    seen = await read_merged(merge(a=Source(written(*"xxxxxx")), b=Source(written(*"yyyyyy"))))
    assert {tagged.tag for tagged in seen[::2]} != {tagged.tag for tagged in seen[1::2]}


@pytest.mark.anyio
async def test_one_failing_does_not_stop_the_others() -> None:
    """A model's failure is its own ending, and so is an exception of its stream."""

    async def fail(number: int) -> None:
        if number == 2:
            raise ValueError("boom")

    async def fail_at_once(number: int) -> None:
        raise ValueError("early")

    sources = {
        "good": paced(written("a", "b"), 3),
        "cut": Source(written("a", complete=False)),
        "raises": Source(written("a", "b"), gate=fail),
        "early": Source(written("a"), gate=fail_at_once),
    }
    merged = merge(sources)
    seen = await read_merged(merged)
    for tag in sources:
        check_grammar(of(tag, seen))
    kinds = {tag: message.error and message.error.kind for tag, message in merged.results.items()}
    assert kinds == {"good": None, "cut": "truncated", "raises": "unknown", "early": "unknown"}


@pytest.mark.anyio
async def test_a_fast_model_waits_for_the_consumer() -> None:
    """Memory is bounded by `maximum` for each."""
    source = Source(written(*["a"] * 500))
    async with merge(a=source, b=Source(written("b")), maximum=7) as merged:
        await merged.__anext__()
        await anyio.wait_all_tasks_blocked()
        at = source.at
    assert (at <= 8, source.log[-1]) == (True, "closed")


@pytest.mark.anyio
async def test_usage_and_results_of_all() -> None:
    """Each model's message, and the sum."""
    counted = written("a", ("usage", {"input": 3, "output": 2}))
    merged = merge(a=Source(counted), b=Source(counted))
    results = await merged.collect()
    assert (results["b"].text, merged.usage.input, merged.usage.output, merged.running) == ("a", 6, 4, ())


KNOWN = Usage(input=3, output=2, cost=Cost(input=1.0, total=1.0), provenance="reported")
LOST = Attempt(1, make_error("server", "fell over"))


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ([], (3, "reported")),
        ([Attempt(1, usage=KNOWN)], (3, "reported")),
        ([evolve(LOST, free=True), Attempt(2, usage=KNOWN)], (3, "reported")),
        ([evolve(LOST, usage=KNOWN), Attempt(2, usage=KNOWN)], (6, "reported")),
        ([LOST, Attempt(2, usage=KNOWN)], (3, "partial")),
        ([evolve(LOST, usage=KNOWN), Attempt(2, LOST.error, free=True)], (6, "reported")),
    ],
)
@pytest.mark.anyio
async def test_what_was_spent_on_lost_attempts_is_in_the_sum(
    attempts: list[Attempt], expected: tuple[int, str]
) -> None:
    """A hedge that lost, or a model that failed before another answered; what is not known is not left out."""
    source = Source(written("a", ("usage", {"input": 3, "output": 2})))
    source.attempts = attempts
    merged = merge(a=source)
    await merged.collect()
    assert (merged.usage.input, merged.usage.provenance) == expected


def test_a_sum_is_as_certain_as_its_parts() -> None:
    """An unknown cost makes the sum unknown; provenance is the weakest."""
    known = Usage(input=1, total_tokens=1, cost=Cost(input=1.0, total=1.0), provenance="reported")
    assert sum_usage([known, known]).cost == Cost(input=2.0, total=2.0)
    assert (sum_usage([known, Usage()]).cost, sum_usage([known, Usage()]).provenance) == (None, "partial")
    assert sum_usage([known, evolve(known, provenance="estimated")]).provenance == "estimated"
    assert sum_usage([]).provenance == "absent"


@pytest.mark.anyio
async def test_frames_for_a_page() -> None:
    """Tagged with the model; endings as the founding documents call them."""
    seen = await read_merged(merge(a=Source(written("Hi")), b=Source(written("Hi", complete=False))))
    frames: list[dict[str, Any]] = [json.loads(json.dumps(to_frame(tagged))) for tagged in seen]
    delta = next(frame for frame in frames if frame["type"] == "text_delta" and frame["model"] == "a")
    assert (delta["delta"], delta["contentIndex"], delta["number"]) == ("Hi", 0, 1)
    assert [frame["model1Finished"] for frame in frames if "model1Finished" in frame] == [True]
    assert ["terminal signal" in frame["model2Error"] for frame in frames if "model2Error" in frame] == [True]


@pytest.mark.anyio
async def test_one_model_can_be_aborted() -> None:
    """The others go on."""
    gate = anyio.Event()

    async def wait(number: int) -> None:
        if number == 3:
            await gate.wait()

    merged = merge(a=Source(written("a", "b"), gate=wait), b=Source(written("a")))
    async with merged:
        await merged.__anext__()
        merged.abort("a")
        gate.set()
        async for _ in merged:
            pass
    assert {tag: message.stop_reason for tag, message in merged.results.items()} == {"a": "aborted", "b": "stop"}


def test_what_makes_no_sense_is_refused() -> None:
    """No streams, one twice, no room, an unknown name."""
    source = Source(written("a"))
    for wrong in (merge, lambda: merge(a=source, b=source), lambda: merge(a=source, maximum=0)):
        with pytest.raises(RequestError, match=r"merge: .*(give|ask)"):
            wrong()
    with pytest.raises(RequestError, match="nobody is called x; there are a") as caught:
        merge(a=source).abort("x")
    assert "merge" in str(caught.value)
