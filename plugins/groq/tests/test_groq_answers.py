"""Groq's oddities as answers written by hand, and every plugin's promises."""

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
        "model": "openai/gpt-oss-120b",
        "choices": [choice],
        **beside,
    }


def sse(*chunks: Any) -> bytes:
    """The body of these chunks; text stands as it is."""
    lines = [one if isinstance(one, str) else f"data: {json.dumps(one)}" for one in (*chunks, "data: [DONE]")]
    return "".join(f"{line}\n\n" for line in lines).encode()


COUNTS = {"prompt_tokens": 20, "completion_tokens": 8, "total_tokens": 28}
TIMES = {"queue_time": 0.2, "prompt_time": 0.01, "completion_time": 0.1, "total_time": 0.11}
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
SEARCH = {"index": 0, "type": "search", "arguments": '{"query": "tides"}', "search_results": {"results": []}}
FOUND = {"results": [{"title": "Tides", "url": "https://tides.test/", "content": "Twice a day.", "score": 0.9}]}
CODE = {"index": 1, "type": "python", "arguments": '{"code": "print(6 * 7)"}', "output": "42\\n", "code_results": []}
BREAKDOWN = {"models": [{"model": "llama", "usage": COUNTS}]}
CITED = {"type": "document_citation", "document_citation": {"document_id": "d1", "start_index": 0, "end_index": 4}}
FAILED = {
    "message": "Tool call validation failed",
    "type": "invalid_request_error",
    "code": "tool_use_failed",
    "failed_generation": "<add{a: 1}>",
    "status_code": 400,
}

CASSETTES = [
    Cassette(
        "thinking, times and the tier",
        sse(
            chunk({"role": "assistant", "reasoning": "Hm.", "channel": "analysis"}, x_groq={"id": "req_1"}),
            chunk({"content": "It is 4."}),
            chunk({}, "stop", x_groq={"id": "req_1", "usage": {**COUNTS, **TIMES}}, usage={**COUNTS, **TIMES}),
            {"id": "c1", "choices": [], "usage": {**COUNTS, **TIMES}, "service_tier": "on_demand"},
        ),
        signal='"finish_reason": "stop"',
        expected={
            "thinking": "Hm.",
            "text": "It is 4.",
            "message": {
                "stopReason": "stop",
                "usage": {"input": 20, "output": 8, "serviceTier": "on_demand"},
                "extra": {"reasoning_field": "reasoning", "usage_details": TIMES},
            },
        },
    ),
    Cassette(
        "usage beside the last chunk only",
        sse(
            chunk({"content": "Hi"}),
            chunk({}, "stop", x_groq={"usage": {**COUNTS, **TIMES}, "usage_breakdown": BREAKDOWN}),
        ),
        signal='"finish_reason": "stop"',
        expected={
            "message": {
                "usage": {"input": 20, "output": 8, "provenance": "reported"},
                "extra": {"usage_details": TIMES, "usage_breakdown": BREAKDOWN},
            }
        },
    ),
    Cassette(
        "a whole call in one chunk",
        sse(chunk({"tool_calls": [CALL]}), chunk({}, "tool_calls", usage=COUNTS)),
        signal='"finish_reason": "tool_calls"',
        expected={
            "message": {
                "stopReason": "toolUse",
                "content": [{"type": "toolCall", "id": "call_1", "name": "add", "arguments": {"a": 1}}],
            }
        },
    ),
    Cassette(
        "tools that ran there",
        sse(
            chunk({"reasoning": "<tool>"}),
            chunk({"executed_tools": [SEARCH]}),
            chunk({"executed_tools": [{**SEARCH, "output": "Tides: twice a day.", "search_results": FOUND}]}),
            chunk({"executed_tools": [CODE]}),
            chunk({"content": "Twice a day.", "annotations": [CITED]}),
            chunk({}, "stop"),
        ),
        model="groq/compound",
        signal='"finish_reason": "stop"',
        expected={
            "message": {
                "content": [
                    {"type": "thinking"},
                    {"type": "providerBlock", "name": "executed_tool", "raw": {"output": "Tides: twice a day."}},
                    {"type": "source", "uri": "https://tides.test/", "title": "Tides", "snippet": "Twice a day."},
                    {"type": "providerBlock", "name": "executed_tool", "raw": {"type": "python"}},
                    {"type": "codeExecution", "code": "print(6 * 7)", "output": "42\\n"},
                    {"type": "text", "text": "Twice a day."},
                    {"type": "source", "uri": "d1", "kind": "document"},
                ]
            }
        },
    ),
    Cassette(
        "a call that was none",
        sse(chunk({"content": "may"}), f"event: error\ndata: {json.dumps({'error': FAILED})}"),
        expected={"text": "may", "message": {"error": {"kind": "invalid_request", "code": "tool_use_failed"}}},
    ),
    Cassette(
        "stopped early",
        sse(chunk({"content": "half"}), chunk({}, x_groq={"error": "over capacity, try again"})),
        expected={"text": "half", "message": {"stopReason": "error"}},
    ),
]

TestGroq = provider_suite("groq", streams=CASSETTES, model="openai/gpt-oss-120b")
