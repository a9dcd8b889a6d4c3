"""Estimates of tokens: before, during, marked as such, and replaced by the provider's numbers."""

# pyright: reportArgumentType=false, reportCallIssue=false, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

from __future__ import annotations

from typing import Any

import pytest
from flow_streams import UNHURRIED, Source, SyncSource, read, streams, written
from hypothesis import given

from headwater import (
    Context,
    Event,
    Image,
    Start,
    Status,
    Text,
    TextDelta,
    Tool,
    ToolCall,
    ToolResultMessage,
    Usage,
    UserMessage,
    check_grammar,
)
from headwater_flow import apply, estimate, estimate_tokens, reduce
from headwater_flow._estimate import AROUND, FIXED, Estimator
from headwater_flow._state import StreamState


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("abcd", 1), ("abcde", 2), ("a" * 400, 100), ("привет", 3), ("你好世界吗", 4), ("สวัสดี", 4), ("😀", 2)],
)
def test_characters_weigh_by_their_script(text: str, tokens: int) -> None:
    """Four to a token in ASCII, fewer elsewhere."""
    assert estimate_tokens(text) == tokens


def test_a_context_is_the_sum_of_its_parts() -> None:
    """System prompt, messages with all their blocks, and tools."""
    messages = [
        UserMessage([Text("a" * 40), Image(data="x", mime_type="image/png")]),
        written(("tool_call", 0, "c", "look", '{"a":1}'))[-1].message,  # type: ignore[union-attr]
        ToolResultMessage("c", "look", "b" * 80),
    ]
    call = AROUND + 1 + 7 / 4
    expected = 10 + (AROUND + 10 + FIXED[Image]) + (AROUND + call) + (AROUND + 20)
    tool = Tool("look", "d" * 4, {"type": "object"})
    plain = estimate_tokens(Context(messages, "s" * 40))
    assert expected <= plain < expected + 1
    assert estimate_tokens(Context(messages, "s" * 40, [tool])) - plain == pytest.approx(AROUND + 2 + 17 / 4, abs=1)
    assert estimate_tokens(messages) == plain - 10
    assert estimate_tokens(messages[0]) == AROUND + 10 + FIXED[Image]


def test_arguments_that_are_no_json_weigh_nothing() -> None:
    """Nothing is raised for them."""
    call: Any = ToolCall("c", "look", {"a": object()})
    message = written("x")[-1].message.__class__((call,))  # type: ignore[union-attr]
    assert estimate_tokens(message) == 2 * AROUND + 1


@pytest.mark.anyio
async def test_the_estimate_grows_until_the_provider_counts() -> None:
    """It says of itself what it is."""
    events = written(("thinking", "a" * 8), "b" * 4, "c" * 4, ("usage", {"input": 3, "output": 2}))
    seen: list[tuple[str, int, int, str]] = []
    async with estimate(Source(events), "d" * 40) as stream:
        seen.append(("before", stream.estimate.input, stream.estimate.output, stream.estimate.provenance))
        async for event in stream:
            usage = stream.estimate
            seen.append((event.type, usage.input, usage.output, usage.provenance))
    assert [one for one in seen if one[0] in ("before", "thinking_delta", "text_delta", "usage", "done")] == [
        ("before", 10, 0, "estimated"),
        ("thinking_delta", 10, 2, "estimated"),
        ("text_delta", 10, 3, "estimated"),
        ("text_delta", 10, 4, "estimated"),
        ("usage", 3, 2, "reported"),
        ("done", 3, 2, "reported"),
    ]
    assert events[-2].usage == stream.estimate  # type: ignore[union-attr]


def test_a_stream_without_a_count_ends_with_an_estimated_one() -> None:
    """As an event, on the message, and in the reducer's state; clearly marked."""
    with estimate(SyncSource(written("a" * 400)), "b" * 40) as stream:
        events = list(stream)
    check_grammar(events)
    usage = Usage(10, 100, total_tokens=110, provenance="estimated")
    assert (events[-2].usage, events[-1].message.usage, stream.message.usage) == (usage, usage, usage)  # type: ignore[union-attr]
    state = StreamState()
    for event in events:
        state = reduce(state, event)
    assert (state.input_tokens, state.output_tokens, state.usage_provenance) == (10, 100, "estimated")


def test_no_event_is_added_unless_wanted() -> None:
    """`report=False`, and what failed before anything came, which may have cost nothing."""
    events = written("a")
    nothing = written(complete=False)
    assert list(apply(Estimator(5, report=False), events)) == events
    assert list(apply(Estimator(5), nothing)) == nothing


def test_a_reset_begins_the_count_anew() -> None:
    """As the answer does."""
    step = Estimator(1)
    for event in (Start(), TextDelta(0, "a" * 400), Status("reset"), TextDelta(0, "a" * 4)):
        step.feed(event)
    assert step.usage.output == 1


@UNHURRIED
@given(streams())
def test_the_events_stay(events: list[Event]) -> None:
    """All but the ending, and a usage only where there was none; looking in between changes nothing."""
    step = Estimator(1)
    looked: list[Event] = []
    for event in events:
        looked.extend(step.feed(event))
        assert step.usage.provenance in ("estimated", "reported", "partial")
    made = list(apply(Estimator(1), events))
    check_grammar(made)
    assert made == looked
    assert [event for event in made[:-1] if event.type != "usage"] == [
        event for event in events[:-1] if event.type != "usage"
    ]


@pytest.mark.anyio
async def test_it_is_a_transform_like_any_other() -> None:
    """Async and sync give the same events."""
    events = written(("tool_call", 0, "c", "look", '{"a":1}'), "x")
    with estimate(SyncSource(events)) as stream:
        assert await read(estimate(Source(events))) == list(stream)
