"""Blocks while they grow, and the message as it stood at any event.

A block keeps its pieces and, beside each, the position of the event that
brought it. A view is a position: it finds the pieces that had arrived by then,
so that a consumer that lags behind (a tee, a buffer, another thread) does not
see the future. Text is joined only when somebody reads it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from typing import Any, NoReturn

from ._arguments import Arguments, Finished
from ._content import (
    AssistantBlock,
    ProviderBlock,
    Refusal,
    Text,
    Thinking,
    ToolCall,
)
from ._messages import AssistantMessage, Usage

LAST = 1 << 62
"""A position after every event."""

NEVER = LAST + 1
"""Where a block ends, or starts, that has not."""


def signature_at(signatures: list[tuple[int, str]], position: int) -> str | None:
    """The mark a block had at `position`, of those given to it one after the other."""
    return next((value for since, value in reversed(signatures) if since <= position), None)


class TextBlock:
    """Text, thinking or a refusal while it grows."""

    __slots__ = (
        "_joined",
        "ended",
        "extra",
        "final",
        "index",
        "key",
        "kind",
        "marks",
        "parts",
        "redacted",
        "signatures",
        "started",
    )

    def __init__(self, kind: str, index: int, key: Hashable, started: int) -> None:
        self.kind = kind
        self.index = index
        self.key = key
        self.started = started
        self.ended = NEVER
        self.parts: list[str] = []
        self.marks: list[int] = []
        self.signatures: list[tuple[int, str]] = []
        self.redacted = False
        self.extra: dict[str, Any] = {}
        self.final: str | None = None
        self._joined = 0, ""  # so many pieces, joined; replaced whole, for several threads may look

    def text(self, position: int = LAST) -> str:
        """The text as it stood at `position`."""
        if self.final is not None and self.ended <= position:
            return self.final
        count = len(self.parts) if position >= LAST else bisect_right(self.marks, position)
        known, text = self._joined
        if count < known:
            return "".join(self.parts[:count])
        if count > known:
            text += "".join(self.parts[known:count])
            self._joined = count, text
        return text

    def value(self, position: int = LAST) -> AssistantBlock:
        """The content block as it stood at `position`."""
        text = self.text(position)
        signature = signature_at(self.signatures, position)
        if self.kind == "text":
            return Text(text, signature, dict(self.extra))
        if self.kind == "thinking":
            return Thinking(text, signature, self.redacted, dict(self.extra))
        return Refusal(text)


class CallBlock:
    """A tool call, or a provider's own block, while its arguments stream."""

    __slots__ = (
        "arguments",
        "closed",
        "ended",
        "extra",
        "final",
        "id",
        "index",
        "key",
        "kind",
        "marks",
        "minted",
        "name",
        "outcome",
        "raw",
        "signatures",
        "started",
        "streamed",
    )

    def __init__(self, kind: str, key: Hashable, *, id: str | None = None, name: str | None = None) -> None:
        self.kind = kind
        self.index = -1
        self.key = key
        self.id = id
        self.minted = False
        self.name = name
        self.started = NEVER
        self.ended = NEVER
        self.closed = False
        self.arguments = Arguments()
        self.marks: list[int] = []
        self.outcome: Finished | None = None
        self.signatures: list[tuple[int, str]] = []
        self.raw: dict[str, Any] = {}
        self.final: dict[str, Any] | None = None
        self.streamed: list[tuple[Arguments, list[int]]] = []
        self.extra: dict[str, Any] = {}

    @property
    def over(self) -> bool:
        """Whether the provider said that it is over; it may wait to be known as whole."""
        return self.closed or self.ended != NEVER

    def value(self, position: int = LAST) -> AssistantBlock:
        """The content block as it stood at `position`."""
        ended = self.ended <= position
        if self.kind == "block":
            return ProviderBlock(self.name or "", self._raw_at(position), self.id)
        if ended and self.outcome is not None:
            arguments, raw = self.outcome.value, None
        elif position >= LAST:
            outcome = self.arguments.finish()
            arguments, raw = outcome.value, outcome.raw
        else:
            arguments, raw = self._look(position), None
        signature = signature_at(self.signatures, position)
        return ToolCall(self.id or "", self.name or "", arguments, signature, not ended, raw, dict(self.extra))

    def replace(self, arguments: str, position: int) -> None:
        """The provider's final word takes the place of what streamed, which the views before `position` still show."""
        self.extra.setdefault("streamedArguments", self.arguments.text)
        self.streamed.append((self.arguments, self.marks))
        self.arguments = Arguments()
        self.arguments.append(arguments)
        self.marks = [position]

    def merged(self) -> dict[str, Any]:
        """The provider's block with the input that streamed; what cannot be read of it stands beside as it came."""
        if not self.arguments.text:
            return self.raw
        outcome = self.arguments.finish()
        raw = {**self.raw, "input": outcome.value}
        return raw if outcome.state in ("whole", "empty") else {**raw, "raw_input": outcome.raw}

    def _raw_at(self, position: int) -> dict[str, Any]:
        if self.final is not None and self.ended <= position:
            return self.final
        return self.merged() if position >= LAST else self.raw

    def _look(self, position: int) -> dict[str, Any]:
        for arguments, marks in ((self.arguments, self.marks), *reversed(self.streamed)):
            if marks and marks[0] <= position:
                return arguments.look(bisect_right(marks, position))
        return {}


class WholeBlock:
    """A block that comes in one piece, perhaps again and better: a source, an image, executed code."""

    __slots__ = ("ended", "index", "key", "kind", "marks", "started", "versions")

    def __init__(self, kind: str, index: int, key: Hashable, started: int, value: AssistantBlock) -> None:
        self.kind = kind
        self.index = index
        self.key = key
        self.started = started
        self.ended = started
        self.versions = [value]
        self.marks = [started]

    def value(self, position: int = LAST) -> AssistantBlock:
        """The content block as it stood at `position`."""
        return self.versions[max(bisect_right(self.marks, position) - 1, 0)]


AnyBlock = TextBlock | CallBlock | WholeBlock


class MessageView:
    """The message as it stood at one event: read-only, made on demand."""

    __slots__ = ("_pen", "_position")

    def __init__(self, pen: Any, position: int) -> None:
        self._pen = pen
        self._position = position

    @property
    def content(self) -> list[AssistantBlock]:
        """The blocks that had opened, each as it stood."""
        content: list[AssistantBlock] = self._pen.content(self._position)
        return content

    @property
    def text(self) -> str:
        """All text so far."""
        return self._joined("text")

    @property
    def thinking(self) -> str:
        """All thinking so far."""
        return self._joined("thinking")

    @property
    def usage(self) -> Usage:
        """The tokens counted by now (the latest count, whenever it came)."""
        usage: Usage = self._pen.current_usage()
        return usage

    def snapshot(self) -> AssistantMessage:
        """The frozen message of this moment."""
        message: AssistantMessage = self._pen.message(self._position)
        return message

    def __reduce__(self) -> NoReturn:
        # the pen behind it knows the key
        raise TypeError("a view lives as long as its stream; copy or store its snapshot()")

    def _joined(self, kind: str) -> str:
        position = self._position
        blocks: list[AnyBlock] = self._pen.blocks
        return "".join(
            block.text(position)
            for block in blocks
            if isinstance(block, TextBlock) and block.kind == kind and block.started <= position
        )

    def __repr__(self) -> str:
        when = "its end" if self._position >= LAST else f"event {self._position}"
        return f"<message of {len(self.content)} blocks at {when}>"
