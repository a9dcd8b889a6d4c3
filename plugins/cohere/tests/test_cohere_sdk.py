"""The vendor's own SDK and ours read the same bytes from one server, and agree on what they say."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from headwater import NO_RETRY, AssistantMessage, Done, Hub, Text, Thinking
from headwater.testing import Chunking, LoopbackServer, Reply

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus") / "cohere-chat"
RECORDED = {path.name: (path / "stream.sse").read_bytes() for path in sorted(CORPUS.glob("*")) if path.is_dir()}
MODEL = "cohere/command-a-reasoning-08-2025"


def _said(*events: dict[str, Any]) -> bytes:
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def _of(type: str, index: int | None = None, **message: Any) -> dict[str, Any]:
    place = {} if index is None else {"index": index}
    return {"type": type, **place, "delta": {"message": message}}


def _ending(reason: str) -> dict[str, Any]:
    usage = {"billed_units": {"input_tokens": 3, "output_tokens": 5}, "tokens": {"input_tokens": 9, "output_tokens": 6}}
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": usage}}


_BEGINNING = {"type": "message-start", "id": "m-1", "delta": {"message": {"role": "assistant"}}}

WRITTEN = {
    "thinking-then-text": _said(
        _BEGINNING,
        _of("content-start", 0, content={"type": "thinking", "thinking": ""}),
        _of("content-delta", 0, content={"thinking": "Let me "}),
        _of("content-delta", 0, content={"thinking": "see."}),
        {"type": "content-end", "index": 0},
        _of("content-start", 1, content={"type": "text", "text": ""}),
        _of("content-delta", 1, content={"text": "Grüße, "}),
        _of("content-delta", 1, content={"text": "🌍"}),
        {"type": "content-end", "index": 1},
        _ending("COMPLETE"),
    ),
    "plan-and-two-calls": _said(
        _BEGINNING,
        _of("tool-plan-delta", tool_plan="I will look "),
        _of("tool-plan-delta", tool_plan="twice."),
        _of("tool-call-start", 0, tool_calls={"id": "a", "type": "function", "function": {"name": "look"}}),
        _of("tool-call-delta", 0, tool_calls={"function": {"arguments": '{"at": '}}),
        _of("tool-call-delta", 0, tool_calls={"function": {"arguments": '"x"}'}}),
        {"type": "tool-call-end", "index": 0},
        _of("tool-call-start", 1, tool_calls={"id": "b", "type": "function", "function": {"name": "look"}}),
        _of("tool-call-delta", 1, tool_calls={"function": {"arguments": '{"at": "y"}'}}),
        {"type": "tool-call-end", "index": 1},
        _ending("TOOL_CALL"),
    ),
    "cut-by-the-length": _said(
        _BEGINNING,
        _of("content-start", 0, content={"type": "text", "text": "One, "}),
        _of("content-delta", 0, content={"text": "two"}),
        {"type": "content-end", "index": 0},
        _ending("MAX_TOKENS"),
    ),
}


def _ours(message: AssistantMessage) -> dict[str, Any]:
    blocks = message.content
    return {
        "id": message.response_id,
        "text": "".join(block.text for block in blocks if isinstance(block, Text)),
        "thinking": "".join(b.text for b in blocks if isinstance(b, Thinking) and not b.extra.get("plan")),
        "plan": "".join(b.text for b in blocks if isinstance(b, Thinking) and b.extra.get("plan")),
        "calls": [(call.id, call.name, dict(call.arguments)) for call in message.tool_calls],
        "reason": message.raw_stop_reason,
    }


def _theirs(url: str) -> dict[str, Any]:
    """What the SDK's decoded events amount to when they are joined."""
    cohere = pytest.importorskip("cohere")
    made: dict[str, Any] = {"id": None, "text": "", "thinking": "", "plan": "", "reason": None}
    calls: dict[int, list[str]] = {}
    client = cohere.ClientV2("key", base_url=url)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its types warn of what they were not told of
            for event in client.chat_stream(model="any", messages=[{"role": "user", "content": "hi"}]):
                _take(made, calls, event)
    finally:
        client._client_wrapper.httpx_client.httpx_client.close()
    return {**made, "calls": [(id, name, json.loads(text or "{}")) for id, name, text in calls.values()]}


def _take(made: dict[str, Any], calls: dict[int, list[str]], event: Any) -> None:
    said: Any = event.delta.message if getattr(event, "delta", None) and event.type != "message-end" else None
    match event.type:
        case "message-start":
            made["id"] = event.id
        case "content-start" | "content-delta":
            made["text"] += getattr(said.content, "text", None) or ""
            made["thinking"] += getattr(said.content, "thinking", None) or ""
        case "tool-plan-delta":
            made["plan"] += said.tool_plan
        case "tool-call-start":
            call = said.tool_calls
            calls[event.index] = [call.id, call.function.name, call.function.arguments or ""]
        case "tool-call-delta":
            calls[event.index][2] += said.tool_calls.function.arguments or ""
        case "message-end":
            made["reason"] = event.delta.finish_reason
        case _:
            pass


@pytest.mark.parametrize("name", [*WRITTEN, *RECORDED])
def test_the_vendors_sdk_reads_the_same_from_the_same_server(name: str) -> None:
    """Text, thinking, plan, calls, finish reason and id are those the vendor's own client reads."""
    pytest.importorskip("cohere")
    body = {**WRITTEN, **RECORDED}[name]
    hub = Hub(environ={})
    with LoopbackServer() as server:
        server.reply(Reply(body, headers={"content-type": "text/event-stream"}, chunking=Chunking.every(61)))
        with hub.stream_sync(hub.model(MODEL), "hi", key="key", base_url=server.url, retry=NO_RETRY) as stream:
            message = stream.result()
        theirs = _theirs(server.url)
    hub.close()
    assert _ours(message) == theirs


def test_the_written_answers_hold_what_is_compared() -> None:
    """No field is empty in all of them: agreement is about something."""
    hub = Hub(environ={})
    lasts = [list(hub.decode(MODEL, body))[-1] for body in WRITTEN.values()]
    hub.close()
    made = [_ours(last.message) for last in lasts if isinstance(last, Done)]
    assert {name for one in made for name, value in one.items() if value} == set(made[0])
