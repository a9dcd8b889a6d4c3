"""What the files in `golden/` hold: one of everything, with no field at its default.

Written once by the version that is in a file's name; a change that makes a test of them fail breaks what
people have stored. A new form gets a file of its own, and the old ones stay.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core_pen import make_pen

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Cost,
    Document,
    Done,
    ErrorInfo,
    Event,
    Image,
    Note,
    ProviderBlock,
    Refusal,
    Source,
    Start,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    Usage,
    UserMessage,
)

GOLDEN = Path(__file__).parent / "golden"

ANSWER = AssistantMessage(
    content=(
        Thinking("Let me see.", "c2lnbmF0dXJl", extra={"item": {"id": "rs_1"}}),
        Thinking("", "c2VhbGVk", redacted=True),
        Text("It is 7 °C 🌧 in Zürich.", "msg_1", extra={"phase": "final_answer"}),
        ToolCall(
            "call_1", "weather", {"city": "Zürich", "days": [1, 2.5, None]}, "c2ln", extra={"type": "function_call"}
        ),
        ToolCall("call_2", "cut", {"a": 1}, incomplete=True, raw_arguments='{"a":1,'),
        Refusal("Not that."),
        Image("aW1n", "image/png", extra={"thoughtSignature": "c2ln"}),
        Image(url="https://example.com/a.png"),
        Audio("c25k", "audio/mpeg", "la la"),
        Source("https://example.com", "Example", "A page.", "search", extra={"rank": 1}),
        CodeExecution("1/0", "python", "", False, "ZeroDivisionError", "exec_1", extra={"parts": []}),
        ProviderBlock("server_tool_use", {"type": "server_tool_use", "input": {"q": "x"}}, "srv_1"),
    ),
    api="example-api",
    provider="example",
    model="example-1",
    usage=Usage(100, 20, 30, 40, 190, 10, 5, "flex", Cost(0.1, 0.2, 0.3, 0.4, 1.0), "reported"),
    stop_reason="error",
    raw_stop_reason="content_filter",
    error=ErrorInfo("content_filter", "Filtered.", 200, "filtered", "req_1", True, 2.5, "example", "example-1"),
    response_id="resp_1",
    response_model="example-1-2026",
    timestamp=1_700_000_000_000,
    notes=(Note("dropped", "options.seed", "this model knows no seed"),),
    extra={"container": "c1"},
)

CONTEXT = Context(
    messages=(
        UserMessage("What is the weather?", 1_699_999_999_000),
        UserMessage(
            (
                Text("Look:", extra={"mark": 1}),
                Image("aW1n", "image/webp"),
                Document("cGRm", "application/pdf", name="a.pdf"),
                Document(url="https://example.com/b.pdf"),
                Audio("c25k"),
            ),
            1_699_999_999_500,
        ),
        ANSWER,
        ToolResultMessage("call_1", "weather", "7 °C", details={"station": 3}, timestamp=1_700_000_000_500),
        ToolResultMessage("call_2", "cut", (Text("no"), Image("aW1n", "image/png"), Document("cGRm")), is_error=True),
    ),
    system_prompt="Be brief.",
    tools=(Tool("weather", "The weather in a city.", {"type": "object", "properties": {"city": {"type": "string"}}}),),
)


def every_event() -> list[Event]:
    """A stream in which every kind of event comes."""
    pen = make_pen()
    pen.thinking("hm", key=0)
    pen.close(0)
    pen.text("Hello", key=1)
    pen.close(1)
    pen.refusal("No.", key=2)
    pen.close(2)
    pen.tool_call(3, "call_1", "weather", '{"city":')
    pen.arguments('"Zürich"}', key=3)
    pen.close(3)
    pen.block("server_tool_use", {"input": {}}, key=4, id="srv_1")
    pen.arguments('{"q":"x"}', key=4)
    pen.close(4)
    pen.source("https://example.com", "Example")
    pen.code_execution(5, code="1+1", output="2", success=True)
    pen.image("progress", data="aW1n", mime_type="image/png", progress=0.5)
    pen.status("busy", place=1)
    pen.usage(input=1, output=2)
    pen.finish()
    return [Start(), *pen.take(), Done("stop", ANSWER)]


def load(name: str) -> Any:
    """The value in one of the files."""
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))
