"""Providers that pass requests on to models of many vendors: what they take, and how it is judged.

A provider joins with lines in `GATEWAYS`, one for each protocol it speaks.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

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
    """OpenRouter's own types; they lack the field that DeepSeek's models want, which it passes on."""
    return lambda body: beside("openrouter", "openrouter_types").problems(api, body)


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
    {"store": "yes"},
)
ILLEGAL_MESSAGES: Sequence[Mapping[str, Any]] = (
    {"messages": [{"role": "system", "content": [{"type": "film", "film": "a"}]}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", "colour": "red"}]}]},
    {"thinking": {"type": "sometimes"}},
    {"temperatur": 1},
    {"max_tokens": "many"},
    {"tools": [{"name": "add"}]},
)

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
)
"""Every provider with every protocol it speaks."""
