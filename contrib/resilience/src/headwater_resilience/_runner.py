"""The streams of courses: one for asyncio and trio, one for plain programs.

Once a course passes a stream on, its events are handed out as they are: one call more than without it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self, cast

import anyio
import anyio.lowlevel
import anyio.to_thread

from headwater import (
    AssistantMessage,
    Attempt,
    Done,
    Error,
    Event,
    Note,
    PartialMessage,
    RequestError,
    StreamBase,
    SyncStreamBase,
    UsageReported,
)

from ._accounts import Summary, summarise
from ._course import Course, Recovery
from ._race import race
from ._steps import REFUSALS, Ask, Call, Close, Next, Pass, Race, Refused, Sleep

ENDING = frozenset({UsageReported, Done, Error})
"""Events that are handed back to the course: an error may follow the usage, and then something else."""

NOT_ENTERED = "a stream is read inside its context: `async with source.stream(...) as stream` (`with`, for stream_sync)"
SECOND_READER = "this stream is being read already; a stream has one reader (see tee for several)"
SYNC_RACE = "hedging needs two answers at a time, which a plain program cannot read; use the async form"


class _Composed:
    """What both forms show, and the course they run."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._steps = course.run()
        self._passing: Any = None
        self._watch: Callable[[Event], None] | None = None
        self._live: list[Any] = []
        self._reading = False
        self._closed = False
        self._over = False
        self._abort = False

    @property
    def current(self) -> Any:
        """The stream whose message is the message, of whichever source; None before one was asked."""
        return self._course.current

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands while there is none."""
        return self._course.message

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands."""
        return self._course.partial

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The attempts that are over, of whichever source, numbered through."""
        return self._course.attempts

    @property
    def summary(self) -> Summary:
        """Every attempt so far, and what they used and cost together."""
        return summarise(self._course.attempts)

    @property
    def notes(self) -> Sequence[Note]:
        """What was changed or dropped to fit the model that answers."""
        return () if self._course.current is None else self._course.current.notes

    @property
    def cursor(self) -> Any:
        """Where an answer made in the background can be found again; see `headwater.Stream.cursor`."""
        return getattr(self._course.current, "cursor", None)

    @property
    def recovery(self) -> Recovery | None:
        """How far an answer with recovery came; None for one without (see `recover`)."""
        return self._course.recovery

    def raise_for_error(self) -> None:
        """Raises the `StreamError` the answer ended in, if it did."""
        if self._course.final is not None:
            self._course.final.raise_for_error()

    def __repr__(self) -> str:
        state = "over" if self._over else "closed" if self._closed else "open"
        return f"<{type(self).__name__} of {self._course.name}, {state}>"

    def _abort_all(self) -> None:
        self._abort = True
        for stream in tuple(self._live):
            stream.abort()

    def _advance(self, result: object) -> Any:
        """The course's next step; None when it is over."""
        try:
            return self._steps.send(result)
        except StopIteration:
            self._over = True
            return None
        except StopAsyncIteration as error:  # of a condition: it would end the loop like a success
            raise RuntimeError("a condition raised StopAsyncIteration") from error

    def _made(self, make: Callable[[bool], Any], *, sync: bool) -> Any:
        """A stream, or why there is none. One that is made after an abort begins as aborted."""
        try:
            stream = make(sync)
        except REFUSALS as error:
            return Refused(error)
        self._live.append(stream)
        if self._abort:
            stream.abort()
        return stream

    def _leave(self) -> Callable[[], None] | None:
        """The consumer is gone: no further step. Gives what remains to be done, and may block."""
        self._passing = None
        if self._over:
            return None
        self._over = True
        self._steps.close()
        return self._course.left()


class ComposedStream(_Composed, StreamBase):
    """One answer of a composed source: an `EventStream`, with a summary of every attempt."""

    def __init__(self, course: Course) -> None:
        super().__init__(course)
        self._scope: anyio.CancelScope | None = None
        self._call_soon: Callable[[Callable[[], None]], object] | None = None

    async def __aenter__(self) -> Self:
        self._entered = True
        loop: Any = anyio.lowlevel.current_token().native_token  # of asyncio, or of trio
        self._call_soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def __anext__(self) -> Event:
        passing = self._passing
        if passing is None:
            return await self._more(None)
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        try:
            event: Event | None = await passing.__anext__()
        except StopAsyncIteration:
            event = None
        except BaseException as error:
            await self._fall(error)
            raise
        finally:
            self._reading = False
        if event is None or event.__class__ in ENDING:
            self._passing = None
            return await self._more(event)
        if self._watch is not None:
            self._watch(event)
        return event

    async def aclose(self) -> None:
        """Ends the stream and everything behind it; may be called again. While another task reads, it aborts."""
        if self._reading:
            self.abort()
            return
        if not self._closed:
            self._closed = True
            await self._shut()

    def abort(self) -> None:
        """Ends the stream from any task or thread: its last event is `error` with reason `aborted`."""
        self._abort_all()
        if self._call_soon is not None:
            with contextlib.suppress(RuntimeError):  # the loop is over, and the stream with it
                self._call_soon(self._wake)

    # -- inside

    def _wake(self) -> None:
        if self._scope is not None:
            self._scope.cancel()

    async def _more(self, result: Any) -> Event:
        """The next event, after as many steps as it takes; `result` is what came of the last one."""
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        try:
            while not (self._closed or self._over):
                step = self._advance(result)
                result = None
                if isinstance(step, Pass):
                    self._passing, self._watch = step.stream, step.watch
                    event = await anext(step.stream, None)
                    if event is not None and event.__class__ not in ENDING:
                        if step.watch is not None:
                            step.watch(event)
                        return event
                    self._passing, result = None, event
                elif isinstance(step, Next):
                    result = await anext(step.stream, None)
                elif isinstance(step, Ask | Close | Sleep | Call | Race):
                    result = await self._perform(step)
                elif step is not None:
                    return cast("Event", step)
        except BaseException as error:
            await self._fall(error)
            raise
        finally:
            self._reading = False
        raise StopAsyncIteration

    async def _perform(self, step: Ask | Close | Sleep | Call | Race) -> Any:
        if isinstance(step, Ask):
            return await self._ask(step.make)
        if isinstance(step, Close):
            return await self._exit(step.stream)
        if isinstance(step, Call):
            return await anyio.to_thread.run_sync(step.function)
        if isinstance(step, Race):
            return await race(step, self._ask, self._exit)
        await self._within(lambda: anyio.sleep(step.seconds))
        return self._abort

    async def _ask(self, make: Callable[[bool], Any]) -> Any:
        stream = self._made(make, sync=False)
        if not isinstance(stream, Refused):
            await stream.__aenter__()
        return stream

    async def _within(self, work: Callable[[], Awaitable[Any]]) -> None:
        """Does something that an abort ends early."""
        with anyio.CancelScope() as scope:
            if self._abort:
                return
            self._scope = scope
            try:
                await work()
            finally:
                self._scope = None

    async def _exit(self, stream: Any) -> None:
        """Leaves a stream, also when this task is being cancelled."""
        if stream in self._live:
            self._live.remove(stream)
        with anyio.CancelScope(shield=True):
            await stream.__aexit__(None, None, None)

    async def _fall(self, error: BaseException) -> None:
        """Something was raised in a read, or the reading task is cancelled: nothing may be left behind."""
        if isinstance(error, GeneratorExit):  # the coroutine was thrown away: it cannot await any more
            for stream in self._live:
                stream.abort()
            return
        await self._shut()

    async def _shut(self) -> None:
        """Leaves all streams, and does what the course has still to do."""
        todo = self._leave()
        try:
            for stream in reversed(tuple(self._live)):
                await self._exit(stream)
        finally:
            self._course.end()
            if todo is not None:
                with anyio.CancelScope(shield=True), contextlib.suppress(Exception):
                    await anyio.to_thread.run_sync(todo)


class ComposedSyncStream(_Composed, SyncStreamBase):
    """`ComposedStream` for plain programs."""

    def __init__(self, course: Course) -> None:
        super().__init__(course)
        self._aborted = threading.Event()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __next__(self) -> Event:
        passing = self._passing
        if passing is None:
            return self._more(None)
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        try:
            event: Event | None = passing.__next__()
        except StopIteration:
            event = None
        except BaseException:
            self._shut()
            raise
        finally:
            self._reading = False
        if event is None or event.__class__ in ENDING:
            self._passing = None
            return self._more(event)
        if self._watch is not None:
            self._watch(event)
        return event

    def close(self) -> None:
        """Ends the stream and everything behind it; may be called again. While another thread reads, it aborts."""
        if self._reading:
            self.abort()
            return
        if not self._closed:
            self._closed = True
            self._shut()

    def abort(self) -> None:
        """Ends the stream from any thread: its last event is `error` with reason `aborted`."""
        self._abort_all()
        self._aborted.set()

    # -- inside

    def _more(self, result: Any) -> Event:
        """The next event, after as many steps as it takes; `result` is what came of the last one."""
        if not self._entered:
            raise RuntimeError(NOT_ENTERED)
        if self._reading:
            raise RuntimeError(SECOND_READER)
        self._reading = True
        try:
            while not (self._closed or self._over):
                step = self._advance(result)
                result = None
                if isinstance(step, Pass):
                    self._passing, self._watch = step.stream, step.watch
                    event = next(step.stream, None)
                    if event is not None and event.__class__ not in ENDING:
                        if step.watch is not None:
                            step.watch(event)
                        return event
                    self._passing, result = None, event
                elif isinstance(step, Next):
                    result = next(step.stream, None)
                elif isinstance(step, Ask | Close | Sleep | Call | Race):
                    result = self._perform(step)
                elif step is not None:
                    return cast("Event", step)
        except BaseException:
            self._shut()
            raise
        finally:
            self._reading = False
        raise StopIteration

    def _perform(self, step: Ask | Close | Sleep | Call | Race) -> Any:
        if isinstance(step, Ask):
            stream = self._made(step.make, sync=True)
            if not isinstance(stream, Refused):
                stream.__enter__()
            return stream
        if isinstance(step, Close):
            return self._exit(step.stream)
        if isinstance(step, Call):
            return step.function()
        if isinstance(step, Race):
            raise RequestError(SYNC_RACE)
        self._aborted.wait(step.seconds)
        return self._abort

    def _exit(self, stream: Any) -> None:
        if stream in self._live:
            self._live.remove(stream)
        stream.__exit__(None, None, None)

    def _shut(self) -> None:
        """Leaves all streams, and does what the course has still to do."""
        todo = self._leave()
        try:
            for stream in reversed(tuple(self._live)):
                self._exit(stream)
        finally:
            self._course.end()
            if todo is not None:
                with contextlib.suppress(Exception):
                    todo()
