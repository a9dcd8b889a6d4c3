"""Requests of Messages: the body, held against the vendor's own types, and the headers."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from messages_corpus import CASES, needs_corpus, recorded
from messages_types import problems
from messages_wire import HUB, MODEL, body, dropped, final, request

from headwater import (
    AssistantMessage,
    Document,
    Image,
    ProviderBlock,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

PIXEL = base64.b64encode(b"\x89PNG").decode()
PDF = base64.b64encode(b"%PDF-1.7").decode()
WEATHER = Tool("weather", "The weather of a place", {"type": "object", "properties": {"place": {"type": "string"}}})
CLOCK = Tool("clock")
SCHEMA = {"title": "answer", "type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}}
SEARCH = {"type": "web_search_20260318", "name": "web_search", "max_uses": 2}


def answered(*content: Any, **fields: Any) -> AssistantMessage:
    """An answer that the model asked gave before."""
    known = {"api": "anthropic-messages", "provider": "anthropic", "model": "claude-opus-4-8"}
    return AssistantMessage(content, **{**known, **fields})


CONTEXTS: dict[str, list[Any]] = {
    "text": [UserMessage("hi")],
    "blocks": [UserMessage([Text("look"), Image(PIXEL, "image/png"), Image(url="https://example.org/a.jpg")])],
    "documents": [
        UserMessage(
            [
                Document(PDF, name="Report"),
                Document(url="https://example.org/a.pdf"),
                Document(base64.b64encode("Grüße".encode()).decode(), "text/plain"),
            ]
        )
    ],
    "thinking": [
        UserMessage("hi"),
        answered(Thinking("so", "c2ln"), Thinking("", "b25seQ=="), Thinking("", "ZGF0YQ==", redacted=True), Text("ho")),
        UserMessage("go on"),
    ],
    "tools": [
        UserMessage("hi"),
        answered(Text("let me see"), ToolCall("toolu_1", "weather", {"place": "Oslo"}), ToolCall("toolu_2", "clock")),
        ToolResultMessage("toolu_1", "weather", [Text("rain"), Image(PIXEL, "image/png"), Document(PDF)]),
        ToolResultMessage("toolu_2", "clock", "", is_error=True),
        UserMessage("well?"),
    ],
    "called from code": [
        UserMessage("hi"),
        answered(
            ProviderBlock(
                "server_tool_use",
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "code_execution", "input": {"code": "f()"}},
                "srvtoolu_1",
            ),
            ToolCall(
                "toolu_1",
                "weather",
                {},
                extra={"caller": {"type": "code_execution_20260120", "tool_id": "srvtoolu_1"}},
            ),
            extra={"container": {"id": "container_1", "expires_at": "2026-11-20T00:00:00Z"}},
        ),
        ToolResultMessage("toolu_1", "weather", "rain"),
    ],
    "cited": [
        UserMessage("hi"),
        answered(
            Text(
                "It rains.",
                extra={
                    "citations": [
                        {
                            "type": "char_location",
                            "cited_text": "rain",
                            "document_index": 0,
                            "document_title": None,
                            "start_char_index": 0,
                            "end_char_index": 4,
                            "file_id": None,
                        }
                    ]
                },
            )
        ),
        UserMessage("sure?"),
    ],
}

OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "limits": {"max_tokens": 100, "stop": ["END"]},
    "thinking": {"thinking": "high"},
    "no thinking": {"thinking": "off"},
    "shown thinking": {"thinking": "xhigh", "thinking_display": "omitted"},
    "effort": {"effort": "max"},
    "forced": {"tools": [WEATHER], "tool_choice": "required"},
    "forced to one": {"tools": [WEATHER, CLOCK], "tool_choice": "tool:clock", "parallel_tool_calls": False},
    "one at a time": {"tools": [WEATHER], "parallel_tool_calls": False},
    "no tool": {"tools": [WEATHER], "tool_choice": "none"},
    "tools by the letter": {"tools": [WEATHER], "strict_tools": True, "eager_input_streaming": True},
    "deferred": {"tools": [WEATHER, CLOCK], "tool_fields": {"clock": {"defer_loading": True}}, "cache": "short"},
    "tools of theirs": {"tools": [WEATHER], "builtin_tools": [SEARCH], "cache": "short"},
    "schema": {"response_format": SCHEMA},
    "system": {"system": "Be brief.", "cache": "short"},
    "cached for long": {"system": "Be brief.", "tools": [WEATHER], "cache": "long"},
    "service": {"service_tier": "standard", "metadata": {"user_id": "u1"}, "inference_geo": "eu"},
    "speed": {"speed": "fast"},
    "citations": {"citations": True},
    "container": {"container": {"id": "c1", "skills": [{"type": "anthropic", "skill_id": "pdf"}]}},
    "why no cache": {"previous_message_id": "msg_0"},
}

BETA_OPTIONS: dict[str, dict[str, Any]] = {
    "servers": {
        "mcp_servers": [{"type": "url", "name": "echo", "url": "https://example.org/mcp"}],
        "builtin_tools": [{"type": "mcp_toolset", "mcp_server_name": "echo"}],
    },
    "edits": {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}, {"type": "compact_20260112"}]}},
    "compaction": {"compaction": {"type": "summarize"}},
    "fallbacks": {"fallbacks": [{"model": "claude-opus-4-8"}]},
    "any fallback": {"fallbacks": "default"},
    "credit": {"fallback_credit_token": "token"},
    "budget of a task": {"task_budget": 20_000},
    "updates": {"thinking": "low", "thinking_display": "updates"},
    "binding": {"thinking": "low", "block_binding": "drop_block"},
}


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("options", OPTIONS)
def test_a_request_is_one_the_vendors_types_know(context: str, options: str) -> None:
    """Every kind of content with every option is valid, with no key they do not name."""
    made = body(CONTEXTS[context], **OPTIONS[options])
    assert problems(made) == ""


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("options", BETA_OPTIONS)
def test_a_request_of_a_beta_is_one_its_types_know(context: str, options: str) -> None:
    """So are those of the beta interface."""
    made = body(CONTEXTS[context], **BETA_OPTIONS[options])
    assert problems(made, beta=True) == ""


BAD: dict[str, dict[str, Any]] = {
    "an unknown field": {"frequency_penalty": 1},
    "a removed field": {"temperature": 0.5},
    "a word that is none": {"output_config": {"effort": "extreme"}},
    "an unknown field of a block": {"messages": [{"role": "user", "content": [{"type": "text", "text": "", "a": 1}]}]},
    "a block without its source": {"messages": [{"role": "user", "content": [{"type": "image"}]}]},
    "a role that is none": {"messages": [{"role": "tool", "content": "hi"}]},
    "a budget of no number": {"thinking": {"type": "enabled", "budget_tokens": "many"}},
    "a tool without a schema": {"tools": [{"name": "weather"}]},
}


@pytest.mark.parametrize("beta", [False, True])
@pytest.mark.parametrize("what", BAD)
def test_the_vendors_types_refuse_what_is_wrong(what: str, beta: bool) -> None:
    """The judge is one: bodies that the service refuses do not pass."""
    assert problems({**body(), **BAD[what]}, beta=beta) != ""


UNTYPED = {"abort_reason"}
"""Fields of the provider's own blocks that its answers hold and its types do not (yet) name."""


@needs_corpus
@pytest.mark.parametrize("case", CASES)
def test_a_recorded_answer_can_be_given_back(case: str) -> None:
    """What was read of an answer, replayed, is a request the types know; the provider's own blocks stand unchanged."""
    message = final(HUB.decode(MODEL, recorded(case)))
    made = body([UserMessage("hi"), message, UserMessage("go on")])
    own = [block.raw for block in message.content if isinstance(block, ProviderBlock)]
    kinds = {block["type"] for block in own}
    sent = [block for turn in made["messages"] for block in turn["content"] if block["type"] in kinds]
    assert (problems(_typed(made), beta=True), [block for block in sent if block not in own]) == ("", [])


def _typed(value: Any) -> Any:
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items() if name not in UNTYPED}
    return value


def test_a_request_goes_to_messages_in_the_newest_version() -> None:
    """Path and version; no key, no beta and no name of another program."""
    wire = request()
    assert (wire.method, wire.url, dict(wire.headers)) == (
        "POST",
        "https://api.anthropic.com/v1/messages",
        {"anthropic-version": "2026-10-21"},
    )


def test_a_base_url_with_the_version_in_it_is_taken_as_well() -> None:
    """`https://host/v1` and `https://host` lead to the same place."""
    assert request(base_url="https://example.org/v1").url == "https://example.org/v1/messages"


def test_sampling_falls_back_to_the_version_that_has_it() -> None:
    """Models up to 4.6 take sampling parameters, but only in the older version."""
    wire = request(model="anthropic/claude-sonnet-4-6", temperature=0.2, top_k=5)
    assert (wire.headers["anthropic-version"], dropped(wire)) == ("2023-06-01", [])


def test_an_undescribed_endpoint_is_asked_in_the_version_all_imitate() -> None:
    """An endpoint by URL gets the older version, no breakpoints and no betas."""
    model = HUB.endpoint("http://127.0.0.1:8080", "local", api="anthropic-messages")
    wire = request(model=model, temperature=0.2, top_p=0.9)
    assert (wire.url, dict(wire.headers), b"cache_control" in wire.body) == (
        "http://127.0.0.1:8080/v1/messages",
        {"anthropic-version": "2023-06-01"},
        False,
    )


@pytest.mark.parametrize(
    ("options", "betas"),
    [
        (BETA_OPTIONS["servers"], "mcp-client-2025-11-20"),
        (BETA_OPTIONS["edits"], "context-management-2025-06-27,compact-2026-01-12"),
        (BETA_OPTIONS["compaction"], "compact-2026-09-04"),
        (BETA_OPTIONS["fallbacks"], "server-side-fallback-2026-07-01"),
        (BETA_OPTIONS["updates"], "thinking-display-updates-2026-08-18"),
        (BETA_OPTIONS["binding"], "thinking-binding-controls-2026-08-01"),
        ({"betas": ["a-1", "compact-2026-09-04"], **BETA_OPTIONS["compaction"]}, "compact-2026-09-04,a-1"),
    ],
)
def test_an_option_brings_the_beta_it_needs(options: dict[str, Any], betas: str) -> None:
    """Each once, joined by commas without spaces."""
    assert request(**options).headers["anthropic-beta"] == betas


def test_thinking_between_calls_needs_the_beta_where_it_takes_a_budget() -> None:
    """Only a model with a budget, and only with tools."""
    options = {"model": "anthropic/claude-sonnet-4-5", "thinking": "low"}
    with_tools, without = request(**options, tools=[CLOCK]), request(**options)
    assert (with_tools.headers["anthropic-beta"], "anthropic-beta" in without.headers) == (
        "interleaved-thinking-2025-05-14",
        False,
    )


def test_a_history_with_blocks_of_a_beta_brings_the_beta() -> None:
    """A fallback block may only be given back with its beta."""
    raw = {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}
    wire = request([UserMessage("hi"), answered(ProviderBlock("fallback", raw), Text("ho")), UserMessage("go on")])
    assert wire.headers["anthropic-beta"] == "server-side-fallback-2026-07-01"


def test_a_call_from_code_is_answered_in_its_container() -> None:
    """The container of the answer goes along, where code in it waits for a result."""
    with_code, without = body(CONTEXTS["called from code"]), body(CONTEXTS["tools"])
    assert (with_code["container"], "container" in without) == ("container_1", False)


def test_objects_of_a_schema_are_closed() -> None:
    """The service refuses open objects, so they are closed, at every depth, and that is noted."""
    wire = request(response_format=SCHEMA)
    made = body(response_format=SCHEMA)["output_config"]["format"]
    assert (made["schema"]["additionalProperties"], made["schema"]["properties"]["a"]["items"], dropped(wire)) == (
        False,
        {"type": "object", "additionalProperties": False},
        [("added", "options.response_format")],
    )


def test_a_property_named_like_a_keyword_is_no_keyword() -> None:
    """Closing a schema leaves the names of properties, and values in it, alone."""
    schema = {
        "type": "object",
        "properties": {"type": {"const": {"type": "object"}}, "enum": {"enum": [{"type": "object"}]}},
        "additionalProperties": False,
    }
    assert body(response_format=schema)["output_config"]["format"]["schema"] == schema


@pytest.mark.parametrize(
    "name", ["metadata", "stop", "betas", "builtin_tools", "tool_fields", "mcp_servers", "extra_body"]
)
def test_an_option_that_is_none_was_not_given(name: str) -> None:
    """Programs hand on what they were not told either."""
    nothing: dict[str, Any] = {name: None}
    assert body(**nothing) == body()


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_a_blank_system_prompt_is_left_out(blank: str) -> None:
    """Text of nothing but white space is refused."""
    assert "system" not in body(system=blank)
