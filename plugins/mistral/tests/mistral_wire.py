"""Bodies of Mistral's chat written by hand, and what headwater makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, Tool, WireRequest, check_grammar, loads

ADD = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})
COUNTS = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}


def make_hub() -> Hub:
    """A hub without any key in its environment."""
    return Hub(environ={})


def find(id: str = "mistral-medium-latest", **settings: Any) -> Model:
    """A model of Mistral's."""
    return make_hub().model(f"mistral/{id}", **settings)


def request(model: Model, prompt: Any = "Hi", **asked: Any) -> WireRequest:
    """The request that would be sent."""
    return make_hub().request(model, prompt, **asked)


def body(model: Model, prompt: Any = "Hi", **asked: Any) -> dict[str, Any]:
    """The body that would be sent."""
    return loads(request(model, prompt, **asked).body)


def noted(model: Model, prompt: Any = "Hi", **asked: Any) -> list[tuple[str, str]]:
    """What the request leaves out or changes: action and path."""
    notes = request(model, prompt, **asked).notes
    return [(note.action, note.path) for note in notes if note.action in ("dropped", "changed")]


def answer(*blocks: Any, model: str = "mistral-medium-latest", stop: Any = "stop") -> AssistantMessage:
    """An answer of one of Mistral's models."""
    return AssistantMessage(blocks, "mistral-chat", "mistral", model, stop_reason=stop)


# -- answers


def chunk(delta: Any = None, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    begun = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "mistral-medium-latest"}
    return {**begun, "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **fields}


def said(content: Any, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """A chunk of content: a string, or a list of chunks."""
    return chunk({"content": content}, finish, **fields)


def thinking(*texts: str, **marks: Any) -> dict[str, Any]:
    """A thinking chunk."""
    return {"type": "thinking", "thinking": [{"type": "text", "text": text} for text in texts], **marks}


def call(name: str, arguments: Any, id: str | None = None, **fields: Any) -> dict[str, Any]:
    """A tool call of a delta."""
    return {"id": id, "function": {"name": name, "arguments": arguments}, **fields}


def sse(*events: dict[str, Any], done: bool = True) -> bytes:
    """The events as they stand on the wire."""
    lines = [json.dumps(event) for event in events] + (["[DONE]"] if done else [])
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def decode(stream: bytes | Sequence[bytes], **asked: Any) -> list[Event]:
    """The events of a body, which keep the grammar."""
    events = list(make_hub().decode(find(), stream, **asked))
    check_grammar(events)
    return events


def read(stream: bytes | Sequence[bytes], **asked: Any) -> AssistantMessage:
    """The message at the end of a stream."""
    return message_of(decode(stream, **asked))


def message_of(events: Iterable[Event]) -> AssistantMessage:
    """The message of the last event."""
    last = list(events)[-1]
    assert isinstance(last, Done | Error)
    return last.message
