"""Recorded answers, what the vendor's own library makes of them, and ours in the same terms."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from headwater import AssistantMessage, ProviderBlock, Text, Thinking, ToolCall

CORPUS = (
    Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus") / "anthropic-messages"
)

CASES = sorted(path.name for path in CORPUS.iterdir()) if CORPUS.is_dir() else []

needs_corpus = pytest.mark.skipif(not CASES, reason="no recorded answers here; set HEADWATER_CORPUS")

USAGE = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning", "service_tier")

EXCEPTIONS = {
    ("anthropic-sdk-incomplete-partial-json-response", "tool_calls"): (
        "cut by max_tokens: the vendor's library repairs the arguments, here they stay raw and are not to be run"
    ),
}
"""Case and field in which ours differs from the oracle's, and why."""

THEY_FAIL = {
    "rig-gateway-message-delta-metadata": "a gateway ends with [DONE], which the vendor's library takes for an event",
}
"""Answers that the vendor's own library cannot read over HTTP, and why."""


def recorded(case: str) -> bytes:
    """The body of a recorded answer."""
    return (CORPUS / case / "stream.sse").read_bytes()


def expected(case: str) -> dict[str, Any]:
    """What the vendor's library makes of it."""
    told: dict[str, Any] = json.loads((CORPUS / case / "expected.json").read_bytes())
    kept = ("text", "thinking", "stop_reason_raw", "response_id", "model", "server_items", "citations", "items")
    calls = [{name: call[name] for name in ("id", "name", "arguments")} for call in told["tool_calls"]]
    return {**{name: told[name] for name in kept}, "tool_calls": calls, **counts(told["usage_raw"])}


def differences(case: str, message: AssistantMessage, wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields in which ours is not what is wanted, beyond the known exceptions: ours and the other."""
    made = ours(message)
    return {
        name: (made[name], value)
        for name, value in wanted.items()
        if made[name] != value and (case, name) not in EXCEPTIONS
    }


def counts(raw: dict[str, Any]) -> dict[str, Any]:
    """The vendor's counts of tokens in our words."""
    written = raw.get("cache_creation") or {}
    return {
        "input": raw["input_tokens"],
        "output": raw["output_tokens"],
        "cache_read": raw.get("cache_read_input_tokens") or 0,
        "cache_write": raw.get("cache_creation_input_tokens") or 0,
        "cache_write_1h": written.get("ephemeral_1h_input_tokens") or 0,
        "reasoning": (raw.get("output_tokens_details") or {}).get("thinking_tokens"),
        "service_tier": raw.get("service_tier"),
    }


def ours(message: AssistantMessage) -> dict[str, Any]:
    """Our message in the oracle's terms."""
    own = [block for block in message.content if isinstance(block, ProviderBlock)]
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    return {
        "text": message.text,
        "thinking": message.thinking,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in calls],
        "stop_reason_raw": message.raw_stop_reason,
        "response_id": message.response_id,
        "model": message.response_model,
        "server_items": [{"type": one.name, "id": one.id, "name": one.raw.get("name")} for one in own],
        "citations": sum(len(block.extra.get("citations", ())) for block in message.content if isinstance(block, Text)),
        "items": [kind for block in message.content if (kind := _kind(block))],
        **{name: getattr(message.usage, name) for name in USAGE},
    }


def _kind(block: Any) -> str | None:
    if isinstance(block, ProviderBlock):
        return block.name
    if isinstance(block, Thinking):
        return "redacted_thinking" if block.redacted else "thinking"
    return {Text: "text", ToolCall: "tool_use"}.get(type(block))
