"""The pen: blocks of text, thinking and refusals, with keys and without."""

from __future__ import annotations

import pytest
from core_pen import end, make_pen, told

from headwater import Refusal, Text, Thinking


def test_text_opens_with_the_first_delta_and_ends_with_the_answer() -> None:
    """A block needs no opening or closing by the parser."""
    pen = make_pen()
    pen.text("Hel")
    pen.text("lo")
    events, message = end(pen)
    assert (events, message.content, message.stop_reason) == (
        [
            ("text_start", 0),
            ("text_delta", 0, "Hel"),
            ("text_delta", 0, "lo"),
            ("text_end", 0, "Hello", False),
        ],
        (Text("Hello"),),
        "stop",
    )


def test_an_empty_delta_without_a_key_opens_nothing() -> None:
    """Servers that send empty content beside everything else make no empty blocks."""
    pen = make_pen()
    for write in (pen.text, pen.thinking, pen.refusal):
        write("")
    assert (pen.take(), end(pen)[1].content) == ([], ())


@pytest.mark.parametrize("kind", ["text", "thinking", "refusal"])
def test_an_empty_delta_with_a_key_opens_its_block(kind: str) -> None:
    """A protocol that marks blocks opens them before there is content."""
    pen = make_pen()
    getattr(pen, kind)("", key=0)
    getattr(pen, kind)("", key=0)
    assert told(pen.take()) == [(f"{kind}_start", 0)]


def test_another_kind_without_a_key_closes_the_one_before() -> None:
    """Thinking, text and thinking again are three blocks in order."""
    pen = make_pen()
    pen.thinking("a")
    pen.text("b")
    pen.thinking("c")
    events, message = end(pen)
    assert (message.content, [event[0] for event in events]) == (
        (Thinking("a"), Text("b"), Thinking("c")),
        [f"{kind}_{step}" for kind in ("thinking", "text", "thinking") for step in ("start", "delta", "end")],
    )


def test_a_call_closes_the_text_without_a_key() -> None:
    """Text after a call is a block of its own."""
    pen = make_pen()
    pen.text("before")
    pen.tool_call(name="f")
    pen.text("after")
    events, message = end(pen)
    assert [event[:2] for event in events if event[0].startswith("text_end")] == [("text_end", 0), ("text_end", 2)]
    assert [block.type for block in message.content] == ["text", "toolCall", "text"]


def test_keyed_blocks_may_overlap() -> None:
    """Two open blocks grow in turn, each with its own index, whatever the keys are."""
    pen = make_pen()
    pen.text("a", key=(0, 0))
    pen.thinking("b", key=(0, 1))
    pen.text("A", key=(0, 0))
    pen.text("c", key="other")
    pen.close((0, 0))
    pen.thinking("B", key=(0, 1))
    events, message = end(pen)
    assert message.content == (Text("aA"), Thinking("bB"), Text("c"))
    assert events[5:9] == [
        ("text_start", 2),
        ("text_delta", 2, "c"),
        ("text_end", 0, "aA", False),
        ("thinking_delta", 1, "B"),
    ]


def test_a_key_that_comes_again_after_closing_is_another_block() -> None:
    """An index used twice, one after the other, makes two blocks."""
    pen = make_pen()
    pen.text("a", key=0)
    pen.close(0)
    pen.text("b", key=0)
    assert end(pen)[1].content == (Text("a"), Text("b"))


def test_closing_without_a_key_ends_what_was_opened_without_one() -> None:
    """A keyed block stays open."""
    pen = make_pen()
    pen.text("a", key=0)
    pen.thinking("b")
    pen.close()
    pen.text("c", key=0)
    pen.thinking("d")
    assert end(pen)[1].content == (Text("ac"), Thinking("b"), Thinking("d"))


def test_closing_an_unknown_key_writes_nothing() -> None:
    """A stray end of a block is ignored."""
    pen = make_pen()
    pen.close("never opened", content="text")
    assert pen.take() == []


@pytest.mark.parametrize(
    ("content", "events"),
    [
        ("Hello", [("text_delta", 0, "lo"), ("text_end", 0, "Hello", False)]),
        ("Hel", [("text_end", 0, "Hel", False)]),
        ("Bye", [("text_end", 0, "Bye", True)]),
        ("", [("text_end", 0, "", True)]),
        (None, [("text_end", 0, "Hel", False)]),
    ],
)
def test_a_closing_text_extends_or_replaces(content: str | None, events: list[tuple[object, ...]]) -> None:
    """What goes on where the deltas stop is one more delta; what contradicts them replaces the block."""
    pen = make_pen()
    pen.text("Hel", key=0)
    pen.take()
    pen.close(0, content=content)
    assert told(pen.take()) == events
    assert end(pen)[1].text == events[-1][2]


def test_a_signature_goes_to_the_block_last_written() -> None:
    """Without a key the mark belongs to the newest content, and the last mark counts."""
    pen = make_pen()
    pen.thinking("a")
    pen.signature("old")
    pen.signature("new")
    pen.text("b")
    assert end(pen)[1].content == (Thinking("a", "new"), Text("b"))


def test_opening_and_closing_are_writing_too() -> None:
    """A mark that follows the opening of a block, or the last delta that its closing made, belongs there."""
    pen = make_pen()
    pen.text("a", key=0)
    pen.thinking("", key=1)
    pen.signature("opened")
    pen.close(0, content="ab")
    pen.signature("closed")
    assert end(pen)[1].content == (Text("ab", "closed"), Thinking("", "opened"))


def test_a_signature_goes_to_its_key() -> None:
    """With a key the mark belongs to that block, also when it is over and of whatever kind it is."""
    pen = make_pen()
    pen.thinking("a", key=0)
    pen.close(0)
    pen.text("b", key=1)
    pen.tool_call(key=2, id="c", name="f", arguments="{}")
    pen.signature("for thinking", key=0)
    pen.signature("for text", key=1)
    pen.signature("for the call", key=2)
    content = end(pen)[1].content
    assert [getattr(block, "signature", None) for block in content] == ["for thinking", "for text", "for the call"]


def test_a_signature_on_a_call_last_written() -> None:
    """A mark that follows a call's name or arguments is the call's."""
    pen = make_pen()
    pen.text("a")
    pen.tool_call(0, "c", "f")
    pen.signature("first")
    pen.tool_call(1, "d", "g")
    pen.arguments("{}", key=0)
    pen.signature("last")
    assert [call.signature for call in end(pen)[1].tool_calls] == ["last", None]


def test_redacted_thinking_is_a_block_without_text() -> None:
    """A mark with nothing before it makes a block: redacted thinking."""
    pen = make_pen()
    pen.signature("sealed", key=0, redacted=True)
    events, message = end(pen)
    assert (events, message.content) == (
        [("thinking_start", 0), ("thinking_end", 0, "", False)],
        (Thinking("", "sealed", redacted=True),),
    )


def test_a_signature_before_everything_marks_an_empty_text() -> None:
    """A mark with nothing before it, not redacted, makes an empty text that carries it."""
    pen = make_pen()
    pen.signature("mark")
    assert end(pen)[1].content == (Text("", "mark"),)


def test_a_refusal_ends_as_content_filter() -> None:
    """The model's own words are kept as a block and in the error."""
    pen = make_pen()
    pen.refusal("I will ")
    pen.refusal("not.")
    pen.stop("stop")
    events, message = end(pen)
    assert message.error is not None
    assert (message.content, message.stop_reason, message.error.kind) == (
        (Refusal("I will not."),),
        "error",
        "content_filter",
    )
    assert "I will not." in message.error.message
    assert events == [("refusal_start", 0), ("refusal_delta", 0, "I will "), ("refusal_delta", 0, "not.")]


def test_extra_is_kept_beside_message_or_block() -> None:
    """With the key of a block it goes to that block, with an unknown one to the message."""
    pen = make_pen()
    pen.text("a", key=0)
    pen.extra("here", 1, key=0)
    pen.extra("there", 2)
    pen.extra("lost", 3, key="nobody's")
    message = end(pen)[1]
    assert (message.content, message.extra) == ((Text("a", extra={"here": 1}),), {"there": 2, "lost": 3})


def test_what_is_said_first_of_the_response_stays() -> None:
    """`start` is idempotent and fills in what was missing; only a takeover changes the model."""
    pen = make_pen()
    pen.start(None, "m-2")
    pen.start("r1")
    pen.start("r2", "m-3")
    first = pen.partial.snapshot()
    pen.answering_model("m-4")
    pen.answering_model("")
    last = end(pen)[1]
    assert [(one.response_id, one.response_model, one.model) for one in (first, last)] == [
        ("r1", "m-2", "m"),
        ("r1", "m-4", "m"),
    ]
