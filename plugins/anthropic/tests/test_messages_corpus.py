"""Recorded answers of Messages: ours is what the vendor's library makes of the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from messages_corpus import CASES, EXCEPTIONS, THEY_FAIL, differences, expected, needs_corpus, ours, recorded
from messages_wire import HUB, MODEL, final

from headwater import AssistantMessage, Hub, check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply

pytestmark = needs_corpus

CHUNKINGS = (Chunking.whole(), Chunking.every(7), Chunking.random(seed=3, max_size=400))


def decoded(case: str, chunking: Chunking = CHUNKINGS[0]) -> AssistantMessage:
    """The message of a recorded answer."""
    events = list(HUB.decode(MODEL, chunking.cut([recorded(case)])))
    check_grammar(events)
    return final(events)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chunking", CHUNKINGS, ids=lambda chunking: chunking.kind)
def test_a_recorded_answer_is_read_as_the_oracle_reads_it(case: str, chunking: Chunking) -> None:
    """Text, thinking, calls, the provider's own blocks, citations, stop reason, counts, id and model agree."""
    assert differences(case, decoded(case, chunking), expected(case)) == {}


def test_the_comparison_notices_a_change_of_any_field() -> None:
    """Each planted change is found, and only it."""
    case = "dd-trace-py-anthropic-completion-beta-tools-stream"
    message, wanted = decoded(case), expected(case)
    found = [list(differences(case, message, {**wanted, name: _other(wanted[name])})) for name in wanted]
    assert found == [[name] for name in wanted]


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return [*value, "planted"]
    return value + 1 if isinstance(value, int) else f"{value}!"


def test_every_exception_is_still_one() -> None:
    """A difference that is listed is there."""
    differing = {(case, name) for case, name in EXCEPTIONS if ours(decoded(case))[name] != expected(case)[name]}
    assert differing == set(EXCEPTIONS)


@pytest.mark.parametrize("case", CASES)
def test_the_vendors_library_reads_the_same_from_the_same_server(case: str, loopback: LoopbackServer) -> None:
    """Both are pointed at one loopback server and agree on what it answered."""
    loopback.reply(Reply(recorded(case), chunking=Chunking.every(61)))
    hub = Hub(environ={})
    with hub.stream_sync(hub.model(MODEL, base_url=loopback.url), "hi", key="") as stream:
        message = stream.result()
    hub.close()
    if case in THEY_FAIL:
        with pytest.raises(ValueError, match="Expecting value"):
            _theirs(loopback.url)
    else:
        assert differences(case, message, _theirs(loopback.url)) == {}


def _theirs(url: str) -> dict[str, Any]:
    """What the vendor's library reads from a server, in the terms of the comparison."""
    anthropic = pytest.importorskip("anthropic")
    with (
        anthropic.Anthropic(api_key="key", base_url=url, max_retries=0) as client,
        client.beta.messages.stream(
            model="claude-opus-4-8", max_tokens=10, messages=[{"role": "user", "content": "hi"}]
        ) as stream,
    ):
        final = stream.get_final_message().to_dict(mode="json")
    content = final["content"]
    calls = [block for block in content if block["type"] == "tool_use"]
    return {
        "text": "".join(block["text"] for block in content if block["type"] == "text"),
        "thinking": "".join(block["thinking"] for block in content if block["type"] == "thinking"),
        "tool_calls": [{"id": call["id"], "name": call["name"], "arguments": call["input"]} for call in calls],
        "stop_reason_raw": final["stop_reason"],
        "response_id": final["id"],
        "items": [block["type"] for block in content],
        "input": final["usage"]["input_tokens"],
        "output": final["usage"]["output_tokens"],
    }
