"""The pen with which a parser writes.

A parser says what happened; the pen keeps the message, makes the events, and
cannot write them in an illegal order. It resolves what the wires leave open:
blocks open when first written to, calls without id get one, a call starts when
its name is known, and ends only when its arguments are known to be whole. One
pen is one message.

Keys tell blocks apart (any hashable: an index, an item's id). Without a key,
text and thinking go to the block of their kind that is open, and opening
another kind closes it: the way of protocols that do not mark blocks.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Literal

from attrs import evolve

from . import _events as events  # pyright: ignore[reportPrivateUsage]
from ._calls import CallLedger
from ._content import CodeExecution, Image, Source
from ._ledger import mint_id
from ._messages import COUNTS, StopReason
from ._partial import LAST, NEVER, CallBlock, TextBlock, WholeBlock
from .errors import KINDS, Kind


def check_text(method: str, delta: object) -> None:
    """Raises `TypeError` for what a parser gives as text and is none: it would fail far from where it was given."""
    if not isinstance(delta, str):
        raise TypeError(f"out.{method} takes text, not {type(delta).__name__}")


class Assembly(CallLedger):
    """The pen. A parser calls what comes first; `settle` and `finish` belong to who drives it."""

    # -- what a parser says

    def start(self, response_id: str | None = None, model: str | None = None) -> None:
        """The response's id and the model that answers; what is said first stays."""
        self._response_id = self._response_id or response_id or None
        self._response_model = self._response_model or model or None

    def answering_model(self, model: str) -> None:
        """Another model took over the answer."""
        self._response_model = model or self._response_model

    def text(self, delta: str, key: Hashable = None) -> None:
        """More text; with a key, the empty string opens the block."""
        if delta.__class__ is not str:
            check_text("text", delta)
        block = self._text
        if block is None or block.key != key:
            block = self._find("text", key, delta)
            if block is None:
                return
            self._text = block
        if delta:
            self._position = position = self._position + 1
            block.parts.append(delta)
            block.marks.append(position)
            self._events.append(events.TextDelta(block.index, delta, self, position))
            self._last = block

    def thinking(self, delta: str, key: Hashable = None) -> None:
        """More thinking; with a key, the empty string opens the block."""
        if delta.__class__ is not str:
            check_text("thinking", delta)
        block = self._thinking
        if block is None or block.key != key:
            block = self._find("thinking", key, delta)
            if block is None:
                return
            self._thinking = block
        if delta:
            self._position = position = self._position + 1
            block.parts.append(delta)
            block.marks.append(position)
            self._events.append(events.ThinkingDelta(block.index, delta, self, position))
            self._last = block

    def refusal(self, delta: str, key: Hashable = None) -> None:
        """More of a refusal; a message with one ends as an error of kind content_filter."""
        check_text("refusal", delta)
        block = self._find("refusal", key, delta)
        if block is not None:
            self._grow(block, delta)

    def signature(self, value: str, key: Hashable = None, redacted: bool = False) -> None:
        """The provider's mark on a block, assigned; without a key, on the block last written.

        Where nothing was written yet it makes a block of its own: redacted thinking, or empty text.
        """
        block = self._marked(key)
        if block is None:
            block = self._open_text("thinking" if redacted else "text", key)
            self._last = block
        known = block.signatures
        if not known or known[-1][1] != value:  # said again, it is as old as it was
            known.append((self._position + 1, value))
        if isinstance(block, TextBlock) and redacted:
            block.redacted = True

    def tool_call(
        self,
        key: Hashable = None,
        id: str | None = None,
        name: str | None = None,
        arguments: str | Mapping[str, Any] | None = None,
    ) -> None:
        """A call the caller has to run: opens it, or adds to what is known of it.

        Told apart by id first, then by key. A key that comes again with another id is
        another call only when a name comes along and the old arguments could end there.
        """
        block = self._call(key, id or None, name or None, arguments)
        if block.id is None and id:
            self._identify(block, id)
        if block.name is None and name:
            block.name = name
        if block.name and block.index < 0:
            self._start_call(block)
        if arguments is not None:
            self._add_arguments(block, arguments)

    def arguments(self, delta: str | Mapping[str, Any], key: Hashable = None) -> None:
        """More arguments for the call (or provider's block) of that key; without a key, for the last one."""
        block = self._keyed.get(("call", key)) if key is not None else None
        if not isinstance(block, CallBlock):
            block = self._call(key, None, None, delta)
        self._add_arguments(block, delta)

    def block(
        self,
        name: str,
        raw: Mapping[str, Any],
        key: Hashable = None,
        id: str | None = None,
    ) -> None:
        """A provider's own block, kept for replay; whole at once without a key, else open until closed."""
        block = CallBlock("block", key, id=id, name=name)
        block.raw = dict(raw)
        self._settle_keyless()
        self._place(block)
        self._emit(events.BlockStart(block.index, name, id, self, block.started))
        self._last = block
        if key is None:
            self._end_block(block)
        else:
            self._keyed["call", key] = block

    def source(
        self, uri: str, title: str | None = None, snippet: str | None = None, kind: str = "web", **extra: Any
    ) -> None:
        """Something the answer rests on; the same one twice is told once."""
        seen = (kind, uri, snippet)
        if seen in self._sources:
            return
        self._sources.add(seen)
        source = Source(uri, title, snippet, kind, extra)
        block = self._whole("source", None, source)
        self._emit(events.SourceFound(block.index, source, self, block.started))

    def code_execution(self, key: Hashable, **known: Any) -> None:
        """Code the provider ran: fields of `CodeExecution`, as they become known."""
        block = self._keyed.get(("code", key))
        if isinstance(block, WholeBlock):
            execution = evolve(block.versions[-1], **known)
            self._renew(block, execution)
        else:
            known.setdefault("code", "")
            execution = CodeExecution(**known)
            block = self._whole("code", key, execution)
        assert isinstance(execution, CodeExecution)
        self._emit(events.CodeExecuted(block.index, execution, self, self._position))

    def image(
        self,
        stage: Literal["start", "progress", "complete", "error"],
        key: Hashable = None,
        *,
        progress: float | None = None,
        message: str | None = None,
        **known: Any,
    ) -> None:
        """An image the model makes: fields of `Image` with the stage it is in."""
        found = self._keyed.get(("image", key)) if key is not None else None
        image = Image(**known) if known else None
        if isinstance(found, WholeBlock):
            block = found
            self._renew(block, image or block.versions[-1])
        else:
            block = self._whole("image", key, image or Image())
        self._emit(events.ImageGenerated(block.index, stage, image, progress, message, self, self._position))

    def status(self, status: str, **data: Any) -> None:
        """Something that is no content: queued, searching, a filter's result."""
        self._emit(events.Status(status, data, self, self._step()))

    def extra(self, name: str, value: Any, key: Hashable = None) -> None:
        """Something to keep beside the message, or with a key beside that block."""
        block = self._marked(key) if key is not None else None
        (self._extra if block is None else block.extra)[name] = value

    def close(
        self,
        key: Hashable = None,
        content: str | Mapping[str, Any] | None = None,
        raw: Mapping[str, Any] | None = None,
    ) -> None:
        """The block of that key is over; `content` is the provider's final word on its text or arguments.

        A final word that goes on where the deltas stop becomes one more delta; one that
        contradicts them replaces the block. Without a key, what was opened without one is over.
        """
        if key is None:
            self._settle_keyless()
            return
        for family in ("text", "thinking", "refusal"):
            block = self._keyed.get((family, key))
            if isinstance(block, TextBlock) and block.ended == NEVER:
                self._end_text(block, content if isinstance(content, str) else None)
        call = self._keyed.get(("call", key))
        if isinstance(call, CallBlock) and call.ended == NEVER:
            self._close_call(call, content, raw)

    def usage(
        self,
        *,
        service_tier: str | None = None,
        provenance: Literal["reported", "partial", "estimated"] | None = None,
        reported_cost: float | None = None,
        **counts: int | None,
    ) -> None:
        """Counts of tokens (fields of `Usage`), cumulative: the latest wins, None keeps what was there.

        So does what can be no count: less than nothing, or more than a computer counts to.
        `reported_cost` is what the provider says it charges, in US dollars.
        """
        for name, count in counts.items():
            if name not in COUNTS:
                raise TypeError(f"{name!r} is no count of tokens; there are {', '.join(sorted(COUNTS))}")
            if count is not None and 0 <= count < 2**63:
                self._counts[name] = count
        if service_tier:
            self._service_tier = service_tier
        if reported_cost is not None and 0 <= reported_cost < 2**63:
            self._reported_cost = reported_cost
        if provenance is not None:
            self._provenance = provenance

    @property
    def has_usage(self) -> bool:
        """Whether any count was reported."""
        return bool(self._counts)

    def stop(self, reason: StopReason | Kind | None, raw: str | None = None) -> None:
        """Why the answer stopped, in our word and the provider's.

        None is a word nobody knows: a stop when there is content, else an error. A
        kind of error (`content_filter`) makes the message one.
        """
        self._raw_stop = raw if raw is not None else self._raw_stop
        if reason in ("stop", "length", "toolUse"):
            self._stop = reason
        elif reason is not None:
            kind: Kind = reason if reason in KINDS else "unknown"  # pyright: ignore[reportAssignmentType]
            self.fail(kind, f"ended the answer with {raw or reason!r}")
        elif self.blocks:
            self._stop = "stop"
        else:
            self.fail("unknown", f"gave no answer and ended with {raw!r}")

    def cursor(self, position: Mapping[str, Any], again_in: float | None = None) -> None:
        """Where the answer goes on should the connection end before it does: JSON data that the api's `resume` reads.

        With `again_in`, the end of the bytes means to ask again in that many seconds.
        """
        self.resume_at: Mapping[str, Any] | None = position
        self.again_in: float | None = again_in

    def complete(self) -> None:
        """The protocol's terminal signal was seen."""
        self.completed = True

    # -- what drives the pen

    def settle(self) -> None:
        """Decides whether the answer ended well, now that nothing more comes."""
        if self.error is None and not self.completed:
            self.fail("truncated", "sent an answer that ends before its terminal signal; what came is kept")
        if self.error is None and any(block.kind == "refusal" for block in self.blocks):
            self.fail("content_filter", f"refused: {self._refusal_text()}")
        if self.error is None:
            self._check_calls()

    def finish(self, *, clean: bool = True) -> None:
        """End of the bytes: validates open calls, closes what is open, writes usage and `done` or `error`.

        `clean` is False when the connection broke instead of ending.
        """
        if self._message is not None:
            return
        self.settle()
        if self.error is None:
            self._close_all()
        if self._count_is_missing(clean):
            self._provenance = "partial"
        self._ended = self._position + 1
        self._message = self.message(LAST)
        usage = self._message.usage
        if usage.provenance != "absent" and self._counts:
            self._emit(events.UsageReported(usage, self, self._step()))
        ending = events.Done if self.error is None else events.Error
        self._emit(ending(self._message.stop_reason, self._message, self, self._step()))

    def _count_is_missing(self, clean: bool) -> bool:
        """Whether the answer ended before its last count of tokens. A filter may end it by the stop reason."""
        if self.error is None:
            return not clean and not self._counts
        cut = not self.completed and self.error.kind != "content_filter"
        return not clean or (cut and bool(self._counts))

    def _refusal_text(self) -> str:
        return "".join(
            block.text() for block in self.blocks if isinstance(block, TextBlock) and block.kind == "refusal"
        )

    def _close_all(self) -> None:
        for block in self.blocks:
            if block.ended != NEVER:
                continue
            if isinstance(block, TextBlock):
                self._end_text(block, None)
            elif isinstance(block, CallBlock) and block.kind == "block":
                self._end_block(block)
            elif isinstance(block, CallBlock):
                state = block.arguments.finish().state
                if state == "whole" or (state == "empty" and self._stop != "length"):
                    self._end_call(block)


__all__ = ["Assembly", "mint_id"]
