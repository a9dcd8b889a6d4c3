"""What a stream is to those who read one: a model's own, or one made of others.

Transforms, merges and chains take what has this shape and are of this shape, so that
they can be put together in any order. Rules that a type cannot say: it is read inside its
context; its events obey the grammar (`check_grammar`) and end with one `done` or `error`;
a failure once it exists is that last event, not an exception; leaving the context, or a
cancellation of the reading task, closes everything behind it before control returns.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from ._events import Event, PartialMessage, TextDelta
from ._messages import AssistantMessage, Context, Message, Note
from ._plan import Attempt


class _Shown(Protocol):
    """What async and sync streams show alike."""

    @property
    @abstractmethod
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands while there is none."""
        ...

    @property
    @abstractmethod
    def partial(self) -> PartialMessage:
        """The message as it stands."""
        ...

    @property
    @abstractmethod
    def attempts(self) -> Sequence[Attempt]:
        """The attempts that are over, of whichever model."""
        ...

    @property
    @abstractmethod
    def notes(self) -> Sequence[Note]:
        """What was changed or dropped to fit the model."""
        ...

    @abstractmethod
    def abort(self) -> None:
        """Ends the stream from any task or thread: its last event is `error` with reason `aborted`."""
        ...

    @abstractmethod
    def raise_for_error(self) -> None:
        """Raises the `StreamError` the answer ended in, if it did."""
        ...


class EventStream(_Shown, Protocol):
    """One answer as it comes: an async context manager and an async iterator of events, as `Stream` is."""

    @abstractmethod
    async def __aenter__(self) -> Self: ...
    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    @abstractmethod
    def __aiter__(self) -> Self: ...
    @abstractmethod
    async def __anext__(self) -> Event: ...

    @property
    @abstractmethod
    def text(self) -> AsyncIterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        ...

    @abstractmethod
    async def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left."""
        ...

    @abstractmethod
    async def aclose(self) -> None:
        """Ends the stream and everything behind it; may be called again."""
        ...


class SyncEventStream(_Shown, Protocol):
    """`EventStream` for plain programs, as `SyncStream` is."""

    @abstractmethod
    def __enter__(self) -> Self: ...
    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    @abstractmethod
    def __iter__(self) -> Self: ...
    @abstractmethod
    def __next__(self) -> Event: ...

    @property
    @abstractmethod
    def text(self) -> Iterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        ...

    @abstractmethod
    def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left."""
        ...

    @abstractmethod
    def close(self) -> None:
        """Ends the stream and everything behind it; may be called again."""
        ...


class _Pieces:
    """The text of a stream, piece by piece; no generator, so that leaving it early leaves nothing behind."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        async for event in self._stream:
            if isinstance(event, TextDelta):
                return event.delta
        self._stream.raise_for_error()
        raise StopAsyncIteration


class StreamBase(EventStream):
    """What every `EventStream` does the same way: `text` and `result`. For streams of one's own.

    Who builds on it writes the rest, and sets `_entered` when the context is entered.
    """

    _entered = False

    def __aiter__(self) -> Self:
        return self

    @property
    def text(self) -> AsyncIterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        return _Pieces(self)

    async def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left. Never raises for the provider's failure."""
        if not self._entered:
            async with self:
                return await self.result()
        async for _ in self:
            pass
        return self.message


class SyncStreamBase(SyncEventStream):
    """`StreamBase` for plain programs."""

    _entered = False

    def __iter__(self) -> Self:
        return self

    @property
    def text(self) -> Iterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        for event in self:
            if isinstance(event, TextDelta):
                yield event.delta
        self.raise_for_error()

    def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left. Never raises for the provider's failure."""
        if not self._entered:
            with self:
                return self.result()
        for _ in self:
            pass
        return self.message


class Askable(Protocol):
    """What can be asked: a model bound to a hub (`Hub.bind`), or what is made of such sources.

    `name` is what it is called in events and errors. `arguments` are those of `Hub.stream`, but for the model.
    Both methods send nothing by themselves, and raise `RequestError` or `ProviderError` for what cannot be asked.
    """

    @property
    def name(self) -> str:
        """What it is called, such as `provider/model-id`."""
        ...

    def stream(self, prompt: str | Message | Sequence[Message] | Context, **arguments: Any) -> EventStream:
        """An answer as it comes."""
        ...

    def stream_sync(self, prompt: str | Message | Sequence[Message] | Context, **arguments: Any) -> SyncEventStream:
        """`stream` for plain programs."""
        ...
