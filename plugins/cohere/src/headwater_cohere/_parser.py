"""Reads the events of Cohere's v2 chat (wire/cohere-mistral, section A3, November 2026).

Indexes of content and of tool calls are separate series, so keys carry the kind.
`message-end` is the terminal signal; an answer that is not streamed comes whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from headwater import Assembly, Kind, RawEvent, StopReason, classify, decoder, dumps


class _Tokens(msgspec.Struct, gc=False):
    input_tokens: float | None = None
    output_tokens: float | None = None
    reasoning_tokens: float | None = None


class _Usage(msgspec.Struct, gc=False):
    tokens: _Tokens | None = None
    billed_units: dict[str, Any] | None = None
    cached_tokens: float | None = None


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: Any = None


class _Call(msgspec.Struct, gc=False):
    id: str | None = None
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: Any = None
    tool_plan: str | None = None
    tool_calls: Any = None
    citations: Any = None


class _Delta(msgspec.Struct, gc=False):
    message: _Message | None = None
    finish_reason: str | None = None
    usage: _Usage | None = None
    error: str | None = None
    error_type: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    index: int | None = None
    id: str | None = None
    delta: _Delta | None = None
    message: Any = None
    finish_reason: str | None = None
    usage: _Usage | None = None
    error: Any = None


_decode = decoder(_Event)
_decode_call = decoder(_Call)
_decode_message = decoder(_Message)

FINISH_REASONS: Mapping[str, StopReason | Kind] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "toolUse",
    "ERROR": "server",
    "ERROR_TOXIC": "content_filter",
    "ERROR_LIMIT": "context_overflow",
    "TIMEOUT": "timeout",
}
"""Finish reasons in use (wire section A3); others are unknown."""

CODES: Mapping[str, Kind] = {
    "invalid_tool_generation": "server",
    "timeout": "timeout",
    "error_toxic": "content_filter",
    "error_limit": "context_overflow",
}
"""Types of errors, and finish reasons that stand for one (wire section A3)."""

PLAN = "plan"
"""The block the model's plan before its tool calls goes to."""


class CohereParser:
    """The parser of one response."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._kinds: dict[int | None, str] = {}
        self._counted = False

    def __call__(self, raw: RawEvent) -> None:
        """Takes one event."""
        event = _decode(raw.data)
        message = event.delta.message if event.delta is not None else None
        if event.type == "content-delta" and message is not None:
            self._grow(event.index, message.content)
        else:
            self._other(event, message, raw)

    def end(self) -> None:
        """End of the bytes: nothing is held back."""
        if not self._counted and self._out.has_usage:
            self._out.usage(provenance="partial")

    # -- inside

    def _other(self, event: _Event, message: _Message | None, raw: RawEvent) -> None:
        out, index = self._out, event.index
        match event.type:
            case "message-start":
                out.start(event.id)
            case "content-start" if message is not None:
                self._grow(index, message.content, opening=True)
            case "content-end":
                out.close((self._kinds.get(index, "text"), index))
            case "tool-plan-delta" if message is not None:
                self._plan(message.tool_plan)
            case "tool-call-start" | "tool-call-delta" if message is not None:
                self._call(index, message.tool_calls)
            case "tool-call-end":
                out.close(("call", index))
            case "citation-start" if message is not None:
                self._cite(message.citations)
            case "message-end" if event.delta is not None:
                self._finish(event.delta)
            case None if event.finish_reason is not None:
                self._whole(event)
            case None if event.message is not None or event.error is not None:
                out.fail_with(raw.data)
            case "error":
                out.fail_with(raw.data)
            case _:
                pass

    def _grow(self, index: int | None, content: Any, *, opening: bool = False) -> None:
        """More text or thinking: told by what it holds, or by what its block opened as."""
        if isinstance(content, list):
            for part in cast("list[Any]", content):
                self._grow(index, part, opening=opening)
            return
        said = cast("dict[str, Any]", content) if isinstance(content, dict) else {"text": content}
        kind = "thinking" if said.get("type") == "thinking" or "thinking" in said else "text"
        if opening:
            self._kinds[index] = kind
        delta = said.get(kind)
        text = delta if isinstance(delta, str) else "" if delta is None else str(delta)
        write = self._out.thinking if kind == "thinking" else self._out.text
        write(text, (kind, index))

    def _plan(self, plan: str | None) -> None:
        if plan:
            self._out.thinking(plan, PLAN)
            self._out.extra("plan", True, PLAN)

    def _call(self, index: int | None, calls: Any) -> None:
        """One call, which comes as an object; some deployments send a list of one."""
        self._out.close(PLAN)
        for call in _listed(calls):
            if not isinstance(call, dict):
                continue
            said = _decode_call(dumps(call))
            function = said.function or _Function()
            arguments = function.arguments
            if arguments is not None and not isinstance(arguments, str | dict):
                arguments = dumps(arguments).decode()
            self._out.tool_call(("call", index), said.id, function.name, cast("Any", arguments))

    def _cite(self, citations: Any) -> None:
        for citation in _listed(citations):
            if not isinstance(citation, dict):
                continue
            said = cast("dict[str, Any]", citation)
            for source in _listed(said.get("sources")):
                if isinstance(source, dict):
                    self._source(cast("dict[str, Any]", source), said)

    def _source(self, source: Mapping[str, Any], citation: Mapping[str, Any]) -> None:
        document = source.get("document") or source.get("tool_output")
        held = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        uri = str(held.get("url") or source.get("id") or "")
        title = held.get("title")
        text = citation.get("text")
        self._out.source(
            uri,
            title if isinstance(title, str) else None,
            text if isinstance(text, str) else None,
            str(source.get("type") or "document"),
            citation=dict(citation),
        )

    def _finish(self, delta: _Delta) -> None:
        self._out.close(PLAN)
        self._count(delta.usage)
        if delta.error:
            self._fail(delta.error, delta.error_type, delta.finish_reason)
        self._stop(delta.finish_reason)

    def _fail(self, words: str, code: str | None, reason: str | None) -> None:
        """A failure: told by its type or its words, else by the finish reason, else the server's."""
        payload = {"message": words, "code": (code or reason or "").lower()}
        if classify(None, payload, codes=CODES).kind == "unknown":
            kind = FINISH_REASONS.get(reason or "")
            payload["code"] = next((name for name, meant in CODES.items() if meant == kind), "server_error")
        self._out.fail_with(payload)

    def _stop(self, reason: str | None) -> None:
        if reason is not None:
            self._out.stop(FINISH_REASONS.get(reason), reason)
        self._out.complete()

    def _whole(self, event: _Event) -> None:
        """An answer that was not streamed."""
        self._out.start(event.id)
        message = _decode_message(dumps(event.message))
        self._plan(message.tool_plan)
        for index, part in enumerate(_listed(message.content)):
            self._grow(index, part, opening=True)
            self._out.close((self._kinds[index], index))
        for index, call in enumerate(_listed(message.tool_calls)):
            self._call(index, call)
            self._out.close(("call", index))
        self._cite(message.citations)
        self._count(event.usage)
        self._stop(event.finish_reason)

    def _count(self, usage: _Usage | None) -> None:
        """Input excludes what was cached; billed units are kept beside."""
        if usage is None:
            return
        if usage.billed_units:
            self._out.extra("billed_units", usage.billed_units)
        if usage.tokens is None:
            return
        self._counted = True
        cached = int(usage.cached_tokens or 0)
        prompt = usage.tokens.input_tokens
        self._out.usage(
            input=None if prompt is None else max(int(prompt) - cached, 0),
            output=_whole_number(usage.tokens.output_tokens),
            cache_read=cached,
            reasoning=_whole_number(usage.tokens.reasoning_tokens),
        )


def _listed(value: Any) -> list[Any]:
    """What comes as a list, alone, or not at all, as a list."""
    return cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]


def _whole_number(count: float | None) -> int | None:
    return None if count is None else int(count)
