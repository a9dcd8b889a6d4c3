"""Recorded answers: ours is what the vendor's library makes of the same bytes."""

from __future__ import annotations

import contextlib
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google_corpus import (
    CASES,
    EXCEPTIONS,
    FAILURES,
    GENERATE,
    JUDGED,
    STEPS,
    STOPS_EARLY,
    differences,
    expected,
    model_of,
    needs_corpus,
    ours,
    recorded,
)
from google_wire import HUB, final

from headwater import AssistantMessage, Hub, check_grammar
from headwater.testing import CHECKS, Case, Chunking, LoopbackServer, Reply, conformance_tests

pytestmark = needs_corpus

CHUNKINGS = (Chunking.whole(), Chunking.every(7), Chunking.random(seed=3, max_size=400))


@cache
def decoded(case: Path, chunking: Chunking = CHUNKINGS[0]) -> AssistantMessage:
    """The message of a recorded answer."""
    events = list(HUB.decode(model_of(case), chunking.cut([recorded(case)])))
    check_grammar(events)
    return final(events)


def name_of(case: Path) -> str:
    """The case as tests name it."""
    return case.name


@pytest.mark.parametrize("case", JUDGED, ids=name_of)
@pytest.mark.parametrize("chunking", CHUNKINGS, ids=lambda chunking: chunking.kind)
def test_a_recorded_answer_is_read_as_the_oracle_reads_it(case: Path, chunking: Chunking) -> None:
    """Text, thinking, calls, sources, code, images, stop reason, counts, id and model agree."""
    assert differences(case, decoded(case, chunking), expected(case)) == {}


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_only_answers_that_must_fail_do(case: Path) -> None:
    """An answer fails by policy, because its server says so, or because it has no end."""
    error = decoded(case).error
    assert (error and error.kind) == FAILURES.get(case.name)


def test_the_comparison_notices_a_change_of_any_field() -> None:
    """Each planted change is found, and only it."""
    case = next(case for case in JUDGED if case.name == "pydantic-ai-test-code-execution-stream")
    message, wanted = decoded(case), expected(case)
    found = [list(differences(case, message, {**wanted, name: _other(wanted[name])})) for name in wanted]
    assert found == [[name] for name in wanted]


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return [*value, "planted"]
    return value + 1 if isinstance(value, int) else f"{value}!"


def test_every_exception_is_still_one() -> None:
    """A difference that is listed is there."""
    differing = {
        (case.name, name)
        for case in JUDGED
        for name in ("tool_calls",)
        if (case.name, name) in EXCEPTIONS and ours(decoded(case))[name] != expected(case)[name]
    }
    assert differing == set(EXCEPTIONS)


def test_partial_values_are_joined() -> None:
    """Where the vendor's library leaves partial values as they are, ours makes arguments of them."""
    case = GENERATE / "vercel-ai-google-stream-tool-call-arguments"
    assert [call.arguments for call in decoded(case).tool_calls] == [
        {"location": "Boston"},
        {"location": "San Francisco"},
    ]


@pytest.mark.parametrize("case", JUDGED, ids=name_of)
def test_the_vendors_library_reads_the_same_from_the_same_server(case: Path, loopback: LoopbackServer) -> None:
    """Both are pointed at one loopback server and agree on what it answered."""
    events = {"content-type": "text/event-stream"}
    loopback.reply(Reply(recorded(case), headers=events, chunking=Chunking.every(61)))
    hub = Hub(environ={})
    with hub.stream_sync(hub.model(model_of(case), base_url=loopback.url), "hi", key="") as stream:
        message = stream.result()
    hub.close()
    theirs = _theirs(loopback.url, steps=case.parent == STEPS)
    made = {name: value for name, value in ours(message).items() if name in theirs}
    agreed = [name for name in theirs if (case.name, name) not in EXCEPTIONS]
    assert {name: made[name] for name in agreed} == {name: theirs[name] for name in agreed}


def _theirs(url: str, *, steps: bool) -> dict[str, Any]:
    """What the vendor's library reads from a server until it raises, in the terms of the comparison."""
    genai = pytest.importorskip("google.genai")
    made: dict[str, Any] = {"text": "", "thinking": ""}
    options = genai.types.HttpOptions(base_url=url, api_version="v1beta")
    with warnings.catch_warnings(), contextlib.suppress(genai.errors.APIError):
        # It warns of a finish reason that it does not know, and of interactions that may change.
        warnings.simplefilter("ignore")
        with genai.Client(api_key="key", http_options=options) as client:
            if steps:
                for event in client.interactions.create(model="gemini-3-flash", input="hi", stream=True):
                    _take_event(made, event)
            else:
                made |= {"tool_calls": [], "stop_reason_raw": None, "response_id": None, "model": None}
                for chunk in client.models.generate_content_stream(model="gemini-3-flash", contents="hi"):
                    _take(made, chunk)
    return made


def _take_event(made: dict[str, Any], event: Any) -> None:
    delta: Any = getattr(event, "delta", None)
    if getattr(delta, "type", None) == "text":
        made["text"] += delta.text
    elif getattr(delta, "type", None) == "thought_summary":
        made["thinking"] += delta.content.text
    elif event.event_type == "interaction.completed":
        told = event.interaction
        made |= {"stop_reason_raw": told.status, "response_id": told.id or None, "model": told.model}
        made["total_tokens"] = told.usage.total_tokens


def _take(made: dict[str, Any], chunk: Any) -> None:
    made["response_id"] = made["response_id"] or chunk.response_id
    made["model"] = made["model"] or chunk.model_version
    for candidate in (chunk.candidates or ())[:1]:
        for part in (candidate.content.parts if candidate.content else None) or ():
            if part.text:
                made["thinking" if part.thought else "text"] += part.text
            if part.function_call:
                told = part.function_call
                made["tool_calls"].append({"id": told.id, "name": told.name, "arguments": dict(told.args or {})})
        if candidate.finish_reason:
            made["stop_reason_raw"] = candidate.finish_reason.value


def _as_case(case: Path) -> Case:
    signals = (b'"finishReason"', b'"event_type":"interaction.completed"')
    body = recorded(case)
    lines = body.split(b"\n")
    said = [place for place, line in enumerate(lines) if any(signal in line for signal in signals)]
    ends = [len(b"\n".join(lines[: place + 1]).rstrip(b"\r")) for place in said]
    return Case(case.name, model_of(case), body, terminal_offset=ends[0] if ends else None)


test_conformance = conformance_tests([_as_case(case) for case in CASES if case.name not in STOPS_EARLY])

# Cut after a STOP that is not the last, such an answer looks whole when the bytes end well, and is an error
# when the connection breaks: the cuts, on real connections too, cannot be told apart from the outside.
test_conformance_without_cuts = conformance_tests(
    [_as_case(case) for case in CASES if case.name in STOPS_EARLY],
    checks={name: check for name, check in CHECKS.items() if name not in ("cuts", "sockets")},
)
