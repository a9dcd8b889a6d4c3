"""Recorded answers of both apis: ours is what the vendor's client makes of the same bytes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ollama_wire import HUB, final

from headwater import AssistantMessage, Error, Hub, ToolCall, check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
CASES = [
    (protocol, path.name)
    for protocol in ("ollama-chat", "ollama-generate")
    for path in sorted((CORPUS / protocol).glob("*"))
]
CHUNKINGS = (Chunking.whole(), Chunking.every(7), Chunking.random(seed=3, max_size=400))

pytestmark = pytest.mark.skipif(not CASES, reason="no recorded answers here; set HEADWATER_CORPUS")

EXCEPTIONS = {
    ("rig-streaming-grammar-parallel-tool-calls", "ids"): "the vendor's client has no field for the id of a call",
    ("rig-streaming-structured-output-with-tools", "ids"): "the vendor's client has no field for the id of a call",
}
"""Case and field in which ours differs from the oracle's, and why."""


def recorded(protocol: str, case: str) -> bytes:
    """The body of a recorded answer."""
    return (CORPUS / protocol / case / "stream.ndjson").read_bytes()


def expected(protocol: str, case: str) -> dict[str, Any]:
    """What the oracle makes of it."""
    told: dict[str, Any] = json.loads((CORPUS / protocol / case / "expected.json").read_bytes())
    calls, usage = told.pop("tool_calls"), told.pop("usage_raw")
    kept = {name: value for name, value in told.items() if name not in ("method", "sdk")}
    metrics = {name: value for name, value in usage.items() if name.endswith("_duration")}
    return {
        **kept,
        "calls": [{"name": call["name"], "arguments": call["arguments"]} for call in calls],
        "ids": [call["id"] for call in calls],
        "input": usage["prompt_eval_count"],
        "output": usage["eval_count"],
        "metrics": metrics,
    }


def ours(message: AssistantMessage) -> dict[str, Any]:
    """Our message in the oracle's terms."""
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    return {
        "text": message.text,
        "thinking": message.thinking,
        "stop_reason_raw": message.raw_stop_reason,
        "response_id": message.response_id,
        "model": message.response_model,
        "calls": [{"name": call.name, "arguments": call.arguments} for call in calls],
        "ids": [call.id for call in calls],
        "input": message.usage.input,
        "output": message.usage.output,
        "metrics": message.extra["metrics"],
    }


def differences(case: str, message: AssistantMessage, wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fields in which ours is not what is wanted, beyond the known exceptions: ours and the other."""
    made = ours(message)
    return {
        name: (made[name], value)
        for name, value in wanted.items()
        if made[name] != value and (case, name) not in EXCEPTIONS
    }


def decoded(protocol: str, case: str, chunking: Chunking = CHUNKINGS[0]) -> AssistantMessage:
    """The message of a recorded answer."""
    model = HUB.model("ollama/any", api=protocol)
    events = list(HUB.decode(model, chunking.cut([recorded(protocol, case)])))
    check_grammar(events)
    return final(events)


@pytest.mark.parametrize(("protocol", "case"), CASES)
@pytest.mark.parametrize("chunking", CHUNKINGS, ids=lambda chunking: chunking.kind)
def test_a_recorded_answer_is_read_as_the_oracle_reads_it(protocol: str, case: str, chunking: Chunking) -> None:
    """Text, thinking, calls, stop reason, counts, durations and model agree; all end well."""
    message = decoded(protocol, case, chunking)
    assert (differences(case, message, expected(protocol, case)), message.error) == ({}, None)


def test_the_comparison_notices_a_change_of_any_field() -> None:
    """Each planted change is found, and only it."""
    protocol, case = "ollama-chat", "rig-reasoning-tool-roundtrip-streaming-1"
    message, wanted = decoded(protocol, case), expected(protocol, case)
    found = [list(differences(case, message, {**wanted, name: [wanted[name], "planted"]})) for name in wanted]
    assert found == [[name] for name in wanted]


def test_every_exception_is_still_one() -> None:
    """A difference that is listed is there."""
    told = {(case, name) for _, case in CASES for name in ("ids",) if (case, name) in EXCEPTIONS}
    differing = {
        (case, name)
        for protocol, case in CASES
        for name, value in ours(decoded(protocol, case)).items()
        if value != expected(protocol, case)[name]
    }
    assert differing == told == set(EXCEPTIONS)


@pytest.mark.parametrize("case", [case for protocol, case in CASES if protocol == "ollama-chat"])
def test_the_vendors_client_reads_the_same_from_the_same_server(case: str, loopback: LoopbackServer) -> None:
    """Both are pointed at one loopback server and agree on what it answered."""
    headers = {"content-type": "application/x-ndjson"}
    loopback.reply(Reply(recorded("ollama-chat", case), headers=headers, chunking=Chunking.every(61)))
    hub = Hub(environ={"OLLAMA_HOST": loopback.url})
    with hub.stream_sync("ollama/any", "hi") as stream:
        message = stream.result()
    hub.close()
    assert differences(case, message, _theirs(loopback.url)) == {}


def _theirs(url: str) -> dict[str, Any]:
    """What the vendor's client reads from a server, in the terms of the comparison."""
    ollama = pytest.importorskip("ollama")
    client = ollama.Client(host=url)
    text, thinking, calls, last = "", "", [], None
    for last in client.chat("any", [{"role": "user", "content": "hi"}], stream=True):
        text += last.message.content or ""
        thinking += last.message.thinking or ""
        functions = [call.function for call in last.message.tool_calls or ()]
        calls += [{"name": function.name, "arguments": function.arguments} for function in functions]
    client._client.close()
    assert last is not None
    return {
        "text": text,
        "thinking": thinking,
        "calls": calls,
        "stop_reason_raw": last.done_reason,
        "model": last.model,
        "input": last.prompt_eval_count,
        "output": last.eval_count,
    }


RECORDED = sorted(path.stem for path in (CORPUS / "errors" / "ollama-chat").glob("*.json"))
LABELS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "tests" / "labels" / "errors.json").read_bytes())


@pytest.mark.parametrize("case", RECORDED)
def test_a_recorded_refusal_is_called_what_it_is(case: str) -> None:
    """Kind and whether a retry may help are those of the label."""
    told = json.loads((CORPUS / "errors" / "ollama-chat" / f"{case}.json").read_bytes())
    label = LABELS[f"ollama-chat/{case}"]
    last = list(HUB.decode("ollama/any", told["body_text"].encode(), status=told["status"], headers=told["headers"]))[
        -1
    ]
    assert isinstance(last, Error)
    assert last.message.error is not None
    assert (last.message.error.kind, last.message.error.retryable) == (label["kind"], label["retryable"])
