"""A message as a stream: for models that cannot stream, stored answers, tests and demos.

The events obey the grammar, `partial` shows the message as it stood at each, and the last one carries the message
that was given, unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, Self

from attrs import evolve

from headwater import (
    AssistantMessage,
    Attempt,
    BlockEnd,
    BlockStart,
    CodeExecuted,
    CodeExecution,
    Done,
    Error,
    Event,
    EventStream,
    Image,
    ImageGenerated,
    Note,
    PartialMessage,
    ProviderBlock,
    Refusal,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    RequestError,
    Source,
    SourceFound,
    Start,
    StreamBase,
    SyncEventStream,
    SyncStreamBase,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
    dumps,
    make_error,
)

from ._shape import NOT_ENTERED

CHUNK_SIZE = 50
"""Characters of a piece (founding: what cannot stream is cut into pieces of 50)."""

_TEXTS: dict[type[Any], tuple[Any, Any, Any]] = {
    Text: (TextStart, TextDelta, TextEnd),
    Thinking: (ThinkingStart, ThinkingDelta, ThinkingEnd),
    Refusal: (RefusalStart, RefusalDelta, RefusalEnd),
}


class MessagePen:
    """Writes the events of a message that is there already, and shows it as it stood at each of them."""

    def __init__(self, message: AssistantMessage, chunk_size: int = CHUNK_SIZE) -> None:
        if isinstance(chunk_size, bool) or not isinstance(chunk_size, int) or chunk_size < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RequestError(f"replay: chunk_size is {chunk_size!r}; give a whole number of characters, 1 or more")
        self.message = message
        self.chunk_size = chunk_size
        self.shown: list[tuple[int, Any, int | None]] = []
        """For each position, the content as it stood: whole blocks, one more, and how much of its text."""
        self.whole: int | None = None
        """The position at which the message is whole, once that is reached."""

    def events(self) -> Iterator[Event]:
        """The events, one by one."""
        yield Start(self, self._at(0))
        for index, block in enumerate(self.message.content):
            yield from self._block(index, block)
        usage = self.message.usage
        self.whole = whole = self._at(len(self.message.content))
        if usage.provenance != "absent":
            yield UsageReported(usage, self, whole)
        ending = Done if self.message.error is None else Error
        yield ending(self.message.stop_reason, self.message, self, whole)

    def beginning(self) -> PartialMessage:
        """The message before anything came."""
        return self.view(self._at(0))

    def view(self, position: int) -> PartialMessage:
        """The message as it stood at a position."""
        return _View(self, min(position, len(self.shown) - 1))

    def content(self, position: int) -> list[Any]:
        """The blocks that had opened at a position, each as it stood."""
        count, block, length = self.shown[position]
        content = list(self.message.content[:count])
        if block is not None:
            content.append(block if length is None else evolve(block, text=block.text[:length]))
        return content

    # -- inside

    def _at(self, count: int, block: Any = None, length: int | None = None) -> int:
        """A new position: so many whole blocks, and perhaps another as it stands, with so much of its text."""
        self.shown.append((count, block, length))
        return len(self.shown) - 1

    def _block(self, index: int, block: Any) -> Iterator[Event]:
        if isinstance(block, Text | Thinking | Refusal):
            yield from self._text(index, block)
        elif isinstance(block, ToolCall):
            yield from self._call(index, block)
        elif isinstance(block, ProviderBlock):
            yield BlockStart(index, block.name, block.id, self, self._at(index, evolve(block, raw={})))
            yield BlockEnd(index, block, self, self._at(index + 1))
        elif isinstance(block, Source):
            yield SourceFound(index, block, self, self._at(index + 1))
        elif isinstance(block, CodeExecution):
            yield CodeExecuted(index, block, self, self._at(index + 1))
        elif isinstance(block, Image):
            yield ImageGenerated(index, "complete", block, None, None, self, self._at(index + 1))

    def _text(self, index: int, block: Text | Thinking | Refusal) -> Iterator[Event]:
        start, delta, end = _TEXTS[type(block)]
        yield start(index, self, self._at(index, block, 0))
        for written, piece in self._pieces(block.text):
            yield delta(index, piece, self, self._at(index, block, written))
        yield end(index, block.text, False, self, self._at(index + 1))

    def _call(self, index: int, call: ToolCall) -> Iterator[Event]:
        empty = evolve(call, arguments={}, incomplete=True, raw_arguments=None)
        yield ToolCallStart(index, call.id, call.name, self, self._at(index, empty))
        raw = call.raw_arguments if call.raw_arguments is not None else dumps(dict(call.arguments)).decode()
        pieces = list(self._pieces(raw))
        for number, (_, piece) in enumerate(pieces, 1):
            known = evolve(call, incomplete=True) if number == len(pieces) else empty
            yield ToolCallDelta(index, piece, self, self._at(index, known))
        if not call.incomplete:
            yield ToolCallEnd(index, call, False, self, self._at(index + 1))

    def _pieces(self, text: str) -> Iterator[tuple[int, str]]:
        """How much is written by then, and the piece."""
        for start in range(0, len(text), self.chunk_size):
            end = start + self.chunk_size
            yield end, text[start:end]


class _View:
    """The message as it stood at one event."""

    __slots__ = ("_pen", "_position")

    def __init__(self, pen: MessagePen, position: int) -> None:
        self._pen = pen
        self._position = position

    @property
    def content(self) -> list[Any]:
        """The blocks that had opened, each as it stood."""
        return self._pen.content(self._position)

    @property
    def text(self) -> str:
        """All text so far."""
        return "".join(block.text for block in self.content if isinstance(block, Text))

    @property
    def thinking(self) -> str:
        """All thinking so far."""
        return "".join(block.text for block in self.content if isinstance(block, Thinking))

    @property
    def usage(self) -> Usage:
        """The usage of the whole message."""
        return self._pen.message.usage

    def snapshot(self) -> AssistantMessage:
        """The frozen message of this moment."""
        if self._position == self._pen.whole:
            return self._pen.message
        return evolve(
            self._pen.message, content=tuple(self.content), stop_reason="stop", raw_stop_reason=None, error=None
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("a view lives as long as its stream; copy or store its snapshot()")


class _Replayed:
    """What the async and the sync form share: one answer that is there already."""

    def __init__(self, pen: MessagePen) -> None:
        self._pen = pen
        self._events = pen.events()
        self._aborted = False
        self._entered = False
        self._over = False
        self._message: AssistantMessage | None = None

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands while there is none."""
        return self._message or self.partial.snapshot()

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands."""
        if not self._pen.shown:
            return MessagePen(evolve(self._pen.message, content=())).beginning()
        return self._pen.view(len(self._pen.shown) - 1)

    @property
    def attempts(self) -> Sequence[Attempt]:
        """None: nothing is asked for."""
        return ()

    @property
    def notes(self) -> Sequence[Note]:
        """The notes of the message."""
        return self._pen.message.notes

    def abort(self) -> None:
        """Ends the stream from any task or thread: its last event is `error` with reason `aborted`."""
        self._aborted = True

    def raise_for_error(self) -> None:
        """Raises the `StreamError` the answer ended in, if it did."""
        if self._message is not None:
            self._message.raise_for_error()

    # -- inside

    def _step(self) -> Event | None:
        """The next event; None when there is none."""
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._over:
            return None
        if self._aborted and self._pen.shown:
            return self._end(self._cut("was aborted"))
        event = next(self._events)
        if isinstance(event, Done | Error):
            self._over, self._message = True, event.message
        return event

    def _end(self, message: AssistantMessage) -> Event:
        self._over, self._message = True, message
        return Error("aborted", message, self._pen, len(self._pen.shown) - 1)

    def _cut(self, words: str) -> AssistantMessage:
        asked = self._pen.message
        info = make_error("aborted", f"{asked.provider}/{asked.model} {words}", model=asked.model or None)
        return evolve(self.partial.snapshot(), stop_reason="aborted", raw_stop_reason=None, error=info)

    def _leave(self) -> None:
        if not self._over:
            self._over, self._message = True, self._cut("was left by its consumer")


class ReplayedStream(_Replayed, StreamBase):
    """A message as an async stream."""

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    async def __anext__(self) -> Event:
        event = self._step()
        if event is None:
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        """Ends the stream; may be called again."""
        self._leave()


class SyncReplayedStream(_Replayed, SyncStreamBase):
    """A message as a sync stream."""

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def __next__(self) -> Event:
        event = self._step()
        if event is None:
            raise StopIteration
        return event

    def close(self) -> None:
        """Ends the stream; may be called again."""
        self._leave()


def replay_message(message: AssistantMessage, chunk_size: int = CHUNK_SIZE) -> EventStream:
    """Any message as a stream, its text in pieces of so many characters; `replay_message_sync` is the sync form.

    The last event carries the message as it was given. Raises `RequestError` for a `chunk_size` below 1.
    """
    return ReplayedStream(MessagePen(message, chunk_size))


def replay_message_sync(message: AssistantMessage, chunk_size: int = CHUNK_SIZE) -> SyncEventStream:
    """`replay_message` for plain programs."""
    return SyncReplayedStream(MessagePen(message, chunk_size))
