"""The mock's wire: JSON lines that say outright what a stream of events should be.

One object a line. Content lines may carry `block`, a number or word that tells
blocks apart; lines of one block belong together until its `end`.

    {"start": {"id": "...", "model": "..."}}        the response's id, the model that answers
    {"text": "..."}  {"thinking": "..."}  {"refusal": "..."}      more of it; "" opens the block
    {"tool_call": {"id": "...", "name": "...", "arguments": "..."}}   arguments: a piece of JSON text, or an object
    {"signature": "...", "redacted": false}         the mark of the block
    {"source": {"uri": "...", "title": "...", "snippet": "...", "kind": "web"}}
    {"code_execution": {...}}  {"image": {"stage": "complete", ...}}   fields of the content block
    {"provider_block": {"name": "...", "raw": {...}, "id": "..."}}
    {"extra": {...}}                                kept beside the block, without `block` beside the message
    {"status": "...", "data": {...}}                something that is no content
    {"end": true}                                   the block is over
    {"usage": {"input": 1, "output": 2, ...}}       counts so far, fields of `Usage`
    {"stop": "stop"}                                stop, length, toolUse, or a kind of error: the terminal signal
    {"error": {"kind": "...", "message": "...", "status": 429, "retry_after": 2}}

What else a line holds is ignored. Bytes that end without `stop` or `error` were cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

import msgspec

from headwater import Assembly, ErrorInfo, Kind, RawEvent, StopReason, decoder, dumps

KINDS: tuple[str, ...] = get_args(Kind)
_STOPS: tuple[str, ...] = get_args(StopReason)
_STAGES = ("start", "progress", "complete", "error")
_ERROR: Mapping[str, tuple[type, ...]] = {
    "status": (int,),
    "code": (str,),
    "request_id": (str,),
    "retryable": (bool,),
    "retry_after": (int, float),
}


def line(**said: Any) -> bytes:
    """One line of the wire; a keyword that is None is left out."""
    return dumps({name: value for name, value in said.items() if value is not None}) + b"\n"


def error_line(info: ErrorInfo) -> bytes:
    """The line that ends a response with this error."""
    details = {name: getattr(info, name) for name in _ERROR if getattr(info, name) is not None}
    return line(error={"kind": info.kind, "message": info.message, **details})


class _Start(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None


class _Call(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    arguments: Any = None


class _Source(msgspec.Struct, gc=False):
    uri: str = ""
    title: str | None = None
    snippet: str | None = None
    kind: str = "web"


class _Code(msgspec.Struct, gc=False):
    code: str | None = None
    language: str | None = None
    output: str | None = None
    success: bool | None = None
    error: str | None = None
    id: str | None = None


class _Image(msgspec.Struct, gc=False):
    stage: str | None = None
    data: str | None = None
    mime_type: str | None = None
    url: str | None = None


class _Block(msgspec.Struct, gc=False):
    name: str = ""
    raw: dict[str, Any] = {}
    id: str | None = None


class _Usage(msgspec.Struct, gc=False):
    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None
    total_tokens: int | None = None
    service_tier: str | None = None


class _Line(msgspec.Struct, gc=False):
    block: Any = None
    start: _Start | None = None
    text: str | None = None
    thinking: str | None = None
    refusal: str | None = None
    tool_call: _Call | None = None
    signature: str | None = None
    redacted: bool = False
    source: _Source | None = None
    code_execution: _Code | None = None
    image: _Image | None = None
    provider_block: _Block | None = None
    extra: dict[str, Any] | None = None
    status: str | None = None
    data: dict[str, Any] | None = None
    end: bool = False
    usage: _Usage | None = None
    stop: str | None = None
    error: Any = None


_decode = decoder(_Line)


class MockParser:
    """The parser of one response."""

    def __init__(self, out: Assembly) -> None:
        self._out = out

    def __call__(self, raw: RawEvent) -> None:
        """Takes one line."""
        said = _decode(raw.data)
        key = said.block if isinstance(said.block, int | str) else None
        if said.start is not None:
            self._out.start(said.start.id, said.start.model)
        self._read_words(said, key)
        self._read_blocks(said, key)
        self._read_ending(said)

    def end(self) -> None:
        """End of the bytes: nothing is held back."""

    def _read_words(self, said: _Line, key: int | str | None) -> None:
        out = self._out
        if said.text is not None:
            out.text(said.text, key)
        if said.thinking is not None:
            out.thinking(said.thinking, key)
        if said.refusal is not None:
            out.refusal(said.refusal, key)
        if said.tool_call is not None:
            call = said.tool_call
            arguments = call.arguments
            if arguments is not None and not isinstance(arguments, str | dict):
                arguments = dumps(arguments).decode()
            out.tool_call(key, call.id, call.name, arguments)  # pyright: ignore[reportUnknownArgumentType]
        if said.signature is not None:
            out.signature(said.signature, key, said.redacted)

    def _read_blocks(self, said: _Line, key: int | str | None) -> None:
        out = self._out
        if said.source is not None:
            source = said.source
            out.source(source.uri, source.title, source.snippet, source.kind)
        if said.code_execution is not None:
            out.code_execution(key, **_given(said.code_execution))
        if said.image is not None:
            known = _given(said.image)
            stage = known.pop("stage", None)
            out.image(stage if stage in _STAGES else "complete", key, **known)
        if said.provider_block is not None:
            block = said.provider_block
            out.block(block.name, block.raw, None, block.id)
        for name, value in (said.extra or {}).items():
            out.extra(name, value, key)
        if said.end:
            out.close(key)

    def _read_ending(self, said: _Line) -> None:
        out = self._out
        if said.status is not None:
            out.status(said.status, **{name: value for name, value in (said.data or {}).items() if name != "status"})
        if said.usage is not None:
            out.usage(**msgspec.structs.asdict(said.usage))
        if said.stop is not None:
            reason: Any = said.stop if said.stop in (*_STOPS, *KINDS) else None
            out.stop(reason, said.stop)
            out.complete()
        if said.error is not None:
            self._fail(said.error)

    def _fail(self, error: Any) -> None:
        """An error with a kind of ours is that error; any other is classified as a provider's would be."""
        said = cast("dict[str, Any]", error) if isinstance(error, dict) else {}
        if said.get("kind") in KINDS:
            details = {name: said[name] for name, kinds in _ERROR.items() if isinstance(said.get(name), kinds)}
            self._out.fail(said["kind"], str(said.get("message", "failed")), **details)
        else:
            self._out.fail_with({"error": error})


def _given(said: msgspec.Struct) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(said).items() if value is not None}
