"""How Google's two protocols write what their SDK read; see `readings`."""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Mapping
from typing import Any

from readings import Reading, data_lines, no_items, object_in

from headwater import AssistantMessage, CodeExecution, Image, ProviderBlock, Text, Thinking, ToolCall

# -- Google's generateContent


def read_google_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Input excludes what was cached and includes what built-in tools put in; output includes thinking."""
    thoughts, cached = raw.get("thoughtsTokenCount"), raw.get("cachedContentTokenCount", 0)
    return {
        "input": raw["promptTokenCount"] - cached + raw.get("toolUsePromptTokenCount", 0),
        "output": raw.get("candidatesTokenCount", 0) + (thoughts or 0),
        "cache_read": cached,
        "reasoning": thoughts,
        "total_tokens": raw["totalTokenCount"],
    }


def find_google_signal(body: bytes) -> int | None:
    """The first finish reason of the first candidate, or that the prompt is blocked."""
    for text, end in data_lines(body):
        chunk = object_in(text)
        candidates = chunk.get("candidates") or [{}]
        if candidates[0].get("finishReason") or (chunk.get("promptFeedback") or {}).get("blockReason"):
            return end
    return None


def read_unless_minted(call: ToolCall) -> dict[str, Any]:
    """The id of the call; the provider may send none, and the one that is made here is none of its."""
    return {"id": None if re.fullmatch(r"call_[0-9a-f]{24}", call.id) else call.id}


def read_google_items(message: AssistantMessage) -> list[dict[str, Any]]:
    """Code that was run, what it put out, and images."""
    found: list[dict[str, Any]] = []
    for block in message.content:
        if isinstance(block, CodeExecution):
            found.append({"type": "executableCode", "code": block.code})
            if block.output is not None:
                found.append({"type": "codeExecutionResult", "output": block.output})
        elif isinstance(block, Image):
            size = len(base64.b64decode(block.data or ""))
            found.append({"type": "inlineData", "mime": block.mime_type, "bytes": size})
    return found


def read_google_words(raised: str) -> str:
    """The message in the error's body, which the SDK writes out after status and code."""
    _, opening, body = raised.partition(". {")
    try:
        return str(ast.literal_eval(f"{{{body}" if opening else raised)["error"]["message"])
    except (ValueError, SyntaxError, LookupError):
        return raised


GOOGLE = Reading(
    read_google_usage,
    find_google_signal,
    no_items,
    call_id=read_unless_minted,
    server_items=read_google_items,
    words=read_google_words,
)


# -- Google's interactions


def read_interactions_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """As with generateContent, in other words."""
    cached, thoughts = raw["total_cached_tokens"], raw["total_thought_tokens"]
    return {
        "input": raw["total_input_tokens"] - cached + raw["total_tool_use_tokens"],
        "output": raw["total_output_tokens"] + thoughts,
        "cache_read": cached,
        "reasoning": thoughts,
        "total_tokens": raw["total_tokens"],
    }


def find_interactions_signal(body: bytes) -> int | None:
    """`interaction.completed`, whatever the status in it."""
    said = ((object_in(text).get("event_type"), end) for text, end in data_lines(body))
    return next((end for type, end in said if type == "interaction.completed"), None)


def name_interactions_step(block: Any) -> str | None:
    """The protocol's word for a block; None for what is told beside the steps."""
    if isinstance(block, ProviderBlock):
        return block.name
    return {Thinking: "thought", Text: "model_output", ToolCall: "function_call"}.get(type(block))


INTERACTIONS = Reading(read_interactions_usage, find_interactions_signal, name_interactions_step)
