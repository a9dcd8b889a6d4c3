"""A protocol made up to hold all that a message can hold; `faults` make its reader unsound on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from headwater import (
    Assembly,
    Auth,
    CompatibleProvider,
    Context,
    Credential,
    Hub,
    Model,
    Options,
    RawEvent,
    WireRequest,
    hookimpl,
    loads,
)
from headwater.hookspecs import APIS

WIRE: list[dict[str, Any]] = [
    {"say": "start", "id": "r1", "model": "sample-1"},
    {"say": "think", "text": "Let me "},
    {"say": "think", "text": "see."},
    {"say": "sign", "value": "c2lnbmVk"},
    {"say": "text", "key": 1, "text": "Hello "},
    {"say": "text", "key": 1, "text": "wörld \U0001f30d"},
    {"say": "close", "key": 1, "content": "Hello wörld \U0001f30d!"},
    {"say": "text", "key": 2, "text": "first "},
    {"say": "close", "key": 2, "content": "another"},
    {"say": "server", "key": 3, "name": "search", "id": "s1"},
    {"say": "arguments", "key": 3, "text": '{"q": "sky"}'},
    {"say": "close", "key": 3},
    {"say": "source", "uri": "https://example.org/sky"},
    {"say": "call", "key": 4, "name": "look_up", "arguments": ""},
    {"say": "arguments", "key": 4, "text": '{"place": "Z'},
    {"say": "arguments", "key": 4, "text": 'ürich", "n": 1}'},
    {"say": "call", "key": 5, "name": "look_up", "id": "c2", "arguments": '{"place": '},
    {"say": "arguments", "key": 5, "text": '"Bern"}'},
    {"say": "close", "key": 5, "content": '{"place": "Basel"}'},
    {"say": "usage", "input": 11, "output": 7},
    {"say": "stop", "reason": "toolUse"},
]
"""Everything a message can hold, in a protocol made up for the purpose."""


def body_of(events: list[dict[str, Any]]) -> bytes:
    """The events as a response body."""
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


BODY = body_of(WIRE)
SIGNAL = len(BODY.rstrip())

Step = Callable[["SampleParser", dict[str, Any]], None]


class SampleParser:
    """Reads the sample protocol; `faults` replace what it does with one kind of event."""

    def __init__(self, out: Assembly, faults: Mapping[str, Step]) -> None:
        self.out = out
        self.faults = faults
        self.last: dict[str, Any] = {}

    def __call__(self, raw: RawEvent) -> None:
        event = loads(raw.data)
        if not isinstance(event, dict):
            return
        self.last = event
        if event.get("error"):
            self.out.fail_with(event)
        for name in ("any", str(event.get("say"))):
            if name in self.faults:
                self.faults[name](self, event)
                return
        self.read(event)

    def end(self) -> None:
        if "end" in self.faults:
            self.faults["end"](self, self.last)

    def read(self, event: dict[str, Any]) -> None:
        """What a sound parser does: it takes strings where it needs strings, and nothing else."""
        out, key = self.out, event.get("key")
        key = key if isinstance(key, int) else None
        words = {name: value for name, value in event.items() if isinstance(value, str)}
        counts = {name: value for name, value in event.items() if type(value) is int and value >= 0}
        match words.get("say"):
            case "start":
                out.start(words.get("id"), words.get("model"))
            case "think":
                out.thinking(words.get("text", ""))
            case "sign":
                out.signature(words.get("value", ""))
            case "text":
                out.text(words.get("text", ""), key)
            case "close":
                out.close(key, words.get("content"))
            case "server":
                out.block(words.get("name", ""), {"type": "server"}, key, words.get("id"))
            case "call":
                out.tool_call(key, words.get("id"), words.get("name"), words.get("arguments"))
            case "arguments":
                out.arguments(words.get("text", ""), key)
            case "source":
                out.source(words.get("uri", ""))
            case "usage":
                out.usage(input=counts.get("input"), output=counts.get("output"))
            case "stop":
                out.stop("toolUse", words.get("reason"))
                out.complete()
            case _:
                pass


@attrs.frozen(eq=False)
class SampleApi:
    """The api of the sample protocol, with its faults."""

    faults: Mapping[str, Step] = attrs.field(factory=dict)
    framing: str = "sse"

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        return WireRequest(f"{model.base_url}/ask", b"{}", framing=self.framing)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> SampleParser:
        return SampleParser(out, self.faults)


AUTH = Auth(
    (Credential(env="SAMPLE_KEY"), Credential(env="SAMPLE_TOKEN", header="x-token", prefix="", key_prefix="t-"))
)
SAMPLE = CompatibleProvider("sample", "https://sample.example", "sample", auth=AUTH)


def sample_hub(faults: Mapping[str, Step] | None = None, framing: str = "sse") -> Hub:
    """A hub with the sample provider and its api."""
    hub = Hub(environ={})
    hub.register("sample", SAMPLE)
    hub.registry.register("sample", SampleApi(faults or {}, framing), APIS)
    return hub
