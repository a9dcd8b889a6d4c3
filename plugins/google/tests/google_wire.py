"""Answers written by hand, and how they and requests are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, WireRequest, check_grammar

HUB = Hub(environ={})
MODEL = "google/gemini-3-flash"
INTERACTIONS = HUB.model(MODEL, api="google-interactions")

SIGNATURE = "c2lnbmF0dXJlIG9uZSE="
OTHER_SIGNATURE = "c2lnbmF0dXJlIHR3byE="
STAND_IN = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="


def chunk(*parts: Mapping[str, Any], finish: str | None = None, usage: Any = None, **fields: Any) -> dict[str, Any]:
    """A chunk with these parts; `fields` are the candidate's."""
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": list(parts)}, **fields}
    if finish is not None:
        candidate["finishReason"] = finish
    made: dict[str, Any] = {"candidates": [candidate], "modelVersion": "gemini-3-flash", "responseId": "r1"}
    return {**made, "usageMetadata": usage} if usage is not None else made


def call(name: str | None = None, *, signature: str | None = None, **fields: Any) -> dict[str, Any]:
    """A part that calls a function."""
    named = {"name": name} if name else {}
    made: dict[str, Any] = {"functionCall": {**named, **fields}}
    return {**made, "thoughtSignature": signature} if signature else made


STOPPED = chunk({"text": ""}, finish="STOP", usage={"promptTokenCount": 9, "totalTokenCount": 12})
"""The usual end of an answer."""


def sse(events: Iterable[Any]) -> bytes:
    """Server-sent events as Google sends them; bytes stand for themselves."""
    parts = (event if isinstance(event, bytes) else f"data: {json.dumps(event)}\r\n\r\n".encode() for event in events)
    return b"".join(parts)


def named_sse(events: Iterable[Mapping[str, Any]]) -> bytes:
    """Server-sent events of an interaction."""
    return "".join(f"event: {event['event_type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def decode(body: bytes, model: str | Model = MODEL, **options: Any) -> list[Event]:
    """The unified events of a body, in the right order."""
    made = list(HUB.decode(model, body, **options))
    check_grammar(made)
    return made


def play(*events: Any, model: str | Model = MODEL, **options: Any) -> list[Event]:
    """The unified events of an answer, in the right order."""
    return decode(sse(events), model, **options)


def final(events: Iterable[Event]) -> AssistantMessage:
    """The message at the end of a stream."""
    *_, last = events
    assert isinstance(last, Done | Error)
    return last.message


def read(*events: Any, model: str | Model = MODEL, **options: Any) -> AssistantMessage:
    """The message that an answer ends in."""
    return final(play(*events, model=model, **options))


def failure(*events: Any) -> tuple[str, str]:
    """The kind of error an answer ends in, and its words."""
    error = read(*events).error
    assert error is not None
    return error.kind, error.message


def body_of(wire: WireRequest) -> dict[str, Any]:
    """The body of a request."""
    body: dict[str, Any] = json.loads(wire.body)
    return body


def ask(prompt: Any = "hi", model: str | Model = MODEL, **options: Any) -> dict[str, Any]:
    """The body of the request that would be sent."""
    return body_of(HUB.request(model, prompt, **options))


def notes(prompt: Any = "hi", model: str | Model = MODEL, **options: Any) -> list[tuple[str, str]]:
    """What was changed for the model: what was done, and where."""
    found = HUB.request(model, prompt, **options).notes
    return [(note.action, note.path) for note in found if note.path != "model"]
