"""What the pen keeps: the blocks of one message, the events that tell of them, and how it ended.

The lower half of `Assembly`: nothing here is called by a parser. Every step has
a position; an event remembers its own, so that the message as it stood can be
shown later.
"""

from __future__ import annotations

import secrets as _random
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from attrs import evolve

from . import _events as events  # pyright: ignore[reportPrivateUsage]
from ._classify import classify, scrub, shorten
from ._content import AssistantBlock, CodeExecution, Image, Source, ToolCall
from ._costs import compute_cost
from ._messages import AssistantMessage, Note, Provenance, StopReason, Usage
from ._model import Model
from ._partial import LAST, NEVER, AnyBlock, CallBlock, MessageView, TextBlock, WholeBlock
from .errors import ErrorInfo, ErrorParts, Kind, make_error

STARTS = {"text": events.TextStart, "thinking": events.ThinkingStart, "refusal": events.RefusalStart}
DELTAS = {"text": events.TextDelta, "thinking": events.ThinkingDelta, "refusal": events.RefusalDelta}
ENDS = {"text": events.TextEnd, "thinking": events.ThinkingEnd, "refusal": events.RefusalEnd}


def mint_id() -> str:
    """A new id for a call that came without one."""
    return f"call_{_random.token_hex(12)}"


class Ledger:
    """The blocks of one message while it is written, and the events that tell of them."""

    def __init__(
        self,
        model: Model,
        *,
        codes: Mapping[str, Kind] | None = None,
        mint: Callable[[], str] = mint_id,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.model = model
        self.blocks: list[AnyBlock] = []
        self.secrets: tuple[str, ...] = ()
        self.notes: tuple[Note, ...] = ()
        self.completed = False
        self.resume_at: Mapping[str, Any] | None = None
        self.again_in: float | None = None
        self.error: ErrorInfo | None = None
        self._codes = codes
        self._mint = mint
        self._timestamp = int(now() * 1000)
        self._events: list[events.Event] = []
        self._position = 0
        self._text: TextBlock | None = None
        self._thinking: TextBlock | None = None
        self._last: AnyBlock | None = None
        self._keyed: dict[tuple[str, Hashable], AnyBlock] = {}
        self._calls: list[CallBlock] = []
        self._by_id: dict[str, CallBlock] = {}
        self._sources: set[tuple[str, str, str | None]] = set()
        self._response_id: str | None = None
        self._response_model: str | None = None
        self._stop: StopReason | None = None
        self._raw_stop: str | None = None
        self._counts: dict[str, int] = {}
        self._service_tier: str | None = None
        self._reported_cost: float | None = None
        self._provenance: Provenance = "reported"
        self._extra: dict[str, Any] = {}
        self._message: AssistantMessage | None = None
        self._ended = NEVER

    def fail(self, kind: Kind, message: str, **details: Any) -> None:
        """Something ended the answer badly; `message` goes on after the model's name. The first failure stays."""
        if self.error is not None:
            return
        words = shorten(scrub(message, self.secrets))
        details = {"provider": self.model.provider, "model": self.model.id, **details}
        self.error = make_error(kind, f"{self.model} {words}", **details)

    def fail_with(
        self,
        payload: Any,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        parts: ErrorParts | None = None,
    ) -> None:
        """The provider sent an error (as an object, text or bytes): classified as the same error with a status is.

        `parts` for what stands in it in a shape of the provider's own.
        """
        if self.error is None:
            self.error = classify(
                status,
                payload,
                headers,
                codes=self._codes,
                parts=parts,
                secrets=self.secrets,
                provider=self.model.provider,
                model=self.model.id,
            )

    def fail_as(self, error: ErrorInfo) -> None:
        """A plugin says itself what went wrong; no secret stands in its words, and who was asked is filled in."""
        if self.error is None:
            who = {"provider": error.provider or self.model.provider, "model": error.model or self.model.id}
            self.error = evolve(error, message=scrub(error.message, self.secrets), **who)

    # -- what drives the pen, and what looks at it

    def take(self) -> list[events.Event]:
        """The events written since the last time."""
        taken = self._events
        if not taken:
            return []
        self._events = []
        return taken

    @property
    def settled(self) -> bool:
        """Whether the answer is over as far as the protocol goes: its terminal signal came, or an error."""
        return self.completed or self.error is not None

    def pending(self) -> list[events.Event]:
        """The events that `take` would give."""
        return self._events

    def view(self, position: int) -> MessageView:
        """The message as it stood at a position."""
        return MessageView(self, LAST if position >= self._ended else position)

    @property
    def partial(self) -> MessageView:
        """The message as it stands."""
        return self.view(self._position)

    @property
    def final(self) -> AssistantMessage | None:
        """The final message; None before `finish`."""
        return self._message

    def current_usage(self) -> Usage:
        """The counts as they stand, priced."""
        counts: dict[str, Any] = dict(self._counts)
        parts = [counts.get(name, 0) for name in ("input", "output", "cache_read", "cache_write")]
        total = counts.pop("total_tokens", None)
        counted = bool(self._counts) or self._provenance == "partial"
        usage = Usage(
            **counts,
            total_tokens=sum(parts) if total is None else total,
            service_tier=self._service_tier,
            provenance=self._provenance if counted else "absent",
            reported_cost=self._reported_cost,
        )
        return compute_cost(self.model, usage) if self._counts else usage

    def content(self, position: int = LAST) -> list[AssistantBlock]:
        """The blocks that had opened at a position, each as it stood; in the end also calls that never got a name."""
        content = [block.value(position) for block in self.blocks if block.started <= position]
        if position >= LAST:
            content += [block.value() for block in self._calls if block.index < 0]
        return content

    def message(self, position: int = LAST) -> AssistantMessage:
        """The message as it stood at a position, frozen; how it ended is known from its end on."""
        content = self.content(position)
        over = position >= self._ended
        error = self.error if over else None
        return AssistantMessage(
            content=tuple(content),
            api=self.model.api,
            provider=self.model.provider,
            model=self.model.id,
            usage=self.current_usage(),
            stop_reason=_failure(error) or _reason(self._stop if over else None, content),
            raw_stop_reason=self._raw_stop if over else None,
            error=error,
            response_id=self._response_id,
            response_model=self._response_model,
            timestamp=self._timestamp,
            notes=self.notes,
            extra=dict(self._extra),
        )

    # -- blocks

    def _step(self) -> int:
        self._position += 1
        return self._position

    def _emit(self, event: events.Event) -> None:
        self._events.append(event)

    def _find(self, kind: str, key: Hashable, delta: str) -> TextBlock | None:
        """The open text-like block to write to; opens one, or None when there is nothing to open one for."""
        block = self._keyed.get((kind, key))
        if isinstance(block, TextBlock) and block.ended == NEVER:
            return block
        if key is None and not delta:
            return None
        return self._open_text(kind, key)

    def _open_text(self, kind: str, key: Hashable) -> TextBlock:
        if key is None:
            self._settle_keyless()
        position = self._step()
        block = TextBlock(kind, len(self.blocks), key, position)
        self.blocks.append(block)
        self._keyed[kind, key] = block
        self._emit(STARTS[kind](block.index, self, position))
        self._last = block
        return block

    def _grow(self, block: TextBlock, delta: str) -> None:
        if delta:
            position = self._step()
            block.parts.append(delta)
            block.marks.append(position)
            self._emit(DELTAS[block.kind](block.index, delta, self, position))
            self._last = block

    def _settle_keyless(self) -> None:
        for kind in STARTS:
            block = self._keyed.get((kind, None))
            if isinstance(block, TextBlock) and block.ended == NEVER:
                self._end_text(block, None)

    def _end_text(self, block: TextBlock, content: str | None) -> None:
        written, replaced = block.text(), False
        if content is not None and content != written:
            if content.startswith(written):
                self._grow(block, content[len(written) :])
            else:
                replaced = True
            written = content
        block.ended = self._step()
        block.final = written
        if block is self._text:
            self._text = None
        elif block is self._thinking:
            self._thinking = None
        self._emit(ENDS[block.kind](block.index, written, replaced, self, block.ended))

    def _marked(self, key: Hashable) -> TextBlock | CallBlock | None:
        """The block a signature or extra belongs to."""
        if key is None:
            return None if isinstance(self._last, WholeBlock) else self._last
        for family in ("call", "thinking", "text"):
            block = self._keyed.get((family, key))
            if isinstance(block, TextBlock | CallBlock):
                return block
        return None

    def _whole(self, kind: str, key: Hashable, value: Source | CodeExecution | Image) -> WholeBlock:
        position = self._step()
        block = WholeBlock(kind, len(self.blocks), key, position, value)
        self.blocks.append(block)
        if key is not None:
            self._keyed[kind, key] = block
        return block

    def _renew(self, block: WholeBlock, value: Any) -> None:
        block.versions.append(value)
        block.marks.append(self._step())


def _failure(error: ErrorInfo | None) -> StopReason | None:
    if error is None:
        return None
    return "aborted" if error.kind == "aborted" else "error"


def _reason(said: StopReason | None, content: list[AssistantBlock]) -> StopReason:
    """A stop with calls to run is a use of tools; so is one the provider gave no word for."""
    calls = any(isinstance(block, ToolCall) and not block.incomplete for block in content)
    return "toolUse" if said in (None, "stop") and calls else said or "stop"
