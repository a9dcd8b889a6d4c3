"""Messages, contexts and events as JSON: what is written is read again, and nothing hostile gets past."""

from __future__ import annotations

import json
from typing import Any

import pytest
from core_pen import make_pen
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Cost,
    Document,
    Done,
    ErrorInfo,
    Event,
    Image,
    InvalidMessage,
    Note,
    ProviderBlock,
    Refusal,
    Source,
    Start,
    Status,
    Text,
    TextDelta,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    Usage,
    UserMessage,
    from_dict,
    from_json,
    to_dict,
    to_json,
)

ANSWER = AssistantMessage(
    content=(
        Thinking("hm", "sig-1"),
        Thinking("", "sealed", redacted=True),
        Text("Hello \u00e9\U0001f600", "sig-2", extra={"phase": "final"}),
        ToolCall("c1", "f", {"x": [1, None, {"y": 2.5}]}, "sig-3"),
        ToolCall("c2", "g", {"a": 1}, incomplete=True, raw_arguments='{"a":1,'),
        Refusal("no"),
        Image("aW1n", "image/png"),
        Audio("c25k", transcript="la"),
        Source("https://x", "X", "words", extra={"rank": 1}),
        CodeExecution("1+1", output="2", success=True, id="e1"),
        ProviderBlock("search", {"type": "search", "input": {}}, "b1"),
    ),
    api="openai-completions",
    provider="openai",
    model="m",
    usage=Usage(1, 2, 3, 4, 10, 2, 1, "flex", Cost(1.0, 2.0, 3.0, 4.0, 10.0), "reported"),
    stop_reason="error",
    raw_stop_reason="content_filter",
    error=ErrorInfo("content_filter", "filtered", 200, "code", "req", False, 2.5, "openai", "m"),
    response_id="r1",
    response_model="m-2",
    timestamp=1_700_000_000_000,
    notes=(Note("dropped", "options.seed", "unknown"),),
    extra={"logprobs": [0.5]},
)

CONTEXT = Context(
    (
        UserMessage("Hi", 1),
        UserMessage((Text("look"), Image(url="https://x/i.png"), Document("cGRm", "application/pdf", name="a.pdf")), 2),
        ANSWER,
        ToolResultMessage("c1", "f", "42", details={"n": 1}, timestamp=3),
        ToolResultMessage("c2", "g", (Text("oops"), Image("aW1n", "image/png")), is_error=True),
    ),
    "Be brief.",
    (Tool("f", "does f", {"type": "object", "properties": {"x": {}}}),),
)


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
    pen.close(4)
    pen.source("https://x")
    pen.code_execution(5, code="1")
    pen.image("progress", data="x", progress=0.5)
    pen.status("busy", place=1)
    pen.usage(input=1)
    pen.finish()
    return [Start(), *pen.take(), Done("stop", ANSWER)]


# -- round trips


@pytest.mark.parametrize("message", CONTEXT.messages, ids=lambda message: message.role)
def test_a_message_is_read_as_it_was_written(message: Any) -> None:
    """As text and as plain data."""
    assert (from_json(to_json(message)), from_dict(to_dict(message))) == (message, message)


def test_a_context_is_read_as_it_was_written() -> None:
    """With its system prompt, tools and a number of the schema."""
    data = to_dict(CONTEXT)
    assert (from_json(to_json(CONTEXT)), data["schema"], data["systemPrompt"]) == (CONTEXT, 1, "Be brief.")


@pytest.mark.parametrize(
    "made",
    [
        UserMessage([Text("a")]),
        AssistantMessage([Text("a")], notes=[Note("kept", "a", "b")]),
        ToolResultMessage("1", "f", [Text("a")]),
        Context([UserMessage("a")], tools=[Tool("f")]),
    ],
    ids=lambda made: type(made).__name__,
)
def test_what_was_made_of_lists_equals_what_is_read(made: Any) -> None:
    """JSON has one kind of sequence; what is in it counts, and in which order."""
    assert (from_json(to_json(made)), hash(UserMessage([]))) == (made, hash(UserMessage(())))


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.type)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    """Its name is in `type`."""
    data = to_dict(event)
    assert (from_json(to_json(event)), data["type"]) == (event, event.type)


@pytest.mark.parametrize("block", ANSWER.content, ids=lambda block: block.type)
def test_a_block_is_read_as_it_was_written(block: Any) -> None:
    """Also on its own."""
    assert from_dict(json.loads(to_json(block))) == block


def test_an_event_may_carry_the_message_as_it_stood() -> None:
    """When asked for; reading it back ignores that."""
    pen = make_pen()
    pen.text("a")
    event = pen.take()[-1]
    pen.text("b")
    data = to_dict(event, partial=True)
    assert (data["partial"]["content"], "partial" in to_dict(event)) == ([{"type": "text", "text": "a"}], False)
    assert from_dict(data) == event


texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, values, max_size=3)
blocks = st.one_of(
    st.builds(Text, texts, st.none() | texts, objects),
    st.builds(Thinking, texts, st.none() | texts, st.booleans()),
    st.builds(ToolCall, texts, texts, objects, incomplete=st.booleans()),
    st.builds(ProviderBlock, texts, objects),
)
messages = st.builds(
    AssistantMessage,
    st.lists(blocks, max_size=4).map(tuple),
    model=texts,
    usage=st.builds(Usage, input=st.integers(0, 2**40), reasoning=st.none() | st.integers(0, 9)),
    extra=objects,
)


@given(messages)
def test_any_message_is_read_as_it_was_written(message: AssistantMessage) -> None:
    """Whatever characters and values are in it."""
    assert from_json(to_json(message)) == message


# -- the names of the founding document


def test_names_are_those_of_the_document() -> None:
    """camelCase, with the document's own words for signatures."""
    data = to_dict(ANSWER)
    assert [sorted(block) for block in data["content"][:4]] == [
        ["thinking", "thinkingSignature", "type"],
        ["redacted", "thinking", "thinkingSignature", "type"],
        ["extra", "text", "textSignature", "type"],
        ["arguments", "id", "name", "thoughtSignature", "type"],
    ]
    assert (data["role"], data["stopReason"], data["errorMessage"], data["usage"]["cacheWrite1h"]) == (
        "assistant",
        "error",
        "filtered",
        2,
    )


def test_what_the_document_always_has_is_always_there() -> None:
    """Other fields are left out while they have their default."""
    assert to_dict(AssistantMessage((ToolCall("a", "f"),))) == {
        "role": "assistant",
        "content": [{"type": "toolCall", "id": "a", "name": "f", "arguments": {}}],
        "api": "",
        "provider": "",
        "model": "",
        "usage": {
            "input": 0,
            "output": 0,
            "cacheRead": 0,
            "cacheWrite": 0,
            "totalTokens": 0,
            "cost": None,
            "provenance": "absent",
        },
        "stopReason": "stop",
        "timestamp": 0,
    }


def test_an_error_event_carries_its_message_as_error() -> None:
    """As a browser written to the document expects."""
    event = every_event()[-2]
    data = to_dict(event)
    assert (data["type"], data["reason"], data["error"]["role"]) == ("error", "error", "assistant")


def test_a_stored_failure_can_be_raised() -> None:
    """`raise_for_error` works after loading."""
    message: AssistantMessage = from_json(to_json(ANSWER))
    assert message.error is not None
    assert (message.error, message.error.to_exception(message).retry_after) == (ANSWER.error, 2.5)


# -- what other versions and other programs wrote


def test_what_this_version_does_not_know_is_ignored() -> None:
    """A field of a newer version, in any place."""
    data = to_dict(ANSWER)
    data["future"] = 1
    data["usage"]["future"] = 2
    data["content"][2]["future"] = 3
    assert from_dict(data) == ANSWER


def test_what_an_older_version_did_not_write_has_its_default() -> None:
    """The least there can be of each role."""
    assert [
        from_dict({"role": "user", "content": "Hi"}),
        from_dict({"role": "assistant", "content": [{"type": "text", "text": "a"}]}),
        from_dict({"role": "toolResult", "toolCallId": "a", "toolName": "f", "content": "x"}),
        from_dict({"messages": []}),
    ] == [UserMessage("Hi"), AssistantMessage((Text("a"),)), ToolResultMessage("a", "f", "x"), Context(())]


def test_a_block_of_a_newer_version_is_kept_in_an_answer() -> None:
    """As the provider's own, so that it can be stored again; a user's turn has no place for it."""
    block = {"type": "hologram", "data": "x"}
    kept = from_dict({"role": "assistant", "content": [block]})
    assert kept.content == (ProviderBlock("hologram", block),)
    with pytest.raises(InvalidMessage, match="'hologram' cannot stand here"):
        from_dict({"role": "user", "content": [block]})


def test_a_newer_schema_is_refused() -> None:
    """With what to do."""
    with pytest.raises(InvalidMessage, match="upgrade headwater"):
        from_dict({"schema": 2, "messages": []})


# -- hostile input


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"role": "robot"},
        {"role": []},
        {"role": None},
        {"type": {}},
        {"type": "text_delta"},
        {"type": "text_delta", "contentIndex": "a", "delta": "x"},
        {"role": "user"},
        {"role": "user", "content": 3},
        {"role": "user", "content": [3]},
        {"role": "user", "content": [{"type": ["x"]}]},
        {"role": "user", "content": "x", "timestamp": "noon"},
        {"role": "user", "content": "x", "timestamp": float("inf")},
        {"role": "assistant", "content": "text"},
        {"role": "assistant", "content": [], "stopReason": "bored"},
        {"role": "assistant", "content": [], "usage": [1]},
        {"role": "assistant", "content": [], "error": {"kind": "odd", "message": "x"}},
        {"messages": 3},
        {"messages": [{"type": "text", "text": "a"}]},
        {"messages": [{"role": {}}]},
        {"messages": [], "schema": "one"},
    ],
    ids=str,
)
def test_what_is_no_message_is_refused(data: Any) -> None:
    """Always by the same exception, with a reason of one line."""
    with pytest.raises(InvalidMessage) as caught:
        from_dict(data)
    assert 0 < len(str(caught.value)) < 500


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff", '"\\ud800"', "[" * 100_000, "\ud800"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    """By the same exception."""
    with pytest.raises(InvalidMessage):
        from_json(text)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "type", "messages", "usage", "text", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(
    junk, st.sampled_from(["user", "assistant", "toolResult", None]), st.sampled_from(["text", "done", "image", None])
)
def test_nothing_but_a_message_or_the_refusal_comes_out(data: Any, role: str | None, kind: str | None) -> None:
    """Whatever the data is made of."""
    if isinstance(data, dict):
        data = {**data, **({"role": role} if role else {}), **({"type": kind} if kind else {})}
    try:
        found = from_dict(data)
    except InvalidMessage:
        return
    assert to_dict(found)


def test_lone_surrogates_can_be_written() -> None:
    """They become the character for what cannot be shown."""
    assert from_json(to_json(Status("a\ud800b", {"k": TextDelta(0, "x").delta}))) == Status("a\ufffdb", {"k": "x"})
