"""Answers that are asked for whole say what the same answers say when they are streamed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from google_wire import HUB, INTERACTIONS, MODEL, SIGNATURE, decode, final, named_sse

from headwater import AssistantMessage

STEPS: Mapping[str, dict[str, Any]] = {
    "text": {"type": "model_output", "content": [{"type": "text", "text": "Hello"}]},
    "image": {"type": "model_output", "content": [{"type": "image", "data": "QUJD", "mime_type": "image/png"}]},
    "thinking": {"type": "thought", "signature": SIGNATURE, "summary": [{"type": "text", "text": "Hm."}]},
    "call": {"type": "function_call", "id": "f1", "name": "add", "arguments": {"x": 1}},
    "search": {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["cats"]}, "signature": SIGNATURE},
    "code": {"type": "code_execution_call", "id": "c1", "arguments": {"code": "2+2", "language": "python"}},
    "code's result": {"type": "code_execution_result", "call_id": "c1", "result": "4"},
}
"""Steps of every kind, which may come whole in a stream as well."""

ENDING = {"id": "i1", "model": "m", "usage": {"total_input_tokens": 9, "total_output_tokens": 3, "total_tokens": 12}}


def whole(*steps: dict[str, Any], status: str = "completed") -> AssistantMessage:
    """The message of an interaction that comes as one object."""
    body = json.dumps({**ENDING, "status": status, "steps": steps}).encode()
    return final(decode(body, INTERACTIONS, simulate_streaming=True))


def streamed(*steps: dict[str, Any], status: str = "completed") -> AssistantMessage:
    """The message of the same, streamed step by step."""
    told: list[dict[str, Any]] = [{"event_type": "interaction.created", "interaction": {"id": "i1", "model": "m"}}]
    for index, step in enumerate(steps):
        told += [
            {"event_type": "step.start", "index": index, "step": step},
            {"event_type": "step.stop", "index": index},
        ]
    told.append({"event_type": "interaction.completed", "interaction": {**ENDING, "status": status}})
    return final(decode(named_sse(told), INTERACTIONS))


def compared(message: AssistantMessage) -> tuple[Any, ...]:
    """What must be the same."""
    ended = message.stop_reason, message.raw_stop_reason, message.error and message.error.kind
    return message.content, message.usage, message.response_id, message.response_model, ended


@pytest.mark.parametrize("status", ["completed", "requires_action", "incomplete", "failed"])
def test_an_interaction_is_the_same_whole_and_streamed(status: str) -> None:
    """Steps of every kind, and every ending."""
    steps = list(STEPS.values())
    assert compared(whole(*steps, status=status)) == compared(streamed(*steps, status=status))


def test_what_the_user_said_is_no_part_of_the_answer() -> None:
    """An interaction that comes whole may begin with it."""
    asked = {"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}
    assert whole(asked, STEPS["text"]).text == "Hello"


@pytest.mark.parametrize(
    ("model", "ending"),
    [(HUB.model(MODEL), ":generateContent"), (INTERACTIONS, "/interactions")],
    ids=["generateContent", "interactions"],
)
def test_a_whole_answer_is_asked_for_as_one_object(model: Any, ending: str) -> None:
    """And read as one."""
    wire = HUB.request(model, "hi", simulate_streaming=True)
    assert (wire.url.endswith(ending), wire.framing, "stream" in wire.headers.get("accept", "")) == (
        True,
        "json-array",
        False,
    )
