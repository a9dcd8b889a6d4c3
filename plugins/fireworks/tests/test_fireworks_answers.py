"""Fireworks's oddities as answers written by hand, and every plugin's promises."""

from __future__ import annotations

import json
from typing import Any

from headwater.testing import Cassette, provider_suite


def chunk(delta: Any = None, finish: str | None = None, **beside: Any) -> dict[str, Any]:
    """A chunk with one choice; `beside` are fields of the chunk."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "model": "accounts/fireworks/models/glm-5p3",
        "choices": [choice],
        **beside,
    }


def sse(*chunks: Any) -> bytes:
    """The body of these chunks; text stands as it is."""
    lines = [one if isinstance(one, str) else f"data: {json.dumps(one)}" for one in (*chunks, "data: [DONE]")]
    return "".join(f"{line}\n\n" for line in lines).encode()


def begun(index: int, id: str, arguments: str = "") -> dict[str, Any]:
    """A chunk with which a call of `add` begins."""
    function = {"name": "add", "arguments": arguments}
    return chunk({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})


COUNTS = {
    "prompt_tokens": 30,
    "completion_tokens": 9,
    "total_tokens": 39,
    "prompt_tokens_details": {"cached_tokens": 12},
}

CASSETTES = [
    Cassette(
        "usage with the last chunk",
        sse(
            chunk({"role": "assistant", "reasoning_content": "Hm."}),
            chunk({"content": "It is 4."}),
            chunk({}, "stop", usage=COUNTS, perf_metrics={"prompt-tokens": 30}),
        ),
        signal='"finish_reason": "stop"',
        expected={"thinking": "Hm.", "text": "It is 4.", "message": {"usage": {"input": 18, "cacheRead": 12}}},
    ),
    Cassette(
        "a call that begins with its name",
        sse(
            begun(0, "call_1"),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1}'}}]}),
            chunk({}, "tool_calls", usage=COUNTS),
        ),
        signal='"finish_reason": "tool_calls"',
        expected={"message": {"content": [{"type": "toolCall", "name": "add", "arguments": {"a": 1}}]}},
    ),
    Cassette(
        "an error in the stream",
        sse(
            chunk({"content": "half"}),
            {"error": {"object": "error", "type": "internal_server_error", "message": "lost"}},
        ),
        expected={"message": {"error": {"kind": "server"}}},
    ),
]

BLOCKS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "thinking", "thinking": "", "signature": ""}, {"type": "thinking_delta", "thinking": "Hm."}),
    ({"type": "text", "text": ""}, {"type": "text_delta", "text": "It is 4."}),
]


def messages() -> bytes:
    """An answer over the Messages protocol, with thinking that nobody signed."""
    begun = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**begun, "usage": {"input_tokens": 20, "cache_read_input_tokens": 10}}}
    ]
    for index, (block, delta) in enumerate(BLOCKS):
        events += [
            {"type": "content_block_start", "index": index, "content_block": block},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]
    events += [
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events).encode()


CASSETTES.append(
    Cassette(
        "over the Messages protocol",
        messages(),
        model="accounts/fireworks/models/kimi-latest",
        api="anthropic-messages",
        signal='"type": "message_stop"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {"stopReason": "stop", "usage": {"input": 20, "cacheRead": 10, "output": 9}},
        },
    )
)

TestFireworks = provider_suite("fireworks", streams=CASSETTES, model="accounts/fireworks/models/glm-5p3")
