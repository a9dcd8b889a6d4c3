"""What it costs to make a conversation fit a model and to write its request, as a ratio to writing it as JSON.

    python benchmarks/conversations.py            # the table
    python benchmarks/conversations.py --rounds 9 # steadier, on a machine that others use

For each shape of a conversation, each api and 500 to 4,000 messages: CPU time of `Hub.request` over that of `to_json`
of the same conversation and over that of `json.dumps` of its plain data, all in the same run; and how the time grows
when the messages double (2 is linear). Answers are of another provider, so that everything has to be looked at.
"""

# pyright: reportArgumentType=false, reportCallIssue=false, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from headwater import (
    AssistantMessage,
    Context,
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
    to_dict,
    to_json,
)

SIZES = (500, 1_000, 2_000, 4_000)

WORDS = "The quick brown fox jumps over the lazy dog, again and again. " * 4
PICTURE = "iVBORw0KGgo" + "A" * 4_085
"""4 kB, as of a small icon."""

MAKER: dict[str, Any] = {"provider": "acme", "api": "acme-api", "model": "acme-1"}

FIELDS = {"at": {"type": "string"}, "depth": {"type": "integer"}}
TOOL = Tool("look", "Looks.", {"type": "object", "properties": FIELDS})

MODELS = (
    ("openai/gpt-4o", "openai-completions"),
    ("openai/gpt-5", "openai-responses"),
    ("anthropic/claude-opus-4-8", "anthropic-messages"),
    ("google/gemini-3-flash", "google-generative-ai"),
    ("amazon-bedrock/us.anthropic.claude-opus-4-6-v1", "bedrock-converse-stream"),
    ("mistral/mistral-large-latest", "mistral-chat"),
)


def texts(count: int) -> Iterator[Message]:
    """Words of both sides by turns."""
    for _ in range(count // 2):
        yield UserMessage(WORDS)
        yield AssistantMessage((Text(WORDS),), **MAKER)


def thoughts(count: int) -> Iterator[Message]:
    """Every answer was thought about first."""
    for _ in range(count // 2):
        yield UserMessage(WORDS)
        yield AssistantMessage((Thinking(WORDS, "c2lnbmF0dXJl"), Text(WORDS)), **MAKER)


def tools(count: int) -> Iterator[Message]:
    """The user, two calls with ids no api takes, their results."""
    for number in range(count // 4):
        calls = [ToolCall(f"odd.{number}.{one}", "look", {"at": "x" * 40, "depth": one}) for one in range(2)]
        yield UserMessage("Look there.")
        yield AssistantMessage((Text("I look."), *calls), **MAKER)
        for call in calls:
            yield ToolResultMessage(call.id, call.name, WORDS)


def images(count: int) -> Iterator[Message]:
    """Every turn of the user shows something."""
    for _ in range(count // 2):
        yield UserMessage((Text("Look:"), Image(PICTURE, "image/png")))
        yield AssistantMessage((Text(WORDS),), **MAKER)


SHAPES: Mapping[str, Callable[[int], Iterator[Message]]] = {
    "text": texts,
    "thinking": thoughts,
    "tools": tools,
    "images": images,
}


def conversation(shape: str, count: int) -> Context:
    """A conversation of that shape and length; the user speaks last."""
    return Context((*SHAPES[shape](count), UserMessage("Go on.")), "Be brief.", (TOOL,))


def cpu(work: Callable[[], Any], rounds: int) -> float:
    """Seconds of CPU time, the least of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def rows(hub: Hub, shape: str, rounds: int) -> Iterator[tuple[Model, list[tuple[float, float, float]]]]:
    """For each model, for each size: seconds, the ratio to `to_json`, the ratio to `json.dumps`."""
    contexts = [conversation(shape, size) for size in SIZES]
    plain = [to_dict(context) for context in contexts]
    models = [hub.model(name, api=api) for name, api in MODELS]
    stored = [cpu(partial(to_json, context), rounds) for context in contexts]
    dumped = [cpu(partial(json.dumps, data), rounds) for data in plain]
    for model in models:
        taken = [cpu(partial(hub.request, model, context), rounds) for context in contexts]
        yield model, [(one, one / a, one / b) for one, a, b in zip(taken, stored, dumped, strict=True)]


def main() -> None:
    """Prints the table."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--rounds", type=int, default=5)
    rounds = reading.parse_args().rounds
    hub = Hub(environ={})
    print(f"{'shape':<9}{'api':<25}" + "".join(f"{size:>10,}" for size in SIZES) + "   /to_json  /json.dumps   growth")
    for shape in SHAPES:
        for model, measured in rows(hub, shape, rounds):
            times = "".join(f"{seconds * 1e3:>7.1f} ms" for seconds, _, _ in measured)
            ratios = f"{measured[1][1]:>11.2f}{measured[1][2]:>13.2f}"
            growth = " ".join(f"{b[0] / a[0]:.2f}" for a, b in pairwise(measured))
            print(f"{shape:<9}{model.api:<25}{times}{ratios}   {growth}")


if __name__ == "__main__":
    main()
