"""What the stand-in says over each protocol: one answer, in the words of whoever is asked.

An `Said` is a text, perhaps a call of a tool. Each function makes the body that a provider would send, whole or
streamed; `respond` finds the protocol by the path of the request.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zlib import crc32

from attrs import field, frozen

from headwater.testing import Reply, Request


@frozen
class Said:
    """An answer: its text, and a call with its arguments."""

    text: str = "Because air scatters blue light more than red."
    tool: str = ""
    arguments: Mapping[str, Any] = field(factory=dict[str, Any])

    @property
    def call(self) -> str:
        """The arguments as JSON text."""
        return json.dumps(dict(self.arguments))

    @property
    def pieces(self) -> list[str]:
        """The text as it is streamed."""
        return re.findall(r"\S*\s*", self.text)[:-1]


def sse(*events: Any, names: bool = False) -> bytes:
    """Server-sent events of JSON values; with `names`, each has the name its `type` says."""
    lines: list[str] = []
    for event in events:
        if names:
            lines.append(f"event: {event['type']}\n")
        lines.append(f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n")
    return "".join(lines).encode()


def lines(*values: Any) -> bytes:
    """Values as JSON lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def chat(said: Said, asked: Mapping[str, Any]) -> bytes:
    """Chat completions."""
    head = {"id": "chat_1", "model": asked.get("model", "stand-in")}
    usage = {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}
    reason = "tool_calls" if said.tool else "stop"
    function = {"name": said.tool, "arguments": said.call}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    if not asked.get("stream"):
        message = {"role": "assistant", "content": said.text, **({"tool_calls": [call]} if said.tool else {})}
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return json.dumps({**head, "choices": [choice], "usage": usage}).encode()
    deltas: list[dict[str, Any]] = [{"content": piece} for piece in said.pieces]
    deltas += [{"tool_calls": [call]}] if said.tool else []
    chunks = [{**head, "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    last = {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": usage}
    return sse(*chunks, last, "[DONE]")


def responses(said: Said, asked: Mapping[str, Any]) -> bytes:
    """OpenAI's Responses."""
    content = {"type": "output_text", "text": said.text, "annotations": []}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [content]}
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": said.tool, "arguments": said.call}
    output = [item, call] if said.tool else [item]
    usage = {"input_tokens": 9, "output_tokens": 7, "total_tokens": 16}
    head = {"id": "resp_1", "object": "response", "model": asked.get("model", "stand-in"), "status": "in_progress"}
    head["background"] = bool(asked.get("background"))
    done = {**head, "status": "completed", "output": output, "usage": usage}
    if asked and not asked.get("stream"):
        return json.dumps(done).encode()
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {**head, "output": []}}]
    started = {**item, "status": "in_progress", "content": []}
    events.append({"type": "response.output_item.added", "output_index": 0, "item": started})
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    events.append({"type": "response.content_part.added", **place, "part": {**content, "text": ""}})
    events += [{"type": "response.output_text.delta", **place, "delta": piece} for piece in said.pieces]
    events.append({"type": "response.output_text.done", **place, "text": said.text})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    if said.tool:
        opened = {"output_index": 1, "item": {**call, "arguments": ""}}
        events.append({"type": "response.output_item.added", **opened})
        told = {"item_id": "fc_1", "output_index": 1, "arguments": said.call}
        events.append({"type": "response.function_call_arguments.done", **told})
        events.append({"type": "response.output_item.done", "output_index": 1, "item": call})
    events.append({"type": "response.completed", "response": done})
    return sse(*({**event, "sequence_number": number} for number, event in enumerate(events)), names=True)


def messages(said: Said, asked: Mapping[str, Any]) -> bytes:
    """Anthropic's Messages."""
    usage = {"input_tokens": 9, "output_tokens": 7}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": asked.get("model", "stand-in")}
    reason = "tool_use" if said.tool else "end_turn"
    use = {"type": "tool_use", "id": "toolu_1", "name": said.tool}
    if asked.get("stream") is False:
        content = [
            {"type": "text", "text": said.text},
            *([{**use, "input": dict(said.arguments)}] if said.tool else []),
        ]
        return json.dumps({**message, "content": content, "stop_reason": reason, "usage": usage}).encode()
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {**message, "content": [], "usage": usage}}]
    events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    delta = {"type": "content_block_delta", "index": 0}
    events += [{**delta, "delta": {"type": "text_delta", "text": piece}} for piece in said.pieces]
    events.append({"type": "content_block_stop", "index": 0})
    if said.tool:
        events.append({"type": "content_block_start", "index": 1, "content_block": {**use, "input": {}}})
        events.append({**delta, "index": 1, "delta": {"type": "input_json_delta", "partial_json": said.call}})
        events.append({"type": "content_block_stop", "index": 1})
    events.append({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage})
    return sse(*events, {"type": "message_stop"}, names=True)


def generate(said: Said, _asked: Mapping[str, Any]) -> bytes:
    """Gemini's streamGenerateContent."""
    parts: list[dict[str, Any]] = [{"text": piece} for piece in said.pieces]
    parts += [{"functionCall": {"name": said.tool, "args": dict(said.arguments)}}] if said.tool else []
    head = {"responseId": "r1", "modelVersion": "stand-in"}
    chunks = [{**head, "candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}]} for part in parts]
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 7, "totalTokenCount": 16}
    end = {"content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": "STOP", "index": 0}
    return sse(*chunks, {**head, "candidates": [end], "usageMetadata": usage})


def wrapped(said: Said, asked: Mapping[str, Any]) -> bytes:
    """The same in the envelope of Cloud Code Assist."""
    found = generate(said, asked).decode().split("\n\n")[:-1]
    return sse(*({"response": json.loads(event.removeprefix("data: "))} for event in found))


def interactions(said: Said, asked: Mapping[str, Any]) -> bytes:
    """Gemini's Interactions."""
    head = {"id": "int_1", "model": asked.get("model", "stand-in"), "status": "in_progress", "object": "interaction"}
    events: list[dict[str, Any]] = [{"event_type": "interaction.created", "interaction": head}]
    events.append({"event_type": "step.start", "index": 0, "step": {"type": "model_output"}})
    step = {"event_type": "step.delta", "index": 0}
    events += [{**step, "delta": {"type": "text", "text": piece}} for piece in said.pieces]
    events.append({"event_type": "step.stop", "index": 0})
    usage = {"total_input_tokens": 9, "total_output_tokens": 7, "total_tokens": 16}
    done = {**head, "status": "completed", "usage": usage}
    return sse(*events, {"event_type": "interaction.completed", "interaction": done}, "[DONE]")


def ollama(said: Said, asked: Mapping[str, Any]) -> bytes:
    """Ollama's chat."""
    head = {"model": asked.get("model", "stand-in"), "created_at": "2026-11-01T00:00:00Z", "done": False}
    call = {"function": {"name": said.tool, "arguments": dict(said.arguments)}}
    told = [{**head, "message": {"role": "assistant", "content": piece}} for piece in said.pieces]
    told += [{**head, "message": {"role": "assistant", "content": "", "tool_calls": [call]}}] if said.tool else []
    end = {**head, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    return lines(*told, {**end, "prompt_eval_count": 9, "eval_count": 7})


def cohere(said: Said, _asked: Mapping[str, Any]) -> bytes:
    """Cohere's chat."""
    events: list[dict[str, Any]] = [{"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}}]
    opened = {"message": {"content": {"type": "text", "text": ""}}}
    events.append({"type": "content-start", "index": 0, "delta": opened})
    for piece in said.pieces:
        events.append({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": piece}}}})
    events.append({"type": "content-end", "index": 0})
    usage = {"tokens": {"input_tokens": 9, "output_tokens": 7}}
    return sse(*events, {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}, names=True)


def converse(said: Said, _asked: Mapping[str, Any]) -> bytes:
    """Bedrock's ConverseStream, in binary frames."""
    told: list[tuple[str, Any]] = [("messageStart", {"role": "assistant"})]
    told += [("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}}) for piece in said.pieces]
    told += [("contentBlockStop", {"contentBlockIndex": 0}), ("messageStop", {"stopReason": "end_turn"})]
    told.append(("metadata", {"usage": {"inputTokens": 9, "outputTokens": 7, "totalTokens": 16}}))
    return b"".join(_frame(name, payload) for name, payload in told)


def invoke(said: Said, asked: Mapping[str, Any]) -> bytes:
    """Messages, inside Bedrock's binary frames."""
    import base64

    found = messages(said, asked).decode().split("\n\n")[:-1]
    bodies = [event.partition("\ndata: ")[2].encode() for event in found]
    return b"".join(_frame("chunk", {"bytes": base64.b64encode(body).decode()}) for body in bodies)


def _frame(name: str, payload: Any) -> bytes:
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    block = b"".join(
        bytes((len(key),)) + key.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()
        for key, value in headers.items()
    )
    body = json.dumps(payload).encode()
    head = struct.pack("!II", len(body) + len(block) + 16, len(block))
    made = head + struct.pack("!I", crc32(head)) + block + body
    return made + struct.pack("!I", crc32(made))


Speak = Callable[[Said, Mapping[str, Any]], bytes]

PROTOCOLS: Iterable[tuple[str, Speak, str]] = (
    (r"/chat/completions$", chat, "text/event-stream"),
    (r"/responses(/resp_1.*)?$", responses, "text/event-stream"),
    (r"/messages$|:streamRawPredict$", messages, "text/event-stream"),
    (r"/v1internal:streamGenerateContent$", wrapped, "text/event-stream"),
    (r":(streamG|g)enerateContent$", generate, "text/event-stream"),
    (r"/interactions$", interactions, "text/event-stream"),
    (r"/api/(chat|generate)$", ollama, "application/x-ndjson"),
    (r"/v2/chat$", cohere, "text/event-stream"),
    (r"/converse-stream$", converse, "application/vnd.amazon.eventstream"),
    (r"/invoke-with-response-stream$", invoke, "application/vnd.amazon.eventstream"),
)
"""Pattern of a path, who speaks there, and the type of what comes; the first that matches."""

BACKGROUND = {"id": "resp_1", "object": "response", "status": "cancelled", "output": []}

OTHERS: Iterable[tuple[str, bytes]] = (
    (r"/cancel$", json.dumps(BACKGROUND).encode()),
    (r"/api/pull$", lines({"status": "pulling manifest"}, {"status": "success"})),
    (r"/api/show$", json.dumps({"capabilities": ["completion"], "model_info": {}}).encode()),
    (r"/cachedContents$", json.dumps({"name": "cachedContents/c1", "model": "models/stand-in"}).encode()),
    (r"/copilot_internal/", json.dumps({"token": "tid=stand-in", "expires_at": 4_000_000_000}).encode()),
    (r"/token$", json.dumps({"access_token": "stand-in", "expires_in": 3600, "token_type": "Bearer"}).encode()),
)
"""What is asked beside answers: pattern of a path, and the body."""


def respond(request: Request, said: Said) -> Reply:
    """The reply to one request; 404, which says so, to a path nobody knows."""
    path = request.path.partition("?")[0]
    for pattern, body in OTHERS:
        if re.search(pattern, path):
            return Reply(body, headers={"content-type": "application/json"})
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError:
        asked = {}
    for pattern, speak, kind in PROTOCOLS:
        if re.search(pattern, path):
            body = speak(said, asked)
            whole = body.startswith(b"{") and kind == "text/event-stream"
            return Reply(body, headers={"content-type": "application/json" if whole else kind})
    words = {"error": {"message": f"the stand-in of the tests knows no {request.method} {path}"}}
    return Reply(json.dumps(words).encode(), status=404, headers={"content-type": "application/json"})
