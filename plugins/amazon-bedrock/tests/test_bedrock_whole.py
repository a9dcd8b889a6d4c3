"""Answers that are asked for whole say what the same answers say when they are streamed."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import pytest
from bedrock_wire import CLAUDE, HUB, START, closed, delta, final, metadata, opened, read, request, said, stopped

from headwater import AssistantMessage, check_grammar

PICTURE = base64.b64encode(b"picture").decode()
CITATION = {"title": "Facts", "source": "facts.pdf", "sourceContent": [{"text": "so"}], "location": {"web": {}}}
CODE = {"toolUseId": "t1", "name": "nova_code_interpreter", "type": "server_tool_use"}
RESULT = {"toolUseId": "t1", "type": "nova_code_interpreter_result", "status": "success"}
RAN = [{"json": {"stdOut": "4", "stdErr": "", "isError": False}}]

BLOCKS: dict[str, tuple[dict[str, Any], Sequence[bytes]]] = {
    "text": ({"text": "Hello"}, [delta(0, text="Hel"), delta(0, text="lo")]),
    "thinking": (
        {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
        [delta(0, reasoningContent={"text": "Hm."}), delta(0, reasoningContent={"signature": "c2ln"})],
    ),
    "redacted": (
        {"reasoningContent": {"redactedContent": PICTURE}},
        [delta(0, reasoningContent={"redactedContent": PICTURE})],
    ),
    "call": (
        {"toolUse": {"toolUseId": "t1", "name": "add", "input": {"a": 1}}},
        [opened(0, toolUse={"toolUseId": "t1", "name": "add"}), delta(0, toolUse={"input": '{"a":1}'})],
    ),
    "call without arguments": (
        {"toolUse": {"toolUseId": "t1", "name": "add"}},
        [opened(0, toolUse={"toolUseId": "t1", "name": "add"}), delta(0, toolUse={"input": "{}"})],
    ),
    "cited text": (
        {"citationsContent": {"content": [{"text": "So it is."}], "citations": [CITATION]}},
        [delta(0, text="So it is."), delta(0, citation=CITATION)],
    ),
    "image": (
        {"image": {"format": "webp", "source": {"bytes": PICTURE}}},
        [opened(0, image={"format": "webp"}), delta(0, image={"source": {"bytes": PICTURE}})],
    ),
    "code": (
        {"toolUse": {**CODE, "input": {"snippet": "2+2"}}},
        [opened(0, toolUse=CODE), delta(0, toolUse={"input": '{"snippet":"2+2"}'})],
    ),
}


def whole(*content: Any, reason: str = "end_turn", **fields: Any) -> AssistantMessage:
    """The message of an answer that comes whole."""
    usage = {"inputTokens": 10, "outputTokens": 7, "totalTokens": 17}
    output = {"message": {"role": "assistant", "content": content}}
    answer = {"output": output, "stopReason": reason, "usage": usage, "metrics": {"latencyMs": 5}, **fields}
    events = list(HUB.decode(CLAUDE, json.dumps(answer).encode(), simulate_streaming=True))
    check_grammar(events)
    return final(events)


def compared(message: AssistantMessage) -> tuple[Any, ...]:
    """What must be the same."""
    told = message.content, message.stop_reason, message.raw_stop_reason, message.usage, message.extra
    return *told, message.error and message.error.kind


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_block_is_the_same_whole_and_streamed(kind: str) -> None:
    """Of every kind there is."""
    block, deltas = BLOCKS[kind]
    streamed = read(START, *deltas, closed(0), stopped("end_turn"), metadata())
    assert compared(whole(block)) == compared(streamed)


def test_a_result_follows_its_call() -> None:
    """Code that Bedrock ran is told with what it printed."""
    code, deltas = BLOCKS["code"]
    result = [opened(1, toolResult=RESULT), delta(1, toolResult=RAN), closed(1)]
    streamed = read(START, *deltas, closed(0), *result, stopped("end_turn"), metadata())
    assert compared(whole(code, {"toolResult": {**RESULT, "content": RAN}})) == compared(streamed)


@pytest.mark.parametrize("reason", ["end_turn", "max_tokens", "guardrail_intervened", "something new"])
def test_an_ending_is_the_same_whole_and_streamed(reason: str) -> None:
    """With all that is said beside the answer."""
    beside = {"trace": {"guardrail": {"actionReason": "No."}}, "serviceTier": {"type": "flex"}}
    fields = {"additionalModelResponseFields": {"stop_sequence": "END"}}
    streamed = read(START, said(0, "Hi"), stopped(reason, **fields), metadata(**beside))
    assert compared(whole({"text": "Hi"}, reason=reason, **beside, **fields)) == compared(streamed)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"output": {}}', b'{"output": 7}'])
def test_what_is_no_answer_is_truncated(body: bytes) -> None:
    """An object without a message."""
    message = final(HUB.decode(CLAUDE, body, simulate_streaming=True))
    assert message.error is not None
    assert (message.error.kind, message.content) == ("truncated", ())


def test_a_whole_answer_is_asked_for_without_frames() -> None:
    """At an operation of its own."""
    wire = request(simulate_streaming=True)
    assert (wire.url.rpartition("/")[2], wire.framing, wire.headers["accept"]) == (
        "converse",
        "json-array",
        "application/json",
    )
