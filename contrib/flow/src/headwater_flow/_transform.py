"""Transforms: pure objects with `feed` and `flush`, run over any stream by one thin wrapper for each form.

    class Shout:
        def feed(self, event):
            if isinstance(event, TextDelta):
                return [derive(event, TextDelta, event.content_index, event.delta.upper())]
            return [event]

        def flush(self):
            return []

    async with transform(hub.stream(...), Shout()) as stream: ...

One transform object belongs to one stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, cast, overload, runtime_checkable

from headwater import Done, Error, Event, EventStream, SyncEventStream

from ._shape import CLOSING, NOT_ENTERED, SECOND_READER, AsyncShape, Shown, SyncShape, is_async


@runtime_checkable
class Transform(Protocol):
    """What changes a stream, event by event."""

    def feed(self, event: Event) -> Sequence[Event]:
        """What goes on for this event: nothing, itself, or others."""
        ...

    def flush(self) -> Sequence[Event]:
        """What was held back; nothing may be held after it.

        Called before the events that close a stream (usage, done, error), perhaps when the source is silent
        (see `TimedTransform`), and more than once.
        """
        ...


@runtime_checkable
class TimedTransform(Transform, Protocol):
    """A transform that wants to be flushed at a time, also while its source is silent."""

    @property
    def due(self) -> float | None:
        """When to flush, by `time.monotonic`; None while nothing is held."""
        ...


def turn(step: Transform, event: Event) -> Sequence[Event]:
    """What a transform makes of an event: held content goes before the events that close, the last one always goes on.

    What `apply` and the wrappers do for each event.
    """
    if event.__class__ not in CLOSING:
        return step.feed(event)
    made = [*step.flush(), *step.feed(event)]
    if isinstance(event, Done | Error) and not (made and isinstance(made[-1], Done | Error)):
        made.append(event)
    return made


def apply(step: Transform, events: Iterable[Event]) -> Iterator[Event]:
    """The events as a transform changes them: for recorded events, and for tests."""
    for event in events:
        yield from turn(step, event)
    yield from step.flush()


def name_of(step: Transform) -> str:
    """What a transform is called when it raises: its `name`, or its class."""
    return str(getattr(step, "name", None) or type(step).__name__)


class _Turning(Shown[Any]):
    """What the async and the sync wrapper share."""

    def __init__(self, source: Any, step: Transform) -> None:
        super().__init__(source)
        self._step = step
        self._feed = step.feed
        self._reading = False

    def _turn(self, event: Event) -> Sequence[Event]:
        made = turn(self._step, event)
        if made and event.__class__ in CLOSING:
            self._note_end(made[-1])
        return made

    def _last(self) -> Sequence[Event]:
        """What is left of a source that gave no last event: it was closed, or read by somebody else."""
        if self._over:
            return ()
        self._over = True
        return self._step.flush()

    def _broken(self, error: Exception, event: Event) -> Sequence[Event]:
        made = self._broken_by(name_of(self._step), error, event)
        self._note_end(made[-1])
        return made


class TransformedStream(_Turning, AsyncShape):
    """An async stream as a transform changes it."""

    async def __anext__(self) -> Event:
        for event in self._ready:
            return event
        return await self._more()

    async def _more(self) -> Event:
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._over:
            raise StopAsyncIteration
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        feed = self._feed
        try:
            async for event in self._source:
                try:
                    made = self._turn(event) if event.__class__ in CLOSING else feed(event)
                except Exception as error:  # noqa: BLE001 - whatever it is, the stream ends by an event
                    await self._source.aclose()
                    made = self._broken(error, event)
                if made:
                    if len(made) > 1:
                        self._ready = iter(made)
                        return next(self._ready)
                    return made[0]
        except BaseException:
            self._leave()
            raise
        finally:
            self._reading = False
        self._ready = iter(self._last())
        for event in self._ready:
            return event
        raise StopAsyncIteration


class SyncTransformedStream(_Turning, SyncShape):
    """A sync stream as a transform changes it."""

    def __next__(self) -> Event:
        for event in self._ready:
            return event
        return self._more()

    def _more(self) -> Event:
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._over:
            raise StopIteration
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        feed = self._feed
        try:
            for event in self._source:
                try:
                    made = self._turn(event) if event.__class__ in CLOSING else feed(event)
                except Exception as error:  # noqa: BLE001 - whatever it is, the stream ends by an event
                    self._source.close()
                    made = self._broken(error, event)
                if made:
                    if len(made) > 1:
                        self._ready = iter(made)
                        return next(self._ready)
                    return made[0]
        except BaseException:
            self._leave()
            raise
        finally:
            self._reading = False
        self._ready = iter(self._last())
        for event in self._ready:
            return event
        raise StopIteration


@overload
def transform(stream: EventStream, *steps: Transform) -> EventStream: ...
@overload
def transform(stream: SyncEventStream, *steps: Transform) -> SyncEventStream: ...
def transform(stream: EventStream | SyncEventStream, *steps: Transform) -> EventStream | SyncEventStream:
    """The stream as the transforms change it, the first one first; async or sync, as the stream is.

    A transform that raises ends the stream: the source is closed, the last event is `error(aborted)`.
    """
    for step in steps:
        if not isinstance(step, Transform):  # pyright: ignore[reportUnnecessaryIsInstance] - for the untyped
            raise TypeError(f"a transform has feed(event) and flush(); {type(step).__name__} has not; see Transform")
    made: Any = stream
    from_async = is_async(stream, "transform")
    for step in steps:
        if from_async and isinstance(step, TimedTransform):
            from ._timed import TimedStream

            made = TimedStream(made, step)
        else:
            made = TransformedStream(made, step) if from_async else SyncTransformedStream(made, step)
    return cast("EventStream | SyncEventStream", made)
