"""The mock's wire: what its lines become, through the same driver as a live answer."""

from __future__ import annotations

from typing import Any

import pytest

from headwater import (
    AssistantMessage,
    CodeExecution,
    Done,
    Error,
    Event,
    Hub,
    Image,
    ProviderBlock,
    Source,
    Status,
    Text,
    Thinking,
    ToolCall,
    Usage,
    dumps,
    from_json,
    to_json,
)
from headwater.testing import Case, conformance_tests
from headwater_mock import MockProvider, MockRequest, Reply


def body(*lines: dict[str, Any]) -> bytes:
    """Lines of the wire."""
    return b"".join(dumps(one) + b"\n" for one in lines)


def decode(*lines: dict[str, Any], model: str = "mock/recorded") -> list[Event]:
    """The events of a body."""
    return list(Hub().decode(model, body(*lines)))


def final(events: list[Event]) -> AssistantMessage:
    """The message of the last event."""
    last = events[-1]
    assert isinstance(last, Done | Error)
    return last.message


EVERYTHING = Reply(
    (
        Thinking("Let me see: café"),
        Text("日本語 and 🚀 in pieces"),
        Text("a second text"),
        ToolCall("call_1", "get_weather", {"city": "Köln", "days": 3}),
        ToolCall("call_2", "get_time", {}),
        Source("https://example.org/a", "A", "about a"),
        CodeExecution("print(1)", output="1\n", success=True, id="run_1"),
        Image(data="aGk=", mime_type="image/png"),
        ProviderBlock("search_call", {"query": "sky"}, id="srv_1"),
    ),
    usage=Usage(input=7, output=11, cache_read=3, total_tokens=21, reasoning=4),
    response_id="resp_1",
    response_model="tour-2",
    chunk_size=4,
)
"""A reply with every kind of block that the mock can say."""

MARKED = Reply(
    (
        Thinking("Let me see", signature="sig-1"),
        Thinking("", signature="sealed", redacted=True),
        Text("Well", signature="sig-2", extra={"phase": "final"}),
        ToolCall("call_1", "get_weather", {"city": "Köln"}, signature="sig-3", extra={"caller": "direct"}),
    )
)
"""A reply whose blocks carry what a provider wants back on replay."""


def recorded(reply: Reply) -> bytes:
    """The bytes that a reply becomes."""
    hub = Hub()
    hub.register("mock", MockProvider([reply]))
    seen: list[bytes] = []

    def look(wire: Any) -> None:
        assert isinstance(wire, MockRequest)
        assert wire.script is not None
        seen.extend(step for step in wire.script if isinstance(step, bytes))

    hub.stream_sync("mock/any", "?", on_request=look).result()
    return b"".join(seen)


test_conformance = conformance_tests(
    [
        Case("everything", "mock/recorded", recorded(EVERYTHING)),
        Case("marked", "mock/recorded", recorded(MARKED)),
        Case(
            "lines of others",
            "mock/recorded",
            body({"text": "Hi"}, {"later": 1}, {"stop": "stop"}),
            unknown_events=(b'{"later": {"text": 1}}\n',),
        ),
        Case(
            "an error in the middle", "mock/recorded", recorded(Reply("one two three", error="server", error_after=1))
        ),
    ]
)


@pytest.mark.parametrize("reply", [EVERYTHING, MARKED], ids=["everything", "marked"])
def test_a_reply_becomes_bytes_that_read_back_as_itself(reply: Reply) -> None:
    """Every block with its marks survives the way over the wire."""
    message = final(list(Hub().decode("mock/recorded", recorded(reply))))
    assert message.content == reply.content


def test_ids_and_counts_go_over_the_wire() -> None:
    """As the reply gives them."""
    message = final(list(Hub().decode("mock/recorded", recorded(EVERYTHING))))
    usage = message.usage
    kept = (message.response_id, message.response_model, usage.input, usage.output, usage.cache_read, usage.reasoning)
    assert kept == ("resp_1", "tour-2", 7, 11, 3, 4)


def test_lines_without_a_block_number_go_to_the_block_that_is_open() -> None:
    """Hand-written lines need no numbers: another kind of content closes what was open."""
    message = final(decode({"thinking": "Hm"}, {"thinking": "m."}, {"text": "Yes"}, {"text": "."}, {"stop": "stop"}))
    assert message.content == (Thinking("Hmm."), Text("Yes."))


@pytest.mark.parametrize("arguments", ['{"city": "Rome"}', {"city": "Rome"}])
def test_arguments_may_be_text_or_an_object(arguments: Any) -> None:
    """A call is the same however its arguments are written."""
    call = {"id": "c1", "name": "get_weather", "arguments": arguments}
    message = final(decode({"tool_call": call}, {"stop": "toolUse"}))
    assert message.tool_calls == [ToolCall("c1", "get_weather", {"city": "Rome"})]


def test_arguments_that_are_no_object_spoil_the_message() -> None:
    """What the caller could not run is not shown as a call."""
    message = final(decode({"tool_call": {"id": "c1", "name": "f", "arguments": [1]}}, {"stop": "toolUse"}))
    assert (message.tool_calls, message.error.kind if message.error else None) == ([], "malformed")


@pytest.mark.parametrize(
    ("stop", "reason", "kind"),
    [
        ("stop", "stop", None),
        ("length", "length", None),
        ("toolUse", "toolUse", None),
        ("content_filter", "error", "content_filter"),
        ("bored", "stop", None),
    ],
)
def test_stop_is_a_reason_or_a_kind_of_error(stop: str, reason: str, kind: str | None) -> None:
    """A word that nobody knows ends an answer that has content as a stop."""
    message = final(decode({"text": "Well"}, {"stop": stop}))
    found = message.error.kind if message.error else None
    assert (message.stop_reason, message.raw_stop_reason, found) == (reason, stop, kind)


def test_bytes_that_end_without_stop_were_cut() -> None:
    """No success without the terminal signal; what came is kept."""
    message = final(decode({"text": "Half an ans"}))
    assert (message.text, message.error.kind if message.error else None) == ("Half an ans", "truncated")


def test_an_error_with_a_kind_keeps_what_it_says() -> None:
    """Status, code and the seconds to wait go through."""
    said = {"kind": "rate_limit", "message": "slow down", "status": 429, "code": "rpm", "retry_after": 2.5}
    error = final(decode({"error": said})).error
    assert error is not None
    kept = (error.kind, error.message, error.status, error.code, error.retry_after, error.retryable)
    assert kept == ("rate_limit", "mock/recorded slow down", 429, "rpm", 2.5, True)


def test_an_error_of_no_kind_is_classified_like_any_other() -> None:
    """The words of a provider's error decide, as they do for a real one."""
    error = final(decode({"error": {"type": "overloaded_error", "message": "Overloaded"}})).error
    assert error is not None
    assert error.kind == "overloaded"


def test_status_lines_are_events_and_no_content() -> None:
    """What is no content shows, and stays out of the message."""
    events = decode({"status": "searching", "data": {"query": "sky"}}, {"text": "Blue"}, {"stop": "stop"})
    shown = [(event.status, event.data) for event in events if isinstance(event, Status)]
    assert (shown, final(events).content) == ([("searching", {"query": "sky"})], (Text("Blue"),))


def test_a_refusal_is_a_content_filter() -> None:
    """The model's own no ends the message as an error."""
    message = final(decode({"refusal": "I will not."}, {"stop": "stop"}))
    assert (message.error.kind if message.error else None) == "content_filter"


@pytest.mark.parametrize(
    "odd",
    [
        {"status": "searching", "data": {"status": "twice", "for": "rain"}},
        {"code_execution": {"code": 5, "language": [], "output": {}, "success": "no"}},
        {"image": {"stage": 5, "data": 5, "url": []}},
        {"source": {"uri": 5, "title": [], "kind": None}},
        {"provider_block": {"name": 5, "raw": []}},
        {"tool_call": {"id": 5, "name": "f", "arguments": {}}},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_fields_of_another_type_are_taken_as_far_as_they_go(odd: dict[str, Any]) -> None:
    """The answer goes on, and the message can be stored and loaded."""
    message = final(decode(odd, {"text": "Hi", "block": "last"}, {"stop": "stop"}))
    assert (message.text, message.error, from_json(to_json(message))) == ("Hi", None, message)


def test_details_of_an_error_of_another_type_are_left_out() -> None:
    """Nobody can wait for `soon`."""
    error = {"kind": "rate_limit", "message": "slow down", "retry_after": "soon", "status": "x", "code": [1]}
    failed = final(decode({"error": error})).error
    assert failed is not None
    assert (failed.kind, failed.retry_after, failed.status, failed.code) == ("rate_limit", None, None, None)
