"""Answers written by hand as lines, and how they and requests are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, WireRequest, check_grammar

HUB = Hub(environ={})
QWEN = "ollama/qwen3:4b"
OSS = "ollama/gpt-oss:20b"
LLAMA = "ollama/llama3"


def lines(*said: Mapping[str, Any]) -> bytes:
    """A body of lines."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in said)


def chat(**message: Any) -> dict[str, Any]:
    """A line of an answer."""
    return {"model": "qwen3:4b", "message": {"role": "assistant", "content": "", **message}, "done": False}


def done(reason: str | None = "stop", **fields: Any) -> dict[str, Any]:
    """The last line."""
    counts = {"prompt_eval_count": 26, "eval_count": 7, "total_duration": 9}
    told = {**chat(), "done": True, "done_reason": reason, **counts, **fields}
    return {name: value for name, value in told.items() if value is not None}


def final(events: Iterable[Event]) -> AssistantMessage:
    """The message of the terminal event."""
    *_, last = events
    assert isinstance(last, Done | Error)
    return last.message


def play(*said: Mapping[str, Any] | bytes, model: str | Model = QWEN, **options: Any) -> list[Event]:
    """The unified events of an answer that comes in pieces, in the right order."""
    body = b"".join(one if isinstance(one, bytes) else lines(one) for one in said)
    made = list(HUB.decode(model, [body[start : start + 9] for start in range(0, len(body), 9)], **options))
    check_grammar(made)
    return made


def read(*said: Mapping[str, Any] | bytes, model: str | Model = QWEN, **options: Any) -> AssistantMessage:
    """The message that an answer ends in."""
    return final(play(*said, model=model, **options))


def request(prompt: Any = "hi", *, model: str | Model = QWEN, **options: Any) -> WireRequest:
    """The request as it would be sent, without credentials."""
    return HUB.request(model, prompt, **options)


def body(prompt: Any = "hi", *, model: str | Model = QWEN, **options: Any) -> dict[str, Any]:
    """The body that would be sent."""
    made: dict[str, Any] = json.loads(request(prompt, model=model, **options).body)
    return made


def notes(wire: WireRequest) -> list[tuple[str, str]]:
    """What notes of a request say was done, and where."""
    return [(note.action, note.path) for note in wire.notes]
