"""What compatible servers do with chat completions: each hazard of wire/openai-compatible, section 2, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from openai_wire import call_delta, chat, chunk, compatible, decode, kinds, message_of, of_kind

from headwater import AssistantMessage, Audio, Source, ToolCall

MODEL = compatible()


def read(*chunks: Any, done: bool = True, **flags: Any) -> AssistantMessage:
    """What comes of a body of these chunks."""
    return message_of(decode(compatible(**flags) if flags else MODEL, chat(*chunks, done=done)))


def calls(*chunks: Any, finish: str | None = "tool_calls") -> list[tuple[str, Any]]:
    """Names and arguments of the calls to run."""
    message = read(*chunks, chunk(finish=finish))
    return [(call.name, dict(call.arguments)) for call in message.tool_calls]


# -- calls


def test_calls_without_index_are_told_apart_by_id() -> None:
    """A new id is a new call; what comes without one goes to the last."""
    parts = [
        call_delta(None, "a", "add", '{"a":'),
        call_delta(None, arguments="1}"),
        call_delta(None, "b", "sub", '{"b":2}'),
    ]
    assert calls(*map(chunk, parts)) == [("add", {"a": 1}), ("sub", {"b": 2})]


def test_calls_that_all_have_index_zero_are_told_apart_by_id() -> None:
    """The same place with another id and name is another call."""
    parts = [call_delta(0, "a", "add", '{"a":1}'), call_delta(0, "b", "add", '{"a":2}')]
    assert calls(*map(chunk, parts)) == [("add", {"a": 1}), ("add", {"a": 2})]


@pytest.mark.parametrize("id", [None, "", "null"], ids=["missing", "empty", "null"])
def test_a_call_without_an_id_gets_one(id: str | None) -> None:
    """So that its result can name it."""
    message = read(chunk(call_delta(0, id, "add", "{}")), chunk(finish="tool_calls"))
    assert message.tool_calls[0].id.startswith("call_")


def test_a_name_that_comes_late_is_waited_for() -> None:
    """The call starts when its name is known, with the arguments that came before."""
    parts = [call_delta(0, "a", None, '{"a":'), call_delta(0, None, "add", "1}")]
    events = decode(MODEL, chat(*map(chunk, parts), chunk(finish="tool_calls")))
    assert [event.type for event in events[1:5]] == [
        "toolcall_start",
        "toolcall_delta",
        "toolcall_delta",
        "toolcall_end",
    ]
    assert message_of(events).tool_calls[0].arguments == {"a": 1}


def test_a_name_that_is_repeated_is_not_joined() -> None:
    """Some proxies send it with every delta."""
    parts = [call_delta(0, "a", "add", '{"a":'), call_delta(0, "a", "add", "1}")]
    assert calls(*map(chunk, parts)) == [("add", {"a": 1})]


def test_a_whole_call_in_one_chunk_is_a_whole_call() -> None:
    """Start, arguments and end come from a single delta."""
    events = decode(MODEL, chat(chunk(call_delta(0, "a", "add", '{"a":1}'), "tool_calls")))
    assert [event.type for event in events] == ["start", "toolcall_start", "toolcall_delta", "toolcall_end", "done"]


def test_arguments_that_are_an_object_are_taken() -> None:
    """Instead of a string of JSON."""
    assert calls(chunk(call_delta(0, "a", "add", {"a": 1}))) == [("add", {"a": 1})]


def test_calls_that_come_interleaved_are_kept_apart() -> None:
    """By their index, however they alternate."""
    parts = [
        call_delta(0, "a", "add", '{"a":'),
        call_delta(1, "b", "sub", '{"b":'),
        call_delta(0, arguments="1}"),
        call_delta(1, arguments="2}"),
    ]
    assert calls(*map(chunk, parts)) == [("add", {"a": 1}), ("sub", {"b": 2})]


def test_calls_with_finish_stop_are_a_use_of_tools() -> None:
    """Forced calls, and many servers, end with `stop`."""
    message = read(chunk(call_delta(0, "a", "add", "{}")), chunk(finish="stop"))
    assert (message.stop_reason, message.raw_stop_reason) == ("toolUse", "stop")


def test_the_old_form_of_a_call_is_a_call() -> None:
    """`function_call`, without id."""
    assert calls(
        chunk({"function_call": {"name": "add", "arguments": '{"a":'}}),
        chunk({"function_call": {"arguments": "1}"}}),
        finish="function_call",
    ) == [("add", {"a": 1})]


def test_a_custom_call_takes_free_text() -> None:
    """Its input is no JSON, and becomes the argument `input` while it streams."""
    parts = [{"name": "sql", "input": 'SELECT "a'}, {"input": '"\n'}]
    deltas = [{"tool_calls": [{"index": 0, "id": "c", "type": "custom", "custom": part}]} for part in parts]
    assert calls(*map(chunk, deltas)) == [("sql", {"input": 'SELECT "a"\n'})]


def test_a_custom_call_that_was_cut_is_not_run() -> None:
    """Free text does not show whether it is whole; the finish reason does."""
    delta = {"tool_calls": [{"index": 0, "id": "c", "custom": {"name": "sql", "input": "DELETE FROM a"}}]}
    assert calls(chunk(delta), finish="length") == []


def test_arguments_that_were_cut_are_not_run() -> None:
    """A call cut by the length of the answer stays, marked incomplete."""
    message = read(chunk(call_delta(0, "a", "add", '{"a":')), chunk(finish="length"))
    (call,) = of_kind(message, ToolCall)
    assert (message.stop_reason, message.tool_calls, call.incomplete, call.raw_arguments) == (
        "length",
        [],
        True,
        '{"a":',
    )


# -- chunks and text


@pytest.mark.parametrize(
    "odd",
    [{"id": "x", "choices": []}, {"id": "x", "choices": None}, {"id": "x"}, {"choices": [{"index": 0, "delta": None}]}],
    ids=["empty", "null", "absent", "no delta"],
)
def test_a_chunk_without_choices_is_no_end(odd: dict[str, Any]) -> None:
    """It is let pass, and what stands beside is still read."""
    message = read({**odd, "usage": {"prompt_tokens": 5, "completion_tokens": 2}}, chunk({"content": "Hi"}, "stop"))
    assert (message.text, message.usage.input) == ("Hi", 5)


def test_content_in_parts_is_text_and_thinking() -> None:
    """Lists of parts, of strings, and parts nobody knows."""
    content: list[Any] = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Hel"},
        "lo",
        {"type": "reference", "reference_ids": [1]},
        7,
    ]
    message = read(chunk({"content": content}), chunk(finish="stop"))
    assert (message.thinking, message.text) == ("Hm.", "Hello")


def test_content_of_another_type_is_not_lost() -> None:
    """A number is shown as text."""
    assert read(chunk({"content": 4}), chunk(finish="stop")).text == "4"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_text"])
def test_thinking_comes_under_several_names(field: str) -> None:
    """Whatever the server calls it."""
    assert read(chunk({field: "Hm."}), chunk({"content": "Hi"}, "stop")).thinking == "Hm."


def test_thinking_sent_twice_is_taken_once() -> None:
    """Some send it under two names."""
    assert read(chunk({"reasoning": "Hm.", "reasoning_content": "Hm."}), chunk(finish="stop")).thinking == "Hm."


def test_reasoning_details_alone_are_thinking() -> None:
    """Where no plain field stands beside them."""
    detail = {"type": "reasoning.summary", "summary": "Hm."}
    message = read(chunk({"reasoning_details": [detail]}), chunk({"content": "Hi"}, "stop"))
    assert (message.thinking, message.extra["reasoning_details"]) == ("Hm.", [detail])


def test_thinking_and_text_in_one_delta_are_thinking_first() -> None:
    """The order in which they were made."""
    assert kinds(read(chunk({"content": "Hi", "reasoning": "Hm."}, "stop"))) == ["thinking", "text"]


def test_inline_think_tags_are_split_when_asked() -> None:
    """Otherwise they are text, as they came."""
    answer = chat(chunk({"content": "<think>Hm.</th"}), chunk({"content": "ink>Hi"}, "stop"))
    plain = message_of(decode(MODEL, answer))
    split = message_of(decode(MODEL, answer, think_tags=True))
    assert (plain.text, split.thinking, split.text) == ("<think>Hm.</think>Hi", "Hm.", "Hi")


# -- ends


FINISHES = {
    "stop": ("stop", None),
    "eos": ("stop", None),
    "end": ("stop", None),
    "length": ("length", None),
    "model_context_window_exceeded": ("length", None),
    "content_filter": ("error", "content_filter"),
    "sensitive": ("error", "content_filter"),
    "insufficient_system_resource": ("error", "overloaded"),
    "network_error": ("error", "server"),
    "error": ("error", "server"),
    "because": ("stop", None),
}


@pytest.mark.parametrize(("word", "outcome"), FINISHES.items(), ids=FINISHES.keys())
def test_finish_reasons_are_told_in_one_vocabulary(word: str, outcome: tuple[str, str | None]) -> None:
    """The server's own word is kept beside it; an unknown one is a stop when there is content."""
    message = read(chunk({"content": "Hi"}, word))
    kind = message.error.kind if message.error else None
    assert (message.stop_reason, kind, message.raw_stop_reason) == (*outcome, word)


def test_an_unknown_finish_without_content_is_an_error() -> None:
    """Nothing came, and nobody knows why."""
    message = read(chunk(finish="because"))
    assert (message.stop_reason, message.raw_stop_reason) == ("error", "because")


def test_an_empty_finish_reason_is_none() -> None:
    """`[DONE]` ends the answer then."""
    message = read(chunk({"content": "Hi"}, ""))
    assert (message.stop_reason, message.raw_stop_reason) == ("stop", None)


def test_no_done_after_the_finish_reason_is_fine() -> None:
    """The end of the bytes is the end; without usage it is marked partial."""
    message = read(chunk({"content": "Hi"}, "stop"), done=False)
    assert (message.stop_reason, message.usage.provenance) == ("stop", "partial")


def test_the_end_of_the_bytes_without_a_finish_is_no_success() -> None:
    """What came is kept."""
    message = read(chunk({"content": "Hi"}), done=False)
    assert (message.stop_reason, message.error and message.error.kind, message.text) == ("error", "truncated", "Hi")


# -- usage


COUNTS = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}


@pytest.mark.parametrize(
    "last",
    [
        {"choices": [], "usage": COUNTS},
        {"choices": [{"index": 0, "delta": {}, "usage": COUNTS}]},
        {"choices": [], "x_groq": {"id": "r", "usage": COUNTS}},
    ],
    ids=["beside the choices", "in the choice", "x_groq"],
)
def test_usage_is_read_wherever_it_stands(last: dict[str, Any]) -> None:
    """It may follow the finish reason."""
    message = read(chunk({"content": "Hi"}, "stop"), last)
    assert (message.usage.input, message.usage.output, message.usage.provenance) == (10, 4, "reported")


def test_usage_in_every_chunk_is_replaced_never_added() -> None:
    """The last count holds."""
    growing = [{**COUNTS, "completion_tokens": tokens} for tokens in (1, 2, 3)]
    message = read(*(chunk({"content": "x"}, usage=one) for one in growing), chunk(finish="stop"))
    assert (message.usage.input, message.usage.output) == (10, 3)


def test_cached_tokens_are_no_input() -> None:
    """Read and written ones are counted apart; reasoning is part of the output."""
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    used = read(chunk({"content": "Hi"}, "stop", usage=usage)).usage
    assert (used.input, used.cache_read, used.cache_write, used.output, used.reasoning) == (10, 60, 30, 9, 5)


@pytest.mark.parametrize("field", ["prompt_cache_hit_tokens", "cached_tokens"])
def test_cached_tokens_come_under_several_names(field: str) -> None:
    """Beside the prompt's tokens, not among their details."""
    used = read(chunk({"content": "Hi"}, "stop", usage={**COUNTS, field: 6})).usage
    assert (used.input, used.cache_read) == (4, 6)


def test_the_tier_that_served_is_kept() -> None:
    """It decides the price."""
    assert read(chunk({"content": "Hi"}, "stop", usage=COUNTS, service_tier="flex")).usage.service_tier == "flex"


# -- errors and what is no event


ERRORS: dict[str, tuple[bytes, str]] = {
    "an object": (b'data: {"error":{"message":"too busy","code":"overloaded_error"}}\n\n', "overloaded"),
    "a string": (b'data: {"error":"rate limit reached"}\n\n', "rate_limit"),
    "vLLM's": (b'data: {"object":"error","message":"context length exceeded","code":400}\n\n', "context_overflow"),
    "Groq's": (b'data: {"x_groq":{"error":{"code":"rate_limit_exceeded","message":"slow"}}}\n\n', "rate_limit"),
    "a bare line": (b'error: {"message":"too busy","code":"overloaded_error"}\n\n', "overloaded"),
    "a bare body": (b'{"error":{"message":"no such key","code":"invalid_api_key"}}', "authentication"),
}


@pytest.mark.parametrize(("line", "kind"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_inside_a_success_ends_the_answer(line: bytes, kind: str) -> None:
    """In any of its shapes; what came before is kept."""
    message = read(chunk({"content": "Hi"}), line, done=False)
    assert (message.stop_reason, message.error and message.error.kind, message.text) == ("error", kind, "Hi")


def test_an_error_after_the_finish_reason_wins() -> None:
    """The answer is read to its end before it is called done."""
    message = read(chunk({"content": "Hi"}, "stop"), ERRORS["an object"][0])
    assert message.stop_reason == "error"


@pytest.mark.parametrize("line", [b": OPENROUTER PROCESSING\n\n", b": keep-alive\n\n", b"\n", b": \n"])
def test_keep_alive_lines_are_no_events(line: bytes) -> None:
    """Comments and blank lines change nothing."""
    assert read(line, chunk({"content": "Hi"}), line, chunk(finish="stop")).text == "Hi"


def test_an_answer_that_is_no_stream_is_malformed() -> None:
    """An HTML page where events were expected, with a status of success."""
    events = decode(MODEL, b"<html><title>Sign in</title></html>", headers={"content-type": "text/html"})
    error = message_of(events).error
    assert error is not None
    assert (error.kind, "Sign in" in error.message) == ("malformed", True)


# -- beside the text


def test_a_refusal_ends_the_answer_as_filtered() -> None:
    """Its words are kept apart from text."""
    message = read(chunk({"refusal": "I can"}), chunk({"refusal": "not."}), chunk(finish="stop"))
    assert (kinds(message), message.error and message.error.kind) == (["refusal"], "content_filter")


def test_citations_become_sources_once_each() -> None:
    """From annotations, lists of search results, or lists of addresses."""
    url = {"type": "url_citation", "url_citation": {"url": "https://a.test", "title": "A"}}
    message = read(
        chunk({"content": "Hi", "annotations": [url]}),
        chunk(citations=["https://b.test", "https://a.test"]),
        chunk(search_results=[{"url": "https://c.test", "title": "C"}]),
        chunk(finish="stop"),
    )
    assert [(one.uri, one.title) for one in of_kind(message, Source)] == [
        ("https://a.test", "A"),
        ("https://b.test", None),
        ("https://c.test", "C"),
    ]


def test_a_content_filter_that_struck_is_told() -> None:
    """As a status: the first chunk's verdict on the prompt has no choices and no model."""
    verdict = {"hate": {"filtered": True, "severity": "high"}, "violence": {"filtered": False}}
    first = {"id": "", "model": "", "choices": [], "prompt_filter_results": [{"content_filter_results": verdict}]}
    events = decode(MODEL, chat(first, chunk({"content": "Hi"}, "stop")))
    told = [(event.status, event.data) for event in events if event.type == "status"]
    assert (told, message_of(events).response_model) == (
        [("content_filter", {"categories": ["hate"]})],
        "gpt-x-0501",
    )


def test_sound_is_kept_beside_the_message() -> None:
    """Its pieces are joined."""
    parts: list[Any] = [{"id": "a1", "data": "AA", "transcript": "He"}, {"id": "a1", "data": "BB", "transcript": "y"}]
    message = read(*(chunk({"audio": part}) for part in parts), chunk(finish="stop"))
    assert (message.extra["audio"], of_kind(message, Audio)) == ({"id": "a1", "data": "AABB", "transcript": "Hey"}, [])


def test_of_several_choices_the_first_is_read() -> None:
    """One stream is one message."""
    both = {"id": "x", "choices": [{"index": 0, "delta": {"content": "A"}}, {"index": 1, "delta": {"content": "B"}}]}
    assert read(both, chunk(finish="stop")).text == "A"


def test_the_first_id_and_model_are_kept() -> None:
    """Later chunks may repeat or empty them."""
    message = read(chunk({"content": "Hi"}), {**chunk(finish="stop"), "id": "other", "model": ""})
    assert (message.response_id, message.response_model) == ("chatcmpl-1", "gpt-x-0501")
