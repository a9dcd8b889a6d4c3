"""Conversations as the messages of a chat page, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from core_golden import CONTEXT
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    AssistantMessage,
    Context,
    Document,
    Image,
    InvalidMessage,
    ProviderBlock,
    Refusal,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    from_json,
    from_ui_messages,
    to_json,
    to_ui_messages,
)

HI, ON = UserMessage("Hi"), UserMessage("go on")


def page(*messages: Any, **more: Any) -> list[dict[str, Any]]:
    """The messages of a page."""
    return to_ui_messages(Context(messages, **more))[0]


def read(*messages: dict[str, Any]) -> list[Any]:
    """The conversation of a page."""
    return list(from_ui_messages(messages)[0].messages)


def said(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """A message of a page as other programs write it."""
    return {"id": "x", "role": role, "parts": list(parts)}


def text(words: str) -> dict[str, Any]:
    """A part that is text."""
    return {"type": "text", "text": words}


def test_a_conversation_that_went_through_a_page_comes_back() -> None:
    """With everything in it but the tools; the page is JSON."""
    made, notes = to_ui_messages(CONTEXT)
    back, more = from_ui_messages(json.loads(json.dumps(made)))
    assert (back.messages, back.system_prompt, more) == (CONTEXT.messages, CONTEXT.system_prompt, ())
    assert [note.path for note in notes if note.action == "dropped"] == ["tools"]


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
data = st.dictionaries(words, st.none() | st.integers(-9, 9) | words | st.lists(words, max_size=2), max_size=3)
blocks = st.one_of(
    st.builds(Text, words, st.none() | words, data),
    st.builds(Thinking, words, st.none() | words, st.booleans(), data),
    st.builds(ToolCall, words, words, data, st.none() | words, st.booleans(), st.none() | words, data),
    st.builds(ProviderBlock, words, data, st.none() | words),
    st.builds(Source, words, st.none() | words.filter(bool), extra=data),
    st.builds(Refusal, words),
)
assistant_messages = st.builds(
    AssistantMessage,
    st.lists(blocks, max_size=4).map(tuple),
    model=words,
    stop_reason=st.sampled_from(["stop", "length", "toolUse", "aborted"]),
    extra=data,
    timestamp=st.integers(0, 2**40),
)


@given(st.lists(assistant_messages, max_size=3))
def test_any_answers_come_back(answers: list[AssistantMessage]) -> None:
    """Whatever characters and values are in them."""
    made, _ = to_ui_messages((HI, *answers))
    assert list(from_ui_messages(json.loads(json.dumps(made)))[0].messages) == [HI, *answers]


def test_all_up_to_the_users_next_words_is_one_message() -> None:
    """Each answer is a step of it, each call has its result beside it."""
    call = AssistantMessage((Text("I look."), ToolCall("a", "f", {"x": 1})), stop_reason="toolUse")
    made = page(HI, call, ToolResultMessage("a", "f", "1"), AssistantMessage((Text("So."),)), ON)
    assert [message["role"] for message in made] == ["user", "assistant", "user"]
    assert [part["type"] for part in made[1]["parts"]] == ["step-start", "text", "tool-f", "step-start", "text"]
    assert made[1]["parts"][2] == {
        "type": "tool-f",
        "toolCallId": "a",
        "input": {"x": 1},
        "state": "output-available",
        "output": "1",
    }


def test_ids_of_messages_are_unique() -> None:
    """A page tells messages apart by them."""
    ids = [message["id"] for message in page(HI, AssistantMessage((Text("a"),)), ON, system_prompt="Be brief.")]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (None, {"state": "input-available"}),
        (ToolResultMessage("a", "f", "no", is_error=True), {"state": "output-error", "errorText": "no"}),
        (ToolResultMessage("a", "f", "1"), {"state": "output-available", "output": "1"}),
    ],
)
def test_a_call_shows_how_far_it_is(result: Any, state: dict[str, Any]) -> None:
    """Without a result, with one, with one that failed."""
    call = AssistantMessage((ToolCall("a", "f"),))
    (part,) = page(HI, call, *([result] if result else []))[1]["parts"][1:]
    assert {name: value for name, value in part.items() if name in ("state", "output", "errorText")} == state


def test_an_empty_title_or_name_comes_back_as_one() -> None:
    """Which is not the same as none."""
    shown = UserMessage((Document("cGRm", name=""), Document("cGRm")))
    said = AssistantMessage((Source("https://example.com", ""), Source("https://example.com")))
    assert from_ui_messages(to_ui_messages([shown, said])[0])[0].messages == (shown, said)


def test_what_a_page_has_no_place_for_is_told() -> None:
    """A result whose call is not there; tools."""
    _, notes = to_ui_messages(Context((HI, ToolResultMessage("a", "f", "1")), tools=(Tool("f"),)))
    assert [(note.action, note.path) for note in notes] == [("dropped", "messages.1"), ("dropped", "tools")]


# -- pages of other programs


def test_a_page_of_another_program_is_read() -> None:
    """Words, thinking, files, sources, tools known and unknown to it."""
    system = said("system", text("Be brief."))
    user = said(
        "user",
        text("Look:"),
        {"type": "file", "mediaType": "image/png", "url": "data:image/png;base64,aW1n"},
        {"type": "file", "mediaType": "application/pdf", "filename": "a.pdf", "url": "https://example.com/a.pdf"},
    )
    answer = said(
        "assistant",
        {"type": "step-start"},
        {"type": "reasoning", "text": "hm"},
        {
            "type": "tool-f",
            "toolCallId": "a",
            "state": "output-available",
            "input": {"x": 1},
            "output": {"degrees": 7},
        },
        {
            "type": "dynamic-tool",
            "toolName": "g",
            "toolCallId": "b",
            "state": "output-error",
            "input": {},
            "errorText": "no",
        },
        {"type": "step-start"},
        text("So."),
        {"type": "source-url", "sourceId": "s", "url": "https://example.com", "title": "Example"},
    )
    context, notes = from_ui_messages([system, user, answer])
    assert (context.system_prompt, notes) == ("Be brief.", ())
    asked, calls, one, two, told = context.messages
    assert (asked.content[1], asked.content[2].name) == (Image("aW1n", "image/png"), "a.pdf")  # pyright: ignore[reportAttributeAccessIssue]
    blocks = (Thinking("hm"), ToolCall("a", "f", {"x": 1}), ToolCall("b", "g"))
    assert calls == AssistantMessage(blocks, stop_reason="toolUse")
    assert one == ToolResultMessage("a", "f", '{"degrees":7}')
    assert two == ToolResultMessage("b", "g", "no", is_error=True)
    assert told == AssistantMessage((Text("So."), Source("https://example.com", "Example")))


@pytest.mark.parametrize(
    ("part", "result"),
    [
        ({"state": "output-denied", "approval": {"id": "1", "approved": False, "reason": "no"}}, "no"),
        ({"state": "output-denied"}, "The user did not allow this."),
        ({"state": "approval-requested"}, None),
        ({"state": "input-available"}, None),
    ],
)
def test_a_call_that_was_not_allowed_failed(part: dict[str, Any], result: str | None) -> None:
    """One that waits has no result yet."""
    _, *results = read(said("assistant", {"type": "tool-f", "toolCallId": "a", "input": {}, **part}))
    assert [(one.content, one.is_error) for one in results] == ([] if result is None else [(result, True)])


def test_arguments_that_are_no_object_become_a_field_of_one() -> None:
    """And that is told."""
    part = {"type": "tool-f", "toolCallId": "a", "state": "output-error", "rawInput": "{x", "errorText": "no"}
    context, notes = from_ui_messages([said("assistant", part)])
    assert context.messages[0] == AssistantMessage((ToolCall("a", "f", {"input": "{x"}),), stop_reason="toolUse")
    assert [(note.action, note.path) for note in notes] == [("changed", "messages.0.parts.0.input")]


def test_arguments_that_still_stream_are_a_call_that_was_cut() -> None:
    """Not one to run."""
    (message,) = read(said("assistant", {"type": "tool-f", "toolCallId": "a", "state": "input-streaming"}))
    assert message.tool_calls == []


def test_what_a_page_adds_for_itself_is_left_behind_and_told() -> None:
    """Data of its own, calls a provider ran itself, further system prompts."""
    ran = {"type": "tool-s", "toolCallId": "a", "state": "output-available", "providerExecuted": True, "input": {}}
    parts = ({"type": "data-weather", "data": {}}, ran, {"type": "source-document", "sourceId": "d"}, text("a"))
    user = said("user", text("Hi"), {"type": "data-x", "data": 1})
    systems = said("system", text("A")), said("system", text("B"))
    context, notes = from_ui_messages([systems[0], user, systems[1], said("assistant", *parts)])
    assert (context.system_prompt, context.messages[1]) == ("A\n\nB", AssistantMessage((Text("a"),)))
    assert [(note.action, note.path) for note in notes] == [
        ("dropped", "messages.1.parts.1"),
        ("changed", "messages.2"),
        ("dropped", "messages.3.parts.0"),
        ("dropped", "messages.3.parts.1"),
        ("dropped", "messages.3.parts.2"),
    ]


@pytest.mark.parametrize(
    "message",
    [
        3,
        {"role": "user"},
        said("robot", text("a")),
        {"role": "user", "parts": [3]},
        said("user", {"type": "file", "mediaType": "image/png"}),
        said("assistant", {"type": "text", "text": "a", "providerMetadata": {"headwater": {"type": []}}}),
        {**said("assistant"), "metadata": {"headwater": {"steps": [{"usage": 3}]}}, "parts": [{"type": "step-start"}]},
    ],
    ids=str,
)
def test_what_is_no_page_is_refused(message: Any) -> None:
    """Always by the same exception."""
    with pytest.raises(InvalidMessage):
        from_ui_messages([message])


@pytest.mark.parametrize("page", [None, 5, True, "words"])
def test_what_is_no_list_of_messages_is_refused(page: Any) -> None:
    """It is what a browser sent."""
    with pytest.raises(InvalidMessage, match="a page is a list of messages"):
        from_ui_messages(page)


@pytest.mark.parametrize(
    "part",
    [
        {"state": [], "output": "o"},
        {"state": {}, "output": "o"},
        *(
            {"state": "output-available", "output": "o", "callProviderMetadata": {"headwater": {"result": odd}}}
            for odd in (None, 5, "x", [], True)
        ),
    ],
    ids=str,
)
def test_a_call_with_odd_marks_is_read_without_them(part: dict[str, Any]) -> None:
    """They are what a browser sent."""
    page = said("assistant", {"type": "tool-f", "toolCallId": "1", "input": {}, **part})
    calls = [block for message in from_ui_messages([page])[0].messages for block in getattr(message, "tool_calls", ())]
    assert calls == [ToolCall("1", "f")]


def test_a_time_that_is_no_number_is_none() -> None:
    """So that what was read can be stored and read again."""
    page = {**said("user", text("a")), "metadata": {"headwater": {"timestamp": True}}}
    context, _ = from_ui_messages([page])
    assert from_json(to_json(context)) == context


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["text", "tool-f", "file"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "parts", "role", "metadata", "headwater", "steps", "url", "input", "state"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(["user", "assistant", "system"]), st.lists(junk, max_size=3), junk)
def test_nothing_but_a_conversation_or_the_refusal_comes_out(role: str, parts: list[Any], metadata: Any) -> None:
    """Whatever a browser sends."""
    try:
        context, _ = from_ui_messages([{"id": "x", "role": role, "parts": parts, "metadata": metadata}])
    except InvalidMessage:
        context = Context(())
    assert all(message.role in ("user", "assistant", "toolResult") for message in context.messages)
