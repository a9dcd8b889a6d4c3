"""Answers written by hand as binary frames, and how they and requests are looked at."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, WireRequest, check_grammar

HUB = Hub(environ={})
CLAUDE = "amazon-bedrock/us.anthropic.claude-opus-4-6-v1"
NOVA = "amazon-bedrock/us.amazon.nova-2-lite-v1:0"

Frame = tuple[str, Mapping[str, Any]]


def frame(payload: bytes, **headers: str) -> bytes:
    """One binary frame; names of headers are written with `_` for `-` and without their colon."""
    block = b""
    for name, value in headers.items():
        key, text = f":{name.replace('_', '-')}".encode(), value.encode()
        block += bytes((len(key),)) + key + b"\x07" + struct.pack("!H", len(text)) + text
    head = struct.pack("!II", len(payload) + len(block) + 16, len(block))
    body = head + struct.pack("!I", crc32(head)) + block + payload
    return body + struct.pack("!I", crc32(body))


def event(name: str, payload: Any) -> bytes:
    """The frame of an event, padded as Bedrock pads it."""
    text = json.dumps({**payload, "p": "abcdef"}).encode()
    return frame(text, event_type=name, content_type="application/json", message_type="event")


def exception(name: str, payload: Any) -> bytes:
    """The frame of an exception."""
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return frame(text, exception_type=name, content_type="application/json", message_type="exception")


def chunk(payload: Mapping[str, Any]) -> bytes:
    """The frame of a piece of InvokeModel's answer."""
    return event("chunk", {"bytes": base64.b64encode(json.dumps(payload).encode()).decode()})


START = event("messageStart", {"role": "assistant"})


def opened(index: int, **start: Any) -> bytes:
    """A block that says that it opens."""
    return event("contentBlockStart", {"contentBlockIndex": index, "start": start})


def delta(index: int, **fields: Any) -> bytes:
    """More of a block."""
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": fields})


def closed(index: int) -> bytes:
    """A block that is over."""
    return event("contentBlockStop", {"contentBlockIndex": index})


def said(index: int, text: str) -> bytes:
    """A whole block of text."""
    return delta(index, text=text) + closed(index)


def stopped(reason: str, **fields: Any) -> bytes:
    """Why the answer stopped."""
    return event("messageStop", {"stopReason": reason, **fields})


def metadata(usage: Mapping[str, Any] | None = None, **fields: Any) -> bytes:
    """The counts, which come last."""
    counts = {"inputTokens": 10, "outputTokens": 7, "totalTokens": 17, **(usage or {})}
    return event("metadata", {"usage": counts, "metrics": {"latencyMs": 5}, **fields})


def play(*frames: bytes, model: str | Model = CLAUDE, size: int = 11, **options: Any) -> list[Event]:
    """The unified events of an answer that comes in pieces, in the right order."""
    body = b"".join(frames)
    pieces: Iterable[bytes] = [body[start : start + size] for start in range(0, len(body), size)]
    made = list(HUB.decode(model, pieces, **options))
    check_grammar(made)
    return made


def final(events: Iterable[Event]) -> AssistantMessage:
    """The message of the terminal event."""
    *_, last = events
    assert isinstance(last, Done | Error)
    return last.message


def read(*frames: bytes, model: str | Model = CLAUDE, **options: Any) -> AssistantMessage:
    """The message that an answer ends in."""
    return final(play(*frames, model=model, **options))


def request(prompt: Any = "hi", *, model: str | Model = CLAUDE, **options: Any) -> WireRequest:
    """The request as it would be sent, without credentials."""
    return HUB.request(model, prompt, **options)


def body(prompt: Any = "hi", *, model: str | Model = CLAUDE, **options: Any) -> dict[str, Any]:
    """The body that would be sent; without cache points unless asked for."""
    made: dict[str, Any] = json.loads(request(prompt, model=model, **{"cache": "off", **options}).body)
    return made


def notes(wire: WireRequest) -> list[tuple[str, str]]:
    """What notes of a request say was done, and where."""
    return [(note.action, note.path) for note in wire.notes if note.path != "model"]
