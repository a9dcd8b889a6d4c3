"""What servers refuse beyond their types: pairs of calls and results, ids, order, turns without words.

Each protocol's body is told as the same few steps, and the rules of the protocol are held against them. Source:
the sections on messages and replay in the notes on each wire (November 2026).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import attrs

from headwater import WireRequest, loads


@attrs.frozen
class Step:
    """One thing in a conversation as it is sent.

    `kind`: user, assistant (each a turn begins with it), text, call, result, thinking, other. `turn` is the
    number of the message that holds it.
    """

    kind: str
    turn: int
    id: str | None = None
    name: str | None = None
    text: str | None = None


@attrs.frozen
class Rules:
    """What a protocol asks of the steps.

    `ids` and `names` are patterns. `paired_by`: `id`, or `count` where ids are not sent. `first_user`: the
    first turn is the user's. `alternate`: no two turns of one role follow each other. `flat`: what an answer is
    made of are turns of their own.
    """

    ids: str | None = "[A-Za-z0-9_-]{1,64}"
    names: str = "[A-Za-z0-9_-]{1,64}"
    first_user: bool = False
    alternate: bool = False
    ends_with_thinking: bool = False
    flat: bool = False


def broken(api: str, wire: WireRequest, *, ids: str | None = None) -> list[str]:
    """The rules of an api that a request breaks; empty when none. `ids`: a stricter pattern of one model's."""
    read, rules = PROTOCOLS[api]
    steps = list(read(loads(wire.body)))
    if ids is not None:
        rules = attrs.evolve(rules, ids=ids)
    return [*_turns(steps, rules), *_calls(steps, rules), *_words(steps)]


def _turns(steps: list[Step], rules: Rules) -> Iterator[str]:
    roles = [step.kind for step in steps if step.kind in ("user", "assistant")]
    if not roles:
        yield "no turn at all"
    elif rules.first_user and roles[0] != "user":
        yield "the first turn is not the user's"
    if rules.alternate and any(one == two for one, two in pairwise(roles)):
        yield f"two turns of one role in a row: {roles}"
    if not rules.ends_with_thinking:
        for last, after in zip(steps, [*steps[1:], Step("user", -1)], strict=True):
            if last.kind == "thinking" and after.turn != last.turn:
                yield f"turn {last.turn} ends with thinking"


def _calls(steps: list[Step], rules: Rules) -> Iterator[str]:
    """Every call has its one result before anybody speaks again; no id comes twice."""
    seen: set[str] = set()
    waiting: list[Step] = []
    for step in steps:
        if step.kind == "call":
            waiting.append(step)
            yield from _id(step, seen, rules)
        elif step.kind == "result":
            found = next((one for one in waiting if one.id == step.id), None)
            if found is None:
                yield f"a result for {step.id!r}, which does not wait for one"
            else:
                waiting.remove(found)
        elif step.kind in (("user",) if rules.flat else ("user", "assistant")) and waiting:
            yield f"turn {step.turn} comes before the results of {[one.id for one in waiting]}"
            waiting = []
    if waiting:
        yield f"no results for {[one.id for one in waiting]}"


def _id(step: Step, seen: set[str], rules: Rules) -> Iterator[str]:
    if not re.fullmatch(rules.names, step.name or ""):
        yield f"no name of a tool: {step.name!r}"
    if rules.ids is None:
        return
    if step.id is None or not re.fullmatch(rules.ids, step.id):
        yield f"no id of a call: {step.id!r:.100}"
    elif step.id in seen:
        yield f"two calls of id {step.id!r}"
    seen.add(step.id or "")


def _words(steps: list[Step]) -> Iterator[str]:
    for step in steps:
        if step.kind == "text" and not (step.text or "").strip():
            yield f"an empty text in turn {step.turn}"


# ---------------------------------------------------------------- the protocols


def _chat(body: dict[str, Any]) -> Iterator[Step]:
    for turn, message in enumerate(body["messages"]):
        role, content = message["role"], message.get("content")
        if role == "tool":
            yield Step("result", turn, message.get("tool_call_id"))
            continue
        if role in ("system", "developer"):
            continue
        yield Step(role, turn)
        calls = message.get("tool_calls") or ()
        if isinstance(content, str) and (content or not calls):
            yield Step("text", turn, text=content)
        for part in content if isinstance(content, list) else ():
            yield Step("text", turn, text=part["text"]) if part["type"] == "text" else Step("other", turn)
        for call in calls:
            yield Step("call", turn, call.get("id"), call["function"]["name"])


def _ollama(body: dict[str, Any]) -> Iterator[Step]:
    """Without ids, results follow their calls in order."""
    numbers: list[str] = []
    for turn, message in enumerate(body["messages"]):
        role = message["role"]
        if role == "tool":
            yield Step("result", turn, numbers.pop(0) if numbers else None)
        elif role != "system":
            yield Step(role, turn)
            if message["content"] or not (message.get("tool_calls") or message.get("images")):
                yield Step("text", turn, text=message["content"])
            for number, call in enumerate(message.get("tool_calls") or ()):
                numbers.append(f"{turn}-{number}")
                yield Step("call", turn, numbers[-1], call["function"]["name"])


def _responses(body: dict[str, Any]) -> Iterator[Step]:
    for turn, item in enumerate(body["input"]):
        kind = item.get("type", "message")
        if kind == "message":
            if item["role"] in ("user", "assistant"):
                yield Step(item["role"], turn)
            parts = [{"text": item["content"]}] if isinstance(item["content"], str) else item["content"]
            for part in parts:
                # an answer that goes back as it came may be empty
                said = "text" in part and "id" not in item
                yield Step("text", turn, text=part["text"]) if said else Step("other", turn)
        elif kind.endswith("_call_output"):
            yield Step("result", turn, item["call_id"])
        elif kind == "function_call" or (kind.endswith("_call") and item.get("call_id")):
            yield Step("call", turn, item["call_id"], item.get("name", kind))
        else:
            yield Step("thinking-item" if kind == "reasoning" else "other", turn)


def _anthropic(body: dict[str, Any]) -> Iterator[Step]:
    for turn, message in enumerate(body["messages"]):
        blocks = message["content"]
        results = [block for block in blocks if block["type"] == "tool_result"]
        if results != blocks[: len(results)]:
            yield Step("text", turn, text="")  # results stand first
        for block in results:
            yield Step("result", turn, block["tool_use_id"])
        yield Step(message["role"], turn)
        for block in blocks[len(results) :]:
            kind = block["type"]
            if kind == "text":
                yield Step("text", turn, text=block["text"])
            elif kind == "tool_use":
                yield Step("call", turn, block["id"], block["name"])
            elif kind != "tool_result":
                yield Step("thinking" if kind in ("thinking", "redacted_thinking") else "other", turn)


def _generate(body: dict[str, Any]) -> Iterator[Step]:
    """Ids are optional; without them results follow their calls in order."""
    numbers: list[str] = []
    for turn, content in enumerate(body["contents"]):
        parts = content["parts"]
        answers = [part["functionResponse"] for part in parts if "functionResponse" in part]
        for answer in answers:
            yield Step("result", turn, answer.get("id") or (numbers.pop(0) if numbers else None))
        yield Step("assistant" if content["role"] == "model" else "user", turn)
        for part in parts:
            if "functionCall" in part:
                call = part["functionCall"]
                if not call.get("id"):
                    numbers.append(f"{turn}-{len(numbers)}")
                yield Step("call", turn, call.get("id") or numbers[-1], call["name"])
            elif "text" in part and "thoughtSignature" not in part:
                yield Step("text", turn, text=part["text"])
            elif "functionResponse" not in part:
                yield Step("other", turn)


def _interactions(body: dict[str, Any]) -> Iterator[Step]:
    for turn, step in enumerate(body["input"]):
        kind = step["type"]
        if kind == "function_result":
            yield Step("result", turn, step["call_id"])
        elif kind == "function_call":
            yield Step("call", turn, step["id"], step["name"])
        elif kind in ("user_input", "model_output"):
            yield Step("user" if kind == "user_input" else "assistant", turn)
            for part in step["content"]:
                yield Step("text", turn, text=part["text"]) if part["type"] == "text" else Step("other", turn)


def _converse(body: dict[str, Any]) -> Iterator[Step]:
    for turn, message in enumerate(body["messages"]):
        for block in message["content"]:
            if "toolResult" in block and "type" not in block["toolResult"]:
                yield Step("result", turn, block["toolResult"]["toolUseId"])
        yield Step(message["role"], turn)
        for block in message["content"]:
            if "text" in block:
                yield Step("text", turn, text=block["text"])
            elif "toolUse" in block and "type" not in block["toolUse"]:
                yield Step("call", turn, block["toolUse"]["toolUseId"], block["toolUse"]["name"])
            elif "toolResult" not in block:
                yield Step("thinking" if "reasoningContent" in block else "other", turn)


def _mock(body: dict[str, Any]) -> Iterator[Step]:
    for turn, message in enumerate(body["context"]["messages"]):
        if message["role"] == "toolResult":
            yield Step("result", turn, message["toolCallId"])
            continue
        yield Step(message["role"], turn)
        for block in message["content"] if not isinstance(message["content"], str) else ():
            if block["type"] == "toolCall":
                yield Step("call", turn, block["id"], block["name"])


PROTOCOLS: Mapping[str, tuple[Callable[[dict[str, Any]], Iterator[Step]], Rules]] = {
    "anthropic-messages": (_anthropic, Rules(names="[A-Za-z0-9_-]{1,128}", first_user=True)),
    "bedrock-converse-stream": (_converse, Rules(alternate=True)),
    "bedrock-invoke": (_anthropic, Rules(names="[A-Za-z0-9_-]{1,128}", first_user=True)),
    "cohere-chat": (_chat, Rules(ids=".+", names=".+")),
    "google-generative-ai": (_generate, Rules(ids=None, names="[A-Za-z_][A-Za-z0-9_.:-]{0,127}", first_user=True)),
    "google-gemini-cli": (
        lambda body: _generate(body["request"]),
        Rules(ids=None, names="[A-Za-z_][A-Za-z0-9_.:-]{0,127}", first_user=True),
    ),
    "google-interactions": (
        _interactions,
        Rules(ids=".+", names="[A-Za-z_][A-Za-z0-9_.:-]{0,127}", flat=True),
    ),
    "google-vertex": (_generate, Rules(ids=None, names="[A-Za-z_][A-Za-z0-9_.:-]{0,127}", first_user=True)),
    "mistral-chat": (_chat, Rules(ids="[A-Za-z0-9]{9}")),
    "mock": (_mock, Rules()),
    "ollama-chat": (_ollama, Rules(ids=None, names=".+")),
    "openai-codex-responses": (_responses, Rules(ends_with_thinking=True, flat=True)),
    "openai-completions": (_chat, Rules(ids="[A-Za-z0-9_-]{1,40}")),
    "perplexity-chat": (_chat, Rules(ids="[A-Za-z0-9_-]{1,40}", first_user=True)),
    "openai-responses": (_responses, Rules(ends_with_thinking=True, flat=True)),
}
"""How each protocol's body is told, and its rules."""
