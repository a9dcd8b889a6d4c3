"""Together's oddities as answers written by hand, and every plugin's promises."""

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

CASSETTES = [
    Cassette(
        "thinking under the one name",
        sse(
            chunk({"role": "assistant", "reasoning": "Hm."}),
            chunk({"role": "assistant", "content": "It is 4.", "token_id": 7}),
            chunk({"role": "assistant", "content": ""}, "eos"),
            {"id": "c1", "object": "chat.completion.chunk", "choices": [], "usage": COUNTS, "warnings": None},
        ),
        signal='"finish_reason": "eos"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {"stopReason": "stop", "rawStopReason": "eos", "usage": {"input": 18, "cacheRead": 12}},
        },
    ),
    Cassette(
        "thinking under the other",
        sse(chunk({"reasoning_content": "Hm."}), chunk({"content": "4"}, "stop")),
        signal='"finish_reason": "stop"',
        expected={"thinking": "Hm.", "text": "4"},
    ),
    Cassette(
        "a call in one piece",
        sse(
            chunk(
                {
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "add", "arguments": '{"a": 1}'},
                        }
                    ]
                }
            ),
            chunk({}, "tool_calls"),
        ),
        signal='"finish_reason": "tool_calls"',
        expected={"message": {"content": [{"type": "toolCall", "id": "call_1", "arguments": {"a": 1}}]}},
    ),
]

TestTogether = provider_suite("together", streams=CASSETTES, model="zai-org/GLM-5.3")
