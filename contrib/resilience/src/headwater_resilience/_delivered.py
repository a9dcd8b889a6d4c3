"""What has reached the consumer of one answer: the ground on which it may be gone on with."""

from __future__ import annotations

from typing import Any

from headwater import AssistantMessage, Event

ENDS = frozenset({"text_end", "thinking_end", "refusal_end", "toolcall_end", "block_end"})
STARTS = frozenset({"text_start", "thinking_start", "refusal_start", "toolcall_start", "block_start"})


class Delivered:
    """The blocks that were handed out: what was written in each, which are over; `chunks` counts events."""

    def __init__(self) -> None:
        self.chunks = 0
        self.kinds: dict[int, str] = {}
        self.written: dict[int, list[str]] = {}
        self.ended: set[int] = set()
        self.whole: dict[int, int] = {}

    def note(self, event: Event) -> None:
        """Takes an event that is handed out."""
        index: int | None = getattr(event, "content_index", None)
        if index is None:
            return
        self.chunks += 1
        delta: str | None = getattr(event, "delta", None)
        if delta is not None:
            self.written[index].append(delta)
        elif event.type in STARTS:
            self.kinds[index] = event.type.partition("_")[0]
            self.written[index] = []
        elif event.type in ENDS:
            self.ended.add(index)
        else:
            self.whole[index] = self.whole.get(index, 0) + 1

    def text(self, index: int) -> str:
        """What was written in one block."""
        return "".join(self.written.get(index, ()))


class Contradiction(Exception):
    """An answer that is told again is not the one that was told."""


class Catching:
    """Events of an answer that is told again from its beginning: `feed` gives what had not been handed out."""

    def __init__(self, delivered: Delivered) -> None:
        self._had = {index: delivered.text(index) for index in delivered.written}
        self._ended = frozenset(delivered.ended)
        self._whole = dict(delivered.whole)
        self._again: dict[int, str] = {}

    def feed(self, event: Event) -> Event | None:
        """The event, what is new of it, or None; raises `Contradiction`."""
        index: int | None = getattr(event, "content_index", None)
        if index is None:
            return event
        if event.type in STARTS:
            return None if index in self._had else event
        delta: str | None = getattr(event, "delta", None)
        if delta is not None:
            return self._grow(event, index, delta)
        if event.type in ENDS:
            self._check_end(index)
            return None if index in self._ended else event
        if self._whole.get(index):
            self._whole[index] -= 1
            return None
        return event

    def message(self, message: AssistantMessage) -> AssistantMessage:
        """The message, which is the same."""
        return message

    def missing_end(self, last: Event) -> Event | None:
        """None: an answer that is told again ends its blocks itself."""
        return None

    def _grow(self, event: Any, index: int, delta: str) -> Event | None:
        had = self._had.get(index, "")
        before = self._again.get(index, "")
        if len(before) >= len(had):
            return event
        self._again[index] = now = before + delta
        if not (had.startswith(now) or now.startswith(had)):
            raise Contradiction(f"block {index} is told otherwise than before")
        new = now[len(had) :]
        return type(event)(index, new, _Same(event), 0) if new else None

    def _check_end(self, index: int) -> None:
        if len(self._again.get(index, "")) < len(self._had.get(index, "")):
            raise Contradiction(f"block {index} is shorter than before")


class _Same:
    """Shows the message as another event shows it."""

    def __init__(self, event: Event) -> None:
        self._event = event

    def view(self, position: int) -> Any:
        return self._event.partial
