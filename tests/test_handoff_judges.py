"""The judges of the matrix can say no: for every api, bodies that its vendor's types refuse, and that its server would.

One small conversation is sent to a model of each api, and one thing in its body is spoiled at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import vendor_rules
import vendor_types
from attrs import evolve
from handoff_targets import HUB, ONE_TURN, targets

from headwater import (
    AssistantMessage,
    Context,
    Text,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    dumps,
    loads,
)
from headwater.hookspecs import APIS

ID = "abcdefgh1"
CONVERSATION = Context(
    (
        UserMessage("Hi"),
        AssistantMessage((Text("I look."), ToolCall(ID, "get_weather", {"city": "Rome"}))),
        ToolResultMessage(ID, "get_weather", "7"),
        UserMessage("Go on."),
    ),
    "Be brief.",
    (Tool("get_weather", "The weather.", {"type": "object", "properties": {"city": {"type": "string"}}}),),
)

GONE = object()
"""What stands at the path is taken away."""

TWICE = object()
"""What stands at the path comes twice."""

Spoiled = Sequence[tuple[str, Any]]
"""Paths in a body, and what stands there instead; each by itself makes it illegal."""

CHAT: tuple[Spoiled, Spoiled] = (
    (
        ("messages", GONE),
        ("messages.1.role", "robot"),
        ("messages.2.tool_calls.0.function", "f"),
        ("messages.2.tool_calls.0.function.arguments", 7),
        ("messages.3.tool_call_id", 7),
        ("messages.1.content", 7),
        ("messages.1.colour", "red"),
    ),
    (
        ("messages.3", GONE),
        ("messages.3.tool_call_id", "another"),
        ("messages.3", TWICE),
        ("messages.2.tool_calls", GONE),
        ("messages.2.tool_calls.0.id", ""),
        ("messages.2.tool_calls.0.function.name", ""),
        ("messages.1.content", " "),
    ),
)

RESPONSES: tuple[Spoiled, Spoiled] = (
    (
        ("input.0.role", "robot"),
        ("input.0.colour", "red"),
        ("input.2.name", GONE),
        ("input.2.type", "function"),
        ("input.3.output", GONE),
        ("input.0.content", [{"type": "text", "text": "Hi"}]),
    ),
    (
        ("input.3", GONE),
        ("input.3", TWICE),
        ("input.2", GONE),
        ("input.3.call_id", "another"),
        ("input.2.call_id", "x" * 65),
        ("input.2.name", "a b"),
        ("input.0.content", ""),
    ),
)

MESSAGES: tuple[Spoiled, Spoiled] = (
    (
        ("messages", GONE),
        ("max_tokens", GONE),
        ("messages.0.role", "robot"),
        ("messages.0.content.0.colour", "red"),
        ("messages.1.content.1.input", "{}"),
        ("messages.2.content.0.tool_use_id", GONE),
    ),
    (
        ("messages.2.content.0", GONE),
        ("messages.2.content.0", TWICE),
        ("messages.1.content.1", GONE),
        ("messages.1.content.1.id", "a.b"),
        ("messages.1.content.1.name", "a b"),
        ("messages.0", GONE),
        ("messages.0.content.0.text", " "),
    ),
)

GENERATE: tuple[Spoiled, Spoiled] = (
    (
        ("contents.0.colour", "red"),
        ("contents.0.parts", "Hi"),
        ("contents.1.parts.1.functionCall.arguments", {}),
        ("contents.1.parts.1.functionCall.args", "{}"),
        ("contents.2.parts.0.functionResponse.response", "7"),
        ("contents.0.parts.0.text", 7),
    ),
    (
        ("contents.2", GONE),
        ("contents.2.parts.0", TWICE),
        ("contents.1.parts.1", GONE),
        ("contents.1.parts.1.functionCall.name", "1 a"),
        ("contents.0", GONE),
        ("contents.0.parts.0.text", ""),
    ),
)

CONVERSE: tuple[Spoiled, Spoiled] = (
    (
        ("messages.0.role", "robot"),
        ("messages.0.content.0.colour", "red"),
        ("messages.1.content.1.toolUse.toolUseId", "a b"),
        ("messages.1.content.1.toolUse.name", GONE),
        ("messages.2.content.0.toolResult.content", GONE),
        ("system", "Be brief."),
    ),
    (
        ("messages.2.content.0", GONE),
        ("messages.2.content.0", TWICE),
        ("messages.1.content.1", GONE),
        ("messages.2.content.0.toolResult.toolUseId", "another"),
        ("messages.0", TWICE),
        ("messages.0.content.0.text", " "),
    ),
)

INTERACTIONS: tuple[Spoiled, Spoiled] = (
    (
        ("contents", []),
        ("input.0.content.0.colour", "red"),
        ("input.0.type", "words"),
        ("input.2.id", GONE),
        ("input.2.arguments", "{}"),
        ("input.3.call_id", GONE),
    ),
    (
        ("input.3", GONE),
        ("input.3", TWICE),
        ("input.2", GONE),
        ("input.3.call_id", "another"),
        ("input.2.name", "1 a"),
        ("input.0.content.0.text", ""),
    ),
)

OLLAMA: tuple[Spoiled, Spoiled] = (
    (
        ("messages", "Hi"),
        ("messages.1.colour", "red"),
        ("messages.1.content", [{"type": "text", "text": "Hi"}]),
        ("messages.2.tool_calls.0.function.arguments", "{}"),
        ("messages.2.tool_calls.0.function.name", GONE),
        ("model", GONE),
    ),
    (
        ("messages.3", GONE),
        ("messages.3", TWICE),
        ("messages.2.tool_calls", GONE),
        ("messages.2.tool_calls.0.function.name", ""),
        ("messages.1.content", ""),
        ("messages.4.content", " "),
    ),
)

MOCK: tuple[Spoiled, Spoiled] = (
    (
        ("context.messages.0.role", "robot"),
        ("context.messages.0.content", 7),
        ("context.messages.1.content.1.name", GONE),
        ("context.messages.2.toolCallId", GONE),
        ("context.schema", 99),
    ),
    (
        ("context.messages.2", GONE),
        ("context.messages.2", TWICE),
        ("context.messages.1.content.1", GONE),
        ("context.messages.2.toolCallId", "another"),
        ("context.messages.1.content.1.id", "a b"),
    ),
)

SPOILED: Mapping[str, tuple[Spoiled, Spoiled]] = {
    "anthropic-messages": MESSAGES,
    "bedrock-converse-stream": CONVERSE,
    "bedrock-invoke": MESSAGES,
    "cohere-chat": CHAT,
    "google-generative-ai": GENERATE,
    "google-gemini-cli": GENERATE,
    "google-interactions": INTERACTIONS,
    "google-vertex": GENERATE,
    "mistral-chat": CHAT,
    "mock": MOCK,
    "ollama-chat": OLLAMA,
    "openai-codex-responses": RESPONSES,
    "openai-completions": CHAT,
    "openai-responses": RESPONSES,
    "perplexity-chat": CHAT,
}
"""What the types of an api refuse, and what its rules do."""


@cache
def good(api: str) -> WireRequest:
    """The request for the conversation to the first model of an api."""
    target = next(target for target in targets() if target.find().api == api)
    return HUB.request(target.find(), CONVERSATION)


def spoiled(wire: WireRequest, path: str, value: Any) -> WireRequest:
    """The request with something else at the path."""
    body = loads(wire.body)
    *way, last = path.split(".")
    place: Any = body.get("request", body)
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    key: Any = int(last) if isinstance(place, list) else last
    if value is GONE:
        del place[key]
    elif value is TWICE:
        place.insert(key, deepcopy(place[key]))
    else:
        place[key] = value
    return evolve(wire, body=dumps(body))


def each(which: int) -> Iterator[Any]:
    """Every api with each of the ways to spoil its body."""
    for api in sorted(set(HUB.registry.names(APIS)) & set(SPOILED)):
        for path, value in SPOILED[api][which]:
            how = "gone" if value is GONE else "twice" if value is TWICE else repr(value)[:20]
            yield pytest.param(api, path, value, id=f"{api}-{path}-{how}")


@pytest.mark.parametrize(("api", "path", "value"), list(each(0)))
def test_the_types_refuse_what_is_not_theirs(api: str, path: str, value: Any) -> None:
    """And nothing is wrong with what was spoiled."""
    wire = good(api)
    assert (vendor_types.problems(api, wire), vendor_types.problems(api, spoiled(wire, path, value)) != "") == (
        "",
        True,
    )


@pytest.mark.parametrize(("api", "path", "value"), list(each(1)))
def test_the_rules_refuse_what_a_server_would(api: str, path: str, value: Any) -> None:
    """And nothing is wrong with what was spoiled."""
    judge, wire = vendor_rules.broken, good(api)
    assert (judge(api, wire), judge(api, spoiled(wire, path, value)) != []) == ([], True)


def test_every_judge_is_shown_five_bodies_it_has_to_refuse() -> None:
    """The types of every api, and its rules."""
    apis = set(vendor_types.JUDGES) | set(HUB.registry.names(APIS)) - ONE_TURN
    shown = {api: tuple(map(len, SPOILED.get(api, ((), ())))) for api in apis}
    assert {api: counts for api, counts in shown.items() if min(counts) < 5} == {}
