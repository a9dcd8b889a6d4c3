"""Canned streams for the benchmarks, in the shapes of two protocols; made here, the same for every client."""

from __future__ import annotations

import json
from collections.abc import Iterator

WORDS = ("stream ", "of ", "typed ", "events ", "from ", "any ", "model, ", "fast ", "and ", "honest ")


def _sse(event: dict[str, object], name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(event, separators=(',', ':'))}\n\n".encode()


def _chat(delta: dict[str, object], finish: str | None = None) -> bytes:
    return _sse(
        {
            "id": "chatcmpl-benchmark0123456789",
            "object": "chat.completion.chunk",
            "created": 1795221383,
            "model": "benchmark-model-2026-11-20",
            "service_tier": "default",
            "system_fingerprint": "fp_0123456789",
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
            "usage": None,
        }
    )


def chat_text(deltas: int) -> list[bytes]:
    """A chat completion of that many text deltas; one item an event on the wire."""
    body = [_chat({"content": WORDS[number % len(WORDS)]}) for number in range(deltas)]
    usage = {"prompt_tokens": 10, "completion_tokens": deltas, "total_tokens": deltas + 10}
    last = _sse(
        {
            "id": "chatcmpl-benchmark0123456789",
            "object": "chat.completion.chunk",
            "created": 1795221383,
            "model": "benchmark-model-2026-11-20",
            "choices": [],
            "usage": usage,
        }
    )
    return [_chat({"role": "assistant", "content": ""}), *body, _chat({}, "stop"), last, b"data: [DONE]\n\n"]


def pieces_of_arguments(size: int, piece: int = 5) -> Iterator[str]:
    """The arguments of a call that writes a file of `size` characters, in pieces."""
    text = json.dumps({"path": "notes.txt", "content": "The quick brown fox jumps. " * (size // 27)})
    return (text[start : start + piece] for start in range(0, len(text), piece))


def chat_tool(size: int, piece: int = 5) -> list[bytes]:
    """A chat completion that calls one tool with arguments of `size` characters in small deltas."""
    call = {"index": 0, "id": "call_0", "type": "function", "function": {"name": "write", "arguments": ""}}
    body = [
        _chat({"tool_calls": [{"index": 0, "function": {"arguments": part}}]})
        for part in pieces_of_arguments(size, piece)
    ]
    return [_chat({"role": "assistant", "tool_calls": [call]}), *body, _chat({}, "tool_calls"), b"data: [DONE]\n\n"]


def _message(content: dict[str, object], deltas: list[dict[str, object]], stop: str) -> list[bytes]:
    usage = {"input_tokens": 10, "output_tokens": 1}
    message = {
        "id": "msg_benchmark",
        "type": "message",
        "role": "assistant",
        "model": "benchmark-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    opening = {"type": "content_block_start", "index": 0, "content_block": content}
    ending = {
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": None},
        "usage": {"output_tokens": len(deltas)},
    }
    return [
        _sse({"type": "message_start", "message": message}, "message_start"),
        _sse(opening, "content_block_start"),
        *(_sse({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta") for delta in deltas),
        _sse({"type": "content_block_stop", "index": 0}, "content_block_stop"),
        _sse(ending, "message_delta"),
        _sse({"type": "message_stop"}, "message_stop"),
    ]


def messages_text(deltas: int) -> list[bytes]:
    """A Messages answer of that many text deltas."""
    body: list[dict[str, object]] = [
        {"type": "text_delta", "text": WORDS[number % len(WORDS)]} for number in range(deltas)
    ]
    return _message({"type": "text", "text": ""}, body, "end_turn")


def messages_tool(size: int, piece: int = 5) -> list[bytes]:
    """A Messages answer that calls one tool with arguments of `size` characters in small deltas."""
    body: list[dict[str, object]] = [
        {"type": "input_json_delta", "partial_json": part} for part in pieces_of_arguments(size, piece)
    ]
    return _message({"type": "tool_use", "id": "toolu_0", "name": "write", "input": {}}, body, "tool_use")


WIRES = {
    "chat-text": lambda: chat_text(2000),
    "chat-tool-20k": lambda: chat_tool(20_000),
    "chat-tool-200k": lambda: chat_tool(200_000),
    "messages-text": lambda: messages_text(2000),
    "messages-tool-20k": lambda: messages_tool(20_000),
}
"""The streams of the side-by-side run by name."""
