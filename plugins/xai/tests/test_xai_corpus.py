"""Recorded answers of xAI, held against what OpenAI's own library makes of them; and every plugin's promises."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from xai_wire import CHAT, answer, choice, chunks, decode, find, item, make_hub, message_of, of_kind, said

from headwater import AssistantMessage, Image, Model, ProviderBlock, Source, ToolCall
from headwater.testing import Case, conformance_tests

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
MODELS: Mapping[str, Model] = {"xai-chat": find(api=CHAT), "xai-responses": find()}
CUTS = {"whole": None, "in sevens": 7}


@attrs.frozen
class Recording:
    """One recorded answer."""

    protocol: str
    name: str

    def read(self, file: str) -> bytes:
        """One of its files."""
        return (CORPUS / self.protocol / self.name / file).read_bytes()

    @property
    def expected(self) -> dict[str, Any]:
        """What OpenAI's library made of it."""
        return json.loads(self.read("expected.json"))


def recordings() -> list[Any]:
    """All of them, or one that is skipped where there are none."""
    found = [
        pytest.param(Recording(protocol, folder.name), id=f"{protocol}/{folder.name}")
        for protocol in MODELS
        if (CORPUS / protocol).is_dir()
        for folder in sorted((CORPUS / protocol).iterdir())
    ]
    absent = pytest.mark.skip("no recorded streams; see HEADWATER_CORPUS")
    return found or [pytest.param(None, marks=absent, id="absent")]


def pieces(body: bytes, size: int | None) -> list[bytes]:
    """The body in pieces of that many bytes."""
    return [body] if size is None else [body[at : at + size] for at in range(0, len(body), size)]


def ours(message: AssistantMessage) -> dict[str, Any]:
    """What the oracle has of an answer, from ours."""
    return {
        "text": message.text,
        "thinking": message.thinking,
        "tool_calls": [(call.id, call.name, dict(call.arguments)) for call in of_kind(message, ToolCall)],
        "stop": message.raw_stop_reason,
        "response_id": message.response_id,
        "model": message.response_model,
        "server_items": [(block.name, block.id) for block in of_kind(message, ProviderBlock)],
        "citations": len(of_kind(message, Source)),
        "cost": message.extra.get("usage_details", {}).get("cost_in_usd_ticks"),
        "counts": _counts(message),
    }


def _counts(message: AssistantMessage) -> tuple[int, int, int | None, int]:
    usage = message.usage
    return usage.input + usage.cache_read, usage.output, usage.reasoning, usage.total_tokens


def theirs(expected: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an `expected.json`; chat completions counts reasoning beside the output."""
    usage, stop = expected["usage_raw"], expected["stop_reason_raw"]
    over_chat = "prompt_tokens" in usage
    given, made = ("prompt_tokens", "completion_tokens") if over_chat else ("input_tokens", "output_tokens")
    reasoning = usage["completion_tokens_details" if over_chat else "output_tokens_details"]["reasoning_tokens"]
    return {
        "text": expected["text"],
        "thinking": expected["thinking"],
        "tool_calls": [(_id(call), call["name"], call["arguments"]) for call in expected["tool_calls"]],
        "stop": stop if isinstance(stop, str) else stop["status"],
        "response_id": expected["response_id"],
        "model": expected["model"],
        "server_items": [(one["type"], one["id"]) for one in expected.get("server_items", [])],
        "citations": expected.get("citations", 0),
        "cost": usage.get("cost_in_usd_ticks"),
        "counts": (usage[given], usage[made] + (reasoning if over_chat else 0), reasoning, usage["total_tokens"]),
    }


def _id(call: Mapping[str, Any]) -> str:
    return f"{call['id']}|{call['item_id']}" if "item_id" in call else call["id"]


@pytest.mark.parametrize("size", CUTS.values(), ids=CUTS.keys())
@pytest.mark.parametrize("recording", recordings())
def test_a_recording_reads_as_openais_library_reads_it(recording: Recording, size: int | None) -> None:
    """In every field; however it is cut."""
    cut = pieces(recording.read("stream.sse"), size)
    assert ours(message_of(decode(MODELS[recording.protocol], cut))) == theirs(recording.expected)


@pytest.mark.skipif(not (CORPUS / "xai-responses").is_dir(), reason="no recorded streams; see HEADWATER_CORPUS")
def test_the_recorded_image_is_there() -> None:
    """As a block of its own beside the item that goes back."""
    recording = Recording("xai-responses", "vercel-ai-xai-image-generation-tool-1")
    message = message_of(decode(MODELS[recording.protocol], recording.read("stream.sse")))
    made = next(block.raw["result"] for block in of_kind(message, ProviderBlock))
    assert of_kind(message, Image) == [Image(made, "image/png")]


def _case(name: str, model: Model, body: bytes) -> Case:
    """A case whose last event is the terminal signal; an event needs no blank line after it at the end."""
    return Case(name, model, body, terminal_offset=len(body.rstrip()))


SEARCH = item(
    0,
    "custom_tool_call",
    {"type": "response.custom_tool_call_input.delta", "delta": '{"query":'},
    {"type": "response.custom_tool_call_input.delta", "delta": '"cats"}'},
    name="x_semantic_search",
    call_id="xs_1",
    input='{"query":"cats"}',
)
CODE = item(1, "code_execution_call", arguments='{"code":"1+1"}', outputs=[{"type": "logs", "logs": "2"}])
LINK = {"type": "url_citation", "url": "https://x.com/i/status/1"}
CASES = [
    _case("search and code", MODELS["xai-responses"], answer(*SEARCH, *CODE, *said(2, "So.", LINK))),
    _case("chat", MODELS["xai-chat"], chunks(choice(content="Hi"), choice("stop")).removesuffix(b"data: [DONE]\n\n")),
]

test_conformance = conformance_tests(CASES, make_hub)
