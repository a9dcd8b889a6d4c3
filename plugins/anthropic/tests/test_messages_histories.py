"""Histories of Messages: what goes back to the model, in which order, and what does not."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from messages_wire import HUB, body, dropped, request

from headwater import (
    AssistantMessage,
    CodeExecution,
    Document,
    Image,
    ProviderBlock,
    RequestError,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

HI, ON = UserMessage("hi"), UserMessage("go on")
LOCAL = HUB.endpoint("http://127.0.0.1:1", "local", api="anthropic-messages")


def answered(*content: Any, **fields: Any) -> AssistantMessage:
    """An answer that the model asked gave before."""
    known = {"api": "anthropic-messages", "provider": "anthropic", "model": "claude-opus-4-8"}
    return AssistantMessage(content, **{**known, **fields})


def turns(*messages: Any, **options: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """Role and content of each turn that is sent."""
    return [(turn["role"], turn["content"]) for turn in body(list(messages), **options)["messages"]]


def text(words: str) -> dict[str, Any]:
    """A block of text on the wire."""
    return {"type": "text", "text": words}


def test_thinking_goes_back_in_order_with_its_signature() -> None:
    """Readable, hidden and redacted thinking; hidden thinking has no text and is valid."""
    blocks = (Thinking("so", "a"), Thinking("", "b"), Thinking("", "c", redacted=True), Text("ho"))
    assert turns(HI, answered(*blocks), ON)[1][1] == [
        {"type": "thinking", "thinking": "so", "signature": "a"},
        {"type": "thinking", "thinking": "", "signature": "b"},
        {"type": "redacted_thinking", "data": "c"},
        text("ho"),
    ]


def test_thinking_without_a_signature_stays_behind() -> None:
    """The service refuses it; that it was left out is noted."""
    wire = request([HI, answered(Thinking("so"), Text("ho")), ON])
    assert (dropped(wire), b"so" in wire.body) == ([("dropped", "messages.1.content.0")], False)


def test_thinking_without_a_signature_goes_back_where_the_endpoint_takes_it() -> None:
    """A compat flag says so."""
    model = HUB.endpoint("http://127.0.0.1:1", "m", api="anthropic-messages", compat={"unsigned_thinking": True})
    before = answered(Thinking("so"), Text("ho"), provider="custom", model="m")
    assert turns(HI, before, ON, model=model)[1][1][0] == {"type": "thinking", "thinking": "so", "signature": ""}


def test_no_answer_ends_with_thinking() -> None:
    """An answer that was cut while the model thought cannot go back so."""
    wire = request([HI, answered(Thinking("so", "a"), stop_reason="length"), ON])
    sent = turns(HI, answered(Thinking("so", "a"), stop_reason="length"), ON)
    assert (sent, dropped(wire)) == ([("user", [text("hi"), text("go on")])], [("dropped", "messages.1")])


def test_results_stand_first_and_together() -> None:
    """All results of one turn are in the message after the calls, before what the user says."""
    calls = answered(ToolCall("a", "f", {"x": 1}), ToolCall("b", "g"))
    sent = turns(HI, calls, ToolResultMessage("b", "g", "2"), ToolResultMessage("a", "f", "1", is_error=True), ON)
    assert sent[1:] == [
        (
            "assistant",
            [
                {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
                {"type": "tool_use", "id": "b", "name": "g", "input": {}},
            ],
        ),
        (
            "user",
            [
                {"type": "tool_result", "tool_use_id": "b", "content": "2"},
                {"type": "tool_result", "tool_use_id": "a", "content": "1", "is_error": True},
                text("go on"),
            ],
        ),
    ]


def test_a_result_may_hold_an_image_and_may_be_empty() -> None:
    """An empty list of blocks is refused by the service, so there is none."""
    calls = answered(ToolCall("a", "f"), ToolCall("b", "g"))
    image = Image("AAAA", "image/png")
    sent = turns(HI, calls, ToolResultMessage("a", "f", [Text("see"), image]), ToolResultMessage("b", "g", [Text(" ")]))
    source = {"type": "base64", "media_type": "image/png", "data": "AAAA"}
    assert sent[2][1] == [
        {"type": "tool_result", "tool_use_id": "a", "content": [text("see"), {"type": "image", "source": source}]},
        {"type": "tool_result", "tool_use_id": "b"},
    ]


def test_turns_of_the_user_are_one() -> None:
    """Two messages of the user in a row are one turn."""
    assert turns(HI, ON) == [("user", [text("hi"), text("go on")])]


def test_a_call_goes_back_with_its_caller_and_toolset() -> None:
    """A result for a toolset names the toolset."""
    caller = {"type": "code_execution_20260120", "tool_id": "s"}
    calls = answered(ToolCall("a", "click", extra={"toolset_name": "computer", "caller": caller, "other": 1}))
    sent = turns(HI, calls, ToolResultMessage("a", "click", "ok"))
    assert [content[0] for _, content in sent[1:]] == [
        {"type": "tool_use", "id": "a", "name": "click", "input": {}, "caller": caller, "toolset_name": "computer"},
        {"type": "tool_result", "tool_use_id": "a", "content": "ok", "toolset_name": "computer"},
    ]


def test_the_providers_own_blocks_go_back_as_they_came_and_views_of_them_do_not() -> None:
    """Sources and executed code are ours; the blocks they were read from are sent."""
    call = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}, "novelty": [1]}
    result = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"url": "https://a"}]}
    message = answered(
        ProviderBlock("server_tool_use", call, "s"),
        ProviderBlock("web_search_tool_result", result, "s"),
        Source("https://a"),
        CodeExecution("1"),
        Text("ho"),
    )
    wire = request([HI, message, ON])
    assert (turns(HI, message, ON)[1][1], dropped(wire)) == ([call, result, text("ho")], [])


def test_a_paused_turn_goes_back_as_it_is() -> None:
    """It is the last message, its open call included, also for models that go on with no other answer."""
    call = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    paused = answered(Text("let me "), ProviderBlock("server_tool_use", call, "s"), raw_stop_reason="pause_turn")
    assert turns(HI, paused)[1] == ("assistant", [text("let me "), call])


def test_a_call_whose_result_never_came_stays_behind_when_the_user_goes_on() -> None:
    """A paused turn that was not gone on with; the service refuses the call without its result."""
    call = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    paused = answered(Text("let me"), ProviderBlock("server_tool_use", call, "s"), raw_stop_reason="pause_turn")
    wire = request([HI, paused, ON])
    assert (turns(HI, paused, ON)[1][1], dropped(wire)) == ([text("let me")], [("dropped", "messages.1.content.1")])


def test_what_was_added_to_a_cut_input_is_taken_off() -> None:
    """The text of an input that was no JSON is kept for the eye only."""
    raw = {"type": "server_tool_use", "id": "s", "name": "x", "input": {}, "raw_input": '{"a'}
    paused = answered(ProviderBlock("server_tool_use", raw, "s"), raw_stop_reason="pause_turn")
    assert "raw_input" not in turns(HI, paused)[1][1][0]


def test_citations_go_back_with_the_answer() -> None:
    """Without the file they name, which is refused there."""
    cited = {"type": "char_location", "cited_text": "x", "document_index": 0, "file_id": None}
    sent = turns(HI, answered(Text("ho", extra={"citations": [cited]})), ON)
    kept = {"type": "char_location", "cited_text": "x", "document_index": 0}
    assert sent[1][1] == [{**text("ho"), "citations": [kept]}]


def test_blank_text_of_an_answer_stays_behind() -> None:
    """The service refuses text of white space only."""
    assert turns(HI, answered(Text("\n\n"), Text("ho")), ON)[1][1] == [text("ho")]


def test_an_image_of_an_answer_stays_behind() -> None:
    """No answer may hold one here, whoever made it."""
    before = answered(Image("AAAA", "image/png"), Text("ho"), provider="custom", model="local")
    wire = request([HI, before, ON], model=LOCAL)
    assert (dropped(wire), b"AAAA" in wire.body) == ([("dropped", "messages.1.content.0")], False)


def test_thinking_and_blocks_of_another_maker_become_text_or_nothing() -> None:
    """Only their maker can read them."""
    other = AssistantMessage(
        (Thinking("so", "a"), ProviderBlock("x", {"type": "x"}), Text("ho")), provider="other", api="other"
    )
    assert turns(HI, other, ON)[1][1] == [text("so\n\n"), text("ho")]


VERTEX = {"provider": "google-vertex", "api": "anthropic-messages", "model": "claude-opus-4-8"}
COPILOT = {"provider": "github-copilot", "api": "anthropic-messages", "model": "claude-opus-4-8"}


@pytest.mark.parametrize(
    ("maker", "asked", "holds"),
    [
        (VERTEX, "claude-opus-4-8", True),
        ({**VERTEX, "provider": "anthropic", "model": "claude-haiku-4-5"}, "claude-opus-4-8", True),
        (COPILOT, "claude-opus-4-8", False),
        (VERTEX, "other-1", False),
    ],
)
def test_signatures_go_to_hosts_that_are_known_to_sign_alike(maker: dict[str, str], asked: str, holds: bool) -> None:
    """The provider's own service, and those of Amazon and Google; no other, whatever the model's name."""
    said = AssistantMessage((Thinking("so", "a"), Text("ho")), **maker)  # pyright: ignore[reportArgumentType]
    first = turns(HI, said, ON, model=f"anthropic/{asked}")[1][1][0]
    assert first == ({"type": "thinking", "thinking": "so", "signature": "a"} if holds else text("so\n\n"))


def test_a_claude_of_another_host_is_not_given_signatures_made_elsewhere() -> None:
    """Whether they hold there, nobody says."""
    model = HUB.endpoint("http://127.0.0.1:1", "claude-opus-4-8", api="anthropic-messages", provider="github-copilot")
    said = AssistantMessage((Thinking("so", "a"), Text("ho")), **VERTEX)  # pyright: ignore[reportArgumentType]
    assert turns(HI, said, ON, model=model)[1][1] == [text("so\n\n"), text("ho")]


def test_ids_of_other_makers_are_made_to_fit() -> None:
    """Call and result keep together."""
    other = AssistantMessage((ToolCall("call|1" * 30, "f"),), provider="other", api="other")
    sent = turns(HI, other, ToolResultMessage("call|1" * 30, "f", "1"))
    given = sent[1][1][0]["id"]
    assert (sent[2][1][0]["tool_use_id"], len(given) <= 64, "|" in given) == (given, True, False)


def test_documents_are_sent_by_what_they_are() -> None:
    """PDF as data, text as text, anything by its URL; with citations, all of them or none."""
    words = base64.b64encode("Grüße".encode()).decode()
    user = UserMessage([Document("UERG", name="R"), Document(words, "text/markdown"), Document(url="https://a")])
    sent = turns(user, citations=True)[0][1]
    assert [(block["source"], block.get("title"), block["citations"]) for block in sent] == [
        ({"type": "base64", "media_type": "application/pdf", "data": "UERG"}, "R", {"enabled": True}),
        ({"type": "text", "media_type": "text/plain", "data": "Grüße"}, None, {"enabled": True}),
        ({"type": "url", "url": "https://a"}, None, {"enabled": True}),
    ]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (Image("AAAA", "image/tiff"), "image/tiff"),
        (Document("AAAA", "application/msword"), "application/msword"),
        (Document("not base64!", "text/plain"), "no UTF-8 text"),
        (Document(base64.b64encode(b"\xff").decode(), "text/plain"), "no UTF-8 text"),
    ],
)
def test_content_that_cannot_be_sent_is_refused_before_sending(block: Any, words: str) -> None:
    """The error names the kind."""
    with pytest.raises(RequestError, match=words):
        request(UserMessage([block]))


def test_an_endpoint_without_documents_is_given_none() -> None:
    """A compat flag says so."""
    model = HUB.endpoint(
        "http://127.0.0.1:1", "m", api="anthropic-messages", input=("text", "document"), compat={"documents": False}
    )
    with pytest.raises(RequestError, match="document"):
        request(UserMessage([Document("UERG")]), model=model)
