"""What a stream is to those who read one: a model's own, or one made of others.

Transforms, merges and chains take what has this shape and are of this shape, so that
they can be put together in any order. Rules that a type cannot say: it is read inside its
context; its events obey the grammar (`check_grammar`) and end with one `done` or `error`;
a failure once it exists is that last event, not an exception; leaving the context, or a
cancellation of the reading task, closes everything behind it before control returns.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from ._events import Event, PartialMessage
from ._messages import AssistantMessage, Context, Message, Note
from ._plan import Attempt


class _Shown(Protocol):
    """What async and sync streams show alike."""

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands while there is none."""
        ...

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands."""
        ...

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The attempts that are over, of whichever model."""
        ...

    @property
    def notes(self) -> Sequence[Note]:
        """What was changed or dropped to fit the model."""
        ...

    def abort(self) -> None:
        """Ends the stream from any task or thread: its last event is `error` with reason `aborted`."""
        ...

    def raise_for_error(self) -> None:
        """Raises the `StreamError` the answer ended in, if it did."""
        ...


class EventStream(_Shown, Protocol):
    """One answer as it comes: an async context manager and an async iterator of events, as `Stream` is."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __aiter__(self) -> Self: ...
    async def __anext__(self) -> Event: ...

    @property
    def text(self) -> AsyncIterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        ...

    async def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left."""
        ...

    async def aclose(self) -> None:
        """Ends the stream and everything behind it; may be called again."""
        ...


class SyncEventStream(_Shown, Protocol):
    """`EventStream` for plain programs, as `SyncStream` is."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def __iter__(self) -> Self: ...
    def __next__(self) -> Event: ...

    @property
    def text(self) -> Iterator[str]:
        """The answer's text as it comes; raises its `StreamError` when it ends badly."""
        ...

    def result(self) -> AssistantMessage:
        """The final message, however it ended; reads what is left."""
        ...

    def close(self) -> None:
        """Ends the stream and everything behind it; may be called again."""
        ...


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
