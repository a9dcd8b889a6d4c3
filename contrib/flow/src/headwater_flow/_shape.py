"""What the streams of this package have in common: the shape of `EventStream` and `SyncEventStream`.

A stream made of another shows what its source shows, until it has handed out a last event of its own: from then
on `message` is that event's. A function of the user's that raises (a callback, a tap, a transform) ends the stream
as the contract of streams asks, by an event: the source is closed, the last event is `error` with reason
`aborted`, `message` holds all that came, and `raise_for_error` has the exception as its cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from attrs import evolve

from headwater import (
    AssistantMessage,
    Attempt,
    Done,
    Error,
    Event,
    EventStream,
    Note,
    PartialMessage,
    StreamBase,
    StreamError,
    SyncEventStream,
    SyncStreamBase,
    UsageReported,
    derive,
    make_error,
)

CLOSING: frozenset[type[Any]] = frozenset((UsageReported, Done, Error))
"""Events behind which no content may come."""

NOT_ENTERED = (
    "a stream is read inside its context: `async with aggregate(...) as stream`, `async with branch` of a tee "
    "(`with`, for the sync form)"
)
SECOND_READER = "this stream is being read already; a stream has one reader (see tee for several)"

S = TypeVar("S", bound="EventStream | SyncEventStream")


def is_async(stream: Any, who: str) -> bool:
    """Whether a stream is async; raises `TypeError` for what is no stream."""
    if hasattr(stream, "__anext__"):
        return True
    if hasattr(stream, "__next__") and hasattr(stream, "attempts"):
        return False
    raise TypeError(
        f"{who} takes a stream (`hub.stream(...)`, `hub.stream_sync(...)`, or one made of them), not "
        f"{type(stream).__name__}; for a list of events use `apply`"
    )


class Shown(Generic[S]):
    """What async and sync streams show alike."""

    def __init__(self, source: S) -> None:
        self._source = source
        self._ready: Iterator[Event] = iter(())
        self._entered = False
        self._over = False
        self._left = False
        self._final: AssistantMessage | None = None
        self._cause: Exception | None = None

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands while there is none."""
        return self._final or self._source.message

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands at the source, which may be ahead of what was handed out."""
        return self._source.partial

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The attempts that are over, of whichever model."""
        return self._source.attempts

    @property
    def notes(self) -> Sequence[Note]:
        """What was changed or dropped to fit the model."""
        return self._source.notes

    def abort(self) -> None:
        """Ends the stream from any task or thread: its last event is `error` with reason `aborted`."""
        self._source.abort()

    def raise_for_error(self) -> None:
        """Raises the `StreamError` the answer ended in, if it did."""
        try:
            self.message.raise_for_error()
        except StreamError as error:
            raise error from self._cause

    def __repr__(self) -> str:
        state = "over" if self._over else "open" if self._entered else "not entered"
        return f"<{type(self).__name__} of {self._source!r}, {state}>"

    # -- inside

    def _leave(self) -> None:
        """Hands out nothing more."""
        self._over = self._left = True
        self._ready = iter(())

    def _note_end(self, event: Event) -> None:
        """Takes the message of a last event."""
        if isinstance(event, Done | Error):
            self._over = True
            self._final = event.message

    def _broken_by(self, who: str, error: Exception, event: Event) -> list[Event]:
        """The events that end a stream whose source was closed because `who` raised at `event`."""
        self._cause = self._cause or error
        if isinstance(event, Error):  # the provider's failure came first
            return [event]
        message = self._source.message
        words = f"{message.provider or 'the'}/{message.model or 'model'}: the stream was ended because {who} raised "
        words += f"{type(error).__name__}: {error}"[:300] + "; mend it (taps and callbacks: or spare them)"
        info = make_error("aborted", words, provider=message.provider or None, model=message.model or None)
        message = evolve(message, stop_reason="aborted", error=info)
        ending = derive(event, Error, "aborted", message)
        return [event, ending] if event.type == "start" else [ending]


class AsyncShape(Shown[EventStream], StreamBase):
    """An async stream made of another; `__anext__` is to be written."""

    async def __aenter__(self) -> Self:
        await self._source.__aenter__()
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self._leave()
        await self._source.__aexit__(kind, error, traceback)

    async def aclose(self) -> None:
        """Ends the stream and everything behind it; may be called again."""
        self._leave()
        await self._source.aclose()


class SyncShape(Shown[SyncEventStream], SyncStreamBase):
    """A sync stream made of another; `__next__` is to be written."""

    def __enter__(self) -> Self:
        self._source.__enter__()
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self._leave()
        self._source.__exit__(kind, error, traceback)

    def close(self) -> None:
        """Ends the stream and everything behind it; may be called again."""
        self._leave()
        self._source.close()
