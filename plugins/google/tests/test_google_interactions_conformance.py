"""The parser of interactions keeps the promises every plugin makes, on an answer with every kind of step."""

from __future__ import annotations

import json
from typing import Any

from headwater import Hub
from headwater.testing import Case, conformance_tests

HUB = Hub(environ={})
CITED = {"type": "url_citation", "url": "https://a.example", "title": "t"}


def begun(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    """A step that begins."""
    return {"event_type": "step.start", "index": index, "step": {"type": kind, **fields}}


def more(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    """More of a step."""
    return {"event_type": "step.delta", "index": index, "delta": {"type": kind, **fields}}


def over(index: int) -> dict[str, Any]:
    """A step that is over."""
    return {"event_type": "step.stop", "index": index}


def sse(*events: dict[str, Any]) -> bytes:
    """Events as they stand on the wire."""
    return b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in events)


STEPS = sse(
    {"event_type": "interaction.created", "interaction": {"id": "v1_x", "model": "g", "status": "in_progress"}},
    begun(0, "thought"),
    more(0, "thought_summary", content={"type": "text", "text": "hm"}),
    more(0, "thought_signature", signature="c2ln"),
    over(0),
    begun(1, "model_output"),
    more(1, "text", text="Hello"),
    more(1, "text_annotation_delta", annotations=[CITED]),
    more(1, "image", data="QUJD", mime_type="image/png"),
    over(1),
    begun(2, "function_call", id="c1", name="f", arguments={}),
    more(2, "arguments_delta", arguments='{"a":'),
    more(2, "arguments_delta", arguments="1}"),
    over(2),
    begun(3, "google_search_call", id="s"),
    more(3, "google_search_call", arguments={"queries": ["q"]}),
    over(3),
    begun(4, "code_execution_call", id="k", arguments={"code": "1+1"}),
    over(4),
    begun(5, "code_execution_result", call_id="k", result="2"),
    over(5),
)
USAGE = {"total_input_tokens": 3, "total_output_tokens": 4, "total_tokens": 7}
END = sse({"event_type": "interaction.completed", "interaction": {"id": "v1_x", "status": "completed", "usage": USAGE}})
MODEL = HUB.model("google/gemini-3-flash", api="google-interactions")

test_conformance = conformance_tests(
    [Case("every step", MODEL, STEPS + END, terminal_offset=len(STEPS + END) - 2)], lambda: Hub(environ={})
)
