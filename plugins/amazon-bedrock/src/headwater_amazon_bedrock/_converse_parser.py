"""Reads the frames of a ConverseStream answer.

Only the fields read here are decoded; what is unknown (events, deltas, stop reasons) is passed over or
kept. Blocks of text and thinking open with their first delta, and indexes may have gaps. `messageStop`
and `metadata` together are the terminal signal, in either order; where the bytes end between them, the
answer is whole and its usage is not known. Source: wire/bedrock-converse, section 6 (November 2026).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from headwater import Assembly, Kind, RawEvent, StopReason, decoder, dumps, loads

from ._converse_whole import events_of
from ._faults import fail_with_fault, is_fault
from ._server_tools import ServerTools


class _Input(msgspec.Struct, gc=False):
    input: str | None = None


class _Reasoning(msgspec.Struct, gc=False):
    text: str | None = None
    signature: str | None = None
    redactedContent: str | None = None  # noqa: N815 - the wire's names
    data: str | None = None


class _Delta(msgspec.Struct, gc=False):
    text: str | None = None
    toolUse: _Input | None = None  # noqa: N815
    reasoningContent: _Reasoning | None = None  # noqa: N815
    citation: dict[str, Any] | None = None
    toolResult: list[Any] | None = None  # noqa: N815
    image: dict[str, Any] | None = None


class _BlockDelta(msgspec.Struct, gc=False):
    contentBlockIndex: int | None = None  # noqa: N815
    delta: _Delta | None = None


class _Start(msgspec.Struct, gc=False):
    toolUse: dict[str, Any] | None = None  # noqa: N815
    toolResult: dict[str, Any] | None = None  # noqa: N815
    image: dict[str, Any] | None = None


class _BlockStart(msgspec.Struct, gc=False):
    contentBlockIndex: int | None = None  # noqa: N815
    start: _Start | None = None


class _BlockStop(msgspec.Struct, gc=False):
    contentBlockIndex: int | None = None  # noqa: N815


class _MessageStop(msgspec.Struct, gc=False):
    stopReason: str | None = None  # noqa: N815
    additionalModelResponseFields: Any = None  # noqa: N815


class _CacheDetail(msgspec.Struct, gc=False):
    ttl: str | None = None
    inputTokens: int | None = None  # noqa: N815


class _Usage(msgspec.Struct, gc=False):
    inputTokens: int | None = None  # noqa: N815
    outputTokens: int | None = None  # noqa: N815
    totalTokens: int | None = None  # noqa: N815
    cacheReadInputTokens: int | None = None  # noqa: N815
    cacheWriteInputTokens: int | None = None  # noqa: N815
    cacheDetails: list[_CacheDetail] | None = None  # noqa: N815


class _Tier(msgspec.Struct, gc=False):
    type: str | None = None


class _Metadata(msgspec.Struct, gc=False):
    usage: _Usage | None = None
    metrics: dict[str, Any] | None = None
    trace: dict[str, Any] | None = None
    serviceTier: _Tier | None = None  # noqa: N815
    performanceConfig: dict[str, Any] | None = None  # noqa: N815


_read_delta = decoder(_BlockDelta)
_read_start = decoder(_BlockStart)
_read_block_stop = decoder(_BlockStop)
_read_stop = decoder(_MessageStop)
_read_metadata = decoder(_Metadata)

STOP_REASONS: Mapping[str, StopReason | Kind] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "toolUse",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
    "refusal": "content_filter",
    "malformed_model_output": "malformed",
    "malformed_tool_use": "malformed",
    "pause_turn": "stop",
}
"""Stop reasons in use; others are unknown."""


class ConverseParser:
    """The parser of one answer."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._tools = ServerTools(out)
        self._redacted: dict[int | None, list[bytes]] = {}
        self._citations: dict[int | None, list[Any]] = {}
        self._images: dict[int | None, tuple[str, list[bytes]]] = {}
        self._stop: str | None = None
        self._trace: Mapping[str, Any] = {}
        self._counted = False

    def __call__(self, raw: RawEvent) -> None:
        """Takes one frame."""
        if raw.name == "contentBlockDelta":
            event = _read_delta(raw.data)
            if event.delta is not None:
                self._grow(event.contentBlockIndex, event.delta)
        elif is_fault(raw):
            fail_with_fault(self._out, raw)
        elif not raw.name and not raw.headers:
            self._read_whole(raw.data)
        else:
            handle = _EVENTS.get(raw.name)
            if handle is not None:
                handle(self, raw.data)

    def end(self) -> None:
        """End of the bytes: the stop reason has its say, now that no exception can come before it."""
        out, reason = self._out, self._stop
        for index in list(self._redacted):
            self._seal(index)
        if reason is None:
            return
        out.complete()
        if not self._counted:
            out.usage(provenance="partial")
        why = self._trace.get("guardrail")
        if reason == "guardrail_intervened" and isinstance(why, dict):
            words = cast("dict[str, Any]", why).get("actionReason")
            if isinstance(words, str) and words:
                out.fail("content_filter", f"was stopped by a guardrail: {words}", code=reason)
        out.stop(STOP_REASONS.get(reason), reason)

    def _read_whole(self, data: bytes) -> None:
        """An answer that is not streamed comes without a frame."""
        answer = loads(data)
        for name, told in events_of(cast("dict[str, Any]", answer)) if isinstance(answer, dict) else ():
            self(RawEvent(dumps(told), name))

    # -- blocks

    def _grow(self, index: int | None, delta: _Delta) -> None:
        if delta.text is not None:
            if delta.text:
                self._out.text(delta.text, index)
        elif delta.toolUse is not None:
            if delta.toolUse.input:
                self._out.arguments(delta.toolUse.input, index)
        elif delta.reasoningContent is not None:
            self._think(index, delta.reasoningContent)
        elif delta.citation is not None:
            self._cite(index, delta.citation)
        elif delta.toolResult is not None:
            self._tools.add_result(index, delta.toolResult)
        elif delta.image is not None:
            self._paint(index, delta.image)

    def _think(self, index: int | None, said: _Reasoning) -> None:
        out = self._out
        if said.text:
            out.thinking(said.text, index)
        if said.signature:
            out.thinking("", index)
            out.signature(said.signature, index)
        redacted = said.redactedContent or said.data
        if redacted:
            # It may come in several pieces, each encoded by itself; they are put together when all are there.
            self._redacted.setdefault(index, []).append(_decoded(redacted))
            out.thinking("", index)

    def _seal(self, index: int | None) -> None:
        """Thinking that only the provider can read, whole."""
        pieces = self._redacted.pop(index, None)
        if pieces is not None:
            self._out.signature(base64.b64encode(b"".join(pieces)).decode(), index, redacted=True)

    def _cite(self, index: int | None, citation: dict[str, Any]) -> None:
        """A citation covers its whole block of text; it is kept there, and shown as a source."""
        out = self._out
        known = self._citations[index] = [*self._citations.get(index, ()), citation]
        out.text("", index)
        out.extra("citations", known, index)
        location = _object(citation.get("location"))
        kind = next(iter(location), "")
        place = _object(location.get(kind))
        pieces = citation.get("sourceContent")
        quoted = [_object(piece).get("text") for piece in cast("list[Any]", pieces)] if isinstance(pieces, list) else []
        snippet = "".join(piece for piece in quoted if isinstance(piece, str)) or None
        title, given = _text(citation.get("title")), _text(citation.get("source"))
        url = _text(place.get("url"))
        number = place.get("documentIndex", place.get("searchResultIndex", 0))
        uri = url or given or f"document:{number}"
        out.source(uri, title, snippet, _KINDS.get(kind, "web" if url else "document"), **({} if url else place))

    def _paint(self, index: int | None, image: Mapping[str, Any]) -> None:
        """A picture comes in pieces of its bytes, each encoded by itself."""
        error = _object(image.get("error"))
        if error:
            self._out.image("error", index, message=_text(error.get("message")))
            return
        piece = _object(image.get("source")).get("bytes")
        if isinstance(piece, str):
            self._images.setdefault(index, ("png", []))[1].append(_decoded(piece))
            self._out.image("progress", index)

    # -- events

    def _open(self, data: bytes) -> None:
        event = _read_start(data)
        index, start = event.contentBlockIndex, event.start or _Start()
        if start.toolUse is not None:
            call = start.toolUse
            if call.get("type") == "server_tool_use":
                self._tools.open_call(index, call)
            else:
                self._out.tool_call(index, _text(call.get("toolUseId")), _text(call.get("name")))
        elif start.toolResult is not None:
            self._tools.open_result(index, start.toolResult)
        elif start.image is not None:
            self._images[index] = (_text(start.image.get("format")) or "png", [])
            self._out.image("start", index)

    def _close(self, data: bytes) -> None:
        index = _read_block_stop(data).contentBlockIndex
        self._seal(index)
        self._out.close(index)
        self._tools.close(index)
        form, pieces = self._images.pop(index, ("", []))
        if any(pieces):
            encoded = base64.b64encode(b"".join(pieces)).decode()
            self._out.image("complete", index, data=encoded, mime_type=f"image/{form}")

    def _finish(self, data: bytes) -> None:
        event = _read_stop(data)
        self._stop = event.stopReason or self._stop or ""
        if event.additionalModelResponseFields is not None:
            self._out.extra("additionalModelResponseFields", event.additionalModelResponseFields)
        self._complete()

    def _sum_up(self, data: bytes) -> None:
        event = _read_metadata(data)
        usage = event.usage
        if usage is not None:
            self._counted = True
            self._count(usage)
        if event.serviceTier is not None:
            self._out.usage(service_tier=event.serviceTier.type)
        if event.trace is not None:
            self._trace = event.trace
        for name in ("metrics", "trace", "performanceConfig"):
            value = getattr(event, name)
            if value is not None:
                self._out.extra(name, value)
        self._complete()

    def _complete(self) -> None:
        if self._stop is not None and self._counted:
            self._out.complete()

    def _count(self, usage: _Usage) -> None:
        """Input excludes the cache; output includes thinking, which is not told apart."""
        hours = [detail.inputTokens or 0 for detail in usage.cacheDetails or () if detail.ttl == "1h"]
        self._out.usage(
            input=usage.inputTokens,
            output=usage.outputTokens,
            cache_read=usage.cacheReadInputTokens,
            cache_write=usage.cacheWriteInputTokens,
            cache_write_1h=sum(hours) if usage.cacheDetails else None,
            total_tokens=usage.totalTokens,
        )


_EVENTS: Mapping[str, Callable[[ConverseParser, bytes], None]] = {
    "contentBlockStart": ConverseParser._open,  # pyright: ignore[reportPrivateUsage] - a table of the class's own methods
    "contentBlockStop": ConverseParser._close,  # pyright: ignore[reportPrivateUsage]
    "messageStop": ConverseParser._finish,  # pyright: ignore[reportPrivateUsage]
    "metadata": ConverseParser._sum_up,  # pyright: ignore[reportPrivateUsage]
}
"""What is done with each event but the most frequent one; others are passed over."""

_KINDS: Mapping[str, str] = {"searchResultLocation": "search_result", "web": "web"}
"""What a citation's location is a place in; otherwise in a document."""


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return text.encode()


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
