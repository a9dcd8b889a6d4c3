"""The message as it stood at an event, however late one looks."""

from __future__ import annotations

from typing import Any

from core_pen import make_pen
from hypothesis import given
from hypothesis import strategies as st

from headwater import Assembly, CodeExecution, Event, Image, ProviderBlock, Text, ToolCall


def seen(event: Event) -> list[Any]:
    """The content at an event."""
    assert event.partial is not None
    return event.partial.content


def written(pen: Assembly) -> list[Event]:
    """All events up to the end."""
    pen.complete()
    pen.finish()
    return pen.take()


def test_text_stands_as_it_was_at_each_event() -> None:
    """Looking from the end at every event shows no future, in any order of looking."""
    pen = make_pen()
    pen.text("a", key=0)
    pen.thinking("x", key=1)
    pen.text("b", key=0)
    events = written(pen)
    views = [event.partial for event in reversed(events)]
    shown = [(view.text, view.thinking, len(view.content)) for view in views if view is not None]
    assert list(reversed(shown)) == [
        ("", "", 1),
        ("a", "", 1),
        ("a", "", 2),
        ("a", "x", 2),
        ("ab", "x", 2),
        ("ab", "x", 2),
        ("ab", "x", 2),
        ("ab", "x", 2),
    ]


def test_arguments_stand_as_far_as_they_could_be_read() -> None:
    """Each event shows the object at its delta, marked incomplete until the call ended."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":"he')
    pen.arguments('llo","y":[1', key=0)
    pen.arguments(",2]}", key=0)
    shown = [[(call.arguments, call.incomplete) for call in seen(event)] for event in written(pen)]
    assert shown == [
        [({}, True)],
        [({"x": "he"}, True)],
        [({"x": "hello", "y": []}, True)],
        [({"x": "hello", "y": [1, 2]}, True)],
        [({"x": "hello", "y": [1, 2]}, False)],
        [({"x": "hello", "y": [1, 2]}, False)],
    ]


def test_arguments_that_were_held_back_show_from_their_delta_on() -> None:
    """Not at the start of the call that waited for its name."""
    pen = make_pen()
    pen.tool_call(0, "a", None, '{"x":')
    pen.arguments("1}", key=0)
    pen.tool_call(0, name="f")
    assert [[call.arguments for call in seen(event)] for event in written(pen)] == [[{}], *[[{"x": 1}]] * 3]


def test_arguments_looked_at_while_they_come_are_the_same_as_later() -> None:
    """The quick look at the newest event and the exact look back agree."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "")
    at_once: list[Any] = []
    events: list[Event] = []
    for delta in ['{"x', '":', '"a', 'b", "n": 12', "3}"]:
        pen.arguments(delta, key=0)
        events += pen.take()
        at_once.append(seen(events[-1]))
    later = [seen(event) for event in events if event.type == "toolcall_delta"]
    assert at_once == later


def test_a_replaced_text_shows_only_from_its_end_on() -> None:
    """The deltas stand in the views before the contradiction, the final word after it."""
    pen = make_pen()
    pen.text("draft", key=0)
    pen.close(0, content="final")
    assert [seen(event) for event in written(pen)] == [
        [Text("")],
        [Text("draft")],
        [Text("final")],
        [Text("final")],
    ]


def test_a_text_that_closing_extended_shows_each_delta_at_its_event() -> None:
    """The last one as well."""
    pen = make_pen()
    pen.refusal("N", key=0)
    pen.refusal("o", key=0)
    pen.close(0, content="No.")
    assert [event.partial.content[0].text for event in written(pen) if event.partial] == ["", "N", "No", *["No."] * 3]


def test_replaced_arguments_show_only_from_their_end_on() -> None:
    """What was streamed stands in the views before the contradiction."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    pen.close(0, content='{"y":2}')
    shown = [[call.arguments for call in seen(event)] for event in written(pen)]
    assert shown == [[{}], [{"x": 1}], [{"y": 2}], [{"y": 2}]]


def test_a_block_whose_input_streams_shows_its_beginning_until_it_ends() -> None:
    """The merged input belongs to the block's end."""
    pen = make_pen()
    pen.block("mcp", {"input": {}}, key=0)
    pen.arguments('{"q":1}', key=0)
    pen.close(0)
    begun, done = ProviderBlock("mcp", {"input": {}}), ProviderBlock("mcp", {"input": {"q": 1}})
    assert [seen(event) for event in written(pen)] == [[begun], [begun], [done], [done]]


def test_blocks_that_come_in_versions_show_the_one_of_their_event() -> None:
    """Code before its result, a preview before the image."""
    pen = make_pen()
    pen.code_execution("c", code="1+1")
    pen.image("progress", "i", data="cHJl")
    pen.code_execution("c", output="2")
    pen.image("complete", "i", data="ZmluYWw=")
    before, after = CodeExecution("1+1"), CodeExecution("1+1", output="2")
    assert [seen(event) for event in written(pen)] == [
        [before],
        [before, Image("cHJl")],
        [after, Image("cHJl")],
        [after, Image("ZmluYWw=")],
        [after, Image("ZmluYWw=")],
    ]


def test_a_snapshot_is_frozen() -> None:
    """What is written after it changes neither its content nor what stands beside."""
    pen = make_pen()
    pen.text("a", key=0)
    pen.extra("n", 1)
    pen.extra("n", 1, key=0)
    snapshot = pen.partial.snapshot()
    pen.text("b", key=0)
    pen.extra("n", 2)
    pen.extra("n", 2, key=0)
    assert (snapshot.content, snapshot.extra) == ((Text("a", extra={"n": 1}),), {"n": 1})


def test_a_snapshot_before_the_end_knows_no_ending() -> None:
    """An event of a stream that failed later does not look failed."""
    pen = make_pen()
    pen.text("a")
    early = pen.take()[-1].partial
    pen.fail("server", "broke")
    pen.finish()
    (last,) = pen.take()
    assert early is not None
    assert last.partial is not None
    assert (early.snapshot().error, early.snapshot().stop_reason) == (None, "stop")
    assert last.partial.snapshot() == pen.final


def test_the_view_of_the_last_event_is_the_final_message() -> None:
    """Also with a call that was cut: the marks and the text as it came are there."""
    pen = make_pen()
    pen.text("a")
    pen.tool_call(0, "a", "f", '{"x":')
    pen.stop("length")
    last = written(pen)[-1]
    assert last.partial is not None
    assert (last.partial.snapshot(), last.partial.content) == (pen.final, list(pen.final.content if pen.final else ()))


def test_lists_are_new_at_each_look() -> None:
    """What a consumer does to the content it was shown is its own business."""
    pen = make_pen()
    pen.text("a")
    pen.partial.content.clear()
    assert pen.partial.content == [Text("a")]


def test_a_view_says_little_of_itself() -> None:
    """Its repr is one line, without the content."""
    pen = make_pen()
    pen.text("secret words")
    assert repr(pen.partial) == "<message of 1 blocks at event 2>"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=3)), max_size=12), st.randoms())
def test_any_interleaving_looks_the_same_from_later(pieces: list[tuple[str, str]], random: Any) -> None:
    """At every event, in any order of looking, the view equals what a copy of the stream showed at that moment."""
    pen = make_pen()
    at_once: list[tuple[Event, list[Any]]] = []
    for key, delta in pieces:
        (pen.text if key == "a" else pen.thinking)(delta, key=key)
        for event in pen.take():
            if event.type.endswith("delta"):
                at_once.append((event, seen(event)))
    pen.complete()
    pen.finish()
    random.shuffle(at_once)
    assert [seen(event) for event, _ in at_once] == [content for _, content in at_once]


def test_a_call_in_a_snapshot_is_marked_until_it_ends() -> None:
    """A message as it stood never offers a call to run that is still coming."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    before = pen.partial.snapshot()
    pen.close(0)
    after = pen.partial.snapshot()
    assert (before.tool_calls, after.tool_calls) == ([], [ToolCall("a", "f", {"x": 1})])
