"""Requests: against the vendor's own types, and where Mistral wants them otherwise than chat completions does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from mistral_types import problems
from mistral_wire import ADD, answer, body, find, noted, request

from headwater import (
    AssistantMessage,
    Audio,
    Context,
    Document,
    Image,
    RequestError,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

PNG = Image("iVBORw0=", "image/png")
CALL = ToolCall("q1w2e3r4t", "add", {"a": 1})
REFERENCE = Source("7", kind="reference", extra={"reference_id": 7})
POINT = Tool(
    "draw",
    "Draws.",
    {"type": "object", "properties": {"at": {"$ref": "#/$defs/P"}}, "$defs": {"P": {"type": "object"}}},
)
SCHEMA = {
    "title": "sum",
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}


def conversation() -> Context:
    """A conversation with everything that may stand in one, of which the user has the last word."""
    files = (Document("JVBERi0=", name="a.pdf"), Document(url="https://example.com/b.pdf"))
    return Context(
        (
            UserMessage((Text("See"), PNG, Image(url="https://example.com/c.png"), *files)),
            answer(Thinking("Hm.", "sig"), Text("I add"), REFERENCE, Text("."), CALL, stop="toolUse"),
            ToolResultMessage(CALL.id, "add", (Text("2"), PNG)),
            UserMessage("And now?"),
            answer(Text("Done.")),
            UserMessage("Thanks"),
        ),
        "Be brief.",
        (ADD,),
    )


OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "sampling": {"temperature": 0.5, "top_p": 0.9, "seed": 1, "stop": ["a"], "max_tokens": 100, "top_k": 4},
    "penalties": {"frequency_penalty": 0.1, "presence_penalty": 0.2, "repetition_penalty": 1.1, "min_tokens": 3},
    "thinking": {"thinking": "high"},
    "no thinking": {"thinking": "off"},
    "effort": {"reasoning_effort": "xhigh"},
    "required": {"tool_choice": "required", "parallel_tool_calls": False},
    "one tool": {"tool_choice": "tool:add"},
    "no tool": {"tool_choice": "none"},
    "auto": {"tool_choice": "auto", "strict_tools": True},
    "schema": {"response_format": SCHEMA},
    "any object": {"response_format": {"type": "object"}},
    "service": {"session_id": "s1", "service_tier": "standard_only", "metadata": {"a": "b"}, "cache": "long"},
    "own": {"safe_prompt": True, "prompt_mode": "reasoning", "guardrails": [{"block_on_error": True}]},
    "prefix": {"prefix": "So"},
    "prediction": {"prediction": {"type": "content", "content": "x"}},
    "whole": {"simulate_streaming": True},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize("id", ["mistral-medium-latest", "magistral-medium-latest", "unheard-of"])
def test_requests_are_what_the_vendor_sends(id: str, options: dict[str, Any]) -> None:
    """The vendor's types know every field of every body, and its value."""
    assert problems(body(find(id), conversation(), **options)) == ""


def test_sound_is_what_the_vendor_sends() -> None:
    """Sound goes as plain base64, whatever its type."""
    sent = body(find("voxtral-small-latest"), UserMessage((Text("Hear"), Audio("UklGRg=="))))
    assert problems(sent) == ""
    assert sent["messages"][0]["content"][1] == {"type": "input_audio", "input_audio": "UklGRg=="}


@pytest.mark.parametrize(
    "illegal",
    [
        {"stream_options": {"include_usage": True}},
        {"max_completion_tokens": 5},
        {"tool_choice": "must"},
        {"messages": [{"role": "developer", "content": "a"}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": ""}}]}
            ]
        },
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {}}]}]},
    ],
)
def test_the_judge_refuses_what_is_not_mistrals(illegal: dict[str, Any]) -> None:
    """The comparison above can fail: fields, words, roles and chunks that are not theirs are found."""
    assert problems({**body(find()), **illegal}) != ""


# -- messages


def test_the_turns_are_in_the_order_mistral_takes() -> None:
    """An assistant's turn stands between a tool's result and the user; the result has its tool's name."""
    messages = body(find(), conversation())["messages"]
    roles = [message["role"] for message in messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant", "user", "assistant", "user"]
    assert messages[3] == {
        "role": "tool",
        "tool_call_id": "q1w2e3r4t",
        "name": "add",
        "content": [
            {"type": "text", "text": "2"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}},
        ],
    }


def test_an_answer_goes_back_in_chunks() -> None:
    """Thinking with its signature, text and references in their order; calls beside them; plain text as a string."""
    messages = body(find(), conversation())["messages"]
    assert messages[2] == {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}], "signature": "sig"},
            {"type": "text", "text": "I add"},
            {"type": "reference", "reference_ids": [7]},
            {"type": "text", "text": "."},
        ],
        "tool_calls": [{"id": "q1w2e3r4t", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}],
    }
    assert messages[6] == {"role": "assistant", "content": "Done."}


def test_documents_go_by_url_or_as_data() -> None:
    """A document of data becomes a URL of data, with its name."""
    assert body(find(), conversation())["messages"][1]["content"][3:] == [
        {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0=", "document_name": "a.pdf"},
        {"type": "document_url", "document_url": "https://example.com/b.pdf"},
    ]


def test_thinking_of_another_model_goes_back_as_text() -> None:
    """Another model of Mistral's is told what was thought, without the signature."""
    prompt = Context((UserMessage("Hi"), answer(Thinking("Hm.", "sig"), Text("Hello")), UserMessage("On")))
    content = body(find("mistral-large-latest"), prompt)["messages"][1]["content"]
    assert "Hm." in content
    assert content.endswith("Hello")


def test_a_server_that_wants_thinking_as_text_gets_it_so() -> None:
    """The flag for it holds here too."""
    prompt = Context((UserMessage("Hi"), answer(Thinking("Hm."), Text("Hello")), UserMessage("On")))
    model = find(compat={"requires_thinking_as_text": True})
    assert body(model, prompt)["messages"][1]["content"] == "Hm.\n\nHello"


def test_ids_of_calls_are_nine_letters_and_digits() -> None:
    """Foreign ids become legal ones, each its own, the same in call and result and every time; legal ones stay."""
    ids = ["call_abc", "call_abd", "q1w2e3r4t", "q1w2e3r4t5", "null", "toolu_01|fc_2"]
    calls = tuple(ToolCall(id, "add", {"a": 1}) for id in ids)
    foreign = AssistantMessage(calls, "openai-completions", "openai", "gpt-4o", stop_reason="toolUse")
    results = tuple(ToolResultMessage(id, "add", "2") for id in ids)
    prompt = Context((UserMessage("Hi"), foreign, *results))
    messages = body(find(), prompt)["messages"]
    given = [call["id"] for call in messages[1]["tool_calls"]]
    assert all(re.fullmatch("[A-Za-z0-9]{9}", id) for id in given)
    assert len(set(given)) == len(ids)
    assert given[2] == "q1w2e3r4t"
    assert [message["tool_call_id"] for message in messages[2:]] == given
    assert body(find(), prompt)["messages"] == messages


# -- options


def test_an_answer_at_the_end_is_a_prefix() -> None:
    """A conversation that ends with an answer, or `prefix=`, asks to go on with it."""
    begun = Context((UserMessage("Hi"), answer(Text("So"))))
    wanted = {"role": "assistant", "content": "So", "prefix": True}
    assert body(find(), begun)["messages"][-1] == wanted
    assert body(find(), "Hi", prefix="So")["messages"][-1] == wanted
    with pytest.raises(RequestError, match="prefix"):
        request(find(), begun, prefix="So")


def test_tools_are_left_out_where_none_may_be_called() -> None:
    """`none` beside tools gives garbled answers, so neither is sent."""
    sent = body(find(), "Hi", tools=[ADD], tool_choice="none")
    assert not {"tools", "tool_choice"} & set(sent)


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("required", "any"),
        ("auto", "auto"),
        ("tool:add", {"type": "function", "function": {"name": "add"}}),
    ],
)
def test_choices_of_tools_are_in_mistrals_words(choice: str, sent: Any) -> None:
    """Any tool is `any`; a tool is named as in chat completions."""
    assert body(find(), "Hi", tools=[ADD], tool_choice=choice)["tool_choice"] == sent


@pytest.mark.parametrize(
    ("id", "options", "fields"),
    [
        ("magistral-medium-latest", {"thinking": "high"}, {"prompt_mode": "reasoning"}),
        ("magistral-medium-latest", {"prompt_mode": "reasoning"}, {"prompt_mode": "reasoning"}),
        ("magistral-medium-latest", {}, {}),
        ("mistral-medium-latest", {"thinking": "low"}, {"reasoning_effort": "high"}),
        ("mistral-medium-latest", {"thinking": "off"}, {"reasoning_effort": "none"}),
        ("mistral-medium-latest", {"reasoning_effort": "max"}, {"reasoning_effort": "max"}),
        ("mistral-large-4", {"thinking": "off"}, {"reasoning_effort": "low"}),
        ("zai-glm-5-2", {"thinking": "max"}, {"reasoning_effort": "max"}),
        ("mistral-small-2506", {"thinking": "off"}, {}),
    ],
)
def test_thinking_is_asked_for_as_the_family_wants(id: str, options: dict[str, Any], fields: dict[str, Any]) -> None:
    """Magistral has a mode, others an effort, and some do not think."""
    sent = body(find(id), "Hi", **options)
    assert {name: sent[name] for name in ("prompt_mode", "reasoning_effort") if name in sent} == fields


@pytest.mark.parametrize(
    ("id", "options", "notes"),
    [
        ("mistral-small-2506", {"thinking": "high"}, [("dropped", "options.thinking")]),
        ("magistral-medium-latest", {"thinking": "off"}, [("changed", "options.thinking")]),
        ("mistral-medium-latest", {"store": True, "verbosity": "low"}, ["verbosity", "store"]),
        (
            "mistral-medium-latest",
            {"logit_bias": {"1": 1}, "safety_identifier": "a"},
            ["logit_bias", "safety_identifier"],
        ),
    ],
)
def test_what_mistral_does_not_take_is_noted(id: str, options: dict[str, Any], notes: list[Any]) -> None:
    """What is left out or changed is told."""
    wanted = [("dropped", f"options.{note}") if isinstance(note, str) else note for note in notes]
    assert noted(find(id), "Hi", **options) == wanted


def test_what_mistral_refuses_is_not_sent() -> None:
    """Fields that are answered with 422 are not in the body."""
    sent = body(find(), "Hi", store=True, verbosity="low", logit_bias={"1": 1}, safety_identifier="a", seed=3)
    assert set(sent) == {"model", "messages", "stream", "random_seed"}


def test_requests_of_one_session_find_their_cache() -> None:
    """The session is the key of the prompt cache, and a header that steers to it; without caching no key."""
    wire = request(find(), "Hi", session_id="s1")
    assert (body(find(), "Hi", session_id="s1")["prompt_cache_key"], wire.headers["x-affinity"]) == ("s1", "s1")
    assert "prompt_cache_key" not in body(find(), "Hi", session_id="s1", cache="off")


def test_schemas_are_written_out_for_models_that_need_it() -> None:
    """GLM models get no `$ref`; Mistral's own get the schema as it is."""
    sent = [body(find(id), "Hi", tools=[POINT])["tools"][0]["function"] for id in ("zai-glm-5-3", "mistral-large-4")]
    assert [one["parameters"]["properties"]["at"] for one in sent] == [{"type": "object"}, {"$ref": "#/$defs/P"}]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tool_choice": "required"}, "needs tools"),
        ({"tools": [ADD], "tool_choice": "tool:other"}, "none of the tools"),
        ({"safe": True}, "no option 'safe'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_sending(options: dict[str, Any], words: str) -> None:
    """Contradictions and misspelt options raise."""
    with pytest.raises(RequestError, match=words):
        request(find(), "Hi", **options)


def test_images_are_not_sent_to_a_model_without_eyes() -> None:
    """A model that reads text only gets a note in the image's place, and that is told."""
    prompt = UserMessage((Text("See"), PNG))
    parts = body(find("codestral-latest"), prompt)["messages"][0]["content"]
    assert {part["type"] for part in parts} == {"text"}
    assert noted(find("codestral-latest"), prompt) == [("changed", "messages.0.content.1")]
