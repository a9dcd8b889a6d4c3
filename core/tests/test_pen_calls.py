"""The pen: tool calls as servers really send them, and providers' own blocks."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
from core_pen import end, make_pen, told

from headwater import Assembly, ProviderBlock, ToolCall


def calls(pen: Assembly, **ending: Any) -> list[tuple[str, str, Any]]:
    """Id, name and arguments of the calls to run, after the end of the bytes."""
    return [(call.id, call.name, call.arguments) for call in end(pen, **ending)[1].tool_calls]


def test_a_call_starts_grows_and_ends() -> None:
    """The usual way: id and name first, then arguments in pieces, ended when the answer ends."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "")
    pen.tool_call(0, arguments='{"x":')
    pen.arguments("1}", key=0)
    events, message = end(pen)
    assert events == [
        ("toolcall_start", 0, "a", "f"),
        ("toolcall_delta", 0, '{"x":'),
        ("toolcall_delta", 0, "1}"),
        ("toolcall_end", 0, ToolCall("a", "f", {"x": 1}), False),
    ]
    assert (message.stop_reason, message.tool_calls) == ("toolUse", [ToolCall("a", "f", {"x": 1})])


def test_two_calls_may_grow_in_turn() -> None:
    """Each index is its own call, however the pieces are interleaved."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.tool_call(1, "b", "g", '{"y":')
    pen.arguments("1}", key=0)
    pen.arguments("2}", key=1)
    assert calls(pen) == [("a", "f", {"x": 1}), ("b", "g", {"y": 2})]


def test_a_call_without_an_id_gets_one() -> None:
    """Every call can be answered; each minted id is another."""
    pen = make_pen()
    pen.tool_call(0, None, "f", "{}")
    pen.tool_call(1, "", "g", "{}")
    assert calls(pen) == [("minted-1", "f", {}), ("minted-2", "g", {})]


def test_a_call_waits_for_its_name() -> None:
    """Arguments that come before the name are held back and told in one piece after it."""
    pen = make_pen()
    pen.tool_call(0, "a", None, '{"x"')
    pen.arguments(":1}", key=0)
    before = pen.take()
    pen.tool_call(0, name="f")
    assert (before, told(pen.take())) == (
        [],
        [("toolcall_start", 0, "a", "f"), ("toolcall_delta", 0, '{"x":1}')],
    )


def test_a_call_whose_name_never_comes_is_malformed() -> None:
    """It is kept in the message, marked, and nothing is there to run."""
    pen = make_pen()
    pen.tool_call(0, "a", None, '{"x":1}')
    message = end(pen)[1]
    assert message.error is not None
    assert (message.error.kind, message.tool_calls, message.content) == (
        "malformed",
        [],
        (ToolCall("a", "", {"x": 1}, incomplete=True, raw_arguments='{"x":1}'),),
    )


def test_a_late_id_belongs_to_the_call_that_waits() -> None:
    """An id that comes before the name does is the call's own."""
    pen = make_pen()
    pen.tool_call(0, arguments="{")
    pen.tool_call(0, id="a")
    pen.tool_call(0, name="f", arguments="}")
    assert calls(pen) == [("a", "f", {})]


def test_an_id_that_comes_after_one_was_minted_makes_no_second_call() -> None:
    """The name comes again with the id it should have had at first: the call stays one, under the minted id."""
    pen = make_pen()
    pen.tool_call(0, None, "f", "")
    pen.tool_call(0, "late", "f", '{"x":1}')
    assert calls(pen) == [("minted-1", "f", {"x": 1})]


@pytest.mark.parametrize("repeated", [{"id": "a"}, {"name": "f"}, {"id": "a", "name": "f"}])
def test_what_is_repeated_with_every_piece_is_the_same_call(repeated: dict[str, str]) -> None:
    """Some servers send id, name or both with each delta."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "{")
    pen.tool_call(0, **repeated, arguments='"x":')
    pen.tool_call(0, **repeated, arguments="1}")
    assert calls(pen) == [("a", "f", {"x": 1})]


def test_another_id_with_a_name_at_the_same_index_is_another_call() -> None:
    """Servers that give every call index 0: the old arguments could end, so the next call begins."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    pen.tool_call(0, "b", "f", '{"x":2}')
    assert calls(pen) == [("a", "f", {"x": 1}), ("b", "f", {"x": 2})]


def test_another_id_without_a_name_is_the_same_call() -> None:
    """Servers that mint a new id for every delta."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.tool_call(0, "b", None, "1}")
    assert calls(pen) == [("a", "f", {"x": 1})]


def test_another_id_while_the_arguments_cannot_end_is_the_same_call() -> None:
    """Arguments are never torn apart: the name came again, but the object is open."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.tool_call(0, "b", "f", "1}")
    assert calls(pen) == [("a", "f", {"x": 1})]


def test_another_name_at_the_same_index_without_ids_is_another_call() -> None:
    """Without ids, the name tells calls apart once the old arguments could end."""
    pen = make_pen()
    pen.tool_call(0, None, "f", "{}")
    pen.tool_call(0, None, "g", "{}")
    assert calls(pen) == [("minted-1", "f", {}), ("minted-2", "g", {})]


def test_the_same_name_with_whole_arguments_again_is_another_call() -> None:
    """The same tool called twice at one index, without ids."""
    pen = make_pen()
    pen.tool_call(0, None, "f", '{"x":1}')
    pen.tool_call(0, None, "f", '{"x":2}')
    assert calls(pen) == [("minted-1", "f", {"x": 1}), ("minted-2", "f", {"x": 2})]


def test_an_index_that_shifts_is_told_apart_by_its_id() -> None:
    """The same id at another index is the same call, and pieces without id follow it there."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.tool_call(5, "b", "g", "{")
    pen.tool_call(1, "a", None, "1")
    pen.arguments("}", key=1)
    pen.arguments("}", key=5)
    assert calls(pen) == [("a", "f", {"x": 1}), ("b", "g", {})]


def test_pieces_at_an_unknown_index_belong_to_the_open_call() -> None:
    """A delta with neither id nor name at an index nobody opened goes on with the last call, and stays with it."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.tool_call(7, arguments="1")
    pen.tool_call(8, "b", "g", "{")
    pen.arguments("}", key=7)
    pen.arguments("}", key=8)
    assert calls(pen) == [("a", "f", {"x": 1}), ("b", "g", {})]


def test_calls_without_an_index() -> None:
    """Without a key, pieces go to the last call and another id or name opens the next."""
    pen = make_pen()
    pen.tool_call(id="a", name="f", arguments='{"x":')
    pen.arguments("1}")
    pen.tool_call(id="b", name="g", arguments="{}")
    assert calls(pen) == [("a", "f", {"x": 1}), ("b", "g", {})]


def test_an_id_used_again_with_a_name_after_its_call_ended_is_another_call() -> None:
    """A call that is over takes nothing more."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "{}")
    pen.close(0)
    pen.tool_call(0, "a", "f", '{"x":1}')
    assert calls(pen) == [("a", "f", {}), ("a", "f", {"x": 1})]


@pytest.mark.parametrize("arguments", [None, "", " ", "null"])
def test_no_arguments_are_an_empty_object(arguments: str | None) -> None:
    """A call of a tool without parameters may come without any."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", arguments)
    assert calls(pen) == [("a", "f", {})]


def test_arguments_may_come_as_an_object() -> None:
    """What some servers send decoded is used, not dropped."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", {"x": [1, "é"]})
    assert calls(pen) == [("a", "f", {"x": [1, "é"]})]


def test_a_closed_call_ends_at_once_when_it_is_whole() -> None:
    """The end is told when the provider says so, before the answer's end; later pieces are not taken."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    pen.take()
    pen.close(0)
    pen.arguments("garbage", key=0)
    assert told(pen.take()) == [("toolcall_end", 0, ToolCall("a", "f", {"x": 1}), False)]
    assert calls(pen) == [("a", "f", {"x": 1})]


def test_a_closed_call_that_is_not_whole_stays_open() -> None:
    """A provider that closes a call too early has not made it runnable."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.take()
    pen.close(0)
    message = end(pen)[1]
    assert message.error is not None
    assert (message.error.kind, message.tool_calls) == ("malformed", [])


@pytest.mark.parametrize(
    ("final", "delta", "replaced", "arguments"),
    [
        ('{"x":1}', [("toolcall_delta", 0, "1}")], False, {"x": 1}),
        ('{"y":2}', [], True, {"y": 2}),
        ({"y": 2}, [], True, {"y": 2}),
    ],
)
def test_closing_arguments_extend_or_replace(
    final: Any, delta: list[Any], replaced: bool, arguments: dict[str, int]
) -> None:
    """The provider's final word on the arguments wins over what was streamed."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":')
    pen.take()
    pen.close(0, content=final)
    *deltas, ended = told(pen.take())
    assert (deltas, ended[0], ended[2].arguments, ended[3]) == (delta, "toolcall_end", arguments, replaced)


def test_replaced_arguments_are_kept_beside_the_call() -> None:
    """What was streamed before the contradiction is not lost."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    pen.close(0, content='{"y":2}')
    assert end(pen)[1].tool_calls[0].extra == {"streamedArguments": '{"x":1}'}


def test_the_same_arguments_in_another_spelling_replace_nothing() -> None:
    """White space and order of keys are no contradiction."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1,"y":2}')
    pen.take()
    pen.close(0, content='{"y": 2, "x": 1}')
    assert [event[3] for event in told(pen.take())] == [False]


def test_no_call_ends_when_another_is_cut() -> None:
    """All open calls are looked at before any ends: one that was cut spoils the message."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    pen.tool_call(1, "b", "g", '{"y":')
    events, message = end(pen)
    assert message.error is not None
    assert ([event for event in events if event[0] == "toolcall_end"], message.error.kind, message.tool_calls) == (
        [],
        "malformed",
        [],
    )


def test_arguments_that_are_no_object_are_malformed() -> None:
    """A list cannot be run; the text is kept as it came."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "[1]")
    message = end(pen)[1]
    assert message.error is not None
    assert (message.error.kind, message.content) == (
        "malformed",
        (ToolCall("a", "f", {}, incomplete=True, raw_arguments="[1]"),),
    )


def test_a_call_cut_by_length_is_kept_and_not_run() -> None:
    """The answer is done, the whole call can be run, the cut one is marked with what could be read of it."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", '{"x":1}')
    pen.tool_call(1, "b", "g", '{"y":2,"z')
    pen.stop("length")
    events, message = end(pen)
    assert (message.stop_reason, message.error) == ("length", None)
    assert message.tool_calls == [ToolCall("a", "f", {"x": 1})]
    assert message.content[1] == ToolCall("b", "g", {"y": 2}, incomplete=True, raw_arguments='{"y":2,"z')
    assert [event[1] for event in events if event[0] == "toolcall_end"] == [0]


def test_a_call_without_arguments_cut_by_length_is_not_run() -> None:
    """Whether arguments would have come is not known."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "")
    pen.stop("length")
    message = end(pen)[1]
    assert (message.stop_reason, message.tool_calls, message.content[0]) == (
        "length",
        [],
        ToolCall("a", "f", incomplete=True, raw_arguments=""),
    )


def test_a_failed_message_has_no_calls_to_run() -> None:
    """A call that came whole before the failure stays in the content and out of `tool_calls`."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "{}")
    pen.close(0)
    pen.fail("server", "broke")
    message = end(pen)[1]
    assert (message.tool_calls, message.content) == ([], (ToolCall("a", "f", {}),))


# -- a provider's own blocks


def test_a_block_without_a_key_is_whole_at_once() -> None:
    """What comes in one piece opens and ends there, and closes text without a key."""
    pen = make_pen()
    pen.text("a")
    pen.block("search", {"type": "search", "n": 1}, id="b1")
    block = ProviderBlock("search", {"type": "search", "n": 1}, "b1")
    events, message = end(pen)
    assert events[2:] == [
        ("text_end", 0, "a", False),
        ("block_start", 1, "search", "b1"),
        ("block_end", 1, block),
    ]
    assert message.content[1] == block


def test_input_that_streamed_is_merged_into_the_block() -> None:
    """A block that opened with an empty input is kept with the whole one."""
    pen = make_pen()
    pen.block("mcp", {"type": "mcp", "input": {}}, key=0, id="b1")
    pen.arguments('{"q":', key=0)
    pen.arguments('"x"}', key=0)
    pen.close(0)
    events, message = end(pen)
    block = ProviderBlock("mcp", {"type": "mcp", "input": {"q": "x"}}, "b1")
    assert (events, message.content) == (
        [
            ("block_start", 0, "mcp", "b1"),
            ("block_delta", 0, '{"q":'),
            ("block_delta", 0, '"x"}'),
            ("block_end", 0, block),
        ],
        (block,),
    )


def test_input_that_was_cut_is_kept_as_it_came() -> None:
    """What can be read of it is the input, the text stands beside it."""
    pen = make_pen()
    pen.block("mcp", {"type": "mcp"}, key=0)
    pen.arguments('{"q":"x","r', key=0)
    message = end(pen)[1]
    assert message.content == (ProviderBlock("mcp", {"type": "mcp", "input": {"q": "x"}, "raw_input": '{"q":"x","r'}),)


def test_the_providers_final_form_of_a_block_wins() -> None:
    """`raw` at closing replaces what the block opened with."""
    pen = make_pen()
    pen.block("mcp", {"state": "begun"}, key=0)
    pen.close(0, raw={"state": "done"})
    assert end(pen)[1].content == (ProviderBlock("mcp", {"state": "done"}),)


def test_a_call_at_a_blocks_key_is_a_call_of_its_own() -> None:
    """A provider's block and a call never share an index in the message."""
    pen = make_pen()
    pen.block("mcp", {"n": 1}, key=0)
    pen.tool_call(0, "a", "f", "{}")
    assert [block.type for block in end(pen)[1].content] == ["providerBlock", "toolCall"]


def test_a_call_that_is_over_is_not_gone_on_with_under_its_id() -> None:
    """Two calls that share an id are two once the provider closed the first, also when it had no arguments."""
    out = make_pen()
    for key in (0, 1):
        out.tool_call(key, "same", "now")
        out.close(key)
    out.stop("toolUse")
    out.complete()
    out.finish()
    assert out.final is not None
    assert [call.name for call in out.final.tool_calls] == ["now", "now"]


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_many_calls_take_steps_in_proportion(keyed: bool, named: bool) -> None:
    """Twice as many calls in one message take about twice as many lines of code, whatever tells them apart."""
    few, many = (lines_run(count, keyed=keyed, named=named) for count in (100, 200))
    assert many < few * 2.2


def lines_run(count: int, *, keyed: bool, named: bool) -> int:
    """How many lines of code one message with so many calls takes."""
    lines = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    pen, before = make_pen(), sys.gettrace()
    sys.settrace(trace)
    try:
        for number in range(count):
            pen.tool_call(number if keyed else None, f"c{number}" if named else None, "f", '{"x":1}')
            pen.take()
        pen.complete()
        pen.finish()
    finally:
        sys.settrace(before)
    return lines
