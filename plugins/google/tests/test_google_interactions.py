"""The Interactions API: steps that interleave, whole objects of the provider's own, and bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google_requests import FOREIGN, HISTORY, LIST, NOW, PDF, PNG, SCHEMA, SEEN, WAV, answer, result
from google_types import step_problems
from google_wire import HUB, INTERACTIONS, OTHER_SIGNATURE, SIGNATURE, ask, decode, final, named_sse, notes

from headwater import (
    AssistantMessage,
    CodeExecution,
    Image,
    ProviderBlock,
    RequestError,
    Source,
    Status,
    Text,
    Thinking,
    ToolCall,
    UserMessage,
    from_dict,
    to_dict,
)

# -- answers

CREATED = {"event_type": "interaction.created", "interaction": {"id": "i1", "model": "m", "status": "in_progress"}}


def start(index: int, **step: Any) -> dict[str, Any]:
    """A step that begins."""
    return {"event_type": "step.start", "index": index, "step": step}


def delta(index: int, **fields: Any) -> dict[str, Any]:
    """More of a step."""
    return {"event_type": "step.delta", "index": index, "delta": fields}


def stop(index: int) -> dict[str, Any]:
    """A step that is over."""
    return {"event_type": "step.stop", "index": index}


def completed(status: str = "completed", **fields: Any) -> dict[str, Any]:
    """The end of an interaction."""
    return {"event_type": "interaction.completed", "interaction": {"status": status, **fields}}


def read(*events: dict[str, Any]) -> AssistantMessage:
    """The message an interaction ends in."""
    return final(decode(named_sse([CREATED, *events]), INTERACTIONS))


def test_steps_may_interleave() -> None:
    """Each grows at its own index, and arguments stream as text."""
    message = read(
        start(0, type="thought"),
        start(1, type="function_call", id="f1", name="add", arguments={}),
        delta(0, type="thought_summary", content={"type": "text", "text": "Hm"}),
        delta(1, type="arguments_delta", arguments='{"x":'),
        delta(0, type="thought_summary", content={"type": "text", "text": "m."}),
        delta(0, type="thought_signature", signature=SIGNATURE),
        delta(1, type="arguments_delta", arguments="1}"),
        stop(0),
        stop(1),
        completed("requires_action"),
    )
    assert list(message.content) == [Thinking("Hmm.", SIGNATURE), ToolCall("f1", "add", {"x": 1})]
    assert (message.stop_reason, message.raw_stop_reason) == ("toolUse", "requires_action")


def test_a_call_may_come_whole() -> None:
    """Its arguments stand in the step, or it has none."""
    message = read(
        start(0, type="function_call", id="a", name="f", arguments={"x": 1}),
        stop(0),
        start(1, type="function_call", id="b", name="g"),
        stop(1),
        completed(),
    )
    assert [(call.id, call.arguments) for call in message.tool_calls] == [("a", {"x": 1}), ("b", {})]
    assert message.stop_reason == "toolUse"


def test_text_and_images_of_one_output() -> None:
    """An image stands between the texts before and after it; other media are kept as they came."""
    message = read(
        start(0, type="model_output"),
        delta(0, type="text", text="Here:"),
        delta(0, type="image", data=PNG, mime_type="image/png"),
        delta(0, type="text", text="And"),
        delta(0, type="audio", data=WAV, mime_type="audio/wav"),
        stop(0),
        completed(),
    )
    sound = {"type": "audio", "data": WAV, "mime_type": "audio/wav"}
    assert list(message.content) == [
        Text("Here:"),
        Image(PNG, "image/png"),
        Text("And"),
        ProviderBlock("audio", sound),
    ]


def test_content_may_stand_in_the_step() -> None:
    """Whole thoughts and outputs, as a stream that is taken up again begins."""
    message = read(
        start(0, type="thought", signature=SIGNATURE, summary=[{"type": "text", "text": "Hm."}]),
        start(1, type="model_output", content=[{"type": "text", "text": "Yes"}, {"type": "image", "uri": "gs://a/b"}]),
        delta(2, type="text", text="No start."),
        completed(),
    )
    assert list(message.content) == [
        Thinking("Hm.", SIGNATURE),
        Text("Yes"),
        Image(url="gs://a/b"),
        Text("No start."),
    ]


def test_annotations_are_sources() -> None:
    """Pages, files and places."""
    annotations = [
        {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 3},
        {"type": "file_citation", "file_name": "paper.pdf", "document_uri": "files/1"},
        {"type": "place_citation", "name": "Here", "url": "https://maps.example"},
        {"type": "word_info", "word": "x"},
    ]
    message = read(
        start(0, type="model_output"),
        delta(0, type="text", text="Yes"),
        delta(0, type="text_annotation_delta", annotations=annotations),
        completed(),
    )
    assert list(message.content)[1:] == [
        Source("https://a.example", "A", None, "web", {"start_index": 0, "end_index": 3}),
        Source("files/1", "paper.pdf", None, "document"),
        Source("https://maps.example", "Here", None, "place"),
    ]


def test_code_and_its_result_are_one_execution() -> None:
    """Kept as the steps they were, so that they can go back."""
    code = {"type": "code_execution_call", "id": "c", "arguments": {"code": "go()", "language": "python"}}
    came = {"type": "code_execution_result", "call_id": "c", "result": "oops", "is_error": True, "signature": SIGNATURE}
    message = read(
        start(0, type="code_execution_call", id="c"),
        delta(0, **code),
        stop(0),
        start(1, type="code_execution_result", call_id="c", signature=SIGNATURE),
        delta(1, type="code_execution_result", result="oops", is_error=True),
        stop(1),
        completed(),
    )
    (execution,) = message.content
    assert execution == CodeExecution("go()", "python", "oops", False, "oops", "c", {"steps": [code, came]})


def test_steps_of_the_providers_own_are_kept() -> None:
    """With what their deltas added."""
    message = read(
        start(0, type="google_search_call", id="s", signature=SIGNATURE),
        delta(0, type="google_search_call", arguments={"queries": ["why"]}),
        stop(0),
        start(1, type="something_new_result", call_id="s"),
        stop(1),
        completed(),
    )
    search = {"type": "google_search_call", "id": "s", "signature": SIGNATURE, "arguments": {"queries": ["why"]}}
    assert list(message.content) == [
        ProviderBlock("google_search_call", search, "s"),
        ProviderBlock("something_new_result", {"type": "something_new_result", "call_id": "s"}, "s"),
    ]


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("completed", "stop"),
        ("incomplete", "length"),
        ("requires_continuation", "length"),
        ("budget_exceeded", "length"),
        ("failed", "server"),
        ("cancelled", "aborted"),
        ("something_new", "stop"),
    ],
)
def test_every_status_has_a_meaning(status: str, means: str) -> None:
    """The status of the end is why it ended."""
    message = read(start(0, type="model_output"), delta(0, type="text", text="a"), stop(0), completed(status))
    got = message.stop_reason if message.error is None else message.error.kind
    assert (got, message.raw_stop_reason) == (means, status)


def test_counts_arrive_on_the_way_and_at_the_end() -> None:
    """Input includes what was cached, tools come on top, thinking is output."""
    usage = {
        "total_input_tokens": 10,
        "total_cached_tokens": 4,
        "total_output_tokens": 5,
        "total_thought_tokens": 3,
        "total_tool_use_tokens": 2,
        "total_tokens": 20,
    }
    early = {**delta(0, type="text", text="a"), "metadata": {"total_usage": {"total_input_tokens": 10}}}
    message = read(start(0, type="model_output"), early, completed(usage=usage, service_tier="flex"))
    counted = message.usage
    assert (counted.input, counted.output, counted.cache_read, counted.reasoning) == (8, 8, 4, 3)
    assert (counted.total_tokens, counted.service_tier, counted.provenance) == (20, "flex", "reported")
    cut = read(start(0, type="model_output"), early)
    assert (cut.usage.input, cut.usage.provenance) == (10, "partial")


def test_an_interaction_that_is_cut_or_fails() -> None:
    """Without its end it is truncated; an error says what happened; a queue is told of."""
    assert read(start(0, type="model_output"), delta(0, type="text", text="a")).error.kind == "truncated"  # pyright: ignore[reportOptionalMemberAccess]
    error = {"event_type": "error", "error": {"code": "unavailable", "message": "Busy."}}
    told = read(error).error
    assert told is not None
    assert (told.kind, told.retryable) == ("overloaded", True)
    queued = {"event_type": "interaction.status_update", "status": "queued", "interaction_id": "i1"}
    events = decode(named_sse([CREATED, queued, completed()]), INTERACTIONS)
    assert [event.status for event in events if isinstance(event, Status)] == ["queued"]


def test_the_token_to_go_on_with_is_kept() -> None:
    """A long answer that stopped can be continued by the caller."""
    message = read(completed("requires_continuation", continuation_token="t"))
    assert message.extra["continuationToken"] == "t"


# -- bodies

SETTINGS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "system": {"system": "Be brief."},
    "limits": {"max_tokens": 9, "stop": ["END"], "seed": 3, "temperature": 0.5, "top_p": 0.9},
    "a level": {"thinking": "xhigh"},
    "no level": {"thinking": "off"},
    "a level as it stands": {"thinking_level": "low", "include_thoughts": False},
    "tools": {"tools": [LIST, NOW], "tool_choice": "required"},
    "one tool": {"tools": [LIST, NOW], "tool_choice": "tool:now"},
    "strict tools": {"tools": [LIST], "strict_tools": True},
    "its own tools": {"builtin_tools": ["google_search", "url_context", "code_execution", "google_maps"]},
    "its own tools with settings": {"builtin_tools": [{"type": "google_search", "search_types": ["web_search"]}]},
    "a schema": {"response_format": SCHEMA},
    "any object": {"response_format": {"type": "object"}},
    "service": {"service_tier": "flex", "metadata": {"team": "a"}, "previous_interaction_id": "i0"},
    "safety": {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE"}},
    "more": {"store": True, "continuation_token": "t"},
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("prompt", [HISTORY, FOREIGN, [SEEN], "hi"], ids=["sibling", "foreign", "seen", "words"])
def test_the_vendors_types_accept_every_body(prompt: Any, options: dict[str, Any]) -> None:
    """No field too many and none of the wrong type."""
    assert step_problems(ask(prompt, INTERACTIONS, **options)) == ""


@pytest.mark.parametrize(
    "spoil",
    [
        {"contents": []},
        {"input": [{"type": "user_input", "content": [{"type": "text", "words": "a"}]}]},
        {"input": [{"type": "function_call", "name": "f", "arguments": {}}]},
        {"generation_config": {"maxOutputTokens": 7}},
        {"tools": [{"type": "function", "name": "f", "input_schema": {}}]},
        {"labels": {"team": 7}},
    ],
    ids=lambda spoil: json.dumps(spoil)[:60],
)
def test_the_vendors_types_refuse_illegal_bodies(spoil: dict[str, Any]) -> None:
    """The judge sees fields nobody knows and fields that are missing."""
    assert step_problems({**ask("hi", INTERACTIONS), **spoil}) != ""


def test_a_body() -> None:
    """The conversation as steps; nothing is kept at the provider."""
    wire = HUB.request(INTERACTIONS, "hi", system="Be brief.", thinking="low", tools=[NOW])
    assert wire.url == "https://generativelanguage.googleapis.com/v1beta/interactions"
    assert json.loads(wire.body) == {
        "model": "gemini-3-flash",
        "input": [{"type": "user_input", "content": [{"type": "text", "text": "hi"}]}],
        "stream": True,
        "store": False,
        "system_instruction": "Be brief.",
        "tools": [{"type": "function", "name": "now", "parameters": {"type": "object", "properties": {}}}],
        "generation_config": {"thinking_level": "low", "thinking_summaries": "auto"},
    }


def test_a_recorded_turn_goes_back_as_it_came() -> None:
    """Thoughts signed as they were, and the steps the provider ran itself."""
    message = read(
        start(0, type="thought", signature=SIGNATURE, summary=[{"type": "text", "text": "Hm."}]),
        stop(0),
        start(1, type="google_search_call", id="s", signature=OTHER_SIGNATURE, arguments={"queries": ["why"]}),
        stop(1),
        start(2, type="function_call", id="f1", name="list_files", arguments={"folder": "."}),
        stop(2),
        completed("requires_action"),
    )
    stored = from_dict(to_dict(message))
    steps = ask([UserMessage("Hi"), stored, result("f1", "a", is_error=True)], INTERACTIONS)["input"]
    assert steps[1:] == [
        {"type": "thought", "signature": SIGNATURE, "summary": [{"type": "text", "text": "Hm."}]},
        {"type": "google_search_call", "id": "s", "signature": OTHER_SIGNATURE, "arguments": {"queries": ["why"]}},
        {"type": "function_call", "id": "f1", "name": "list_files", "arguments": {"folder": "."}},
        {"type": "function_result", "call_id": "f1", "name": "list_files", "result": "a", "is_error": True},
    ]


def test_content_of_every_kind() -> None:
    """Each with its type, as data or by its address."""
    content = ask([SEEN], INTERACTIONS)["input"][0]["content"]
    assert content == [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "mime_type": "image/png", "data": PNG},
        {"type": "image", "mime_type": "image/jpeg", "uri": "https://example.com/cat.jpg"},
        {"type": "document", "mime_type": "application/pdf", "data": PDF},
        {"type": "document", "mime_type": "text/plain", "uri": "https://example.com/notes.txt"},
        {"type": "audio", "mime_type": "audio/wav", "data": WAV},
    ]


def test_a_result_with_an_image() -> None:
    """A result is a string, or content."""
    own = answer(ToolCall("a", "f"), api="google-interactions")
    picture = [Text("Look:"), Image(data=PNG, mime_type="image/png")]
    steps = ask([UserMessage("Hi"), own, result("a", picture, "f")], INTERACTIONS)["input"]
    assert steps[2]["result"] == [
        {"type": "text", "text": "Look:"},
        {"type": "image", "mime_type": "image/png", "data": PNG},
    ]


def test_what_is_kept_at_the_provider_is_asked_for() -> None:
    """An interaction that goes on another is kept as well, and may bring results of its calls."""
    body = ask([result("f1", "a")], INTERACTIONS, previous_interaction_id="i0")
    assert (body["store"], body["previous_interaction_id"]) == (True, "i0")
    assert [step["type"] for step in body["input"]] == ["function_result"]


def test_levels_are_words_for_older_models_too() -> None:
    """There are no budgets here."""
    older = HUB.model("google/gemini-2.5-flash", api="google-interactions")
    assert ask("hi", older, thinking="high")["generation_config"]["thinking_level"] == "high"
    assert ask("hi", older, thinking="off")["generation_config"] == {
        "thinking_level": "minimal",
        "thinking_summaries": "none",
    }
    newest = HUB.model("google/gemini-3.8-flash", api="google-interactions")
    assert notes("hi", newest, temperature=1.0, thinking="minimal") == [
        ("changed", "options.thinking"),
        ("dropped", "options.temperature"),
    ]


def test_a_tool_of_its_own_must_exist() -> None:
    """The caller hears of it at once."""
    with pytest.raises(RequestError, match="no tool 'web' of its own"):
        ask("hi", INTERACTIONS, builtin_tools=["web"])
