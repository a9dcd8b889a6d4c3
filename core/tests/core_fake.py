"""A protocol of the tests' own, so that core is tested without any plugin.

Each server-sent event is a JSON object of pen methods and their arguments, such as `{"text": "Hi"}` or
`{"tool_call": {"id": "a", "name": "f"}}`; `[DONE]` is the terminal signal. `events(...)` writes such a body.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint
from typing import Any

import anyio
import attrs

from headwater import (
    Assembly,
    AssistantMessage,
    CompatibleProvider,
    Context,
    Event,
    Flow,
    Hub,
    LocalAnswer,
    Model,
    Options,
    RawEvent,
    Registry,
    WireRequest,
    dumps,
    hookimpl,
    loads,
    options,
)
from headwater.hookspecs import APIS

KEY = "canary-0123456789abcdef"
"""The key the tests put into the environment of a hub."""

NOWHERE = "http://127.0.0.1:9"
"""A base URL for tests that send nothing (the discard port)."""

DONE = b"data: [DONE]\n\n"
LIMIT = 20.0
"""Seconds after which a wait counts as failed; nothing waits that long when all is well."""


def events(*said: dict[str, Any], done: bool = True) -> bytes:
    """A body in which the model says this."""
    lines = b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in said)
    return lines + DONE if done else lines


HELLO = events({"start": "r1"}, {"text": "Hel"}, {"text": "lo"}, {"usage": {"input": 3, "output": 2}}, {"stop": "stop"})
"""An answer that says Hello and ends well."""


class FakeParser:
    """Does with the pen what the events say."""

    def __init__(self, out: Assembly) -> None:
        self.out = out
        self.ended = 0

    def __call__(self, raw: RawEvent, /) -> None:
        if raw.data == b"[DONE]":
            self.out.complete()
            return
        for name, said in loads(raw.data).items():
            if name == "raise":
                raise RuntimeError(said)
            method = getattr(self.out, name)
            if isinstance(said, dict):
                method(**said)
            else:
                method(*(said if isinstance(said, list) else [said]))

    def end(self) -> None:
        self.ended += 1


@options
class FakeOptions(Options):
    """One option of its own."""

    verbosity: str | None = None


class FakeApi:
    """The protocol; `local` answers without a network, `framing` and `needs_signal` go into every request."""

    def __init__(
        self,
        *,
        local: Callable[[], LocalAnswer] | None = None,
        framing: str = "sse",
        needs_signal: bool = True,
    ) -> None:
        self.local = local
        self.framing = framing
        self.needs_signal = needs_signal
        self.parsers: list[FakeParser] = []

    @hookimpl
    def options_type(self) -> type[Options]:
        return FakeOptions

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        said = [
            message.content if isinstance(message.content, str) else len(message.content)
            for message in context.messages
        ]
        body = {"model": model.id, "messages": said, "max_tokens": options.max_tokens}
        return WireRequest(
            f"{model.base_url}/chat",
            dumps(body),
            headers=model.headers,
            framing=self.framing,
            needs_signal=self.needs_signal,
        )

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> FakeParser:
        self.parsers.append(FakeParser(out))
        return self.parsers[-1]

    @hookimpl
    def answer_locally(self, model: Model, wire: WireRequest) -> LocalAnswer | None:
        return self.local() if self.local else None


class PreparingProvider(CompatibleProvider):
    """A provider whose requests go through a flow."""

    def __init__(self, flow: Callable[[WireRequest, Any], Flow], base_url: str = NOWHERE) -> None:
        super().__init__(name="fake", base_url=base_url, api="fake", key_env="FAKE_API_KEY")
        self.flow = flow

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Any) -> Flow | None:
        return self.flow(wire, secrets)


def fake_provider(base_url: str = NOWHERE, **settings: Any) -> CompatibleProvider:
    """A provider of the fake protocol; `settings` are fields of `CompatibleProvider`."""
    return CompatibleProvider(
        **{"name": "fake", "base_url": base_url, "api": "fake", "key_env": "FAKE_API_KEY", **settings}
    )


def empty_registry(entries: Sequence[EntryPoint] = (), **settings: Any) -> Registry:
    """A registry that sees only these entry points, whatever is installed."""
    return Registry(find=lambda group: [entry for entry in entries if entry.group == group], **settings)


def fake_hub(base_url: str = NOWHERE, *, api: FakeApi | None = None, provider: Any = None, **settings: Any) -> Hub:
    """A hub with the fake provider (named `fake`) and nothing else; the key is in its environment."""
    hub = Hub(**{"registry": empty_registry(), "environ": {"FAKE_API_KEY": KEY}, **settings})
    hub.registry.register("fake", api or FakeApi(), APIS)
    hub.register("fake", provider or fake_provider(base_url))
    return hub


def fake_model(**settings: Any) -> Model:
    """A model of the fake provider, made without a hub."""
    return Model(**{"id": "m", "provider": "fake", "api": "fake", "base_url": NOWHERE, **settings})


# -- reading a stream in three forms

FORMS = ("asyncio", "trio", "sync")


@attrs.frozen
class Outcome:
    """What came of one stream."""

    events: list[Event]
    message: AssistantMessage
    stream: Any

    @property
    def types(self) -> list[str]:
        """The events' names."""
        return [event.type for event in self.events]

    @property
    def kind(self) -> str | None:
        """The kind of error it ended in."""
        return self.message.error.kind if self.message.error else None


def play(form: str, hub: Hub, *, prompt: Any = "Hi", model: Any = "fake/m", **asked: Any) -> Outcome:
    """Reads one stream to its end and closes the hub; `form` is asyncio, trio or sync."""
    return play_all(form, hub, 1, prompt=prompt, model=model, **asked)[0]


def play_all(
    form: str, hub: Hub, times: int, *, prompt: Any = "Hi", model: Any = "fake/m", **asked: Any
) -> list[Outcome]:
    """Reads several streams one after the other, then closes the hub."""
    if form == "sync":
        return read_sync(hub, times, prompt, model, asked)
    return anyio.run(read_async, hub, times, prompt, model, asked, backend=form)


async def read_async(hub: Hub, times: int, prompt: Any, model: Any, asked: dict[str, Any]) -> list[Outcome]:
    """`play_all` on the running loop."""
    outcomes: list[Outcome] = []
    with anyio.fail_after(LIMIT):
        for _ in range(times):
            async with hub.stream(model, prompt, **asked) as stream:
                seen = [event async for event in stream]
            outcomes.append(Outcome(seen, stream.message, stream))
        await hub.aclose()
    return outcomes


def read_sync(hub: Hub, times: int, prompt: Any, model: Any, asked: dict[str, Any]) -> list[Outcome]:
    """`play_all` without a loop."""
    outcomes: list[Outcome] = []
    try:
        for _ in range(times):
            with hub.stream_sync(model, prompt, **asked) as stream:
                seen = list(stream)
            outcomes.append(Outcome(seen, stream.message, stream))
    finally:
        hub.close()
    return outcomes
