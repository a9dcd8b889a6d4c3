"""The api `acme-chat`: requests as JSON, answers as server-sent events.

An event is a JSON object with its `kind`: `open`, `say`, `think`, `call` or `close`, which is the
terminal signal; one with an `error` ends the answer badly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from headwater import (
    Assembly,
    AssistantMessage,
    Context,
    HandoffRules,
    Model,
    Note,
    Options,
    RawEvent,
    RequestError,
    StopReason,
    Text,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    decoder,
    dumps,
    hookimpl,
)

REASONS: Mapping[str, StopReason] = {"done": "stop", "limit": "length", "call": "toolUse"}
"""Why an answer stopped, in their word and ours."""

SENT: Mapping[str, str] = {
    "max_tokens": "limit",
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "stop": "stop",
    "thinking": "effort",
}
"""Options that are sent, and the fields they are sent in."""

LEFT_OUT = ("thinking_budget", "parallel_tool_calls", "service_tier")
"""Options that acme does not take: they are left out, and a note on the message says so."""

REFUSED = ("response_format",)
"""Options that cannot be left out without changing what was asked."""


class Event(Struct):
    """What an event may hold: only what is read here."""

    kind: str = ""
    id: str | None = None
    model: str | None = None
    text: str | None = None
    name: str | None = None
    input: Any = None
    why: str | None = None
    read: int | None = None
    wrote: int | None = None
    error: Any = None


read_event = decoder(Event)


class Parser:
    """Reads one answer: called with each event, then `end` once."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._calls = 0

    def __call__(self, raw: RawEvent) -> None:
        """Takes one event."""
        event, out = read_event(raw.data), self._out
        if event.kind == "open":
            out.start(event.id, event.model)
        elif event.kind == "say":
            out.text(event.text or "")
        elif event.kind == "think":
            out.thinking(event.text or "")
        elif event.kind == "call":
            self._calls += 1
            out.tool_call(self._calls, event.id, event.name, event.input)
            out.close(self._calls)
        elif event.kind == "close":
            out.usage(input=event.read, output=event.wrote)
            out.stop(REASONS.get(event.why or ""), event.why)
            out.complete()
        if event.error is not None:
            out.fail_with({"error": event.error})

    def end(self) -> None:
        """End of the bytes: nothing was held back."""


class Chat:
    """The hooks of the api."""

    @hookimpl
    def handoff_rules(self) -> HandoffRules:
        """Text and calls only: no thinking, images or documents go back."""
        none: frozenset[str] = frozenset()
        return HandoffRules(takes_back=frozenset({"text", "toolCall"}), tells_thinking=False, by_url=none, by_data=none)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/chat`."""
        body: dict[str, Any] = {"model": model.id, "turns": [_turn(model, message) for message in context.messages]}
        if context.system_prompt:
            body["system"] = context.system_prompt
        if context.tools and options.tool_choice != "none":
            body["tools"] = [
                {"name": tool.name, "about": tool.description, "input": tool.parameters} for tool in context.tools
            ]
        body.update(
            {field: value for name, field in SENT.items() if (value := getattr(options, name)) not in (None, ())}
        )
        for name in REFUSED:
            if getattr(options, name):
                raise RequestError(f"{model} does not take {name}; ask for it in words")
        if options.tool_choice not in (None, "auto", "none"):
            raise RequestError(f"{model} cannot be made to call a tool; ask for it in words")
        notes = [
            Note("dropped", f"options.{name}", "acme does not take it")
            for name in LEFT_OUT
            if getattr(options, name) is not None
        ]
        return WireRequest(f"{model.base_url}/chat", dumps(body), headers=model.headers, framing="sse", notes=notes)

    @hookimpl
    def parse_event(self, out: Assembly) -> Parser:
        """The parser of one answer."""
        return Parser(out)


def _turn(model: Model, message: UserMessage | AssistantMessage | ToolResultMessage) -> dict[str, Any]:
    """One message as acme has it; raises `RequestError` for what it cannot be given."""
    if isinstance(message, AssistantMessage):
        blocks = [block for block in message.content if isinstance(block, ToolCall)]
        calls = [{"id": call.id, "name": call.name, "input": dict(call.arguments)} for call in blocks]
        return {"who": "model", "text": message.text, "calls": calls}
    text = message.content if isinstance(message.content, str) else ""
    for block in () if isinstance(message.content, str) else message.content:
        if not isinstance(block, Text):
            raise RequestError(f"{model} takes text only, not {block.type}; give its text")
        text += block.text
    if isinstance(message, ToolResultMessage):
        return {"who": "tool", "call": message.tool_call_id, "failed": message.is_error, "text": text}
    return {"who": "user", "text": text}


api = Chat()
