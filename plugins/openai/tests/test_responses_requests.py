"""Requests of Responses: held against the vendor's own types, and field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import pytest
from openai_types import problems
from openai_wire import ADD, PNG, RESPONSES, SCHEMA, STRICT_ADD, body, compatible, conversation, dropped, find, request

from headwater import (
    AssistantMessage,
    Audio,
    Context,
    Document,
    Image,
    ProviderBlock,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)
from headwater_openai import ResponsesCompat

MODEL = find("openai/gpt-5.4", api=RESPONSES)
TALKER = find("openai/gpt-4o", api=RESPONSES)
PDF = Document("JVBERi0=", name="a.pdf")
CALL = ToolCall("call_1|fc_1", "add", {"a": 1})
THOUGHT = Thinking("Hm.", "gAAAA", extra={"item": {"id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}})
SAID = Text("Hello", "msg_1", {"phase": "final_answer"})
SEARCH = {
    "type": "web_search_call",
    "id": "ws_1",
    "status": "completed",
    "action": {"type": "search", "query": "cats", "queries": ["cats"]},
}

PROMPTS: dict[str, Any] = {
    "a string": "Hi",
    "text and image": UserMessage([Text("What is this?"), PNG]),
    "image by address": UserMessage([Image(url="https://a.test/cat.png")]),
    "document": UserMessage([Text("Read"), PDF]),
    "document by address": UserMessage([Document(url="https://a.test/a.pdf")]),
    "system prompt": Context([UserMessage("Hi")], "Be brief."),
    "answer and question": conversation(MODEL, SAID),
    "thinking": conversation(MODEL, THOUGHT, SAID),
    "thinking and call": conversation(MODEL, THOUGHT, CALL),
    "two calls": conversation(MODEL, CALL, ToolCall("call_2|fc_2", "add", {})),
    "built-in tool": conversation(MODEL, ProviderBlock("web_search_call", SEARCH, "ws_1"), SAID),
    "custom call": conversation(
        MODEL, ToolCall("call_1|ctc_1", "sql", {"input": "SELECT 1"}, extra={"type": "custom_tool_call"})
    ),
    "result with image and document": Context(
        [UserMessage("Hi"), AssistantMessage([CALL]), ToolResultMessage("call_1|fc_1", "add", [Text("see"), PNG, PDF])]
    ),
    "unanswered call": Context([UserMessage("Hi"), AssistantMessage([CALL]), UserMessage("And?")]),
    "another provider's answer": [
        UserMessage("Hi"),
        AssistantMessage([Thinking("Hm.", "sig"), Text("Hello")], "anthropic-messages", "anthropic", "claude"),
        UserMessage("Go on"),
    ],
}

TOOLS: list[dict[str, Any]] = [
    {"type": "web_search", "search_context_size": "low", "filters": {"allowed_domains": ["a.test"]}},
    {"type": "file_search", "vector_store_ids": ["vs_1"], "max_num_results": 3},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "image_generation", "partial_images": 2, "quality": "low"},
    {"type": "mcp", "server_label": "wiki", "server_url": "https://mcp.test", "require_approval": "never"},
    {"type": "custom", "name": "sql", "format": {"type": "grammar", "syntax": "regex", "definition": "SELECT .+"}},
    {"type": "apply_patch"},
]

OPTIONS: dict[str, dict[str, Any]] = {
    "none": {},
    "limits": {"max_tokens": 100},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "top_logprobs": 3},
    "tools": {"tools": [ADD], "tool_choice": "auto", "parallel_tool_calls": False, "max_tool_calls": 3},
    "strict tools": {"tools": [STRICT_ADD], "strict_tools": True},
    "required tool": {"tools": [ADD], "tool_choice": "required"},
    "named function": {"tools": [ADD], "tool_choice": "tool:add"},
    "built-in tools": {"builtin_tools": TOOLS},
    "named built-in tool": {"builtin_tools": TOOLS, "tool_choice": "tool:web_search"},
    "named server": {"builtin_tools": TOOLS, "tool_choice": "tool:wiki"},
    "named custom tool": {"builtin_tools": TOOLS, "tool_choice": "tool:sql"},
    "schema": {"response_format": SCHEMA, "verbosity": "low"},
    "any object": {"response_format": {"type": "object"}, "system": "Answer in JSON."},
    "thinking": {"thinking": "high"},
    "thinking in detail": {"thinking": "low", "reasoning_summary": "detailed", "reasoning_context": "all_turns"},
    "thinking hidden": {"thinking": "low", "reasoning_summary": "off"},
    "pro": {"reasoning_mode": "pro"},
    "effort": {"reasoning_effort": "xhigh"},
    "caching": {"cache": "long", "session_id": "s" * 80},
    "service": {"service_tier": "flex", "metadata": {"a": "b"}, "store": True, "safety_identifier": "u1"},
    "stored conversation": {"conversation": "conv_1", "truncation": "auto"},
    "previous answer": {"previous_response_id": "resp_0"},
    "background": {"background": True},
    "approval": {
        "input_items": [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}],
        "include": ["message.input_image.image_url"],
    },
    "compaction": {"context_management": [{"type": "compaction", "compact_threshold": 1000}]},
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
@pytest.mark.parametrize("model", [MODEL, TALKER], ids=str)
def test_every_kind_of_content_is_what_the_vendor_takes(model: Any, prompt: Any) -> None:
    """The body validates against the vendor's types, further fields forbidden."""
    assert problems("responses", body(model, prompt)) == ""


@pytest.mark.parametrize("asked", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("model", [MODEL, TALKER], ids=str)
def test_every_option_is_what_the_vendor_takes(model: Any, asked: dict[str, Any]) -> None:
    """The body validates against the vendor's types, further fields forbidden."""
    assert problems("responses", body(model, **asked)) == ""


def test_a_polled_answer_is_asked_for_without_a_stream() -> None:
    """The body validates against the vendor's types of plain requests."""
    made = body(MODEL, background="poll")
    assert (problems("polled", made), made["stream"], made["background"], made["store"]) == ("", False, True, True)


ILLEGAL: dict[str, Any] = {
    "an unknown field": lambda good: {**good, "seed": 5},
    "usage asked for as in chat": lambda good: {**good, "stream_options": {"include_usage": True}},
    "a role nobody has": lambda good: {**good, "input": [{"role": "robot", "content": "Hi"}]},
    "a part of chat completions": lambda good: {
        **good,
        "input": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    },
    "a result without its output": lambda good: {
        **good,
        "input": [{"type": "function_call_output", "call_id": "call_1"}],
    },
    "a function as in chat": lambda good: {**good, "tools": [{"type": "function", "function": {"name": "add"}}]},
    "a nested schema": lambda good: {
        **good,
        "text": {"format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}},
    },
    "something to include nobody knows": lambda good: {**good, "include": ["everything"]},
}


@pytest.mark.parametrize("spoil", ILLEGAL.values(), ids=ILLEGAL.keys())
def test_the_judge_refuses_what_is_illegal(spoil: Any) -> None:
    """A body that the vendor's types forbid is found out; so the tests above can fail."""
    good = body(MODEL, "Hi")
    assert (problems("responses", good), bool(problems("responses", spoil(good)))) == ("", True)


def test_a_plain_question_is_a_small_request() -> None:
    """Nothing is stored, and nothing is sent that was not asked for."""
    assert body(TALKER, Context([UserMessage("Hi")], "Be brief.")) == {
        "model": "gpt-4o",
        "input": [{"role": "user", "content": "Hi"}],
        "instructions": "Be brief.",
        "store": False,
        "stream": True,
    }


def test_reasoning_is_asked_for_in_its_encrypted_form() -> None:
    """Without it, reasoning could not go back: nothing is stored."""
    assert body(MODEL)["include"] == ["reasoning.encrypted_content"]


def test_a_summary_is_asked_for_where_thinking_is() -> None:
    """So that thinking can be read; without a word about thinking nothing is said of it."""
    asked = [body(MODEL, **options).get("reasoning") for options in ({"thinking": "high"}, {"thinking": "off"}, {})]
    assert asked == [{"effort": "high", "summary": "auto"}, {"effort": "none"}, None]


def test_max_can_be_asked_for() -> None:
    """Other than over chat completions."""
    assert body(find("openai/gpt-5.6-sol", api=RESPONSES), thinking="max")["reasoning"]["effort"] == "max"


def test_a_level_the_model_lacks_is_clamped_and_said_so() -> None:
    """The next higher level is asked for."""
    assert (body(MODEL, thinking="minimal")["reasoning"]["effort"], dropped(MODEL, thinking="minimal")) == (
        "low",
        ["options.thinking"],
    )


LEFT_OUT: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "stop and seed": (TALKER, {"stop": ["END"], "seed": 7}, ["options.stop", "options.seed"]),
    "sampling while thinking": (
        MODEL,
        {"thinking": "high", "temperature": 0.5, "top_p": 0.5},
        ["options.temperature", "options.top_p"],
    ),
    "thinking of a model that does not": (TALKER, {"thinking": "high"}, ["options.thinking"]),
    "a budget": (MODEL, {"thinking_budget": 1000}, ["options.thinking_budget"]),
    "too little room": (MODEL, {"max_tokens": 5}, ["options.max_tokens"]),
    "a schema that cannot be strict": (MODEL, {"tools": [ADD], "strict_tools": True}, ["tools.add"]),
}


@pytest.mark.parametrize(("model", "asked", "paths"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_the_model_does_not_take_is_left_out_and_said_so(
    model: Any, asked: dict[str, Any], paths: list[str]
) -> None:
    """The rest is sent; a strict caller gets an error instead."""
    assert dropped(model, **asked) == paths
    assert problems("responses", body(model, **asked)) == ""
    with pytest.raises(RequestError):
        request(model, strict=True, **asked)


def test_the_least_output_limit_is_sixteen() -> None:
    """Less is refused by the server."""
    assert [body(MODEL, max_tokens=tokens)["max_output_tokens"] for tokens in (5, 16, 100)] == [16, 16, 100]


def test_results_of_builtin_tools_are_asked_for() -> None:
    """Sources, found passages and outputs come only when they are included."""
    assert body(TALKER, builtin_tools=TOOLS)["include"] == [
        "web_search_call.action.sources",
        "file_search_call.results",
        "code_interpreter_call.outputs",
    ]


def test_a_function_always_says_whether_it_is_strict() -> None:
    """Left out, the server would try to rewrite the schema."""
    tools = body(MODEL, tools=[ADD])["tools"]
    assert tools == [
        {"type": "function", "name": "add", "description": "Adds.", "parameters": ADD.parameters, "strict": False}
    ]
    assert body(MODEL, tools=[STRICT_ADD], strict_tools=True)["tools"][0]["strict"] is True


def test_a_schema_is_flat() -> None:
    """Other than in chat completions; strict where it can be."""
    made = body(MODEL, response_format=SCHEMA)["text"]["format"]
    assert made == {"type": "json_schema", "name": "person", "schema": SCHEMA, "strict": True}


CHOICES = {
    "tool:add": {"type": "function", "name": "add"},
    "tool:sql": {"type": "custom", "name": "sql"},
    "tool:wiki": {"type": "mcp", "server_label": "wiki"},
    "tool:image_generation": {"type": "image_generation"},
    "tool:web_search": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "web_search"}]},
    "required": "required",
}


@pytest.mark.parametrize(("choice", "sent"), CHOICES.items(), ids=CHOICES.keys())
def test_any_tool_can_be_named(choice: str, sent: Any) -> None:
    """A function, a custom tool, a server by its label, a built-in tool by its type."""
    assert body(MODEL, tools=[ADD], builtin_tools=TOOLS, tool_choice=choice)["tool_choice"] == sent


# -- what it goes on from


def test_after_a_stored_answer_only_what_follows_is_sent() -> None:
    """The calls in it are known there; their results name them as they came."""
    prompt = conversation(MODEL, THOUGHT, CALL)
    made = body(MODEL, prompt, previous_response_id="resp_1")
    assert made["input"] == [
        {"type": "function_call_output", "call_id": "call_1", "output": "3"},
        {"role": "user", "content": "Go on"},
    ]
    assert (made["previous_response_id"], made["instructions"]) == ("resp_1", "Be brief.")


def test_auto_goes_on_from_the_last_answer() -> None:
    """Without one, from nothing."""
    prompts = (conversation(MODEL, SAID), "Hi")
    assert [body(MODEL, one, previous_response_id="auto").get("previous_response_id") for one in prompts] == [
        "resp_1",
        None,
    ]


def test_an_answer_that_is_not_in_the_conversation_is_gone_on_from_with_all_of_it() -> None:
    """What is given is new then."""
    assert len(body(MODEL, "Hi", previous_response_id="resp_9")["input"]) == 1


def test_a_background_answer_is_stored() -> None:
    """Otherwise it could not be found again."""
    assert [body(MODEL, **asked)["store"] for asked in ({}, {"store": True}, {"background": True})] == [
        False,
        True,
        True,
    ]


def test_tiers_and_keys_are_sent_to_those_who_know_them() -> None:
    """The cache key is the session's, cut to 64 characters."""
    asked: dict[str, Any] = {"service_tier": "priority", "session_id": "s" * 80, "metadata": {"a": "b"}}
    made = body(MODEL, **asked)
    assert (made["service_tier"], made["prompt_cache_key"], made["metadata"]) == ("priority", "s" * 64, {"a": "b"})
    assert body(MODEL, session_id="s", cache="off").get("prompt_cache_key") is None
    assert body(MODEL, session_id="s", prompt_cache_key="k")["prompt_cache_key"] == "k"


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("gpt-5.4", "prompt_cache_retention", "24h"),
        ("gpt-5.6-sol", "prompt_cache_options", {"mode": "implicit", "ttl": "12h"}),
        ("gpt-6-sol", "prompt_cache_options", {"mode": "implicit", "ttl": "12h"}),
    ],
)
def test_a_long_cache_is_asked_for_in_the_models_own_way(name: str, field: str, value: Any) -> None:
    """The older field is refused by the newer models."""
    assert body(find(f"openai/{name}", api=RESPONSES), cache="long")[field] == value


BAD: dict[str, tuple[Any, dict[str, Any], str]] = {
    "an option of chat completions": (MODEL, {"frequency_penalty": 1}, "has no option"),
    "a choice without tools": (MODEL, {"tool_choice": "required"}, "needs tools"),
    "a tool that is not there": (MODEL, {"tools": [ADD], "tool_choice": "tool:sub"}, "none of the tools"),
    "a tool without a type": (MODEL, {"builtin_tools": [{"name": "x"}]}, "has a type"),
    "JSON without the word": (MODEL, {"response_format": {"type": "object"}}, "say JSON"),
    "two states": (MODEL, {"previous_response_id": "r", "conversation": "c"}, "exclude each other"),
    "unstored background": (MODEL, {"background": True, "store": False}, "has to be stored"),
    "state where there is none": (compatible(RESPONSES), {"previous_response_id": "r"}, "keeps no answers"),
    "background where there is none": (compatible(RESPONSES), {"background": True}, "cannot answer in the background"),
    "a schema where there is none": (compatible(RESPONSES, json_schema=False), {"response_format": SCHEMA}, "schema"),
}


@pytest.mark.parametrize(("model", "asked", "words"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_asked_is_refused_before_sending(model: Any, asked: dict[str, Any], words: str) -> None:
    """The error says what is wrong and what to do."""
    with pytest.raises(RequestError, match=words):
        request(model, "Hi", **asked)


def test_sound_has_no_place() -> None:
    """A model that would take it is asked over chat completions."""
    with pytest.raises(RequestError, match="openai-completions"):
        request(attrs.evolve(MODEL, input=("text", "audio")), UserMessage([Audio("x")]))


# -- flags


def _refused(model: Any, prompt: Any = "Hi", **asked: Any) -> bool:
    try:
        request(model, prompt, **asked)
    except RequestError:
        return True
    return False


def _sent(name: str, prompt: Any = "Hi", **asked: Any) -> Any:
    return lambda model: body(model, prompt, **asked).get(name)


def _first(model: Any) -> Any:
    return body(model, PROMPTS["system prompt"])["input"][0]


def _last_item(model: Any) -> Any:
    return body(model, PROMPTS["result with image and document"])["input"][-1].get("type", "message")


SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "Hi"}


@attrs.frozen
class Flag:
    """A flag, what shows it, and what is seen without and with it; `beside` are flags it needs to show."""

    name: str
    value: Any
    look: Callable[[Any], Any]
    plain: Any
    flagged: Any
    beside: Mapping[str, Any] = attrs.field(factory=dict)


FLAGS: list[Flag] = [
    Flag("developer_role", True, lambda m: _first(m)["role"], "system", "developer", {"instructions": False}),
    Flag("instructions", False, _first, USER, SYSTEM),
    Flag("typed_messages", True, _first, USER, {"type": "message", **USER}),
    Flag("encrypted_reasoning", True, _sent("include"), None, ["reasoning.encrypted_content"]),
    Flag(
        "reasoning_summary",
        False,
        _sent("reasoning", thinking="high"),
        {"effort": "high", "summary": "auto"},
        {"effort": "high"},
    ),
    Flag("builtin_results", True, _sent("include", builtin_tools=TOOLS[:1]), None, ["web_search_call.action.sources"]),
    Flag("stateful", True, _sent("store", store=True), False, True),
    Flag("background", True, lambda m: _refused(m, background=True), True, False, {"stateful": True}),
    Flag("result_parts", True, _last_item, "message", "function_call_output"),
    Flag("documents", False, lambda m: _refused(m, UserMessage([PDF])), False, True),
    Flag("file_data", False, lambda m: _refused(m, UserMessage([PDF])), False, True),
    Flag(
        "strict_tools",
        True,
        lambda m: body(m, tools=[STRICT_ADD], strict_tools=True)["tools"][0]["strict"],
        False,
        True,
    ),
    Flag(
        "tool_choices",
        ("auto", "tool", "builtin"),
        lambda m: _refused(m, builtin_tools=TOOLS, tool_choice="tool:web_search"),
        True,
        False,
    ),
    Flag(
        "sampling", "not-thinking", lambda m: dropped(m, thinking="high", temperature=0.5), [], ["options.temperature"]
    ),
    Flag("thinks_unasked", False, _sent("temperature", temperature=0.5), None, 0.5, {"sampling": "not-thinking"}),
    Flag("parallel_tool_calls", False, _sent("parallel_tool_calls", tools=[ADD], parallel_tool_calls=True), True, None),
    Flag("json_schema", False, lambda m: _refused(m, response_format=SCHEMA), False, True),
    Flag("json_word", True, lambda m: _refused(m, response_format={"type": "object"}), False, True),
    Flag("cache_key", True, _sent("prompt_cache_key", session_id="s"), None, "s"),
    Flag("long_cache", "retention", _sent("prompt_cache_retention", cache="long"), None, "24h"),
    Flag("session_header", "session-id", lambda m: request(m, session_id="s").headers.get("session-id"), None, "s"),
    Flag("service_tiers", True, _sent("service_tier", service_tier="flex"), None, "flex"),
    Flag("metadata", True, _sent("metadata", metadata={"a": "b"}), None, {"a": "b"}),
    Flag("extra_body", {"top_k": 5}, _sent("top_k"), None, 5),
]


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: f"{flag.name}={flag.value}")
def test_a_flag_changes_what_it_says(flag: Flag) -> None:
    """Without the flag an endpoint is asked as nearly every server can be; with it, as this one wants."""
    models = [compatible(RESPONSES, **flags) for flags in (flag.beside, {**flag.beside, flag.name: flag.value})]
    documents = [attrs.evolve(model, input=("text", "image", "document")) for model in models]
    assert [flag.look(model) for model in documents] == [flag.plain, flag.flagged]


def test_every_flag_has_its_test() -> None:
    """A flag that nothing shows is one nobody needs; two show in the reading of answers."""
    assert {flag.name for flag in FLAGS} | {"server_calls", "usage_details"} == set(attrs.fields_dict(ResponsesCompat))


def test_a_flag_that_does_not_exist_is_refused_with_a_near_name() -> None:
    """A typing mistake must not be a flag without effect."""
    with pytest.raises(RequestError, match="did you mean 'stateful'"):
        request(compatible(RESPONSES, statefull=True), "Hi")
