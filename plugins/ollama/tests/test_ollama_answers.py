"""Answers: what unified events come of their lines, and what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from ollama_wire import HUB, QWEN, chat, done, lines, play, read

from headwater import NO_RETRY, Hub, Text, Thinking
from headwater.testing import CHECKS, Case, LoopbackServer, Reply

WEATHER = {"function": {"name": "weather", "arguments": {"place": "Oslo"}}}


def test_a_line_may_hold_all_at_once() -> None:
    """Thinking, then text, then calls; each call is whole and ends at once."""
    events = play(chat(thinking="so", content="Hi", tool_calls=[{"id": "call_1", **WEATHER}]), done())
    assert [event.type for event in events] == [
        "start",
        *("thinking_start", "thinking_delta", "thinking_end"),
        *("text_start", "text_delta", "text_end"),
        *("toolcall_start", "toolcall_delta", "toolcall_end"),
        "usage",
        "done",
    ]


def test_calls_make_a_stop_a_use_of_tools() -> None:
    """The server calls it a stop; calls without an id get one each, though they share an index."""
    call = {"function": {"index": 0, **WEATHER["function"]}}
    message = read(chat(tool_calls=[call]), chat(tool_calls=[call]), done())
    ids = {call.id for call in message.tool_calls}
    assert (message.stop_reason, message.raw_stop_reason, len(message.tool_calls), len(ids)) == (
        "toolUse",
        "stop",
        2,
        2,
    )


def test_the_last_line_may_hold_the_last_of_the_answer() -> None:
    """Text and calls."""
    message = read(chat(content="H"), {**done(), "message": {"content": "i", "tool_calls": [WEATHER]}})
    assert (message.text, len(message.tool_calls)) == ("Hi", 1)


@pytest.mark.parametrize(
    ("arguments", "got"), [(None, {}), ({}, {}), ('{"a": 1}', {"a": 1}), ({"b": [1], "a": 2}, {"b": [1], "a": 2})]
)
def test_arguments_are_objects_or_what_can_be_read_as_one(arguments: Any, got: dict[str, Any]) -> None:
    """Their order is kept."""
    message = read(chat(tool_calls=[{"function": {"name": "f", "arguments": arguments}}]), done())
    assert [list(call.arguments.items()) for call in message.tool_calls] == [list(got.items())]


def test_arguments_that_are_no_object_spoil_the_message() -> None:
    """They are not to be run."""
    message = read(chat(tool_calls=[{"function": {"name": "f", "arguments": [1]}}]), done())
    assert message.error is not None
    assert (message.error.kind, message.tool_calls) == ("malformed", [])


def test_thinking_and_text_are_told_apart_however_they_alternate() -> None:
    """Some models think between."""
    message = read(chat(thinking="a"), chat(content="b"), chat(thinking="c"), chat(content="d"), done())
    assert message.content == (Thinking("a"), Text("b"), Thinking("c"), Text("d"))


@pytest.mark.parametrize(
    ("reason", "stop"),
    [("stop", "stop"), ("length", "length"), ("load", "stop"), ("unload", "stop"), (None, "stop"), ("new", "stop")],
)
def test_why_it_is_done(reason: str | None, stop: str) -> None:
    """The server's word is kept; an old one says none."""
    message = read(chat(content="Hi"), done(reason))
    assert (message.stop_reason, message.raw_stop_reason) == (stop, reason)


def test_counts_and_durations() -> None:
    """A prompt that was evaluated before is not counted; durations are kept beside."""
    message = read(chat(content="Hi"), done(prompt_eval_count=None, load_duration=4))
    assert (message.usage.input, message.usage.output, message.usage.total_tokens) == (0, 7, 7)
    assert message.extra["metrics"] == {"total_duration": 9, "load_duration": 4}


def test_likelihoods_are_kept() -> None:
    """In order."""
    message = read({**chat(content="H"), "logprobs": [{"token": "H"}]}, {**done(), "logprobs": [{"token": "i"}]})
    assert message.extra["logprobs"] == [{"token": "H"}, {"token": "i"}]


def test_an_empty_answer_is_an_answer() -> None:
    """It happens."""
    message = read(done())
    assert (message.stop_reason, message.content) == ("stop", ())


def test_without_the_last_line_the_answer_is_cut() -> None:
    """What came is kept."""
    message = read(chat(content="Hi"))
    assert message.error is not None
    assert (message.text, message.error.kind) == ("Hi", "truncated")


def test_completed_text_is_text() -> None:
    """Over the other api."""
    model = HUB.model(QWEN, api="ollama-generate")
    message = read({"model": "m", "thinking": "so"}, {"model": "m", "response": "Hi"}, done(message=None), model=model)
    assert message.content == (Thinking("so"), Text("Hi"))


# -- what goes wrong


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("model runner has unexpectedly stopped", "server"),
        ("error parsing tool call: invalid character", "server"),
        ("the input length exceeds the context length", "context_overflow"),
        ("unauthorized", "authentication"),
    ],
)
def test_an_error_line_ends_the_answer(words: str, kind: str) -> None:
    """With status 200; what its words do not tell is the server's fault."""
    message = read(chat(content="Hi"), {"error": words})
    assert message.error is not None
    assert (message.text, message.error.kind, words in message.error.message) == ("Hi", kind, True)


def test_an_error_line_may_be_the_first() -> None:
    """Or hold an object."""
    message = read({"error": {"message": "oh no", "type": "api_error"}})
    assert message.error is not None
    assert ("oh no" in message.error.message, message.error.kind) == (True, "server")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error":"\\"llama3\\" does not support thinking"}', "invalid_request"),
        (400, b'{"error":"registry.ollama.ai/library/gemma:2b does not support tools"}', "invalid_request"),
        (401, b'{"error":"unauthorized","signin_url":"https://ollama.com/connect"}', "authentication"),
        (403, b'{"error":"cloud is disabled"}', "permission"),
        (404, b'{"error":"model \\"x\\" not found, try pulling it first"}', "model_not_found"),
        (429, b'{"error":"you have reached your hourly usage limit"}', "rate_limit"),
        (500, b'{"error":"llama runner process has terminated"}', "server"),
        (503, b'{"error":"server busy, please try again.  maximum pending requests exceeded"}', "overloaded"),
    ],
)
def test_a_refusal_is_told_by_its_status_and_words(
    loopback: LoopbackServer, status: int, body: bytes, kind: str
) -> None:
    """There are no codes."""
    loopback.reply(Reply(body, status=status, headers={"content-type": "application/json"}))
    hub = Hub(environ={"OLLAMA_HOST": loopback.url})
    with hub.stream_sync(QWEN, "hi", retry=NO_RETRY) as stream:
        error = stream.result().error
    hub.close()
    assert error is not None
    assert (error.kind, error.status) == (kind, status)


def test_a_server_that_is_not_there_is_a_failed_connection() -> None:
    """Which may pass."""
    with Hub(environ={"OLLAMA_HOST": "127.0.0.1:9"}).stream_sync(QWEN, "hi", retry=NO_RETRY) as stream:
        error = stream.result().error
    assert error is not None
    assert (error.kind, error.retryable) == ("network", True)


BODY = lines(chat(thinking="so"), chat(content="Hi 🌍"), chat(tool_calls=[{"id": "call_1", **WEATHER}]), done())


@pytest.mark.parametrize("check", CHECKS)
def test_an_answer_passes_the_conformance_check(check: str) -> None:
    """Split, cut, aborted, damaged, with its key searched for."""
    CHECKS[check](Case("chat", QWEN, BODY, terminal_offset=len(BODY) - 1), HUB)
