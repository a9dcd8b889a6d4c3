"""What a request needs before it is sent, and the commands by which it is driven.

Deadlines, retries and limits are what a caller may say; `Plan` is what the hub
makes of everything; commands are what the driver asks of its runner, async or
sync, and what comes back.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from ._assembly import Assembly
from ._auth import Credentials, Key
from ._events import Event
from ._messages import Note, Usage
from ._model import Capabilities, Model, WireRequest
from .errors import ErrorInfo, Kind
from .hookspecs import Flow, LocalAnswer, Parser

LONGEST = 1e6
"""Seconds that are as good as no limit, eleven days; sockets and locks take no number much larger, nor infinity."""


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
    first_delay: float = 1.0
    factor: float = 2.0
    max_delay: float = 30.0
    jitter: float = 0.1
    rate_limit_delay: float = 60.0
    max_wait: float = 120.0
    max_total: float = 180.0
    condition: Callable[[ErrorInfo, int], bool] | None = None

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
    """Call something that may block. Answered with `Called` or `Failed`."""

    function: Callable[[], Any]


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
    clock: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
