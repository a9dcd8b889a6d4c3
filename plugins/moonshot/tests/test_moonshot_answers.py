"""Moonshot's oddities as answers written by hand, and every plugin's promises."""

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


COUNTS = {"prompt_tokens": 30, "completion_tokens": 9, "total_tokens": 39, "cached_tokens": 12}


def counted(finish: str) -> dict[str, Any]:
    """A last chunk whose usage stands in its choice."""
    last = chunk({}, finish)
    last["choices"][0]["usage"] = COUNTS
    return last


CASSETTES = [
    Cassette(
        "usage in the choice",
        sse(
            chunk({"role": "assistant", "content": ""}),
            chunk({"reasoning_content": "Hm."}),
            chunk({"content": "It is 4."}),
            counted("stop"),
        ),
        signal='"finish_reason": "stop"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {"usage": {"input": 18, "cacheRead": 12, "output": 9, "provenance": "reported"}},
        },
    ),
    Cassette(
        "usage in a chunk of its own as well",
        sse(chunk({"content": "Hi"}), counted("stop"), {"id": "c1", "choices": [], "usage": COUNTS}),
        signal='"finish_reason": "stop"',
        expected={"message": {"usage": {"input": 18, "cacheRead": 12, "output": 9, "totalTokens": 39}}},
    ),
    Cassette(
        "a call after thinking",
        sse(
            chunk({"reasoning_content": "Hm."}),
            chunk(
                {
                    "tool_calls": [
                        {"index": 0, "id": "add:0", "type": "function", "function": {"name": "add", "arguments": ""}}
                    ]
                }
            ),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a": 1}'}}]}),
            counted("tool_calls"),
        ),
        signal='"finish_reason": "tool_calls"',
        expected={"message": {"content": [{"type": "thinking"}, {"type": "toolCall", "id": "add:0"}]}},
    ),
    Cassette(
        "overloaded in the stream",
        sse(
            chunk({"content": "half"}),
            {"error": {"message": "The engine is currently overloaded", "type": "engine_overloaded_error"}},
        ),
        expected={"message": {"error": {"kind": "overloaded", "retryable": True}}},
    ),
]

TestMoonshot = provider_suite("moonshot", streams=CASSETTES, model="kimi-k3")
TestKimiCoding = provider_suite("kimi-coding", streams=CASSETTES[:1], model="k3")
