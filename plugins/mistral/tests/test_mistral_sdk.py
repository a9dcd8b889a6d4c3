"""The vendor's own library and headwater, pointed at the same bytes on a real socket, say the same."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
from mistral_wire import COUNTS, call, chunk, find, make_hub, said, sse, thinking

from headwater import AssistantMessage, Source, loads
from headwater.testing import Chunking, LoopbackServer, Reply

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
RECORDED = sorted((CORPUS / "mistral-chat").glob("*/stream.sse"))

ANSWERS: dict[str, bytes] = {
    "text": sse(said(""), said("Hel"), said("lo", "stop", usage=COUNTS)),
    "chunks": sse(
        said([thinking("Hm")]),
        said([thinking(".", signature="s"), {"type": "text", "text": "4"}]),
        said([{"type": "reference", "reference_ids": [1, "b"]}]),
        said("!", "stop"),
    ),
    "call": sse(
        chunk({"tool_calls": [call("add", '{"a":', "abcdefghi", index=0)]}),
        chunk({"tool_calls": [call("", "1}", "abcdefghi", index=0)]}, "tool_calls", usage=COUNTS),
    ),
    "object": sse(chunk({"tool_calls": [call("add", {"a": {"b": [1]}}, "abcdefghi", index=0)]}, "tool_calls")),
    "two calls": sse(
        chunk(
            {"tool_calls": [call("add", "{}", "abcdefghi", index=0), call("add", "{}", "abcdefghj", index=1)]},
            "tool_calls",
        )
    ),
    "cut by length": sse(said("Hel", "model_length", usage=COUNTS)),
    "other scripts": sse(said("na\u00efve \u4f60\u597d \U0001f600\u2028", "stop")),
}


def ours(loopback: LoopbackServer) -> AssistantMessage:
    """What headwater makes of the server's answer."""
    hub = make_hub()
    model = find(base_url=f"{loopback.url}/v1")
    with contextlib.closing(hub), hub.stream_sync(model, "Hi", key="k") as stream:
        return stream.result()


def theirs(loopback: LoopbackServer) -> dict[str, Any]:
    """What the vendor's library makes of it, its deltas joined."""
    client = pytest.importorskip("mistralai.client")
    seen: dict[str, Any] = {"text": "", "thinking": "", "references": [], "calls": {}, "finish": None, "usage": None}
    with (
        client.Mistral(api_key="k", server_url=loopback.url) as vendor,
        vendor.chat.stream(model="m", messages=[{"role": "user", "content": "Hi"}]) as events,
    ):
        for event in events:
            seen["usage"] = event.data.usage or seen["usage"]
            for choice in event.data.choices:
                if choice.index == 0:
                    _take_in(seen, choice)
    return seen


def _take_in(seen: dict[str, Any], choice: Any) -> None:
    seen["finish"] = choice.finish_reason or seen["finish"]
    content = choice.delta.content or ""
    for part in [content] if isinstance(content, str) else content:
        if isinstance(part, str):
            seen["text"] += part
        elif part.type == "thinking":
            seen["thinking"] += "".join(piece.text for piece in part.thinking)
        elif part.type == "reference":
            seen["references"] += part.reference_ids
        else:
            seen["text"] += part.text
    for one in choice.delta.tool_calls or ():
        known = seen["calls"].setdefault(one.index, {"id": one.id, "name": one.function.name, "arguments": ""})
        given = one.function.arguments
        known["arguments"] = given if isinstance(given, dict) else known["arguments"] + given


def assert_same(loopback: LoopbackServer, body: bytes) -> None:
    """Text, thinking, references, calls, finish reason and usage are the same."""
    loopback.reply(Reply(body, chunking=Chunking.every(97)))
    seen, message = theirs(loopback), ours(loopback)
    references = [block.extra["reference_id"] for block in message.content if isinstance(block, Source)]
    assert (message.text, message.thinking, references) == (seen["text"], seen["thinking"], seen["references"])
    calls = [(one["id"], one["name"], _arguments(one["arguments"])) for one in seen["calls"].values()]
    assert [(one.id, one.name, dict(one.arguments)) for one in message.tool_calls] == calls
    assert message.raw_stop_reason == seen["finish"]
    if seen["usage"] is not None:
        used = message.usage
        counted = (used.input + used.cache_read, used.output, used.total_tokens)
        wanted = seen["usage"]
        assert counted == (wanted.prompt_tokens, wanted.completion_tokens, wanted.total_tokens)


def _arguments(given: Any) -> Any:
    return loads(given) if isinstance(given, str) else given


@pytest.mark.parametrize("body", ANSWERS.values(), ids=ANSWERS.keys())
def test_what_is_written_by_hand_reads_the_same(loopback: LoopbackServer, body: bytes) -> None:
    """Answers of the shapes the protocol has."""
    assert_same(loopback, body)


@pytest.mark.skipif(not RECORDED, reason="there are no recordings: set HEADWATER_CORPUS")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_what_was_recorded_reads_the_same(loopback: LoopbackServer, path: Path) -> None:
    """What Mistral really sent."""
    assert_same(loopback, path.read_bytes())
