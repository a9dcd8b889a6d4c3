"""What a request needs before it is sent, and the commands by which it is driven.

Deadlines, retries and limits are what a caller may say; `Plan` is what the hub
makes of everything; commands are what the driver asks of its runner, async or
sync, and what comes back.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from attrs import define, field, frozen

from ._assembly import Assembly
from ._auth import Credentials, Key
from ._events import Event
from ._messages import Note, Usage
from ._model import Capabilities, Model, WireRequest
from .errors import ErrorInfo, ErrorParts, Kind, RequestError
from .hookspecs import Answer, Flow, LocalAnswer, Parser

LONGEST = 1e6
"""Seconds that are as good as no limit, eleven days; sockets and locks take no number much larger, nor infinity."""

FIRST_DELAY = 1.0
"""Seconds before the second attempt; where nobody gave them, a lower `max_delay` takes their place."""


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _check_whole(whose: str, name: str, value: object) -> None:
    """Raises `RequestError` for what is no whole number of 1 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise RequestError(f"{whose}: {name}={value!r} is no number of that; give a whole number of 1 or more")


@frozen
class Deadlines:
    """Time limits in seconds; None: what the model's capabilities say, or no limit for `idle` and `total`.

    `first_event` until anything arrives that is an event, `silence` between events
    (comments and pings do not count), `idle` without any bytes, `total` in wall time,
    `connect` for the connection, `close` for closing it.
    """

    connect: float = 10.0
    first_event: float | None = None
    silence: float | None = None
    idle: float | None = None
    total: float | None = None
    close: float = 1.0

    def __attrs_post_init__(self) -> None:
        for name in ("connect", "first_event", "silence", "idle", "total", "close"):
            value: Any = getattr(self, name)
            if value is None and name not in ("connect", "close"):
                continue
            if not _is_number(value) or value < 0:
                fix = "give seconds of 0 or more, math.inf for no limit"
                raise RequestError(f"Deadlines: {name}={value!r} is no time; {fix}")


@frozen
class Retry:
    """When a request is sent again, before any content came.

    `attempts` in all; delays in seconds grow from `first_delay` by `factor` up to
    `max_delay`, with `jitter` as a fraction. The provider's own `retry-after` wins, up
    to `max_wait`. A rate limit without a hint waits `rate_limit_delay`. No attempt begins
    after `max_total` seconds. `condition` may decide otherwise: it sees the error and the
    number of attempts made; what it raises is raised where the stream is read.
    """

    attempts: int = 3
    first_delay: float = FIRST_DELAY
    factor: float = 2.0
    max_delay: float = 30.0
    jitter: float = 0.1
    rate_limit_delay: float = 60.0
    max_wait: float = 120.0
    max_total: float = 180.0
    condition: Callable[[ErrorInfo, int], bool] | None = None

    def __attrs_post_init__(self) -> None:
        _check_whole("Retry", "attempts", self.attempts)
        for name in ("first_delay", "max_delay", "rate_limit_delay", "max_wait", "max_total"):
            value: Any = getattr(self, name)
            if not _is_number(value) or value < 0:
                raise RequestError(f"Retry: {name}={value!r} is no time; give seconds of 0 or more")
        for name, least in (("factor", 1), ("jitter", 0)):
            value = getattr(self, name)
            if not _is_number(value) or not least <= value < math.inf:
                raise RequestError(f"Retry: {name}={value!r} makes no delay; give a number of {least} or more")
        if self.first_delay > self.max_delay and self.first_delay != FIRST_DELAY:
            raise RequestError(
                f"Retry: first_delay={self.first_delay} is above max_delay={self.max_delay}; "
                f"give max_delay={self.first_delay} as well, or less of a first delay"
            )
        if self.condition is not None and not callable(self.condition):  # pyright: ignore[reportUnnecessaryComparison]
            raise RequestError(f"Retry: condition={self.condition!r:.80} cannot be called; give a function, or nothing")

    def delay(self, error: ErrorInfo, made: int, chance: Callable[[], float] = random.random) -> float | None:
        """Seconds to wait after `made` attempts, of which the last ended in `error`; None: there is no other.

        `chance` gives a number from 0 to 1 for the jitter. Knows nothing of `max_total`.
        """
        if made >= self.attempts or error.kind in ("aborted", "circuit_open"):
            return None
        if not (error.retryable if self.condition is None else self.condition(error, made)):
            return None
        if error.retry_after is None:
            return max(0.0, self._backoff(made, error.kind, chance))
        return None if error.retry_after > self.max_wait else max(0.0, error.retry_after)

    def _backoff(self, made: int, kind: Kind, chance: Callable[[], float]) -> float:
        if kind == "rate_limit":
            return self.rate_limit_delay
        delay = min(self.first_delay, self.max_delay)
        for _ in range(made - 1):
            delay = min(delay * self.factor, self.max_delay)
        return delay * (1 + self.jitter * (2 * chance() - 1))


NO_RETRY = Retry(attempts=1)


@frozen
class Limits:
    """Sizes in bytes: of one event on the wire, and of a whole answer."""

    event_bytes: int = 32 * 2**20
    answer_bytes: int = 512 * 2**20

    def __attrs_post_init__(self) -> None:
        _check_whole("Limits", "event_bytes", self.event_bytes)
        _check_whole("Limits", "answer_bytes", self.answer_bytes)


Setting = TypeVar("Setting", Deadlines, Retry, Limits)


def setting(name: str, given: Setting | None, default: Setting) -> Setting:
    """What was given, or the default; raises `RequestError` for what is of another type."""
    if given is None:
        return default
    if not isinstance(given, type(default)):  # pyright: ignore[reportUnnecessaryIsInstance] - for the untyped
        raise RequestError(f"{name}={given!r:.80} is no {type(default).__name__}; give {EXAMPLES[name]}")
    return given


EXAMPLES: Mapping[str, str] = {
    "retry": "Retry(attempts=3), NO_RETRY for a single attempt",
    "deadlines": "Deadlines(total=60.0)",
    "limits": "Limits(answer_bytes=1_000_000)",
}


@frozen
class Attempt:
    """One try: its number, how it failed (None: it did not), and the seconds waited after it.

    `model` is the name of who was asked. `usage` is what the provider counted, None where it said
    nothing. `free` is True where nobody can be billed: no connection was made, or a status refused.
    """

    number: int
    error: ErrorInfo | None = None
    waited: float = 0.0
    status: int | None = None
    request_id: str | None = None
    model: str = ""
    usage: Usage | None = None
    free: bool = False


# -- commands, and what a runner sends back


@frozen
class Timeouts:
    """Seconds for connecting, for sending, and for the first bytes of the answer; None: no limit."""

    connect: float | None = 10.0
    write: float | None = 60.0
    headers: float | None = None


@frozen
class Open:
    """Send this request. Answered with `Opened` or `Failed`."""

    wire: WireRequest
    headers: Mapping[str, str] = field(repr=False)
    timeouts: Timeouts
    timeout: float | None


@define
class Read:
    """The next bytes of the answer. Answered with bytes, None at the end, or `Failed`."""

    timeout: float | None


@frozen
class Sleep:
    """Wait (0: only let others run). Answered with None or `Failed` when aborted."""

    seconds: float


@frozen
class Call:
    """Call something that may block. Answered with `Called` or `Failed`; what is not waited for any more runs on."""

    function: Callable[[], Any]
    timeout: float | None = None


@frozen
class Close:
    """End the connection, in no more than this many seconds."""

    timeout: float


@frozen
class Opened:
    """The answer begins."""

    status: int
    headers: Mapping[str, str]


@frozen
class Called:
    """What a call gave back, or the exception it raised."""

    value: Any = None
    error: BaseException | None = None


@frozen
class Failed:
    """A command came to nothing: `timeout`, `aborted`, or a transport's failure; not `sent`: nobody was reached."""

    kind: Kind
    message: str
    sent: bool = True


Command = Open | Read | Sleep | Call | Close
Batch = list[Event]
Driver = Generator[Command | Batch, Any, None]


def no_signature(wire: WireRequest, key: Any) -> Flow | None:
    """What proves who asks where the provider has no way of its own: nothing, the key is shown."""
    return None


def no_resumption(position: Mapping[str, Any]) -> WireRequest | None:
    """What takes up an answer that cannot be: nothing."""


def no_parts(answer: Answer) -> ErrorParts | None:
    """What a refusal says in a shape of the service's own where no plugin reads one: nothing."""
    return None


@define
class Plan:
    """All that a request needs, settled before anything is sent."""

    model: Model
    wire: WireRequest
    capabilities: Capabilities
    make_parser: Callable[[Assembly], Parser]
    make_pen: Callable[[], Assembly]
    key: Key | None = field(repr=False)
    credentials: Callable[[WireRequest, Any], Credentials] = field(repr=False)
    prepare: Callable[[WireRequest], Flow | None]
    answer_locally: Callable[[WireRequest], LocalAnswer | None]
    on_request: Callable[[WireRequest], WireRequest | None] | None
    codes: Mapping[str, Kind]
    deadlines: Deadlines
    retry: Retry
    limits: Limits
    notes: Sequence[Note]
    raw: bool
    sign: Callable[[WireRequest, Any], Flow | None] = no_signature
    resume: Callable[[Mapping[str, Any]], WireRequest | None] = no_resumption
    parse_error: Callable[[Answer], ErrorParts | None] = no_parts
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
