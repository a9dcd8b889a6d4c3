"""The steps by which a composed answer comes about: what is to be done next, as data.

A course (see `_course`) yields them and is sent what came of each; an event among them is to be
handed out. Async and sync streams are thin runners of the same course, so that what may be asked
again, and when, is decided in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from attrs import frozen

from headwater import (
    ErrorInfo,
    Event,
    Kind,
    MissingKey,
    ProviderError,
    ProviderNotFound,
    RequestError,
    UnknownModel,
    make_error,
)


@frozen
class Ask:
    """Have a stream made, and enter it. `make` is told whether to be sync. Answered with the stream, or `Refused`."""

    make: Callable[[bool], Any]


@frozen
class Next:
    """The next event of a stream. Answered with it, or None when there is none."""

    stream: Any


@frozen
class Pass:
    """Hand out a stream's events, showing each to `watch`. Answered with its `usage`, its last one, or None."""

    stream: Any
    watch: Callable[[Event], None] | None = None


@frozen
class Close:
    """Leave a stream."""

    stream: Any


@frozen
class Sleep:
    """Wait. Answered with True when somebody aborted."""

    seconds: float


@frozen
class Call:
    """Call what may block, such as a store over the network. Answered with what it gives."""

    function: Callable[[], Any]


@frozen
class Race:
    """Open a stream, and after `delay` seconds a second one against it; async only. Answered with `Raced`."""

    first: Any
    second: Callable[[bool], Any]
    delay: float
    helps: Callable[[ErrorInfo], bool]


@frozen
class Refused:
    """A source that could not be asked, and why."""

    error: Exception

    @property
    def info(self) -> ErrorInfo:
        """The same as the failure of an attempt."""
        kind: Kind = next(kind for raised, kind in _REFUSALS if isinstance(self.error, raised))
        return make_error(kind, str(self.error))


_REFUSALS: Sequence[tuple[type[Exception], Kind]] = (
    (MissingKey, "authentication"),
    (UnknownModel, "model_not_found"),
    (ProviderNotFound, "model_not_found"),
    (RequestError, "invalid_request"),
    (ProviderError, "unknown"),
    (Exception, "unknown"),
)
"""What it means that a source cannot be asked."""

REFUSALS = (RequestError, ProviderError)
"""What a source raises that cannot be asked."""

Step = Ask | Next | Pass | Close | Sleep | Call | Race | Event
Steps = Generator[Step, Any, Any]
