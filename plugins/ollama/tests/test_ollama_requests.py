"""Requests of both apis: the body, held against the vendor's own types."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ollama_types import problems
from ollama_wire import HUB, LLAMA, OSS, QWEN, body, notes, request

from headwater import (
    AssistantMessage,
    Document,
    Image,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

PIXEL = base64.b64encode(b"\x89PNG").decode()
WEATHER = Tool("weather", "The weather of a place", {"type": "object", "properties": {"place": {"type": "string"}}})
SCHEMA = {"title": "answer", "type": "object", "properties": {"a": {"type": "string"}}}
SEEING = "ollama/qwen3-vl"


def answered(*content: Any, model: str = SEEING) -> AssistantMessage:
    """An answer that the model asked gave before."""
    return AssistantMessage(content, api="ollama-chat", provider="ollama", model=model.partition("/")[2])


CONTEXTS: dict[str, list[Any]] = {
    "text": [UserMessage("hi")],
    "images": [UserMessage([Text("look"), Image(PIXEL, "image/png"), Text("well?")])],
    "thinking": [UserMessage("hi"), answered(Thinking("so"), Text("ho")), UserMessage("go on")],
    "tools": [
        UserMessage("hi"),
        answered(Text("let me see"), ToolCall("call_1", "weather", {"place": "Oslo"}), ToolCall("call_2", "clock")),
        ToolResultMessage("call_1", "weather", [Text("rain"), Image(PIXEL, "image/png")]),
        ToolResultMessage("call_2", "clock", "broken", is_error=True),
        UserMessage("well?"),
    ],
}

OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "limits": {"max_tokens": 100, "stop": ["END"], "seed": 7},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "top_k": 3, "min_p": 0.1, "repeat_penalty": 1.1},
    "penalties": {"presence_penalty": 0.1, "frequency_penalty": 0.2},
    "context": {"num_ctx": 8192, "truncate": False, "shift": False},
    "thinking": {"thinking": "high"},
    "no thinking": {"thinking": "off"},
    "thinking as it stands": {"think": "max"},
    "system": {"system": "Be brief."},
    "tools": {"tools": [WEATHER]},
    "schema": {"response_format": SCHEMA},
    "any object": {"response_format": {"type": "object"}},
    "service": {"keep_alive": "5m"},
    "for ever": {"keep_alive": -1},
    "likelihoods": {"logprobs": True, "top_logprobs": 3},
    "anything": {"runtime": {"num_thread": 4}},
}


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("options", OPTIONS)
def test_a_request_is_one_the_vendors_types_know(context: str, options: str) -> None:
    """Every kind of content with every option is valid, with no field they do not name."""
    assert problems(body(CONTEXTS[context], model=SEEING, **OPTIONS[options])) == ""


@pytest.mark.parametrize("options", [name for name in OPTIONS if name != "tools"])
def test_a_prompt_to_complete_is_one_the_vendors_types_know(options: str) -> None:
    """Over the other api."""
    model = HUB.model(SEEING, api="ollama-generate")
    made = body(model=model, suffix="}", raw=True, **OPTIONS[options])
    assert (problems(made, "GenerateRequest"), made["prompt"], made["suffix"]) == ("", "hi", "}")


ILLEGAL: dict[str, dict[str, Any]] = {
    "a field nobody knows": {"model": "a", "messages": [], "temperature": 1},
    "no model": {"messages": []},
    "content in blocks": {"model": "a", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
    "arguments as text": {
        "model": "a",
        "messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "a", "arguments": "{}"}}]}],
    },
    "an option nobody knows": {"model": "a", "options": {"max_tokens": 3}},
    "a format that is none": {"model": "a", "format": "xml"},
    "a tool without a function": {"model": "a", "tools": [{"name": "a"}]},
}


@pytest.mark.parametrize("illegal", ILLEGAL)
def test_the_judge_refuses_what_is_none(illegal: str) -> None:
    """The check of requests can fail."""
    assert problems(ILLEGAL[illegal]) != ""


def test_a_conversation_is_written_as_texts_with_what_stands_beside() -> None:
    """Images of results follow the run of them."""
    assert body(CONTEXTS["tools"], model=SEEING)["messages"][1:] == [
        {
            "role": "assistant",
            "content": "let me see",
            "tool_calls": [
                {"id": "call_1", "function": {"name": "weather", "arguments": {"place": "Oslo"}}},
                {"id": "call_2", "function": {"name": "clock", "arguments": {}}},
            ],
        },
        {"role": "tool", "content": "rain", "tool_name": "weather", "tool_call_id": "call_1"},
        {"role": "tool", "content": "Error: broken", "tool_name": "clock", "tool_call_id": "call_2"},
        {"role": "user", "content": "Images of the results above:", "images": [PIXEL]},
        {"role": "user", "content": "well?"},
    ]


def test_images_at_the_end_are_not_forgotten() -> None:
    """Where the results are the last of the conversation."""
    made = body(CONTEXTS["tools"][:-1], model=SEEING)["messages"]
    assert made[-1]["images"] == [PIXEL]


def test_thinking_goes_back_beside_the_text() -> None:
    """As it came."""
    made = body(CONTEXTS["thinking"], model=SEEING)["messages"][1]
    assert made == {"role": "assistant", "content": "ho", "thinking": "so"}


def test_settings_have_their_own_names() -> None:
    """In the wire's `options`."""
    made = body(max_tokens=9, stop=["x"], seed=1, num_ctx=100, runtime={"num_gpu": 1})
    assert made["options"] == {"num_predict": 9, "stop": ["x"], "seed": 1, "num_ctx": 100, "num_gpu": 1}


@pytest.mark.parametrize(
    ("model", "level", "think"),
    [
        (QWEN, None, None),
        (QWEN, "minimal", True),
        (QWEN, "max", True),
        (QWEN, "off", False),
        (OSS, "minimal", "low"),
        (OSS, "high", "high"),
        (OSS, "max", "high"),
        (OSS, "off", "low"),
        (LLAMA, "high", None),
        (LLAMA, "off", None),
        ("ollama/nobody-knows", "low", True),
        ("ollama/nobody-knows", "off", False),
    ],
)
def test_a_level_becomes_what_the_model_takes(model: str, level: Any, think: Any) -> None:
    """On or off, or a grade; nothing for a model that does not think."""
    assert body(model=model, thinking=level).get("think") == think


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"model": OSS, "thinking": "off"}, [("changed", "options.thinking")]),
        ({"model": LLAMA, "thinking": "high"}, [("dropped", "options.thinking")]),
        ({"model": LLAMA, "thinking": "off"}, []),
        ({"service_tier": "flex"}, [("dropped", "options.service_tier")]),
        ({"metadata": {"a": "b"}}, [("dropped", "options.metadata")]),
        ({"thinking_budget": 9}, [("dropped", "options.thinking_budget")]),
        ({"parallel_tool_calls": False}, [("dropped", "options.parallel_tool_calls")]),
    ],
)
def test_what_is_not_taken_is_left_out_and_noted(options: dict[str, Any], told: list[Any]) -> None:
    """The rest is sent."""
    assert notes(request(**options)) == told


def test_tools_can_be_left_out_but_not_forced() -> None:
    """There is no word for either."""
    assert "tools" not in body(tools=[WEATHER], tool_choice="none")
    for choice in ("required", "tool:weather"):
        with pytest.raises(RequestError, match="cannot be made to call a tool"):
            body(tools=[WEATHER], tool_choice=choice)


@pytest.mark.parametrize("content", [Image(url="https://example.org/a.png")])
def test_an_image_by_url_is_refused(content: Any) -> None:
    """Nobody fetches it."""
    with pytest.raises(RequestError, match="not by URL"):
        body([UserMessage([content])], model=SEEING)


def test_a_text_document_is_told_in_its_words() -> None:
    """There are no documents here."""
    context = [UserMessage([Document(base64.b64encode(b"all of it").decode(), "text/plain")])]
    assert "all of it" in body(context)["messages"][0]["content"]


@pytest.mark.parametrize(
    ("prompt", "options"),
    [([UserMessage("a"), AssistantMessage([Text("b")]), UserMessage("c")], {}), ("a", {"tools": [WEATHER]})],
)
def test_only_one_prompt_is_completed(prompt: Any, options: dict[str, Any]) -> None:
    """A conversation goes over chat."""
    with pytest.raises(RequestError, match="use ollama-chat"):
        request(prompt, model=HUB.model(QWEN, api="ollama-generate"), **options)
