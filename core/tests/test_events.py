"""Events as values, and the grammar that holds them together."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest
from core_pen import make_pen

from headwater import (
    BLOCK_GRAMMAR,
    EVENTS,
    STREAM_GRAMMAR,
    AssistantMessage,
    Done,
    Error,
    Event,
    Grammar,
    GrammarViolation,
    ProviderBlock,
    Source,
    Start,
    Status,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ToolCall,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
    check_grammar,
)

DONE = Done("stop", AssistantMessage(()))


def every_event() -> list[Event]:
    """A stream in which nearly every event comes."""
    pen = make_pen()
    pen.thinking("t", key=0)
    pen.text("a", key=1)
    pen.refusal("no", key=2)
    pen.tool_call(3, "c", "f", "{}")
    pen.close(3)
    pen.block("b", {"n": 1}, key=4)
    pen.arguments("{}", key=4)
    pen.source("https://x")
    pen.code_execution(5, code="1")
    pen.image("complete", data="x")
    pen.status("busy")
    pen.usage(input=1)
    pen.complete()
    pen.finish()
    return [Start(pen, 0), *pen.take()]


def test_two_events_are_equal_by_type_and_fields() -> None:
    """Where in the stream they stand does not count."""
    first, second = make_pen(), make_pen()
    second.status("before")
    first.text("a")
    second.text("a")
    assert first.take() == second.take()[1:]
    assert TextDelta(0, "a") != TextDelta(0, "b")
    assert TextDelta(0, "a") != ThinkingDelta(0, "a")


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.type)
def test_an_event_survives_pickling_and_copying(event: Event) -> None:
    """The copy is equal and looks back on nothing."""
    for twin in (pickle.loads(pickle.dumps(event)), copy.copy(event)):
        assert (twin, twin.partial, twin.raw) == (event, None, None)


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.type)
def test_repr_shows_the_fields_and_nothing_else(event: Event) -> None:
    """Neither the pen nor the wire event is in it."""
    shown = [field.name for field in attrs.fields(type(event)) if field.eq]
    expected = ", ".join(f"{name}={getattr(event, name)!r}" for name in shown)
    assert repr(event) == f"{type(event).__name__}({expected})"


def test_an_event_from_storage_has_no_partial() -> None:
    """Only a live one looks back."""
    live = every_event()[1]
    assert live.partial is not None
    assert TextStart(0).partial is None


def test_matching_works_by_class_and_by_position() -> None:
    """The first fields of an event are what one matches on."""
    match every_event()[-1]:
        case Error(reason, message):
            assert (reason, message.error is not None) == ("error", True)
        case _:
            pytest.fail("the last event was not an error")


def test_the_table_of_events_names_every_class_by_its_type() -> None:
    """Names are those of the JSON, each once."""
    assert [(name, kind.type) for name, kind in EVENTS.items()] == [(name, name) for name in EVENTS]
    assert len(set(EVENTS.values())) == len(EVENTS)


def test_the_grammar_knows_every_event() -> None:
    """No event is without a place in a stream, and every one with an index has a place in a block."""
    in_streams = {name for following in STREAM_GRAMMAR.values() for name in following}
    in_blocks = {name for following in BLOCK_GRAMMAR.values() for name in following}
    indexed = {name for name, kind in EVENTS.items() if any(f.name == "content_index" for f in attrs.fields(kind))}
    assert (in_streams, in_blocks) == (set(EVENTS), indexed)


START, CALL = TextStart(0), ToolCall("a", "f", {})

ILLEGAL: list[list[Any]] = [
    [],
    [Start()],
    [DONE],
    [Start(), Start(), DONE],
    [Start(), DONE, DONE],
    [Start(), DONE, Status("late")],
    [Start(), START, DONE],
    [Start(), TextDelta(0, "a"), DONE],
    [Start(), START, ThinkingDelta(0, "a"), TextEnd(0, ""), DONE],
    [Start(), START, START, TextEnd(0, ""), DONE],
    [Start(), START, TextEnd(0, ""), TextEnd(0, ""), DONE],
    [Start(), START, TextEnd(0, ""), TextDelta(0, "a"), DONE],
    [Start(), UsageReported(Usage()), START, TextEnd(0, ""), DONE],
    [Start(), UsageReported(Usage()), UsageReported(Usage()), DONE],
    [Start(), ToolCallEnd(0, CALL), DONE],
]


@pytest.mark.parametrize("events", ILLEGAL, ids=lambda events: "-".join(event.type for event in events) or "nothing")
def test_an_illegal_order_is_found(events: list[Event]) -> None:
    """What is not in the tables is a violation."""
    with pytest.raises(GrammarViolation):
        check_grammar(events)


LEGAL: list[list[Any]] = [
    [Start(), DONE],
    [Start(), Error("error", AssistantMessage(()))],
    [Start(), START, Error("error", AssistantMessage(()))],
    [Start(), START, TextStart(1), TextDelta(0, "a"), TextEnd(1, ""), TextEnd(0, "a"), DONE],
    [Start(), ToolCallStart(0, "a", "f"), DONE],
    [Start(), Status("retrying"), UsageReported(Usage()), DONE],
]


@pytest.mark.parametrize("events", LEGAL, ids=lambda events: "-".join(event.type for event in events))
def test_a_legal_order_passes(events: list[Event]) -> None:
    """Overlapping blocks, a call cut by length, an error at any point after the start."""
    grammar = Grammar()
    for event in events:
        grammar.feed(event)
    assert grammar.state == "over"


def test_content_of_an_event_is_the_blocks_own() -> None:
    """A block that is told is the block of the message."""
    told: dict[str, Any] = {event.type: event for event in every_event()}
    message: AssistantMessage = told["error"].message
    assert (told["source"].source, told["toolcall_end"].tool_call) == (Source("https://x"), ToolCall("c", "f", {}))
    assert [block for block in message.content if isinstance(block, Text | ProviderBlock)] == [
        Text("a"),
        ProviderBlock("b", {"n": 1, "input": {}}),
    ]
