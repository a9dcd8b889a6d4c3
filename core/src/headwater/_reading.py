"""One response: its bytes through framing and parser to the pen.

What cannot be read ends it; what the provider calls an error does not, for the
answer's id and usage may follow. An answer made in the background goes on over
another connection when one is lost. What the parser holds back is written
however the reading ends.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol

from ._assembly import Assembly
from ._framing import SELF_DELIMITING, FramingError, RawEvent, make_framing
from ._json import DecodeError
from ._model import WireRequest
from ._plan import Batch, Command, Failed, Plan
from ._strays import Strays
from ._waiting import Resuming
from .errors import ErrorInfo, StreamError
from .hookspecs import Parser

log = logging.getLogger("headwater.stream")

Steps = Generator[Command | Batch, Any, Any]
Pull = Callable[[], Generator[Command | Batch, Any, bytes | Failed | None]]


class Over(Exception):
    """This attempt is over; the pen knows why."""


class Request(Protocol):
    """The request a response belongs to, as far as reading it is concerned."""

    plan: Plan
    pen: Assembly
    status: int | None
    headers: Mapping[str, str]

    @property
    def may_go_on(self) -> bool: ...
    @property
    def ended_cleanly(self) -> bool: ...
    def ask_again(self, wire: WireRequest, delay: float) -> Steps: ...
    def failed(self, result: Failed) -> Exception: ...
    def broke(self) -> None: ...
    def hand_out(self) -> Batch: ...


class Reading:
    """One response: bytes through framing and parser to the pen."""

    def __init__(self, drive: Request, wire: WireRequest, pull: Pull) -> None:
        plan = drive.plan
        self.drive = drive
        self.pen = drive.pen
        self.wire = wire
        self.pull = pull
        self.framing = make_framing(wire.framing, plan.limits.event_bytes)
        self.parser: Parser = plan.make_parser(drive.pen)
        self.strays = Strays()
        self.resuming = Resuming()
        self.received = 0
        self.unreadable = False

    def run(self) -> Steps:
        """Reads to the end, after an error of the provider as well: its id and usage may follow it.

        What the parser holds back is written even when the reading fails.
        """
        try:
            yield from self._read()
        finally:
            self._end()

    def _read(self) -> Steps:
        drive, pen, pull = self.drive, self.pen, self.pull
        while True:
            result = yield from pull()
            if not isinstance(result, bytes):
                if pen.error is None and (yield from self._taken_up(result)):
                    continue
                self._ended(result)
                return
            self._take_in(result)
            batch = drive.hand_out()
            if batch:
                yield batch
            if self.unreadable:
                return

    def _taken_up(self, result: Failed | None) -> Generator[Command | Batch, Any, bool]:
        """Whether the answer goes on over another connection: it is made in the background and not yet whole."""
        drive, pen = self.drive, self.pen
        lost, asked_for = None if result is None else result.kind, 0.0
        failure: ErrorInfo | None = None
        while (delay := self.resuming.delay(pen, lost)) is not None:
            wire = drive.plan.resume(pen.resume_at or {})
            if wire is None:
                return False
            if lost is not None or pen.again_in is None:
                pen.status("resuming", kind=lost or "truncated", delay=delay)
                yield drive.hand_out()
            try:
                yield from drive.ask_again(wire, max(delay, asked_for))
            except Over:
                failure = pen.error
                if failure is None or not drive.may_go_on:
                    raise
                lost, asked_for, pen.error = "network", failure.retry_after or 0.0, None
                continue
            self.wire = wire
            self.framing = make_framing(wire.framing, drive.plan.limits.event_bytes)
            return True
        if failure is not None:
            pen.error = failure
            raise Over
        return False

    def _ended(self, result: Failed | None) -> None:
        """No more bytes; after the terminal signal it does not matter why."""
        if result is None:
            return
        if not self.pen.settled or result.kind == "aborted":
            raise self.drive.failed(result)
        if result.kind != "timeout":
            self.drive.broke()

    def _take_in(self, chunk: bytes) -> None:
        """Feeds one chunk through framing and parser."""
        limit = self.drive.plan.limits.answer_bytes
        self.received += len(chunk)
        if self.received > limit:
            self.unreadable = True
            self.pen.fail("malformed", f"sent more than {limit} bytes; see Limits.answer_bytes")
            return
        try:
            self._parse(self.framing.feed(chunk))
        except FramingError as error:
            self._framing_failed(error)

    def _parse(self, raws: list[RawEvent], *, last: bool = False) -> None:
        """Wire events to the parser, until one cannot be read. The last one may have been cut."""
        parser, pen, keep_raw = self.parser, self.pen, self.drive.plan.raw
        seen = 0
        for raw in raws:
            try:
                if raw.stray:
                    self.strays.add(raw.data)
                else:
                    parser(raw)
            except DecodeError as error:
                if raw.data.strip() == b"[DONE]":
                    continue
                if not last:
                    self.unreadable = True
                    pen.fail("malformed", f"sent what cannot be read: {error}")
                elif pen.error is None:  # after an error nobody reads to the end, and half an event is no loss
                    self.drive.broke()
                return
            except Exception as error:  # noqa: BLE001 - a plugin's mistake must not break the stream
                self._parser_broke(error)
                return
            if keep_raw:
                made = pen.pending()
                for event in made[seen:]:
                    event.raw = raw  # pyright: ignore[reportAttributeAccessIssue] - frozen for the type checker only
                seen = len(made)

    def _end(self) -> None:
        """End of the bytes: what is left in the framing, the parser's last word, errors that were no events."""
        pen, drive = self.pen, self.drive
        try:
            self._parse(self.framing.end(), last=True)
        except FramingError as error:
            self._framing_failed(error)
        if self.framing.leftover and self.wire.framing in SELF_DELIMITING:
            drive.broke()
        try:
            self.parser.end()
        except DecodeError:
            drive.broke()
        except Exception as error:  # noqa: BLE001 - a plugin's mistake must not break the stream
            self._parser_broke(error)
        self.strays.judge(pen, drive.status, drive.headers)
        if pen.error is None and not self.wire.needs_signal and drive.ended_cleanly:
            pen.complete()

    def _framing_failed(self, error: FramingError) -> None:
        self.unreadable = True
        self.drive.broke()
        if error.reason == "too_large":
            limit = self.drive.plan.limits.event_bytes
            self.pen.fail("malformed", f"sent an event of more than {limit} bytes; see Limits.event_bytes")
        elif not self.pen.completed:
            self.pen.fail("malformed", f"sent what is not in its framing: {error}")

    def _parser_broke(self, error: Exception) -> None:
        """A parser's own mistake ends the stream, named; what came before is kept."""
        self.unreadable = True
        if isinstance(error, StreamError):
            self.pen.fail_as(error.info)
            return
        api = self.drive.plan.model.api
        log.debug("the parser of %s raised %s", api, type(error).__name__)
        words = f"sent what the parser of {api} fails on ({type(error).__name__}: {error}); report it to its author"
        self.pen.fail("malformed", words, retryable=False)  # it fails on the same again, and each try is paid for
