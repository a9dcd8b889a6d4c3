"""Bodies of generateContent: what the vendor's own types accept, and what each option becomes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google_requests import FOREIGN, HISTORY, LIST, NOW, OPTIONS, PDF, PNG, SCHEMA, SEEN, WAV
from google_types import problems
from google_wire import HUB, MODEL, ask, notes

from headwater import Hub, Image, RequestError, Tool, UserMessage

OLDER = "google/gemini-2.5-flash"
NEWEST = "google/gemini-3.8-flash"


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("prompt", [HISTORY, FOREIGN, "hi"], ids=["own", "foreign", "words"])
def test_the_vendors_types_accept_every_body(prompt: Any, options: dict[str, Any]) -> None:
    """No field too many, none of the wrong type, and one kind of content in each part."""
    assert problems(ask(prompt, **options)) == ""


@pytest.mark.parametrize(
    "spoil",
    [
        {"content": []},
        {"contents": [{"role": "user", "parts": [{"text": 7}]}]},
        {
            "contents": [
                {"role": "user", "parts": [{"text": "a", "inlineData": {"mimeType": "image/png", "data": PNG}}]}
            ]
        },
        {"contents": [{"role": "model", "parts": [{"text": "a", "thoughtSignature": "no base64!"}]}]},
        {"generationConfig": {"max_output_tokens": 7}},
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOTS"}}},
        {"tools": [{"functionDeclarations": [{"name": "a", "input_schema": {}}]}]},
        {"toolConfig": {"functionCallingConfig": {"mode": "MUST"}}},
    ],
    ids=lambda spoil: json.dumps(spoil)[:60],
)
def test_the_vendors_types_refuse_illegal_bodies(spoil: dict[str, Any]) -> None:
    """The judge sees fields nobody knows, wrong types, two kinds of content, and words that are none."""
    assert problems({**ask("hi"), **spoil}) != ""


def test_the_key_is_in_a_header_and_never_in_the_url() -> None:
    """The URL names the model and the framing, and no key."""
    wire = Hub(environ={"GEMINI_API_KEY": "canary"}).request(MODEL, "hi")
    assert wire.url == (
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse"
    )


@pytest.mark.parametrize(
    ("id", "path"),
    [
        ("gemini-3-flash", "models/gemini-3-flash"),
        ("models/gemini-3-flash", "models/gemini-3-flash"),
        ("tunedModels/mine-1", "tunedModels/mine-1"),
        ("odd?key=1#x", "models/odd%3Fkey%3D1%23x"),
    ],
)
def test_an_id_may_say_where_the_model_is(id: str, path: str) -> None:
    """A name with its folder is taken as it stands, and nothing in it can end the path."""
    assert HUB.request(f"google/{id}", "hi").url.partition("/v1beta/")[2] == f"{path}:streamGenerateContent?alt=sse"


def test_user_content_of_every_kind() -> None:
    """Data go inline, URLs as files, each with its type as far as it is known."""
    assert ask([SEEN])["contents"] == [
        {
            "role": "user",
            "parts": [
                {"text": "What is this?"},
                {"inlineData": {"mimeType": "image/png", "data": PNG}},
                {"fileData": {"fileUri": "https://example.com/cat.jpg", "mimeType": "image/jpeg"}},
                {"inlineData": {"mimeType": "application/pdf", "data": PDF}},
                {"fileData": {"fileUri": "https://example.com/notes.txt", "mimeType": "text/plain"}},
                {"inlineData": {"mimeType": "audio/wav", "data": WAV}},
            ],
        }
    ]


def test_an_image_without_data_is_refused() -> None:
    """There is nothing to send."""
    with pytest.raises(RequestError, match="without data"):
        ask([UserMessage([Image()])])


def test_the_system_prompt_is_an_instruction_or_the_first_words() -> None:
    """Gemma has no instruction, so that what it is told comes before the user's words."""
    assert ask(system="Be brief.")["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    gemma = ask(system="Be brief.", model="google/gemma-3-27b-it")
    assert gemma == {"contents": [{"role": "user", "parts": [{"text": "Be brief."}, {"text": "hi"}]}]}


# -- thinking

LEVELS = [
    ("gemini-3-flash", "minimal", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
    ("gemini-3-flash", "xhigh", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ("gemini-3-flash", "off", {"thinkingLevel": "MINIMAL", "includeThoughts": False}),
    ("gemini-3-pro-preview", "medium", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ("gemini-3.1-pro-preview", "medium", {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
    ("gemini-3.1-pro-preview", "minimal", {"thinkingLevel": "LOW", "includeThoughts": True}),
    ("gemini-3.6-flash", "minimal", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
    ("gemini-3.8-flash", "minimal", {"thinkingLevel": "LOW", "includeThoughts": True}),
    ("gemini-3.1-flash-lite-image", "medium", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ("gemini-4-argon", "off", {"thinkingLevel": "LOW", "includeThoughts": False}),
    ("gemini-4-hydrogen", "xhigh", {"thinkingLevel": "XHIGH", "includeThoughts": True}),
    ("gemini-pro-latest", "max", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ("gemini-2.5-flash", "off", {"thinkingBudget": 0, "includeThoughts": False}),
    ("gemini-2.5-flash-lite", "high", {"thinkingBudget": 24_576, "includeThoughts": True}),
    ("gemini-2.5-pro", "off", {"thinkingBudget": 128, "includeThoughts": False}),
    ("gemini-2.5-pro", "low", {"thinkingBudget": 2048, "includeThoughts": True}),
    ("gemini-2.5-pro", "xhigh", {"thinkingBudget": 32_768, "includeThoughts": True}),
    ("gemini-3-pro-image-preview", "low", {"thinkingBudget": 2048, "includeThoughts": True}),
]


@pytest.mark.parametrize(("model", "level", "config"), LEVELS)
def test_a_level_is_what_the_family_takes(model: str, level: str, config: dict[str, Any]) -> None:
    """A word from Gemini 3 on, a budget before it, the nearest there is, and never both."""
    assert ask(model=f"google/{model}", thinking=level)["generationConfig"]["thinkingConfig"] == config


@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemini-1.5-pro", "gemma-3-27b-it", "gemini-2.5-flash-image"])
def test_a_model_that_cannot_think_is_not_asked_to(model: str) -> None:
    """The wish is dropped and noted; it would be refused."""
    assert "generationConfig" not in ask(model=f"google/{model}", thinking="low")
    assert notes(model=f"google/{model}", thinking="low") == [("dropped", "options.thinking")]


def test_a_model_that_is_not_asked_is_left_alone() -> None:
    """Without a word about thinking, nothing is said of it."""
    assert "generationConfig" not in ask()


def test_a_level_that_is_gone_is_noted_or_refused() -> None:
    """The nearest level is asked for and the message says so; `strict` sends nothing."""
    assert notes(model=NEWEST, thinking="minimal") == [("changed", "options.thinking")]
    with pytest.raises(RequestError, match="no level minimal"):
        ask(model=NEWEST, thinking="minimal", strict=True)


def test_a_budget_keeps_to_what_the_model_can() -> None:
    """Its bounds hold, -1 is as much as the model likes, and room is left for the answer."""
    config = ask(model=OLDER, thinking_budget=99_999)["generationConfig"]["thinkingConfig"]
    assert config == {"thinkingBudget": 24_576, "includeThoughts": True}
    assert ask(model=OLDER, thinking_budget=-1)["generationConfig"]["thinkingConfig"]["thinkingBudget"] == -1
    assert ask(model=OLDER, thinking_budget=2000, max_tokens=100)["generationConfig"]["maxOutputTokens"] == 2100


def test_a_budget_is_a_level_where_there_are_only_levels() -> None:
    """The lowest level that thinks as much is asked for, and noted."""
    assert ask(thinking_budget=5000)["generationConfig"]["thinkingConfig"]["thinkingLevel"] == "MEDIUM"
    assert notes(thinking_budget=5000) == [("changed", "options.thinking_budget")]
    assert ask(thinking_budget=0)["generationConfig"]["thinkingConfig"]["thinkingLevel"] == "MINIMAL"


# -- sampling and limits


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty"])
def test_the_newest_models_take_no_sampling_parameters(name: str) -> None:
    """What they do not take is left out and noted."""
    assert "generationConfig" not in ask(model=NEWEST, **{name: 1})
    assert notes(model=NEWEST, **{name: 1}) == [("dropped", f"options.{name}")]


def test_older_models_take_them() -> None:
    """Each in its own field."""
    config = ask(model=OLDER, temperature=0.5, top_p=0.9, top_k=40, seed=3, stop=["END"], max_tokens=9)
    assert config["generationConfig"] == {
        "maxOutputTokens": 9,
        "stopSequences": ["END"],
        "seed": 3,
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
    }


# -- tools and schemas


def test_a_tool_is_declared_with_its_schema() -> None:
    """The schema goes as it is, but for the name of its dialect; nothing is said of how to call."""
    body = ask(tools=[LIST, NOW])
    schema = {name: value for name, value in LIST.parameters.items() if name != "$schema"}
    assert body["tools"] == [
        {
            "functionDeclarations": [
                {"name": "list_files", "description": LIST.description, "parametersJsonSchema": schema},
                {"name": "now", "parametersJsonSchema": {"type": "object", "properties": {}}},
            ]
        }
    ]
    assert "toolConfig" not in body


@pytest.mark.parametrize(
    ("choice", "strict", "config"),
    [
        ("auto", False, {"mode": "AUTO"}),
        ("none", False, {"mode": "NONE"}),
        ("required", False, {"mode": "ANY"}),
        ("tool:now", False, {"mode": "ANY", "allowedFunctionNames": ["now"]}),
        (None, True, {"mode": "VALIDATED"}),
        ("required", True, {"mode": "ANY"}),
    ],
)
def test_a_choice_of_tools(choice: str | None, strict: bool, config: dict[str, Any]) -> None:
    """Each choice has its mode."""
    made = ask(tools=[LIST, NOW], tool_choice=choice, strict_tools=strict)
    assert made["toolConfig"] == {"functionCallingConfig": config}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tool_choice": "required"}, "needs tools"),
        ({"tools": [NOW], "tool_choice": "tool:then"}, "none of the tools"),
        ({"tools": [Tool("1st")]}, "cannot be the name"),
        ({"tools": [Tool("a b")]}, "cannot be the name"),
        ({"tools": [Tool("a" * 129)]}, "cannot be the name"),
        ({"builtin_tools": ["web_search"]}, "no tool 'web_search' of its own"),
        ({"model": OLDER, "tools": [NOW], "builtin_tools": ["google_search"]}, "beside its own tools"),
        ({"model": OLDER, "tools": [NOW], "response_format": SCHEMA}, "beside tools"),
        ({"verbosity": "low"}, "no option 'verbosity'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_sending(options: dict[str, Any], words: str) -> None:
    """The caller hears of it at once."""
    with pytest.raises(RequestError, match=words):
        ask(**options)


def test_its_own_tools_beside_functions_are_announced() -> None:
    """The Gemini API wants to be told; without functions there is nothing to tell."""
    both = ask(tools=[NOW], builtin_tools=["google_search"])
    assert both["tools"][1] == {"googleSearch": {}}
    assert both["toolConfig"] == {"includeServerSideToolInvocations": True}
    assert ask(builtin_tools=["google_search"]) == {**ask(), "tools": [{"googleSearch": {}}]}


def test_what_the_surface_does_not_know_is_dropped_and_noted() -> None:
    """Streamed arguments and times in sound are Vertex AI's."""
    options = {"tools": [NOW], "stream_arguments": True, "audio_timestamp": True, "parallel_tool_calls": False}
    assert ask(**options) == ask(tools=[NOW])
    dropped = ("options.audio_timestamp", "options.parallel_tool_calls", "options.stream_arguments")
    assert notes(**options) == [("dropped", name) for name in dropped]


def test_a_schema_for_the_answer() -> None:
    """As JSON Schema, or as any object."""
    assert ask(response_format=SCHEMA)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    assert ask(response_format={"type": "object"})["generationConfig"] == {"responseMimeType": "application/json"}


def test_what_a_cache_holds_is_not_said_again() -> None:
    """System prompt, tools and the choice among them are left out and noted."""
    options: dict[str, Any] = {"system": "Be brief.", "tools": [LIST], "tool_choice": "auto"}
    assert ask(cached_content="cachedContents/1", **options) == {**ask(), "cachedContent": "cachedContents/1"}
    left_out = ("system_prompt", "tools", "options.tool_choice")
    assert notes(cached_content="cachedContents/1", **options) == [("dropped", path) for path in left_out]


def test_an_endpoint_without_server_sent_events_answers_with_an_array() -> None:
    """A flag changes the URL and the framing together."""
    model = HUB.endpoint("http://127.0.0.1:1/v1", "m", api="google-generative-ai", compat={"framing": "json-array"})
    wire = HUB.request(model, "hi")
    assert (wire.url, wire.framing) == ("http://127.0.0.1:1/v1/models/m:streamGenerateContent", "json-array")


def test_a_flag_that_does_not_exist_is_refused() -> None:
    """With the nearest one."""
    model = HUB.endpoint("http://127.0.0.1:1", "m", api="google-generative-ai", compat={"frame": "sse"})
    with pytest.raises(RequestError, match="did you mean 'framing'"):
        HUB.request(model, "hi")
