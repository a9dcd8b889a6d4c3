"""OpenAI's models: which api they are asked over, and what their families take."""

from __future__ import annotations

from typing import Any

import pytest
from openai_wire import CHAT, HOME, RESPONSES, body, find, make_hub, request

from headwater import Hub, MissingKey

WHERE: dict[str, tuple[dict[str, Any], str]] = {
    "at home": ({}, RESPONSES),
    "at home, spelled out": ({"base_url": HOME}, RESPONSES),
    "in a region": ({"base_url": "https://eu.api.openai.com/v1"}, RESPONSES),
    "elsewhere": ({"base_url": "http://127.0.0.1:8080/v1"}, CHAT),
    "at somebody who looks like home": ({"base_url": "https://api.openai.com.evil.test/v1"}, CHAT),
    "elsewhere, over Responses": ({"base_url": "https://llm.test/v1", "api": RESPONSES}, RESPONSES),
    "at home, over chat completions": ({"api": CHAT}, CHAT),
}


@pytest.mark.parametrize(("said", "api"), WHERE.values(), ids=WHERE.keys())
def test_where_a_model_is_decides_how_it_is_asked(said: dict[str, Any], api: str) -> None:
    """OpenAI over Responses, servers that imitate it over chat completions; `api` decides otherwise."""
    model = make_hub().model("openai/gpt-5.4", **said)
    path = {RESPONSES: "responses", CHAT: "chat/completions"}[api]
    assert (model.api, request(model).url) == (api, f"{said.get('base_url', HOME)}/{path}")


def test_the_api_may_be_chosen_with_the_request() -> None:
    """As the base URL may be."""
    hub = make_hub()
    urls = [hub.request("openai/gpt-5.4", "Hi", **said).url for said in ({}, {"api": CHAT})]
    assert urls == [f"{HOME}/responses", f"{HOME}/chat/completions"]


@pytest.mark.parametrize("name", ["gpt-4o-audio-preview", "gpt-4o-search-preview", "gpt-audio-mini"])
def test_models_of_chat_completions_only_are_asked_over_it(name: str) -> None:
    """Those that hear, and the old ones that search."""
    assert make_hub().model(f"openai/{name}").api == CHAT


def test_a_model_hears_over_chat_completions_only() -> None:
    """Responses has no place for sound, and of most models the catalogue knows that they cannot hear."""
    heard = ["audio" in find(f"openai/{name}", api=CHAT).input for name in ("gpt-audio", "gpt-new", "gpt-4o")]
    assert (heard, "audio" in find("openai/gpt-new", api=RESPONSES).input) == ([True, True, False], False)


LEVELS: dict[str, list[str]] = {
    "gpt-4o": [],
    "gpt-5-chat-latest": [],
    "o3-mini": ["low", "medium", "high"],
    "gpt-5": ["minimal", "low", "medium", "high"],
    "gpt-5-2025-08-07": ["minimal", "low", "medium", "high"],
    "gpt-5-pro": ["high"],
    "gpt-5.1": ["off", "low", "medium", "high"],
    "gpt-5.1-chat-latest": ["medium"],
    "gpt-5.4-mini": ["off", "low", "medium", "high", "xhigh"],
    "gpt-5.4-pro": ["medium", "high", "xhigh"],
    "gpt-5.6-sol": ["off", "low", "medium", "high", "xhigh", "max"],
    "gpt-6-astra": ["low", "medium", "high", "xhigh", "max"],
    "gpt-6.1-sol": ["low", "medium", "high", "xhigh", "max"],
}


@pytest.mark.parametrize(("name", "levels"), LEVELS.items(), ids=LEVELS.keys())
def test_a_family_takes_its_own_levels(name: str, levels: list[str]) -> None:
    """The longest beginning of an id wins; `max` is not to be had over chat completions."""
    over = [list(find(f"openai/{name}", api=api).levels) for api in (RESPONSES, CHAT)]
    assert over == [levels, [level for level in levels if level != "max"]]


def test_off_is_the_effort_none() -> None:
    """For a model that can be told not to think."""
    assert body(find("openai/gpt-5.4", api=RESPONSES), thinking="off")["reasoning"] == {"effort": "none"}


def test_capabilities_depend_on_the_api() -> None:
    """Built-in tools and the background are those of Responses."""
    over = [make_hub().capabilities(find("openai/gpt-5.4", api=api)) for api in (RESPONSES, CHAT)]
    assert [(one.background, "web_search" in one.builtin_tools, one.structured_output) for one in over] == [
        (True, True, True),
        (False, False, True),
    ]
    assert [make_hub().capabilities(f"openai/{name}").response_modes for name in ("gpt-5.4", "gpt-4o")] == [
        ("standard", "flex", "priority"),
        ("standard", "priority"),
    ]


def test_a_key_is_needed_at_home_only() -> None:
    """That of the environment does not leave it."""
    hub = Hub(environ={})
    with pytest.raises(MissingKey, match="OPENAI_API_KEY"):
        hub.stream_sync("openai/gpt-5.4", "Hi")
    assert hub.stream_sync("openai/gpt-5.4", "Hi", base_url="http://127.0.0.1:9/v1").model.api == CHAT
