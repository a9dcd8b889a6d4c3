"""A provider with a protocol of its own, as an author might write it: the plugin on which the suite is tried.

One event of the wire is a JSON object with a `type`: `start`, `block`, `delta`, `mark`, `end`, `stop`, `bye`.
"""

# pyright: reportArgumentType=false, reportCallIssue=false, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from attrs import evolve, frozen

from headwater import (
    Assembly,
    AssistantMessage,
    Auth,
    Capabilities,
    Context,
    Credential,
    Model,
    ModelConfig,
    Note,
    Options,
    RawEvent,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    WireRequest,
    dumps,
    hookimpl,
    loads,
)

STOPS: Mapping[str, Any] = {"end": "stop", "limit": "length", "calls": "toolUse"}
REFUSED = ("seed", "response_format", "thinking_budget")


def words(value: Any) -> str:
    """A string where one is needed, whatever came."""
    return value if isinstance(value, str) else "" if value is None else str(value)


class SampleParser:
    """Reads one answer."""

    def __init__(self, out: Assembly) -> None:
        self.out = out
        self.kinds: dict[Any, str] = {}

    def __call__(self, raw: RawEvent) -> None:
        event = loads(raw.data)
        if isinstance(event, dict):
            self.read(event)

    def end(self) -> None:
        return None

    def read(self, event: dict[str, Any]) -> None:
        out, key = self.out, self.key(event)
        if event.get("error"):
            out.fail_with(event)
        match event.get("type"):
            case "start":
                out.start(words(event.get("id")) or None, words(event.get("model")) or None)
                self.count(event.get("usage"))
            case "block":
                self.open(key, event)
            case "delta":
                self.grow(key, event)
            case "mark":
                out.signature(words(event.get("signature")), key)
            case "end":
                out.close(key)
            case "stop":
                reason = words(event.get("reason"))
                self.count(event.get("usage"))
                out.stop(STOPS.get(reason), reason)
            case "bye":
                out.complete()
            case _:
                pass

    def key(self, event: dict[str, Any]) -> Any:
        index = event.get("index")
        return index if isinstance(index, int) else -1

    def open(self, key: Any, event: dict[str, Any]) -> None:
        kind = self.kinds[key] = words(event.get("kind"))
        if kind == "call":
            self.out.tool_call(key, words(event.get("id")) or None, words(event.get("name")) or None, "")
        elif kind == "thinking":
            self.out.thinking("", key)
        elif kind == "text":
            self.out.text("", key)
        else:
            raw = event.get("raw")
            self.out.block(kind or "unknown", raw if isinstance(raw, dict) else {}, key)

    def grow(self, key: Any, event: dict[str, Any]) -> None:
        text = words(event.get("text"))
        kind = self.kinds.get(key, "text")
        if kind == "call":
            self.out.arguments(text, key)
        elif kind == "thinking":
            self.out.thinking(text, key)
        elif kind == "text":
            self.out.text(text, key)

    def count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            counts = {name: usage.get(f"{name}_tokens") for name in ("input", "output")}
            self.out.usage(**{name: value for name, value in counts.items() if _is_count(value)})


@frozen(eq=False)
class SampleApi:
    """The protocol."""

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        for name in REFUSED:
            if getattr(options, name) is not None:
                raise RequestError(f"{model} has no {name}; leave it out")
        notes: list[Note] = []
        body: dict[str, Any] = {
            "model": model.id,
            "system": context.system_prompt,
            "turns": [turn for message in context.messages for turn in self.turns(message, notes)],
            "tools": [
                {"name": tool.name, "about": tool.description, "schema": tool.parameters} for tool in context.tools
            ],
            "limit": options.max_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "stop": list(options.stop),
            "choice": options.tool_choice,
        }
        if context.system_prompt:
            notes.append(Note("changed", "system", "it goes beside the turns"))
        if options.thinking is not None:
            notes.append(Note("dropped", "options.thinking", f"{model} thinks as much as it likes"))
        for name in ("parallel_tool_calls", "service_tier"):
            if getattr(options, name) is not None:
                notes.append(Note("dropped", f"options.{name}", f"{model} does not take it"))
        return WireRequest(f"{model.base_url}/ask", dumps(body), notes=tuple(notes))

    def turns(self, message: Any, notes: list[Note]) -> list[dict[str, Any]]:
        if isinstance(message, ToolResultMessage):
            return [{"role": "tool", "call_id": message.tool_call_id, "content": self.content(message.content, notes)}]
        if isinstance(message, AssistantMessage):
            return [{"role": "model", "content": [part for block in message.content for part in self.said(block)]}]
        return [{"role": "user", "content": self.content(message.content, notes)}]

    def content(self, content: Any, notes: list[Note]) -> list[dict[str, Any]]:
        if isinstance(content, str):
            return [{"text": content}]
        parts: list[dict[str, Any]] = []
        for block in content:
            if isinstance(block, Text):
                parts.append({"text": block.text})
            elif block.type == "image":
                parts.append({"image": block.data or block.url})
            else:
                notes.append(Note("dropped", "messages", f"takes no {block.type}"))
        return parts

    def said(self, block: Any) -> list[dict[str, Any]]:
        if isinstance(block, Text):
            return [{"text": block.text}]
        if isinstance(block, Thinking):
            return [{"thinking": block.text, "signature": block.signature}]
        if isinstance(block, ToolCall):
            return [{"call": block.name, "id": block.id, "arguments": dict(block.arguments)}]
        return []

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> SampleParser:
        return SampleParser(out)


@frozen(eq=False)
class SampleProvider:
    """The provider."""

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        auth = Auth((Credential(env="SAMPLE_API_KEY"),))
        return Model(model_id, "sample", "sample-wire", "https://sample.example", auth=auth, input=("text", "image"))

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        return Capabilities(input=model.input)

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Generator[Any, Any, WireRequest]:
        return self.prepared(wire, secrets.get("key", ""))

    def prepared(self, wire: WireRequest, key: str) -> Generator[Any, Any, WireRequest]:
        yield from ()
        return evolve(wire, headers={**wire.headers, "x-sample": "1"})


provider = SampleProvider()
api = SampleApi()


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0
