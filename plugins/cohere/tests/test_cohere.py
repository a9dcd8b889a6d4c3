"""Requests against the vendor's own types, and answers the recordings do not show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from headwater import (
    AssistantMessage,
    Context,
    Document,
    Done,
    Error,
    Hub,
    Image,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)
from headwater.testing import Case, LoopbackServer, Reply, conformance_tests

REASONING = "cohere/command-a-reasoning-08-2025"
TOOL = Tool("look", "Looks", {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]})


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub without keys."""
    hub = Hub(environ={})
    yield hub
    hub.close()


def body(hub: Hub, prompt: Any = "hi", model: str = REASONING, **options: Any) -> dict[str, Any]:
    """The body of a request."""
    return json.loads(hub.request(model, prompt, **options).body)


def said(*events: dict[str, Any]) -> bytes:
    """Events as they stand on the wire."""
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def ending(hub: Hub, stream: bytes) -> AssistantMessage:
    """The message a recorded stream ends in."""
    last = list(hub.decode(REASONING, stream))[-1]
    assert isinstance(last, Done | Error)
    return last.message


def conversation() -> Context:
    """A conversation with everything that may stand in one."""
    plan = Thinking("I will look.", extra={"plan": True})
    calling = AssistantMessage((plan, ToolCall("c1", "look", {"at": "x"})), "cohere-chat", "cohere", REASONING[7:])
    image = Image("aGk=", "image/png")
    answer = AssistantMessage((Thinking("hm"), Text("done")), "cohere-chat", "cohere", REASONING[7:])
    return Context(
        (
            UserMessage((Text("see"), image)),
            calling,
            ToolResultMessage("c1", "look", (Text("a picture"), image)),
            answer,
            UserMessage("and now?"),
        ),
        "Be brief.",
        (TOOL,),
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 0.5, "top_p": 0.9, "top_k": 5, "seed": 1, "stop": ["a"], "max_tokens": 100},
        {"thinking": "high", "max_tokens": 5000},
        {"thinking": "off"},
        {"tool_choice": "required"},
        {"tool_choice": "tool:look"},
        {"tool_choice": "none"},
        {"documents": ["text", {"id": "d", "data": {"text": "t"}}], "citations": "FAST", "safety_mode": "STRICT"},
    ],
)
def test_requests_are_what_the_vendor_sends(hub: Hub, options: dict[str, Any]) -> None:
    """The vendor's SDK, given the fields of our body, sends the same body: no field is unknown to it."""
    cohere = pytest.importorskip("cohere")
    vision = hub.model(REASONING, input=("text", "image"))
    ours = json.loads(hub.request(vision, conversation(), **options).body)
    fields = {name: value for name, value in ours.items() if name != "stream"}
    with LoopbackServer() as server:
        server.reply(Reply(b"data: [DONE]\n\n"))
        client = cohere.ClientV2("key", base_url=server.url)
        for _ in client.chat_stream(**fields):
            pass
        client._client_wrapper.httpx_client.httpx_client.close()
    assert server.requests[0].json == ours


def test_what_the_vendor_does_not_know_is_refused_by_it(hub: Hub) -> None:
    """The comparison above can fail: a field that is not theirs is not accepted."""
    cohere = pytest.importorskip("cohere")
    client = cohere.ClientV2("key", base_url="http://127.0.0.1:9")
    with pytest.raises(TypeError):
        client.chat_stream(**{**body(hub), "max_completion_tokens": 3})
    client._client_wrapper.httpx_client.httpx_client.close()


def test_a_plan_goes_back_as_a_plan(hub: Hub) -> None:
    """With calls, no text content goes back; the plan and the calls do."""
    vision = hub.model(REASONING, input=("text", "image"))
    messages = json.loads(hub.request(vision, conversation()).body)["messages"]
    assert messages[2] == {
        "role": "assistant",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at":"x"}'}}],
        "tool_plan": "I will look.",
    }
    assert [message["role"] for message in messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "user",
        "assistant",
        "user",
    ]


def test_text_beside_a_plan_is_not_lost(hub: Hub) -> None:
    """Both were said before the calls, and both go back where the plan has its place."""
    said = (Thinking("I will look.", extra={"plan": True}), Text("A moment."), ToolCall("c1", "look", {"at": "x"}))
    answer = AssistantMessage(said, "cohere-chat", "cohere", REASONING[7:])
    context = Context((UserMessage("hi"), answer, ToolResultMessage("c1", "look", "x")), tools=(TOOL,))
    assert body(hub, context)["messages"][1]["tool_plan"] == "I will look.\n\nA moment."


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tool_choice": "required"}, "needs tools"),
        ({"tools": [TOOL], "tool_choice": "tool:other"}, "none of the tools"),
        ({"tools": [TOOL], "response_format": {"type": "object", "properties": {}}}, "schema"),
        ({"stop": list("abcdef")}, "5 stop sequences"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_sending(hub: Hub, options: dict[str, Any], words: str) -> None:
    """Contradictions raise with the way out."""
    with pytest.raises(RequestError, match=words):
        body(hub, **options)


def test_documents_in_messages_are_refused_with_advice(hub: Hub) -> None:
    """A document block has no place in a message; a model that is said to take it is told where it goes."""
    model = hub.model(REASONING, input=("text", "document"))
    with pytest.raises(RequestError, match="documents="):
        hub.request(model, UserMessage((Document("aGk="),)))


def test_an_error_in_the_end_keeps_what_came(hub: Hub) -> None:
    """`message-end` with an error ends as one, after the text before it."""
    stream = said(
        {"type": "message-start", "id": "m"},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "half"}}}},
        {"type": "message-end", "delta": {"finish_reason": "TIMEOUT", "error": "too slow", "error_type": "TIMEOUT"}},
    )
    message = ending(hub, stream)
    assert message.error is not None
    assert (message.text, message.error.kind, message.raw_stop_reason) == ("half", "timeout", "TIMEOUT")


@pytest.mark.parametrize(
    ("delta", "kind"),
    [
        ({"finish_reason": "ERROR", "error": "went wrong"}, "server"),
        ({"finish_reason": "ERROR_LIMIT", "error": "went wrong"}, "context_overflow"),
        ({"finish_reason": "ERROR_TOXIC", "error": "went wrong"}, "content_filter"),
        ({"finish_reason": "ERROR", "error": "went wrong", "error_type": "timeout"}, "timeout"),
        ({"error": "went wrong"}, "server"),
    ],
)
def test_words_of_an_error_take_nothing_from_its_reason(hub: Hub, delta: dict[str, Any], kind: str) -> None:
    """Words that tell no kind leave it to the type of the error or the finish reason; the words are shown."""
    error = ending(hub, said({"type": "message-end", "delta": delta})).error
    assert error is not None
    assert error.kind == kind
    assert "went wrong" in error.message


def test_indexes_of_content_and_calls_do_not_meet(hub: Hub) -> None:
    """Text 0 and call 0 are two blocks; arguments that are an object, or null, are used."""
    function = {"name": "look", "arguments": {"at": "x"}}
    stream = said(
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": "a"}}}},
        {
            "type": "tool-call-start",
            "index": 0,
            "delta": {"message": {"tool_calls": {"id": "c", "function": function}}},
        },
        {"type": "tool-call-end", "index": 0},
        {
            "type": "tool-call-start",
            "index": 1,
            "delta": {"message": {"tool_calls": {"id": "d", "function": {"name": "now", "arguments": None}}}},
        },
        {"type": "tool-call-end", "index": 1},
        {"type": "content-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL"}},
    )
    message = ending(hub, stream)
    assert [(call.id, dict(call.arguments)) for call in message.tool_calls] == [("c", {"at": "x"}), ("d", {})]


def test_a_bare_error_in_a_success_is_an_error(hub: Hub) -> None:
    """A body of only `message` is the provider's error, whatever the status said."""
    begun = said({"type": "message-start", "id": "m"})
    message = ending(hub, begun + b'data: {"message": "invalid api token"}\n\n')
    assert "invalid api token" in str(message.error_message)


def _delta(kind: str, index: int | None = None, **message: Any) -> dict[str, Any]:
    """An event with more of the message."""
    return {"type": kind, **({} if index is None else {"index": index}), "delta": {"message": message}}


CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": ""}}
CITATION = {"text": "He", "sources": [{"type": "document", "id": "d", "document": {"title": "t"}}]}
ANSWER = said(
    {"type": "message-start", "id": "m", "delta": {"message": {"role": "assistant"}}},
    _delta("content-start", 0, content={"type": "thinking", "thinking": ""}),
    _delta("content-delta", 0, content={"thinking": "hm"}),
    {"type": "content-end", "index": 0},
    _delta("tool-plan-delta", tool_plan="I will"),
    _delta("content-start", 1, content={"type": "text", "text": ""}),
    _delta("content-delta", 1, content={"text": "Hello"}),
    _delta("citation-start", 0, citations=CITATION),
    {"type": "content-end", "index": 1},
    _delta("tool-call-start", 0, tool_calls=CALL),
    _delta("tool-call-delta", 0, tool_calls={"function": {"arguments": '{"at":'}}),
    _delta("tool-call-delta", 0, tool_calls={"function": {"arguments": '"x"}'}}),
    {"type": "tool-call-end", "index": 0},
)
END = said(
    {
        "type": "message-end",
        "delta": {"finish_reason": "TOOL_CALL", "usage": {"tokens": {"input_tokens": 3, "output_tokens": 4}}},
    }
)

test_conformance = conformance_tests(
    [Case("everything", REASONING, ANSWER + END, terminal_offset=len(ANSWER + END) - 2)], lambda: Hub(environ={})
)
