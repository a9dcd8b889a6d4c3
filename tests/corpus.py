"""The recorded streams and error bodies, and which plugin reads each protocol.

The recordings are no part of this repository: they lie where `HEADWATER_CORPUS` says, or in
`../shared/corpus` beside it. Without them, and for a protocol whose plugin is not installed,
the tests are skipped with the reason.

A plugin joins with a line in `PROTOCOLS`. Where its SDK names usage otherwise, or where other
bytes are its terminal signal, the line names a `Reading` of its own (see `readings`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import google_readings
import oracle
import pytest
import readings

from headwater import DecodeError, HeadwaterError, Hub, Model, RawEvent, loads, make_framing
from headwater.hookspecs import APIS
from headwater.testing import Case

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or ROOT.parent / "shared" / "corpus")

EFFORT: Any = os.environ.get("HEADWATER_EFFORT", "quick")
"""How much the checks try on each of the 200 streams; see `headwater.testing.provider_suite`."""

CONNECTION_HEADERS = frozenset({"transfer-encoding", "content-length", "content-encoding", "connection"})
"""Headers of a recording that belong to its connection; the replaying server sets its own."""


@attrs.frozen
class Protocol:
    """Who reads the streams of one protocol, and how they are held against their `expected.json`.

    `model`: any model of the provider, or with `{asked}` the one a recording asked for. `api`: where it
    is not the provider's first.
    """

    model: str
    reading: readings.Reading
    api: str | None = None

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.model.partition("/")[0]

    def find_model(self, hub: Hub, asked: str = "any") -> Model:
        """The model, with the api that speaks this protocol; raises `ProviderError`."""
        return hub.model(self.model.format(asked=asked), api=self.api)

    @property
    def missing(self) -> str | None:
        """Why nobody here reads this protocol; None when somebody does."""
        hub = make_hub()
        if self.provider not in hub.providers():
            return f"no installed package offers provider {self.provider!r}"
        api = self.api
        return f"no installed package offers api {api!r}" if api and api not in hub.registry.names(APIS) else None


CHAT = "openai-completions"

PROTOCOLS: Mapping[str, Protocol] = {
    "anthropic-messages": Protocol("anthropic/claude-haiku-4-5", readings.ANTHROPIC),
    "bedrock-converse": Protocol("amazon-bedrock/{asked}", readings.CONVERSE),
    "bedrock-invoke": Protocol("amazon-bedrock/anthropic.claude-sonnet-4-5", readings.INVOKE, "bedrock-invoke"),
    "cohere-chat": Protocol("cohere/command-a-plus", readings.COHERE),
    "deepseek-chat": Protocol("deepseek/deepseek-flash", readings.CHAT),
    "google-generative-ai": Protocol("google/gemini-2.5-flash", google_readings.GOOGLE, "google-generative-ai"),
    "google-interactions": Protocol("google/gemini-2.5-flash", google_readings.INTERACTIONS, "google-interactions"),
    "groq-chat": Protocol("groq/openai/gpt-oss-120b", readings.CHAT),
    "huggingface-chat": Protocol("huggingface/{asked}", readings.CHAT),
    "llamacpp-chat": Protocol("openai/any", readings.CHAT, CHAT),
    "ollama-chat": Protocol("ollama/any", readings.OLLAMA),
    "ollama-generate": Protocol("ollama/any", readings.OLLAMA, "ollama-generate"),
    "mistral-chat": Protocol("mistral/magistral-medium-latest", readings.CHAT),
    "openai-chat": Protocol("openai/gpt-4o-mini", readings.CHAT, CHAT),
    "openai-compat-chat": Protocol("openai/any", readings.CHAT, CHAT),
    "openai-completions": Protocol("openai/any", readings.CHAT, CHAT),
    "openai-responses": Protocol("openai/gpt-5", readings.RESPONSES, "openai-responses"),
    "openai-responses-compat": Protocol("openai/any", readings.RESPONSES, "openai-responses"),
    "openrouter-chat": Protocol("openrouter/{asked}", readings.CHAT),
    "perplexity-chat": Protocol("perplexity/sonar", readings.CHAT),
    "vercel-gateway-chat": Protocol("vercel-ai-gateway/{asked}", readings.VERCEL_CHAT, CHAT),
    "xai-chat": Protocol("xai/grok-4.3", readings.XAI_CHAT, CHAT),
    "xai-responses": Protocol("xai/grok-4.3", readings.RESPONSES),
}
"""Who reads which protocol: one line each."""

MAKERS: Mapping[str, Mapping[str, str]] = {"openai-responses-compat": {"openrouter": "openrouter/{asked}"}}
"""Who reads the streams of one provider, in a protocol whose streams are of several."""

OF_OTHERS: Mapping[str, Protocol] = {
    "openai-compat-chat/fantasy-zai-glm-4-7-flash-thinking-streaming": Protocol("zai/glm-4.7-flash", readings.CHAT),
    "openai-responses-compat/ruby-llm-chat-responses-protocol-dialects-with-deepseek-deepseek-f1e1fb": Protocol(
        "deepseek/deepseek-v4-flash", readings.RESPONSES, "openai-responses"
    ),
}
"""Streams of folders that several providers share, which the plugin of their own provider reads."""


@attrs.frozen
class Recording:
    """One recorded stream; `number` is its place among all, the same in every run."""

    protocol: str
    name: str
    number: int

    @property
    def id(self) -> str:
        """Protocol and case, as in the corpus."""
        return f"{self.protocol}/{self.name}"

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return CORPUS / self.protocol / self.name

    @property
    def body(self) -> bytes:
        """The response body as recorded."""
        return next(self.folder.glob("stream.*")).read_bytes()

    @property
    def headers(self) -> dict[str, str]:
        """The recorded headers, but for those of the connection."""
        recorded: dict[str, str] = load_json(self.folder / "meta.json").get("headers") or {}
        return without_connection(recorded)

    @property
    def expected(self) -> dict[str, Any]:
        """What the provider's own SDK makes of the bytes."""
        return load_json(self.folder / "expected.json")

    @property
    def spoken(self) -> Protocol:
        """Who reads it."""
        return OF_OTHERS.get(self.id) or PROTOCOLS[self.protocol]

    @property
    def reading(self) -> readings.Reading:
        """How its oracle is read."""
        return self.spoken.reading

    def find_model(self, hub: Hub) -> Model:
        """The model whose plugin reads it."""
        asked = load_json(self.folder / "meta.json").get("model") or "any"
        return self.spoken.find_model(hub, asked)

    def wire(self, hub: Hub) -> list[Any]:
        """The JSON values of its wire events, cut out by the framing and by nothing else of the plugin's."""
        framing = make_framing(hub.request(self.find_model(hub), "(framing)").framing)
        return [self.reading.unwrap(one) for one in _decoded([*framing.feed(self.body), *framing.end()])]

    def as_case(self, hub: Hub) -> Case:
        """It as a case for the conformance checks."""
        body = self.body
        signal = self.reading.signal(body)
        if signal is None and oracle.FAILURES.get(self.id) != "truncated":
            signal = len(body) + 1  # it has none, but its end is enough
        try:
            model: Model | str = self.find_model(hub)
        except HeadwaterError:  # a broken plugin fails the tests of its cases, not the collection of all
            model = self.spoken.model
        return Case(self.id, model, body, headers=self.headers, terminal_offset=signal, effort=EFFORT)


def _decoded(raws: Iterable[RawEvent]) -> Iterator[Any]:
    for raw in raws:
        try:
            yield loads(raw.data)
        except DecodeError:
            continue


@attrs.frozen
class Refused:
    """One recorded error answer."""

    protocol: str
    name: str

    @property
    def id(self) -> str:
        """Protocol and case, as in the labels."""
        return f"{self.protocol}/{self.name}"

    @property
    def recorded(self) -> dict[str, Any]:
        """Status, headers and body."""
        return load_json(CORPUS / "errors" / self.protocol / f"{self.name}.json")


def make_hub() -> Hub:
    """A hub that knows no key of the environment."""
    return Hub(environ={})


@cache
def recordings() -> tuple[Recording, ...]:
    """Every stream of the corpus that has an `expected.json`."""
    found = sorted(path.parent for path in CORPUS.glob("*/*/expected.json"))
    return tuple(Recording(path.parent.name, path.name, number) for number, path in enumerate(found))


@cache
def unjudged() -> tuple[Recording, ...]:
    """The streams of which no SDK reads anything: they have no `expected.json`."""
    found = sorted({path.parent for path in CORPUS.glob("*/*/stream.*")})
    missing = [path for path in found if not (path / "expected.json").exists()]
    return tuple(Recording(path.parent.name, path.name, number) for number, path in enumerate(missing))


@cache
def refusals() -> tuple[Refused, ...]:
    """Every error answer of the corpus."""
    return tuple(Refused(path.parent.name, path.stem) for path in sorted(CORPUS.glob("errors/*/*.json")))


def readable(found: Iterable[Recording] | None = None) -> list[Recording]:
    """Those whose plugin is installed, of some streams or of all that have an `expected.json`."""
    return [one for one in (recordings() if found is None else found) if why_unread(one.protocol) is None]


def parameters(found: Iterable[Recording | Refused]) -> list[Any]:
    """One parameter for each, and one that is skipped, with the reason, for each protocol nobody reads."""
    made: list[Any] = []
    reasons: dict[str, str] = {}
    for one in found:
        reason = why_unread(one.protocol)
        if reason is None:
            made.append(pytest.param(one, id=one.id))
        else:
            reasons[one.protocol] = reason
    if not CORPUS.is_dir():
        reasons["corpus"] = "there are no recordings: set HEADWATER_CORPUS, or put them into ../shared/corpus"
    skipped = [pytest.param(None, id=name, marks=pytest.mark.skip(reason)) for name, reason in reasons.items()]
    return [*made, *skipped]


@cache
def why_unread(protocol: str) -> str | None:
    """Why the streams of a protocol are not read here; None when they are."""
    if protocol not in PROTOCOLS:
        return f"tests/corpus.py has no line for {protocol}"
    return PROTOCOLS[protocol].missing


def without_connection(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that another connection may carry too."""
    return {name: value for name, value in headers.items() if name.lower() not in CONNECTION_HEADERS}


def load_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file."""
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found
