"""Responses streams written by hand: what each event and item becomes."""

from __future__ import annotations

from typing import Any

import pytest
from openai_wire import (
    RESPONSES,
    USAGE,
    added,
    call_events,
    call_item,
    compatible,
    completed,
    created,
    decode,
    delta,
    find,
    finished,
    kinds,
    message_item,
    message_of,
    of_kind,
    response,
    sse,
    text_events,
)

from headwater import (
    AssistantMessage,
    CodeExecution,
    Event,
    Image,
    Price,
    ProviderBlock,
    Source,
    Text,
    Thinking,
    ToolCall,
    dumps,
)

MODEL = find("openai/gpt-5.4", api=RESPONSES)


def events_of(*events: dict[str, Any], model: Any = MODEL, numbered: bool = True) -> list[Event]:
    """The events of a body of these."""
    return decode(model, sse(*events, numbered=numbered))


def read(*events: dict[str, Any], model: Any = MODEL) -> AssistantMessage:
    """What comes of a body of these events."""
    return message_of(events_of(*events, model=model))


def types(*events: dict[str, Any]) -> list[str]:
    """The names of the events of a body of these, but for the frame."""
    return [event.type for event in events_of(created(), *events, completed())][1:-2]


def statuses(*events: dict[str, Any]) -> list[str]:
    """The statuses that are told."""
    return [event.status for event in events_of(*events) if event.type == "status"]


# -- text


def test_text_comes_as_it_is_written() -> None:
    """With the answer's id and model, and its usage at the end."""
    events = events_of(created(), *text_events(0, "Hel", "lo"), completed())
    message = message_of(events)
    assert [event.type for event in events] == [
        "start",
        "text_start",
        "text_delta",
        "text_delta",
        "text_end",
        "usage",
        "done",
    ]
    assert (message.text, message.stop_reason, message.raw_stop_reason) == ("Hello", "stop", "completed")
    assert (message.response_id, message.response_model) == ("resp_1", "gpt-x-0501")


def test_the_finished_item_is_the_truth() -> None:
    """It adds what the deltas left out, and replaces what contradicts them."""
    more = read(created(), *text_events(0, "Hel")[:-1], finished(0, message_item("Hello")), completed())
    other = events_of(created(), *text_events(0, "Hi")[:-1], finished(0, message_item("Hello")), completed())
    ends = [event for event in other if event.type == "text_end"]
    assert (more.text, message_of(other).text, ends[0].replaced) == ("Hello", "Hello", True)


def test_a_message_that_comes_only_finished_is_read() -> None:
    """No announcement, no deltas."""
    assert read(created(), finished(0, message_item("Hello")), completed()).text == "Hello"


def test_an_answer_that_comes_only_whole_is_read() -> None:
    """Everything stands in the last event."""
    output = [message_item("Hello"), call_item('{"a":1}')]
    message = read(created(), completed(output=output))
    assert (message.text, [dict(call.arguments) for call in message.tool_calls]) == ("Hello", [{"a": 1}])


def test_parts_of_a_message_are_blocks_of_their_own() -> None:
    """Told apart by their place."""
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in ("A", "B")]
    deltas = [delta("output_text", 0, "A", content_index=0), delta("output_text", 0, "B", content_index=1)]
    message = read(created(), *deltas, finished(0, {**message_item(""), "content": parts}), completed())
    assert [block.text for block in of_kind(message, Text)] == ["A", "B"]


def test_the_items_id_and_phase_are_kept_for_the_way_back() -> None:
    """As mark and extra of the text."""
    block = of_kind(read(created(), *text_events(0, "Hi", phase="final_answer"), completed()), Text)[0]
    assert (block.signature, block.extra) == ("msg_1", {"phase": "final_answer"})


def test_a_refusal_ends_the_answer_as_filtered() -> None:
    """Its words are kept apart from text."""
    item = {**message_item(""), "content": [{"type": "refusal", "refusal": "I cannot."}]}
    deltas = [delta("refusal", 0, "I can", content_index=0), delta("refusal", 0, "not.", content_index=0)]
    message = read(created(), *deltas, finished(0, item), completed())
    assert (kinds(message), message.error and message.error.kind) == (["refusal"], "content_filter")


# -- thinking


REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAA"}


def _summary(*texts: str) -> list[dict[str, str]]:
    return [{"type": "summary_text", "text": text} for text in texts]


def _thought(*events: dict[str, Any]) -> Thinking:
    return of_kind(read(created(), *events, completed()), Thinking)[0]


def test_parts_of_a_summary_stand_apart() -> None:
    """A blank line between them, none at the end."""
    parts = [
        delta("reasoning_summary_text", 0, "Hm.", summary_index=0),
        delta("reasoning_summary_text", 0, "Well.", summary_index=1),
    ]
    events = events_of(
        created(),
        added(0, REASONING),
        *parts,
        finished(0, {**REASONING, "summary": _summary("Hm.", "Well.")}),
        completed(),
    )
    streamed = "".join(event.delta for event in events if event.type == "thinking_delta")
    block = of_kind(message_of(events), Thinking)[0]
    assert (streamed, block.text, block.signature) == ("Hm.\n\nWell.", "Hm.\n\nWell.", "gAAAA")


def test_reasoning_itself_is_thinking() -> None:
    """Servers of open models send it as text."""
    raw = {**REASONING, "encrypted_content": None, "content": [{"type": "reasoning_text", "text": "Hm."}]}
    block = _thought(added(0, raw), delta("reasoning_text", 0, "Hm.", content_index=0), finished(0, raw))
    assert (block.text, block.signature) == ("Hm.", None)


def test_hidden_thinking_is_a_block_without_text() -> None:
    """It opens at once, so that one sees the model thinks, and keeps its mark."""
    assert types(added(0, REASONING), finished(0, REASONING)) == ["thinking_start", "thinking_end"]
    assert _thought(finished(0, REASONING)).signature == "gAAAA"


def test_the_encrypted_form_may_come_with_the_last_event_only() -> None:
    """Some deployments send it there."""
    bare = {**REASONING, "encrypted_content": None}
    message = read(created(), added(0, bare), finished(0, bare), completed(output=[REASONING]))
    assert of_kind(message, Thinking)[0].signature == "gAAAA"


def test_the_encrypted_form_of_the_announcement_is_not_taken() -> None:
    """It can be a part of it only."""
    cut = {**REASONING, "encrypted_content": "gA"}
    assert _thought(added(0, cut), finished(0, REASONING)).signature == "gAAAA"


# -- calls


def test_arguments_stream_and_end_whole() -> None:
    """The call's id holds both of the wire's ids."""
    message = read(created(), *call_events(0, '{"a":', "1}"), completed())
    (call,) = message.tool_calls
    assert (call.id, call.name, dict(call.arguments), message.stop_reason) == (
        "call_1|fc_1",
        "add",
        {"a": 1},
        "toolUse",
    )


def test_a_call_may_come_whole_when_it_is_announced() -> None:
    """Without deltas."""
    item = call_item('{"a":1}')
    message = read(created(), added(0, item), finished(0, item), completed())
    assert [dict(call.arguments) for call in message.tool_calls] == [{"a": 1}]


def test_the_finished_call_adds_what_the_deltas_left_out() -> None:
    """As one more delta."""
    events = [*call_events(0, '{"a":')[:-1], finished(0, call_item('{"a":1}'))]
    deltas = [event.delta for event in events_of(created(), *events, completed()) if event.type == "toolcall_delta"]
    assert deltas == ['{"a":', "1}"]


def test_interleaved_calls_are_kept_apart_by_their_place() -> None:
    """Also when the server changes their ids on the way."""
    first, second = call_events(0, '{"a":1}'), call_events(1, '{"a":2}', id="fc_2", call_id="call_2")
    mixed = [one for pair in zip(first, second, strict=True) for one in pair]
    mixed[-1] = finished(1, call_item('{"a":2}', id="fc_other", call_id="call_2"))
    message = read(created(), *mixed, completed())
    assert [(call.id, dict(call.arguments)) for call in message.tool_calls] == [
        ("call_1|fc_1", {"a": 1}),
        ("call_2|fc_2", {"a": 2}),
    ]


def test_parallel_calls_with_one_id_are_kept_apart() -> None:
    """Their items' ids differ."""
    events = [*call_events(0, '{"a":1}', id="fc_1"), *call_events(1, '{"a":2}', id="fc_2")]
    message = read(created(), *events, completed())
    assert [call.id for call in message.tool_calls] == ["call_1|fc_1", "call_1|fc_2"]


def test_items_without_a_place_are_told_apart_by_their_ids() -> None:
    """Some servers leave the place out."""
    item = call_item('{"a":1}')
    events = [
        added(None, {**item, "arguments": ""}),
        delta("function_call_arguments", None, '{"a":1}', item_id="fc_1"),
        finished(None, item),
        *[added(None, message_item("")), delta("output_text", None, "Hi"), finished(None, message_item("Hi"))],
    ]
    message = read(created(), *events, completed())
    assert (message.text, [dict(call.arguments) for call in message.tool_calls]) == ("Hi", [{"a": 1}])


def test_a_call_that_was_never_finished_is_not_run() -> None:
    """An answer that claims to be complete is an error then, though its arguments look whole."""
    message = read(created(), *call_events(0, '{"a":1}')[:-1], completed())
    assert (message.stop_reason, message.error and message.error.kind, message.tool_calls) == ("error", "malformed", [])


def test_the_last_event_finishes_a_call() -> None:
    """Where its own end was lost."""
    message = read(created(), *call_events(0, '{"a":1}')[:-1], completed(output=[call_item('{"a":1}')]))
    assert [dict(call.arguments) for call in message.tool_calls] == [{"a": 1}]


def test_a_call_that_was_cut_is_marked_and_not_run() -> None:
    """The answer ran out of room in the middle of it."""
    cut = {**call_item('{"a":'), "status": "incomplete"}
    last = response("incomplete", incomplete_details={"reason": "max_output_tokens"})
    message = read(
        created(), *call_events(0, '{"a":')[:-1], finished(0, cut), {"type": "response.incomplete", "response": last}
    )
    (call,) = of_kind(message, ToolCall)
    assert (message.stop_reason, message.tool_calls, call.incomplete, call.raw_arguments) == (
        "length",
        [],
        True,
        '{"a":',
    )


def test_free_text_of_a_custom_tool_streams_as_an_argument() -> None:
    """Its input is no JSON; the arguments are, at every moment."""
    item = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "sql", "input": ""}
    events = [
        added(0, item),
        delta("custom_tool_call_input", 0, 'SELECT "'),
        delta("custom_tool_call_input", 0, 'a"\n'),
        finished(0, {**item, "input": 'SELECT "a"\n'}),
    ]
    seen = events_of(created(), *events, completed())
    deltas = "".join(event.delta for event in seen if event.type == "toolcall_delta")
    assert (deltas, dict(message_of(seen).tool_calls[0].arguments)) == (
        dumps({"input": 'SELECT "a"\n'}).decode(),
        {"input": 'SELECT "a"\n'},
    )


def test_free_text_that_was_cut_is_not_run() -> None:
    """Only the item's status shows it."""
    item = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "sql"}
    cut = {**item, "input": "DELETE FROM a", "status": "incomplete"}
    last = {"type": "response.incomplete", "response": response("incomplete")}
    message = read(
        created(), added(0, item), delta("custom_tool_call_input", 0, "DELETE FROM a"), finished(0, cut), last
    )
    assert (message.stop_reason, message.tool_calls) == ("length", [])


def test_custom_calls_the_provider_runs_are_its_own_blocks() -> None:
    """Told by the beginnings of their names."""
    item = {"type": "custom_tool_call", "id": "c1", "call_id": "call_1", "name": "x_keyword_search", "input": "{}"}
    model = compatible(RESPONSES, server_calls=["x_"])
    message = read(created(), added(0, item), finished(0, item), completed(), model=model)
    assert (kinds(message), message.tool_calls) == (["custom_tool_call"], [])


# -- built-in tools


def _tool(kind: str, *states: str, **final: Any) -> list[dict[str, Any]]:
    item = {"type": kind, "id": "x_1", "status": "in_progress"}
    told = [{"type": f"response.{kind}.{state}", "output_index": 0, "item_id": "x_1"} for state in states]
    return [added(0, item), *told, finished(0, {**item, "status": "completed", **final})]


def test_a_search_tells_what_it_does_and_found() -> None:
    """Its item is kept; its sources are told once each, those cited in the text included."""
    action = {"type": "search", "query": "cats", "sources": [{"type": "url", "url": "https://a.test"}, {"type": "api"}]}
    cited = {"type": "url_citation", "url": "https://b.test", "title": "B", "start_index": 0, "end_index": 2}
    again = {**cited, "url": "https://a.test"}
    events = [
        *_tool("web_search_call", "in_progress", "searching", "completed", action=action),
        {"type": "response.output_text.annotation.added", "output_index": 1, "content_index": 0, "annotation": cited},
        *text_events(1, "Hi", annotations=[cited, again]),
    ]
    message = read(created(), *events, completed())
    assert statuses(created(), *events, completed()) == [
        "web_search.in_progress",
        "web_search.searching",
        "web_search.completed",
    ]
    assert [(one.uri, one.title) for one in of_kind(message, Source)] == [
        ("https://a.test", None),
        ("https://b.test", "B"),
    ]
    assert of_kind(message, ProviderBlock)[0].raw["action"] == action
    assert of_kind(message, Text)[0].extra["annotations"] == [cited, again]


def test_a_file_search_tells_its_passages() -> None:
    """Each with its file, its words and its score."""
    results = [{"file_id": "file-1", "filename": "a.pdf", "text": "Cats.", "score": 0.9}]
    message = read(created(), *_tool("file_search_call", results=results, queries=["cats"]), completed())
    assert of_kind(message, Source) == [Source("file-1", "a.pdf", "Cats.", "file", {"score": 0.9})]


def test_a_cited_file_is_a_source() -> None:
    """By its id."""
    cited = {"type": "file_citation", "file_id": "file-1", "filename": "a.pdf", "index": 3}
    message = read(created(), *text_events(0, "Hi", annotations=[cited]), completed())
    assert of_kind(message, Source) == [Source("file-1", "a.pdf", None, "file", {"index": 3})]


def test_executed_code_is_told_when_it_is_known_and_when_it_ran() -> None:
    """Its code streams as the input of the provider's block."""
    final = {
        "code": "1+1",
        "outputs": [{"type": "logs", "logs": "2"}, {"type": "image", "url": "https://a.test/p.png"}],
    }
    tool = _tool("code_interpreter_call", **final)
    events = [
        tool[0],
        delta("code_interpreter_call_code", 0, "1+"),
        delta("code_interpreter_call_code", 0, "1"),
        {"type": "response.code_interpreter_call_code.done", "output_index": 0, "code": "1+1"},
        tool[1],
    ]
    seen = events_of(created(), *events, completed())
    executions = [event.execution for event in seen if event.type == "code_execution"]
    assert "".join(event.delta for event in seen if event.type == "block_delta") == "1+1"
    assert [(one.code, one.output, one.success) for one in executions] == [("1+1", None, None), ("1+1", "2", True)]
    assert of_kind(message_of(seen), Image) == [Image(url="https://a.test/p.png")]


def test_code_that_failed_is_told_as_such() -> None:
    """Its item says so."""
    tool = _tool("code_interpreter_call", code="1/0", outputs=None)
    tool[1]["item"]["status"] = "failed"
    execution = of_kind(read(created(), *tool, completed()), CodeExecution)[0]
    assert (execution.code, execution.output, execution.success) == ("1/0", None, False)


def test_commands_in_the_providers_container_are_executed_code() -> None:
    """Their output comes as an item of its own."""
    call = {
        "type": "shell_call",
        "id": "sh_1",
        "call_id": "call_1",
        "environment": {"type": "container_reference", "container_id": "c"},
        "action": {"commands": ["ls", "pwd"]},
    }
    output = {
        "type": "shell_call_output",
        "id": "sho_1",
        "call_id": "call_1",
        "output": [{"stdout": "a\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
    }
    message = read(created(), added(0, call), finished(0, call), finished(1, output), completed())
    execution = of_kind(message, CodeExecution)[0]
    assert (kinds(message), message.tool_calls) == (["shell_call", "codeExecution", "shell_call_output"], [])
    assert (execution.code, execution.language, execution.output, execution.success) == ("ls\npwd", "bash", "a\n", True)


def test_an_image_is_told_in_its_stages() -> None:
    """Previews on the way, the picture at the end."""
    tool = _tool("image_generation_call", "in_progress", "generating", result="QUJD", output_format="webp")
    preview = {
        "type": "response.image_generation_call.partial_image",
        "output_index": 0,
        "partial_image_index": 0,
        "partial_image_b64": "QQ==",
        "output_format": "webp",
    }
    seen = events_of(created(), *tool[:-1], preview, tool[-1], completed())
    told = [(event.stage, event.image and event.image.data) for event in seen if event.type == "image"]
    assert told == [("start", None), ("progress", "QQ=="), ("complete", "QUJD")]
    assert of_kind(message_of(seen), Image) == [Image("QUJD", "image/webp")]


def test_an_image_that_failed_is_told_as_such() -> None:
    """With the provider's words."""
    tool = _tool("image_generation_call", result=None, error={"message": "too rude"})
    told = [(event.stage, event.message) for event in events_of(created(), *tool, completed()) if event.type == "image"]
    assert told[-1] == ("error", "too rude")


def test_a_servers_tool_keeps_its_arguments_and_result() -> None:
    """A call over MCP is the provider's own block, whole at its end."""
    final = {"name": "ask", "server_label": "wiki", "arguments": '{"q":1}', "output": "42", "error": None}
    tool = _tool("mcp_call", "in_progress", "completed", **final)
    events = [tool[0], delta("mcp_call_arguments", 0, '{"q":1}'), *tool[1:]]
    message = read(created(), *events, completed())
    block = of_kind(message, ProviderBlock)[0]
    assert (block.name, block.id, block.raw["output"], block.raw["arguments"]) == ("mcp_call", "x_1", "42", '{"q":1}')
    assert statuses(created(), *events, completed()) == ["mcp.in_progress", "mcp.completed"]


def test_an_item_of_an_unknown_kind_is_kept_as_it_came() -> None:
    """It may have to go back."""
    item = {"type": "tea_call", "id": "t_1", "leaves": 3}
    message = read(created(), added(0, {"type": "tea_call", "id": "t_1"}), finished(0, item), completed())
    assert of_kind(message, ProviderBlock) == [ProviderBlock("tea_call", item, "t_1")]


def test_unknown_events_are_let_pass() -> None:
    """Also where they look nearly known."""
    unknown = [
        {"type": "keepalive"},
        {"type": "response.tea_call.steeping", "item_id": "t_1"},
        {"type": "response.tea.delta", "delta": {"leaves": 3}},
        {"type": "response.output_item.added"},
        {"type": "response.output_text.delta"},
        {},
    ]
    body = sse(created(), *text_events(0, "Hi"))
    lines = b"".join(b"data: " + dumps(one) + b"\n\n" for one in unknown)
    message = message_of(decode(MODEL, body + lines + sse(completed()) + b"data: [DONE]\n\n"))
    assert (message.text, message.stop_reason) == ("Hi", "stop")


# -- the answer as a whole


def test_what_the_answer_waits_for_is_a_status() -> None:
    """Each told once."""
    waiting = [
        {"type": f"response.{status}", "response": response(status, usage=None)}
        for status in ("queued", "in_progress", "in_progress")
    ]
    assert statuses(created(), *waiting, *text_events(0, "Hi"), completed()) == ["queued", "in_progress"]


def test_fields_of_usage_that_an_endpoint_is_known_for_are_kept() -> None:
    """Those its flag names, and no others."""
    model = compatible(RESPONSES, usage_details=("price", "searches"))
    message = read(created(), completed(usage={**USAGE, "price": 7, "cost": 9}), model=model)
    assert message.extra["usage_details"] == {"price": 7}


def test_usage_counts_what_was_cached_apart() -> None:
    """Reasoning is part of the output."""
    used = read(created(), *text_events(0, "Hi"), completed()).usage
    assert (used.input, used.cache_read, used.cache_write, used.output, used.reasoning, used.total_tokens) == (
        260,
        512,
        128,
        70,
        40,
        970,
    )


def test_cached_tokens_that_exceed_the_input_were_counted_apart() -> None:
    """Some endpoints do."""
    counts = {**USAGE, "input_tokens": 7, "input_tokens_details": {"cached_tokens": 161}}
    used = read(created(), *text_events(0, "Hi"), completed(usage=counts)).usage
    assert (used.input, used.cache_read) == (7, 161)


@pytest.mark.parametrize(("tier", "factor"), [("flex", 0.5), ("priority", 2.0), ("default", 1.0)])
def test_the_tier_that_served_decides_the_price(tier: str, factor: float) -> None:
    """Not the one that was asked for."""
    price = Price(1.0, 10.0, 0.1, service_tiers={"flex": 0.5, "priority": 2.0})
    model = find("openai/gpt-5.4", api=RESPONSES, price=price)
    used = read(created(), *text_events(0, "Hi"), completed(service_tier=tier), model=model).usage
    plain = (260 * 1.0 + 512 * 0.1 + 128 * 1.0 + 70 * 10.0) / 1_000_000
    assert (used.service_tier, used.cost and round(used.cost.total, 12)) == (tier, round(plain * factor, 12))


INCOMPLETE = {
    "max_output_tokens": ("length", None),
    "max_messages": ("length", None),
    "content_filter": ("error", "content_filter"),
    "steered": ("error", "unknown"),
}


@pytest.mark.parametrize(("reason", "outcome"), INCOMPLETE.items(), ids=INCOMPLETE.keys())
def test_why_an_answer_is_incomplete(reason: str, outcome: tuple[str, str | None]) -> None:
    """The provider's word is kept."""
    last = {"type": "response.incomplete", "response": response("incomplete", incomplete_details={"reason": reason})}
    message = read(created(), *text_events(0, "Hi"), last)
    kind = message.error.kind if message.error else None
    assert (message.stop_reason, kind, message.raw_stop_reason) == (*outcome, reason)


FAILED = {
    "server_error": "server",
    "rate_limit_exceeded": "rate_limit",
    "invalid_prompt": "content_filter",
    "bio_policy": "content_filter",
    "vector_store_timeout": "timeout",
    "server_is_overloaded": "overloaded",
    "insufficient_quota": "quota",
    "image_too_large": "invalid_request",
}


@pytest.mark.parametrize(("code", "kind"), FAILED.items(), ids=FAILED.keys())
def test_a_failed_answer_is_an_error_of_its_kind(code: str, kind: str) -> None:
    """Its usage and what came of it are kept."""
    error = {"code": code, "message": "It did not work."}
    last = {"type": "response.failed", "response": response("failed", error=error)}
    message = read(created(), *text_events(0, "Hi"), last)
    assert (message.stop_reason, message.error and message.error.kind, message.text, message.usage.output) == (
        "error",
        kind,
        "Hi",
        70,
    )


def test_an_answer_that_was_cancelled_is_aborted() -> None:
    """By somebody else, over there."""
    message = read(created(), {"type": "response.cancelled", "response": response("cancelled")})
    assert message.stop_reason == "aborted"


def test_another_word_for_the_end_is_understood() -> None:
    """Some backends say `response.done` and nothing of the output."""
    message = read(created(), *text_events(0, "Hi"), {"type": "response.done", "response": response("completed")})
    assert (message.text, message.stop_reason) == ("Hi", "stop")


ERRORS: dict[str, dict[str, Any]] = {
    "flat": {"type": "error", "code": "server_is_overloaded", "message": "Too busy.", "param": None},
    "nested": {"type": "error", "error": {"code": "server_is_overloaded", "message": "Too busy."}},
    "without a type": {"error": {"code": "server_is_overloaded", "message": "Too busy."}},
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("before", [0, 1, 3], ids=["first", "after the beginning", "in the middle"])
def test_an_error_event_ends_the_answer(error: dict[str, Any], before: int) -> None:
    """Wherever it comes; what came before is kept."""
    good = [created(), *text_events(0, "Hi")][:before]
    body = sse(*good) + b"data: " + dumps(error) + b"\n\n"
    message = message_of(decode(MODEL, body))
    assert (message.error and message.error.kind, message.text) == ("overloaded", "Hi" if before == 3 else "")


def test_the_end_of_the_bytes_without_a_last_event_is_no_success() -> None:
    """However whole the answer looks."""
    message = read(created(), *text_events(0, "Hi"))
    assert (message.error and message.error.kind, message.text) == ("truncated", "Hi")


def test_a_filter_that_blocked_is_told() -> None:
    """Azure says so on the response."""
    verdict = {"blocked": True, "source_type": "completion", "content_filter_results": {"hate": {"filtered": True}}}
    seen = events_of(created(), *text_events(0, "Hi"), completed(content_filters=[verdict]))
    told = [(event.status, event.data["source_type"]) for event in seen if event.type == "status"]
    assert told == [("content_filter", "completion")]


def test_the_event_line_stands_in_for_a_missing_type() -> None:
    """Both say the same where both are there."""
    body = sse(created(), *text_events(0, "Hi"), completed()).replace(b'"type": "response.', b'"kind": "response.')
    message = message_of(decode(MODEL, body))
    assert (message.text, message.stop_reason) == ("Hi", "stop")


def test_fields_of_types_nobody_expects_do_not_break_the_answer() -> None:
    """They are used where they can be, else left out."""
    odd = [
        {"type": "response.output_text.delta", "output_index": "0", "content_index": None, "delta": 4},
        {"type": "response.output_item.done", "output_index": 1, "item": {"type": "message", "content": "plain"}},
        {"type": "response.output_item.done", "output_index": 2, "item": {"type": "web_search_call", "action": "?"}},
        {"type": "response.output_item.done", "output_index": 3, "item": {"type": "reasoning", "summary": "?"}},
    ]
    message = read(created(), *odd, completed(output=None, usage=None))
    assert (message.text, message.stop_reason) == ("4plain", "stop")
