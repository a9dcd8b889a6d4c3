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

import secrets as _random
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal

from attrs import evolve

from . import _events as events
from ._arguments import could_end
from ._classify import classify, scrub, shorten
from ._content import CodeExecution, Image, ProviderBlock, Refusal, Source, ToolCall
from ._json import DecodeError, dumps_text, loads
from ._messages import AssistantMessage, Note, StopReason, Usage
from ._model import Model, compute_cost
from ._partial import LAST, NEVER, AnyBlock, CallBlock, MessageView, TextBlock, WholeBlock
from .errors import KINDS, ErrorInfo, Kind, make_error

_STARTS = {"text": events.TextStart, "thinking": events.ThinkingStart, "refusal": events.RefusalStart}
_DELTAS = {"text": events.TextDelta, "thinking": events.ThinkingDelta, "refusal": events.RefusalDelta}
_ENDS = {"text": events.TextEnd, "thinking": events.ThinkingEnd, "refusal": events.RefusalEnd}


def mint_id() -> str:
    """A new id for a call that came without one."""
    return f"call_{_random.token_hex(12)}"


class Assembly:
    """The pen. Methods that a parser calls come first; `take` and `finish` belong to who drives it."""

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
        self._sources: set[tuple[str, str, str | None]] = set()
        self._response_id: str | None = None
        self._response_model: str | None = None
        self._stop: StopReason | None = None
        self._raw_stop: str | None = None
        self._counts: dict[str, int] = {}
        self._service_tier: str | None = None
        self._partial_usage = False
        self._extra: dict[str, Any] = {}
        self._message: AssistantMessage | None = None

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
        block.signature = value
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
            block.id = id
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
            execution = CodeExecution(**{"code": "", **known})
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
        self._emit(
            events.ImageGenerated(block.index, stage, image, progress, message, self, self._position)
        )

    def status(self, status: str, **data: Any) -> None:
        """Something that is no content: queued, searching, a filter's result."""
        self._emit(events.Status(status, data, self, self._step()))

    def extra(self, name: str, value: Any, key: Hashable = None) -> None:
        """Something to keep beside the message, or with a key beside that block."""
        block = self._marked(key) if key is not None else None
        (self._extra if block is None else block.extra)[name] = value

    def close(
        self, key: Hashable = None, content: str | Mapping[str, Any] | None = None, raw: Mapping[str, Any] | None = None
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
        self, *, service_tier: str | None = None, provenance: Literal["reported", "partial"] | None = None, **counts: int | None
    ) -> None:
        """Counts of tokens (fields of `Usage`), cumulative: the latest wins, None keeps what was there."""
        for name, count in counts.items():
            if count is not None:
                self._counts[name] = count
        if service_tier:
            self._service_tier = service_tier
        if provenance is not None:
            self._partial_usage = provenance == "partial"

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

    def complete(self) -> None:
        """The protocol's terminal signal was seen."""
        self.completed = True

    def fail(self, kind: Kind, message: str, **details: Any) -> None:
        """Something ended the answer badly; `message` goes on after the model's name. The first failure stays."""
        if self.error is not None:
            return
        words = shorten(scrub(message, self.secrets))
        details = {"provider": self.model.provider, "model": self.model.id, **details}
        self.error = make_error(kind, f"{self.model} {words}", **details)

    def fail_with(self, payload: Any, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        """The provider sent an error (as an object, text or bytes): classified as the same error with a status is."""
        if self.error is None:
            self.error = classify(
                status,
                payload,
                headers,
                codes=self._codes,
                secrets=self.secrets,
                provider=self.model.provider,
                model=self.model.id,
            )

    # -- what drives the pen

    def take(self) -> list[events.Event]:
        """The events written since the last time."""
        taken = self._events
        if taken:
            self._events = []
        return taken

    def pending(self) -> list[events.Event]:
        """The events that `take` would give."""
        return self._events

    def view(self, position: int) -> MessageView:
        """The message as it stood at a position."""
        return MessageView(self, position)

    @property
    def partial(self) -> MessageView:
        """The message as it stands."""
        return MessageView(self, self._position)

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
        if not clean and (not self._counts or self.error is not None):
            self._partial_usage = True
        self._message = self.message(LAST)
        usage = self._message.usage
        if usage.provenance != "absent" and self._counts:
            self._emit(events.UsageReported(usage, self, self._step()))
        ending = events.Done if self.error is None else events.Error
        self._emit(ending(self._message.stop_reason, self._message, self, self._step()))

    @property
    def final(self) -> AssistantMessage | None:
        """The final message; None before `finish`."""
        return self._message

    def current_usage(self) -> Usage:
        """The counts as they stand, priced."""
        counts = dict(self._counts)
        known = [counts.get(name, 0) for name in ("input", "output", "cache_read", "cache_write")]
        total = counts.pop("total_tokens", None)
        provenance = "partial" if self._partial_usage else "reported" if self._counts else "absent"
        usage = Usage(
            **counts,
            total_tokens=sum(known) if total is None else total,
            service_tier=self._service_tier,
            provenance=provenance,
        )
        return compute_cost(self.model, usage) if self._counts else usage

    def message(self, position: int = LAST) -> AssistantMessage:
        """The message as it stood at a position, frozen."""
        content = [block.value(position) for block in self.blocks if block.started <= position]
        if position >= LAST:
            content += [block.value() for block in self._calls if block.index < 0]
        error = self.error
        return AssistantMessage(
            content=tuple(content),
            api=self.model.api,
            provider=self.model.provider,
            model=self.model.id,
            usage=self.current_usage(),
            stop_reason=self._reason(content) if error is None else "aborted" if error.kind == "aborted" else "error",
            raw_stop_reason=self._raw_stop,
            error=error,
            response_id=self._response_id,
            response_model=self._response_model,
            timestamp=self._timestamp,
            notes=self.notes,
            extra=self._extra,
        )

    # -- inside

    def _reason(self, content: list[Any]) -> StopReason:
        """A stop with calls to run is a use of tools; so is one the provider gave no word for."""
        calls = any(isinstance(block, ToolCall) and not block.incomplete for block in content)
        if self._stop in (None, "stop") and calls:
            return "toolUse"
        return self._stop or "stop"

    def _refusal_text(self) -> str:
        return "".join(
            block.text() for block in self.blocks if isinstance(block, TextBlock) and block.kind == "refusal"
        )

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
        self._emit(_STARTS[kind](block.index, self, position))
        self._last = block
        return block

    def _grow(self, block: TextBlock, delta: str) -> None:
        if delta:
            position = self._step()
            block.parts.append(delta)
            block.marks.append(position)
            self._emit(_DELTAS[block.kind](block.index, delta, self, position))
            self._last = block

    def _settle_keyless(self) -> None:
        for kind in _STARTS:
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
        self._emit(_ENDS[block.kind](block.index, written, replaced, self, block.ended))

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

    # calls

    def _call(
        self, key: Hashable, id: str | None, name: str | None, arguments: str | Mapping[str, Any] | None
    ) -> CallBlock:
        """The call meant by key, id and name; a new one where they mean none that is known."""
        known = next((call for call in self._calls if id is not None and call.id == id), None)
        if known is not None and not (name and known.ended != NEVER):
            if key is not None:
                self._keyed["call", key] = known
            return known
        found = self._keyed.get(("call", key)) if key is not None else self._calls[-1] if self._calls else None
        if not isinstance(found, CallBlock):
            if id is None and name is None and self._calls and self._calls[-1].ended == NEVER:
                found = self._calls[-1]
                self._keyed["call", key] = found
                return found
            return self._new_call(key, id, name)
        return self._new_call(key, id, name) if self._is_another(found, id, name, arguments) else found

    def _is_another(
        self, found: CallBlock, id: str | None, name: str | None, arguments: str | Mapping[str, Any] | None
    ) -> bool:
        """Whether what comes now under the place of `found` is a call of its own."""
        if found.kind == "block" or found.ended != NEVER:
            return True
        written = found.arguments.text
        if name is None or found.name is None:
            return False
        ended = not written.strip() or could_end(written)
        if id is not None and found.id is not None:
            return id != found.id and ended
        if name != found.name:
            return ended
        return bool(arguments) and bool(written.strip()) and could_end(written)

    def _new_call(self, key: Hashable, id: str | None, name: str | None) -> CallBlock:
        block = CallBlock("call", key, id=id, name=name)
        self._calls.append(block)
        if key is not None:
            self._keyed["call", key] = block
        return block

    def _place(self, block: CallBlock) -> None:
        block.index = len(self.blocks)
        block.started = self._step()
        self.blocks.append(block)

    def _start_call(self, block: CallBlock) -> None:
        """The name is known: the call starts, and what was held back of its arguments follows."""
        self._settle_keyless()
        block.id = block.id or self._mint()
        self._place(block)
        self._emit(events.ToolCallStart(block.index, block.id, block.name or "", self, block.started))
        held = block.arguments.text
        if held:
            position = self._step()
            block.marks += [position] * (block.arguments.parts - len(block.marks))
            self._emit(events.ToolCallDelta(block.index, held, self, position))
        self._last = block

    def _add_arguments(self, block: CallBlock, arguments: str | Mapping[str, Any]) -> None:
        delta = arguments if isinstance(arguments, str) else dumps_text(arguments)
        if not delta or block.ended != NEVER:
            return
        block.arguments.append(delta)
        if block.index < 0:
            return
        self._position = position = self._position + 1
        block.marks.append(position)
        kind = events.ToolCallDelta if block.kind == "call" else events.BlockDelta
        self._events.append(kind(block.index, delta, self, position))
        self._last = block

    def _close_call(self, block: CallBlock, content: str | Mapping[str, Any] | None, raw: Mapping[str, Any] | None) -> None:
        if content is not None:
            self._settle_arguments(block, content if isinstance(content, str) else dumps_text(content))
        if block.kind == "block":
            self._end_block(block, raw)
            return
        block.closing = True
        outcome = block.arguments.finish()
        if block.index >= 0 and outcome.state == "whole":
            self._end_call(block)

    def _settle_arguments(self, block: CallBlock, final: str) -> None:
        written = block.arguments.text
        if final.startswith(written):
            self._add_arguments(block, final[len(written) :])
        elif _same_json(final, written):
            return
        else:
            block.extra = {**block.extra, "streamedArguments": written}
            block.arguments = type(block.arguments)()
            block.arguments.append(final)
            block.marks = [self._position]

    def _end_call(self, block: CallBlock) -> None:
        block.outcome = block.arguments.finish()
        block.ended = self._step()
        call = block.value()
        assert isinstance(call, ToolCall)
        replaced = "streamedArguments" in block.extra
        self._emit(events.ToolCallEnd(block.index, call, replaced, self, block.ended))

    def _end_block(self, block: CallBlock, raw: Mapping[str, Any] | None = None) -> None:
        if raw is not None:
            block.raw = dict(raw)
        elif block.arguments.text:
            outcome = block.arguments.finish()
            block.raw = {**block.raw, "input": outcome.value}
            if outcome.state not in ("whole", "empty"):
                block.raw["raw_input"] = outcome.raw
        block.ended = self._step()
        ended = block.value()
        assert isinstance(ended, ProviderBlock)
        self._emit(events.BlockEnd(block.index, ended, self, block.ended))

    def _check_calls(self) -> None:
        """All open calls are looked at before any ends; one that is not whole spoils the message unless it was cut by length."""
        if self._stop == "length":
            return
        for block in self._calls:
            if block.ended != NEVER:
                continue
            if not block.name:
                self.fail("malformed", "made a tool call without a name; ask again")
            elif block.arguments.finish().state not in ("whole", "empty"):
                self.fail("malformed", f"made a call of {block.name!r} whose arguments are no JSON object; ask again")

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


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(loads(one) == loads(other))
    except DecodeError:
        return False


__all__ = ["Assembly", "mint_id"]
