"""Requests to the providers that imitate chat completions: every kind of content, every level, every option.

Each body is judged by the vendor's own types or documented shape (`chat_judges`), extra fields forbidden; the
judges are shown to refuse bodies that are wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import chat_judges
import pytest
from chat_asking import BLIND, HI, HUB, PDF, PNG, SEES, SOUND, body, noted, request, talk

from headwater import (
    LEVELS,
    AssistantMessage,
    Document,
    Image,
    Model,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    UserMessage,
)

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

EVERY = tuple(dict.fromkeys((*THINKING, *SEES, *BLIND)))


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


def test_thinking_can_be_hidden() -> None:
    """What the caller puts into the body wins."""
    hidden = {"reasoning_format": "hidden"}
    sent = [body(name, extra_body=hidden)["reasoning_format"] for name in PARSED[:2]]
    assert sent == ["hidden", "hidden"]


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


def test_a_document_by_address_stays_in_perplexitys_history() -> None:
    """It reaches the model again with every further question."""
    model = HUB.model("perplexity/sonar")
    asked = UserMessage([Text("read"), Document(url="https://a.test/a.pdf")])
    sent = body(model, [asked, *talk(model, Text("Read.")).messages[1:]])["messages"][0]["content"]
    assert sent[1] == {"type": "file_url", "file_url": {"url": "https://a.test/a.pdf"}}


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
    came = {"reasoning_field": "reasoning"}
    others = [AssistantMessage([Text("Hello")], "acme-api", "acme", "x", extra=came), UserMessage("Go on")]
    sent = [body(model, talk(model, Text("Hello")))["messages"][2], body(model, [HI, *others])["messages"][1]]
    assert [one["reasoning_content"] for one in sent] == ["", ""]


def test_moonshot_goes_on_with_an_answer_at_the_end() -> None:
    """Which is marked so; an answer further up is not."""
    model = HUB.model("moonshot/kimi-k3")
    begun = AssistantMessage([Text("It is")], model.api, model.provider, model.id)
    sent = body(model, [HI, begun, HI, begun])["messages"]
    assert [one.get("partial") for one in sent if one["role"] == "assistant"] == [None, True]
