"""The vendors' own types of requests as judges, one for each api.

The judges of most protocols stand beside their plugins' tests and are loaded from there; a protocol whose
vendor's library is not installed has none here, and its tests are skipped with the reason.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import chat_judges
import pytest

from headwater import InvalidMessage, WireRequest, from_dict, loads

PLUGINS = Path(__file__).parents[1] / "plugins"

Judge = Callable[[dict[str, Any], WireRequest], str]
"""Says what is wrong with a body; empty when nothing is."""


def problems(api: str, wire: WireRequest, provider: str | None = None) -> str:
    """What the vendor's types find wrong with a request of that api; empty when nothing is.

    `provider`: whose own shape of the protocol judges, where there is one.
    """
    imitated = chat_judges.JUDGES.get(provider or "") if api in IMITATED else None
    return JUDGES[api](loads(wire.body), wire) if imitated is None else imitated(loads(wire.body))


IMITATED = frozenset({"openai-completions", "perplexity-chat"})
"""Apis of which providers have varieties of their own."""


@cache
def _beside(plugin: str, name: str) -> ModuleType:
    """A helper of a plugin's tests."""
    path = PLUGINS / plugin / "tests" / f"{name}.py"
    if not path.is_file():
        pytest.skip(f"there is no {path.relative_to(PLUGINS.parent)}")
    spec = importlib.util.spec_from_file_location(f"vendor_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _chat(body: dict[str, Any], wire: WireRequest) -> str:
    """Fields that imitators of the protocol ask for are looked at here, and not by its owner's types."""
    for message in body.get("messages", ()):
        for name in ("reasoning_content", "reasoning", "reasoning_details"):
            message.pop(name, None)
        if message["role"] == "tool":
            message.pop("name", None)
        for call in message.get("tool_calls", ()):
            call.pop("extra_content", None)
        for part in message["content"] if isinstance(message.get("content"), list) else ():
            part.pop("cache_control", None)
    for tool in body.get("tools", ()):
        tool.pop("cache_control", None)
    for name in ("thinking", "chat_template_kwargs", "enable_thinking", "top_k", "min_p"):
        body.pop(name, None)
    return _beside("openai", "openai_types").problems("chat", body)


def _responses(body: dict[str, Any], wire: WireRequest) -> str:
    return _beside("openai", "openai_types").problems("responses", body)


def _anthropic(body: dict[str, Any], wire: WireRequest) -> str:
    return _beside("anthropic", "messages_types").problems(body, beta="anthropic-beta" in wire.headers)


def _invoke(body: dict[str, Any], wire: WireRequest) -> str:
    """InvokeModel's body is that of Messages, with the version in it and the model beside it."""
    given = {name: value for name, value in body.items() if name not in ("anthropic_version", "anthropic_beta")}
    whole = {**given, "model": "claude", "stream": True}
    return _beside("anthropic", "messages_types").problems(whole, beta="anthropic_beta" in body)


def _generate(body: dict[str, Any], wire: WireRequest) -> str:
    return _beside("google", "google_types").problems(body)


def _assisted(body: dict[str, Any], wire: WireRequest) -> str:
    """The body of generateContent, in an envelope with the model and the project."""
    return _generate(_inside(body), wire)


def _inside(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body["request"].items() if name != "session_id"}


def _interactions(body: dict[str, Any], wire: WireRequest) -> str:
    return _beside("google", "google_types").step_problems(body)


def _converse(body: dict[str, Any], wire: WireRequest) -> str:
    return "\n".join(_beside("amazon-bedrock", "bedrock_types").problems(body))


def _ollama(body: dict[str, Any], wire: WireRequest) -> str:
    return _beside("ollama", "ollama_types").problems(body)


def _mistral(body: dict[str, Any], wire: WireRequest) -> str:
    return _beside("mistral", "mistral_types").problems(body)


def _cohere(body: dict[str, Any], wire: WireRequest) -> str:
    """The vendor's types keep fields they do not know as further ones."""
    pydantic = pytest.importorskip("pydantic")
    try:
        read = _cohere_messages().validate_python(body.get("messages"))
    except pydantic.ValidationError as error:
        return str(error)
    return "; ".join(_further(read, "messages"))


@cache
def _cohere_messages() -> Any:
    pydantic = pytest.importorskip("pydantic")
    cohere = pytest.importorskip("cohere")
    return pydantic.TypeAdapter(list[cohere.ChatMessageV2])


def _further(read: Any, path: str) -> Iterator[str]:
    """Fields of what was read that its types do not name; what is plain data by its type is not looked into."""
    if isinstance(read, list):
        for number, one in enumerate(read):
            yield from _further(one, f"{path}.{number}")
    elif hasattr(read, "model_extra"):
        yield from (f"{path}.{name} is unknown" for name in read.model_extra or ())
        for name in type(read).model_fields:
            yield from _further(getattr(read, name), f"{path}.{name}")


def _mock(body: dict[str, Any], wire: WireRequest) -> str:
    """The mock's bodies are our own JSON."""
    try:
        from_dict(body["context"])
    except InvalidMessage as error:
        return str(error)
    return ""


JUDGES: Mapping[str, Judge] = {
    "anthropic-messages": _anthropic,
    "bedrock-converse-stream": _converse,
    "bedrock-invoke": _invoke,
    "cohere-chat": _cohere,
    "google-generative-ai": _generate,
    "google-gemini-cli": _assisted,
    "google-interactions": _interactions,
    "google-vertex": _generate,
    "mistral-chat": _mistral,
    "mock": _mock,
    "ollama-chat": _ollama,
    "openai-codex-responses": _responses,
    "openai-completions": _chat,
    "openai-responses": _responses,
    "perplexity-chat": lambda body, wire: chat_judges.judge_perplexity(body),
}
"""Who judges the requests of an api."""
