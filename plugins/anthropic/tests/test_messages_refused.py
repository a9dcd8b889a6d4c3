"""What a model does not take: left out and noted, or refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from messages_wire import HUB, body, dropped, request

from headwater import AssistantMessage, RequestError, Text, Thinking, Tool, UserMessage

TOOL = Tool("weather")
OLD, NEW, NEWEST = "anthropic/claude-sonnet-4-5", "anthropic/claude-opus-4-8", "anthropic/claude-opus-5-5"
LOCAL = HUB.endpoint("http://127.0.0.1:1", "local", api="anthropic-messages")
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
PREFILL = [UserMessage("hi"), AssistantMessage((Text("The answer is \n"),), provider="x")]


@pytest.mark.parametrize(
    ("model", "options", "notes"),
    [
        (NEW, {"temperature": 0.5, "top_p": 0.5, "top_k": 5}, ["temperature", "top_p", "top_k"]),
        (NEWEST, {"temperature": 1.0}, ["temperature"]),
        (OLD, {"temperature": 0.5, "thinking": "high"}, ["temperature"]),
        (OLD, {"temperature": 0.5, "top_p": 0.5}, ["top_p"]),
        (OLD, {"effort": "high"}, ["effort"]),
        ("anthropic/claude-opus-4-5", {"effort": "max"}, ["effort"]),
        ("anthropic/claude-3-5-haiku-20241022", {"thinking": "high"}, ["thinking"]),
        (OLD, {"thinking_display": "summarized"}, ["thinking_display"]),
        (NEW, {"block_binding": "error"}, ["block_binding"]),
        (NEW, {"thinking": "off", "thinking_display": "omitted"}, ["thinking_display"]),
        (NEW, {"seed": 1}, ["seed"]),
        (NEW, {"service_tier": "flex"}, ["service_tier"]),
        (NEW, {"metadata": {"team": "a", "user_id": "u"}}, ["metadata.team"]),
        (LOCAL, {"service_tier": "auto", "metadata": {"user_id": "u"}}, ["service_tier", "metadata.user_id"]),
        (LOCAL, {"tools": [TOOL], "eager_input_streaming": True}, ["eager_input_streaming"]),
        (LOCAL, {"tools": [TOOL], "strict_tools": True}, ["strict_tools"]),
    ],
)
def test_an_option_that_is_not_taken_is_left_out_and_noted(
    model: Any, options: dict[str, Any], notes: list[str]
) -> None:
    """The note names the option; where nothing may be lost, the request is refused."""
    wire = request(model=model, **options)
    assert dropped(wire) == [("dropped", f"options.{name}") for name in notes]
    with pytest.raises(RequestError, match=notes[0]):
        request(model=model, strict=True, **options)


@pytest.mark.parametrize(
    ("model", "options", "path"),
    [
        (NEWEST, {"thinking": "off"}, "thinking"),
        (OLD, {"thinking": "xhigh"}, "thinking"),
        (NEW, {"thinking_budget": 4096}, "thinking_budget"),
        (OLD, {"max_tokens": 100_000}, "max_tokens"),
        ("anthropic/claude-opus-5", {"thinking": "off", "effort": "max"}, "effort"),
    ],
)
def test_an_option_that_is_taken_in_another_form_is_noted(model: str, options: dict[str, Any], path: str) -> None:
    """The nearest the model has is sent in its place."""
    assert dropped(request(model=model, **options)) == [("changed", f"options.{path}")]


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        (NEWEST, {"tools": [TOOL], "tool_choice": "required"}, "cannot be made to call"),
        (NEWEST, {"tools": [TOOL], "tool_choice": "tool:weather"}, "cannot be made to call"),
        (OLD, {"tools": [TOOL], "tool_choice": "required", "thinking": "low"}, "while it thinks"),
        ("anthropic/claude-opus-4-6", {"tools": [TOOL], "tool_choice": "required", "thinking_budget": 2048}, "thinks"),
        (NEW, {"tool_choice": "required"}, "needs tools"),
        (NEW, {"tools": [TOOL], "tool_choice": "tool:clock"}, "none of the tools"),
        (NEW, {"response_format": {"type": "object"}}, "any JSON object"),
        ("anthropic/claude-3-5-haiku-20241022", {"response_format": SCHEMA}, "held to a schema"),
        (LOCAL, {"response_format": SCHEMA}, "held to a schema"),
        (NEW, {"prompt": PREFILL}, "beginning of an answer"),
        (OLD, {"prompt": PREFILL, "thinking": "low"}, "beginning of an answer while it thinks"),
    ],
)
def test_what_would_change_what_was_asked_is_refused(model: Any, options: dict[str, Any], words: str) -> None:
    """Nothing is sent; the error names the model and says what to do."""
    given = dict(options)
    with pytest.raises(RequestError, match=words):
        request(given.pop("prompt", "hi"), model=model, **given)


def test_a_forced_tool_is_taken_without_a_budget() -> None:
    """By older models that do not think, and by those that think as they see fit."""
    choices = [
        body(model=OLD, tools=[TOOL], tool_choice="required")["tool_choice"],
        body(model=OLD, tools=[TOOL], tool_choice="required", thinking="off")["tool_choice"],
        body(model=NEW, tools=[TOOL], tool_choice="required", thinking="high")["tool_choice"],
    ]
    assert choices == [{"type": "any"}] * 3


def test_the_beginning_of_an_answer_is_gone_on_with_by_older_models() -> None:
    """Without the white space at its end, which is refused."""
    wire = request(PREFILL, model=OLD)
    sent = body(PREFILL, model=OLD)["messages"][-1]
    assert (sent, dropped(wire)) == (
        {"role": "assistant", "content": [{"type": "text", "text": "The answer is"}]},
        [("changed", "messages")],
    )


def test_an_unfinished_thought_is_no_beginning_of_an_answer() -> None:
    """Nothing is left of it, and the conversation ends with the user."""
    thought = AssistantMessage(
        (Thinking("so", "a"),),
        provider="anthropic",
        api="anthropic-messages",
        model="claude-opus-4-8",
        stop_reason="length",
    )
    assert [turn["role"] for turn in body([UserMessage("hi"), thought])["messages"]] == ["user"]


def test_tools_of_the_provider_are_refused_where_it_has_none() -> None:
    """A compat flag says so."""
    model = HUB.endpoint("http://127.0.0.1:1", "m", api="anthropic-messages", compat={"server_tools": False})
    with pytest.raises(RequestError, match="builtin_tools"):
        request(model=model, builtin_tools=[{"type": "web_search_20260318", "name": "web_search"}])


def test_an_unknown_compat_flag_is_named_with_its_neighbour() -> None:
    """A typing error is found before sending."""
    model = HUB.endpoint("http://127.0.0.1:1", "m", api="anthropic-messages", compat={"prefil": False})
    with pytest.raises(RequestError, match="did you mean 'prefill'"):
        request(model=model)


def test_an_unknown_option_is_named_with_its_neighbour() -> None:
    """Options are those of the api."""
    with pytest.raises(RequestError, match="top_k"):
        request(topk=5)
