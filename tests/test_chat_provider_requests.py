"""Requests to the providers that imitate chat completions: every kind of content, every level, every option.

Each body is judged by the vendor's own types or documented shape (`chat_judges`), extra fields forbidden; the
judges are shown to refuse bodies that are wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import chat_judges
import pytest

from headwater import (
    LEVELS,
    AssistantMessage,
    Audio,
    Context,
    Document,
    Hub,
    Image,
    Message,
    Model,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    loads,
)

HUB = Hub(environ={})

HIGH, ON = {"reasoning_effort": "high"}, {"thinking": {"type": "enabled"}}
OFF = {"thinking": {"type": "disabled"}}
ZAI_ON = {"thinking": {"type": "enabled", "clear_thinking": False}}
KEPT = {"thinking": {"type": "enabled", "keep": "all"}}
NONE: dict[str, Any] = {}


def effort(word: str | int) -> dict[str, Any]:
    """The field that most take."""
    return {"reasoning_effort": word}


def switched(on: bool) -> dict[str, Any]:
    """The field that Together takes."""
    return {"reasoning": {"enabled": on}}


THINKING: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "groq/llama-3.3-70b-versatile": {"off": NONE, "high": NONE},
    "groq/openai/gpt-oss-120b": {"off": effort("low"), "low": effort("low"), "medium": effort("medium"), "max": HIGH},
    "groq/qwen/qwen3.6-27b": {"off": effort("none"), "low": effort("default"), "high": effort("default")},
    "groq/qwen/qwen3.8-27b": {"off": effort("none"), "minimal": effort("low"), "xhigh": HIGH},
    "groq/groq/compound": {"high": NONE},
    "cerebras/gpt-oss-120b": {"off": effort("low"), "high": HIGH},
    "cerebras/qwen-3.8-27b": {"off": effort("none"), "medium": effort("medium"), "max": HIGH},
    "cerebras/zai-glm-5.3": {"off": effort("low"), "medium": HIGH, "max": effort("max")},
    "deepseek/deepseek-flash": {"off": OFF, "low": {**ON, **effort("low")}, "medium": {**ON, **HIGH}},
    "deepseek/deepseek-v4-pro": {"off": OFF, "low": {**ON, **HIGH}, "xhigh": {**ON, **effort("max")}},
    "deepseek/deepseek-chat": {"off": NONE, "high": NONE},
    "zai/glm-4.7": {"off": OFF, "low": ZAI_ON, "max": ZAI_ON},
    "zai/glm-5.2": {"off": OFF, "low": {**ZAI_ON, **HIGH}, "max": {**ZAI_ON, **effort("max")}},
    "zai-coding/glm-5.3": {"off": {**ZAI_ON, **effort("low")}, "medium": {**ZAI_ON, **HIGH}},
    "zai-coding-cn/glm-5.3-flash": {"high": {**ZAI_ON, **HIGH}},
    "zai-cn/glm-4.6v": {"off": OFF, "high": ZAI_ON},
    "moonshot/moonshot-v1-8k": {"off": NONE, "high": NONE},
    "moonshot/kimi-k2.5": {"off": OFF, "low": ON},
    "moonshot/kimi-k2.6": {"off": OFF, "low": KEPT, "max": KEPT},
    "moonshot-cn/kimi-k2.7-code": {"off": ON, "high": ON},
    "moonshot/kimi-k3.1-pro": {"off": effort("low"), "medium": HIGH, "max": effort("max")},
    "kimi-coding/k3": {"off": effort("low"), "high": HIGH},
    "kimi-coding/kimi-for-coding-highspeed": {"off": ON, "high": ON},
    "together/zai-org/GLM-5.3": {"off": switched(False), "low": switched(True)},
    "together/deepseek-ai/DeepSeek-V4-Pro-0813": {
        "off": switched(False),
        "low": {**switched(True), "reasoning_effort": "high"},
    },
    "together/openai/gpt-oss-120b": {"off": effort("low"), "high": HIGH},
    "together/meta-llama/Llama-3.3-70B-Instruct-Turbo": {"off": NONE, "high": NONE},
    "fireworks/accounts/fireworks/models/glm-5p3": {"off": effort("low"), "max": effort("max")},
    "fireworks/accounts/fireworks/models/kimi-k3": {"medium": HIGH},
    "fireworks/accounts/fireworks/models/gpt-oss-20b": {"minimal": effort("low"), "off": effort("low"), "xhigh": HIGH},
    "fireworks/accounts/me/deployments/any": {"off": effort("none"), "minimal": effort("low"), "xhigh": HIGH},
    "perplexity/sonar": {"off": NONE, "high": NONE},
    "perplexity/sonar-deep-research": {"minimal": effort("minimal"), "off": effort("minimal"), "max": HIGH},
}
"""What a level is at a model (wire/openai-compatible, sections 1 and 3, appendix A)."""

FIELDS = ("reasoning_effort", "thinking", "reasoning")

SEES = (
    "groq/qwen/qwen3.8-27b",
    "cerebras/qwen-3.8-27b",
    "deepseek/deepseek-flash",
    "zai/glm-5.3-flash",
    "moonshot/kimi-k3",
    "kimi-coding/k3",
    "together/moonshotai/Kimi-K3",
    "fireworks/accounts/fireworks/models/kimi-k3",
    "perplexity/sonar-pro",
)
BLIND = (
    "groq/openai/gpt-oss-120b",
    "cerebras/gpt-oss-120b",
    "deepseek/deepseek-v4-pro",
    "zai/glm-5.3",
    "moonshot/moonshot-v1-8k",
    "together/zai-org/GLM-5.3",
    "fireworks/accounts/fireworks/models/glm-5p3",
)
EVERY = tuple(dict.fromkeys((*THINKING, *SEES, *BLIND)))

POINT = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"], "additionalProperties": False}
ADD = Tool("add", "Adds.", POINT)
REFERRING = Tool(
    "move", "Moves.", {"type": "object", "properties": {"to": {"$ref": "#/$defs/P"}}, "$defs": {"P": POINT}}
)
PNG, PDF, SOUND = Image("iVBORw0KGgo=", "image/png"), Document("JVBERi0="), Audio("UklGRg==", "audio/wav")
HI = UserMessage("Hi")


def request(model: Model | str, prompt: Any = "Hi", **asked: Any) -> WireRequest:
    """The request that would be sent."""
    return HUB.request(model, prompt, **asked)


def body(model: Model | str, prompt: Any = "Hi", **asked: Any) -> dict[str, Any]:
    """Its body, which the provider's judge has nothing against."""
    sent = loads(request(model, prompt, **asked).body)
    provider = (model if isinstance(model, str) else model.provider).partition("/")[0]
    assert chat_judges.JUDGES[provider](sent) == ""
    return sent


def noted(model: Model | str, prompt: Any = "Hi", **asked: Any) -> list[str]:
    """Paths of what the request leaves out or changes."""
    notes = request(model, prompt, **asked).notes
    return [note.path for note in notes if note.action in ("dropped", "changed")]


def test_every_provider_with_a_judge_is_tried() -> None:
    """And no other."""
    assert {name.partition("/")[0] for name in EVERY} == set(chat_judges.JUDGES)


# -- thinking


@pytest.mark.parametrize("name", THINKING)
def test_a_level_is_asked_for_in_the_models_own_words(name: str) -> None:
    """One that the model does not have becomes the nearest."""
    sent = {level: body(name, thinking=level) for level in THINKING[name]}
    got = {level: {field: one[field] for field in FIELDS if field in one} for level, one in sent.items()}
    assert got == THINKING[name]


@pytest.mark.parametrize("name", EVERY)
def test_every_level_is_legal_and_none_is_changed_in_silence(name: str) -> None:
    """A level that is not among the model's is noted, unless it asks for what the model does anyway."""
    model = HUB.model(name)
    changed = {level for level in LEVELS if "options.thinking" in noted(model, thinking=level)}
    assert all(body(model, thinking=level) for level in LEVELS)
    held = {"off"} if not model.reasoning else {level for level in LEVELS if model.levels.get(level) is not None}
    assert changed == set(LEVELS) - held


PARSED = ("groq/qwen/qwen3.8-27b", "cerebras/qwen-3.8-27b", "cerebras/gpt-oss-120b", "cerebras/zai-glm-4.7")


@pytest.mark.parametrize("name", [*PARSED, "groq/openai/gpt-oss-120b", "groq/llama-3.1-8b-instant"])
def test_thinking_is_asked_for_apart_where_it_would_stand_between_tags(name: str) -> None:
    """And `reasoning_format` stays away from models that do not know it."""
    assert body(name).get("reasoning_format") == ("parsed" if name in PARSED else None)


def test_a_budget_goes_where_one_is_taken() -> None:
    """Elsewhere the levels' nearest stands in, with a note."""
    qwen, glm = (f"fireworks/accounts/fireworks/models/{name}" for name in ("qwen3-8b", "glm-5p3"))
    sent = [body(name, thinking_budget=3000).get("reasoning_effort") for name in (qwen, glm)]
    assert (sent, noted(qwen, thinking_budget=3000), noted(glm, thinking_budget=3000)) == (
        [3000, None],
        [],
        ["options.thinking_budget"],
    )


# -- content


def talk(model: Model, *content: Any, **after: Any) -> Context:
    """A conversation with that model, in which it said this, its calls answered, and the user went on."""
    answer = AssistantMessage(content, model.api, model.provider, model.id)
    results = [
        ToolResultMessage(one.id, one.name, after.get("result", "3")) for one in content if isinstance(one, ToolCall)
    ]
    messages: list[Message] = [HI, answer, *results, UserMessage("Go on")]
    return Context(messages, "Be brief.", [ADD])


def turns(model: Model) -> Iterator[tuple[str, Any]]:
    """Prompts with each kind of content."""
    yield "text", HI
    yield "parts", UserMessage([Text("a"), Text("b")])
    yield "image", UserMessage([Text("see"), PNG])
    yield "document", UserMessage([Text("read"), PDF])
    yield "audio", UserMessage([Text("hear"), SOUND])
    yield "call", talk(model, Text("I add."), ToolCall("call_1", "add", {"x": 1}))
    yield "calls alone", talk(model, ToolCall("call_1", "add", {}), ToolCall("call_2", "add", {"x": 2}))
    yield "thinking", talk(model, Thinking("Hm."), Text("Hello"))
    yield "thinking before a call", talk(model, Thinking("Hm."), ToolCall("call_1", "add", {"x": 1}))
    yield "result with image", talk(model, ToolCall("call_1", "add", {"x": 1}), result=[Text("3"), PNG])


@pytest.mark.parametrize("name", EVERY)
def test_each_kind_of_content_is_legal(name: str) -> None:
    """With every kind of turn in the history."""
    model = HUB.model(name)
    sent = {kind: body(model, prompt) for kind, prompt in turns(model)}
    assert len(sent) == 10


@pytest.mark.parametrize("name", [*SEES, *BLIND])
def test_an_image_reaches_the_models_that_see(name: str) -> None:
    """To others a note stands in its place, reported."""
    shown = UserMessage([Text("see"), PNG])
    parts = body(name, shown)["messages"][0]["content"]
    assert (any(part["type"] == "image_url" for part in parts), bool(noted(name, shown))) == (
        name in SEES,
        name in BLIND,
    )


def test_an_image_in_a_result_stays_there_where_it_may() -> None:
    """DeepSeek takes it in the tool's message; others see it after the results."""
    models = [HUB.model(name) for name in ("deepseek/deepseek-flash", "zai/glm-5.3-flash")]
    call = ToolCall("call_1", "add", {"x": 1})
    sent = [body(model, talk(model, call, result=[Text("3"), PNG]))["messages"] for model in models]
    holders = [[one["role"] for one in messages if "image_url" in str(one["content"])] for messages in sent]
    assert holders == [["tool"], ["user"]]


def test_documents_reach_perplexity_only() -> None:
    """As base64 without anything before it, or by address."""
    read = UserMessage([Text("read"), PDF, Document(url="https://a.test/a.pdf", name="a.pdf")])
    assert body("perplexity/sonar", read)["messages"][0]["content"][1:] == [
        {"type": "file_url", "file_url": {"url": "JVBERi0="}},
        {"type": "file_url", "file_url": {"url": "https://a.test/a.pdf"}, "file_name": "a.pdf"},
    ]


def test_moonshot_is_given_images_as_data_or_as_its_own_files() -> None:
    """It fetches none: asked now it is refused, in a history it is told of."""
    own, elsewhere = (Image(url=url) for url in ("ms://f1", "https://a.test/b.png"))
    model = HUB.model("moonshot/kimi-k3")
    kept = body(model, [UserMessage([own]), *talk(model, Text("Seen.")).messages[1:]])["messages"][0]["content"]
    assert kept == [{"type": "image_url", "image_url": {"url": "ms://f1"}}]
    with pytest.raises(RequestError, match="does not fetch"):
        request(model, UserMessage([elsewhere]))
    assert noted(model, [UserMessage([elsewhere]), *talk(model, Text("Seen.")).messages[1:]]) == [
        "messages.0.content.0"
    ]


REPLAYED: Mapping[str, dict[str, Any]] = {
    "groq/openai/gpt-oss-120b": {"content": "Hello", "reasoning": "Hm."},
    "cerebras/gpt-oss-120b": {"content": "Hello", "reasoning": "Hm."},
    "cerebras/zai-glm-4.7": {"content": "<think>Hm.</think>Hello"},
    "deepseek/deepseek-flash": {"content": "Hello", "reasoning_content": "Hm."},
    "zai/glm-5.3": {"content": "Hello", "reasoning_content": "Hm."},
    "moonshot/kimi-k3": {"content": "Hello", "reasoning_content": "Hm."},
    "together/zai-org/GLM-5.3": {"content": "Hello", "reasoning": "Hm."},
    "fireworks/accounts/fireworks/models/glm-5p3": {"content": "Hello", "reasoning_content": "Hm."},
    "perplexity/sonar-deep-research": {"content": "Hello"},
}


@pytest.mark.parametrize("name", REPLAYED)
def test_thinking_goes_back_where_the_provider_looks_for_it(name: str) -> None:
    """Its own, of the same model."""
    model = HUB.model(name)
    sent = body(model, talk(model, Thinking("Hm."), Text("Hello")))["messages"]
    assert sent[2] == {"role": "assistant", **REPLAYED[name]}


@pytest.mark.parametrize("name", ["deepseek/deepseek-flash", "moonshot/kimi-k3", "kimi-coding/k3"])
def test_every_answer_of_the_history_has_its_thinking(name: str) -> None:
    """If only an empty one, also of other models' answers."""
    model = HUB.model(name)
    others = [AssistantMessage([Text("Hello")], "acme-api", "acme", "x"), UserMessage("Go on")]
    sent = [body(model, talk(model, Text("Hello")))["messages"][2], body(model, [HI, *others])["messages"][1]]
    assert [one["reasoning_content"] for one in sent] == ["", ""]


# -- tools and formats

CHOICES: Mapping[str, frozenset[str]] = {
    "deepseek": frozenset({"auto", "none"}),
    "zai": frozenset({"auto", "none"}),
    "moonshot": frozenset({"auto", "none", "tool:add"}),
    "kimi-coding": frozenset({"auto", "none", "tool:add"}),
    "perplexity": frozenset({"auto", "none", "required"}),
}
"""What can be said of tools, where not all can be."""


@pytest.mark.parametrize("name", SEES)
def test_a_choice_of_tools_is_legal_or_refused(name: str) -> None:
    """What an endpoint cannot be made to do is refused before anything is sent."""
    taken: set[str] = set()
    for choice in ("auto", "none", "required", "tool:add"):
        try:
            body(name, tools=[ADD], tool_choice=choice)
        except RequestError:
            continue
        taken.add(choice)
    assert taken == CHOICES.get(name.partition("/")[0], {"auto", "none", "required", "tool:add"})


def test_deepseek_can_be_made_to_call_when_it_does_not_think() -> None:
    """The refusal says so."""
    with pytest.raises(RequestError, match="thinking='off'"):
        request("deepseek/deepseek-flash", tools=[ADD], tool_choice="required")
    assert (
        body("deepseek/deepseek-flash", tools=[ADD], tool_choice="required", thinking="off")["tool_choice"]
        == "required"
    )


def test_zai_streams_arguments_and_is_given_schemas_written_out() -> None:
    """GLM-5.3 takes no references; tools that must not be called are left out."""
    sent = [body(f"zai/{id}", tools=[REFERRING]) for id in ("glm-5.3", "glm-4.7")]
    said = ["$ref" in str(one["tools"]) for one in sent]
    hidden = body("zai/glm-5.3", tools=[ADD], tool_choice="none")
    assert ([one["tool_stream"] for one in sent], said, "tools" in hidden) == ([True, True], [False, True], False)


def test_groq_takes_no_more_than_128_tools() -> None:
    """The refusal counts them."""
    many = [Tool(f"add_{number}", "Adds.", POINT) for number in range(129)]
    with pytest.raises(RequestError, match="at most 128 tools, not 129"):
        request("groq/openai/gpt-oss-120b", tools=many)


ANY, SCHEMA = {"type": "object"}, {"title": "point", **POINT}
SCHEMAS: Mapping[str, str] = {
    "deepseek": "any",
    "zai": "any",
    "groq": "any schema",
}
"""The response formats a provider takes, where it does not take all; `any` is an object of any form."""

FORMATS: Mapping[str, dict[str, Any]] = {
    "any": {"response_format": ANY},
    "schema": {"response_format": SCHEMA},
    "schema-with-tools": {"response_format": SCHEMA, "tools": [ADD]},
}


@pytest.mark.parametrize("name", SEES)
def test_a_response_format_is_legal_or_refused(name: str) -> None:
    """With tools beside it, too."""
    taken: list[str] = []
    for kind, asked in FORMATS.items():
        try:
            sent = body(name, "Say it in JSON.", **asked)
        except RequestError:
            continue
        assert sent["response_format"]["type"].startswith("json_")
        taken.append(kind)
    assert " ".join(taken) == SCHEMAS.get(name.partition("/")[0], "any schema schema-with-tools")


# -- options

OPTIONS: Mapping[str, Any] = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_p": 0.9,
    "stop": ["END"],
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.1,
    "logit_bias": {"7": 1},
    "verbosity": "low",
    "prediction": {"type": "content", "content": "a"},
    "safety_identifier": "user-1",
    "service_tier": "auto",
    "metadata": {"a": "b"},
    "store": True,
    "thinking_budget": 2000,
}
NAMES: Mapping[str, tuple[str, ...]] = {
    "max_tokens": ("max_completion_tokens",),
    "safety_identifier": ("user", "user_id"),
    "thinking_budget": ("reasoning_effort",),
}
"""Fields by which some know an option."""


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", [*SEES, *BLIND])
def test_an_option_is_sent_or_noted(name: str, option: str) -> None:
    """Never dropped in silence, never sent where it is not known."""
    asked = {option: OPTIONS[option]}
    sent = set(body(name, **asked)) & {option, *NAMES.get(option, ())}
    dropped = f"options.{option}" in noted(name, **asked)
    assert (bool(sent), dropped) in ((True, False), (False, True))


def test_parallel_calls_are_sent_or_noted() -> None:
    """They need tools."""
    asked: dict[str, Any] = {"tools": [ADD], "parallel_tool_calls": False}
    found = {name: ("parallel_tool_calls" in body(name, **asked), noted(name, **asked)) for name in SEES}
    assert {name for name, (sent, notes) in found.items() if sent == bool(notes)} == set()


LIMITS: Mapping[str, tuple[str, Any, Any]] = {
    "groq/openai/gpt-oss-120b": ("stop", list("abcdef"), list("abcd")),
    "zai/glm-5.3": ("stop", ["a", "b"], ["a"]),
    "zai/glm-4.7": ("temperature", 1.7, 1.0),
    "moonshot/moonshot-v1-8k": ("temperature", 1.7, 1.0),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_goes_beyond_a_limit_is_cut_with_a_note(name: str) -> None:
    """The limit itself is sent."""
    option, asked, sent = LIMITS[name]
    assert (body(name, **{option: asked})[option], noted(name, **{option: asked})) == (sent, [f"options.{option}"])


def test_a_session_goes_where_its_beginning_is_cached() -> None:
    """By a key of the cache, and at Fireworks by a header."""
    named = {name: body(name, session_id="s1").get("prompt_cache_key") for name in SEES}
    keyed = {name.partition("/")[0] for name, key in named.items() if key == "s1"}
    header = request("fireworks/accounts/fireworks/models/glm-5p3", session_id="s1").headers["x-session-affinity"]
    assert (keyed, header) == ({"cerebras", "moonshot", "kimi-coding", "fireworks"}, "s1")


def test_perplexity_has_options_for_its_search() -> None:
    """Typed, and sent by their own names."""
    asked: dict[str, Any] = {
        "search_mode": "academic",
        "search_domain_filter": ["-example.com"],
        "search_recency_filter": "week",
        "web_search_options": {"search_context_size": "high"},
        "return_images": True,
        "return_related_questions": True,
        "stream_mode": "concise",
        "top_k": 5,
    }
    sent = body("perplexity/sonar", **asked)
    assert {name: sent[name] for name in asked} == asked


def test_settings_of_groqs_search_go_through_the_body() -> None:
    """Compound models are asked over the protocol they share with the others."""
    settings = {"search_settings": {"include_domains": ["example.com"]}, "citation_options": "enabled"}
    sent = body("groq/groq/compound", extra_body=settings)
    assert {name: sent[name] for name in settings} == settings


# -- further protocols


def test_deepseek_is_asked_over_three_protocols() -> None:
    """Each at its own address, with its own words for thinking."""
    apis = (None, "anthropic-messages", "openai-responses")
    sent = [request(HUB.model("deepseek/deepseek-flash", api=api), thinking="high") for api in apis]
    words = [{name: loads(one.body).get(name) for name in ("thinking", "output_config", "reasoning")} for one in sent]
    assert ([one.url.removeprefix("https://api.deepseek.com") for one in sent], words) == (
        ["/chat/completions", "/anthropic/v1/messages", "/responses"],
        [
            {"thinking": {"type": "enabled"}, "output_config": None, "reasoning": None},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}, "reasoning": None},
            {"thinking": None, "output_config": None, "reasoning": {"effort": "high"}},
        ],
    )


@pytest.mark.parametrize("name", ["deepseek/deepseek-flash", "fireworks/accounts/fireworks/models/kimi-latest"])
@pytest.mark.parametrize("level", LEVELS)
def test_the_messages_protocol_is_kept(name: str, level: Any) -> None:
    """Judged by the types of its owner, with tools and thinking in the history."""
    import vendor_types

    model = HUB.model(name, api="anthropic-messages")
    prompt = talk(model, Thinking("Hm."), Text("I add."), ToolCall("call_1", "add", {"x": 1}))
    assert vendor_types.problems("anthropic-messages", request(model, prompt, thinking=level)) == ""


# -- the judges themselves

Spoil = Callable[[dict[str, Any]], Any]

ILLEGAL: Mapping[str, Spoil] = {
    "a field nobody knows": lambda body: body.update(surprise=1),
    "messages that are words": lambda body: body.update(messages="Hi"),
    "a message of the same": lambda body: body["messages"].append({"role": "user", "content": "Hi", "surprise": 1}),
    "a call without a name": lambda body: body["messages"][2]["tool_calls"][0]["function"].pop("name"),
    "no model": lambda body: body.pop("model"),
    "a choice that is a number": lambda body: body.update(tool_choice=7),
    "tools that are words": lambda body: body.update(tools="add"),
    "a temperature in words": lambda body: body.update(temperature="hot"),
}


@pytest.mark.parametrize("wrong", ILLEGAL)
@pytest.mark.parametrize("name", SEES)
def test_a_judge_refuses_what_is_wrong(name: str, wrong: str) -> None:
    """The same body without the fault passes."""
    model = HUB.model(name)
    legal = body(model, talk(model, Text("I add."), ToolCall("call_1", "add", {"x": 1})))
    spoilt = copy.deepcopy(legal)
    if wrong == "a call without a name" and model.provider == "perplexity":
        wrong = "no model"  # its types let a call be without a name
    ILLEGAL[wrong](spoilt)
    assert chat_judges.JUDGES[model.provider](spoilt) != ""
