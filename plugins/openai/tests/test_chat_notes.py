"""What a request of chat completions leaves out or changes is said in a note, never passed over."""

from __future__ import annotations

from typing import Any

import pytest
from openai_wire import ADD, STRICT_ADD, body, compatible, dropped, find

MODEL = find("openai/gpt-5.4")


@pytest.mark.parametrize(
    ("flags", "asked", "path"),
    [
        ({"parallel_tool_calls": False}, {"tools": [ADD], "parallel_tool_calls": False}, "options.parallel_tool_calls"),
        ({"strict_tools": False}, {"tools": [STRICT_ADD], "strict_tools": True}, "tools.add"),
        ({"strict_tools": True}, {"tools": [ADD], "strict_tools": True}, "tools.add"),
        ({"store": False}, {"store": True}, "options.store"),
        ({"long_cache": "no"}, {"cache": "long"}, "options.cache"),
        ({}, {"thinking_budget": 2000}, "options.thinking_budget"),
        ({"thinking_format": "openrouter"}, {"thinking_budget": -1}, "options.thinking_budget"),
        ({}, {"thinking_budget": 2000, "thinking": "low"}, "options.thinking_budget"),
        ({"penalties": False}, {"logit_bias": {"5": -1}}, "options.logit_bias"),
    ],
)
def test_what_an_endpoint_does_not_take_is_noted(flags: dict[str, Any], asked: dict[str, Any], path: str) -> None:
    """So that a strict caller can refuse it."""
    assert dropped(compatible(**flags), **asked) == [path]


def test_a_limit_above_the_models_is_lowered_and_said_so() -> None:
    """As it is over the other protocols."""
    model = find("openai/gpt-4o", max_tokens=50)
    assert (body(model, max_tokens=100)["max_completion_tokens"], dropped(model, max_tokens=100)) == (
        50,
        ["options.max_tokens"],
    )
    assert dropped(model, max_tokens=50) == []


def test_a_budget_alone_switches_thinking_on_where_one_is_taken() -> None:
    """It wins over a level, and needs none."""
    model = compatible(thinking_format="qwen")
    made = body(model, thinking_budget=2000)
    assert (made["enable_thinking"], made["thinking_budget"], dropped(model, thinking_budget=2000)) == (True, 2000, [])


def test_a_reasoning_model_never_takes_penalties() -> None:
    """Not even while it does not think (wire/openai-chat, section 3); a temperature it then takes."""
    asked = {"thinking": "off", "temperature": 0.5, "frequency_penalty": 0.5, "logit_bias": {"5": -1}}
    made = body(MODEL, **asked)
    assert (made["temperature"], "frequency_penalty" in made, "logit_bias" in made) == (0.5, False, False)
    assert dropped(MODEL, **asked) == ["options.frequency_penalty", "options.logit_bias"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("person", "person"), ("My answer (v2)", "My_answer_v2_"), ("x" * 80, "x" * 64), (None, "answer"), ("", "answer")],
)
@pytest.mark.parametrize("api", ["openai-completions", "openai-responses"])
def test_a_schemas_title_becomes_a_name_that_is_taken(api: str, title: Any, name: str) -> None:
    """Names are made of letters, digits, `_` and `-`, 64 at most."""
    schema = {"type": "object", "title": title, "properties": {"a": {"type": "string"}}}
    made = body(find(api=api), response_format=schema)
    found = made["response_format"]["json_schema"] if "response_format" in made else made["text"]["format"]
    assert found["name"] == name
