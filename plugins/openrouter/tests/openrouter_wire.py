"""OpenRouter's chunks written by hand, and what headwater makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, WireRequest, check_grammar, loads

KEEP_ALIVE = b": OPENROUTER PROCESSING\n\n"
USAGE: Mapping[str, Any] = {
    "prompt_tokens": 100,
    "completion_tokens": 30,
    "total_tokens": 130,
    "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 12},
    "cost": 0.00042,
    "cost_details": {"upstream_inference_cost": None},
    "is_byok": False,
}
HUB = Hub(environ={})


def find(id: str = "anthropic/claude-opus-4.8", **settings: Any) -> Model:
    """A model of OpenRouter's."""
    return HUB.model(f"openrouter/{id}", **settings)


def request(model: Model, prompt: Any = "Hi", **asked: Any) -> WireRequest:
    """The request that would be sent."""
    return HUB.request(model, prompt, **asked)


def body(model: Model, prompt: Any = "Hi", **asked: Any) -> dict[str, Any]:
    """The body that would be sent."""
    return loads(request(model, prompt, **asked).body)


def choice(finish: str | None = None, native: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, "native_finish_reason": native}]}


def chat(*chunks: Mapping[str, Any], usage: Any = USAGE, done: bool = True) -> bytes:
    """A body of these chunks, with a comment before them, and usage on a chunk of its own after them."""
    begun = {"id": "gen-1", "object": "chat.completion.chunk", "provider": "Novita", "model": "m"}
    told = [*chunks, {"choices": [], "usage": usage}] if usage else chunks
    lines = [f"data: {json.dumps({**begun, **chunk})}\n\n".encode() for chunk in told]
    return KEEP_ALIVE + b"".join(lines) + (b"data: [DONE]\n\n" if done else b"")


def decode(model: Model, answer: bytes) -> list[Event]:
    """The events of a body, which keep the grammar."""
    events = list(HUB.decode(model, answer))
    check_grammar(events)
    return events


def message_of(events: list[Event]) -> AssistantMessage:
    """The message at the end of a stream."""
    last = events[-1]
    assert isinstance(last, Done | Error)
    return last.message
