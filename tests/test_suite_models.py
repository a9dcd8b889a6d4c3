"""The suite asks a model of each kind in the catalogue, so that what only some of them can is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from headwater import CompatibleProvider, Hub, Model, Options, WireRequest, dumps, hookimpl, loads
from headwater.hookspecs import APIS
from headwater.testing import PROVIDER_CHECKS, ConformanceFailure, Provider
from headwater_openai.chat import ChatCompletions, ChatOptions

LEVELS: Mapping[str, str] = {"off": "", "low": "some", "high": "much"}
THINKER: Mapping[str, Any] = {"reasoning": True, "levels": LEVELS}


class Two(CompatibleProvider):
    """A provider of two models, of which the second thinks."""

    @hookimpl
    def catalogue(self) -> Sequence[str]:
        return ("plain", "thinker-1", "thinker-2")


class Forgetful(ChatCompletions):
    """An api that leaves out what it is told of thinking."""

    @hookimpl
    def transform_messages(self, model: Model, context: Any, options: Options) -> WireRequest:
        assert isinstance(options, ChatOptions)
        wire = super().transform_messages(model, context, options)
        body = {name: value for name, value in loads(wire.body).items() if name != "reasoning_effort"}
        return WireRequest(wire.url, dumps(body), notes=wire.notes)


def subject(api: str = "openai-completions", **said: Any) -> Provider:
    """The provider under the suite's eyes."""

    def hub() -> Hub:
        made = Hub(environ={})
        made.registry.register("forgetful", Forgetful(), APIS)
        provider = Two(name="two", base_url="https://two.test", api=api, families={"thinker": {**THINKER, **said}})
        made.register("two", provider)
        return made

    return Provider("two", hub)


def test_one_model_of_each_kind_is_asked() -> None:
    """The first, and one that thinks."""
    provider = subject()
    assert [model.id for model in provider.models(provider.make_hub())] == ["plain", "thinker-1"]


@pytest.mark.parametrize("check", ["options", "capabilities"])
def test_a_sound_provider_passes(check: str) -> None:
    """With levels that are words, and one that is silence."""
    PROVIDER_CHECKS[check](subject())


@pytest.mark.parametrize("check", ["options", "capabilities"])
def test_a_forgotten_level_is_found_though_the_first_model_does_not_think(check: str) -> None:
    """By name of the model."""
    with pytest.raises(ConformanceFailure, match=r"two/thinker-1, (option )?thinking"):
        PROVIDER_CHECKS[check](subject("forgetful"))


def test_levels_that_are_one_request_are_found() -> None:
    """Words of their own that go nowhere: the endpoint's switch is all that is sent."""
    compat = {"thinking_format": "deepseek", "reasoning_effort": False}
    with pytest.raises(ConformanceFailure, match="the levels low, high: have words of their own, but the request"):
        PROVIDER_CHECKS["capabilities"](subject(compat=compat, levels={**LEVELS, "off": "disabled"}))


@pytest.mark.parametrize(
    ("api", "field"),
    [("openai-completions", "reasoning_effort"), ("openai-responses", "reasoning"), ("anthropic-messages", "thinking")],
)
def test_a_level_without_a_word_is_asked_by_saying_nothing(api: str, field: str) -> None:
    """And not by another level, nor with a note; a level that is missing is asked by the nearest, with one."""
    provider = subject(api)
    hub = provider.make_hub()
    said = [hub.request("two/thinker-1", "Hi", thinking=level) for level in ("off", "minimal")]
    assert [(field in loads(wire.body), [note.path for note in wire.notes]) for wire in said] == [
        (False, []),
        (True, ["options.thinking"]),
    ]
