"""One answer of many text deltas in the wire of each api; one item an event on the wire."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wires import WORDS, chat_text, messages_text

MODEL = "benchmark-model-2026-11-20"

Written = dict[str, Any]


def _text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _sse(event: Any, name: str | None = None) -> bytes:
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + _text(event) + b"\n\n"


def _named(events: Iterator[Written], key: str = "type") -> list[bytes]:
    return [_sse(event, event[key]) for event in events]


def _words(deltas: int) -> Iterator[tuple[int, str]]:
    return ((number, WORDS[number % len(WORDS)]) for number in range(deltas))


def _frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """A binary frame of AWS: lengths, their checksum, headers of strings, payload, checksum."""
    head = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    lengths = struct.pack("!II", len(head) + len(payload) + 16, len(head))
    begun = lengths + struct.pack("!I", zlib.crc32(lengths)) + head + payload
    return begun + struct.pack("!I", zlib.crc32(begun))


def _event(name: str, payload: Written) -> bytes:
    said = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return _frame(said, _text({**payload, "p": "abcdefghijklmnop"}))


def converse(deltas: int) -> list[bytes]:
    """ConverseStream of Bedrock."""
    usage = {"inputTokens": 10, "outputTokens": deltas, "totalTokens": deltas + 10}
    return [
        _event("messageStart", {"role": "assistant"}),
        *(_event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word}}) for _, word in _words(deltas)),
        _event("contentBlockStop", {"contentBlockIndex": 0}),
        _event("messageStop", {"stopReason": "end_turn"}),
        _event("metadata", {"usage": usage, "metrics": {"latencyMs": 9}}),
    ]


def invoke(deltas: int) -> list[bytes]:
    """The events of Messages in the chunks of InvokeModel."""
    events = [json.loads(event.partition(b"data: ")[2]) for event in messages_text(deltas)]
    return [_event("chunk", {"bytes": base64.b64encode(_text(event)).decode()}) for event in events]


def responses(deltas: int) -> list[bytes]:
    """Responses, with the fields that the service sends."""
    id, answer = "msg_0123456789abcdef", "".join(word for _, word in _words(deltas))
    part: Written = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    item: Written = {"id": id, "type": "message", "status": "in_progress", "content": [], "role": "assistant"}
    whole = {**item, "status": "completed", "content": [{**part, "text": answer}]}
    response: Written = {"id": "resp_0", "object": "response", "status": "in_progress", "model": MODEL, "output": []}
    usage = {"input_tokens": 10, "output_tokens": deltas, "total_tokens": deltas + 10}
    place: Written = {"item_id": id, "output_index": 0, "content_index": 0}

    def said() -> Iterator[Written]:
        yield {"type": "response.created", "sequence_number": 0, "response": response}
        yield {"type": "response.output_item.added", "output_index": 0, "sequence_number": 1, "item": item}
        yield {"type": "response.content_part.added", **place, "sequence_number": 2, "part": part}
        for number, word in _words(deltas):
            padding = "abcdefghijklmnop"[: 16 - len(word)]
            yield {
                "type": "response.output_text.delta",
                **place,
                "delta": word,
                "logprobs": [],
                "obfuscation": padding,
                "sequence_number": number + 3,
            }
        yield {"type": "response.output_text.done", **place, "text": answer}
        yield {"type": "response.content_part.done", **place, "part": {**part, "text": answer}}
        yield {"type": "response.output_item.done", "output_index": 0, "item": whole}
        finished = {**response, "status": "completed", "output": [whole], "usage": usage}
        yield {"type": "response.completed", "response": finished}

    return _named(said())


def _chunks(deltas: int) -> Iterator[Written]:
    for number, word in _words(deltas):
        last = {"finishReason": "STOP"} if number == deltas - 1 else {}
        counts = {"promptTokenCount": 10, "candidatesTokenCount": number + 1, "totalTokenCount": number + 11}
        content = {"parts": [{"text": word}], "role": "model"}
        details = [{"modality": "TEXT", "tokenCount": 10}]
        yield {
            "candidates": [{"content": content, **last, "index": 0}],
            "usageMetadata": {**counts, "promptTokensDetails": details},
            "modelVersion": MODEL,
            "responseId": "VDVYaY2XOYqM_uMPi8-j8AY",
        }


def generate(deltas: int) -> list[bytes]:
    """`generateContent` of Google: counts with every chunk."""
    return [_sse(chunk) for chunk in _chunks(deltas)]


def assisted(deltas: int) -> list[bytes]:
    """The same in the envelope of Code Assist."""
    return [_sse({"response": chunk, "traceId": "0123456789abcdef"}) for chunk in _chunks(deltas)]


def interactions(deltas: int) -> list[bytes]:
    """The interactions of Google."""
    about = {"id": "v1_0123456789abcdef", "object": "interaction", "model": MODEL}
    usage = {"total_input_tokens": 10, "total_output_tokens": deltas, "total_tokens": deltas + 10}

    def said() -> Iterator[Written]:
        yield {"interaction": {**about, "status": "in_progress"}, "event_type": "interaction.created"}
        yield {"index": 0, "step": {"type": "model_output"}, "event_type": "step.start"}
        for _, word in _words(deltas):
            yield {"index": 0, "delta": {"text": word, "type": "text"}, "event_type": "step.delta"}
        yield {"index": 0, "event_type": "step.stop"}
        done = {**about, "status": "completed", "usage": usage}
        yield {"interaction": done, "event_type": "interaction.completed"}

    return _named(said(), "event_type")


def cohere(deltas: int) -> list[bytes]:
    """Cohere's v2 chat."""
    usage = {"tokens": {"input_tokens": 10, "output_tokens": deltas}}

    def said() -> Iterator[Written]:
        yield {"id": "m", "type": "message-start", "delta": {"message": {"role": "assistant"}}}
        begun = {"content": {"type": "text", "text": ""}}
        yield {"type": "content-start", "index": 0, "delta": {"message": begun}}
        for _, word in _words(deltas):
            yield {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": word}}}}
        yield {"type": "content-end", "index": 0}
        yield {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}

    return _named(said())


def _lines(deltas: int, hold: Callable[[str], Written]) -> list[bytes]:
    about = {"model": MODEL, "created_at": "2026-11-20T20:57:43.314639Z"}
    counts = {"total_duration": 9, "prompt_eval_count": 10, "eval_count": deltas}
    body = [{**about, **hold(word), "done": False} for _, word in _words(deltas)]
    return [
        _text(line) + b"\n" for line in [*body, {**about, **hold(""), "done": True, "done_reason": "stop", **counts}]
    ]


def ollama(deltas: int) -> list[bytes]:
    """The lines of Ollama's chat."""
    return _lines(deltas, lambda word: {"message": {"role": "assistant", "content": word}})


def ollama_generate(deltas: int) -> list[bytes]:
    """The lines of Ollama's `generate`."""
    return _lines(deltas, lambda word: {"response": word})


WIRES: Mapping[str, Callable[[int], list[bytes]]] = {
    "openai-completions": chat_text,
    "anthropic-messages": messages_text,
    "bedrock-converse-stream": converse,
    "bedrock-invoke": invoke,
    "cohere-chat": cohere,
    "google-gemini-cli": assisted,
    "google-generative-ai": generate,
    "google-interactions": interactions,
    "google-vertex": generate,
    "mistral-chat": chat_text,
    "ollama-chat": ollama,
    "ollama-generate": ollama_generate,
    "openai-codex-responses": responses,
    "openai-responses": responses,
}
"""The wire of each api by the api's name."""
