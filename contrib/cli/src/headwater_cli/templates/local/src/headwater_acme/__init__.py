"""The model acme for headwater: a function of this process."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from threading import Lock
from typing import Any

from attrs import evolve
from msgspec import Struct

from headwater import (
    Assembly,
    Blocking,
    Capabilities,
    Context,
    HandoffRules,
    Kind,
    Model,
    Note,
    Options,
    Price,
    RawEvent,
    RequestError,
    UnknownModel,
    WireRequest,
    decoder,
    default_capabilities,
    dumps,
    hookimpl,
    loads,
)

WORDS = 200
"""The most words the acme is told, and says."""

NOT_TAKEN = (
    *("temperature", "top_p", "seed", "stop", "thinking", "thinking_budget"),
    *("parallel_tool_calls", "service_tier"),
)
"""Options that change nothing here: left out, with a note on the message."""

TALKING = Lock()
"""The acme says one thing at a time."""


class TooLong(Exception):
    """The acme was told more than it can keep in mind."""


def answer(prompt: str, most: int) -> str:
    """The model: may take its time, gives its answer in one piece."""
    with TALKING:
        if len(prompt.split()) > WORDS:
            raise TooLong(f"The acme takes {WORDS} words.")
        last = prompt.rpartition("User: ")[2]
        return " ".join([*last.split(" "), "Squawk!"][:most])


class Line(Struct):
    """What a line of the answer may hold."""

    text: str | None = None
    words_in: int | None = None
    words_out: int | None = None
    done: str | None = None
    error: Any = None


read_line = decoder(Line)


class Parser:
    """Reads one answer."""

    def __init__(self, out: Assembly) -> None:
        self._out = out

    def __call__(self, raw: RawEvent) -> None:
        """Takes one line."""
        line, out = read_line(raw.data), self._out
        if line.text:
            out.text(line.text)
        if line.error is not None:
            out.fail_with({"error": line.error})
        if line.done is not None:  # words are not tokens: what is counted so is an estimate
            out.usage(input=line.words_in, output=line.words_out, provenance="estimated")
            out.stop("length" if line.done == "cut" else "stop", line.done)
            out.complete()

    def end(self) -> None:
        """Nothing was held back."""


class Provider:
    """Describes the model."""

    @hookimpl
    def create_model(self, model_id: str) -> Model:
        """There is one acme. `local:` is no address, for nothing is sent; it is free of charge, and needs no key."""
        if model_id != "grey":
            raise UnknownModel(f"there is no acme {model_id!r}; ask acme/grey")
        free = Price(0, 0)
        return Model("grey", "acme", "acme", "local:", price=free, context_window=WORDS, max_tokens=WORDS)

    @hookimpl
    def catalogue(self) -> list[str]:
        """The one model."""
        return ["grey"]

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """Text only; what it says comes at the end, so that nobody should wait long for it."""
        slow = {"first_event_timeout": 60.0, "silence_timeout": 60.0}
        return evolve(default_capabilities(model), tools=False, parallel_tools=False, **slow)

    @hookimpl
    def error_codes(self) -> Mapping[str, Kind]:
        """What the codes of its errors mean."""
        return {"too_long": "context_overflow"}


class Api:
    """Asks the function."""

    @hookimpl
    def handoff_rules(self) -> HandoffRules:
        """Of a history, text and calls; what is no text has been replaced by a note before `transform_messages`."""
        none: frozenset[str] = frozenset()
        return HandoffRules(takes_back=frozenset({"text", "toolCall"}), tells_thinking=False, by_url=none, by_data=none)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """All turns as one text, the system prompt before them."""
        if options.tool_choice not in (None, "auto", "none") or options.response_format:
            raise RequestError(f"{model} has no tools and no forms; ask it without")
        turns = [f"System: {context.system_prompt}"] if context.system_prompt else []
        turns += [f"{WHO[message.role]}: {_text(message.content)}" for message in context.messages]
        given = [name for name in NOT_TAKEN if getattr(options, name) not in (None, ())]
        notes = [Note("dropped", f"options.{name}", "the acme does not take it") for name in given]
        notes += [Note("dropped", "tools", "the acme calls none")] if context.tools else []
        body = {"prompt": "\n".join(turns), "most": options.max_tokens or WORDS}
        return WireRequest(model.base_url, dumps(body), framing="ndjson", notes=notes)

    @hookimpl
    def answer_locally(self, wire: WireRequest) -> Generator[bytes | Blocking, Any, None]:
        """The answer as JSON lines; the function runs in a thread."""
        asked = loads(wire.body)
        try:
            said: str = yield Blocking(lambda: answer(asked["prompt"], asked["most"]))
        except TooLong as error:
            yield _line({"error": {"code": "too_long", "message": str(error)}})
            return
        for word in re.findall(r"\S+\s*|\s+", said):
            yield _line({"text": word})
        counts = {"words_in": len(asked["prompt"].split()), "words_out": len(said.split())}
        yield _line({"done": "whole" if said.endswith("Squawk!") else "cut", **counts})

    @hookimpl
    def parse_event(self, out: Assembly) -> Parser:
        """The parser of one answer."""
        return Parser(out)


WHO = {"user": "User", "assistant": "Acme", "toolResult": "Tool"}


def _text(content: Any) -> str:
    """The words of a turn; a call is told in words, so that its result makes sense."""
    if isinstance(content, str):
        return content
    return " ".join(_called(block) if block.type == "toolCall" else block.text for block in content)


def _called(call: Any) -> str:
    return f"[called {call.name} with {dumps(dict(call.arguments)).decode()}]"


def _line(fields: dict[str, Any]) -> bytes:
    return dumps(fields) + b"\n"


provider = Provider()
api = Api()

__all__ = ["api", "provider"]
