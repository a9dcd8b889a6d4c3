"""Requests of chat completions: held against the vendor's own types, and field by field."""

from __future__ import annotations

from typing import Any

import pytest
from openai_types import problems
from openai_wire import ADD, PNG, SCHEMA, STRICT_ADD, body, conversation, dropped, find, request

from headwater import (
    AssistantMessage,
    Audio,
    Context,
    Document,
    Image,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

MODEL = find("openai/gpt-5.4")
TALKER = find("openai/gpt-4o")
PDF = Document("JVBERi0=", name="a.pdf")
CALL = ToolCall("call_1", "add", {"a": 1})

PROMPTS: dict[str, Any] = {
    "a string": "Hi",
    "text and image": UserMessage([Text("What is this?"), PNG]),
    "image by address": UserMessage([Image(url="https://a.test/cat.png")]),
    "sound": UserMessage([Text("Listen"), Audio("UklGRg==", "audio/wav"), Audio("SUQz", "audio/mpeg")]),
    "document": UserMessage([Text("Read"), PDF]),
    "system prompt": Context([UserMessage("Hi")], "Be brief."),
    "answer and question": conversation(MODEL, Text("Hello")),
    "thinking": conversation(MODEL, Thinking("Hm."), Text("Hello")),
    "call and result": conversation(MODEL, Text("I add."), CALL),
    "two calls": conversation(MODEL, CALL, ToolCall("call_2", "add", {})),
    "result with image": Context(
        [UserMessage("Hi"), AssistantMessage([CALL]), ToolResultMessage("call_1", "add", [Text("see"), PNG])]
    ),
    "unanswered call": Context([UserMessage("Hi"), AssistantMessage([CALL]), UserMessage("And?")]),
    "another provider's answer": [
        UserMessage("Hi"),
        AssistantMessage([Thinking("Hm.", "sig"), Text("Hello")], "anthropic-messages", "anthropic", "claude"),
        UserMessage("Go on"),
    ],
}

OPTIONS: dict[str, dict[str, Any]] = {
    "none": {},
    "limits": {"max_tokens": 100},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "frequency_penalty": 0.1, "presence_penalty": 0.1},
    "logit bias": {"logit_bias": {"50256": -100}},
    "stop and seed": {"stop": ["END"], "seed": 7},
    "tools": {"tools": [ADD], "tool_choice": "auto", "parallel_tool_calls": False},
    "strict tools": {"tools": [STRICT_ADD], "strict_tools": True},
    "required tool": {"tools": [ADD], "tool_choice": "required"},
    "named tool": {"tools": [ADD], "tool_choice": "tool:add"},
    "schema": {"response_format": SCHEMA},
    "any object": {"response_format": {"type": "object"}, "system": "Answer in JSON."},
    "thinking": {"thinking": "high"},
    "thinking off": {"thinking": "off"},
    "effort": {"reasoning_effort": "xhigh"},
    "verbosity": {"verbosity": "low"},
    "prediction": {"prediction": {"type": "content", "content": "x = 1"}},
    "caching": {"cache": "long", "session_id": "s" * 80},
    "service": {"service_tier": "flex", "metadata": {"a": "b"}, "store": True, "safety_identifier": "u1"},
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
@pytest.mark.parametrize("model", [MODEL, TALKER], ids=str)
def test_every_kind_of_content_is_what_the_vendor_takes(model: Any, prompt: Any) -> None:
    """The body validates against the vendor's types, further fields forbidden."""
    assert problems("chat", body(model, prompt)) == ""


@pytest.mark.parametrize("asked", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("model", [MODEL, TALKER], ids=str)
def test_every_option_is_what_the_vendor_takes(model: Any, asked: dict[str, Any]) -> None:
    """The body validates against the vendor's types, further fields forbidden."""
    assert problems("chat", body(model, **asked)) == ""


ILLEGAL: dict[str, Any] = {
    "an unknown field": lambda good: {**good, "top_k": 5},
    "no messages": lambda good: {name: value for name, value in good.items() if name != "messages"},
    "a role nobody has": lambda good: {**good, "messages": [{"role": "robot", "content": "Hi"}]},
    "an unknown field of a part": lambda good: {
        **good,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", "colour": "red"}]}],
    },
    "an image in a tool's result": lambda good: {
        **good,
        "messages": [{"role": "tool", "tool_call_id": "1", "content": [{"type": "image_url", "image_url": {}}]}],
    },
    "a tool without its function": lambda good: {**good, "tools": [{"type": "function", "name": "add"}]},
    "an effort nobody knows": lambda good: {**good, "reasoning_effort": "hard"},
}


@pytest.mark.parametrize("spoil", ILLEGAL.values(), ids=ILLEGAL.keys())
def test_the_judge_refuses_what_is_illegal(spoil: Any) -> None:
    """A body that the vendor's types forbid is found out; so the tests above can fail."""
    good = body(MODEL, "Hi")
    assert (problems("chat", good), bool(problems("chat", spoil(good)))) == ("", True)


def test_a_plain_question_is_a_small_request() -> None:
    """Nothing is sent that was not asked for."""
    assert body(TALKER, "Hi") == {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_request_goes_to_the_endpoint_without_credentials() -> None:
    """The key is added when it is sent, not before."""
    made = request(TALKER, "Hi", key="canary-0123456789")
    assert (made.url, "canary" in repr(made) or b"canary" in made.body) == (
        "https://api.openai.com/v1/chat/completions",
        False,
    )


def test_the_system_prompt_is_the_developers_for_a_reasoning_model_only() -> None:
    """Reasoning models take the role `developer`, others `system`."""
    prompt = Context([UserMessage("Hi")], "Be brief.")
    assert [body(model, prompt)["messages"][0]["role"] for model in (MODEL, TALKER)] == ["developer", "system"]


def test_a_call_and_its_result_go_back() -> None:
    """Arguments are a string of JSON; the result names its call."""
    messages = body(MODEL, conversation(MODEL, Text("I add."), CALL))["messages"]
    function = {"name": "add", "arguments": '{"a":1}'}
    assert messages[2:4] == [
        {
            "role": "assistant",
            "content": "I add.",
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "3"},
    ]


def test_images_of_results_follow_in_a_message_of_the_user() -> None:
    """A tool message holds text only; what it cannot hold comes after the run of results."""
    prompt = Context(
        [
            UserMessage("Hi"),
            AssistantMessage([CALL, ToolCall("call_2", "add", {})]),
            ToolResultMessage("call_1", "add", [PNG]),
            ToolResultMessage("call_2", "add", "4"),
        ]
    )
    messages = body(MODEL, prompt)["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool", "user"]
    assert messages[2]["content"] == "(see the attachment)"
    assert messages[4]["content"][1] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="},
    }


def test_long_ids_and_pairs_of_ids_are_made_to_fit() -> None:
    """An id is at most 40 characters of letters, digits, `_` and `-`; call and result keep the same one."""
    long = ToolCall("call_1|fc_" + "x" * 60, "add", {})
    messages = body(MODEL, Context([UserMessage("Hi"), AssistantMessage([long])]))["messages"]
    own = messages[1]["tool_calls"][0]["id"]
    assert (len(own) <= 40, "|" in own, messages[2]["tool_call_id"]) == (True, False, own)


def test_thinking_of_ones_own_is_left_out_and_that_of_others_becomes_text() -> None:
    """OpenAI has no place for thinking in chat completions."""
    own = body(MODEL, conversation(MODEL, Thinking("Hm."), Text("Hello")))["messages"][2]
    other = body(MODEL, PROMPTS["another provider's answer"])["messages"][1]
    assert (own, other["content"]) == ({"role": "assistant", "content": "Hello"}, "Hm.\n\nHello")


def test_sampling_is_left_out_while_the_model_thinks_and_said_so() -> None:
    """A reasoning model takes a temperature only when its thinking is off; what is dropped is noted."""
    thinking = {"thinking": "high", "temperature": 0.5}
    off = {"thinking": "off", "temperature": 0.5}
    assert ("temperature" in body(MODEL, **thinking), dropped(MODEL, **thinking)) == (False, ["options.temperature"])
    assert (body(MODEL, **off)["temperature"], dropped(MODEL, **off)) == (0.5, [])


def test_a_model_that_does_not_think_unasked_takes_a_temperature() -> None:
    """gpt-5.1 to 5.4 think only when asked; gpt-5.5 thinks by default."""
    answers = ["temperature" in body(find(f"openai/{name}"), temperature=0.5) for name in ("gpt-5.4", "gpt-5.5")]
    assert answers == [True, False]


def test_a_level_the_model_lacks_is_clamped_and_said_so() -> None:
    """The next higher level is asked for; `max` is not to be had over chat completions."""
    assert (body(MODEL, thinking="minimal")["reasoning_effort"], dropped(MODEL, thinking="minimal")) == (
        "low",
        ["options.thinking"],
    )
    assert body(find("openai/gpt-5.6-sol"), thinking="max")["reasoning_effort"] == "xhigh"


def test_tools_switch_thinking_off_where_the_model_refuses_both() -> None:
    """gpt-5.6 takes functions over chat completions only while it does not think."""
    model = find("openai/gpt-5.6-sol")
    assert (body(model, tools=[ADD])["reasoning_effort"], dropped(model, tools=[ADD])) == ("none", [])
    assert dropped(model, tools=[ADD], thinking="high") == ["options.thinking"]
    assert "reasoning_effort" not in body(model)


def test_strict_is_asked_only_for_schemas_that_can_be() -> None:
    """A schema with an open object is sent without `strict`, which would be refused."""
    made = [body(MODEL, tools=[tool], strict_tools=True)["tools"][0]["function"] for tool in (STRICT_ADD, ADD)]
    assert ["strict" in function for function in made] == [True, False]
    formats = [body(MODEL, response_format=schema)["response_format"] for schema in (SCHEMA, dict(ADD.parameters))]
    assert [one["json_schema"]["strict"] for one in formats] == [True, False]


def test_the_output_limit_is_the_models_at_most() -> None:
    """More than the model can write is not asked for."""
    model = find("openai/gpt-4o", max_tokens=50)
    assert body(model, max_tokens=100)["max_completion_tokens"] == 50


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an option nobody knows": ({"temprature": 1}, "did you mean temperature"),
    "a level that is none": ({"thinking": "hard"}, "is no level"),
    "no room for an answer": ({"max_tokens": 0}, "no room"),
    "a choice that is none": ({"tool_choice": "add"}, "tool:NAME"),
    "a choice without tools": ({"tool_choice": "required"}, "needs tools"),
    "a tool that is not there": ({"tools": [ADD], "tool_choice": "tool:sub"}, "none of the tools"),
    "JSON without the word": ({"response_format": {"type": "object"}}, "say JSON"),
    "a stop that is a string": ({"stop": "END"}, "sequence of strings"),
}


@pytest.mark.parametrize(("asked", "words"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_asked_is_refused_before_sending(asked: dict[str, Any], words: str) -> None:
    """The error says what is wrong and what to do."""
    with pytest.raises(RequestError, match=words):
        request(MODEL, "Hi", **asked)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (Audio("x", "audio/ogg"), "wav or mp3"),
        (Document(url="https://a.test/a.pdf"), "base64"),
        (Image("aGk="), "mime_type"),
    ],
    ids=["sound in another format", "a document by address", "an image of no type"],
)
def test_content_that_has_no_place_is_refused(block: Any, words: str) -> None:
    """What the protocol cannot carry raises, rather than being left out."""
    with pytest.raises(RequestError, match=words):
        request(find("openai/gpt-audio") if isinstance(block, Audio) else TALKER, UserMessage([Text("Hi"), block]))


def test_a_strict_caller_gets_an_error_instead_of_a_note() -> None:
    """With `strict`, nothing is left out silently."""
    with pytest.raises(RequestError, match="sampling"):
        request(MODEL, "Hi", thinking="high", temperature=0.5, strict=True)
