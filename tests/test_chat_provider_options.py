"""Tools, formats, options and further protocols of the providers that imitate chat completions.

Each body is judged by the vendor's own types or documented shape, and the judges are shown to refuse what is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import chat_judges
import pytest
import vendor_types
from chat_asking import ADD, BLIND, HUB, PDF, POINT, REFERRING, SEES, body, noted, request, talk

from headwater import (
    LEVELS,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    UserMessage,
    loads,
)

# -- tools and formats

CHOICES: Mapping[str, frozenset[str]] = {
    "deepseek": frozenset({"auto", "none"}),
    "zai": frozenset({"auto", "none"}),
    "moonshot": frozenset({"auto", "none", "tool:add"}),
    "kimi-coding": frozenset({"auto", "none", "tool:add"}),
    "perplexity": frozenset({"auto", "none", "required"}),
}
"""What can be said of tools, where not all can be."""


@pytest.mark.parametrize("name", SEES)
def test_a_choice_of_tools_is_legal_or_refused(name: str) -> None:
    """What an endpoint cannot be made to do is refused before anything is sent."""
    taken: set[str] = set()
    for choice in ("auto", "none", "required", "tool:add"):
        try:
            body(name, tools=[ADD], tool_choice=choice)
        except RequestError:
            continue
        taken.add(choice)
    assert taken == CHOICES.get(name.partition("/")[0], {"auto", "none", "required", "tool:add"})


def test_deepseek_can_be_made_to_call_when_it_does_not_think() -> None:
    """The refusal says so."""
    with pytest.raises(RequestError, match="thinking='off'"):
        request("deepseek/deepseek-flash", tools=[ADD], tool_choice="required")
    assert (
        body("deepseek/deepseek-flash", tools=[ADD], tool_choice="required", thinking="off")["tool_choice"]
        == "required"
    )


def test_zai_streams_arguments_and_is_given_schemas_written_out() -> None:
    """GLM-5.3 takes no references; tools that must not be called are left out."""
    sent = [body(f"zai/{id}", tools=[REFERRING]) for id in ("glm-5.3", "glm-4.7")]
    said = ["$ref" in str(one["tools"]) for one in sent]
    hidden = body("zai/glm-5.3", tools=[ADD], tool_choice="none")
    assert ([one["tool_stream"] for one in sent], said, "tools" in hidden) == ([True, True], [False, True], False)


def test_groq_takes_no_more_than_128_tools() -> None:
    """The refusal counts them."""
    many = [Tool(f"add_{number}", "Adds.", POINT) for number in range(129)]
    with pytest.raises(RequestError, match="at most 128 tools, not 129"):
        request("groq/openai/gpt-oss-120b", tools=many)


ANY, SCHEMA = {"type": "object"}, {"title": "point", **POINT}
SCHEMAS: Mapping[str, str] = {
    "deepseek": "any",
    "zai": "any",
    "groq": "any schema",
}
"""The response formats a provider takes, where it does not take all; `any` is an object of any form."""

FORMATS: Mapping[str, dict[str, Any]] = {
    "any": {"response_format": ANY},
    "schema": {"response_format": SCHEMA},
    "schema-with-tools": {"response_format": SCHEMA, "tools": [ADD]},
}


@pytest.mark.parametrize("name", SEES)
def test_a_response_format_is_legal_or_refused(name: str) -> None:
    """With tools beside it, too."""
    taken: list[str] = []
    for kind, asked in FORMATS.items():
        try:
            sent = body(name, "Say it in JSON.", **asked)
        except RequestError:
            continue
        assert sent["response_format"]["type"].startswith("json_")
        taken.append(kind)
    assert " ".join(taken) == SCHEMAS.get(name.partition("/")[0], "any schema schema-with-tools")


# -- options

OPTIONS: Mapping[str, Any] = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_p": 0.9,
    "stop": ["END"],
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.1,
    "logit_bias": {"7": 1},
    "verbosity": "low",
    "prediction": {"type": "content", "content": "a"},
    "safety_identifier": "user-1",
    "service_tier": "auto",
    "metadata": {"a": "b"},
    "store": True,
    "thinking_budget": 2000,
}
_ALL = frozenset(OPTIONS)
_PENALTIES = frozenset({"frequency_penalty", "presence_penalty", "logit_bias"})
_NEVER = frozenset({"verbosity", "store"})
_KEPT_NOWHERE = _NEVER | {"metadata", "thinking_budget"}
_SAMPLING = frozenset({"temperature", "top_p"}) | _PENALTIES

DROPPED: Mapping[str, frozenset[str]] = {
    "groq": _KEPT_NOWHERE | _PENALTIES | {"prediction"},
    "cerebras": _KEPT_NOWHERE | _PENALTIES,
    "deepseek": _KEPT_NOWHERE | _SAMPLING | {"seed", "prediction", "service_tier"},
    "zai": _KEPT_NOWHERE | _PENALTIES | {"prediction", "service_tier"},
    "moonshot": _KEPT_NOWHERE | _SAMPLING | {"seed", "service_tier"},
    "moonshot-v1": _KEPT_NOWHERE | {"logit_bias", "seed", "service_tier"},
    "kimi-coding": _KEPT_NOWHERE | _SAMPLING | {"seed", "service_tier"},
    "together": _KEPT_NOWHERE | {"prediction", "service_tier", "safety_identifier"},
    "fireworks": _NEVER | {"thinking_budget"},
    "perplexity": _KEPT_NOWHERE | {"logit_bias", "seed", "prediction", "service_tier", "safety_identifier"},
}
"""What a provider does not know, or has settled itself: it is left out, and noted."""

FIELDS: Mapping[str, dict[str, str]] = {
    "groq": {"max_tokens": "max_completion_tokens", "safety_identifier": "user"},
    "cerebras": {"max_tokens": "max_completion_tokens", "safety_identifier": "user"},
    "deepseek": {"safety_identifier": "user_id"},
    "zai": {"safety_identifier": "user_id"},
    "fireworks": {"max_tokens": "max_completion_tokens", "safety_identifier": "user"},
}
"""By which names it knows others."""


@pytest.mark.parametrize("name", [*SEES, *BLIND])
def test_an_option_is_sent_or_noted(name: str) -> None:
    """Never dropped in silence, never sent where it is not known."""
    provider = "moonshot-v1" if "moonshot-v1" in name else name.partition("/")[0]
    fields = {option: FIELDS.get(provider, {}).get(option, option) for option in OPTIONS}
    sent = {option for option in OPTIONS if fields[option] in body(name, **{option: OPTIONS[option]})}
    dropped = {option for option in OPTIONS if f"options.{option}" in noted(name, **{option: OPTIONS[option]})}
    assert (sent, dropped) == (_ALL - DROPPED[provider], DROPPED[provider])


def test_deepseek_samples_when_it_does_not_think_and_knows_no_penalties() -> None:
    """Penalties are deprecated there."""
    asked: dict[str, Any] = {"thinking": "off", "temperature": 0.5, "frequency_penalty": 0.1}
    sent = body("deepseek/deepseek-flash", **asked)
    assert (sent["temperature"], noted("deepseek/deepseek-flash", **asked)) == (0.5, ["options.frequency_penalty"])


HELD = frozenset({"groq", "cerebras", "deepseek", "zai", "fireworks", "perplexity"})
"""Providers whose tools can be held to their schema."""


@pytest.mark.parametrize("name", SEES)
def test_tools_are_strict_where_they_can_be(name: str) -> None:
    """Elsewhere a note says that they are not."""
    asked: dict[str, Any] = {"tools": [ADD], "strict_tools": True}
    strict = body(name, **asked)["tools"][0]["function"].get("strict", False)
    held = name.partition("/")[0] in HELD
    assert (strict, noted(name, **asked)) == (held, [] if held else ["tools.add"])


@pytest.mark.parametrize("name", SEES)
def test_json_without_a_schema_has_to_be_spoken_of_where_the_server_wants_that(name: str) -> None:
    """The refusal tells which word is missing."""
    if name.partition("/")[0] in ("groq", "deepseek"):
        with pytest.raises(RequestError, match="say JSON"):
            request(name, "Say it.", response_format=ANY)
    else:
        assert "response_format" in body(name, "Say it.", response_format=ANY)


@pytest.mark.parametrize("name", [name for name in SEES if not name.startswith("perplexity")])
def test_a_document_is_refused_even_where_the_caller_thinks_otherwise(name: str) -> None:
    """None of these endpoints has a place for one."""
    with pytest.raises(RequestError, match="takes documents"):
        request(HUB.model(name, input=("text", "document")), UserMessage([PDF]))


def test_parallel_calls_are_sent_or_noted() -> None:
    """They need tools."""
    asked: dict[str, Any] = {"tools": [ADD], "parallel_tool_calls": False}
    found = {name: ("parallel_tool_calls" in body(name, **asked), noted(name, **asked)) for name in SEES}
    assert {name for name, (sent, notes) in found.items() if sent == bool(notes)} == set()


MANY = [f"END{number}" for number in range(20)]
STOPS = {"groq": 4, "cerebras": 4, "deepseek": 16, "zai": 1, "moonshot": 5, "kimi-coding": 5, "fireworks": 4}


@pytest.mark.parametrize("name", SEES)
def test_what_goes_beyond_a_limit_is_cut_with_a_note(name: str) -> None:
    """Where there is one."""
    most = STOPS.get(name.partition("/")[0])
    assert (body(name, stop=MANY)["stop"], noted(name, stop=MANY)) == (MANY[:most], ["options.stop"] if most else [])


@pytest.mark.parametrize("name", ["zai/glm-4.7", "moonshot/moonshot-v1-8k"])
def test_a_temperature_is_lowered_to_the_highest_with_a_note(name: str) -> None:
    """Of those that take less than two."""
    asked = {"temperature": 1.7}
    assert (body(name, **asked)["temperature"], noted(name, **asked)) == (1.0, ["options.temperature"])


def test_a_session_goes_where_its_beginning_is_cached() -> None:
    """By a key of the cache, and at Fireworks by a header."""
    named = {name: body(name, session_id="s1").get("prompt_cache_key") for name in SEES}
    keyed = {name.partition("/")[0] for name, key in named.items() if key == "s1"}
    header = request("fireworks/accounts/fireworks/models/glm-5p3", session_id="s1").headers["x-session-affinity"]
    assert (keyed, header) == ({"cerebras", "moonshot", "kimi-coding", "fireworks"}, "s1")


def test_perplexity_has_options_for_its_search() -> None:
    """Typed, and sent by their own names."""
    asked: dict[str, Any] = {
        "search_mode": "academic",
        "search_domain_filter": ["-example.com"],
        "search_recency_filter": "week",
        "web_search_options": {"search_context_size": "high"},
        "return_images": True,
        "return_related_questions": True,
        "stream_mode": "concise",
        "top_k": 5,
    }
    sent = body("perplexity/sonar", **asked)
    assert {name: sent[name] for name in asked} == asked


def test_settings_of_groqs_search_go_through_the_body() -> None:
    """Compound models are asked over the protocol they share with the others."""
    settings = {"search_settings": {"include_domains": ["example.com"]}, "citation_options": "enabled"}
    sent = body("groq/groq/compound", extra_body=settings)
    assert {name: sent[name] for name in settings} == settings


# -- further protocols


def test_deepseek_is_asked_over_three_protocols() -> None:
    """Each at its own address, with its own words for thinking."""
    apis = (None, "anthropic-messages", "openai-responses")
    sent = [request(HUB.model("deepseek/deepseek-flash", api=api), thinking="high") for api in apis]
    words = [{name: loads(one.body).get(name) for name in ("thinking", "output_config", "reasoning")} for one in sent]
    assert ([one.url.removeprefix("https://api.deepseek.com") for one in sent], words) == (
        ["/chat/completions", "/anthropic/v1/messages", "/responses"],
        [
            {"thinking": {"type": "enabled"}, "output_config": None, "reasoning": None},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}, "reasoning": None},
            {"thinking": None, "output_config": None, "reasoning": {"effort": "high"}},
        ],
    )


@pytest.mark.parametrize("name", ["deepseek/deepseek-flash", "fireworks/accounts/fireworks/models/kimi-latest"])
@pytest.mark.parametrize("level", LEVELS)
def test_the_messages_protocol_is_kept(name: str, level: Any) -> None:
    """Judged by the types of its owner, with tools and thinking in the history."""
    model = HUB.model(name, api="anthropic-messages")
    prompt = talk(model, Thinking("Hm."), Text("I add."), ToolCall("call_1", "add", {"x": 1}))
    assert vendor_types.problems("anthropic-messages", request(model, prompt, thinking=level)) == ""


# -- the judges themselves

Spoil = Callable[[dict[str, Any]], Any]

ILLEGAL: Mapping[str, Spoil] = {
    "a field nobody knows": lambda body: body.update(surprise=1),
    "messages that are words": lambda body: body.update(messages="Hi"),
    "a message of the same": lambda body: body["messages"].append({"role": "user", "content": "Hi", "surprise": 1}),
    "a call without a name": lambda body: body["messages"][2]["tool_calls"][0]["function"].pop("name"),
    "no model": lambda body: body.pop("model"),
    "a choice that is a number": lambda body: body.update(tool_choice=7),
    "tools that are words": lambda body: body.update(tools="add"),
    "a temperature in words": lambda body: body.update(temperature="hot"),
}


@pytest.mark.parametrize("wrong", ILLEGAL)
@pytest.mark.parametrize("name", SEES)
def test_a_judge_refuses_what_is_wrong(name: str, wrong: str) -> None:
    """The same body without the fault passes."""
    model = HUB.model(name)
    legal = body(model, talk(model, Text("I add."), ToolCall("call_1", "add", {"x": 1})))
    spoilt = copy.deepcopy(legal)
    if wrong == "a call without a name" and model.provider == "perplexity":
        wrong = "no model"  # its types let a call be without a name
    ILLEGAL[wrong](spoilt)
    assert chat_judges.JUDGES[model.provider](spoilt) != ""
