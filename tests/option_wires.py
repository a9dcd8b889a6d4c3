"""Each protocol as far as options that work with all of them need it: a small answer, streamed and whole.

An api that joins adds a line to `WIRES`. The streamed answer brings its text in the pieces it
is given; the whole one brings a text, a call of `add` with `{"a": 1}`, 10 tokens of input and 5 of output.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

import attrs

from headwater import Hub, Model, WireRequest, loads


@attrs.frozen
class Wire:
    """One protocol.

    `model` is any that speaks it; `asks_whole` says whether a request asks for a whole answer;
    `calls` whether answers can hold calls, and requests tools; `only_streams` whether there are no whole answers.
    """

    model: str
    stream: Callable[[Sequence[str]], bytes]
    whole: Callable[[str], bytes]
    asks_whole: Callable[[WireRequest], bool]
    calls: bool = True
    only_streams: bool = False

    def find_model(self, hub: Hub, api: str) -> Model:
        """The model, over that api."""
        return hub.model(self.model, api=api)


ARGUMENTS = {"a": 1}


def _sse(*events: Mapping[str, Any], done: bool = False) -> bytes:
    lines = [json.dumps(event) for event in events] + (["[DONE]"] if done else [])
    return "".join(f"data: {line}\n\n" for line in lines).encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


def _body(wire: WireRequest) -> Mapping[str, Any]:
    return loads(wire.body)


def _says_stream_false(wire: WireRequest) -> bool:
    return _body(wire)["stream"] is False


def _goes_to(ending: str) -> Callable[[WireRequest], bool]:
    return lambda wire: wire.url.endswith(ending)


# -- chat completions


def _chat_stream(pieces: Sequence[str]) -> bytes:
    begun = {"id": "c1", "object": "chat.completion.chunk", "model": "m"}
    deltas = [{**begun, "choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    return _sse(*deltas, {**begun, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, done=True)


def _chat_whole(text: str) -> bytes:
    call = {"id": "1", "type": "function", "function": {"name": "add", "arguments": json.dumps(ARGUMENTS)}}
    message = {"role": "assistant", "content": text, "tool_calls": [call]}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    return _json({"id": "c1", "object": "chat.completion", "model": "m", "choices": choices, "usage": usage})


# -- Responses


def _message_item(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [part]}


def _response(status: str, output: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}
    return {"id": "r1", "object": "response", "model": "m", "status": status, "output": output, "usage": usage}


def _responses_stream(pieces: Sequence[str]) -> bytes:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    item = _message_item("".join(pieces))
    deltas = [{"type": "response.output_text.delta", **place, "delta": piece} for piece in pieces]
    return _sse(
        {"type": "response.created", "response": {**_response("in_progress", []), "usage": None}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**item, "content": []}},
        *deltas,
        {"type": "response.output_text.done", **place, "text": "".join(pieces)},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": _response("completed", [item])},
    )


def _responses_whole(text: str) -> bytes:
    call = {"type": "function_call", "id": "fc_1", "call_id": "1", "name": "add", "arguments": json.dumps(ARGUMENTS)}
    return _json(_response("completed", [_message_item(text), {**call, "status": "completed"}]))


# -- Messages


def _message(**fields: Any) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    begun = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    return {**begun, "stop_reason": None, **fields}


def _messages_events(pieces: Sequence[str]) -> list[dict[str, Any]]:
    block = {"index": 0, "content_block": {"type": "text", "text": ""}}
    deltas = [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces
    ]
    return [
        {"type": "message_start", "message": _message()},
        {"type": "content_block_start", **block},
        *deltas,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]


def _messages_stream(pieces: Sequence[str]) -> bytes:
    return _sse(*_messages_events(pieces))


def _messages_whole(text: str) -> bytes:
    call = {"type": "tool_use", "id": "1", "name": "add", "input": ARGUMENTS}
    return _json(_message(content=[{"type": "text", "text": text}, call], stop_reason="tool_use"))


# -- generateContent and Interactions


def _generated(parts: Sequence[Mapping[str, Any]], **candidate: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, **candidate}], "modelVersion": "m", "responseId": "g1"}


GOOGLE_USAGE = {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}


def _google_stream(pieces: Sequence[str]) -> bytes:
    last = _generated([{"text": ""}], finishReason="STOP")
    return _sse(*(_generated([{"text": piece}]) for piece in pieces), {**last, "usageMetadata": GOOGLE_USAGE})


def _google_whole(text: str) -> bytes:
    call = {"functionCall": {"name": "add", "args": ARGUMENTS}}
    return _json({**_generated([{"text": text}, call], finishReason="STOP"), "usageMetadata": GOOGLE_USAGE})


INTERACTION = {
    "id": "i1",
    "model": "m",
    "usage": {"total_input_tokens": 10, "total_output_tokens": 5, "total_tokens": 15},
}


def _interaction_stream(pieces: Sequence[str]) -> bytes:
    begun = {"id": "i1", "model": "m", "status": "in_progress"}
    return _sse(
        {"event_type": "interaction.created", "interaction": begun},
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        *({"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": piece}} for piece in pieces),
        {"event_type": "step.stop", "index": 0},
        {"event_type": "interaction.completed", "interaction": {**INTERACTION, "status": "completed"}},
        done=True,
    )


def _interaction_whole(text: str) -> bytes:
    steps = [
        {"type": "model_output", "content": [{"type": "text", "text": text}]},
        {"type": "function_call", "id": "1", "name": "add", "arguments": ARGUMENTS},
    ]
    return _json({**INTERACTION, "status": "requires_action", "steps": steps})


# -- Bedrock


def _frame(name: str, payload: Mapping[str, Any]) -> bytes:
    head = b""
    for key, value in ((b":event-type", name), (b":content-type", "application/json"), (b":message-type", "event")):
        head += struct.pack("!B", len(key)) + key + b"\x07" + struct.pack("!H", len(value)) + value.encode()
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", len(body) + len(head) + 16, len(head))
    framed = prelude + struct.pack("!I", crc32(prelude)) + head + body
    return framed + struct.pack("!I", crc32(framed))


CONVERSE_USAGE = {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}


def _converse_stream(pieces: Sequence[str]) -> bytes:
    events: list[tuple[str, dict[str, Any]]] = [
        ("messageStart", {"role": "assistant"}),
        *(("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}}) for piece in pieces),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": "end_turn"}),
        ("metadata", {"usage": CONVERSE_USAGE, "metrics": {"latencyMs": 5}}),
    ]
    return b"".join(_frame(name, payload) for name, payload in events)


def _converse_whole(text: str) -> bytes:
    content = [{"text": text}, {"toolUse": {"toolUseId": "1", "name": "add", "input": ARGUMENTS}}]
    message = {"role": "assistant", "content": content}
    return _json({"output": {"message": message}, "stopReason": "tool_use", "usage": CONVERSE_USAGE})


def _invoke_stream(pieces: Sequence[str]) -> bytes:
    events = [json.dumps(event).encode() for event in _messages_events(pieces)]
    return b"".join(_frame("chunk", {"bytes": base64.b64encode(event).decode()}) for event in events)


# -- Cohere


COHERE_USAGE = {"tokens": {"input_tokens": 10, "output_tokens": 5}}


def _cohere_stream(pieces: Sequence[str]) -> bytes:
    def content(**fields: Any) -> dict[str, Any]:
        return {"index": 0, "delta": {"message": {"content": fields}}}

    return _sse(
        {"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}},
        {"type": "content-start", **content(type="text", text="")},
        *({"type": "content-delta", **content(text=piece)} for piece in pieces),
        {"type": "content-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": COHERE_USAGE}},
    )


def _cohere_whole(text: str) -> bytes:
    call = {"id": "1", "type": "function", "function": {"name": "add", "arguments": json.dumps(ARGUMENTS)}}
    message = {"role": "assistant", "content": [{"type": "text", "text": text}], "tool_calls": [call]}
    return _json({"id": "c1", "finish_reason": "TOOL_CALL", "message": message, "usage": COHERE_USAGE})


# -- Ollama


def _ollama_lines(*messages: Mapping[str, Any]) -> list[dict[str, Any]]:
    lines = [{"model": "m", **message, "done": False} for message in messages]
    lines[-1] |= {"done": True, "done_reason": "stop", "prompt_eval_count": 10, "eval_count": 5}
    return lines


def _ollama_said(text: str, **fields: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text, **fields}}


def _ndjson(lines: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def _ollama_stream(pieces: Sequence[str]) -> bytes:
    return _ndjson(_ollama_lines(*map(_ollama_said, pieces), _ollama_said("")))


def _ollama_whole(text: str) -> bytes:
    calls = [{"function": {"name": "add", "arguments": ARGUMENTS}}]
    return _json(_ollama_lines(_ollama_said(text, tool_calls=calls))[0])


def _generate_stream(pieces: Sequence[str]) -> bytes:
    return _ndjson(_ollama_lines(*({"response": piece} for piece in [*pieces, ""])))


def _generate_whole(text: str) -> bytes:
    return _json(_ollama_lines({"response": text})[0])


# -- the mock


def _mock_stream(pieces: Sequence[str]) -> bytes:
    return b"".join(json.dumps({"text": piece}).encode() + b"\n" for piece in pieces) + b'{"stop":"stop"}\n'


def _mock_whole(text: str) -> bytes:
    call = {"id": "1", "name": "add", "arguments": ARGUMENTS}
    return json.dumps(
        {"text": text, "tool_call": call, "usage": {"input": 10, "output": 5}, "stop": "toolUse"}
    ).encode()


def _mock_is_told(wire: WireRequest) -> bool:
    return _body(wire)["options"].get("simulate_streaming", False)


GENERATE = ":generateContent"


# -- Cloud Code Assist: Google's chunks in envelopes


def _assist_stream(pieces: Sequence[str]) -> bytes:
    lines = (line for line in _google_stream(pieces).splitlines() if line.startswith(b"data:"))
    return _sse(*({"traceId": "t1", "response": json.loads(line.removeprefix(b"data:"))} for line in lines))


def _assist_whole(text: str) -> bytes:
    return _json({"traceId": "t1", "response": json.loads(_google_whole(text))})


WIRES: Mapping[str, Wire] = {
    "anthropic-messages": Wire("anthropic/claude-haiku-4-5", _messages_stream, _messages_whole, _says_stream_false),
    "bedrock-converse-stream": Wire(
        "amazon-bedrock/us.amazon.nova-2-lite-v1:0", _converse_stream, _converse_whole, _goes_to("/converse")
    ),
    "bedrock-invoke": Wire(
        "amazon-bedrock/us.anthropic.claude-opus-4-6-v1", _invoke_stream, _messages_whole, _goes_to("/invoke")
    ),
    "cohere-chat": Wire("cohere/command-a-03-2025", _cohere_stream, _cohere_whole, _says_stream_false),
    "google-gemini-cli": Wire("google-gemini-cli/gemini-2.5-flash", _assist_stream, _assist_whole, _goes_to(GENERATE)),
    "google-generative-ai": Wire("google/gemini-2.5-flash", _google_stream, _google_whole, _goes_to(GENERATE)),
    "google-interactions": Wire("google/gemini-2.5-flash", _interaction_stream, _interaction_whole, _says_stream_false),
    "google-vertex": Wire("google-vertex/gemini-2.5-flash", _google_stream, _google_whole, _goes_to(GENERATE)),
    "mistral-chat": Wire("mistral/mistral-small-latest", _chat_stream, _chat_whole, _says_stream_false),
    "mock": Wire("mock/echo", _mock_stream, _mock_whole, _mock_is_told),
    "ollama-chat": Wire("ollama/qwen3", _ollama_stream, _ollama_whole, _says_stream_false),
    "ollama-generate": Wire("ollama/qwen3", _generate_stream, _generate_whole, _says_stream_false, calls=False),
    "openai-codex-responses": Wire(
        "openai-codex/gpt-5.4", _responses_stream, _responses_whole, _says_stream_false, only_streams=True
    ),
    "openai-completions": Wire("openai/gpt-4o", _chat_stream, _chat_whole, _says_stream_false),
    "perplexity-chat": Wire("perplexity/sonar", _chat_stream, _chat_whole, _says_stream_false),
    "openai-responses": Wire("openai/gpt-4o", _responses_stream, _responses_whole, _says_stream_false),
}
"""Every api that is known here."""
