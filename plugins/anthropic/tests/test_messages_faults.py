"""Answers of Messages that go wrong, or hold what nobody knows: written by hand from the documented shapes."""

from __future__ import annotations

from typing import Any

import pytest
from messages_wire import HUB, MODEL, START, STOP, closed, delta, ended, final, opened, play, read, said, sse

from headwater import AssistantMessage, ErrorInfo, ProviderBlock, Text, Thinking, ToolCall, check_grammar

OVERLOADED = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
    "request_id": "req_7",
}


def error_of(message: AssistantMessage) -> ErrorInfo:
    """The error an answer ended in."""
    assert message.error is not None
    return message.error


def failure(message: AssistantMessage) -> tuple[Any, ...]:
    """How an answer failed, and what is left of it."""
    error = error_of(message)
    return error.kind, error.retryable, message.text


def cut_calls(message: AssistantMessage) -> list[str | None]:
    """The raw arguments of the calls that are not to be run."""
    calls = (block for block in message.content if isinstance(block, ToolCall) and block.incomplete)
    return [call.raw_arguments for call in calls]


def test_an_error_as_the_first_event_is_the_answer() -> None:
    """An error after a status of 200 is classified as the same error with a status is."""
    events = play(OVERLOADED)
    message = final(events)
    assert ([event.type for event in events], failure(message), error_of(message).request_id) == (
        ["start", "error"],
        ("overloaded", True, ""),
        "req_7",
    )


def test_an_error_in_the_middle_keeps_what_came() -> None:
    """Text and counts before the error stay; the counts are marked partial."""
    message = read(START, *said(0, "Hel"), OVERLOADED)
    assert (failure(message), message.usage.input, message.usage.provenance) == (
        ("overloaded", True, "Hel"),
        10,
        "partial",
    )


def test_an_error_in_the_middle_of_arguments_leaves_no_call_to_run() -> None:
    """The call is kept as incomplete."""
    message = read(
        START,
        opened(0, type="tool_use", id="t", name="weather", input={}),
        delta(0, "input_json_delta", partial_json='{"place": "Os'),
        OVERLOADED,
    )
    assert (message.tool_calls, cut_calls(message)) == ([], ['{"place": "Os'])


def test_an_error_in_plain_words_is_one() -> None:
    """Proxies put text into an `error` event."""
    assert failure(read(START, "event: error\ndata: upstream connect error\n\n"))[0] == "unknown"


def test_an_error_without_a_type_is_one() -> None:
    """Imitators send `{"error": ...}` alone."""
    message = read(START, 'data: {"error": {"type": "rate_limit_error", "message": "slow down"}}\n\n')
    assert failure(message) == ("rate_limit", True, "")


def _coded(kind: str, code: str) -> dict[str, Any]:
    return {"type": kind, "message": "no", "details": {"error_code": code}}


@pytest.mark.parametrize(
    ("error", "kind", "retryable"),
    [
        ({"type": "invalid_request_error", "message": "bad"}, "invalid_request", False),
        ({"type": "invalid_request_error", "message": "prompt is too long: 2 tokens"}, "context_overflow", False),
        (
            {"type": "invalid_request_error", "message": "input length and `max_tokens` exceed context limit: 3 > 2"},
            "context_overflow",
            False,
        ),
        ({"type": "invalid_request_error", "message": "Your credit balance is too low"}, "quota", False),
        ({"type": "authentication_error", "message": "no"}, "authentication", False),
        ({"type": "billing_error", "message": "no"}, "quota", False),
        ({"type": "permission_error", "message": "no"}, "permission", False),
        ({"type": "not_found_error", "message": "model: x"}, "model_not_found", False),
        (_coded("not_found_error", "file_expired"), "invalid_request", False),
        ({"type": "request_too_large", "message": "no"}, "context_overflow", False),
        ({"type": "rate_limit_error", "message": "no"}, "rate_limit", True),
        (_coded("rate_limit_error", "contract_spend_limit_reached"), "quota", False),
        (_coded("rate_limit_error", "ramp_limit_exceeded"), "rate_limit", True),
        ({"type": "api_error", "message": "no"}, "server", True),
        ({"type": "timeout_error", "message": "no"}, "timeout", True),
        ({"type": "overloaded_error", "message": "no"}, "overloaded", True),
        ({"type": "conflict_error", "message": "no"}, "server", True),
        ({"type": "brand_new_error", "message": "no"}, "unknown", False),
    ],
)  # fmt: skip
def test_an_error_means_the_same_in_the_stream_as_by_its_status(
    error: dict[str, Any], kind: str, retryable: bool
) -> None:
    """The type and the code decide, before words do."""
    assert failure(read(START, {"type": "error", "error": error})) == (kind, retryable, "")


def test_status_529_is_overload() -> None:
    """The status that only this provider has."""
    events = list(HUB.decode(MODEL, sse([]) + b'{"type":"error","error":{"type":"overloaded_error"}}', status=529))
    error = error_of(final(events))
    assert (error.kind, error.status, error.retryable) == ("overloaded", 529, True)


WHOLE = [
    START,
    opened(0, type="thinking", thinking="", signature=""),
    delta(0, "thinking_delta", thinking="hm"),
    delta(0, "signature_delta", signature="c2ln"),
    closed(0),
    *said(1, "Hello"),
    opened(2, type="tool_use", id="toolu_1", name="weather", input={}),
    delta(2, "input_json_delta", partial_json=""),
    delta(2, "input_json_delta", partial_json='{"place": '),
    delta(2, "input_json_delta", partial_json='"Oslo"}'),
    closed(2),
    ended("tool_use"),
    STOP,
]


def test_an_answer_that_is_cut_anywhere_is_no_success() -> None:
    """Before the terminal signal is whole, every cut ends in one error, and gives no call to run."""
    body = sse(WHOLE)
    outcomes: set[tuple[str, int]] = set()
    for cut in range(len(body) - 2):
        events = list(HUB.decode(MODEL, body[:cut]))
        check_grammar(events)
        outcomes.add((events[-1].type, len(final(events).tool_calls)))
    assert outcomes == {("error", 0)}


def test_the_whole_answer_is_one() -> None:
    """The same bytes to their end."""
    message = read(*WHOLE)
    assert (list(message.content), message.stop_reason, message.usage.input, message.usage.cache_read) == (
        [Thinking("hm", "c2ln"), Text("Hello"), ToolCall("toolu_1", "weather", {"place": "Oslo"})],
        "toolUse",
        10,
        5,
    )


def test_arguments_cut_by_the_limit_are_not_run() -> None:
    """The block is closed all the same; the call stays incomplete and the message is whole."""
    message = read(
        START,
        opened(0, type="tool_use", id="t", name="weather", input={}),
        delta(0, "input_json_delta", partial_json='{"place": "Os'),
        closed(0),
        ended("max_tokens"),
        STOP,
    )
    assert (message.stop_reason, message.tool_calls, cut_calls(message)) == ("length", [], ['{"place": "Os'])


def test_a_call_that_was_cut_before_its_arguments_is_not_run() -> None:
    """No arguments and no room left: nobody knows what they would have been."""
    message = read(START, opened(0, type="tool_use", id="t", name="w", input={}), closed(0), ended("max_tokens"), STOP)
    assert message.tool_calls == []


def test_a_call_without_arguments_is_a_call() -> None:
    """Empty overall means an empty object."""
    message = read(START, opened(0, type="tool_use", id="t", name="now", input={}), closed(0), ended("tool_use"), STOP)
    assert message.tool_calls == [ToolCall("t", "now", {})]


def test_a_call_may_open_with_its_input() -> None:
    """A call made from code has no deltas; who made it is kept for replay."""
    caller = {"type": "code_execution_20260120", "tool_id": "srvtoolu_1"}
    message = read(
        START,
        opened(0, type="tool_use", id="t", name="roll", input={"sides": 6}, caller=caller),
        closed(0),
        ended("tool_use"),
        STOP,
    )
    assert message.tool_calls == [ToolCall("t", "roll", {"sides": 6}, extra={"caller": caller})]


def test_arguments_that_stream_win_over_those_at_the_start() -> None:
    """A server that sends both sends them once."""
    message = read(
        START,
        opened(0, type="tool_use", id="t", name="roll", input={"sides": 1}),
        delta(0, "input_json_delta", partial_json='{"sides": 6}'),
        closed(0),
        ended("tool_use"),
        STOP,
    )
    assert message.tool_calls[0].arguments == {"sides": 6}


def test_arguments_of_a_block_that_never_began_are_an_error() -> None:
    """Nobody knows whose they are."""
    message = read(START, delta(3, "input_json_delta", partial_json="{}"), ended("tool_use"), STOP)
    assert failure(message)[0] == "malformed"


def test_blocks_may_be_open_at_once() -> None:
    """Deltas go to the block of their index."""
    message = read(
        START,
        opened(0, type="text", text=""),
        opened(1, type="tool_use", id="t", name="w", input={}),
        delta(1, "input_json_delta", partial_json='{"a"'),
        delta(0, "text_delta", text="Hel"),
        opened(2, type="text", text="By"),
        delta(1, "input_json_delta", partial_json=":1}"),
        delta(0, "text_delta", text="lo"),
        delta(2, "text_delta", text="e"),
        closed(1),
        closed(2),
        closed(0),
        ended("tool_use"),
        STOP,
    )
    assert list(message.content) == [Text("Hello"), ToolCall("t", "w", {"a": 1}), Text("Bye")]


def test_an_index_that_begins_again_is_another_block() -> None:
    """Imitators that never close a block, or count from nought again, lose nothing."""
    message = read(
        START,
        opened(0, type="text", text=""),
        delta(0, "text_delta", text="one"),
        opened(0, type="tool_use", id="t", name="w", input={}),
        delta(0, "input_json_delta", partial_json="{}"),
        closed(0),
        ended("tool_use"),
        STOP,
    )
    assert list(message.content) == [Text("one"), ToolCall("t", "w", {})]


def test_what_is_unknown_is_passed_over_or_kept() -> None:
    """Unknown events, deltas, fields and data are nothing; an unknown block is the provider's own and is kept."""
    novel = {"type": "hologram", "beam": [1, 2]}
    message = read(
        START,
        {"type": "ping"},
        {"type": "weather_report", "index": 0, "delta": {"type": "text_delta", "text": "no"}},
        {**opened(0, type="text", text=""), "novelty": {"a": 1}},
        delta(0, "smell_delta", smell="roses"),
        delta(0, "text_delta", text="Hi", confidence=1),
        closed(0),
        opened(1, **novel),
        delta(1, "hologram_delta", beam=[3]),
        closed(1),
        "data: {}\n\n",
        ended("end_turn"),
        STOP,
        "event: data\ndata: [DONE]\n\n",
    )
    assert (list(message.content), message.stop_reason) == ([Text("Hi"), ProviderBlock("hologram", novel)], "stop")


def test_events_without_names_or_without_types_are_read() -> None:
    """The name of an event and the type in its data stand in for each other."""
    nameless = sse([START, *said(0, "Hi"), ended("end_turn"), STOP]).replace(b"event: ", b": ")
    typeless = sse([START, *said(0, "Hi"), ended("end_turn"), STOP]).replace(b'"type": "message_', b'"kind": "message_')
    texts = [final(HUB.decode(MODEL, body)) for body in (nameless, typeless)]
    assert [(message.text, message.stop_reason, message.response_id) for message in texts] == [
        ("Hi", "stop", "msg_1")
    ] * 2


def test_a_start_that_is_repeated_is_one() -> None:
    """Proxies send the head of the same message again."""
    message = read(START, *said(0, "Hi"), START, ended("end_turn"), STOP)
    assert (message.text, message.response_id, message.error) == ("Hi", "msg_1", None)


def test_a_start_of_another_message_is_an_error() -> None:
    """Two answers in one cannot be told apart."""
    other = {**START, "message": {**START["message"], "id": "msg_2"}}
    assert failure(read(START, *said(0, "Hi"), other, ended("end_turn"), STOP)) == ("malformed", True, "Hi")


def test_a_signature_is_assigned() -> None:
    """The last one counts, and a block without text but with a signature is one."""
    message = read(
        START,
        opened(0, type="thinking", thinking="", signature=""),
        delta(0, "thinking_delta", thinking=""),
        delta(0, "signature_delta", signature="old"),
        delta(0, "signature_delta", signature="new"),
        closed(0),
        ended("end_turn"),
        STOP,
    )
    assert list(message.content) == [Thinking("", "new")]
