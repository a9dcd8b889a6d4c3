"""Recovery after the first content, by policies in the order they are given.

What reached the consumer is never repeated or reordered: a continuation is joined to it, a resumed answer is
caught up with, and a new one is announced by a `reset`. Where no policy applies, the answer ends with its error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol

from headwater import (
    Askable,
    AssistantMessage,
    Error,
    ErrorInfo,
    Event,
    PartialMessage,
    RequestError,
    Retry,
    Status,
    UsageReported,
    make_error,
)

from ._course import LAST, Course, Recovery, asking, cut_short
from ._delivered import Catching, Contradiction, Delivered
from ._joined import Joining, begun, with_beginning
from ._policies import Continue, Policy, Reconnects, Restart, Resume
from ._sources import AroundOne, as_source
from ._steps import Ask, Close, Next, Pass, Refused, Sleep, Step, Steps
from ._tables import RECOVERABLE
from ._views import FixedView, error_event


class Shaper(Protocol):
    """Makes the events and the message of another request those of the one answer."""

    def feed(self, event: Event) -> Event | None: ...
    def message(self, message: AssistantMessage) -> AssistantMessage: ...
    def missing_end(self, last: Event) -> Event | None: ...


Try = tuple[Callable[[bool], Any], Shaper | None]
"""How a policy goes on: what makes its stream, and what shapes it; None: it is an answer of its own."""


class Recovering(AroundOne):
    """A source whose answers survive breaking off: a source. Made by `recover`."""

    def __init__(self, source: Askable, policies: Sequence[Policy], retry: Retry, limit: Reconnects) -> None:
        self.source = source
        self.policies: tuple[Policy, ...] = tuple(policies)
        self.retry = retry
        self.limit = limit
        self.name: str = source.name

    def course(self, prompt: Any, arguments: dict[str, Any], *, sync: bool) -> Course:
        """The steps of one answer; raises what the source raises when it cannot be asked."""
        return _Recovered(self, prompt, arguments, asking(self.source, prompt, arguments)(sync))


def recover(
    source: Askable | str, *policies: Policy, retry: Retry | None = None, limit: Reconnects | None = None
) -> Recovering:
    """A source whose answers, when they break off after content, go on by the first policy that applies.

    `retry` says how often (`attempts` counts the first one), after which waits, and by its `condition` for
    which errors; without one, for those of `RECOVERABLE`. `limit` bounds the recoveries of all answers together.
    What may be repeated and what it may cost stands with each policy: `Resume`, `Continue`, `Restart`.
    """
    if not policies:
        raise RequestError("recover: no policy is given; write recover(source, Continue(), Restart()), say")
    for policy in policies:
        if not isinstance(policy, Resume | Continue | Restart):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RequestError(f"recover: {policy!r} is no policy; give Resume(), Continue() or Restart()")
    for number, policy in enumerate(policies[:-1]):
        if isinstance(policy, Restart):
            never = ", ".join(one.name for one in policies[number + 1 :])
            raise RequestError(f"recover: Restart() always applies, {never} would never be tried; put it last")
    for name, given, kind in (("retry", retry, Retry), ("limit", limit, Reconnects)):
        if given is not None and not isinstance(given, kind):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RequestError(f"recover: {name}={given!r:.80} is no {kind.__name__}; give {kind.__name__}(...)")
    retry = Retry() if retry is None else retry
    if retry.attempts < 2:
        raise RequestError(f"recover: retry.attempts={retry.attempts} leaves no recovery; give 2 or more")
    return Recovering(as_source(source, "recover"), policies, retry, limit or Reconnects())


class _Recovered(Course):
    """One answer that may be gone on with."""

    def __init__(self, made_of: Recovering, prompt: Any, arguments: dict[str, Any], first: Any) -> None:
        super().__init__(made_of.name)
        self._of = made_of
        self._prompt = prompt
        self._arguments = arguments
        self._first = first
        self._delivered = Delivered()
        self._began = time.monotonic()
        self._cursor: Any = None
        self._ruled_out: set[Policy] = set()
        self._shape: Callable[[AssistantMessage], AssistantMessage] | None = None

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands: joined, where it is of several requests."""
        message = super().message
        return message if self.final is not None or self._shape is None else self._shape(message)

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands."""
        return super().partial if self._shape is None else FixedView(self.message)

    @property
    def recovery(self) -> Recovery:
        """How far the answer came."""
        message = self.message
        success = self.final is not None and message.error is None
        return Recovery(success, message.content, self._delivered.chunks, message.usage, message.error)

    def run(self) -> Steps:
        """The first answer, and what goes on with it."""
        stream = yield Ask(lambda sync: self._first)
        assert not isinstance(stream, Refused)
        self.show(stream)
        opened = yield from self.opening(stream)
        if opened.error is not None or opened.event.type in LAST:
            yield from self.hand_out((yield from self.rest(stream, opened)))
            return
        self._delivered.note(opened.event)
        yield opened.event
        last: Any = yield from self._past_usage(stream, (yield Pass(stream, self._delivered.note)))
        made = 1
        while isinstance(last, Error):
            going_on = yield from self._next_try(last, made)
            if going_on is None:
                break
            made += 1
            last = going_on
        if last is None:
            last = error_event(cut_short(stream), stream.message)
        if last.message.usage.provenance != "absent":  # told once, when it is known that nothing follows
            yield UsageReported(last.message.usage, FixedView(last.message))
        yield from self.hand_out(last)

    def _past_usage(self, stream: Any, event: Event | None) -> Steps:
        """The last event, which may follow the usage."""
        return (yield Next(stream)) if event is not None and event.type == "usage" else event

    def _next_try(self, last: Error, made: int) -> Generator[Step, Any, Event | None]:
        """The last event of another try, or of the same one when it came to nothing; None when there is none."""
        error = last.message.error
        delay = None if error is None else self._delay(error, made)
        found = None if delay is None else self._policy(last)
        if error is None or delay is None or found is None or not self._of.limit.take():
            return None
        policy, (make, shaper) = found
        told = {"policy": policy.name, "attempt": made, "kind": error.kind, "message": error.message}
        yield Status("recovering", {**told, "delay": delay, "cost": policy.cost}, FixedView(last.message))
        if (yield Sleep(delay)):
            return error_event(make_error("aborted", f"{self.name} was aborted"), last.message)
        if self.current is not None:
            yield Close(self.current)
        self._shape = lambda message: last.message
        stream = yield Ask(make)
        if isinstance(stream, Refused):
            self._ruled_out.add(policy)
            self.note_refused(stream, self.name)
            return last
        self.show(stream)
        return (yield from self._joined(stream, policy, shaper, last))

    def _delay(self, error: ErrorInfo, made: int) -> float | None:
        retry = self._of.retry
        if retry.condition is None and error.kind not in RECOVERABLE:
            return None
        delay = retry.delay(error, made)
        return None if delay is None or time.monotonic() - self._began + delay >= retry.max_total else delay

    def _policy(self, last: Error) -> tuple[Policy, Try] | None:
        """The first policy that applies, and how it goes on."""
        for policy in self._of.policies:
            found = None if policy in self._ruled_out else self._way(policy, last)
            if found is not None:
                return policy, found
        return None

    def _way(self, policy: Policy, last: Error) -> Try | None:
        if isinstance(policy, Restart):
            return asking(self._of.source, self._prompt, self._arguments), None
        if isinstance(policy, Resume):
            return self._resumed()
        capabilities: Any = getattr(self._of.source, "capabilities", None)
        way = policy.way or getattr(capabilities, "prefill", None)
        beginning = begun(last.message, self._delivered)
        if way is None or beginning is None:
            return None
        prompt = with_beginning(self._prompt, beginning)
        joining = Joining(last.message, self._delivered, beginning.text, repeats=way == "repeat")
        return asking(self._of.source, prompt, self._arguments), joining

    def _resumed(self) -> Try | None:
        source: Any = self._of.source
        cursor = self._cursor = getattr(self.current, "cursor", None) or self._cursor
        if cursor is None or not hasattr(source, "resume"):
            return None
        return (lambda sync: (source.resume_sync if sync else source.resume)(cursor)), Catching(self._delivered)

    def _joined(self, stream: Any, policy: Policy, shaper: Shaper | None, last: Error) -> Generator[Step, Any, Event]:
        """Hands out what a try adds; gives its last event, or `last` where it added nothing and failed."""
        opened = yield from self.opening(stream)
        if opened.error is not None:
            if not opened.error.retryable and opened.error.kind != "aborted":
                self._ruled_out.add(policy)
            return last if opened.error.kind != "aborted" else error_event(opened.error, last.message)
        self._shape = None if shaper is None else shaper.message
        if shaper is None:
            yield Status("reset", {"policy": Restart.name}, FixedView(last.message))
            self._delivered = Delivered()
        event: Event | None = opened.event
        try:
            while event is not None:
                told = event if shaper is None else shaper.feed(event)
                if told is not None and told.type in LAST:
                    end = None if shaper is None else shaper.missing_end(told)
                    if end is not None:
                        yield end
                    return told
                if told is not None and told.type != "usage":
                    self._delivered.note(told)
                    yield told
                event = yield Next(stream)
        except Contradiction as contradiction:
            self._ruled_out.add(policy)
            yield Close(stream)
            told = self.message if isinstance(shaper, Joining) else last.message  # with what was handed out since
            return error_event(make_error("malformed", f"{self.name}: {contradiction}"), told)
        return error_event(cut_short(stream), self.message)
