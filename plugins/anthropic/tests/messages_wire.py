"""Answers written by hand, and how they and requests are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, WireRequest, check_grammar

HUB = Hub(environ={})
MODEL = "anthropic/claude-opus-4-8"

START: Mapping[str, Any] = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-4-8",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 5},
    },
}
STOP: Mapping[str, Any] = {"type": "message_stop"}


def opened(index: int, **block: Any) -> dict[str, Any]:
    """A block that opens."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    """More of a block."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def closed(index: int) -> dict[str, Any]:
    """A block that is over."""
    return {"type": "content_block_stop", "index": index}


def said(index: int, text: str) -> list[dict[str, Any]]:
    """A whole block of text."""
    return [opened(index, type="text", text=""), delta(index, "text_delta", text=text), closed(index)]


def ended(reason: str, *, output: int = 7, **fields: Any) -> dict[str, Any]:
    """The end of a message, before its last event."""
    return {"type": "message_delta", "delta": {"stop_reason": reason, **fields}, "usage": {"output_tokens": output}}


def sse(events: Iterable[Mapping[str, Any] | str]) -> bytes:
    """Server-sent events as the provider names them; a text stands for itself."""
    parts = (
        event if isinstance(event, str) else f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
        for event in events
    )
    return "".join(parts).encode()


def play(*events: Mapping[str, Any] | str, model: str | Model = MODEL, **options: Any) -> list[Event]:
    """The unified events of an answer, in the right order."""
    made = list(HUB.decode(model, sse(events), **options))
    check_grammar(made)
    return made


def final(events: Iterable[Event]) -> AssistantMessage:
    """The message at the end of a stream."""
    *_, last = events
    assert isinstance(last, Done | Error)
    return last.message


def read(*events: Mapping[str, Any] | str, model: str | Model = MODEL, **options: Any) -> AssistantMessage:
    """The message that an answer ends in."""
    return final(play(*events, model=model, **options))


def request(prompt: Any = "hi", *, model: str | Model = MODEL, **options: Any) -> WireRequest:
    """The request as it would be sent, without credentials."""
    return HUB.request(model, prompt, **options)


def body(prompt: Any = "hi", *, model: str | Model = MODEL, **options: Any) -> dict[str, Any]:
    """The body that would be sent; without breakpoints of the cache unless asked for."""
    made: dict[str, Any] = json.loads(request(prompt, model=model, **{"cache": "off", **options}).body)
    return made


def dropped(wire: WireRequest) -> list[tuple[str, str]]:
    """What notes of a request say was done, and where."""
    return [(note.action, note.path) for note in wire.notes if note.path != "model"]
