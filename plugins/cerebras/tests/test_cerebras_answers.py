"""Cerebras's oddities as answers written by hand, and every plugin's promises."""

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


def begun(index: int, id: str, arguments: str = "") -> dict[str, Any]:
    """A chunk with which a call of `add` begins."""
    function = {"name": "add", "arguments": arguments}
    return chunk({"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]})


COUNTS = {
    "prompt_tokens": 20,
    "completion_tokens": 8,
    "total_tokens": 28,
    "prompt_tokens_details": {"cached_tokens": 5},
}
TIMES = {"queue_time": 0.001, "total_time": 0.02}

CASSETTES = [
    Cassette(
        "thinking apart from the text",
        sse(
            chunk({"role": "assistant", "reasoning": "Hm."}),
            chunk({"content": "It is 4."}),
            chunk({}, "stop", usage=COUNTS, time_info=TIMES, service_tier="flex"),
        ),
        signal='"finish_reason": "stop"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {"usage": {"input": 15, "cacheRead": 5, "output": 8, "serviceTier": "flex"}},
        },
    ),
    Cassette(
        "an error with its status in the stream",
        sse(
            chunk({"content": "half"}),
            {
                "error": {"message": "We're experiencing high traffic", "type": "too_many_requests_error"},
                "status_code": 429,
            },
        ),
        expected={"text": "half", "message": {"error": {"kind": "rate_limit", "retryable": True}}},
    ),
    Cassette(
        "an answer with a call that was made before",
        sse(
            chunk({"content": '{"sum": 3}'}),
            begun(0, "c1", '{"a": 1}'),
            chunk({}, "tool_calls", usage=COUNTS),
        ),
        model="zai-glm-4.7",
        options={"response_format": {"type": "object"}},
        signal='"finish_reason": "tool_calls"',
        expected={"text": '{"sum": 3}', "message": {"stopReason": "stop", "content": [{"type": "text"}]}},
    ),
    Cassette(
        "a call in pieces",
        sse(
            begun(0, "c1"),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}),
            chunk({}, "tool_calls", usage=COUNTS),
        ),
        signal='"finish_reason": "tool_calls"',
        expected={"message": {"content": [{"type": "toolCall", "name": "add", "arguments": {"a": 1}}]}},
    ),
]

TestCerebras = provider_suite("cerebras", streams=CASSETTES, model="qwen-3.8-27b")
