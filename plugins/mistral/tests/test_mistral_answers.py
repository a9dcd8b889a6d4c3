"""Answers the recordings do not show: chunks of every kind, hazards of calls and usage, errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mistral_wire import COUNTS, body, call, chunk, decode, find, make_hub, message_of, read, said, sse, thinking

from headwater import Context, Source, Text, Thinking, ToolCall, UserMessage
from headwater.testing import LoopbackServer, Reply


def calls(*deltas: dict[str, Any]) -> list[ToolCall]:
    """The calls of an answer whose deltas hold these."""
    return list(read(sse(*(chunk({"tool_calls": [one]}) for one in deltas), chunk(finish="tool_calls"))).tool_calls)


# -- content


def test_chunks_and_strings_are_one_answer() -> None:
    """Thinking, text in chunks, then plain strings: one block of each kind."""
    message = read(
        sse(
            said(""),
            said([thinking("The user ")]),
            said([thinking("asks", "."), {"type": "text", "text": "It "}]),
            said("is 4", finish="stop", usage=COUNTS),
        )
    )
    assert message.content == (Thinking("The user asks."), Text("It is 4"))


def test_a_signature_stays_with_its_thinking() -> None:
    """The mark for replay is kept on the block, also when it comes alone at the end."""
    message = read(sse(said([thinking("Hm")]), said([thinking(signature="sig")]), said("4", "stop")))
    assert message.content == (Thinking("Hm", "sig"), Text("4"))


def test_references_are_sources() -> None:
    """Each id is a source that goes back under the same id; the text around keeps its order."""
    message = read(
        sse(said([{"type": "text", "text": "A"}, {"type": "reference", "reference_ids": [3, "x"]}]), said("B", "stop"))
    )
    assert message.content == (
        Text("A"),
        Source("3", kind="reference", extra={"reference_id": 3}),
        Source("x", kind="reference", extra={"reference_id": "x"}),
        Text("B"),
    )


def test_references_within_thinking_are_no_thought() -> None:
    """What thinking refers to comes as sources; what a tool found has its URL and title."""
    found = {"type": "tool_reference", "tool": "web_search", "title": "T", "url": "https://example.com"}
    parts = [{"type": "text", "text": "Hm"}, {"type": "reference", "reference_ids": [1]}, found]
    message = read(sse(said([{"type": "thinking", "thinking": parts}]), said("4", "stop")))
    assert message.thinking == "Hm"
    sources = [block for block in message.content if isinstance(block, Source)]
    assert [(source.uri, source.title) for source in sources] == [("1", None), ("https://example.com", "T")]


def test_an_answer_that_was_read_goes_back_as_it_came() -> None:
    """Thinking with its signature, text and references are replayed in order; what thinking referred to is not."""
    reference = {"type": "reference", "reference_ids": [3]}
    thought = thinking("Hm", signature="s")
    mixed = {**thought, "thinking": [*thought["thinking"], {"type": "reference", "reference_ids": [9]}]}
    text = {"type": "text", "text": "A"}
    read_back = read(sse(said([mixed, text, reference]), said("B", "stop")))
    messages = body(find(), Context((UserMessage("Hi"), read_back, UserMessage("On"))))["messages"]
    assert messages[1]["content"] == [thought, text, reference, {"type": "text", "text": "B"}]


@pytest.mark.parametrize("content", [None, [], [None], [{"type": "resource"}], [{"type": "thinking"}], {}, 0])
def test_content_of_no_use_is_passed_over(content: Any) -> None:
    """Chunks nobody knows and empty ones do no harm."""
    assert read(sse(said(content), said("4", "stop"))).text == "4"


# -- calls


def test_a_call_comes_whole_or_in_pieces() -> None:
    """Arguments as a string, as an object, and in fragments, whose id is missing, null or "null"."""
    assert [dict(one.arguments) for one in calls(call("add", '{"a": 1}', "x"))] == [{"a": 1}]
    assert [dict(one.arguments) for one in calls(call("add", {"a": 1}, "x"))] == [{"a": 1}]
    pieces = (call("add", '{"a"', "x", index=0), call("", ": 1", "null", index=0), call("", "}", index=0))
    assert [(one.id, dict(one.arguments)) for one in calls(*pieces)] == [("x", {"a": 1})]


def test_calls_without_ids_get_some() -> None:
    """Two calls of the id "null" are two calls, of different ids."""
    found = calls(call("add", '{"a": 1}', "null", index=0), call("add", '{"a": 2}', "null", index=1))
    assert [dict(one.arguments) for one in found] == [{"a": 1}, {"a": 2}]
    assert len({one.id for one in found} - {"null"}) == 2


def test_two_calls_without_index_are_two() -> None:
    """Older models send no index; the ids tell the calls apart."""
    both = chunk({"tool_calls": [call("add", '{"a": 1}', "x"), call("add", '{"a": 2}', "y")]}, "tool_calls")
    assert [one.id for one in read(sse(both)).tool_calls] == ["x", "y"]


# -- the end


@pytest.mark.parametrize(
    ("finish", "stop", "kind"),
    [
        ("stop", "stop", None),
        ("length", "length", None),
        ("model_length", "length", None),
        ("error", "error", "server"),
    ],
)
def test_finish_reasons_are_known(finish: str, stop: str, kind: str | None) -> None:
    """Each of Mistral's finish reasons has its meaning, and its own word is kept."""
    message = read(sse(said("4", finish)))
    assert (message.stop_reason, message.error and message.error.kind, message.raw_stop_reason) == (stop, kind, finish)


def test_an_answer_without_its_end_is_truncated() -> None:
    """Neither a finish reason nor `[DONE]`: an error that keeps what came."""
    message = read(sse(said("half"), done=False))
    assert message.error is not None
    assert (message.error.kind, message.text) == ("truncated", "half")


@pytest.mark.parametrize(
    "spelling",
    [
        {"num_cached_tokens": 6},
        {"prompt_tokens_details": {"cached_tokens": 6}},
        {"prompt_token_details": {"cached_tokens": 6}},
    ],
)
def test_cached_tokens_are_found_in_every_spelling(spelling: dict[str, Any]) -> None:
    """What was cached is not counted as input again."""
    usage = read(sse(said("4", "stop", usage={**COUNTS, **spelling, "service_tier": "standard"}))).usage
    assert (usage.input, usage.cache_read, usage.output, usage.total_tokens) == (4, 6, 4, 14)
    assert usage.service_tier == "standard"


def test_seconds_of_sound_are_kept() -> None:
    """What is counted beside tokens stands with the message."""
    counted = {**COUNTS, "prompt_audio_seconds": 12}
    assert read(sse(said("4", "stop", usage=counted))).extra["usage_details"] == {"prompt_audio_seconds": 12}


# -- options that hold everywhere


def test_inline_tags_become_thinking() -> None:
    """Models without a parser of their own think between tags."""
    message = read(sse(said("<thi"), said("nk>Hm</think>4", "stop")), think_tags=True)
    assert message.content == (Thinking("Hm"), Text("4"))


def test_a_whole_answer_is_handed_out_in_pieces() -> None:
    """Simulated streaming asks for a whole answer, whose content may be chunks too."""
    said_at_once = [thinking("Hm", signature="s"), {"type": "text", "text": "word " * 40}]
    message = {"role": "assistant", "content": said_at_once, "tool_calls": None}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    whole = {"id": "c1", "object": "chat.completion", "model": "m", "choices": choices, "usage": COUNTS}
    events = decode(json.dumps(whole).encode(), simulate_streaming=True)
    assert sum(event.type == "text_delta" for event in events) > 2
    assert message_of(events).content == (Thinking("Hm", "s"), Text("word " * 40))


# -- errors


OVERFLOW = "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"
DETAIL = [{"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted"}]


@pytest.mark.parametrize(
    ("status", "payload", "kind", "words"),
    [
        (
            400,
            {"object": "error", "message": OVERFLOW, "type": "invalid_request_error", "code": "3051"},
            "context_overflow",
            "too large",
        ),
        (
            400,
            {
                "object": "error",
                "message": "Logprobs are not enabled",
                "type": "invalid_request_invalid_args",
                "code": "3051",
            },
            "invalid_request",
            "Logprobs",
        ),
        (422, {"detail": DETAIL}, "invalid_request", "Extra inputs are not permitted"),
        (
            422,
            {"object": "error", "message": {"detail": DETAIL}, "type": "invalid_request_error"},
            "invalid_request",
            "Extra inputs",
        ),
        (401, {"message": "Unauthorized", "request_id": "r"}, "authentication", "Unauthorized"),
        (
            400,
            {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
            "model_not_found",
            "Invalid model",
        ),
        (
            429,
            {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "code": "1300"},
            "rate_limit",
            "Rate limit",
        ),
        (
            503,
            {
                "object": "error",
                "message": "Service tier capacity exceeded for this model.",
                "type": "service_tier_capacity_exceeded",
                "code": "3505",
            },
            "overloaded",
            "capacity",
        ),
    ],
)
def test_refusals_are_told_apart(status: int, payload: dict[str, Any], kind: str, words: str) -> None:
    """What is wrong follows from the type and the words; the number alone decides nothing."""
    error = message_of(make_hub().decode(find(), json.dumps(payload).encode(), status=status)).error
    assert error is not None
    assert (error.kind, words in error.message) == (kind, True)


@pytest.mark.parametrize("loc", [["body", "messages", 0], None, "body"])
def test_a_field_that_is_refused_does_not_speak_for_the_error(loc: Any) -> None:
    """The value of a refused field, which is echoed, is neither told nor taken for the reason."""
    detail = [{"loc": loc, "msg": "Input should be a valid string", "input": "too many tokens for the context window"}]
    error = message_of(make_hub().decode(find(), json.dumps({"detail": detail}).encode(), status=422)).error
    assert error is not None
    assert (error.kind, "valid string" in error.message, "too many" in error.message) == (
        "invalid_request",
        True,
        False,
    )


def test_an_error_within_the_stream_keeps_what_came() -> None:
    """An error object after text ends the answer with its kind."""
    fault = {"object": "error", "message": "Service unavailable.", "type": "unreachable_backend", "code": "1100"}
    message = read(sse(said("half"), fault, done=False))
    assert message.error is not None
    assert (message.error.kind, message.text) == ("overloaded", "half")


def test_the_request_carries_the_key(loopback: LoopbackServer) -> None:
    """The key of the environment goes as a bearer token to Mistral's path."""
    loopback.reply(Reply(sse(said("4", "stop"))))
    hub = make_hub()
    with hub.stream_sync(find(base_url=f"{loopback.url}/v1"), "Hi", key="secret-key") as stream:
        assert stream.result().text == "4"
    hub.close()
    seen = loopback.requests[0]
    assert (seen.path, seen.headers["authorization"]) == ("/v1/chat/completions", "Bearer secret-key")
