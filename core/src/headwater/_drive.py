"""What happens to one request, without doing it: a generator of commands.

`Drive.run` yields what is to be done next (open, read, sleep, call, close) and
is sent what came of it; a list of events is to be handed to the consumer. Async
and sync are thin runners of the same generator, so that retries, deadlines,
errors and endings are decided in one place and tested without a socket.

Rules. `start` is written once, before the first attempt. An attempt may be
thrown away until an event that opens a block or carries content was handed
out; each attempt has a fresh pen and parser. Time limits count the time spent
waiting, not the consumer's. After the protocol's terminal signal the end of the
bytes is awaited two seconds at most. The connection is closed before the last
event is handed out.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Generator, Mapping
from typing import Any, cast

from . import _events as events  # pyright: ignore[reportPrivateUsage]
from ._answering import Answering
from ._assembly import Assembly
from ._auth import Credentials, secrets_in
from ._classify import request_id_in
from ._grammar import COMMITTING
from ._json import DecodeError
from ._model import WireRequest, as_wire
from ._plan import (
    LONGEST,
    Attempt,
    Batch,
    Call,
    Called,
    Close,
    Command,
    Driver,
    Failed,
    Open,
    Opened,
    Plan,
    Read,
    Sleep,
    Timeouts,
)
from ._reading import Over, Pull, Reading, Steps
from ._waiting import Waiting
from .errors import ErrorParts, Kind, ProviderBroken, RequestError, StreamError
from .hookspecs import Answer, Blocking, Flow

log = logging.getLogger("headwater.stream")

ERROR_BODY_BYTES = 64 * 1024
"""How much of a refusal is read."""


class Drive:
    """One request on its way: the generator, and what can be seen of it from outside."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pen: Assembly = self._fresh_pen()
        self.attempts: list[Attempt] = []
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.waiting: Waiting = Waiting(plan)
        self._committed = False
        self._opened = False
        self._clean = True
        self._sent = False
        self._began = 0

    def run(self) -> Driver:
        """The commands of the whole request; ends after the terminal event was handed out."""
        yield [events.Start(self.pen, 0)]
        made = 0
        while True:
            made += 1
            self._began, self._sent, self.status, self.headers = made, False, None, {}
            try:
                yield from self._attempt()
            except Over:
                pass
            yield from self.close()
            self.pen.settle()
            delay = self._delay(made)
            self._note_attempt(made, delay)
            if delay is None:
                break
            yield [self._retrying(made, delay)]
            self.pen = self._fresh_pen()
            if isinstance((yield Sleep(delay)), Failed):
                self.pen.fail("aborted", "was aborted while waiting for another attempt")
                break
        self.pen.finish(clean=self._clean)
        yield self.pen.take()

    # -- one attempt

    def _attempt(self) -> Steps:
        plan = self.plan
        self._clean = True
        self.waiting.begin_attempt()
        wire = yield from self.prepared(plan.wire)
        with self._guarded():
            local = plan.answer_locally(wire)
            if local is not None:
                self._sent = True
                with contextlib.closing(Answering(self, local)) as answering:
                    yield from Reading(self, wire, answering.pull).run()
            else:
                yield from self._ask(wire)
                yield from Reading(self, wire, self.pull).run()

    @contextlib.contextmanager
    def _guarded(self) -> Generator[None]:
        """A plugin's own mistake, wherever it is called, ends the attempt and not the consumer's program."""
        try:
            yield
        except Over:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            log.debug("a plugin for %s raised %s", self.plan.model, type(error).__name__)
            fault = f"a plugin for it fails ({type(error).__name__}: {error}); report it to its author"
            said = str(error) if isinstance(error, ProviderBroken) else fault
            self.pen.fail("unknown", f"was not asked, or not understood: {said}")
            raise Over from None

    def _ask(self, wire: WireRequest) -> Steps:
        """Sends a request; gets past it only with a success."""
        yield from self.send(wire)
        if not 200 <= (self.status or 0) < 300:
            yield from self._refused()

    def begin(self, status: int, headers: Mapping[str, str], pull: Pull) -> Steps:
        """Status and headers of an answer made in this process; gets past it only with a success."""
        self.status, self.headers = status, {name.lower(): value for name, value in headers.items()}
        if not 200 <= status < 300:
            yield from self._refused(pull)

    def send(self, wire: WireRequest) -> Steps:
        """Sends a request with its credentials; comes back with status and headers."""
        credentials = yield from self._credentials(wire)
        self._hide((*credentials.secrets, *secrets_in(wire.headers)))
        yield from self._open(wire, credentials.headers)

    def ask_again(self, wire: WireRequest, delay: float) -> Steps:
        """Another connection for the same answer, in `delay` seconds."""
        yield from self.close()
        failed = yield Sleep(max(0.0, min(delay, self.waiting.left(LONGEST))))
        if isinstance(failed, Failed):
            raise self.failed(failed)
        self._clean = True
        self.waiting.begin_attempt()
        yield from self._ask((yield from self.prepared(wire)))

    @property
    def may_go_on(self) -> bool:
        """Whether the failure the pen was told of may pass, and there is time left for that."""
        error = self.pen.error
        return error is not None and error.retryable and not self.waiting.all_passed

    def prepared(self, wire: WireRequest) -> Generator[Command | Batch, Any, WireRequest]:
        """The request as it is sent, but for its credentials. What the caller's `on_request` raises is raised."""
        with self._guarded():
            flow = self.plan.prepare(wire)
            if flow is not None:
                wire = as_wire((yield from self.run_flow(flow)), "prepare")
        if self.plan.on_request is not None:
            wire = as_wire(self.plan.on_request(wire) or wire, "on_request")
        return wire

    def run_flow(self, flow: Flow, ask: Callable[[Any], Steps] | None = None) -> Steps:
        """Runs a flow: its requests through the same transport, its calls in a worker thread.

        `ask` gives the whole body of the answer to a request; otherwise it carries what the flow gave it.
        """
        answer: Any = None
        raised: BaseException | None = None
        while True:
            try:
                step = flow.send(answer) if raised is None else flow.throw(raised)
            except StopIteration as stop:
                return stop.value
            except Exception as error:  # noqa: BLE001 - a plugin's mistake must not break the stream
                self.not_asked(error)
                raise Over from None
            answer = raised = None
            if isinstance(step, Blocking):
                called = yield from self.call(step.call)
                answer, raised = called.value, called.error
                continue
            body: bytes = yield from (ask or self._ask_plainly)(step)
            yield from self.close()
            answer = Answer(self.status or 0, self.headers, body)

    def _ask_plainly(self, wire: WireRequest) -> Steps:
        yield from self._open(wire, {})
        return (yield from self.read_body())

    def call(self, function: Callable[[], Any], **details: Any) -> Generator[Command | Batch, Any, Called]:
        """What a function gave or raised, within the nearest deadline; `details` of the error where it was left."""
        began = self.plan.clock()
        result = yield Call(function, self.waiting.nearest(completed=self.pen.settled))
        self.waiting.waited(self.plan.clock() - began)
        if isinstance(result, Failed):
            raise self.failed(result, **details)
        return cast("Called", result)

    def not_asked(self, error: BaseException, *, answering: bool = False) -> None:
        """Writes into the pen why a request could not be made ready, or its answer not be made in this process."""
        if isinstance(error, StreamError):
            self.pen.fail_as(error.info)
        elif isinstance(error, RequestError):
            self.pen.fail("invalid_request", f"was not asked: {error}")
        elif answering:
            # a mistake of the function more often than not: asked again it would fail again, and work as long
            self.pen.fail("unknown", f"failed while it answered: {type(error).__name__}: {error}")
        else:
            self.pen.fail("authentication", f"was not asked: {type(error).__name__}: {error}")

    def _credentials(self, wire: WireRequest) -> Generator[Command | Batch, Any, Credentials]:
        key = self.plan.key
        if callable(key):
            called = yield from self.call(key)
            if called.error is not None:
                self.not_asked(called.error)
                raise Over
            key = called.value
        flow = self.plan.sign(wire, key)
        if flow is not None:
            return cast("Credentials", (yield from self.run_flow(flow)))
        try:
            return self.plan.credentials(wire, key)
        except RequestError as error:
            self.not_asked(error)
            raise Over from None

    def _open(self, wire: WireRequest, headers: Mapping[str, str]) -> Steps:
        wire = as_wire(wire, "a flow")
        timeout = self.waiting.nearest(completed=False)
        timeouts = Timeouts(connect=self.plan.deadlines.connect, headers=timeout)
        began = self.plan.clock()
        result = yield Open(wire, headers, timeouts, timeout)
        self.waiting.waited(self.plan.clock() - began)
        self._sent = self._sent or not isinstance(result, Failed) or result.sent
        if isinstance(result, Failed):
            self.status, self.headers = None, {}
            raise self.failed(result)
        self._opened = True
        opened = cast("Opened", result)
        self.status, self.headers = opened.status, opened.headers

    def _refused(self, pull: Pull | None = None) -> Steps:
        """The status is no success: what the body says of it."""
        status = self.status or 0
        if 300 <= status < 400:
            where = self.headers.get("location", "elsewhere")[:200]
            words = f"redirects to {where}; redirects are not followed, check the base URL"
            self.pen.fail("invalid_request", words, status=status)
        else:
            body = yield from self.read_body(ERROR_BODY_BYTES, cut_is_fine=True, pull=pull)
            self.pen.fail_with(body, status, self.headers, parts=self._parts(Answer(status, self.headers, body)))
        raise Over

    def _parts(self, answer: Answer) -> ErrorParts | None:
        """What a plugin reads in a refusal; one that fails on it must not hide the refusal."""
        try:
            return self.plan.parse_error(answer)
        except DecodeError:
            return None
        except Exception as error:  # noqa: BLE001 - see above
            log.warning(
                "parse_error of a plugin for %s raised %s; the refusal is read without it, report it to its author",
                self.plan.model,
                type(error.__cause__ or error).__name__,  # its words may be those of the answer
            )
            return None

    def read_body(
        self, limit: int | None = None, *, cut_is_fine: bool = False, pull: Pull | None = None
    ) -> Generator[Command | Batch, Any, bytes]:
        """The whole body, up to `limit` bytes (None: as many as an event may have); `pull`: where it is not HTTP."""
        limit = self.plan.limits.event_bytes if limit is None else limit
        parts: list[bytes] = []
        size = 0
        while size < limit:
            result = yield from (pull or self.pull)()
            if isinstance(result, Failed) and (result.kind == "aborted" or not cut_is_fine):
                raise self.failed(result)
            if result is None or isinstance(result, Failed):
                break
            parts.append(result)
            size += len(result)
        return b"".join(parts)[:limit]

    def pull(self) -> Generator[Command | Batch, Any, bytes | Failed | None]:
        """The next bytes over HTTP, within the nearest deadline."""
        clock, waiting = self.plan.clock, self.waiting
        began = clock()
        result = yield Read(waiting.nearest(completed=self.pen.settled))
        waiting.waited(clock() - began)
        return cast("bytes | Failed | None", result)

    # -- endings

    def failed(self, result: Failed, **details: Any) -> Exception:
        """Writes a failure into the pen, with `details` of the error; gives what to raise."""
        said: Mapping[Kind, str] = {
            "timeout": self.waiting.why(),
            "aborted": "was aborted",
            "malformed": f"broke the transfer: {result.message}",
            "truncated": f"broke off in the middle: {result.message}",
            "invalid_request": f"was not asked: {result.message}",
        }
        self._clean = False
        words = said.get(result.kind, f"could not be reached: {result.message}")
        self.pen.fail(result.kind, words, **details)
        return Over()

    @property
    def ended_cleanly(self) -> bool:
        """Whether the bytes of the current attempt ended as they should."""
        return self._clean

    def broke(self) -> None:
        """The bytes did not end as they should."""
        self._clean = False

    def hand_out(self) -> Batch:
        """What the pen has written; from content on, there is no other attempt."""
        batch = self.pen.take()
        if batch:
            self.waiting.event_came()
            if not self._committed:
                self._committed = any(event.type in COMMITTING for event in batch)
        return batch

    def close(self) -> Steps:
        """Ends the connection, if there is one."""
        if self._opened:
            self._opened = False
            yield Close(self.plan.deadlines.close)

    def _fresh_pen(self) -> Assembly:
        pen = self.plan.make_pen()
        pen.notes = tuple(self.plan.notes)
        return pen

    def _hide(self, secrets: tuple[str, ...]) -> None:
        """From now on, whatever fails is told without these."""
        self.pen.secrets = tuple(dict.fromkeys((*self.pen.secrets, *secrets)))

    def left(self) -> None:
        """The consumer left in the middle: the stream ends as aborted, and nothing is handed out any more."""
        if self.pen.final is not None:
            return
        self.pen.fail("aborted", "was left by its consumer")
        self._clean = False
        self.pen.finish(clean=False)
        self.pen.take()
        if self._began > len(self.attempts):
            self._note_attempt(self._began, None)

    def _note_attempt(self, number: int, delay: float | None) -> None:
        request_id = request_id_in(self.headers, secrets=self.pen.secrets)
        usage = self.pen.current_usage()
        attempt = Attempt(
            number,
            self.pen.error,
            delay or 0.0,
            self.status,
            request_id,
            str(self.plan.model),
            None if usage.provenance == "absent" else usage,
            free=not self._sent or (self.status or 0) >= 400,
        )
        self.attempts.append(attempt)

    def _retrying(self, number: int, delay: float) -> events.Event:
        error = self.pen.error
        assert error is not None
        data = {"attempt": number, "kind": error.kind, "message": error.message, "delay": delay}
        return events.Status("retrying", data, self.pen, 0)

    def _delay(self, made: int) -> float | None:
        """Seconds to wait before another attempt; None when there is none."""
        error, retry = self.pen.error, self.plan.retry
        if error is None or self._committed:
            return None
        if self.pen.resume_at is not None and not self.pen.completed:
            return None  # it is still being made: asked again, it would be made twice
        delay = retry.delay(error, made, self.plan.random)
        return None if delay is None or delay >= self.waiting.left(retry.max_total) else delay
