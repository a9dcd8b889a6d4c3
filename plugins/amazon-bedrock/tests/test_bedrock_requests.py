"""Requests of ConverseStream: the body, held against botocore's model of the service, and the URL."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from attrs import evolve
from bedrock_types import problems
from bedrock_wire import CLAUDE, HUB, NOVA, body, notes, request

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Document,
    Image,
    ProviderBlock,
    RequestError,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)
from headwater_amazon_bedrock import Guardrail

PIXEL = base64.b64encode(b"\x89PNG").decode()
PDF = base64.b64encode(b"%PDF-1.7").decode()
WEATHER = Tool("weather", "The weather of a place", {"type": "object", "properties": {"place": {"type": "string"}}})
CLOCK = Tool("clock")
SCHEMA = {"title": "answer", "type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
LLAMA = "amazon-bedrock/us.meta.llama4-maverick-17b-instruct-v1:0"
MISTRAL = "amazon-bedrock/mistral.mistral-large-3"
OSS = "amazon-bedrock/openai.gpt-oss-120b-1:0"
GPT = "amazon-bedrock/openai.gpt-6"
TITAN = "amazon-bedrock/amazon.titan-text-express-v1"
OLD_CLAUDE = "amazon-bedrock/anthropic.claude-3-haiku-20240307-v1:0"
SERVER_RESULT = {
    "toolUseId": "tooluse_1",
    "type": "nova_code_interpreter_result",
    "status": "success",
    "content": [{"json": {"stdOut": "42"}}],
}


def answered(*content: Any, model: str = CLAUDE, **fields: Any) -> AssistantMessage:
    """An answer that the model asked gave before."""
    known = {"api": "bedrock-converse-stream", "provider": "amazon-bedrock", "model": model.partition("/")[2]}
    return AssistantMessage(content, **{**known, **fields})


def called(model: str = CLAUDE) -> list[Any]:
    """A conversation with two calls, and a word of the user's after their results."""
    return [
        UserMessage("hi"),
        answered(
            Text("let me see"),
            ToolCall("tooluse_1", "weather", {"place": "Oslo"}),
            ToolCall("t-2", "clock"),
            model=model,
        ),
        ToolResultMessage("tooluse_1", "weather", [Text("rain"), Image(PIXEL, "image/png")]),
        ToolResultMessage("t-2", "clock", "", is_error=True),
        UserMessage("well?"),
    ]


CONTEXTS: dict[str, list[Any]] = {
    "text": [UserMessage("hi")],
    "blocks": [
        UserMessage([Text("look"), Image(PIXEL, "image/png"), Image(url="s3://bucket/a.jpg", mime_type="image/jpeg")])
    ],
    "documents": [
        UserMessage(
            [
                Document(PDF, name="Report <1> & more"),
                Document(PDF, name="Report 1 more"),
                Document(url="s3://bucket/a.csv", mime_type="text/csv"),
                Document(base64.b64encode(b"# hi").decode(), "text/markdown"),
            ]
        )
    ],
    "thinking": [
        UserMessage("hi"),
        answered(Thinking("so", "c2ln"), Thinking("", "b25seQ=="), Thinking("", "ZGF0YQ==", redacted=True), Text("ho")),
        UserMessage("go on"),
    ],
    "tools": called(),
    "server tools": [
        UserMessage("hi"),
        answered(
            ProviderBlock(
                "server_tool_use",
                {
                    "toolUseId": "tooluse_1",
                    "name": "nova_code_interpreter",
                    "type": "server_tool_use",
                    "input": {"snippet": "6*7"},
                },
                "tooluse_1",
            ),
            CodeExecution("6*7", output="42", id="tooluse_1", extra={"toolResult": SERVER_RESULT}),
            ProviderBlock("nova_grounding_result", {**SERVER_RESULT, "type": "nova_grounding_result"}, "tooluse_1"),
            Source("https://example.org"),
            Text("42"),
        ),
        UserMessage("sure?"),
    ],
}

OPTIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "limits": {"max_tokens": 100, "stop": ["END"]},
    "thinking": {"thinking": "high"},
    "no thinking": {"thinking": "off"},
    "effort": {"effort": "low", "thinking_display": "omitted"},
    "sampling": {"temperature": 0.5, "top_k": 3},
    "forced": {"tools": [WEATHER], "tool_choice": "required"},
    "forced to one": {"tools": [WEATHER, CLOCK], "tool_choice": "tool:clock"},
    "one at a time": {"tools": [WEATHER], "parallel_tool_calls": False},
    "no tool": {"tools": [WEATHER], "tool_choice": "none"},
    "tools by the letter": {"tools": [WEATHER], "strict_tools": True},
    "tools of theirs": {"tools": [WEATHER], "system_tools": ["nova_code_interpreter"], "cache": "short"},
    "schema": {"response_format": SCHEMA},
    "system": {"system": "Be brief.", "cache": "short"},
    "cached for long": {"system": "Be brief.", "tools": [WEATHER], "cache": "long"},
    "service": {"service_tier": "flex", "latency": "optimized", "metadata": {"team": "a"}},
    "guardrail": {"guardrail": Guardrail("abc123", "1", trace="enabled", mode="async")},
    "citations": {"citations": True},
    "beyond converse": {
        "model_fields": {"x": 1},
        "response_fields": ["/stop_sequence"],
        "prompt_variables": {"a": "b"},
    },
}


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("options", OPTIONS)
def test_a_request_is_one_that_botocore_would_send(context: str, options: str) -> None:
    """Every kind of content with every option is valid, with no name that the service does not know."""
    assert problems(body(CONTEXTS[context], **OPTIONS[options])) == []


@pytest.mark.parametrize("model", [NOVA, LLAMA, MISTRAL, OSS, GPT, TITAN, OLD_CLAUDE])
@pytest.mark.parametrize("options", ["nothing", "limits", "thinking", "no thinking", "sampling", "system", "service"])
def test_a_request_to_any_family_is_valid(model: str, options: str) -> None:
    """What families do not take is left out, and what is left is valid."""
    tools = [] if model == TITAN else [WEATHER, CLOCK]
    context = [UserMessage("hi")] if model == TITAN else called(model)
    assert problems(body(context, model=model, tools=tools, **OPTIONS[options])) == []


ILLEGAL: dict[str, dict[str, Any]] = {
    "a key nobody knows": {"messages": [], "model": "x"},
    "a block of two kinds": {
        "messages": [{"role": "user", "content": [{"text": "a", "cachePoint": {"type": "default"}}]}]
    },
    "a role that is none": {"messages": [{"role": "tool", "content": [{"text": "a"}]}]},
    "a call without an id": {"messages": [{"role": "assistant", "content": [{"toolUse": {"name": "a", "input": {}}}]}]},
    "bytes that are no base64": {
        "messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": "\x89"}}}]}]
    },
    "an id with a space": {
        "messages": [{"role": "assistant", "content": [{"toolUse": {"toolUseId": "a b", "name": "a", "input": {}}}]}]
    },
    "an empty system prompt": {"messages": [], "system": [{"text": ""}]},
    "tools that are none": {"messages": [], "toolConfig": {"tools": []}},
}


@pytest.mark.parametrize("illegal", ILLEGAL)
def test_the_judge_refuses_what_the_service_would(illegal: str) -> None:
    """The check of requests can fail."""
    assert problems(ILLEGAL[illegal]) != []


# -- where, and what


@pytest.mark.parametrize(
    ("model_id", "path"),
    [
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.x.y-1",
            "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.x.y-1/",
        ),
    ],
)
def test_a_models_id_is_one_segment_of_the_path(model_id: str, path: str) -> None:
    """Colons and the slashes of an ARN are encoded."""
    assert request(model=f"amazon-bedrock/{model_id}").url.endswith(f".amazonaws.com{path}converse-stream")


@pytest.mark.parametrize("model_id", [".", ".."])
@pytest.mark.parametrize("api", ["bedrock-converse-stream", "bedrock-invoke"])
def test_an_id_that_leads_out_of_its_place_is_refused(model_id: str, api: str) -> None:
    """Of dots alone, whatever family it is said to be."""
    model = HUB.model(f"amazon-bedrock/{model_id}", family="anthropic.claude-opus-4-6-v1", api=api)
    with pytest.raises(RequestError, match="no id of a model"):
        request(model=model)


def test_a_conversation_has_turns_that_alternate() -> None:
    """Results stand in one turn of the user, with what may stand beside them."""
    assert body(called(), tools=[WEATHER, CLOCK])["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"text": "let me see"},
                {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"place": "Oslo"}}},
                {"toolUse": {"toolUseId": "t-2", "name": "clock", "input": {}}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "toolResult": {
                        "toolUseId": "tooluse_1",
                        "content": [{"text": "rain"}, {"image": {"format": "png", "source": {"bytes": PIXEL}}}],
                    }
                },
                {"toolResult": {"toolUseId": "t-2", "content": [{"text": "(no output)"}], "status": "error"}},
                {"text": "well?"},
            ],
        },
    ]


def test_what_cannot_stand_beside_results_follows_a_word_of_the_assistants() -> None:
    """Llama wants results alone, and their images after them."""
    made = body(called(LLAMA), model=LLAMA, tools=[WEATHER, CLOCK])["messages"]
    kinds = [(turn["role"], [next(iter(part)) for part in turn["content"]]) for turn in made[2:]]
    assert kinds == [("user", ["toolResult", "toolResult"]), ("assistant", ["text"]), ("user", ["image", "text"])]


def test_documents_never_stand_beside_results_nor_alone() -> None:
    """A document after a result waits for a turn of its own, in which there is a text."""
    context = [*called()[:-1], UserMessage([Document(PDF)])]
    turns = body(context, tools=[WEATHER])["messages"]
    assert [[next(iter(part)) for part in turn["content"]] for turn in turns[-2:]] == [["text"], ["text", "document"]]


def test_names_of_documents_are_of_allowed_characters_and_differ() -> None:
    """The same name twice gets a number."""
    parts = body(CONTEXTS["documents"])["messages"][0]["content"]
    names = [part["document"]["name"] for part in parts if "document" in part]
    assert names == ["Report 1 more", "Report 1 more (2)", "document", "document (2)"]


def test_mistral_takes_results_as_json_and_ids_of_nine_characters() -> None:
    """Ids of others are rewritten alike for the call and its result."""
    context = [
        UserMessage("hi"),
        answered(ToolCall("tooluse_1", "weather"), model=CLAUDE),
        ToolResultMessage("tooluse_1", "weather", '{"sky": "grey"}'),
    ]
    made = body(context, model=MISTRAL, tools=[WEATHER])["messages"]
    call, result = made[1]["content"][0]["toolUse"], made[2]["content"][0]["toolResult"]
    assert (result["content"], call["toolUseId"] == result["toolUseId"], len(call["toolUseId"])) == (
        [{"json": {"sky": "grey"}}],
        True,
        9,
    )


def test_thinking_goes_back_to_claude_only_as_it_was_signed() -> None:
    """Signed and redacted thinking is kept, without change; unsigned thinking is left out and noted."""
    context = [
        UserMessage("hi"),
        answered(Thinking(" so ", "c2ln"), Thinking("", "ZGF0YQ==", redacted=True), Thinking("loose"), Text("ho")),
        UserMessage("go on"),
    ]
    wire = request(context, cache="off")
    content = json.loads(wire.body)["messages"][1]["content"]
    assert (content, notes(wire)) == (
        [
            {"reasoningContent": {"reasoningText": {"text": " so ", "signature": "c2ln"}}},
            {"reasoningContent": {"redactedContent": "ZGF0YQ=="}},
            {"text": "ho"},
        ],
        [("dropped", "messages.1.content.2")],
    )


def test_thinking_of_one_family_is_not_shown_to_another() -> None:
    """A signature of Claude's is none to Nova; its words go as text."""
    context = [UserMessage("hi"), answered(Thinking("so", "c2ln"), Text("ho")), UserMessage("go on")]
    assert [part["text"].strip() for part in body(context, model=NOVA)["messages"][1]["content"]] == ["so", "ho"]


def test_thinking_of_a_claude_elsewhere_is_read_here() -> None:
    """Its signature holds wherever it is hosted."""
    elsewhere = answered(Thinking("so", "c2ln"), Text("ho"), provider="anthropic", api="anthropic-messages")
    context = [UserMessage("hi"), evolve(elsewhere, model="claude-opus-4-6"), UserMessage("go on")]
    thought = body(context)["messages"][1]["content"][0]
    assert thought == {"reasoningContent": {"reasoningText": {"text": "so", "signature": "c2ln"}}}


def test_what_was_shown_by_url_is_told_of_once_it_was_answered() -> None:
    """In what is asked now it would be refused."""
    context = [
        UserMessage([Text("look"), Image(url="https://example.org/a.png")]),
        answered(Text("ho")),
        UserMessage("so?"),
    ]
    wire = request(context, cache="off")
    shown = json.loads(wire.body)["messages"][0]["content"]
    assert (shown[1], notes(wire)) == (
        {"text": "[image left out: this model cannot read it]"},
        [("changed", "messages.0")],
    )


def test_encrypted_thinking_goes_back_to_its_maker() -> None:
    """Models of OpenAI get their redacted thinking again, and none that is not."""
    thought = [Thinking("seen"), Thinking("", "ZGF0YQ==", redacted=True)]
    context = [UserMessage("hi"), answered(*thought, Text("ho"), model=GPT), UserMessage("go on")]
    content = body(context, model=GPT)["messages"][1]["content"]
    assert content == [{"reasoningContent": {"redactedContent": "ZGF0YQ=="}}, {"text": "ho"}]


def test_a_model_without_system_prompts_reads_it_in_the_first_turn() -> None:
    """Nothing is lost, and it is noted."""
    wire = request(model=TITAN, system="Be brief.")
    made = json.loads(wire.body)
    assert ("system" in made, made["messages"], notes(wire)) == (
        False,
        [{"role": "user", "content": [{"text": "Be brief."}, {"text": "hi"}]}],
        [("changed", "system")],
    )


def test_a_conversation_that_begins_with_an_answer_gets_a_turn_before_it() -> None:
    """Most models want to begin with the user; Claude does not mind."""
    context = [AssistantMessage([Text("Hello!")]), UserMessage("hi")]
    assert [body(context, model=model)["messages"][0]["role"] for model in (OSS, OLD_CLAUDE)] == ["user", "assistant"]


# -- thinking


@pytest.mark.parametrize(
    ("model", "level", "fields"),
    [
        (CLAUDE, "high", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        (CLAUDE, "off", {"thinking": {"type": "disabled"}}),
        (
            "amazon-bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
            "low",
            {"thinking": {"type": "enabled", "budget_tokens": 2048}},
        ),
        (NOVA, "medium", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}),
        (NOVA, "off", {"reasoningConfig": {"type": "disabled"}}),
        (OSS, "minimal", {"reasoning_effort": "low"}),
        (OSS, "off", {"reasoning_effort": "low"}),
        (GPT, "xhigh", {"reasoning": {"effort": "xhigh"}}),
        ("amazon-bedrock/xai.grok-4", "off", {"reasoning": {"effort": "low"}}),
        ("amazon-bedrock/deepseek.v3.2", "low", {"reasoning_effort": "high"}),
        ("amazon-bedrock/qwen.qwen3-32b-v1:0", "medium", {"reasoning_config": "high"}),
        (LLAMA, "high", None),
    ],
)
def test_each_family_is_told_in_its_own_way_how_much_to_think(model: str, level: Any, fields: Any) -> None:
    """Beside Converse, in the model's own fields."""
    assert body(model=model, thinking=level).get("additionalModelRequestFields") == fields


def test_a_budget_makes_room_for_itself() -> None:
    """The maximum of tokens grows by what is thought."""
    made = body(
        model="amazon-bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", thinking_budget=4000, max_tokens=500
    )
    assert (made["inferenceConfig"], made["additionalModelRequestFields"]["thinking"]["budget_tokens"]) == (
        {"maxTokens": 4500},
        4000,
    )


def test_an_application_profile_hides_its_family_which_can_be_told() -> None:
    """The settings of a model say what stands behind an id."""
    arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc"
    plain = HUB.model(f"amazon-bedrock/{arn}")
    told = HUB.model(f"amazon-bedrock/{arn}", family="anthropic.claude-opus-4-6-v1")
    asked = [body(model=model, thinking="high").get("additionalModelRequestFields") for model in (plain, told)]
    assert asked == [None, {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}]


# -- tools, schemas, caching


def test_claude_is_kept_from_tools_in_its_own_words() -> None:
    """Converse has no word for it, nor for one call at a time."""
    given: list[dict[str, Any]] = [{"tool_choice": "none"}, {"parallel_tool_calls": False}]
    asked = [body(tools=[WEATHER], **options) for options in given]
    assert [
        (made["toolConfig"].get("toolChoice"), made["additionalModelRequestFields"]["tool_choice"]) for made in asked
    ] == [
        (None, {"type": "none"}),
        (None, {"type": "auto", "disable_parallel_tool_use": True}),
    ]


def test_others_are_kept_from_tools_by_leaving_them_out() -> None:
    """Which is refused once there are calls, for then they must be declared."""
    assert "toolConfig" not in body(model=OSS, tools=[WEATHER], tool_choice="none")
    with pytest.raises(RequestError, match="tool_choice='none'"):
        body(called(OSS), model=OSS, tools=[WEATHER], tool_choice="none")


@pytest.mark.parametrize("model", [CLAUDE, OSS])
def test_tools_that_were_called_are_declared(model: str) -> None:
    """A conversation with calls and no tools is refused; the notes say what was added."""
    wire = request(called(model), model=model, cache="off")
    specs = json.loads(wire.body)["toolConfig"]["tools"]
    assert [spec["toolSpec"]["name"] for spec in specs] == ["weather", "clock"]
    assert ("added", "tools") in notes(wire)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a forced tool at a model that cannot be forced": (LLAMA, {"tools": [WEATHER], "tool_choice": "required"}),
    "a tool by name at a model that takes none": (MISTRAL, {"tools": [WEATHER], "tool_choice": "tool:weather"}),
    "a forced tool that is not there": (NOVA, {"tools": [WEATHER], "tool_choice": "tool:clock"}),
    "a forced tool without tools": (NOVA, {"tool_choice": "required"}),
    "a forced tool while a budget is thought": (
        "amazon-bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0",
        {"tools": [WEATHER], "tool_choice": "required", "thinking": "high"},
    ),
    "tools at a model without": (TITAN, {"tools": [WEATHER]}),
    "a schema at a model without": (NOVA, {"response_format": SCHEMA}),
    "any object as a schema": (OSS, {"response_format": {"type": "object"}}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_change_the_question_is_refused(case: str) -> None:
    """Before anything is sent."""
    model, options = REFUSED[case]
    with pytest.raises(RequestError):
        request(model=model, **options)


@pytest.mark.parametrize(
    "content",
    [
        Image(url="https://example.org/a.png", mime_type="image/png"),
        Image(PIXEL, "image/tiff"),
        Document(PDF, "application/zip"),
    ],
)
def test_what_bedrock_cannot_read_is_refused(content: Any) -> None:
    """Pictures and documents of a strange type, or by URL."""
    with pytest.raises(RequestError):
        request([UserMessage([Text("look"), content])])


def test_sound_goes_to_a_model_that_hears() -> None:
    """As its format and its bytes."""
    context = [UserMessage([Text("listen"), Audio(PDF, "audio/mpeg")])]
    made = body(context, model="amazon-bedrock/mistral.voxtral-small-24b-2507")
    assert (made["messages"][0]["content"][1], problems(made)) == (
        {"audio": {"format": "mp3", "source": {"bytes": PDF}}},
        [],
    )


def test_a_schema_goes_as_text() -> None:
    """Claude's is closed to further properties."""
    structure = body(response_format=SCHEMA)["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
    assert (structure["name"], json.loads(structure["schema"])) == ("answer", {**SCHEMA, "additionalProperties": False})


DROPPED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "sampling at the newest": ("amazon-bedrock/anthropic.claude-opus-5-5", {"temperature": 0.1}, ["temperature"]),
    "sampling at GPT": (GPT, {"temperature": 0.1, "top_p": 0.5}, ["temperature", "top_p"]),
    "sampling while Nova thinks": (NOVA, {"temperature": 0.1, "thinking": "low"}, ["temperature"]),
    "stop sequences": (OSS, {"stop": ["x"]}, ["stop"]),
    "a seed": (OSS, {"seed": 1}, ["seed"]),
    "a budget": (OSS, {"thinking_budget": 1000}, ["thinking_budget"]),
    "a tier": (OSS, {"service_tier": "gold"}, ["service_tier"]),
    "strictness": (NOVA, {"tools": [WEATHER], "strict_tools": True}, ["strict_tools"]),
    "thinking": (LLAMA, {"thinking": "high"}, ["thinking"]),
}


@pytest.mark.parametrize("case", DROPPED)
def test_an_option_the_model_does_not_take_is_left_out_and_noted(case: str) -> None:
    """The rest is sent."""
    model, options, names = DROPPED[case]
    wire = request(model=model, **options)
    assert notes(wire) == [("dropped", f"options.{name}") for name in names]


def points(made: dict[str, Any]) -> list[str]:
    """Where a body has cache points."""
    places = {"tools": made.get("toolConfig", {}).get("tools", []), "system": made.get("system", [])}
    places.update({f"turn {number}": turn["content"] for number, turn in enumerate(made["messages"])})
    return [place for place, content in places.items() if any("cachePoint" in part for part in content)]


@pytest.mark.parametrize(
    ("model", "places"),
    [(CLAUDE, ["tools", "system", "turn 2"]), (NOVA, ["system", "turn 2"]), (OLD_CLAUDE, []), (OSS, [])],
)
def test_cache_points_stand_where_the_model_takes_them(model: str, places: list[str]) -> None:
    """After tools, system prompt and the last turn of the user."""
    assert points(body(called(model), model=model, system="s", tools=[WEATHER], cache="short")) == places


def test_an_hour_is_asked_of_models_that_keep_it() -> None:
    """Others keep for minutes, which is noted."""
    long = body(system="s", model="amazon-bedrock/anthropic.claude-opus-4-6-v1", cache="long")
    short = request(system="s", model="amazon-bedrock/anthropic.claude-opus-4-1-20250805-v1:0", cache="long")
    assert (long["system"][-1], json.loads(short.body)["system"][-1], notes(short)) == (
        {"cachePoint": {"type": "default", "ttl": "1h"}},
        {"cachePoint": {"type": "default"}},
        [("changed", "options.cache")],
    )


def test_no_cache_point_follows_a_document() -> None:
    """After some of them it is refused."""
    assert points(body([UserMessage([Text("look"), Document(PDF)])], cache="short")) == []


def test_a_setting_nobody_knows_is_refused() -> None:
    """With the ones there are."""
    with pytest.raises(RequestError, match="no setting 'regoin'; it knows region"):
        HUB.model(CLAUDE, regoin="us-east-1")


def test_a_flag_nobody_knows_is_refused() -> None:
    """With the nearest one."""
    with pytest.raises(RequestError, match="did you mean 'cache_points'"):
        request(model=HUB.model(CLAUDE, compat={"cache_point": True}))
