"""opencode: the protocol is a property of the model, and so are base URL, key and session's header."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater import Hub, loads
from headwater.testing import Case, conformance_tests

HUB = Hub(environ={})

FAMILIES = {
    "kimi-k3": ("openai-completions", "/openai/v1/chat/completions"),
    "big-pickle": ("openai-completions", "/openai/v1/chat/completions"),
    "gpt-6-sol": ("openai-responses", "/openai/v1/responses"),
    "grok-4.7": ("openai-responses", "/openai/v1/responses"),
    "muse-spark-1.3": ("openai-responses", "/openai/v1/responses"),
    "claude-opus-5": ("anthropic-messages", "/anthropic/v1/messages"),
    "gemini-4-argon": (
        "google-generative-ai",
        "/google/v1beta/models/gemini-4-argon:streamGenerateContent?alt=sse",
    ),
}


@pytest.mark.parametrize("id", FAMILIES)
@pytest.mark.parametrize(("service", "root"), [("opencode", "/inference"), ("opencode-go", "/inference/go")])
def test_a_model_is_asked_over_the_protocol_of_its_maker(service: str, root: str, id: str) -> None:
    """Each under its own base URL, at both services."""
    model = HUB.model(f"{service}/{id}")
    api, path = FAMILIES[id]
    assert (model.api, HUB.request(model, "Hi").url) == (api, f"https://opencode.ai{root}{path}")


@pytest.mark.parametrize("id", FAMILIES)
def test_every_protocol_tells_the_session(id: str) -> None:
    """Go refuses requests of none, so there is always one; the client is named as it is."""
    zen, go = (HUB.request(f"{name}/{id}", "Hi").headers for name in ("opencode", "opencode-go"))
    given = HUB.request(f"opencode-go/{id}", "Hi", session_id="s1").headers
    told = [head.get("x-opencode-session") for head in (zen, go, given)]
    assert (told, zen["x-opencode-client"]) == ([None, "headwater", "s1"], "headwater")


def test_another_protocol_can_be_asked_for() -> None:
    """With its own terms and not those of the model's first."""
    model = HUB.model("opencode/claude-opus-5", api="openai-completions")
    sent = HUB.request(model, "Hi", thinking="high")
    assert sent.url == "https://opencode.ai/inference/openai/v1/chat/completions"
    assert loads(sent.body)["reasoning_effort"] == "high"


def test_an_older_base_url_can_be_given() -> None:
    """It is the caller's to say."""
    model = HUB.model("opencode/kimi-k3", base_url="https://opencode.ai/zen/v1")
    assert HUB.request(model, "Hi").url == "https://opencode.ai/zen/v1/chat/completions"


def sse(*events: Any, done: bool = False) -> bytes:
    """Server-sent events of these."""
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def choice(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


LIMIT = {"type": "error", "error": {"type": "GoUsageLimitError", "message": "weekly limit"}}
CASES = [
    Case(
        "chat completions",
        "opencode/kimi-k3",
        sse(choice(reasoning_content="Hm."), choice(content="Hi"), choice("stop"), done=True),
    ),
    Case("a limit in the middle", "opencode-go/kimi-k3", sse(choice(content="So far"), LIMIT)),
]

test_conformance = conformance_tests(CASES, lambda: HUB)
