"""Recorded answers, what botocore (and Anthropic's library) make of them, and ours in the same terms."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from headwater import AssistantMessage, ProviderBlock, Source, Text, Thinking, ToolCall

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
CONVERSE, INVOKE = "bedrock-converse", "bedrock-invoke"
API = {CONVERSE: "bedrock-converse-stream", INVOKE: "bedrock-invoke"}

OTHERS = {
    "dd-trace-js-bedrock-runtime-model-ai21-jamba-1-5-mini-v1-0-invok-b52349": "chat completions, of AI21",
    "dd-trace-js-bedrock-runtime-model-anthropic-claude-v2-1-invoke-w-0e27a0": "text completions, of an old Claude",
    "otel-js-bedrock-invokemodelwithstreams-adds-cohere-command-r-mod-4fbe93-1": "Cohere's first chat protocol",
}
"""Answers of InvokeModel in the protocol of another vendor, which the oracle does not read either."""

EXCEPTIONS = {
    (CONVERSE, "model"): "no event of ConverseStream names the model; the oracle took it from the request",
}
"""Protocol and field in which ours differs from the oracle's in every answer, and why."""


def cases(protocol: str) -> list[str]:
    """Names of the recorded answers that have an oracle."""
    folder = CORPUS / protocol
    found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [name for name in found if name not in OTHERS]


CASES = [(protocol, case) for protocol in API for case in cases(protocol)]

needs_corpus = pytest.mark.skipif(not CASES, reason="no recorded answers here; set HEADWATER_CORPUS")


def recorded(protocol: str, case: str) -> bytes:
    """The body of a recorded answer."""
    return (CORPUS / protocol / case / "stream.bin").read_bytes()


def model_of(protocol: str, case: str) -> str:
    """The model that was asked."""
    told: dict[str, Any] = json.loads((CORPUS / protocol / case / "meta.json").read_bytes())
    return f"amazon-bedrock/{told['model']}"


def expected(protocol: str, case: str) -> dict[str, Any]:
    """What the oracle makes of a recorded answer."""
    told: dict[str, Any] = json.loads((CORPUS / protocol / case / "expected.json").read_bytes())
    usage = told.pop("usage_raw")
    counts = _converse_counts(usage) if protocol == CONVERSE else _messages_counts(usage)
    return {**{name: value for name, value in told.items() if name not in ("method", "sdk")}, **counts}


def _converse_counts(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "input": raw["inputTokens"],
        "output": raw["outputTokens"],
        "total_tokens": raw["totalTokens"],
        "cache_read": raw.get("cacheReadInputTokens", 0),
        "cache_write": raw.get("cacheWriteInputTokens", 0),
    }


def _messages_counts(raw: dict[str, Any]) -> dict[str, Any]:
    counts = [raw["input_tokens"], raw["output_tokens"]]
    cached = [raw["cache_read_input_tokens"], raw["cache_creation_input_tokens"]]
    names = ("input", "output", "cache_read", "cache_write")
    return {**dict(zip(names, counts + cached, strict=True)), "total_tokens": sum(counts + cached)}


def ours(message: AssistantMessage) -> dict[str, Any]:
    """Our message in the oracle's terms."""
    own = [block for block in message.content if isinstance(block, ProviderBlock)]
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    usage = message.usage
    return {
        "text": message.text,
        "thinking": message.thinking,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in calls],
        "stop_reason_raw": message.raw_stop_reason,
        "response_id": message.response_id,
        "model": message.response_model,
        "server_items": [{"type": one.name, "id": one.id, "name": one.raw.get("name")} for one in own],
        "citations": sum(isinstance(block, Source) for block in message.content),
        "items": [kind for block in message.content if (kind := _kind(block))],
        **{name: getattr(usage, name) for name in ("input", "output", "total_tokens", "cache_read", "cache_write")},
    }


def differences(protocol: str, message: AssistantMessage, wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields in which ours is not what is wanted, beyond the known exceptions: ours and the other."""
    made = ours(message)
    return {
        name: (made[name], value)
        for name, value in wanted.items()
        if made[name] != value and (protocol, name) not in EXCEPTIONS
    }


def _kind(block: Any) -> str | None:
    return {Text: "text", Thinking: "thinking", ToolCall: "tool_use"}.get(type(block))
