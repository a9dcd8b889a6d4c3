"""Reads the events of a Messages answer, of Anthropic and of everybody who imitates it.

Only the fields read here are decoded. State is kept per index, and several blocks may be
open at once; what is unknown (events, blocks, deltas, stop reasons) is passed over or kept,
never an error. `message_stop` is the terminal signal. An event is told by the `type` in its
data; the name of the server-sent event stands in where that is missing, so that the same
parser reads events without names. Source: wire/anthropic-messages, sections 8 to 10 and 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

from headwater import Assembly, DecodeError, Kind, RawEvent, StopReason, decoder, loads

from ._blocks import CODE, as_object, as_objects, as_text, show_call, show_citation, show_result


class _Thought(msgspec.Struct, gc=False):
    thinking_tokens: int | None = None


class _Written(msgspec.Struct, gc=False):
    ephemeral_1h_input_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: _Written | None = None
    output_tokens_details: _Thought | None = None
    service_tier: str | None = None
    speed: str | None = None
    server_tool_use: dict[str, Any] | None = None
    iterations: list[Any] | None = None
    inference_geo: str | None = None
    fallback_credit: dict[str, Any] | None = None


class _Delta(msgspec.Struct, gc=False):
    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    signature: str | None = None
    citation: dict[str, Any] | None = None
    content: Any = None
    encrypted_content: Any = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: dict[str, Any] | None = None
    container: dict[str, Any] | None = None


class _Message(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    content: list[Any] | None = None
    usage: _Usage | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: dict[str, Any] | None = None
    container: dict[str, Any] | None = None
    context_management: dict[str, Any] | None = None
    input_transformations: list[Any] | None = None
    diagnostics: dict[str, Any] | None = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    index: int | None = -1  # one block at a time where none is said; to the pen None is the block written last
    delta: _Delta | None = None
    content_block: dict[str, Any] | None = None
    usage: _Usage | None = None
    message: _Message | None = None
    error: Any = None
    base_resp: Any = None
    """MiniMax's own word on how the request went."""
    context_management: dict[str, Any] | None = None
    input_transformations: list[Any] | None = None


_decode = decoder(_Event)
_decode_message = decoder(_Message)

STOP_REASONS: Mapping[str, StopReason | Kind] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "toolUse",
    # The provider's tools reached their limit; the answer goes back as it is and is gone on with.
    "pause_turn": "stop",
    "refusal": "content_filter",
    "compaction": "stop",
}
"""Stop reasons in use (wire section 9); others are unknown."""

_KEPT = ("container", "context_management", "input_transformations", "diagnostics", "stop_sequence", "stop_details")
"""What stands beside an answer and is kept beside the message."""

_KEPT_COUNTS = ("server_tool_use", "iterations", "inference_geo", "fallback_credit")
"""What stands among the counts and is none of ours."""


class _Block:
    """A block that is open: its kind, what it opened with, and what is collected until it closes."""

    __slots__ = ("citations", "kind", "pieces", "raw")

    def __init__(self, kind: str, raw: dict[str, Any]) -> None:
        self.kind = kind
        self.raw = raw
        self.pieces: list[str] = []
        self.citations: list[Any] = []


class MessagesParser:
    """The parser of one answer; `stop_reasons` are an endpoint's own, over the usual ones."""

    def __init__(self, out: Assembly, stop_reasons: Mapping[str, str] | None = None) -> None:
        self._out = out
        own = cast("Mapping[str, StopReason | Kind]", stop_reasons or {})
        self._reasons: Mapping[str, StopReason | Kind] = {**STOP_REASONS, **own}
        self._blocks: dict[int | None, _Block] = {}
        self._started = False
        self._id: str | None = None
        self._stop: str | None = None
        self._details: dict[str, Any] = {}
        self._counts: dict[str, Any] = {}
        self._counted = False

    def __call__(self, raw: RawEvent) -> None:
        """Takes one event: the JSON in `raw.data`."""
        try:
            event = _decode(raw.data)
        except DecodeError:
            if not self._excused(raw):
                raise
            return
        delta = event.delta
        if delta is None or event.type != "content_block_delta":
            self._other(event, raw)
        elif delta.type == "text_delta":
            if delta.text:
                self._out.text(delta.text, event.index)
        elif delta.type == "thinking_delta":
            if delta.thinking:
                self._out.thinking(delta.thinking, event.index)
        elif delta.type == "input_json_delta":
            if delta.partial_json:
                self._argue(event.index, delta.partial_json)
        else:
            self._rare(event.index, delta)

    def end(self) -> None:
        """End of the bytes: the stop reason has its say, now that no error can come before it."""
        out, reason = self._out, self._stop
        for index in self._blocks:
            self._keep_citations(index)
        if self._counts:
            out.extra("usage_details", self._counts)
        if not self._counted and out.has_usage:
            out.usage(provenance="partial")
        if reason is not None:
            meaning = self._reasons.get(reason)
            if meaning == "content_filter":
                out.fail(
                    "content_filter", _refusal(self._details), code=as_text(self._details.get("category")) or reason
                )
            out.stop(meaning, reason)

    # -- deltas

    def _argue(self, index: int | None, piece: str) -> None:
        block = self._blocks.get(index)
        if block is None:
            self._out.fail("malformed", "sent arguments for a block that it did not begin; ask again")
            return
        block.pieces.append(piece)
        self._out.arguments(piece, index)

    def _rare(self, index: int | None, delta: _Delta) -> None:
        block = self._blocks.get(index)
        if delta.type == "signature_delta" and delta.signature:
            self._out.thinking("", index)
            self._out.signature(delta.signature, index)
        elif delta.type == "citations_delta" and delta.citation:
            self._cite(index, delta.citation)
        elif delta.type == "compaction_delta" and block is not None:
            block.raw["content"] = delta.content
            if delta.encrypted_content is not None:
                block.raw["encrypted_content"] = delta.encrypted_content

    def _cite(self, index: int | None, citation: dict[str, Any]) -> None:
        """A citation covers its whole block of text; it is kept for replay, and shown as a source."""
        block = self._blocks.get(index)
        if block is not None:
            block.citations.append(citation)
        show_citation(self._out, citation)

    def _keep_citations(self, index: int | None) -> None:
        """Puts all citations of a block into it at once, when no more can come."""
        block = self._blocks.get(index)
        if block is not None and block.citations:
            self._out.extra("citations", block.citations, index)

    # -- blocks

    def _open(self, index: int | None, raw: dict[str, Any]) -> None:
        if index in self._blocks:
            self._close(index)
        kind = as_text(raw.get("type")) or "unknown"
        block = self._blocks[index] = _Block(kind, raw)
        open_block = _OPENERS.get(kind)
        if open_block is None:
            self._out.block(kind, raw, index, as_text(raw.get("id")) or as_text(raw.get("tool_use_id")))
        else:
            open_block(self, index, block)

    def _open_text(self, index: int | None, block: _Block) -> None:
        self._out.text(as_text(block.raw.get("text")) or "", index)
        for citation in as_objects(block.raw.get("citations")):
            self._cite(index, citation)

    def _open_thinking(self, index: int | None, block: _Block) -> None:
        self._out.thinking(as_text(block.raw.get("thinking")) or "", index)
        signature = as_text(block.raw.get("signature"))
        if signature:
            self._out.signature(signature, index)

    def _open_redacted(self, index: int | None, block: _Block) -> None:
        self._out.signature(as_text(block.raw.get("data")) or "", index, redacted=True)

    def _open_call(self, index: int | None, block: _Block) -> None:
        raw = block.raw
        self._out.tool_call(index, as_text(raw.get("id")), as_text(raw.get("name")))
        for name, value in raw.items():
            if name not in ("type", "id", "name", "input") and value is not None:
                self._out.extra(name, value, index)

    def _close(self, index: int | None) -> None:
        self._keep_citations(index)
        block = self._blocks.pop(index, None)
        given = as_object(block.raw.get("input")) if block else {}
        if block is None or block.kind in ("text", "thinking", "redacted_thinking"):
            self._out.close(index)
        elif block.kind == "tool_use":
            # A call made from code comes with its whole input and no deltas.
            self._out.close(index, given if given and not block.pieces else None)
        else:
            self._close_own(index, block)

    def _close_own(self, index: int | None, block: _Block) -> None:
        """A block of the provider's own is over: what it means besides."""
        out = self._out
        out.close(index, raw=block.raw if block.kind == "compaction" else None)
        if block.kind == "server_tool_use" and as_text(block.raw.get("name")) in CODE:
            show_call(out, block.raw, "".join(block.pieces))
        elif block.kind == "fallback":
            out.answering_model(as_text(as_object(block.raw.get("to")).get("model")) or "")
        else:
            show_result(out, block.kind, block.raw)

    # -- the message

    def _other(self, event: _Event, raw: RawEvent) -> None:
        kind = event.type or raw.name
        if kind == "content_block_start":
            if event.content_block is not None:
                self._open(event.index, event.content_block)
        elif kind == "content_block_stop":
            self._close(event.index)
        elif kind == "message_delta":
            self._advance(event)
        elif kind == "message_start":
            self._begin(event.message or _Message())
        elif kind == "message_stop":
            self._out.complete()
        elif kind == "message":
            self._begin(_decode_message(raw.data))
            self._out.complete()
        elif kind == "error" or event.error or as_object(event.base_resp).get("status_code"):
            self._out.fail_with(loads(raw.data))

    def _begin(self, message: _Message) -> None:
        """The head of the answer; proxies repeat it, and some bring the whole answer in it,
        as an answer that does not stream does."""
        if self._started:
            if message.id and self._id and message.id != self._id:
                self._out.fail("malformed", "began another answer within this one; ask again")
            return
        self._started, self._id = True, message.id
        self._out.start(message.id, message.model)
        for index, block in enumerate(message.content or ()):
            self._open(index, as_object(block))
            self._close(index)
        if message.usage is not None:
            self._count(message.usage)
            self._counted = message.stop_reason is not None
        self._keep(message)

    def _advance(self, event: _Event) -> None:
        if event.usage is not None:
            self._counted = True
            self._count(event.usage)
        self._keep(event)
        if event.delta is not None:
            self._keep(event.delta)

    def _keep(self, said: _Message | _Delta | _Event) -> None:
        for name in _KEPT:
            value = getattr(said, name, None)
            if value is not None:
                self._out.extra(name, value)
        if not isinstance(said, _Event):
            self._stop = said.stop_reason or self._stop
            self._details = said.stop_details or self._details

    def _count(self, usage: _Usage) -> None:
        """Counts are cumulative; what is not told keeps what was told at the start. Input excludes the cache."""
        written, thought = usage.cache_creation, usage.output_tokens_details
        self._out.usage(
            input=usage.input_tokens,
            output=usage.output_tokens,
            cache_read=usage.cache_read_input_tokens,
            cache_write=usage.cache_creation_input_tokens,
            cache_write_1h=written.ephemeral_1h_input_tokens if written is not None else None,
            reasoning=thought.thinking_tokens if thought is not None else None,
            # Fast answers have prices of their own, as a service tier has.
            service_tier="fast" if usage.speed == "fast" else usage.service_tier,
        )
        for name in _KEPT_COUNTS:
            value = getattr(usage, name)
            if value is not None:
                self._counts[name] = value

    def _excused(self, raw: RawEvent) -> bool:
        """Whether data that is no event may be so: an error in plain words, or the `[DONE]` that imitators add."""
        if raw.name == "error":
            self._out.fail_with(raw.data)
            return True
        return raw.data.strip() == b"[DONE]"


_OPENERS: Mapping[str, Callable[[MessagesParser, int | None, _Block], None]] = {
    "text": MessagesParser._open_text,  # pyright: ignore[reportPrivateUsage] - a table of the class's own methods
    "thinking": MessagesParser._open_thinking,  # pyright: ignore[reportPrivateUsage]
    "redacted_thinking": MessagesParser._open_redacted,  # pyright: ignore[reportPrivateUsage]
    "tool_use": MessagesParser._open_call,  # pyright: ignore[reportPrivateUsage]
}
"""How the blocks everybody has are opened; all others are the provider's own."""


def _refusal(details: Mapping[str, Any]) -> str:
    category, explanation = as_text(details.get("category")), as_text(details.get("explanation"))
    return "refused" + (f" ({category})" if category else "") + (f": {explanation}" if explanation else "")
