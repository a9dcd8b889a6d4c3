"""DeepSeek's oddities as answers written by hand, and every plugin's promises."""

from __future__ import annotations

import json
from typing import Any

from headwater.testing import Cassette, provider_suite


def chunk(delta: Any = None, finish: str | None = None, **beside: Any) -> dict[str, Any]:
    """A chunk with one choice; `beside` are fields of the chunk."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **beside}


def sse(*chunks: Any) -> bytes:
    """The body of these chunks; text stands as it is."""
    lines = [one if isinstance(one, str) else f"data: {json.dumps(one)}" for one in (*chunks, "data: [DONE]")]
    return "".join(f"{line}\n\n" for line in lines).encode()


COUNTS = {
    "prompt_tokens": 30,
    "completion_tokens": 9,
    "total_tokens": 39,
    "prompt_cache_hit_tokens": 10,
    "prompt_cache_miss_tokens": 20,
    "completion_tokens_details": {"reasoning_tokens": 4},
}
ALIVE = ": keep-alive"

CASSETTES = [
    Cassette(
        "waiting in line, then thinking",
        sse(
            ALIVE,
            ALIVE,
            chunk({"role": "assistant", "content": None, "reasoning_content": ""}, usage=None),
            chunk({"content": None, "reasoning_content": "Hm."}, usage=None),
            ALIVE,
            chunk({"content": "It is 4.", "reasoning_content": None}, usage=None),
            chunk({"content": "", "reasoning_content": None}, "stop", usage=COUNTS),
        ),
        signal='"finish_reason": "stop"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {
                "usage": {"input": 20, "cacheRead": 10, "output": 9, "reasoning": 4},
                "extra": {"usage_details": {"prompt_cache_hit_tokens": 10, "prompt_cache_miss_tokens": 20}},
            },
        },
    ),
    Cassette(
        "no room for the answer",
        sse(chunk({"content": "half"}), chunk({}, "insufficient_system_resource", usage=COUNTS)),
        signal="insufficient_system_resource",
        expected={
            "text": "half",
            "message": {
                "error": {"kind": "overloaded", "retryable": True},
                "rawStopReason": "insufficient_system_resource",
            },
        },
    ),
    Cassette(
        "filtered",
        sse(chunk({"content": "I"}), chunk({}, "content_filter", usage=COUNTS)),
        signal="content_filter",
        expected={"message": {"error": {"kind": "content_filter"}}},
    ),
    Cassette(
        "two calls",
        sse(
            chunk(
                {
                    "tool_calls": [
                        {"index": 0, "id": "call_00", "type": "function", "function": {"name": "add", "arguments": ""}}
                    ]
                }
            ),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
            chunk(
                {
                    "tool_calls": [
                        {"index": 1, "id": "call_01", "type": "function", "function": {"name": "add", "arguments": ""}}
                    ]
                }
            ),
            chunk({"tool_calls": [{"index": 1, "function": {"arguments": '{"a": 2}'}}]}),
            chunk({"content": "", "reasoning_content": None}, "tool_calls", usage=COUNTS),
        ),
        signal='"finish_reason": "tool_calls"',
        expected={
            "message": {"content": [{"id": "call_00", "arguments": {}}, {"id": "call_01", "arguments": {"a": 2}}]}
        },
    ),
]

WHOLE = {"role": "assistant", "content": "It is 4.", "reasoning_content": "Hm."}
CASSETTES.append(
    Cassette(
        "waiting in line for a whole answer",
        b"\n\n\n"
        + json.dumps(
            {"id": "c1", "choices": [{"index": 0, "message": WHOLE, "finish_reason": "stop"}], "usage": COUNTS}
        ).encode(),
        headers={"content-type": "application/json"},
        options={"simulate_streaming": True},
        expected={"thinking": "Hm.", "text": "It is 4.", "message": {"usage": {"cacheRead": 10}}},
    )
)

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
        model="deepseek-flash",
        api="anthropic-messages",
        signal='"type": "message_stop"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {"stopReason": "stop", "usage": {"input": 20, "cacheRead": 10, "output": 9}},
        },
    )
)

TestDeepSeek = provider_suite("deepseek", streams=CASSETTES, model="deepseek-flash")
