"""What xAI's answers hold beyond those of OpenAI, over both protocols."""

from __future__ import annotations

import json
from typing import Any

import pytest
from xai_wire import CHAT, USAGE, answer, choice, chunks, decode, find, item, message_of, names, of_kind, said, sse

from headwater import CodeExecuted, CodeExecution, Image, ImageGenerated, ProviderBlock, Source, Status, Text, ToolCall

MODEL = find()
LINK = {"type": "url_citation", "url": "https://x.com/i/status/1", "title": "1", "start_index": 2, "end_index": 9}


def state(tool: str, name: str) -> dict[str, Any]:
    """An event that says what a tool is doing."""
    return {"type": f"response.{tool}_call.{name}"}


# -- searches


def test_a_search_of_x_that_comes_as_a_custom_call_is_xais_to_run() -> None:
    """Its block holds the query, its sources are the citations of the text; there is nothing to run."""
    query = '{"query":"launch","limit":10}'
    piece = {"type": "response.custom_tool_call_input.delta", "delta": query}
    search = item(0, "custom_tool_call", piece, name="x_keyword_search", call_id="xs_1", input=query)
    events = decode(MODEL, answer(*search, *said(1, "They [[1]] said so.", LINK)))
    message = message_of(events)
    block = of_kind(message, ProviderBlock)[0]
    assert (names(message), message.stop_reason, message.tool_calls) == (
        ["custom_tool_call", "text", "source"],
        "stop",
        [],
    )
    assert (block.raw["name"], block.raw["input"]) == ("x_keyword_search", query)
    assert [source.uri for source in of_kind(message, Source)] == ["https://x.com/i/status/1"]


@pytest.mark.parametrize("tool", ["web_search", "x_search"])
def test_a_search_tells_its_state_and_what_it_found(tool: str) -> None:
    """Each state is a status; pages in the finished item are sources."""
    action = {"type": "search", "query": "launch", "sources": [{"type": "url", "url": "https://a.test"}]}
    between = [state(tool, name) for name in ("in_progress", "searching", "completed")]
    events = decode(MODEL, answer(*item(0, f"{tool}_call", *between, action=action), *said(1, "So.")))
    message = message_of(events)
    assert [event.status for event in events if isinstance(event, Status)] == [
        f"{tool}.in_progress",
        f"{tool}.searching",
        f"{tool}.completed",
    ]
    assert ([source.uri for source in of_kind(message, Source)], names(message)[0]) == (
        ["https://a.test"],
        f"{tool}_call",
    )


def test_a_source_that_is_cited_twice_is_told_once() -> None:
    """The text keeps every citation."""
    message = message_of(decode(MODEL, answer(*said(0, "One and two.", LINK, {**LINK, "start_index": 11}))))
    assert (len(of_kind(message, Source)), len(of_kind(message, Text)[0].extra["annotations"])) == (1, 2)


# -- code and images


CODES: dict[str, dict[str, Any]] = {
    "fields": {"code": "print(17*19)", "outputs": [{"type": "logs", "logs": "323\n"}]},
    "arguments": {"arguments": json.dumps({"code": "print(17*19)"}), "outputs": [{"type": "logs", "logs": "323\n"}]},
}


@pytest.mark.parametrize("tool", ["code_interpreter", "code_execution"])
@pytest.mark.parametrize("given", CODES)
def test_code_that_xai_ran_is_told_with_its_output(tool: str, given: str) -> None:
    """Under both names of the tool, with the code in a field or in arguments."""
    between = [state(tool, name) for name in ("in_progress", "executing", "completed")]
    events = decode(MODEL, answer(*item(0, f"{tool}_call", *between, **CODES[given]), *said(1, "323")))
    run = [event.execution for event in events if isinstance(event, CodeExecuted)][-1]
    assert run == CodeExecution("print(17*19)", output="323\n", success=True, id="i0")
    assert [event.status for event in events if isinstance(event, Status)] == [
        f"{tool}.in_progress",
        f"{tool}.executing",
        f"{tool}.completed",
    ]


def test_an_image_is_announced_and_comes_whole() -> None:
    """As two events of one block."""
    made = item(0, "image_generation_call", state("image_generation", "generating"), result="QUJD", prompt="A boat")
    events = decode(MODEL, answer(*made, *said(1, "Here it is.")))
    told = [event for event in events if isinstance(event, ImageGenerated)]
    assert [(event.stage, event.image and event.image.data) for event in told] == [
        ("start", None),
        ("complete", "QUJD"),
    ]
    assert of_kind(message_of(events), Image) == [Image("QUJD", "image/png")]


def test_what_a_remote_server_says_is_kept_with_its_call() -> None:
    """Events that stream it are let pass; the finished item holds all of it."""
    streamed = [
        {"type": "response.mcp_call_arguments.delta", "delta": "{}"},
        {"type": "response.mcp_call_output.delta", "delta": "fi"},
        {"type": "response.mcp_call_output.done", "output": "fine"},
    ]
    message = message_of(decode(MODEL, answer(*item(0, "mcp_call", *streamed, name="ask", output="fine"))))
    assert of_kind(message, ProviderBlock)[0].raw["output"] == "fine"


# -- endings


def test_response_done_ends_an_answer() -> None:
    """Where it comes in place of `response.completed`."""
    body = sse(
        *said(0, "Hi"), {"type": "response.done", "response": {"id": "r1", "status": "completed", "usage": USAGE}}
    )
    message = message_of(decode(MODEL, body))
    assert (message.stop_reason, message.text, message.usage.output) == ("stop", "Hi", 70)


@pytest.mark.parametrize("last", [{}, {"response": {"id": "r1", "status": "completed"}}])
def test_response_done_after_the_ending_changes_nothing(last: dict[str, Any]) -> None:
    """An answer that was cut by its length stays so."""
    cut = {"id": "r1", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "usage": USAGE}
    body = sse(*said(0, "Hi"), {"type": "response.incomplete", "response": cut}, {"type": "response.done", **last})
    message = message_of(decode(MODEL, body))
    assert (message.stop_reason, message.raw_stop_reason) == ("length", "max_output_tokens")


# -- usage


def test_what_xai_counts_beside_tokens_is_kept() -> None:
    """Its price among it, in ten-thousand-millionths of a dollar."""
    counted = {**USAGE, "cost_in_usd_ticks": 15980000, "num_server_side_tools_used": 2, "context_details": {"a": 1}}
    message = message_of(decode(MODEL, answer(*said(0, "Hi"), usage=counted)))
    assert message.extra["usage_details"] == {"cost_in_usd_ticks": 15980000, "num_server_side_tools_used": 2}
    assert message.usage.reported_cost == pytest.approx(0.001598)


@pytest.mark.parametrize(("cached", "input"), [(50, 40), (90, 0), (120, 90)])
def test_cached_tokens_may_be_counted_apart(cached: int, input: int) -> None:
    """More cached tokens than there are at all cannot be among them."""
    usage = {**USAGE, "input_tokens_details": {"cached_tokens": cached}}
    got = message_of(decode(MODEL, answer(*said(0, "Hi"), usage=usage))).usage
    assert (got.input, got.cache_read, got.output, got.reasoning) == (input, cached, 70, 40)


COUNTED = {
    "prompt_tokens": 12,
    "completion_tokens": 1,
    "prompt_tokens_details": {"cached_tokens": 11},
    "completion_tokens_details": {"reasoning_tokens": 290},
}


@pytest.mark.parametrize(("total", "output"), [(303, 291), (13, 1)])
def test_chat_counts_reasoning_beside_the_output(total: int, output: int) -> None:
    """Where the total says so; output includes it for us in any case."""
    usage = {**COUNTED, "total_tokens": total, "cost_in_usd_ticks": 7}
    message = message_of(decode(find(api=CHAT), chunks(choice(content="Hi"), choice("stop"), {"usage": usage})))
    got = message.usage
    assert (got.input, got.cache_read, got.output, got.reasoning, got.total_tokens) == (1, 11, output, 290, total)
    assert message.extra["usage_details"] == {"cost_in_usd_ticks": 7}


def test_an_empty_finish_reason_ends_nothing() -> None:
    """Older chunks carry one; the last word counts, and a call that comes in one piece is whole."""
    called = {"index": 0, "id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
    message = message_of(decode(find(api=CHAT), chunks(choice("", tool_calls=[called]), choice("tool_calls"))))
    assert (message.content, message.stop_reason) == ((ToolCall("c1", "add", {"a": 1}),), "toolUse")


# -- errors


REFUSED: list[tuple[int, dict[str, Any], str]] = [
    (400, {"code": "invalid-argument", "error": "Incorrect API key provided."}, "authentication"),
    (403, {"code": "unauthenticated:bad-credentials", "error": "The token could not be validated."}, "authentication"),
    (403, {"code": "permission-denied", "error": "Access to the chat endpoint is denied."}, "permission"),
    (403, {"code": "permission-denied", "error": "The team has no credits or licenses yet."}, "quota"),
    (
        429,
        {"code": "Some resource has been exhausted", "error": "The team has used all available credits."},
        "quota",
    ),
    (429, {"code": "resource-exhausted", "error": "Requests per Minute (actual/limit): 61/60."}, "rate_limit"),
    (400, {"error": {"message": "This model's maximum prompt length is 131072"}}, "context_overflow"),
    (404, {"code": "not-found", "error": "The model grok-0 does not exist"}, "model_not_found"),
    (503, {"code": "unavailable", "error": "The service is currently unavailable"}, "overloaded"),
]


@pytest.mark.parametrize("api", ["openai-responses", CHAT])
@pytest.mark.parametrize(("status", "body", "kind"), REFUSED)
def test_both_shapes_of_errors_are_understood(status: int, body: dict[str, Any], kind: str, api: str) -> None:
    """An object under `error`, or a code beside words."""
    model, text = find(api=api), json.dumps(body).encode()
    message = message_of(list(_refused(model, text, status)))
    assert message.error is not None
    assert (message.error.kind, message.error.status) == (kind, status)


def _refused(model: Any, body: bytes, status: int) -> Any:
    from xai_wire import make_hub

    return make_hub().decode(model, body, status=status)


@pytest.mark.parametrize("api", ["openai-responses", CHAT])
def test_a_flat_error_inside_an_answer_ends_it(api: str) -> None:
    """With what came before it kept."""
    last = {"code": "resource-exhausted", "error": "Too many requests for this team."}
    body = chunks(choice(content="Hi"), last) if api == CHAT else sse(*said(0, "Hi"), last)
    message = message_of(decode(find(api=api), body))
    assert message.error is not None
    assert (message.text, message.error.kind, message.error.retryable) == ("Hi", "rate_limit", True)
