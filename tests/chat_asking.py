"""Asking the providers that imitate chat completions: models of each, requests that their judges have seen."""

from __future__ import annotations

from typing import Any

import chat_judges

from headwater import (
    AssistantMessage,
    Audio,
    Context,
    Document,
    Hub,
    Image,
    Message,
    Model,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    loads,
)

HUB = Hub(environ={})

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


def talk(model: Model, *content: Any, **after: Any) -> Context:
    """A conversation with that model, in which it said this, its calls answered, and the user went on."""
    answer = AssistantMessage(content, model.api, model.provider, model.id)
    results = [
        ToolResultMessage(one.id, one.name, after.get("result", "3")) for one in content if isinstance(one, ToolCall)
    ]
    messages: list[Message] = [HI, answer, *results, UserMessage("Go on")]
    return Context(messages, "Be brief.", [ADD])
