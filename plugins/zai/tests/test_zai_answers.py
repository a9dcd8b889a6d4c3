"""Z.ai's oddities as answers written by hand, and every plugin's promises."""

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
    "prompt_tokens_details": {"cached_tokens": 12},
}


def ended(finish: str) -> bytes:
    """An answer that ends so."""
    return sse(chunk({"content": "half"}), chunk({"role": "assistant", "content": ""}, finish, usage=COUNTS))


CASSETTES = [
    Cassette(
        "thinking, then arguments as they are written",
        sse(
            chunk({"role": "assistant", "reasoning_content": "Hm."}),
            chunk(
                {
                    "tool_calls": [
                        {"index": 0, "id": "c1", "type": "function", "function": {"name": "add", "arguments": ""}}
                    ]
                }
            ),
            chunk({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"arguments": '{"a"'}}]}),
            chunk({"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"arguments": ": 1}"}}]}),
            chunk({"role": "assistant", "content": ""}, "tool_calls", usage=COUNTS),
        ),
        signal='"finish_reason": "tool_calls"',
        expected={
            "thinking": "Hm.",
            "message": {
                "content": [{"type": "thinking"}, {"type": "toolCall", "id": "c1", "arguments": {"a": 1}}],
                "usage": {"input": 18, "cacheRead": 12},
            },
        },
    ),
    Cassette(
        "sensitive", ended("sensitive"), signal="sensitive", expected={"message": {"error": {"kind": "content_filter"}}}
    ),
    Cassette(
        "the window is full",
        ended("model_context_window_exceeded"),
        signal="model_context_window_exceeded",
        expected={"message": {"stopReason": "length", "rawStopReason": "model_context_window_exceeded"}},
    ),
    Cassette(
        "the network there failed",
        ended("network_error"),
        signal="network_error",
        expected={"message": {"error": {"kind": "server", "retryable": True}}},
    ),
    Cassette(
        "an error of its own code",
        sse(chunk({"content": "half"}), {"error": {"code": "1312", "message": "Too many are asking this model"}}),
        expected={"message": {"error": {"kind": "overloaded", "code": "1312"}}},
    ),
]

TestZai = provider_suite("zai", streams=CASSETTES, model="glm-5.3")
TestZaiCodingInChina = provider_suite("zai-coding-cn", streams=CASSETTES[:1], model="glm-5.3")
