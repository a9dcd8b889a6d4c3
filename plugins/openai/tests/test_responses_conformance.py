"""The parser of Responses keeps the promises every plugin makes, on answers of every shape."""

from __future__ import annotations

from typing import Any

from openai_wire import (
    CHAT,
    RESPONSES,
    added,
    call_delta,
    call_events,
    chat,
    chunk,
    completed,
    created,
    delta,
    find,
    finished,
    make_hub,
    response,
    sse,
    text_events,
)

from headwater.testing import Case, conformance_tests

MODEL = find("openai/gpt-5.4", api=RESPONSES)
CHAT_MODEL = find("openai/gpt-5.4", api=CHAT)
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
IMAGE = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "QUJD"}
CODE = {"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "code": "1+1", "outputs": None}


def _case(name: str, *events: dict[str, Any], last: dict[str, Any] | None = None) -> Case:
    ending = sse(last or completed())
    body = sse(created(), *events)
    return Case(name, MODEL, body + ending, terminal_offset=len(body) + len(ending) - 2)


CASES = [
    _case("text", *text_events(0, "Hel", "lo")),
    _case("calls", *call_events(0, '{"a":', "1}"), *call_events(1, "{}", id="fc_2", call_id="call_2")),
    _case(
        "thinking",
        added(0, {**REASONING, "summary": []}),
        delta("reasoning_summary_text", 0, "Hm.", summary_index=0),
        finished(0, {**REASONING, "encrypted_content": "gAAAA"}),
        *text_events(1, "Hi"),
    ),
    _case(
        "built-in tools",
        added(0, CODE),
        delta("code_interpreter_call_code", 0, "1+1"),
        finished(0, CODE),
        added(1, IMAGE),
        finished(1, IMAGE),
        *text_events(2, "Hi"),
    ),
    _case(
        "incomplete",
        *text_events(0, "Hi"),
        last={
            "type": "response.incomplete",
            "response": response("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        },
    ),
    _case(
        "failed",
        *text_events(0, "Hi"),
        last={
            "type": "response.failed",
            "response": response("failed", error={"code": "server_error", "message": "x"}),
        },
    ),
]
"""Answers of every shape; the last event is the terminal signal."""


def _chat_case(name: str, *chunks: Any) -> Case:
    body = chat(*chunks, done=False)
    return Case(name, CHAT_MODEL, body + b"data: [DONE]\n\n", terminal_offset=len(body) - 2)


CHAT_CASES = [
    _chat_case("chat text", chunk({"content": "Hel"}), chunk({"content": "lo"}, "stop")),
    _chat_case(
        "chat calls",
        chunk({"reasoning_content": "Hm."}),
        chunk(call_delta(0, "a", "add", '{"a":')),
        chunk(call_delta(0, arguments="1}"), "tool_calls"),
    ),
]

test_conformance = conformance_tests([*CASES, *CHAT_CASES], make_hub)
