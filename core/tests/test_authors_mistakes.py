"""Mistakes of who writes a provider: told where they are made, with what to write instead."""

from __future__ import annotations

import sys
from collections.abc import Generator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from core_fake import FakeApi, empty_registry, fake_hub, fake_provider, play

from headwater import (
    Auth,
    CatalogueInfo,
    CompatibleProvider,
    Context,
    Credential,
    Hub,
    Model,
    ModelConfig,
    Options,
    ProviderBroken,
    WireRequest,
    hookimpl,
    read_catalogue,
)
from headwater.hookspecs import PROVIDERS


class Raising(CompatibleProvider):
    """Two hooks that fail."""

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        return {}[model_id]

    @hookimpl
    def capabilities(self, model: Model) -> Any:
        raise ValueError("boom\nbang")


class RaisingApi(FakeApi):
    """A request that cannot be made, and no parser."""

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        raise IndexError("of nothing")


class WrongParser(FakeApi):
    """A parser that is none."""

    @hookimpl
    def parse_event(self) -> Any:
        return {"no": "parser"}


class Misspelt:
    """A hook that must be there, under another name."""

    @hookimpl
    def create_modle(self, model_id: str) -> Any: ...


def made(kind: Any) -> Any:
    """A provider of that class."""
    return kind(name="fake", base_url="https://x.test", api="fake")


@pytest.mark.parametrize(
    ("hook", "arguments", "words", "cause"),
    [
        ("create_model", {"model_id": "m", "config": ModelConfig()}, "create_model raised KeyError: 'm'", KeyError),
        ("capabilities", {"model": None}, "capabilities raised ValueError: boom bang", ValueError),
    ],
)
def test_what_a_hook_raises_names_its_plugin(hook: str, arguments: Any, words: str, cause: type[Exception]) -> None:
    """In one line, with the exception as its cause."""
    registry = empty_registry()
    registry.register("fake", made(Raising))
    with pytest.raises(ProviderBroken) as caught:
        registry.call(PROVIDERS, "fake", hook, **arguments)
    assert str(caught.value) == f"provider 'fake' of this process: {words}; report it to the plugin's author"
    assert type(caught.value.__cause__) is cause


def test_a_request_that_an_api_fails_on_names_the_api() -> None:
    """Where nothing in the conversation is to blame."""
    with pytest.raises(
        ProviderBroken,
        match="api 'fake' of this process: transform_messages raised IndexError: of nothing; check the options",
    ):
        fake_hub(api=RaisingApi()).request("fake/m", "Hi")


class Guard:
    """A wrapper that says no, as a program's own rule."""

    @hookimpl(wrapper=True)
    def create_model(self) -> Generator[None, Any, Any]:
        yield
        raise PermissionError("not that model")


def test_what_a_wrapper_raises_is_the_programs_own() -> None:
    """No plugin is blamed for it."""
    hub = fake_hub()
    hub.use(Guard())
    with pytest.raises(PermissionError, match="not that model"):
        hub.model("fake/m")


def test_the_author_is_named_once(form: str) -> None:
    """Also where a stream is what finds the mistake."""
    said = play(form, fake_hub(api=WrongParser(local=lambda: [b"x"]))).message.error
    assert said is not None
    assert (said.message.count("author"), "parse_event gave back dict instead of a parser" in said.message) == (1, True)


def test_a_misspelt_hook_that_must_be_there_is_found() -> None:
    """By what is near."""
    with pytest.raises(ProviderBroken, match="has no create_model; rename its create_modle to create_model"):
        empty_registry().register("fake", Misspelt())


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            {"codes": {"X": "quotta"}},
            "'fake': codes says 'quotta' of 'X', which is no kind of error; did you mean quota",
        ),
        ({"codes": {"x": None}}, "says None of 'x', which is no kind of error; there are"),
        ({"auth": {"header": "x-key"}}, "an auth of type dict; write auth=Auth((Credential("),
        ({"catalogue_file": "models.json"}, "catalogue_file='models.json'; write it as package:file"),
    ],
)
def test_data_that_nothing_can_use_is_refused_when_it_is_said(said: Any, words: str) -> None:
    """Not at the first request."""
    with pytest.raises(ProviderBroken) as caught:
        fake_provider(**said)
    assert words in str(caught.value)


def test_a_credential_without_a_sequence_is_refused() -> None:
    """As are origins in one string."""
    single: Any = Credential(env="K")
    with pytest.raises(TypeError, match="credentials of Auth is Credential; write a sequence"):
        Auth(single)
    with pytest.raises(TypeError, match="origins of Auth is str"):
        Auth((single,), origins="https://x.test")


def test_codes_of_a_hook_that_are_no_kinds_are_refused() -> None:
    """When they are first asked for."""

    class Wrong(CompatibleProvider):
        @hookimpl
        def error_codes(self, model: Model) -> Any:
            return {"full": "rate_limt"}

    with pytest.raises(ProviderBroken, match=r"error_codes says 'rate_limt' of 'full'.*did you mean rate_limit"):
        fake_hub(provider=made(Wrong)).request("fake/m", "Hi", key="")


def test_a_catalogue_without_a_date_is_named_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the note on an id that it does not have."""

    class Known(CompatibleProvider):
        @hookimpl
        def catalogue_info(self) -> CatalogueInfo:
            return CatalogueInfo(models=1)

    notes = fake_hub(provider=made(Known)).request("fake/m", "Hi", key="").notes
    assert notes[0].reason.endswith("it is unknown to the catalogue of fake")


def test_a_catalogue_that_is_not_there_is_named() -> None:
    """With the package in which it was sought."""
    problem = read_catalogue("headwater:nowhere.json").info.problem or ""
    assert problem.startswith("the catalogue nowhere.json of headwater cannot be read")
    assert "(there is no such file)" in problem


def test_a_module_that_fails_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of its own lines, not that of a library below."""
    (tmp_path / "headwater_fails.py").write_text("import json\n\n\nMODELS = json.loads('{')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("fails", "headwater_fails:provider", PROVIDERS)
    with pytest.raises(ProviderBroken) as caught:
        empty_registry([entry]).load("fails")
    sys.modules.pop("headwater_fails", None)
    assert f"({tmp_path / 'headwater_fails.py'}, line 4)" in str(caught.value)


def test_everything_is_imported_by_a_star() -> None:
    """For those who try things out at a prompt."""
    names: dict[str, Any] = {}
    exec("from headwater import *", names)
    assert (names["Hub"], "stream_sync" in names, "_MODULES" in names) == (Hub, True, False)
