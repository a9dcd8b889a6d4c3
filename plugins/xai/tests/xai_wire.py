"""Bodies of xAI's two protocols written by hand, and what headwater makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from headwater import (
    AssistantMessage,
    Done,
    Error,
    Event,
    Hub,
    Model,
    ProviderBlock,
    Tool,
    WireRequest,
    check_grammar,
    loads,
)

CHAT = "openai-completions"
ADD = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})


def make_hub() -> Hub:
    """A hub without any key in its environment."""
    return Hub(environ={})


def find(id: str = "grok-4.6", **settings: Any) -> Model:
    """A model of xAI's."""
    return make_hub().model(f"xai/{id}", **settings)


def request(model: Model, prompt: Any = "Hi", **asked: Any) -> WireRequest:
    """The request that would be sent."""
    return make_hub().request(model, prompt, **asked)


def body(model: Model, prompt: Any = "Hi", **asked: Any) -> dict[str, Any]:
    """The body that would be sent."""
    return loads(request(model, prompt, **asked).body)


def noted(model: Model, prompt: Any = "Hi", **asked: Any) -> list[str]:
    """Paths of what the request leaves out or changes."""
    return [note.path for note in request(model, prompt, **asked).notes if note.action in ("dropped", "changed")]


# -- answers


def decode(model: Model, answer: bytes | Sequence[bytes], **asked: Any) -> list[Event]:
    """The events of a body, which keep the grammar."""
    events = list(make_hub().decode(model, answer, **asked))
    check_grammar(events)
    return events


def message_of(events: Sequence[Event]) -> AssistantMessage:
    """The message at the end of a stream."""
    last = events[-1]
    assert isinstance(last, Done | Error)
    return last.message


def of_kind(message: AssistantMessage, kind: Callable[..., Any]) -> list[Any]:
    """The blocks of one class."""
    return [block for block in message.content if type(block) is kind]


def names(message: AssistantMessage) -> list[str]:
    """The kinds of a message's blocks; a provider's own by its name."""
    return [block.name if isinstance(block, ProviderBlock) else block.type for block in message.content]


USAGE = {
    "input_tokens": 90,
    "input_tokens_details": {"cached_tokens": 50},
    "output_tokens": 70,
    "output_tokens_details": {"reasoning_tokens": 40},
    "total_tokens": 160,
}


def answer(*events: dict[str, Any], usage: Any = USAGE, **response: Any) -> bytes:
    """A Responses body: what begins every answer, these events, and a whole ending."""
    begun = {"id": "r1", "object": "response", "model": "grok-4.6", "output": []}
    told = [
        {"type": "response.created", "response": {**begun, "status": "in_progress", "usage": None}},
        *events,
        {"type": "response.completed", "response": {**begun, "status": "completed", "usage": usage, **response}},
    ]
    return sse(*told)


def sse(*events: dict[str, Any]) -> bytes:
    """The events as they stand, numbered."""
    lines = [json.dumps({"sequence_number": number, **event}) for number, event in enumerate(events)]
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def item(index: int, kind: str, *between: dict[str, Any], **final: Any) -> list[dict[str, Any]]:
    """The events of one output item: announced, what comes in between, finished with these fields."""
    place = {"item_id": f"i{index}", "output_index": index}
    begun = {"type": kind, "id": f"i{index}", "status": "in_progress"}
    done = {"type": kind, "id": f"i{index}", "status": "completed", **final}
    named = {name: final[name] for name in ("name", "call_id") if name in final}
    return [
        {"type": "response.output_item.added", "output_index": index, "item": {**begun, **named}},
        *({**event, **place} for event in between),
        {"type": "response.output_item.done", "output_index": index, "item": done},
    ]


def said(index: int, text: str, *annotations: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a message."""
    part = {"type": "output_text", "text": text, "annotations": list(annotations)}
    cited = [
        {"type": "response.output_text.annotation.added", "content_index": 0, "annotation": one} for one in annotations
    ]
    delta = {"type": "response.output_text.delta", "content_index": 0, "delta": text}
    return item(index, "message", delta, *cited, role="assistant", content=[part])


def chunks(*chunks: dict[str, Any]) -> bytes:
    """A chat-completions body of these chunks."""
    begun = {"id": "c1", "object": "chat.completion.chunk", "model": "grok-4.6"}
    lines = [json.dumps({**begun, "choices": [], **chunk}) for chunk in chunks]
    return "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"]).encode()


def choice(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
