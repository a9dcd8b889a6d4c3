"""Recorded Responses streams, held against what the vendor's own library makes of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from openai_recordings import Recording, recordings
from openai_wire import RESPONSES, decode, find, message_of

from headwater import AssistantMessage, ProviderBlock, Refusal, Text, ToolCall

MODEL = find("openai/gpt-5.4", api=RESPONSES)
RECORDINGS = recordings("openai-responses", "openai-responses-compat", "xai-responses")

RUN_BY_THE_CALLER = "the caller runs it: a tool call, not a tool of the provider's"
STOPS_AT_ERROR = "the oracle stops at `error`; the events around it hold id and model"

EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "vercel-ai-openai-custom-tool-1": dict.fromkeys(("tool_calls", "server_items"), RUN_BY_THE_CALLER),
    "vercel-ai-openai-apply-patch-tool-1": dict.fromkeys(("tool_calls", "server_items"), RUN_BY_THE_CALLER),
    "vercel-ai-openai-apply-patch-tool-delete-1": dict.fromkeys(("tool_calls", "server_items"), RUN_BY_THE_CALLER),
    "vercel-ai-openai-error-1": dict.fromkeys(("response_id", "model"), STOPS_AT_ERROR),
}
"""Recording and field in which the oracle is not the last word, and why."""

CUTS = {"whole": None, "in sevens": 7, "in thousands": 1009}


def pieces(body: bytes, size: int | None) -> list[bytes]:
    """The body in pieces of that many bytes."""
    return [body] if size is None else [body[at : at + size] for at in range(0, len(body), size)]


def summary(message: AssistantMessage) -> dict[str, Any]:
    """What the oracle has of an answer, from ours."""
    used = message.usage
    texts = [block for block in message.content if isinstance(block, Text)]
    return {
        "text": message.text,
        "thinking": message.thinking,
        "tool_calls": [_call(block) for block in message.content if isinstance(block, ToolCall)],
        "stop": message.raw_stop_reason,
        "response_id": message.response_id,
        "model": message.response_model,
        "usage": (used.input + used.cache_read + used.cache_write, used.cache_read, used.output, used.reasoning),
        "citations": sum(len(block.extra.get("annotations", ())) for block in texts),
        "server_items": [(block.name, block.id) for block in message.content if isinstance(block, ProviderBlock)],
        "refusal": "".join(block.text for block in message.content if isinstance(block, Refusal)),
    }


def _call(call: ToolCall) -> tuple[str, str, str, Any]:
    id, _, item = call.id.partition("|")
    return id, item, call.name, None if call.incomplete else dict(call.arguments)


def oracle(expected: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an `expected.json`."""
    stop = expected["stop_reason_raw"] or {}
    counts = expected["usage_raw"]
    return {
        "text": expected["text"],
        "thinking": expected["thinking"],
        "tool_calls": [
            (call["id"], call["item_id"], call["name"], call["arguments"]) for call in expected["tool_calls"]
        ],
        "stop": (stop.get("incomplete_details") or {}).get("reason") or stop.get("status"),
        "response_id": expected["response_id"],
        "model": expected["model"],
        "usage": (0, 0, 0, None)
        if counts is None
        else (
            counts["input_tokens"],
            counts["input_tokens_details"]["cached_tokens"],
            counts["output_tokens"],
            counts["output_tokens_details"]["reasoning_tokens"],
        ),
        "citations": expected["citations"],
        "server_items": [(item["type"], item["id"]) for item in expected["server_items"]],
        "refusal": expected.get("refusal", ""),
    }


def differences(message: AssistantMessage, expected: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields in which ours is not what the oracle says: ours and its."""
    ours, theirs = summary(message), oracle(expected)
    return {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}


@pytest.mark.parametrize("size", CUTS.values(), ids=CUTS.keys())
@pytest.mark.parametrize("recording", RECORDINGS)
def test_a_recording_reads_as_the_vendors_library_reads_it(recording: Recording, size: int | None) -> None:
    """In text, thinking, calls, stop reason, usage, ids, citations and built-in tools; however it is cut."""
    message = message_of(decode(MODEL, pieces(recording.body, size)))
    assert set(differences(message, recording.expected)) == set(EXCEPTIONS.get(recording.name, {}))


@pytest.mark.parametrize("recording", RECORDINGS)
def test_a_planted_change_is_found(recording: Recording) -> None:
    """Any field of the oracle that is changed shows; so the test above can fail."""
    message = message_of(decode(MODEL, recording.body))
    found = {name for name in CHANGES if name in differences(message, _changed(recording.expected, name))}
    assert found == set(CHANGES)


CHANGES: Mapping[str, Any] = {
    "text": lambda was: was + "x",
    "thinking": lambda was: was + "x",
    "tool_calls": lambda was: [*was, {"id": "x", "item_id": "x", "name": "x", "arguments": {}}],
    "stop": lambda was: {"status": "planted"},
    "response_id": lambda was: f"{was}x",
    "model": lambda was: f"{was}x",
    "usage": lambda was: {
        "input_tokens": -1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
    },
    "citations": lambda was: was + 1,
    "server_items": lambda was: [*was, {"type": "x", "id": "x"}],
    "refusal": lambda was: f"{was or ''}x",
}


def _changed(expected: dict[str, Any], name: str) -> dict[str, Any]:
    field = {"stop": "stop_reason_raw", "usage": "usage_raw"}.get(name, name)
    changed = copy.deepcopy(expected)
    return {**changed, field: CHANGES[name](changed.get(field))}


def test_exceptions_are_those_of_recordings_that_are_there() -> None:
    """An exception for nothing would hide a mistake."""
    names = {parameter.values[0].name for parameter in RECORDINGS if parameter.values[0] is not None}
    assert not names or set(EXCEPTIONS) <= names
