"""Recorded answers of Messages: ours is what the vendor's library makes of the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from messages_corpus import CASES, EXCEPTIONS, USAGE, expected, needs_corpus, ours, recorded
from messages_wire import HUB, MODEL

from headwater import Hub, check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply

pytestmark = needs_corpus

CHUNKINGS = (Chunking.whole(), Chunking.every(7), Chunking.random(seed=3, max_size=400))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chunking", CHUNKINGS, ids=lambda chunking: chunking.kind)
def test_a_recorded_answer_is_read_as_the_oracle_reads_it(case: str, chunking: Chunking) -> None:
    """Text, thinking, calls, the provider's own blocks, citations, stop reason, counts, id and model agree."""
    events = list(HUB.decode(MODEL, chunking.cut([recorded(case)])))
    check_grammar(events)
    wanted = expected(case)
    made = ours(events[-1].message)  # pyright: ignore[reportAttributeAccessIssue]
    assert {name: made[name] for name in wanted} == wanted


@pytest.mark.parametrize("name", [*USAGE, "text", "tool_calls", "server_items", "citations", "items", "model"])
def test_the_comparison_notices_any_difference(name: str) -> None:
    """A planted change of one field is a difference."""
    case = "dd-trace-py-anthropic-completion-beta-tools-stream"
    made = ours(list(HUB.decode(MODEL, recorded(case)))[-1].message)  # pyright: ignore[reportAttributeAccessIssue]
    wanted = expected(case)
    assert made[name] == wanted[name]
    assert made[name] != _other(wanted[name])


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return value[:-1] if value else ["planted"]
    return value + 1 if isinstance(value, int) else f"{value}!"


def test_every_exception_is_one() -> None:
    """A difference that is listed is still there."""
    still = set()
    for case, name in EXCEPTIONS:
        made = ours(list(HUB.decode(MODEL, recorded(case)))[-1].message)  # pyright: ignore[reportAttributeAccessIssue]
        with_all = {**expected(case), name: _oracle(case)[name]}
        still |= {(case, name)} if made[name] != with_all[name] else set()
    assert still == set(EXCEPTIONS)


def _oracle(case: str) -> dict[str, Any]:
    import json

    from messages_corpus import CORPUS

    told: dict[str, Any] = json.loads((CORPUS / case / "expected.json").read_bytes())
    return told


@pytest.mark.parametrize("case", CASES)
def test_the_vendors_library_reads_the_same_from_the_same_server(case: str, loopback: LoopbackServer) -> None:
    """Both are pointed at one loopback server and agree on what it answered."""
    anthropic = pytest.importorskip("anthropic")
    loopback.reply(Reply(recorded(case), chunking=Chunking.every(61)))
    client = anthropic.Anthropic(api_key="key", base_url=loopback.url, max_retries=0)
    with client.beta.messages.stream(
        model="claude-opus-4-8", max_tokens=10, messages=[{"role": "user", "content": "hi"}]
    ) as theirs:
        final = theirs.get_final_message().to_dict(mode="json")
    hub = Hub(environ={})
    with hub.stream_sync(hub.model(MODEL, base_url=loopback.url), "hi", key="") as stream:
        message = stream.result()
    hub.close()
    wanted = _of_theirs(final)
    made = ours(message)
    agreed = {name for name in wanted if (case, name) not in EXCEPTIONS}
    assert {name: made[name] for name in agreed} == {name: wanted[name] for name in agreed}


def _of_theirs(final: dict[str, Any]) -> dict[str, Any]:
    """Their final message in the terms of the comparison."""
    content = final["content"]
    calls = [block for block in content if block["type"] == "tool_use"]
    usage = final["usage"]
    return {
        "text": "".join(block["text"] for block in content if block["type"] == "text"),
        "thinking": "".join(block["thinking"] for block in content if block["type"] == "thinking"),
        "tool_calls": [{"id": call["id"], "name": call["name"], "arguments": call["input"]} for call in calls],
        "stop_reason_raw": final["stop_reason"],
        "response_id": final["id"],
        "items": [block["type"] for block in content],
        "input": usage["input_tokens"],
        "output": usage["output_tokens"],
    }
