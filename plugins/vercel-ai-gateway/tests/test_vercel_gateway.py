"""The gateway: protocols, routing, how it counts, and answers of its oddities."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from headwater import AssistantMessage, Done, Hub, UserMessage, loads
from headwater.testing import Case, conformance_tests
from headwater_vercel_ai_gateway import routing

HUB = Hub(environ={})
CHAT = "openai-completions"
GEMINI = HUB.model("vercel-ai-gateway/google/gemini-3-flash", api=CHAT)
KIMI = HUB.model("vercel-ai-gateway/moonshotai/kimi-k3")


def sse(*events: Mapping[str, Any], done: bool = False) -> bytes:
    """Server-sent events of these."""
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def choice(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {"id": "gen_1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def counted(model: str, **counts: int) -> AssistantMessage:
    """The message of an answer over chat completions with these counts."""
    usage = {
        "prompt_tokens": counts["input"],
        "completion_tokens": counts["output"],
        "total_tokens": counts["input"] + counts["output"],
        "completion_tokens_details": {"reasoning_tokens": counts["reasoning"]},
        "cache_creation_input_tokens": counts.get("written", 0),
        "cost": 0.0001,
        "market_cost": 0.0002,
    }
    found = HUB.model(f"vercel-ai-gateway/{model}", api=CHAT)
    last = list(HUB.decode(found, sse(choice(content="Hi"), {**choice("stop"), "usage": usage}, done=True)))[-1]
    assert isinstance(last, Done)
    return last.message


def test_thinking_of_googles_models_is_counted_beside_the_output() -> None:
    """There the total leaves it out, though it is paid for; elsewhere it is among the output."""
    google = counted("google/gemini-3-flash", input=28, output=9, reasoning=61).usage
    openai = counted("openai/gpt-6-sol", input=28, output=70, reasoning=61).usage
    assert (google.output, google.total_tokens) == (openai.output, openai.total_tokens) == (70, 98)


def test_what_was_charged_and_written_to_the_cache_is_kept() -> None:
    """Prices beside the message, tokens among the counts."""
    message = counted("anthropic/claude-opus-5", input=100, output=5, reasoning=0, written=60)
    assert (message.usage.input, message.usage.cache_write) == (40, 60)
    details = {"cost": 0.0001, "market_cost": 0.0002}
    assert (message.extra["usage_details"], message.usage.reported_cost) == (details, 0.0001)


@pytest.mark.parametrize(
    ("api", "url"),
    [
        (None, "https://ai-gateway.vercel.sh/v1/messages"),
        (CHAT, "https://ai-gateway.vercel.sh/v1/chat/completions"),
        ("openai-responses", "https://ai-gateway.vercel.sh/v1/responses"),
    ],
)
def test_each_protocol_has_its_place_and_the_same_routing(api: str | None, url: str) -> None:
    """Messages unless another is asked for."""
    wanted = routing(order=["vertex"], only=["vertex", "google"], models=["openai/gpt-6-sol"], caching="auto")
    wire = HUB.request(HUB.model("vercel-ai-gateway/google/gemini-3-flash", api=api), "Hi", extra_body=wanted)
    gateway = {"order": ["vertex"], "only": ["vertex", "google"], "models": ["openai/gpt-6-sol"], "caching": "auto"}
    assert (wire.url, loads(wire.body)["providerOptions"]) == (url, {"gateway": gateway})


def test_routing_holds_what_was_said_and_nothing_else() -> None:
    """A provider's own options stand beside the gateway's."""
    assert routing() == {}
    assert routing(zero_data_retention=False, options={"openai": {"store": False}}) == {
        "providerOptions": {"gateway": {"zeroDataRetention": False}, "openai": {"store": False}}
    }


def test_thinking_that_nobody_signed_goes_back_with_an_empty_signature() -> None:
    """Models that are no Claude sign nothing."""
    last = list(HUB.decode(KIMI, MESSAGE))[-1]
    assert isinstance(last, Done)
    sent = loads(HUB.request(KIMI, [UserMessage("Hi"), last.message, UserMessage("On")]).body)
    assert sent["messages"][1]["content"][0] == {"type": "thinking", "thinking": "Hm.", "signature": ""}


def block(index: int, kind: str, delta: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of one block."""
    empty = {"type": kind, **({"thinking": "", "signature": ""} if kind == "thinking" else {"text": ""})}
    return [
        {"type": "content_block_start", "index": index, "content_block": empty},
        {"type": "content_block_delta", "index": index, "delta": delta},
        {"type": "content_block_stop", "index": index},
    ]


MESSAGE = sse(
    {"type": "message_start", "message": {"id": "m1", "model": "kimi-k3", "usage": {"input_tokens": 5}}},
    *block(0, "thinking", {"type": "thinking_delta", "thinking": "Hm."}),
    *block(1, "text", {"type": "text_delta", "text": "Hi"}),
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
)
DETAIL = {"type": "reasoning.text", "text": "Hm.", "format": "google-gemini-v1", "index": 0}
CASES = [
    Case("Messages, unsigned thinking", KIMI, MESSAGE),
    Case(
        "chat completions, details of reasoning",
        GEMINI,
        sse(choice(reasoning="Hm.", reasoning_details=[DETAIL]), choice(content="Hi"), choice("stop"), done=True),
    ),
]

test_conformance = conformance_tests(CASES, lambda: HUB)
