"""Bodies of both protocols written by hand, and what headwater makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headwater import (
    AssistantMessage,
    Context,
    Done,
    Error,
    Event,
    Hub,
    Image,
    Message,
    Model,
    ProviderBlock,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    check_grammar,
    loads,
)

CHAT = "openai-completions"
RESPONSES = "openai-responses"
HOME = "https://api.openai.com/v1"
PNG = Image("iVBORw0KGgo=", "image/png")
ADD = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})
STRICT_ADD = Tool("add", "Adds.", {**ADD.parameters, "additionalProperties": False})
SCHEMA: Mapping[str, Any] = {
    "title": "person",
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}


def make_hub(**settings: Any) -> Hub:
    """A hub without any key in its environment."""
    return Hub(**{"environ": {}, **settings})


def find(name: str = "openai/gpt-5.4", *, api: str = CHAT, **settings: Any) -> Model:
    """A model of OpenAI's over that api."""
    return make_hub().model(name, api=api, **settings)


def compatible(api: str = CHAT, **flags: Any) -> Model:
    """A model at an endpoint that nobody described but by these compat flags."""
    return make_hub().endpoint("https://llm.test/v1", "m", api=api, compat=flags)


# -- requests


def request(model: Model, prompt: Any = "Hi", **asked: Any) -> WireRequest:
    """The request that would be sent."""
    return make_hub().request(model, prompt, **asked)


def body(model: Model, prompt: Any = "Hi", **asked: Any) -> dict[str, Any]:
    """The body that would be sent."""
    return loads(request(model, prompt, **asked).body)


def dropped(model: Model, prompt: Any = "Hi", **asked: Any) -> list[str]:
    """Paths of what the request leaves out or changes."""
    return [note.path for note in request(model, prompt, **asked).notes if note.action in ("dropped", "changed")]


def conversation(model: Model, *content: Any, **fields: Any) -> Context:
    """A user's question, an answer of that model with this content, results of its calls, and a further question."""
    calls = [block for block in content if isinstance(block, ToolCall)]
    answer = AssistantMessage(
        content, api=model.api, provider=model.provider, model=model.id, response_id="resp_1", **fields
    )
    results = [ToolResultMessage(call.id, call.name, "3") for call in calls]
    messages: list[Message] = [UserMessage("Hi"), answer, *results, UserMessage("Go on")]
    return Context(messages, "Be brief.", [ADD])


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


def kinds(message: AssistantMessage) -> list[str]:
    """The kinds of a message's blocks; a provider's own by its name."""
    return [block.name if isinstance(block, ProviderBlock) else block.type for block in message.content]


def of_kind(message: AssistantMessage, kind: Callable[..., Any]) -> list[Any]:
    """The blocks of one class."""
    return [block for block in message.content if type(block) is kind]


def chunk(delta: Any = None, finish: str | None = None, **beside: Any) -> dict[str, Any]:
    """A chat-completion chunk with one choice; `beside` are fields of the chunk."""
    choice = {"index": 0, "delta": delta if delta is not None else {}, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "gpt-x-0501", "choices": [choice], **beside}


def call_delta(index: int | None = 0, id: str | None = None, name: str | None = None, arguments: Any = None) -> Any:
    """A delta with a piece of one call; None leaves the field out."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    call = {key: value for key, value in (("index", index), ("id", id)) if value is not None}
    return {"tool_calls": [{**call, "type": "function", "function": function}]}


def chat(*chunks: Any, done: bool = True) -> bytes:
    """A chat-completions body of these chunks; bytes go in as they are."""
    lines = [one if isinstance(one, bytes) else b"data: " + json.dumps(one).encode() + b"\n\n" for one in chunks]
    return b"".join(lines) + (b"data: [DONE]\n\n" if done else b"")


def sse(*events: dict[str, Any], numbered: bool = True) -> bytes:
    """A Responses body of these events."""
    return b"".join(sse_events(*events, numbered=numbered))


def sse_events(*events: dict[str, Any], numbered: bool = True) -> list[bytes]:
    """The events one by one."""
    made: list[bytes] = []
    for number, event in enumerate(events):
        numbers = {"sequence_number": number} if numbered else {}
        text = json.dumps({**numbers, **event})
        made.append(f"event: {event['type']}\ndata: {text}\n\n".encode())
    return made


USAGE = {
    "input_tokens": 900,
    "input_tokens_details": {"cached_tokens": 512, "cache_write_tokens": 128},
    "output_tokens": 70,
    "output_tokens_details": {"reasoning_tokens": 40},
    "total_tokens": 970,
}


def response(status: str = "completed", **fields: Any) -> dict[str, Any]:
    """A response object."""
    plain = {"id": "resp_1", "object": "response", "model": "gpt-x-0501", "status": status, "output": []}
    return {**plain, "error": None, "incomplete_details": None, "usage": USAGE, **fields}


def created(**fields: Any) -> dict[str, Any]:
    """The first event."""
    return {"type": "response.created", "response": response("in_progress", usage=None, **fields)}


def completed(**fields: Any) -> dict[str, Any]:
    """The last event of an answer that ended well."""
    return {"type": "response.completed", "response": response(**fields)}


def added(index: int | None, item: dict[str, Any]) -> dict[str, Any]:
    """An item is announced; None leaves its place out."""
    return {"type": "response.output_item.added", "item": item, **({} if index is None else {"output_index": index})}


def finished(index: int | None, item: dict[str, Any]) -> dict[str, Any]:
    """An item is finished."""
    return {"type": "response.output_item.done", "item": item, **({} if index is None else {"output_index": index})}


def delta(kind: str, index: int | None, text: str, **fields: Any) -> dict[str, Any]:
    """A piece of an item: `output_text`, `function_call_arguments`, ..."""
    place = {} if index is None else {"output_index": index}
    return {"type": f"response.{kind}.delta", "delta": text, **place, **fields}


def message_item(text: str, *, id: str = "msg_1", **fields: Any) -> dict[str, Any]:
    """A finished message."""
    part = {"type": "output_text", "text": text, "annotations": fields.pop("annotations", [])}
    return {"type": "message", "id": id, "role": "assistant", "status": "completed", "content": [part], **fields}


def call_item(arguments: str, *, id: str = "fc_1", call_id: str = "call_1", name: str = "add") -> dict[str, Any]:
    """A finished function call."""
    return {"type": "function_call", "id": id, "call_id": call_id, "name": name, "arguments": arguments}


def text_events(index: int, *pieces: str, id: str = "msg_1", **fields: Any) -> list[dict[str, Any]]:
    """The events of one message."""
    skeleton = {"type": "message", "id": id, "role": "assistant", "status": "in_progress", "content": []}
    place = {"item_id": id, "content_index": 0}
    deltas = [delta("output_text", index, piece, **place) for piece in pieces]
    return [added(index, skeleton), *deltas, finished(index, message_item("".join(pieces), id=id, **fields))]


def call_events(index: int, *pieces: str, **fields: Any) -> list[dict[str, Any]]:
    """The events of one function call."""
    item = call_item("".join(pieces), **fields)
    deltas = [delta("function_call_arguments", index, piece, item_id=item["id"]) for piece in pieces]
    return [added(index, {**item, "arguments": ""}), *deltas, finished(index, item)]
