"""Compat flags of chat-completions endpoints: what each changes in a request or in the reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai_wire import (
    ADD,
    PNG,
    SCHEMA,
    STRICT_ADD,
    body,
    chat,
    chunk,
    compatible,
    conversation,
    decode,
    dropped,
    message_of,
    request,
)

from headwater import (
    AssistantMessage,
    Context,
    Document,
    Image,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    UserMessage,
)
from headwater_openai import ChatCompat

CALL = ToolCall("call_1", "add", {"a": 1})
PROMPT = Context([UserMessage("Hi")], "Be brief.")
READ = UserMessage([Document("JVBERi0=")])
FETCHED = UserMessage([Document(url="https://example.com/a.pdf")])
PICTURE = {"image_url": {"url": f"data:{PNG.mime_type};base64,{PNG.data}"}}


def _history(model: Any, *content: Any) -> list[dict[str, Any]]:
    return body(model, conversation(model, *content))["messages"]


def _thought(model: Any) -> dict[str, Any]:
    return _history(model, Thinking("Hm."), Text("Hello"))[2]


DETAILS = [{"type": "reasoning.text", "index": 0, "text": "Hm."}]


def _detailed(model: Any) -> dict[str, Any]:
    return body(model, conversation(model, Text("Hello"), extra={"reasoning_details": DETAILS}))["messages"][2]


def _after_result(model: Any) -> list[str]:
    return [message["role"] for message in _history(model, CALL)]


def _tool_history(model: Any) -> bool:
    prompt = conversation(model, CALL)
    return "tools" in body(model, Context(prompt.messages))


def _shown(model: Any) -> Any:
    prompt = conversation(model, CALL)
    messages = [*prompt.messages[:2], *[_with_image(prompt.messages[2])]]
    return body(model, Context(messages))["messages"][-1]["role"]


def _with_image(result: Any) -> Any:
    from headwater import ToolResultMessage

    return ToolResultMessage(result.tool_call_id, result.tool_name, [PNG])


def _refused(model: Any, prompt: Any = "Hi", **asked: Any) -> bool:
    try:
        request(model, prompt, **asked)
    except RequestError:
        return True
    return False


def _sent(name: str, prompt: Any = "Hi", **asked: Any) -> Callable[[Any], Any]:
    return lambda model: body(model, prompt, **asked).get(name)


def _left_out(name: str, **asked: Any) -> Callable[[Any], Any]:
    return lambda model: f"options.{name}" in dropped(model, **asked)


POINT = {"type": "object", "properties": {"a": {"$ref": "#/$defs/Point"}}, "$defs": {"Point": {"type": "integer"}}}


def _argument(model: Any) -> Any:
    tools = body(model, tools=[Tool("add", "Adds.", POINT)])["tools"]
    return tools[0]["function"]["parameters"]["properties"]["a"]


def _marked(model: Any) -> list[bool]:
    """Whether the system prompt, the last tool and the last words have a breakpoint."""
    sent = body(model, conversation(model, Text("Hello")))
    messages = sent["messages"]
    parts = [message["content"][-1] if isinstance(message["content"], list) else {} for message in messages]
    return ["cache_control" in part for part in (parts[0], sent["tools"][-1], *parts[1:])]


USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 10}
OUTSIDE = {**USAGE, "completion_tokens_details": {"reasoning_tokens": 3}}


def _output(model: Any) -> int:
    return message_of(decode(model, chat(chunk({"content": "Hi"}, "stop", usage=OUTSIDE)))).usage.output


def _kept(model: Any) -> Any:
    counted = chat(chunk({"content": "Hi"}, "stop", usage={**USAGE, "price": 7, "cost": None}))
    return message_of(decode(model, counted)).extra.get("usage_details")


def _ends(model: Any) -> str:
    return message_of(decode(model, chat(chunk({"content": "Hi"}), done=False))).stop_reason


def _word(model: Any) -> str:
    return message_of(decode(model, chat(chunk({"content": "Hi"}, "enough")))).stop_reason


def _forced_silently(model: Any) -> Any:
    return body(model, tools=[ADD], tool_choice="required", thinking="off")["tool_choice"]


def _begun(model: Any) -> Any:
    begun = AssistantMessage([Text("It is")], model.api, model.provider, model.id)
    return body(model, [UserMessage("Hi"), begun])["messages"][-1].get("partial")


def _repeated(model: Any) -> Any:
    call = {"index": 0, "id": "c1", "function": {"name": "add", "arguments": "{}"}}
    answer = chat(chunk({"content": "{}"}), chunk({"tool_calls": [call]}), chunk({}, "tool_calls"))
    message = message_of(decode(model, answer, response_format={"type": "object"}))
    return message.stop_reason, len(message.tool_calls)


_ADDED = {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": ADD.parameters}}

LOUD: dict[str, Any] = {"thinking": "high", "temperature": 0.5}

FLAGS: list[tuple[str, Any, Callable[[Any], Any], Any, Any]] = [
    ("developer_role", True, lambda m: body(m, PROMPT)["messages"][0]["role"], "system", "developer"),
    ("store", True, _sent("store", store=True), None, True),
    ("usage_in_stream", False, _sent("stream_options"), {"include_usage": True}, None),
    ("max_tokens_field", "max_completion_tokens", _sent("max_completion_tokens", max_tokens=9), None, 9),
    (
        "strict_tools",
        True,
        lambda m: body(m, tools=[STRICT_ADD], strict_tools=True)["tools"][0]["function"].get("strict"),
        None,
        True,
    ),
    ("thinking_format", "none", _sent("reasoning_effort", thinking="high"), "high", None),
    ("thinking_format", "openrouter", _sent("reasoning", thinking="high"), None, {"effort": "high"}),
    ("thinking_format", "openrouter", _sent("reasoning", thinking_budget=2000), None, {"max_tokens": 2000}),
    ("thinking_format", "adaptive", _sent("thinking", thinking="high"), None, {"type": "adaptive"}),
    ("thinking_format", "deepseek", _sent("thinking", thinking="high"), None, {"type": "enabled"}),
    (
        "thinking_format",
        "kimi",
        _sent("thinking", thinking="high"),
        None,
        {"type": "enabled", "keep": "all"},
    ),
    ("effort_budgets", True, _sent("reasoning_effort", thinking_budget=3000), None, 3000),
    ("thinking_format", "zai", _sent("thinking", thinking="high"), None, {"type": "enabled", "clear_thinking": False}),
    ("thinking_format", "qwen", _sent("enable_thinking", thinking="off"), None, False),
    ("thinking_format", "qwen", _sent("thinking_budget", thinking="high"), None, 16384),
    (
        "thinking_format",
        "chat-template",
        _sent("chat_template_kwargs", thinking="high"),
        None,
        {"enable_thinking": True},
    ),
    ("thinking_format", "together", _sent("reasoning", thinking="off"), None, {"enabled": False}),
    ("thinking_format", "string", _sent("thinking", thinking="off"), None, "none"),
    ("thinking_format", "prompt-mode", _sent("prompt_mode", thinking="high"), None, "high"),
    ("schema_references", False, _argument, {"$ref": "#/$defs/Point"}, {"type": "integer"}),
    ("reasoning_effort", False, _sent("reasoning_effort", thinking="high"), "high", None),
    ("reasoning_field", "reasoning", lambda m: _thought(m).get("reasoning"), None, "Hm."),
    ("requires_reasoning_field", True, lambda m: _history(m, Text("A"))[2].get("reasoning_content"), None, ""),
    ("reasoning_details", True, lambda m: _detailed(m).get("reasoning_details"), None, DETAILS),
    ("requires_thinking_as_text", True, lambda m: _thought(m)["content"], "Hello", "Hm.\n\nHello"),
    ("thinking_tags", True, lambda m: _thought(m)["content"], "Hello", "<think>Hm.</think>Hello"),
    ("prefill_mark", "partial", _begun, None, True),
    ("requires_tool_result_name", True, lambda m: _history(m, CALL)[3].get("name"), None, "add"),
    (
        "requires_assistant_after_tool_result",
        True,
        _after_result,
        ["system", "user", "assistant", "tool", "user"],
        ["system", "user", "assistant", "tool", "assistant", "user"],
    ),
    ("requires_tools_with_tool_history", True, _tool_history, False, True),
    ("tool_result_images", True, _shown, "user", "tool"),
    ("tool_choices", ("auto",), lambda m: _refused(m, tools=[ADD], tool_choice="required"), False, True),
    ("tool_choices", ("auto",), _sent("tools", tools=[ADD], tool_choice="none"), [_ADDED], None),
    ("max_tools", 1, lambda m: _refused(m, tools=[ADD, Tool("more", "", ADD.parameters)]), False, True),
    ("tool_stream", True, _sent("tool_stream", tools=[ADD]), None, True),
    ("forced_while_thinking", False, lambda m: _refused(m, tools=[ADD], tool_choice="tool:add"), False, True),
    ("forced_while_thinking", False, _forced_silently, "required", "required"),
    ("image_urls", ("own://",), lambda m: _refused(m, UserMessage([Image(url="https://a.test/b.png")])), False, True),
    ("image_urls", ("own://",), lambda m: _refused(m, UserMessage([Image(url="own://1")])), False, False),
    ("max_temperature", 1.0, _sent("temperature", temperature=1.5), 1.5, 1.0),
    ("max_temperature", 1.0, _left_out("temperature", temperature=1.5), False, True),
    ("logit_bias", False, _left_out("logit_bias", logit_bias={"7": 1}), False, True),
    ("max_stops", 1, _sent("stop", stop=["A", "B"]), ["A", "B"], ["A"]),
    ("max_stops", 1, _left_out("stop", stop=["A", "B"]), False, True),
    ("user_field", "user", _sent("user", safety_identifier="u1"), None, "u1"),
    ("user_field", None, _left_out("safety_identifier", safety_identifier="u1"), False, True),
    ("sampling", "no", _left_out("temperature", temperature=0.5), False, True),
    ("sampling", "not-thinking", _left_out("temperature", **LOUD), False, True),
    ("penalties", False, _left_out("presence_penalty", presence_penalty=0.5), False, True),
    ("stop_sequences", False, _left_out("stop", stop=["END"]), False, True),
    ("seed_field", "random_seed", _sent("random_seed", seed=7), None, 7),
    ("seed_field", None, _left_out("seed", seed=7), False, True),
    ("parallel_tool_calls", False, _sent("parallel_tool_calls", tools=[ADD], parallel_tool_calls=True), True, None),
    ("json_schema", False, lambda m: _refused(m, response_format=SCHEMA), False, True),
    (
        "json_object",
        False,
        lambda m: body(m, response_format={"type": "object"})["response_format"]["type"],
        "json_object",
        "json_schema",
    ),
    ("schema_with_tools", False, lambda m: _refused(m, tools=[ADD], response_format=SCHEMA), False, True),
    ("schema_with_tools", False, lambda m: _refused(m, response_format=SCHEMA), False, False),
    ("repeats_calls", True, _repeated, ("toolUse", 1), ("stop", 0)),
    ("json_word", True, lambda m: _refused(m, response_format={"type": "object"}), False, True),
    ("cache_key", True, _sent("prompt_cache_key", session_id="s1"), None, "s1"),
    ("long_cache", "retention", _sent("prompt_cache_retention", cache="long"), None, "24h"),
    (
        "long_cache",
        "options",
        _sent("prompt_cache_options", cache="long"),
        None,
        {"mode": "implicit", "ttl": "12h"},
    ),
    ("cache_control", True, _marked, [False] * 5, [True, True, False, False, True]),
    ("session_header", "x-session-id", lambda m: request(m, session_id="s1").headers.get("x-session-id"), None, "s1"),
    ("service_tiers", True, _sent("service_tier", service_tier="flex"), None, "flex"),
    ("metadata", True, _sent("metadata", metadata={"a": "b"}), None, {"a": "b"}),
    ("refuses", ("verbosity",), _left_out("verbosity", verbosity="low"), False, True),
    ("documents", False, lambda m: _refused(m, READ), False, True),
    ("document_urls", True, lambda m: _refused(m, FETCHED), True, False),
    ("answer_images", True, lambda m: _history(m, Text("A"), PNG)[2].get("images"), None, [PICTURE]),
    ("reasoning_uncounted", True, _output, 2, 5),
    ("reasoning_outside_output", True, _output, 2, 5),
    ("usage_details", ("price",), _kept, None, {"price": 7}),
    ("needs_finish", False, _ends, "error", "stop"),
    ("extra_body", {"top_k": 5}, _sent("top_k"), None, 5),
    ("finish_reasons", {"enough": "length"}, _word, "stop", "length"),
]


SWITCHES = {
    "thinks_unasked": (False, _left_out("temperature", temperature=0.5), True, False),
    "thinks_with_tools": (False, _sent("reasoning_effort", tools=[ADD]), None, "none"),
}
"""Flags that show only beside others: here, beside `sampling` for a model that thinks."""


@pytest.mark.parametrize(("flag", "value", "look", "plain", "flagged"), FLAGS, ids=[f"{f[0]}={f[1]}" for f in FLAGS])
def test_a_flag_changes_what_it_says(flag: str, value: Any, look: Any, plain: Any, flagged: Any) -> None:
    """Without the flag an endpoint is asked as nearly every server can be; with it, as this one wants."""
    documents = {"input": ("text", "image", "document")}
    models = [_evolved(compatible(**flags), **documents) for flags in ({}, {flag: value})]
    assert [look(model) for model in models] == [plain, flagged]


@pytest.mark.parametrize("flag", SWITCHES)
def test_a_flag_of_thinking_models_changes_what_it_says(flag: str) -> None:
    """The same for flags about a model that thinks by default and takes no sampling meanwhile."""
    value, look, plain, flagged = SWITCHES[flag]
    models = [compatible(sampling="not-thinking", **flags) for flags in ({}, {flag: value})]
    assert [look(model) for model in models] == [plain, flagged]


def test_every_flag_has_its_test() -> None:
    """A flag that nothing shows is one nobody needs."""
    from attrs import fields_dict

    assert {flag[0] for flag in FLAGS} | set(SWITCHES) == set(fields_dict(ChatCompat))


def test_thinking_goes_back_in_the_field_it_came_in() -> None:
    """A server that insists on the field gets the one it used itself."""
    model = compatible(requires_reasoning_field=True)
    answer = message_of(decode(model, chat(chunk({"reasoning": "Hm.", "content": "Hello"}, "stop"))))
    prompt = [UserMessage("Hi"), answer, UserMessage("Go on")]
    assert body(model, prompt)["messages"][1] == {"role": "assistant", "content": "Hello", "reasoning": "Hm."}


def test_a_routers_reasoning_details_go_back_whole() -> None:
    """Fragments of one detail are joined, marks included."""
    model = compatible(reasoning_details=True)
    details: list[Any] = [
        {"type": "reasoning.text", "index": 0, "text": "H"},
        {"type": "reasoning.text", "index": 0, "text": "m.", "signature": "sig"},
    ]
    chunks = [chunk({"reasoning": one["text"], "reasoning_details": [one]}) for one in details]
    answer = message_of(decode(model, chat(*chunks, chunk({"content": "Hello"}, "stop"))))
    prompt = [UserMessage("Hi"), answer, UserMessage("Go on")]
    joined = {"type": "reasoning.text", "index": 0, "text": "Hm.", "signature": "sig"}
    assert body(model, prompt)["messages"][1]["reasoning_details"] == [joined]


def test_the_result_of_a_tool_is_where_a_loop_of_calls_is_cached() -> None:
    """The next turn finds the prefix up to there; empty results cannot be marked."""
    model = compatible(cache_control=True)
    call, result = conversation(model, CALL).messages[1:3]
    mark = {"type": "ephemeral", "ttl": "1h"}
    messages = body(model, [UserMessage("Hi"), call, result], cache="long")["messages"]
    assert messages[2]["content"] == [{"type": "text", "text": result.content, "cache_control": mark}]
    messages = body(model, [UserMessage("Hi"), call, _evolved(result, content="")], cache="long")["messages"]
    assert messages[0]["content"] == [{"type": "text", "text": "Hi", "cache_control": mark}]


def test_a_routers_own_words_are_kept_beside_the_answer() -> None:
    """Who served it, and how that one said why it stopped."""
    said = chat(chunk({"content": "Hi"}, provider="Novita"), _finished("stop", native_finish_reason="eos"))
    extra = message_of(decode(compatible(), said)).extra
    assert (extra["served_by"], extra["native_finish_reason"]) == ("Novita", "eos")


def _finished(reason: str, **fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason, **fields}]}


def test_a_thought_signature_goes_back_on_its_call() -> None:
    """Where it came from: `extra_content.google.thought_signature` of the call."""
    model = compatible()
    signed = {"index": 0, "id": "c1", "function": {"name": "add", "arguments": "{}"}}
    google = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    answer = message_of(decode(model, chat(chunk({"tool_calls": [{**signed, **google}]}, "tool_calls"))))
    prompt = [UserMessage("Hi"), answer]
    assert body(model, prompt)["messages"][1]["tool_calls"][0]["extra_content"] == google["extra_content"]


def test_a_flag_that_does_not_exist_is_refused_with_a_near_name() -> None:
    """A typing mistake must not be a flag without effect."""
    with pytest.raises(RequestError, match="did you mean 'developer_role'"):
        request(compatible(developper_role=True), "Hi")


def test_flags_of_the_other_protocol_are_let_pass() -> None:
    """One model may be asked over both, so its flags may hold those of Responses."""
    assert body(compatible(stateful=True))["model"] == "m"


def test_an_answer_without_calls_or_text_is_left_out() -> None:
    """An assistant's message without content is refused by most servers."""
    model = compatible()
    silent = AssistantMessage([Thinking("Hm.")], model.api, model.provider, model.id)
    messages = body(model, [UserMessage("Hi"), silent, UserMessage("Go on")])["messages"]
    assert [message["role"] for message in messages] == ["user", "user"]


def _evolved(model: Any, **fields: Any) -> Any:
    from attrs import evolve

    return evolve(model, **fields)
