"""Recorded answers, what the vendor's own library makes of them, and ours in the same terms."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from headwater import (
    AssistantMessage,
    CodeExecution,
    Image,
    Model,
    ProviderBlock,
    Source,
    Text,
    Thinking,
    ToolCall,
)

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
GENERATE = CORPUS / "google-generative-ai"
STEPS = CORPUS / "google-interactions"


def _cases(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


CASES = [*_cases(GENERATE), *_cases(STEPS)]
JUDGED = [case for case in CASES if (case / "expected.json").exists()]

needs_corpus = pytest.mark.skipif(not CASES, reason="no recorded answers here; set HEADWATER_CORPUS")

EXCEPTIONS = {
    ("vercel-ai-google-stream-tool-call-arguments", "tool_calls"): (
        "the vendor's library does not join arguments that come as partial values"
    ),
}
"""Case and field in which ours differs from the oracle's, and why."""

FAILURES = {
    "firebase-ai-streaming-failure-empty-content": "truncated",
    "firebase-ai-streaming-failure-invalid-json": "truncated",
    "firebase-ai-streaming-failure-error-mid-stream": "server",
    "firebase-ai-streaming-failure-finish-reason-safety": "content_filter",
    "firebase-ai-streaming-failure-prompt-blocked-safety-with-message": "content_filter",
    "firebase-ai-streaming-failure-recitation-no-content": "content_filter",
}
"""Answers that end in an error of that kind: two have no terminal signal at all, one says so, the others
are blocked, which is an error here by policy."""

STOPS_EARLY = frozenset(
    {
        "firebase-ai-streaming-failure-error-mid-stream",
        "firebase-ai-streaming-failure-recitation-no-content",
        "firebase-ai-streaming-failure-unknown-finish-enum",
        "firebase-ai-streaming-success-citations",
    }
)
"""Answers that say STOP with every chunk: the end of the bytes is their end."""

MINTED = re.compile(r"call_[0-9a-f]{24}")

COUNTS = ("input", "output", "cache_read", "reasoning", "total_tokens")


def model_of(case: Path) -> Model:
    """The model whose plugin reads the case."""
    from google_wire import HUB, INTERACTIONS, MODEL

    return INTERACTIONS if case.parent == STEPS else HUB.model(MODEL)


def recorded(case: Path) -> bytes:
    """The body of a recorded answer."""
    return (case / "stream.sse").read_bytes()


def expected(case: Path) -> dict[str, Any]:
    """What the vendor's library makes of it, in our words."""
    told: dict[str, Any] = json.loads((case / "expected.json").read_bytes())
    kept = ("text", "thinking", "tool_calls", "stop_reason_raw", "model", "grounding_chunks", "server_items", "items")
    made = {name: told[name] for name in kept if name in told}
    made["response_id"] = told["response_id"] or None  # an interaction that is not stored has an empty id
    made["block_reason"] = told.get("block_reason")
    return {**made, **_counts(told["usage_raw"])}


def differences(case: Path, message: AssistantMessage, wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields in which ours is not what is wanted, beyond the known exceptions: ours and the other."""
    made = ours(message)
    return {
        name: (made[name], value)
        for name, value in wanted.items()
        if made[name] != value and (case.name, name) not in EXCEPTIONS
    }


def ours(message: AssistantMessage) -> dict[str, Any]:
    """Our message in the oracle's terms; an id that was minted here is none of theirs."""
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    usage = message.usage
    return {
        "text": message.text,
        "thinking": message.thinking,
        "tool_calls": [
            {"id": None if MINTED.fullmatch(call.id) else call.id, "name": call.name, "arguments": call.arguments}
            for call in calls
        ],
        "stop_reason_raw": message.raw_stop_reason,
        "response_id": message.response_id,
        "model": message.response_model,
        "grounding_chunks": sum(
            isinstance(block, Source) and block.kind in ("web", "document", "place") for block in message.content
        ),
        "block_reason": message.error.code if message.error and "blocked the prompt" in message.error.message else None,
        "server_items": [item for block in message.content for item in _server_items(block)],
        "items": [kind for block in message.content if (kind := _kind(block))],
        **{name: getattr(usage, name) if usage.provenance != "absent" else None for name in COUNTS},
    }


def _counts(raw: dict[str, Any] | None) -> dict[str, Any]:
    if raw is None:
        return dict.fromkeys(COUNTS)
    if "total_input_tokens" in raw:
        thoughts = raw["total_thought_tokens"]
        cached = raw["total_cached_tokens"]
        prompt, answer = raw["total_input_tokens"] + raw["total_tool_use_tokens"], raw["total_output_tokens"]
        total = raw["total_tokens"]
    else:
        thoughts, cached = raw.get("thoughtsTokenCount"), raw.get("cachedContentTokenCount", 0)
        prompt = raw["promptTokenCount"] + raw.get("toolUsePromptTokenCount", 0)
        answer, total = raw.get("candidatesTokenCount", 0), raw["totalTokenCount"]
    return {
        "input": prompt - cached,
        "output": answer + (thoughts or 0),
        "cache_read": cached,
        "reasoning": thoughts,
        "total_tokens": total,
    }


def _server_items(block: Any) -> list[dict[str, Any]]:
    if isinstance(block, Image):
        return [{"type": "inlineData", "mime": block.mime_type, "bytes": len(base64.b64decode(block.data or ""))}]
    if isinstance(block, CodeExecution):
        came_out = [] if block.output is None else [{"type": "codeExecutionResult", "output": block.output}]
        return [{"type": "executableCode", "code": block.code}, *came_out]
    return []


def _kind(block: Any) -> str | None:
    if isinstance(block, ProviderBlock):
        return block.name
    return {Thinking: "thought", Text: "model_output", ToolCall: "function_call"}.get(type(block))
