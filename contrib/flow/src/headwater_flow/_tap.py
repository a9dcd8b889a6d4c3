"""Taps: functions that look at every event, and what happens when they raise.

An event is looked at before it is handed out. Without a function to call, the stream itself is given back: what is
not looked at costs nothing.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, overload

from headwater import Event, EventStream, RequestError, SyncEventStream

from ._shape import is_async
from ._transform import SyncTransformedStream, TransformedStream

Look = Callable[[Event], Any]
"""What looks at an event; with an async stream it may be async, and is awaited."""

_log = logging.getLogger("headwater.flow")


class Tap:
    """The transform behind `tap`: every event goes on as it is, after `look` has seen it."""

    def __init__(self, look: Look, *, spare: bool = False, name: str = "the tap") -> None:
        self.name = name
        """What is named when it raises."""
        self.failures: list[Exception] = []
        """What was raised, in order."""
        self.waiting: Awaitable[Any] | None = None
        """What the last look gave back, where that is to be awaited."""
        self._look = look
        self._spare = spare

    def feed(self, event: Event) -> Sequence[Event]:
        """The event; raises what `look` raised, unless that is spared."""
        try:
            made = self._look(event)
            if made is not None and inspect.isawaitable(made):
                self.waiting = made
        except Exception as error:  # noqa: BLE001 - a function of the user's
            self.note(error)
        return (event,)

    def flush(self) -> Sequence[Event]:
        """Nothing: nothing is held back."""
        return ()

    def note(self, error: Exception) -> None:
        """Keeps what a look raised; raises it again, unless it is spared."""
        self.failures.append(error)
        if not self._spare:
            raise error
        _log.debug("%s raised %s; spared", self.name, type(error).__name__)


class TappedStream(TransformedStream):
    """An async stream somebody looks at with async functions."""

    _step: Tap

    async def __anext__(self) -> Event:
        for event in self._ready:  # the events that end a broken stream
            return event
        event = await self._more()
        step = self._step
        waiting, step.waiting = step.waiting, None
        if waiting is None:
            return event
        try:
            try:
                await waiting
            except Exception as error:  # noqa: BLE001 - a function of the user's
                step.note(error)
        except Exception as error:  # noqa: BLE001 - not spared: the stream ends by an event
            await self._source.aclose()
            self._ready = iter(self._broken(error, event))
            return next(self._ready)
        except BaseException:
            await self.aclose()
            raise
        return event


class SyncTappedStream(SyncTransformedStream):
    """A sync stream somebody looks at."""

    _step: Tap

    def __next__(self) -> Event:
        event = super().__next__()
        if self._step.waiting is not None:
            self._refuse()
        return event

    def _refuse(self) -> None:
        waiting, self._step.waiting = self._step.waiting, None
        getattr(waiting, "close", lambda: None)()
        self.close()
        raise TypeError(f"{self._step.name} is async, and the stream is not; give a plain function")


def tapped(stream: Any, step: Tap, functions: Sequence[Any]) -> Any:
    """The stream with a tap whose `functions` are called; raises `RequestError` for what cannot be called here."""
    from_async = is_async(stream, step.name)
    for function in functions:
        if not callable(function):
            raise RequestError(f"{step.name}: {function!r:.80} cannot be called; give a function")
        if not from_async and inspect.iscoroutinefunction(function):
            raise RequestError(f"{step.name}: {function!r:.80} is async, and the stream is not; give a plain function")
    return TappedStream(stream, step) if from_async else SyncTappedStream(stream, step)


@overload
def tap(stream: EventStream, look: Look | None, *, spare: bool = False) -> EventStream: ...
@overload
def tap(stream: SyncEventStream, look: Callable[[Event], object] | None, *, spare: bool = False) -> SyncEventStream: ...
def tap(stream: Any, look: Look | None, *, spare: bool = False) -> Any:
    """The stream with a function that sees each event before it is handed out; None gives the stream itself.

    `event.raw` is the provider's wire event when the stream was asked for with `raw=True`. When `look` raises, the
    stream is closed and ends with `error(aborted)`; with `spare` it goes on, and the exception is logged (debug).
    """
    return stream if look is None else tapped(stream, Tap(look, spare=spare), [look])
