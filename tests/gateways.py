"""Providers that pass requests on to models of many vendors: what they take, and how it is judged.

A provider joins with lines in `GATEWAYS`, one for each protocol it speaks.
"""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import gateway_schemas as schemas
import pytest

from headwater import (
    BUDGETS,
    LEVELS,
    AssistantMessage,
    Audio,
    Context,
    Document,
    Hub,
    Image,
    Message,
    Model,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

PLUGINS = Path(__file__).parents[1] / "plugins"
HUB = Hub(environ={})

CHAT, RESPONSES, MESSAGES = "openai-completions", "openai-responses", "anthropic-messages"
GENERATE = "google-generative-ai"

Judge = Callable[[dict[str, Any]], str]
"""Says what is wrong with a body; empty when nothing is."""


@attrs.frozen
class Gateway:
    """One protocol of one provider.

    `takes` are the kinds of content whose data has to be in the body; others are told of in a note.
    `levels`: what the body says of each thinking level, by the fields that `thinking_of` looks at.
    `illegal` are fields that make a body one the judge refuses.
    """

    model: str
    api: str
    judge: Judge
    takes: frozenset[str]
    levels: Mapping[str, Mapping[str, Any]]
    illegal: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """The provider's name and the protocol."""
        return f"{self.model.partition('/')[0]}-{self.api}"

    def find(self) -> Model:
        """The model itself."""
        return HUB.model(self.model, api=self.api)


# -- what is sent

ADD = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})
CALL = ToolCall("call_1", "add", {"a": 1})

DATA: Mapping[str, str] = {
    "text": "Say a word.",
    "image": "iVBORw0=",
    "image by url": "https://example.com/c.png",
    "document": "JVBERi0=",
    "document by url": "https://example.com/b.pdf",
    "audio": "UklGRg==",
    "call": "call_1",
    "thinking": "I ought to add.",
    "image of a tool": "R0lGODk=",
}
"""What of each kind of content must be found in the body."""

EVERYTHING = frozenset(DATA)
SEEN = EVERYTHING - {"audio", "document", "document by url"}
"""What models take that read and see."""

GIVEN: Mapping[str, Any] = {
    "text": Text(DATA["text"]),
    "image": Image(DATA["image"], "image/png"),
    "image by url": Image(url=DATA["image by url"]),
    "document": Document(DATA["document"], name="a.pdf"),
    "document by url": Document(url=DATA["document by url"]),
    "audio": Audio(DATA["audio"], "audio/wav"),
}


def conversation(kind: str, model: Model) -> Context:
    """A conversation with content of that kind, in which the user has the last word."""
    if kind in GIVEN:
        return Context((UserMessage((GIVEN[kind],)),), "Be brief.")
    thought = Thinking(DATA["thinking"], "c2ln") if kind == "thinking" else Text("I add.")
    result: Any = "2"
    if kind == "image of a tool":
        result = (Text("See"), Image(DATA[kind], "image/gif"))
    answer = AssistantMessage((thought, CALL), model.api, model.provider, model.id, stop_reason="toolUse")
    messages: list[Message] = [UserMessage("Add"), answer, ToolResultMessage(CALL.id, "add", result)]
    return Context((*messages, UserMessage("And now?")), "Be brief.", (ADD,))


_THINKING = ("reasoning", "reasoning_effort", "thinking", "output_config", "reasoning_split", "generationConfig")


def thinking_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body that say how much to think."""
    return {name: body[name] for name in _THINKING if name in body}


def each(make: Callable[[str], Mapping[str, Any]], **others: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What is said of each level: made of its name, but for those that are given."""
    return {level: others.get(level, make(level)) for level in LEVELS}


# -- judges


@cache
def beside(plugin: str, name: str) -> ModuleType:
    """A helper of a plugin's tests."""
    path = PLUGINS / plugin / "tests" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"gateway_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def openrouter(api: str) -> Judge:
    """OpenRouter's own types."""
    return lambda body: beside("openrouter", "openrouter_types").problems(api, body)


def chat(body: dict[str, Any]) -> str:
    """The types of chat completions' owner, but for fields in which others have thinking."""
    own = ("reasoning", "reasoning_content", "reasoning_text", "reasoning_details")
    messages = [{name: value for name, value in one.items() if name not in own} for one in body["messages"]]
    fields = ("reasoning", "thinking", "reasoning_split", "providerOptions")
    told = {name: value for name, value in body.items() if name not in fields}
    return beside("openai", "openai_types").problems("chat", {**told, "messages": messages})


def responses(body: dict[str, Any]) -> str:
    """The types of Responses' owner."""
    return beside("openai", "openai_types").problems("responses", body)


def messages(body: dict[str, Any]) -> str:
    """The types of Messages' owner, whose newest version has no sampling parameters; what imitates it has them."""
    told = {name: value for name, value in body.items() if name not in ("temperature", "top_p")}
    return beside("anthropic", "messages_types").problems(told)


def generate(body: dict[str, Any]) -> str:
    """The types of generateContent's owner."""
    return beside("google", "google_types").problems(body)


def both(types: Judge, schema: Mapping[str, Any]) -> Judge:
    """A protocol's owner's types, and what of the protocol a provider documents."""
    return lambda body: "\n".join(filter(None, (types(body), schemas.wrong(schema, body))))


def huggingface(body: dict[str, Any]) -> str:
    """The owner's types for what is inside, the vendor's library for which fields there are."""
    names = {field.name for field in fields_of("ChatCompletionInput")} | set(schemas.HUGGINGFACE_EXTRA)
    unknown = sorted(set(body) - names)
    return "\n".join(filter(None, (chat(body), f"unknown: {unknown}" if unknown else "")))


def fields_of(name: str) -> tuple[dataclasses.Field[Any], ...]:
    """The fields of one of the types of requests in huggingface-hub."""
    types = pytest.importorskip("huggingface_hub.inference._generated.types.chat_completion")
    return dataclasses.fields(getattr(types, name))


# -- the providers


def _effort(level: str) -> Mapping[str, Any]:
    return {"reasoning": {"effort": level}}


def _summarised(level: str) -> Mapping[str, Any]:
    return {"reasoning": {"effort": level, "summary": "auto"}}


def _adaptive(level: str) -> Mapping[str, Any]:
    """A Claude of the newer kind, which shows its thinking when asked."""
    effort = "low" if level == "minimal" else level
    return {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": effort}}


OFF: Mapping[str, Any] = {"thinking": {"type": "disabled"}}


def _budget(level: str) -> Mapping[str, Any]:
    """A model that is told in tokens; above `high` there is none."""
    return {"thinking": {"type": "enabled", "budget_tokens": BUDGETS[level]}} if level != "off" else OFF


def _named(level: str) -> Mapping[str, Any]:
    """The effort of a model that knows three and cannot be stopped."""
    return {"reasoning_effort": {"off": "low", "minimal": "low", "xhigh": "high", "max": "high"}.get(level, level)}


def _unstopped(level: str) -> Mapping[str, Any]:
    """A model that thinks as it sees fit and cannot be stopped."""
    return {
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": {"off": "low", "minimal": "low"}.get(level, level)},
    }


def _to_xhigh(level: str) -> Mapping[str, Any]:
    """An effort of Responses, of a model that cannot be stopped."""
    return _summarised({"off": "low", "minimal": "low", "max": "xhigh"}.get(level, level))


def _thinking_level(level: str) -> Mapping[str, Any]:
    """A level of a Gemini that knows three."""
    word = {"off": "low", "minimal": "low", "xhigh": "high", "max": "high"}.get(level, level)
    shown = level != "off"
    return {"generationConfig": {"thinkingConfig": {"includeThoughts": shown, "thinkingLevel": word.upper()}}}


ILLEGAL_GENERATE: Sequence[Mapping[str, Any]] = (
    {"contents": [{"role": "user", "parts": [{"text": "Hi", "colour": "red"}]}]},
    {"contents": [{"role": "user", "parts": [{"film": "a"}]}]},
    {"temperatur": 1},
    {"generationConfig": {"thinkingConfig": {"thinkingLevel": "HUGE"}}},
    {"tools": [{"functions": []}]},
)

ILLEGAL_CHAT: Sequence[Mapping[str, Any]] = (
    {"messages": [{"role": "user", "content": "Hi", "colour": "red"}]},
    {"messages": [{"role": "robot", "content": "Hi"}]},
    {"messages": [{"role": "user", "content": [{"type": "film", "film": "a"}]}]},
    {"temperatur": 1},
    {"tools": [{"type": "function", "function": {"description": "no name"}}]},
    {"tool_choice": "perhaps"},
)
ILLEGAL_RESPONSES: Sequence[Mapping[str, Any]] = (
    {"input": [{"role": "robot", "content": "Hi"}]},
    {"input": [{"type": "message", "role": "user", "content": [{"type": "film", "film": "a"}]}]},
    {"temperatur": 1},
    {"tools": [{"type": "function", "function": {"name": "add"}}]},
    {"reasoning": {"effort": "huge"}},
    {"store": "perhaps"},
)
ILLEGAL_MESSAGES: Sequence[Mapping[str, Any]] = (
    {"messages": [{"role": "system", "content": [{"type": "film", "film": "a"}]}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", "colour": "red"}]}]},
    {"thinking": {"type": "sometimes"}},
    {"temperatur": 1},
    {"max_tokens": "many"},
    {"tools": [{"name": "add"}]},
)

KIMI: Mapping[str, str] = {"medium": "high", "xhigh": "max", "max": "max"}
SOL: Mapping[str, Mapping[str, Any]] = {
    "off": {"reasoning": {"effort": "none"}},
    "max": {"reasoning": {"effort": "max", "summary": "auto"}},
}
"""What the catalogue knows of two models beyond their families."""

GATEWAYS: Sequence[Gateway] = (
    Gateway(
        "openrouter/google/gemini-3-flash",
        CHAT,
        openrouter(CHAT),
        EVERYTHING,
        each(_effort, off={"reasoning": {"effort": "none"}}),
        (*ILLEGAL_CHAT, {"reasoning": {"effort": "huge"}}),
    ),
    Gateway(
        "openrouter/openai/gpt-6-sol",
        RESPONSES,
        openrouter(RESPONSES),
        # Reasoning goes back in the items it came in, which a conversation made by hand does not have.
        EVERYTHING - {"audio", "thinking"},
        each(_summarised, off={"reasoning": {"effort": "none"}}),
        ILLEGAL_RESPONSES,
    ),
    Gateway(
        "openrouter/anthropic/claude-opus-4.8",
        MESSAGES,
        openrouter(MESSAGES),
        EVERYTHING - {"audio"},
        each(_adaptive, off=OFF),
        ILLEGAL_MESSAGES,
    ),
    Gateway(
        "vercel-ai-gateway/anthropic/claude-opus-4.8",
        MESSAGES,
        messages,
        EVERYTHING - {"audio"},
        each(_adaptive, off=OFF),
        ILLEGAL_MESSAGES,
    ),
    Gateway(
        "vercel-ai-gateway/google/gemini-3-flash",
        CHAT,
        both(chat, schemas.VERCEL_CHAT),
        EVERYTHING - {"audio", "document", "document by url"},
        each(_effort, off={"reasoning": {"effort": "none"}}),
        (*ILLEGAL_CHAT, {"reasoning": {"effort": "low", "max_tokens": 5}}, {"store": True}),
    ),
    Gateway(
        "vercel-ai-gateway/openai/gpt-6-sol",
        RESPONSES,
        responses,
        EVERYTHING - {"audio", "thinking"},
        each(_summarised, off={"reasoning": {"effort": "none"}}),
        ILLEGAL_RESPONSES,
    ),
    Gateway(
        "huggingface/moonshotai/Kimi-K3:fastest",
        CHAT,
        huggingface,
        # What lies behind the router may want thinking back in one field or another, or not at all.
        EVERYTHING - {"audio", "document", "document by url", "thinking"},
        # Kimi K3 takes low, high and max (wire/openai-compatible, section 3.6).
        {
            **each(_named),
            "medium": _named("high"),
            "xhigh": {"reasoning_effort": "max"},
            "max": {"reasoning_effort": "max"},
        },
        (*ILLEGAL_CHAT, {"max_completion_tokens": 5}, {"reasoning_effort": "huge"}),
    ),
    Gateway(
        "minimax/MiniMax-M3",
        MESSAGES,
        both(messages, schemas.MINIMAX_MESSAGES),
        EVERYTHING - {"audio", "document", "document by url"},
        each(_budget),
        (*ILLEGAL_MESSAGES, {"top_k": 5}, {"stop_sequences": ["a"]}, {"temperature": 0}),
    ),
    Gateway(
        "minimax-cn/MiniMax-M3.1-Flash",
        MESSAGES,
        both(messages, schemas.MINIMAX_MESSAGES),
        EVERYTHING - {"audio", "document", "document by url"},
        each(_unstopped),
        (*ILLEGAL_MESSAGES, {"service_tier": "auto"}),
    ),
    Gateway(
        "minimax/MiniMax-M3",
        CHAT,
        both(chat, schemas.MINIMAX_CHAT),
        EVERYTHING - {"audio", "document", "document by url"},
        each(
            lambda level: {"thinking": {"type": "adaptive"}, "reasoning_split": True},
            off={**OFF, "reasoning_split": True},
        ),
        (*ILLEGAL_CHAT, {"reasoning_split": False}, {"response_format": {"type": "json_object"}}),
    ),
    Gateway(
        "opencode/kimi-k3",
        CHAT,
        chat,
        SEEN,
        # Three efforts, by the catalogue.
        each(_named, **{level: {"reasoning_effort": word} for level, word in KIMI.items()}),
        (*ILLEGAL_CHAT, {"reasoning_effort": "huge"}),
    ),
    Gateway("opencode/gpt-6-sol", RESPONSES, responses, SEEN - {"thinking"}, each(_to_xhigh, **SOL), ILLEGAL_RESPONSES),
    Gateway("opencode-go/claude-opus-4-8", MESSAGES, messages, SEEN, each(_adaptive, off=OFF), ILLEGAL_MESSAGES),
    Gateway("opencode/gemini-3-flash", GENERATE, generate, SEEN, each(_thinking_level), ILLEGAL_GENERATE),
    Gateway(
        "github-copilot/gemini-3.8-flash",
        CHAT,
        both(chat, schemas.COPILOT_CHAT),
        SEEN,
        each(lambda level: {}),
        (*ILLEGAL_CHAT, {"max_tokens": 5}, {"store": True}, {"reasoning_effort": "low"}),
    ),
    Gateway(
        "github-copilot/gpt-6-sol", RESPONSES, responses, SEEN - {"thinking"}, each(_to_xhigh, **SOL), ILLEGAL_RESPONSES
    ),
    Gateway("github-copilot/claude-opus-4.8", MESSAGES, messages, SEEN, each(_adaptive, off=OFF), ILLEGAL_MESSAGES),
)
"""Every provider with every protocol it speaks."""
