"""One composed answer on its way: its steps, and what can be seen of it from outside.

The rules every course keeps: `start` is handed out once; what commits (content) is handed out of
one stream only, unless a policy says otherwise in the stream itself; the last event is one `done`
or `error`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve, frozen

from headwater import (
    Askable,
    AssistantMessage,
    Attempt,
    Done,
    Error,
    ErrorInfo,
    Event,
    PartialMessage,
    Usage,
    make_error,
)

from ._steps import Next, Pass, Refused, Steps
from ._views import FixedView, error_event, nothing_yet, start_event

LAST = frozenset({"done", "error"})
"""Events that end a stream."""


def asking(source: Askable, prompt: Any, arguments: Any) -> Callable[[bool], Any]:
    """What makes the stream of a source, async or sync."""

    def make(sync: bool) -> Any:
        return (source.stream_sync if sync else source.stream)(prompt, **arguments)

    return make


@frozen
class Opened:
    """How far a stream was read: to the event that commits it, or to its end; `usage` came just before it."""

    event: Event
    usage: Event | None = None

    @property
    def error(self) -> ErrorInfo | None:
        """Why it came to nothing, if it did."""
        return self.event.message.error if isinstance(self.event, Error) else None


class Opening:
    """Reads a stream to its commit point. `early` is set by an event that commits to nothing, `opened` in the end."""

    def __init__(self) -> None:
        self.opened: Opened | None = None
        self._usage: Event | None = None

    def feed(self, event: Event) -> Event | None:
        """Takes the next event; gives it back when it commits to nothing and may be handed out."""
        if event.type in ("start", "status"):
            return event
        if event.type == "usage":
            self._usage = event  # an error may follow, and then another may be asked
        else:
            self.opened = Opened(event, self._usage)
        return None


@frozen
class Recovery:
    """How far an answer came: the content so far, how many events of content were handed out, what was used."""

    success: bool
    content: Sequence[Any]
    chunks: int
    usage: Usage
    error: ErrorInfo | None = None


class Course(ABC):
    """One composed answer: `run` gives its steps; its last event is `done` or `error`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.current: Any = None
        """The stream whose message is the message; None before there is one."""
        self.final: AssistantMessage | None = None
        self._past: list[Attempt] = []
        self._started = False

    @abstractmethod
    def run(self) -> Steps:
        """The steps of the whole answer."""

    @property
    def recovery(self) -> Recovery | None:
        """How far it came, of a course that recovers."""
        return None

    def left(self) -> Callable[[], None] | None:
        """What is still to be done, and may block, when the consumer leaves in the middle."""
        return None

    def end(self) -> None:
        """All streams are closed: what their message is now is final, and none that was not even asked is a success."""
        message = self.message
        if self.final is None and self.current is None:
            error = make_error("aborted", f"{self.name} was left by its consumer")
            message = evolve(message, stop_reason="aborted", error=error)
        self.final = message

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands."""
        if self.final is not None:
            return self.final
        return nothing_yet(self.name) if self.current is None else self.current.message

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands, or the final one."""
        return FixedView(self.message) if self.final is not None or self.current is None else self.current.partial

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The attempts that are over, of whichever source, numbered through."""
        made = [*self._past, *(() if self.current is None else self.current.attempts)]
        return tuple(
            attempt if attempt.number == number else evolve(attempt, number=number)
            for number, attempt in enumerate(made, 1)
        )

    # -- parts of courses

    def show(self, stream: Any) -> None:
        """From now on this stream's message is the message; what came before it is past."""
        if self.current is not None:
            self._past += self.current.attempts
        self.current = stream

    def note_refused(self, refused: Refused, name: str) -> ErrorInfo:
        """A source that could not be asked is an attempt that failed, and cost nothing."""
        error = refused.info
        self.show(None)
        self._past.append(Attempt(len(self._past) + 1, error, model=name, free=True))
        return error

    def hand_out(self, event: Event) -> Steps:
        """Hands out an event; of several `start` only the first."""
        if event.type == "start":
            if self._started:
                return
            self._started = True
        elif isinstance(event, Done | Error):
            self.final = event.message
        yield event

    def opening(self, stream: Any) -> Steps:
        """Reads a stream to its commit point, handing out what comes before; gives an `Opened`."""
        reading = Opening()
        while reading.opened is None:
            event: Event | None = yield Next(stream)
            if event is None:
                return Opened(error_event(cut_short(stream), stream.message))
            early = reading.feed(event)
            if early is not None:
                yield from self.hand_out(early)
        return reading.opened

    def rest(self, stream: Any, opened: Opened) -> Steps:
        """Hands out the rest of a stream but for its last event, which it gives."""
        if opened.usage is not None:
            yield opened.usage
        if opened.event.type in LAST:
            return opened.event
        yield opened.event
        last: Event | None = yield Pass(stream)
        if last is not None and last.type == "usage":
            yield last
            last = yield Next(stream)
        return error_event(cut_short(stream), stream.message) if last is None else last

    def refuse(self, error: ErrorInfo) -> Steps:
        """`start` (if it is still missing) and `error`: an answer that is not even tried."""
        message = self.message
        yield from self.hand_out(start_event(self.name))
        yield from self.hand_out(error_event(error, message))


def cut_short(stream: Any) -> ErrorInfo:
    """The error of a stream that stops without its last event."""
    return make_error("truncated", f"a {type(stream).__name__} stopped without done or error; report it to its author")


def all_failed(errors: Sequence[ErrorInfo]) -> ErrorInfo:
    """The last error, which tells of the others too; it may pass when one of them may."""
    told = "; ".join(error.message for error in errors)
    waits = [error.retry_after for error in errors if error.retry_after is not None]
    return evolve(
        errors[-1],
        message=f"{len(errors)} sources failed one after the other: {told}",
        retryable=any(error.retryable for error in errors),
        retry_after=min(waits, default=None),
    )
