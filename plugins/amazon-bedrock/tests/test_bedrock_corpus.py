"""Recorded answers of both apis: ours is what the vendors' libraries make of the same bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bedrock_corpus import (
    API,
    CASES,
    CONVERSE,
    EXCEPTIONS,
    INVOKE,
    OTHERS,
    differences,
    expected,
    model_of,
    needs_corpus,
    ours,
    recorded,
)
from bedrock_wire import HUB, final

from headwater import AssistantMessage, Hub, check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply

pytestmark = needs_corpus

CHUNKINGS = (Chunking.whole(), Chunking.every(7), Chunking.random(seed=3, max_size=400))


def decoded(protocol: str, case: str, chunking: Chunking = CHUNKINGS[0]) -> AssistantMessage:
    """The message of a recorded answer."""
    model = HUB.model(model_of(protocol, case), api=API[protocol])
    events = list(HUB.decode(model, chunking.cut([recorded(protocol, case)])))
    check_grammar(events)
    return final(events)


@pytest.mark.parametrize(("protocol", "case"), CASES)
@pytest.mark.parametrize("chunking", CHUNKINGS, ids=lambda chunking: chunking.kind)
def test_a_recorded_answer_is_read_as_the_oracle_reads_it(protocol: str, case: str, chunking: Chunking) -> None:
    """Text, thinking, calls, the provider's own blocks, stop reason and counts agree."""
    assert differences(protocol, decoded(protocol, case, chunking), expected(protocol, case)) == {}


@pytest.mark.parametrize("protocol", API)
def test_the_comparison_notices_a_change_of_any_field(protocol: str) -> None:
    """Each planted change is found, and only it."""
    case = next(case for kind, case in CASES if kind == protocol)
    message, wanted = decoded(protocol, case), expected(protocol, case)
    compared = [name for name in wanted if (protocol, name) not in EXCEPTIONS]
    found = [list(differences(protocol, message, {**wanted, name: _other(wanted[name])})) for name in compared]
    assert found == [[name] for name in compared]


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return [*value, "planted"]
    return value + 1 if isinstance(value, int) else f"{value}!"


def test_every_exception_is_still_one() -> None:
    """A field that is listed differs in every answer of its protocol."""
    same = [
        (protocol, case)
        for protocol, case in CASES
        for kind, name in EXCEPTIONS
        if kind == protocol and ours(decoded(protocol, case))[name] == expected(protocol, case)[name]
    ]
    assert same == []


@pytest.mark.parametrize("case", OTHERS)
def test_an_answer_in_another_vendors_protocol_is_not_taken_for_a_whole_one(case: str) -> None:
    """It ends in an error and in no content."""
    message = decoded(INVOKE, case) if "claude" in case else _as_claude(case)
    assert message.error is not None
    assert (message.error.kind, message.content) == ("malformed", ())
    assert "ConverseStream" in message.error.message


def _as_claude(case: str) -> AssistantMessage:
    """The message of an answer that no Claude gave, read as if one had."""
    model = HUB.model("amazon-bedrock/anthropic.claude-sonnet-4-5", api=API[INVOKE])
    return final(HUB.decode(model, recorded(INVOKE, case)))


STOPPED = {"openllmetry-test-guardrail-converse-stream", "openllmetry-test-nova-converse-stream"}
"""Answers that a guardrail stopped."""


@pytest.mark.parametrize(("protocol", "case"), CASES)
def test_only_what_a_guardrail_stopped_ends_in_an_error(protocol: str, case: str) -> None:
    """All others are whole."""
    error = decoded(protocol, case).error
    assert (error.kind if error else None) == ("content_filter" if case in STOPPED else None)


@pytest.mark.parametrize("case", [case for protocol, case in CASES if protocol == CONVERSE])
def test_botocore_reads_the_same_from_the_same_server(case: str, loopback: LoopbackServer) -> None:
    """Both are pointed at one loopback server and agree on what it answered."""
    headers = {"content-type": "application/vnd.amazon.eventstream"}
    loopback.reply(Reply(recorded(CONVERSE, case), headers=headers, chunking=Chunking.every(61)))
    hub = Hub(environ={})
    model = hub.model(model_of(CONVERSE, case), base_url=loopback.url)
    with hub.stream_sync(model, "hi", key="") as stream:
        message = stream.result()
    hub.close()
    assert differences(CONVERSE, message, _theirs(loopback.url, model.id)) == {}


def _theirs(url: str, model_id: str) -> dict[str, Any]:
    """What botocore reads from a server, in the terms of the comparison."""
    session: Any = pytest.importorskip("botocore.session").get_session()
    client = session.create_client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
    )
    answer = client.converse_stream(modelId=model_id, messages=[{"role": "user", "content": [{"text": "hi"}]}])
    text, thinking, reason = "", "", None
    calls: dict[int, dict[str, Any]] = {}
    inputs: dict[int, str] = {}
    usage: dict[str, Any] = {}
    for event in answer["stream"]:
        block = event.get("contentBlockDelta", event.get("contentBlockStart", {}))
        change, place = block.get("delta", {}), block.get("contentBlockIndex", -1)
        text += change.get("text", "")
        thinking += change.get("reasoningContent", {}).get("text", "")
        inputs[place] = inputs.get(place, "") + change.get("toolUse", {}).get("input", "")
        call = block.get("start", {}).get("toolUse")
        if call and call.get("type") != "server_tool_use":
            calls[place] = {"id": call["toolUseId"], "name": call["name"]}
        reason = event.get("messageStop", {}).get("stopReason", reason)
        usage = event.get("metadata", {}).get("usage", usage)
    client.close()
    return {
        "text": text,
        "thinking": thinking,
        "tool_calls": [{**call, "arguments": json.loads(inputs[place])} for place, call in calls.items()],
        "stop_reason_raw": reason,
        "input": usage["inputTokens"],
        "output": usage["outputTokens"],
        "total_tokens": usage["totalTokens"],
    }
