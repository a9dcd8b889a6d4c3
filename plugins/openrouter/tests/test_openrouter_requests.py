"""What OpenRouter is asked otherwise than chat completions."""

from __future__ import annotations

from typing import Any

import pytest
from openrouter_types import problems
from openrouter_wire import HUB, body, find, request

from headwater import AssistantMessage, Text, Tool, UserMessage
from headwater_openrouter import routing

ADD = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}})
APIS = ("openai-completions", "openai-responses", "anthropic-messages")

WHOLE = routing(
    order=["novita", "together"],
    only=["novita", "together"],
    ignore=["deepinfra"],
    allow_fallbacks=False,
    require_parameters=True,
    data_collection="deny",
    zdr=True,
    sort="price",
    max_price={"prompt": 1, "completion": 2},
    quantizations=["fp8"],
    preferred_min_throughput=20,
    preferred_max_latency=2,
    models=["openai/gpt-6-sol"],
    plugins=["response-healing", {"id": "web", "max_results": 3}],
)


@pytest.mark.parametrize("api", APIS)
def test_routing_is_what_the_vendor_knows_over_each_protocol(api: str) -> None:
    """All of it, in one value of `extra_body`."""
    sent = body(find(api=api), extra_body=WHOLE)
    assert (sent["provider"], sent["models"], problems(api, sent)) == (WHOLE["provider"], ["openai/gpt-6-sol"], "")


def test_prices_are_text() -> None:
    """As the vendor's types have them, without exponents."""
    assert routing(max_price={"prompt": 1, "completion": 0.0000001})["provider"]["max_price"] == {
        "prompt": "1",
        "completion": "0.0000001",
    }


def test_routing_holds_what_was_said_and_nothing_else() -> None:
    """False is something; what is empty is left to OpenRouter."""
    assert (routing(), routing(zdr=False), routing(plugins=["web"])) == (
        {},
        {"provider": {"zdr": False}},
        {"plugins": [{"id": "web"}]},
    )


@pytest.mark.parametrize("api", APIS)
def test_a_session_stays_with_one_provider(api: str) -> None:
    """By the header, whatever the protocol; and every protocol lives under one base URL."""
    wire = request(find(api=api), session_id="s1")
    ends = {
        "openai-completions": "/chat/completions",
        "openai-responses": "/responses",
        "anthropic-messages": "/messages",
    }
    assert (wire.headers["x-session-id"], wire.url) == ("s1", f"https://openrouter.ai/api/v1{ends[api]}")


@pytest.mark.parametrize(
    ("asked", "reasoning"),
    [
        ({}, None),
        ({"thinking": "medium"}, {"effort": "medium"}),
        ({"thinking_budget": 3000}, {"max_tokens": 3000}),
        ({"thinking_budget": 3000, "thinking": "low"}, {"max_tokens": 3000}),
        ({"thinking_budget": 3000, "thinking": "off"}, {"effort": "none"}),
    ],
)
def test_thinking_is_asked_for_by_effort_or_in_tokens(asked: dict[str, Any], reasoning: Any) -> None:
    """Never both; a budget makes room for the answer. The object is that of Responses, whose types know all of it."""
    sent = body(find(), max_tokens=1000, **asked)
    room = 4000 if reasoning == {"max_tokens": 3000} else 1000
    judged = problems("openai-responses", {"model": "m", "input": "Hi", "reasoning": sent.get("reasoning")})
    assert (sent.get("reasoning"), sent["max_completion_tokens"], judged) == (reasoning, room, "")


@pytest.mark.parametrize(
    ("id", "marked"),
    [
        ("anthropic/claude-opus-4.8", True),
        ("google/gemini-3-flash", True),
        ("qwen/qwen3-max", True),
        ("openai/gpt-6", False),
    ],
)
def test_models_whose_cache_wants_to_be_told_are_told(id: str, marked: bool) -> None:
    """On the system prompt, the last tool and the last words; the others cache by themselves."""
    sent = body(find(id), "Hi", system="Be brief.", tools=[ADD])
    assert ("cache_control" in str(sent["messages"]), "cache_control" in sent["tools"][0]) == (marked, marked)


def test_only_openais_models_have_developers_and_keys_of_caches() -> None:
    """Others are told by the system, as `wire/openai-compatible` has it."""
    sent = {
        id: body(find(id), "Hi", system="Be brief.", session_id="s1") for id in ("openai/gpt-6-sol", "x-ai/grok-4.6")
    }
    got = {id: (one["messages"][0]["role"], one.get("prompt_cache_key")) for id, one in sent.items()}
    assert got == {"openai/gpt-6-sol": ("developer", "s1"), "x-ai/grok-4.6": ("system", None)}


def test_an_answer_of_deepseeks_goes_back_with_its_field() -> None:
    """Every one of the history, if only empty."""
    model = find("deepseek/deepseek-v4-pro")
    answer = AssistantMessage((Text("Hello"),), model.api, model.provider, model.id)
    sent = body(model, [UserMessage("Hi"), answer, UserMessage("Go on")])["messages"][1]
    assert sent == {"role": "assistant", "content": "Hello", "reasoning_content": ""}


def test_the_end_of_an_id_says_how_to_route() -> None:
    """The model is the one before it, at a price that is not known; the id is sent whole."""
    model = find("google/gemini-3-flash:nitro")
    assert ("audio" in model.input, model.price, body(model)["model"]) == (True, None, "google/gemini-3-flash:nitro")


def test_a_model_nobody_knows_is_asked_with_defaults() -> None:
    """It may think, and see."""
    model = find("some/thing")
    assert (model.known, model.reasoning, model.input) == (False, True, ("text", "image", "document"))
    assert HUB.capabilities(model).structured_output


def test_what_the_vendor_does_not_know_is_left_out() -> None:
    """And told."""
    wire = request(find(), verbosity="low", safety_identifier="u1", store=True)
    paths = [note.path for note in wire.notes]
    assert paths == ["options.verbosity", "options.safety_identifier", "options.store"]
