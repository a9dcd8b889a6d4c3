"""The vendor's own library and headwater, pointed at the same bytes on a real socket, say the same."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from openai_recordings import Recording, recordings
from openai_wire import (
    CHAT,
    RESPONSES,
    call_delta,
    call_events,
    chat,
    chunk,
    completed,
    created,
    find,
    make_hub,
    response,
    sse,
    text_events,
)

from headwater import AssistantMessage, ToolCall, loads
from headwater.testing import Chunking, LoopbackServer, Reply

openai = pytest.importorskip("openai")

COUNTS = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}

CHATS: dict[str, bytes] = {
    "text": chat(
        chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}), chunk({"content": "lo"}, "stop")
    ),
    "call": chat(
        chunk(call_delta(0, "a", "add", "")),
        chunk(call_delta(0, arguments='{"a":')),
        chunk(call_delta(0, arguments="1}")),
        chunk(finish="tool_calls"),
        {"id": "chatcmpl-1", "choices": [], "usage": COUNTS},
    ),
    "two calls": chat(
        chunk(call_delta(0, "a", "add", '{"a":1}')),
        chunk(call_delta(1, "b", "add", '{"a":2}')),
        chunk(finish="tool_calls"),
    ),
    "cut by length": chat(chunk({"content": "Hel"}, "length", usage=COUNTS)),
    "refusal": chat(chunk({"refusal": "No."}), chunk(finish="stop")),
    "other scripts": chat(chunk({"content": "na\u00efve \u4f60\u597d \U0001f600\u2028"}, "stop")),
}

ANSWERS: dict[str, bytes] = {
    "text": sse(created(), *text_events(0, "Hel", "lo"), completed()),
    "call": sse(created(), *call_events(0, '{"a":', "1}"), completed()),
    "both": sse(created(), *text_events(0, "I add."), *call_events(1, '{"a":1}'), completed()),
    "incomplete": sse(
        created(),
        *text_events(0, "Hel"),
        {
            "type": "response.incomplete",
            "response": response("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        },
    ),
}


def ours(loopback: LoopbackServer, api: str) -> AssistantMessage:
    """What headwater makes of the server's answer."""
    hub = make_hub()
    model = find("openai/gpt-4o", api=api, base_url=f"{loopback.url}/v1")
    with contextlib.closing(hub), hub.stream_sync(model, "Hi", key="k") as stream:
        return stream.result()


def client(loopback: LoopbackServer) -> Any:
    """The vendor's client for the same server."""
    return openai.OpenAI(api_key="k", base_url=f"{loopback.url}/v1", max_retries=0)


def serve(loopback: LoopbackServer, body: bytes) -> None:
    """Answers every request with these bytes, cut where it hurts."""
    loopback.reply(Reply(body, chunking=Chunking.every(97)))


def calls_of(message: AssistantMessage) -> list[tuple[str, str, Any]]:
    """The calls of a message, those that were cut included."""
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    return [(call.id.partition("|")[0], call.name, None if call.incomplete else dict(call.arguments)) for call in calls]


def arguments(text: str) -> Any:
    """The arguments of a call as the vendor's library gives them: text."""
    try:
        return loads(text or "{}")
    except ValueError:
        return None


def theirs_of_chat(loopback: LoopbackServer) -> dict[str, Any]:
    """What the vendor's library makes of a chat-completions answer, its deltas joined."""
    seen: dict[str, Any] = {"text": "", "calls": {}, "finish": None, "refusal": "", "usage": None}
    with client(loopback) as vendor:
        for one in vendor.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=True
        ):
            seen["usage"] = one.usage or seen["usage"]
            for choice in one.choices or ():
                if choice.index == 0:
                    _take_in(seen, choice)
    return seen


def _take_in(seen: dict[str, Any], choice: Any) -> None:
    seen["finish"] = choice.finish_reason or seen["finish"]
    if choice.delta is None:
        return
    seen["text"] += choice.delta.content or ""
    seen["refusal"] += choice.delta.refusal or ""
    for call in choice.delta.tool_calls or ():
        known = seen["calls"].setdefault(call.index, {"id": call.id, "name": call.function.name, "arguments": ""})
        known["arguments"] += call.function.arguments or ""


def assert_same_chat(loopback: LoopbackServer, body: bytes) -> None:
    """Text, refusal, calls, stop reason and usage are the same."""
    serve(loopback, body)
    seen, message = theirs_of_chat(loopback), ours(loopback, CHAT)
    refusal = "".join(block.text for block in message.content if block.type == "refusal")
    calls = [(one["id"], one["name"], arguments(one["arguments"])) for one in seen["calls"].values()]
    assert (message.text, refusal, message.raw_stop_reason) == (seen["text"], seen["refusal"], seen["finish"])
    assert calls_of(message) == calls
    if seen["usage"] is not None:
        given, used = seen["usage"].prompt_tokens, message.usage
        cached = used.cache_read + used.cache_write
        # some endpoints count what was cached apart: then it exceeds the prompt
        assert (used.input + (cached if cached <= given else 0), used.output) == (
            given,
            seen["usage"].completion_tokens,
        )


@pytest.mark.parametrize("body", CHATS.values(), ids=CHATS.keys())
def test_chat_written_by_hand_reads_the_same(loopback: LoopbackServer, body: bytes) -> None:
    """Answers of the shapes the protocol has."""
    assert_same_chat(loopback, body)


@pytest.mark.parametrize("recording", recordings("openai-chat"))
def test_recorded_chat_reads_the_same(loopback: LoopbackServer, recording: Recording) -> None:
    """What OpenAI and Azure really sent."""
    assert_same_chat(loopback, recording.body)


def theirs_of_responses(loopback: LoopbackServer) -> dict[str, Any]:
    """What the vendor's library makes of a Responses answer: its finished items, or those of the last event."""
    items: list[Any] = []
    last: Any = None
    with client(loopback) as vendor:
        for event in vendor.responses.create(model="gpt-4o", input="Hi", stream=True):
            if event.type == "response.output_item.done":
                items.append(event.item)
            last = getattr(event, "response", None) or last
    parts = [part for item in items if item.type == "message" for part in item.content]
    return {
        "text": "".join(part.text for part in parts if part.type == "output_text"),
        "refusal": "".join(part.refusal for part in parts if part.type == "refusal"),
        "calls": [
            (item.call_id, item.name, arguments(item.arguments)) for item in items if item.type == "function_call"
        ],
        "id": last.id,
        "usage": last.usage,
    }


def assert_same_responses(loopback: LoopbackServer, body: bytes) -> None:
    """Text, refusal, calls, id and usage are the same."""
    serve(loopback, body)
    seen, message = theirs_of_responses(loopback), ours(loopback, RESPONSES)
    refusal = "".join(block.text for block in message.content if block.type == "refusal")
    functions = [call for call in message.content if isinstance(call, ToolCall) and "type" not in call.extra]
    calls = [call for call in calls_of(message) if call[1] in {one.name for one in functions}]
    assert (message.text, refusal, message.response_id) == (seen["text"], seen["refusal"], seen["id"])
    assert calls == seen["calls"]
    if seen["usage"] is not None:
        used = message.usage
        counted = (used.input + used.cache_read + used.cache_write, used.output, used.reasoning)
        reasoning = seen["usage"].output_tokens_details.reasoning_tokens
        assert counted == (seen["usage"].input_tokens, seen["usage"].output_tokens, reasoning)


@pytest.mark.parametrize("body", ANSWERS.values(), ids=ANSWERS.keys())
def test_responses_written_by_hand_read_the_same(loopback: LoopbackServer, body: bytes) -> None:
    """Answers of the shapes the protocol has."""
    assert_same_responses(loopback, body)


ERRORS_INSIDE = {"vercel-ai-openai-error-1"}
"""Recordings that hold an error, at which the vendor's library raises."""


@pytest.mark.parametrize("recording", recordings("openai-responses", "openai-responses-compat"))
def test_recorded_responses_read_the_same(loopback: LoopbackServer, recording: Recording) -> None:
    """What OpenAI, Azure and others really sent."""
    if recording.name in ERRORS_INSIDE:
        serve(loopback, recording.body)
        with pytest.raises(openai.APIError):
            theirs_of_responses(loopback)
        assert ours(loopback, RESPONSES).stop_reason == "error"
    else:
        assert_same_responses(loopback, recording.body)
