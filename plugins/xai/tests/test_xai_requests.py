"""xAI's models and what is asked of them, over both protocols."""

from __future__ import annotations

from typing import Any

import pytest
from xai_wire import ADD, CHAT, body, find, make_hub, noted, request

from headwater import (
    AssistantMessage,
    Context,
    Document,
    MissingKey,
    ProviderBlock,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

RESPONSES = "openai-responses"


def test_a_model_is_asked_over_responses_unless_told_otherwise() -> None:
    """Chat completions still answers, and is asked when `api` says so."""
    models = [find(), find(api=CHAT)]
    assert [(model.api, request(model).url) for model in models] == [
        (RESPONSES, "https://api.x.ai/v1/responses"),
        (CHAT, "https://api.x.ai/v1/chat/completions"),
    ]


def test_the_key_is_xais_own() -> None:
    """`XAI_API_KEY`, named where it is missing."""
    with pytest.raises(MissingKey, match="XAI_API_KEY"):
        make_hub().stream_sync("xai/grok-4.6", "Hi")


EFFORTS: dict[str, dict[str, str | None]] = {
    "grok-4.3": {"off": "none", "minimal": "low", "medium": "medium", "xhigh": "high"},
    "grok-4.5": {"off": "low", "high": "high", "xhigh": "high"},
    "grok-4.6": {"off": "low", "xhigh": "xhigh", "max": "xhigh"},
    "grok-4.7-latest": {"off": "low", "xhigh": "high"},
    "grok-4.20-0309-reasoning": {"off": None, "high": None},
    "grok-4-1-fast-non-reasoning": {"off": None, "high": None},
    "grok-9": {"off": "low", "medium": "medium", "max": "high"},
}


@pytest.mark.parametrize("id", EFFORTS)
def test_a_level_becomes_the_nearest_effort_the_model_takes(id: str) -> None:
    """Ids that say whether they think refuse the field; only one family can be told not to think."""
    sent = {level: body(find(id), thinking=level).get("reasoning", {}).get("effort") for level in EFFORTS[id]}
    assert sent == EFFORTS[id]


CHANGED = {
    ("grok-4.6", "off"): True,
    ("grok-4.6", "high"): False,
    ("grok-4-fast-reasoning", "high"): True,
    ("grok-4-fast-reasoning", "off"): True,
    ("grok-4-fast-non-reasoning", "high"): True,
    ("grok-4-fast-non-reasoning", "off"): False,
}


@pytest.mark.parametrize(("id", "level"), CHANGED)
def test_a_level_that_is_not_kept_is_noted(id: str, level: str) -> None:
    """A note says so, unless the model does what was asked anyway."""
    assert ("options.thinking" in noted(find(id), thinking=level)) == CHANGED[id, level]


def test_the_system_prompt_is_the_first_message() -> None:
    """`instructions` are not for xAI."""
    sent = body(find(), Context([UserMessage("Hi")], "Be brief."))
    assert ("instructions" in sent, sent["input"]) == (
        False,
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    )


def test_built_in_tools_stand_beside_functions() -> None:
    """They are sent as they are given, and no results are asked for that xAI does not know how to give."""
    search = {"type": "x_search", "allowed_x_handles": ["xai"], "from_date": "2026-11-01"}
    code = {"type": "code_interpreter"}
    sent = body(find(), tools=[ADD], builtin_tools=[search, code], include=["no_inline_citations"])
    assert (sent["tools"][1:], sent["include"]) == (
        [search, code],
        ["reasoning.encrypted_content", "no_inline_citations"],
    )


@pytest.mark.parametrize("choice", ["tool:web_search", "tool:nothing"])
def test_a_built_in_tool_cannot_be_forced(choice: str) -> None:
    """What cannot be had is refused before anything is sent."""
    with pytest.raises(RequestError):
        request(find(), builtin_tools=[{"type": "web_search"}], tool_choice=choice)


def test_a_function_can_be_forced() -> None:
    """By its name."""
    assert body(find(), tools=[ADD], tool_choice="tool:add")["tool_choice"] == {"type": "function", "name": "add"}


LEFT_OUT: dict[str, dict[str, Any]] = {
    "service_tier": {"service_tier": "flex"},
    "metadata": {"metadata": {"a": "b"}},
    "seed": {"seed": 7},
    "stop": {"stop": ["END"]},
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_xai_does_not_take_is_left_out_and_noted(name: str) -> None:
    """Over Responses."""
    assert (noted(find(), **LEFT_OUT[name]), name in body(find(), **LEFT_OUT[name])) == ([f"options.{name}"], False)


@pytest.mark.parametrize("asked", [{"stop": ["END"]}, {"frequency_penalty": 0.5}, {"presence_penalty": 0.5}])
def test_chat_takes_no_stop_sequences_and_no_penalties(asked: dict[str, Any]) -> None:
    """Nor does it take a level of thinking."""
    model = find(api=CHAT)
    asked = {**asked, "thinking": "high", "temperature": 0.5}
    sent = body(model, **asked)
    assert (set(noted(model, **asked)), set(sent) - {"messages", "model", "stream", "stream_options"}) == (
        {f"options.{name}" for name in asked if name != "temperature"},
        {"temperature"},
    )


def test_documents_go_by_address_only() -> None:
    """And over chat completions not at all: a note stands in their place."""
    by_address = UserMessage([Document(url="https://a.test/a.pdf")])
    sent = body(find(), by_address)["input"][0]["content"]
    assert sent == [{"type": "input_file", "file_url": "https://a.test/a.pdf"}]
    with pytest.raises(RequestError, match="by URL only"):
        request(find(), UserMessage([Document("JVBERi0=")]))
    assert "messages.0.content.0" in noted(find(api=CHAT), by_address)


def test_a_session_goes_where_its_beginning_is_cached() -> None:
    """By a header over both protocols, and by a key of the cache where there is one."""
    models = [find(), find(api=CHAT)]
    headers = [request(model, session_id="s1").headers["x-grok-conv-id"] for model in models]
    keys = [body(model, session_id="s1").get("prompt_cache_key") for model in models]
    assert (headers, keys) == (["s1", "s1"], ["s1", None])


def test_tools_are_strict_over_responses_only() -> None:
    """Chat completions refuses the field."""
    closed = {**ADD.parameters, "additionalProperties": False}
    tool = type(ADD)("add", "Adds.", closed)
    over_responses = body(find(), tools=[tool], strict_tools=True)["tools"][0]
    over_chat = body(find(api=CHAT), tools=[tool], strict_tools=True)["tools"][0]
    assert (over_responses["strict"], "strict" in over_chat["function"]) == (True, False)


def test_an_answer_can_be_gone_on_from() -> None:
    """xAI keeps answers when asked to; it makes none in the background."""
    sent = body(find(), store=True, previous_response_id="r1")
    assert (sent["store"], sent["previous_response_id"]) == (True, "r1")
    with pytest.raises(RequestError, match="background"):
        request(find(), background=True)


def test_what_xai_ran_goes_back_as_it_came() -> None:
    """Reasoning with its encrypted form, the search, the function call and its result, in order."""
    search = {"type": "custom_tool_call", "id": "ctc_1", "name": "x_keyword_search", "input": "{}", "call_id": "xs_1"}
    reasoning = {"id": "rs_1", "summary": [], "status": "completed"}
    content = [
        Thinking("Hm.", "gAAA", extra={"item": reasoning}),
        ProviderBlock("custom_tool_call", search, "ctc_1"),
        Text("I add.", "msg_1"),
        ToolCall("call-1-0|fc_1", "add", {"a": 1}),
    ]
    model = find()
    said = AssistantMessage(content, model.api, model.provider, model.id)
    sent = body(model, [UserMessage("Hi"), said, ToolResultMessage("call-1-0|fc_1", "add", "3")])["input"][1:]
    assert sent[:2] == [{"type": "reasoning", **reasoning, "encrypted_content": "gAAA"}, search]
    assert [(one["type"], one.get("id"), one.get("call_id")) for one in sent[2:]] == [
        ("message", "msg_1", None),
        ("function_call", "fc_1", "call-1-0"),
        ("function_call_output", None, "call-1-0"),
    ]


def test_capabilities_name_the_built_in_tools_where_they_run() -> None:
    """Over Responses only."""
    hub = make_hub()
    over = [hub.capabilities(find(api=api)) for api in (RESPONSES, CHAT)]
    assert (["x_search" in found.builtin_tools for found in over], over[0].structured_output) == ([True, False], True)
