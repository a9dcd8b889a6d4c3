"""The router: ids that say who serves a model, and answers of whoever stands behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from headwater import Hub, loads
from headwater.testing import Case, conformance_tests

HUB = Hub(environ={})


def chat(*chunks: Mapping[str, Any], done: bool = True) -> bytes:
    """A body of these chunks."""
    lines = [f"data: {json.dumps({'id': 'c1', 'model': 'm', **chunk})}\n\n" for chunk in chunks]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def choice(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


@pytest.mark.parametrize("end", ["", ":groq", ":fastest", ":cheapest"])
def test_the_end_of_an_id_says_who_serves_the_model(end: str) -> None:
    """It is sent as it is; the price depends on who serves it, so it is known only where nobody was chosen."""
    model = HUB.model(f"huggingface/moonshotai/Kimi-K3{end}")
    assert loads(HUB.request(model, "Hi").body)["model"] == f"moonshotai/Kimi-K3{end}"
    assert model.input == HUB.model("huggingface/moonshotai/Kimi-K3").input
    assert end == "" or model.price is None


def test_the_system_prompt_is_the_systems() -> None:
    """No developer stands behind the router."""
    sent = loads(HUB.request("huggingface/openai/gpt-oss-120b", "Hi", system="Be brief.", max_tokens=5).body)
    assert (sent["messages"][0]["role"], sent["max_tokens"]) == ("system", 5)


def test_responses_are_had_as_well() -> None:
    """Under the same base URL."""
    model = HUB.model("huggingface/openai/gpt-oss-120b", api="openai-responses")
    wire = HUB.request(model, "Hi", thinking="high")
    assert (wire.url, loads(wire.body)["reasoning"]) == (
        "https://router.huggingface.co/v1/responses",
        {"effort": "high"},
    )


def test_what_the_vendors_client_does_not_know_is_left_out() -> None:
    """And told."""
    notes = HUB.request("huggingface/some/thing", "Hi", verbosity="low", service_tier="flex").notes
    assert [note.path for note in notes] == ["model", "options.verbosity", "options.service_tier"]


CALL = {"index": 0, "id": "functions.add:0", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
COUNTS = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
CASES = [
    Case("no [DONE]", "huggingface/some/thing", chat(choice(content="Hi"), choice("stop"), done=False)),
    Case(
        "a call in one piece, usage alone",
        "huggingface/some/thing",
        chat(choice(content=None, tool_calls=[CALL]), choice("tool_calls"), {"choices": [], "usage": COUNTS}),
    ),
    Case("thinking", "huggingface/some/thing", chat(choice(reasoning="Hm."), choice(content="Hi"), choice("stop"))),
]

test_conformance = conformance_tests(CASES, lambda: HUB)
