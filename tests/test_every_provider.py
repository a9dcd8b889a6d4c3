"""What headwater promises of every provider, for every provider that is installed.

A provider is looked at with the answers of `<its folder>/tests/cassettes` and with those that `tests/cassettes`
holds for the api its models speak. One that has neither fails, and is told what to add.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from attrs import evolve

from headwater import HeadwaterError, Hub
from headwater.hookspecs import PROVIDERS
from headwater.testing import Cassette, provider_suite, read_cassettes

ROOT = Path(__file__).parents[1]
SHARED = Path(__file__).parent / "cassettes"

RECORDINGS = ROOT / "contrib" / "record" / "tests" / "cassettes"

ENVIRON = {
    "AZURE_OPENAI_RESOURCE_NAME": "acme",
    "GOOGLE_CLOUD_PROJECT": "acme",
    "AWS_REGION": "us-east-1",
    "HEADWATER_REPLAY": str(RECORDINGS),
}
"""What some providers have to be told before they can describe a model."""

SAME_WIRE: Mapping[str, str] = {
    "google-vertex": "google-generative-ai",
    "mistral-chat": "openai-completions",
    "openai-codex-responses": "openai-responses",
    "perplexity-chat": "openai-completions",
}
"""Apis whose answers look like those of another."""

MODELS_ARE_CASSETTES = ("replay",)
"""Providers whose model is the cassette itself, read by the plugin of whoever answered."""

TOKEN = "asks only with a token that names an account, and the keys of the checks name none"

GAPS: Mapping[str, Mapping[str, str]] = {
    "azure-openai": {"capabilities": "takes sound over chat completions only; what is claimed holds over any api"},
    "replay": {"pure": "describes the model that answered, which stands in a file; create_model reads it each time"},
    "openai-codex": {"abort": TOKEN, "sockets": TOKEN, "no_secret": TOKEN},
}
"""What a provider does not keep, and why; each must fail."""


def folder_of(distribution: str) -> Path:
    """Where a distribution of this repository lies."""
    name = distribution.removeprefix("headwater-")
    return next((ROOT / kind / name for kind in ("plugins", "contrib") if (ROOT / kind / name).is_dir()), ROOT / name)


def cassettes(provider: str, distribution: str) -> list[Cassette]:
    """The answers a provider is looked at with."""
    own = folder_of(distribution) / "tests" / "cassettes"
    if provider in MODELS_ARE_CASSETTES:
        return [evolve(one, model=one.name, api=None) for one in read_cassettes(own)]
    try:
        api = Hub(environ=ENVIRON).model(f"{provider}/any").api
    except HeadwaterError:  # said by the suite itself
        api = "none"
    shared = SHARED / SAME_WIRE.get(api, api)
    found = read_cassettes(own) if own.is_dir() else []
    return [*found, *(evolve(one, api=api) for one in read_cassettes(shared))] if shared.is_dir() else found


def installed() -> dict[str, str]:
    """The providers that are installed, and their distributions."""
    return {entry.name: entry.dist.name for entry in entry_points(group=PROVIDERS) if entry.dist is not None}


def test_there_are_providers_to_look_at() -> None:
    """The list is made of what is installed, so it must not be empty."""
    assert len(installed()) > 10


@pytest.mark.parametrize("name", [*GAPS, *MODELS_ARE_CASSETTES])
def test_exceptions_name_providers_that_exist(name: str) -> None:
    """Each is one that is installed."""
    assert name in installed()


for _name, _distribution in sorted(installed().items()):
    _streams = cassettes(_name, _distribution)
    _suite = provider_suite(
        _name,
        streams=_streams,
        model=_streams[0].model if _name in MODELS_ARE_CASSETTES else None,
        hub=functools.partial(Hub, environ=ENVIRON),
        gaps=GAPS.get(_name),
        effort="quick",
    )
    globals()[_suite.__name__] = _suite
