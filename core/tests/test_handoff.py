"""A conversation from anywhere, made acceptable to a model, with a note for each change."""

from __future__ import annotations

import re
from typing import Any

import pytest
from core_fake import fake_model
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    AssistantMessage,
    Context,
    Document,
    ErrorInfo,
    HandoffRules,
    Image,
    Message,
    Model,
    Note,
    ProviderBlock,
    Refusal,
    RequestError,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    fit,
)

HERE = fake_model()
SAME_API = {"provider": "fake", "api": "fake"}
SAME = {**SAME_API, "model": "m"}
SIBLING = {**SAME_API, "model": "other"}
FOREIGN = {"provider": "acme", "api": "acme-api", "model": "x"}


def fitted(*messages: Message, model: Model = HERE, rules: HandoffRules | None = None) -> list[Message]:
    """The messages as the model may see them."""
    return list(fit(Context(messages), model, rules)[0].messages)


def noted(*messages: Message, model: Model = HERE) -> list[tuple[str, str]]:
    """What was done, and where."""
    return [(note.action, note.path) for note in fit(Context(messages), model)[1]]


def answer(*blocks: Any, **said: Any) -> AssistantMessage:
    """An answer of these blocks, of this model unless `said` names another."""
    return AssistantMessage(blocks, **{**SAME, **said})


def test_what_fits_is_the_same_and_nothing_is_noted() -> None:
    """System prompt and tools included; the stored conversation is never touched."""
    call = ToolCall("a", "f", {"x": 1}, "sig")
    context = Context(
        (UserMessage("Hi"), answer(Thinking("hm", "s"), Text("a"), call), ToolResultMessage("a", "f", "1")), "Be brief."
    )
    assert fit(context, HERE) == (context, ())


@pytest.mark.parametrize("empty", [UserMessage(""), UserMessage(" \n"), UserMessage(()), UserMessage((Text(" "),))])
def test_empty_turns_are_left_out(empty: UserMessage) -> None:
    """No provider takes them."""
    assert fitted(UserMessage("Hi"), empty) == [UserMessage("Hi")]
    assert noted(UserMessage("Hi"), empty)[-1] == ("dropped", "messages.1")


def test_answers_that_failed_are_left_out_with_their_results() -> None:
    """A model is not shown half an answer; results of calls in it have nothing to answer."""
    failed = answer(Text("half"), ToolCall("a", "f"), stop_reason="error", error=ErrorInfo("server", "broke"))
    aborted = answer(Text("half"), stop_reason="aborted")
    messages = (UserMessage("Hi"), failed, ToolResultMessage("a", "f", "1"), aborted, answer())
    assert fitted(*messages) == [UserMessage("Hi")]
    assert noted(*messages) == [("dropped", f"messages.{number}") for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("maker", "kept"),
    [
        (SAME, (Thinking("hm", "s"), Thinking("", "sealed", redacted=True))),
        (SIBLING, (Thinking("hm", "s"),)),
        (FOREIGN, (Text("hm"),)),
    ],
)
def test_thinking_is_kept_where_it_can_be_read(maker: dict[str, str], kept: tuple[Any, ...]) -> None:
    """By its maker as it is, by others as text; what only the maker can read is dropped."""
    (message,) = fitted(answer(Thinking("hm", "s"), Thinking("", "sealed", redacted=True), **maker))
    assert message.content == kept


def test_an_api_may_bind_thinking_to_its_model() -> None:
    """Then a sibling's becomes text as well."""
    (message,) = fitted(answer(Thinking("hm", "s"), **SIBLING), rules=HandoffRules(portable_thinking=False))
    assert message.content == (Text("hm"),)


def test_marks_of_others_are_dropped() -> None:
    """Signatures of text and calls hold for their maker only."""
    message, _ = fitted(
        answer(Text("a", "s", {"p": 1}), ToolCall("a", "f", {}, "s", extra={"q": 1}), **FOREIGN),
        ToolResultMessage("a", "f", "1"),
    )
    assert message.content == (Text("a"), ToolCall("a", "f", {}))


def test_blocks_only_their_maker_can_read_are_dropped_elsewhere() -> None:
    """And kept for the maker."""
    blocks = (ProviderBlock("search", {}), Source("https://x"), Text("a"))
    assert fitted(answer(*blocks))[0].content == blocks
    assert fitted(answer(*blocks, **FOREIGN))[0].content == (Text("a"),)


def test_a_refusal_becomes_text() -> None:
    """It was said, whatever it was."""
    assert fitted(answer(Refusal("no")))[0].content == (Text("no"),)


@pytest.mark.parametrize("block", [Image(url="https://x"), Document("cGRm")])
def test_what_a_model_cannot_read_is_named_in_its_place(block: Any) -> None:
    """In a user's turn and in a tool's result; a model that takes it sees it."""
    call = answer(ToolCall("a", "f"))
    messages = (UserMessage((Text("see"), block)), call, ToolResultMessage("a", "f", (block,)))
    user, _, result = fitted(*messages)
    left_out = Text(f"[{block.type} left out: this model cannot read it]")
    assert (list(user.content), list(result.content)) == ([Text("see"), left_out], [left_out])
    able = fake_model(input=("text", "image", "document"))
    seen = fitted(*messages, model=able)[0]
    assert list(seen.content) == [Text("see"), block]


# -- calls and results


def ids_of(message: Message) -> list[str]:
    """The ids of the calls in an answer."""
    return [block.id for block in message.content if isinstance(block, ToolCall)]


def test_an_unanswered_call_gets_a_result() -> None:
    """Before the next turn, and at the end."""
    calls = answer(ToolCall("a", "f"), ToolCall("b", "g"))
    messages = fitted(calls, ToolResultMessage("b", "g", "2"), UserMessage("go on"), answer(ToolCall("c", "h")))
    missing = [
        ToolResultMessage(id, name, "No result provided", is_error=True) for id, name in (("a", "f"), ("c", "h"))
    ]
    assert messages == [
        calls,
        ToolResultMessage("b", "g", "2"),
        missing[0],
        UserMessage("go on"),
        answer(ToolCall("c", "h")),
        missing[1],
    ]


def test_a_result_nobody_asked_for_is_left_out() -> None:
    """Also a second one for the same call."""
    call = answer(ToolCall("a", "f"))
    result = ToolResultMessage("a", "f", "1")
    assert fitted(call, result, result, ToolResultMessage("z", "f", "2")) == [call, result]


def test_a_call_that_was_cut_is_left_out() -> None:
    """With its result."""
    cut = answer(Text("a"), ToolCall("a", "f", incomplete=True), stop_reason="length")
    assert fitted(cut, ToolResultMessage("a", "f", "1")) == [answer(Text("a"), stop_reason="length")]


@pytest.mark.parametrize(
    ("rules", "pattern"),
    [
        (HandoffRules(), r"[A-Za-z0-9_-]{1,64}"),
        (HandoffRules(id_length=40), r"[A-Za-z0-9_-]{1,40}"),
        (HandoffRules("A-Za-z0-9", 9, id_exact=True), r"[A-Za-z0-9]{9}"),
    ],
)
@given(ids=st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_ids_are_what_the_target_takes(rules: HandoffRules, pattern: str, ids: list[str]) -> None:
    """Whatever they were: each call has its own, its result the same, and a second look gives the same again."""
    results = [ToolResultMessage(id, "f", str(place)) for place, id in enumerate(ids)]
    messages = (answer(*(ToolCall(id, "f", {"n": place}) for place, id in enumerate(ids))), *results)
    call, *answers = fitted(*messages, rules=rules)
    found = ids_of(call)
    assert all(re.fullmatch(pattern, id) for id in found)
    assert len(set(found)) == len(ids)
    assert answers == [ToolResultMessage(id, "f", str(place)) for place, id in enumerate(found)]
    assert fitted(*messages, rules=rules) == [call, *answers]


def test_an_id_that_fits_is_kept() -> None:
    """Nothing is changed without need."""
    assert noted(answer(ToolCall("call_1-x", "f")), ToolResultMessage("call_1-x", "f", "1")) == []


def test_two_calls_of_one_id_each_get_their_result() -> None:
    """Servers that give every call the same id: results are taken in order, and none is missing."""
    calls = answer(ToolCall("a", "f", {"n": 1}), ToolCall("a", "f", {"n": 2}))
    message, *results = fitted(calls, ToolResultMessage("a", "f", "1"), ToolResultMessage("a", "f", "2"))
    first, second = ids_of(message)
    assert first != second
    assert results == [ToolResultMessage(first, "f", "1"), ToolResultMessage(second, "f", "2")]


blocks = st.sampled_from(
    [
        Text("a"),
        Text(""),
        Thinking("t", "s"),
        Thinking("", "s", redacted=True),
        ToolCall("a", "f"),
        ToolCall("b b", "g", incomplete=True),
        ToolCall("", "h"),
        ProviderBlock("x", {}),
        Refusal("no"),
        Image("x"),
    ]
)
turns = st.one_of(
    st.sampled_from([UserMessage("u"), UserMessage(""), UserMessage((Text("u"), Image("x")))]),
    st.builds(
        lambda content, maker, reason: AssistantMessage(tuple(content), stop_reason=reason, **maker),
        st.lists(blocks, max_size=4),
        st.sampled_from([SAME, SIBLING, FOREIGN]),
        st.sampled_from(["stop", "toolUse", "length", "aborted"]),
    ),
    st.sampled_from(
        [ToolResultMessage("a", "f", "1"), ToolResultMessage("b b", "g", "2"), ToolResultMessage("", "h", "3")]
    ),
)


@given(st.lists(turns, max_size=8))
def test_every_call_has_its_result_before_the_next_turn(messages: list[Message]) -> None:
    """In whatever order things were stored; where nothing is left to send, that is said."""
    try:
        context, _ = fit(Context(tuple(messages)), HERE)
    except RequestError:
        return
    waiting: list[str] = []
    for message in context.messages:
        if isinstance(message, ToolResultMessage):
            waiting.remove(message.tool_call_id)
            continue
        assert waiting == []
        if isinstance(message, AssistantMessage):
            waiting = [block.id for block in message.content if isinstance(block, ToolCall)]
        assert message.content
    assert waiting == []


def test_a_note_says_what_where_and_why() -> None:
    """In terms of the request."""
    _, notes = fit(Context((UserMessage((Image("x"),)),)), HERE)
    assert notes == (Note("changed", "messages.0.content.0", "fake/m takes no image; a note in its place"),)
