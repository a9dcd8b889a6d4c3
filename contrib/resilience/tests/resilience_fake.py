"""A protocol of the tests' own over real sockets, and the three forms in which a source is read.

Each server-sent event is a JSON object of pen methods and their arguments, such as `{"text": "Hi"}`;
`[DONE]` is the terminal signal. `says(...)` writes such a body.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anyio
import attrs

from headwater import (
    NO_AUTH,
    Askable,
    Assembly,
    AssistantMessage,
    BoundModel,
    Capabilities,
    CompatibleProvider,
    Context,
    Event,
    Hub,
    Model,
    Options,
    Price,
    RawEvent,
    Registry,
    Retry,
    WireRequest,
    check_grammar,
    dumps,
    hookimpl,
    loads,
)
from headwater.hookspecs import APIS

FORMS = ("asyncio", "trio", "sync")
LIMIT = 20.0
"""Seconds after which a wait counts as failed; nothing waits that long when all is well."""

ONCE = Retry(attempts=1)
QUICK = Retry(first_delay=0.001, max_delay=0.001, rate_limit_delay=0.001)
NOWHERE = "http://127.0.0.1:9"
PRICE = Price(input=1.0, output=2.0)


def says(*said: dict[str, Any], done: bool = True) -> bytes:
    """A body in which the model says this."""
    lines = b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in said)
    return lines + b"data: [DONE]\n\n" if done else lines


COUNT = {"usage": {"input": 3, "output": 2}}
HELLO = says({"start": "r1"}, {"text": "Hel"}, {"text": "lo"}, COUNT, {"stop": "stop"})
"""An answer that says Hello and ends well."""


class FakeParser:
    """Does with the pen what the events say."""

    def __init__(self, out: Assembly) -> None:
        self.out = out

    def __call__(self, raw: RawEvent, /) -> None:
        if raw.data == b"[DONE]":
            self.out.complete()
            return
        for name, said in loads(raw.data).items():
            method = getattr(self.out, name)
            if isinstance(said, dict):
                method(**said)
            else:
                method(*(said if isinstance(said, list) else [said]))

    def end(self) -> None:
        pass


class FakeApi:
    """The protocol: what is asked goes out as the contents of the messages."""

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        said = [[message.role, getattr(message, "text", None) or message.content] for message in context.messages]
        body = {"model": model.id, "messages": [[role, str(what)] for role, what in said]}
        return WireRequest(f"{model.base_url}/{model.id}", dumps(body))

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> FakeParser:
        return FakeParser(out)

    @hookimpl
    def resume(self, model: Model, cursor: Any, purpose: str) -> WireRequest | None:
        if cursor is None or purpose == "cancel":
            return None
        return WireRequest(f"{model.base_url}/{cursor['path']}", method="GET")


class FakeProvider(CompatibleProvider):
    """The provider; a model called `continue` or `repeat` goes on with the beginning of an answer, each its own way."""

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        prefill: Any = model.id if model.id in ("continue", "repeat") else None
        return Capabilities(prefill=prefill, first_event_timeout=5.0, silence_timeout=5.0)


def fake_hub(base_url: str = NOWHERE, **settings: Any) -> Hub:
    """A hub with the fake provider (named `fake`) and nothing else."""
    hub = Hub(**{"registry": Registry(find=lambda group: []), "environ": {}, "retry": ONCE, **settings})
    hub.registry.register("fake", FakeApi(), APIS)
    hub.register("fake", FakeProvider(name="fake", base_url=base_url, api="fake", auth=NO_AUTH))
    return hub


def bound(hub: Hub, name: str, **arguments: Any) -> BoundModel:
    """A model of the fake provider with a price; the server knows it by the path `/NAME`."""
    return hub.bind(hub.model(f"fake/{name}", price=PRICE), **arguments)


@attrs.frozen
class Outcome:
    """What came of one answer."""

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

    @property
    def text(self) -> str:
        """The text as a consumer puts it together from the deltas, who obeys `reset`."""
        pieces: list[str] = []
        for event in self.events:
            if event.type == "status" and event.status == "reset":
                pieces.clear()
            elif event.type == "text_delta":
                pieces.append(event.delta)
        return "".join(pieces)

    def said(self, status: str) -> list[Any]:
        """The data of the status events of that name."""
        return [event.data for event in self.events if event.type == "status" and event.status == status]


Check = Callable[[Any], None]


def play(form: str, hub: Hub, source: Askable, prompt: Any = "Hi", **asked: Any) -> Outcome:
    """One answer read to its end, by the grammar; the hub is closed. `form` is asyncio, trio or sync."""
    outcome = _play_sync(hub, source, prompt, asked) if form == "sync" else _run(form, hub, source, prompt, asked)
    check_grammar(outcome.events)
    return outcome


def _run(form: str, *arguments: Any) -> Outcome:
    return anyio.run(play_async, *arguments, backend=form)


async def play_async(hub: Hub, source: Askable, prompt: Any, asked: dict[str, Any]) -> Outcome:
    """`play` on the running loop."""
    with anyio.fail_after(LIMIT):
        try:
            async with source.stream(prompt, **asked) as stream:
                seen = [event async for event in stream]
        finally:
            await hub.aclose()
    return Outcome(seen, stream.message, stream)


def _play_sync(hub: Hub, source: Askable, prompt: Any, asked: dict[str, Any]) -> Outcome:
    try:
        with source.stream_sync(prompt, **asked) as stream:
            seen = list(stream)
    finally:
        hub.close()
    return Outcome(seen, stream.message, stream)
