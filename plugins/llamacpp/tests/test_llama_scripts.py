"""A real llama.cpp server, over both protocols it speaks: what it says is what arrives."""

from __future__ import annotations

from typing import Any

import pytest
from llama_scripts import AFTER_A_TOOL, PROTOCOLS, ROUTES, SCRIPTS, TOOLS, Llama, play, said

from headwater import ToolResultMessage, UserMessage, check_grammar

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("word", SCRIPTS)
def test_a_script_arrives_whole(llama: Llama, form: str, protocol: str, route: str, word: str) -> None:
    """Text, thinking, calls and stop reason are the script's, and the events obey the grammar."""
    model = llama.model(protocol, route)
    asked: dict[str, Any] = {"tools": TOOLS, "parallel_tool_calls": True, "max_tokens": 500}
    events, message = play(form, llama.hub, model, word, **asked)
    check_grammar(events)
    assert said(message) == SCRIPTS[word]


@pytest.mark.parametrize("route", ROUTES)
def test_usage_is_the_servers_own(llama: Llama, form: str, protocol: str, route: str) -> None:
    """Input and output are counted; nothing is made up and there is no price."""
    _, message = play(form, llama.hub, llama.model(protocol, route), "Hello", max_tokens=500)
    usage = message.usage
    counted = (usage.provenance, usage.output, usage.input + usage.cache_read > 0, usage.cost)
    assert counted == ("reported", 22, True, None)


def test_a_tools_result_gets_the_closing_answer(llama: Llama, form: str, protocol: str) -> None:
    """The call goes back with its result, and the conversation goes on."""
    model = llama.model(protocol)
    question = UserMessage("WEATHER in Zürich?")
    _, first = play(form, llama.hub, model, question, tools=TOOLS, max_tokens=500)
    result = ToolResultMessage(first.tool_calls[0].id, "get_weather", "7 °C")
    _, closing = play(form, llama.hub, model, [question, first, result], tools=TOOLS, max_tokens=500)
    assert (said(closing).text, closing.stop_reason) == (AFTER_A_TOOL, "stop")


def test_thinking_goes_back_without_harm(llama: Llama, protocol: str) -> None:
    """An answer that was thought about and called a tool can be gone on from."""
    model = llama.model(protocol)
    question = UserMessage("BOTH, please")
    _, first = play("sync", llama.hub, model, question, tools=TOOLS, max_tokens=500)
    result = ToolResultMessage(first.tool_calls[0].id, "get_weather", "7 °C")
    _, closing = play("sync", llama.hub, model, [question, first, result], tools=TOOLS, max_tokens=500)
    assert (first.thinking != "", said(closing).text) == (True, AFTER_A_TOOL)


def test_an_answer_that_is_cut_by_length_says_so(llama: Llama, form: str, protocol: str) -> None:
    """Five tokens, then the stop reason."""
    _, message = play(form, llama.hub, llama.model(protocol), "LOOP", max_tokens=5)
    assert (message.stop_reason, message.usage.output) == ("length", 5)


def test_a_call_that_is_cut_by_length_is_not_to_be_run(llama: Llama, protocol: str) -> None:
    """Its arguments stop in the middle, so it is kept as incomplete and offered to nobody."""
    _, message = play("sync", llama.hub, llama.model(protocol), "WEATHER", tools=TOOLS, max_tokens=20)
    assert (message.tool_calls, message.stop_reason) == ([], "length")


@pytest.mark.parametrize("route", ROUTES)
def test_a_prompt_that_is_too_long_is_a_context_overflow(llama: Llama, form: str, protocol: str, route: str) -> None:
    """The server's refusal is told apart from other bad requests."""
    model = llama.hub.model(f"llamacpp/{llama.path}", api=protocol, n_ctx=512)
    if route == "url":
        play("sync", llama.hub, model, "Hello", max_tokens=5)
        server = llama.provider.start(llama.path, n_ctx=512)
        model = llama.hub.endpoint(server.base_url, "any", api=protocol)
    _, message = play(form, llama.hub, model, "hi " * 2000, max_tokens=5)
    assert message.error is not None
    assert (message.error.kind, message.error.status, message.content) == ("context_overflow", 400, ())
