"""What a plugin may be made of, and plugins that wrap the hooks of others."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from core_fake import HELLO, FakeApi, empty_registry, fake_hub, fake_provider, play

from headwater import CompatibleProvider, ModelConfig, ProviderBroken, hookimpl
from headwater.hookspecs import APIS, PROVIDERS


class AsyncHook(CompatibleProvider):
    """A coroutine where a function belongs."""

    @hookimpl
    async def create_model(self, model_id: str, config: Any) -> Any: ...


class AsyncGenerator(CompatibleProvider):
    """An asynchronous flow."""

    @hookimpl
    async def prepare(self, model: Any, wire: Any, secrets: Any) -> Any:
        yield


class Unmarked(CompatibleProvider):
    """A hook that pluggy would not see."""

    def create_model(self, model_id: str, config: Any) -> Any: ...


class UnmarkedOptional(CompatibleProvider):
    """Also one that need not be there."""

    def prepare(self, model: Any, wire: Any, secrets: Any) -> Any: ...


class Lacking:
    """No hook of those that must be there."""

    @hookimpl
    def capabilities(self, model: Any) -> Any: ...


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (AsyncHook, "create_model is async; hooks are plain functions"),
        (AsyncGenerator, "prepare is async"),
        (Unmarked, "create_model lacks its marker; decorate it with @headwater.hookimpl"),
        (UnmarkedOptional, "prepare lacks its marker"),
    ],
)
def test_a_provider_that_cannot_work_is_refused_at_registration(kind: Any, words: str) -> None:
    """With the hook, what is wrong with it, and what to do."""
    registry = empty_registry()
    with pytest.raises(ProviderBroken) as caught:
        registry.register("bad", kind(name="bad", base_url="https://x.test", api="fake"))
    assert words in str(caught.value)
    assert (registry.names(), "'bad' of this process" in str(caught.value)) == ([], True)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (PROVIDERS, "provider 'bad' of this process has no create_model"),
        (APIS, "has no parse_event; apis implement transform_messages and parse_event"),
    ],
)
def test_a_plugin_without_its_required_hooks_is_refused(group: str, words: str) -> None:
    """All that are required are listed."""
    with pytest.raises(ProviderBroken) as caught:
        empty_registry().register("bad", Lacking(), group)
    assert words in str(caught.value)


class Pointing:
    """A wrapper that sends every model of every provider elsewhere, and counts parsers."""

    parsers = 0

    @hookimpl(wrapper=True)
    def create_model(self, model_id: str) -> Generator[None, Any, Any]:
        from attrs import evolve

        model = yield
        return evolve(model, name=f"wrapped {model.name}")

    @hookimpl(wrapper=True)
    def parse_event(self) -> Generator[None, Any, Any]:
        self.parsers += 1
        return (yield)


def test_wrappers_take_part_in_every_providers_hooks() -> None:
    """Of providers that were there, of those that were used already, and of those that come later."""
    registry = empty_registry()
    registry.register("one", fake_provider(name="one"))

    def name_of(provider: str) -> str:
        return registry.call(PROVIDERS, provider, "create_model", model_id="m", config=ModelConfig()).name

    names = [name_of("one")]
    registry.use(Pointing())
    names.append(name_of("one"))
    registry.register("two", fake_provider(name="two"))
    assert [*names, name_of("one"), name_of("two")] == ["m", "wrapped m", "wrapped m", "wrapped m"]


def test_a_wrapper_sees_every_stream_once(form: str) -> None:
    """The parser it wraps is bound per stream: it costs nothing per event."""
    wrapper = Pointing()
    hub = fake_hub(api=FakeApi(local=lambda: [HELLO]))
    hub.use(wrapper)
    assert (play(form, hub).message.text, wrapper.parsers) == ("Hello", 1)


def test_what_was_found_is_forgotten_when_something_is_registered() -> None:
    """A provider that is asked again after another came answers alone."""
    registry = empty_registry()
    registry.register("one", fake_provider("https://one.test", name="one"))

    def base(provider: str) -> str:
        return registry.call(PROVIDERS, provider, "create_model", model_id="m", config=ModelConfig()).base_url

    first = base("one")
    registry.register("two", fake_provider("https://two.test", name="two"))
    assert (first, base("one"), base("two")) == ("https://one.test", "https://one.test", "https://two.test")
