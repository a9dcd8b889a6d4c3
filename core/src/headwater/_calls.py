"""Tool calls while they stream: which call is meant, when it starts, when it is whole.

Servers disagree on all three (wire/openai-compatible, section 2). A call is told
apart by its id first, then by its place; it starts when its name is known; it
ends only when its arguments are a JSON object, and never when it was cut.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from . import _events as events  # pyright: ignore[reportPrivateUsage]
from ._arguments import could_end
from ._content import ProviderBlock, ToolCall
from ._json import DecodeError, dumps_text, loads
from ._ledger import Ledger
from ._partial import NEVER, CallBlock


class CallLedger(Ledger):
    """The calls of one message, and the provider's own blocks whose input streams like a call's."""

    def _call(
        self, key: Hashable, id: str | None, name: str | None, arguments: str | Mapping[str, Any] | None
    ) -> CallBlock:
        """The call meant by key, id and name; a new one where they mean none that is known."""
        known = self._by_id.get(id) if id is not None else None
        if known is not None and not (name and known.over):
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
        if found.kind == "block" or found.ended != NEVER or (found.over and name):
            return True
        if name is None or found.name is None:
            return False
        empty = not found.arguments.text.strip()
        if id is not None and found.id is not None and not found.minted:
            return id != found.id and (empty or could_end(found.arguments))
        if name != found.name:
            return empty or could_end(found.arguments)
        return bool(arguments) and not empty and could_end(found.arguments)

    def _new_call(self, key: Hashable, id: str | None, name: str | None) -> CallBlock:
        block = CallBlock("call", key, name=name)
        self._calls.append(block)
        if key is not None:
            self._keyed["call", key] = block
        if id is not None:
            self._identify(block, id)
        return block

    def _identify(self, block: CallBlock, id: str) -> None:
        """The call is known by this id from now on, also where the id was an earlier call's that is over."""
        block.id = id
        self._by_id[id] = block

    def _place(self, block: CallBlock) -> None:
        block.index = len(self.blocks)
        block.started = self._step()
        self.blocks.append(block)

    def _start_call(self, block: CallBlock) -> None:
        """The name is known: the call starts, and what was held back of its arguments follows."""
        self._settle_keyless()
        if not block.id:
            self._identify(block, self._mint())
            block.minted = True
        self._place(block)
        self._emit(events.ToolCallStart(block.index, block.id or "", block.name or "", self, block.started))
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

    def _close_call(
        self, block: CallBlock, content: str | Mapping[str, Any] | None, raw: Mapping[str, Any] | None
    ) -> None:
        if content is not None:
            self._settle_arguments(block, content if isinstance(content, str) else dumps_text(content))
        if block.kind == "block":
            self._end_block(block, raw)
            return
        block.closed = True
        if block.index >= 0 and block.arguments.is_whole:
            self._end_call(block)

    def _settle_arguments(self, block: CallBlock, final: str) -> None:
        written = block.arguments.text
        if final.startswith(written):
            self._add_arguments(block, final[len(written) :])
        elif _same_json(final, written):
            return
        else:
            block.replace(final, self._position + 1)

    def _end_call(self, block: CallBlock) -> None:
        block.outcome = block.arguments.finish()
        block.ended = self._step()
        call = block.value()
        assert isinstance(call, ToolCall)
        replaced = "streamedArguments" in block.extra
        self._emit(events.ToolCallEnd(block.index, call, replaced, self, block.ended))

    def _end_block(self, block: CallBlock, raw: Mapping[str, Any] | None = None) -> None:
        block.final = block.merged() if raw is None else dict(raw)
        block.ended = self._step()
        ended = block.value()
        assert isinstance(ended, ProviderBlock)
        self._emit(events.BlockEnd(block.index, ended, self, block.ended))

    def _check_calls(self) -> None:
        """All open calls are looked at before any ends; one that is not whole spoils the message.

        Unless the answer was cut by its length: then the call stays open, marked incomplete.
        """
        if self._stop == "length":
            return
        for block in self._calls:
            if block.ended != NEVER:
                continue
            if not block.name:
                self.fail("malformed", "made a tool call without a name; ask again")
            elif block.arguments.finish().state not in ("whole", "empty"):
                self.fail(
                    "malformed",
                    f"made a call of {block.name!r} whose arguments are no JSON object; ask again",
                )


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(loads(one) == loads(other))
    except DecodeError:
        return False
