"""How long has been waited for an answer, how long may be, and when it is asked for again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._assembly import Assembly
from ._plan import LONGEST, Plan
from .errors import Kind

END_WAIT = 2.0
"""Seconds to wait for the end of the bytes after the terminal signal."""

LOST: frozenset[Kind] = frozenset({"network", "truncated", "malformed"})
"""How a connection is lost, as against ended from this side."""

RESUMPTIONS = 5
"""How often in a row an answer is taken up again without anything new having come."""


class Waiting:
    """The time limits of one request; only time spent waiting counts, but for `total`."""

    def __init__(self, plan: Plan) -> None:
        limits, capabilities = plan.deadlines, plan.capabilities
        self._first = capabilities.first_event_timeout if limits.first_event is None else limits.first_event
        self._silence = capabilities.silence_timeout if limits.silence is None else limits.silence
        self._idle = limits.idle
        self._total = limits.total
        self._clock = plan.clock
        self._began = plan.clock()
        self.begin_attempt()

    def begin_attempt(self) -> None:
        """Another attempt: its first event is awaited anew."""
        self._seen_event = False
        self._quiet = 0.0
        self._after_signal: float | None = None

    def event_came(self) -> None:
        """Something was handed out."""
        self._seen_event = True
        self._quiet = 0.0

    def waited(self, seconds: float) -> None:
        """That much was spent waiting."""
        self._quiet += seconds
        if self._after_signal is not None:
            self._after_signal += seconds

    def left(self, limit: float) -> float:
        """Seconds left of `limit` and of the total since the request began, in wall time."""
        passed = self._clock() - self._began
        return min(limit, limit if self._total is None else self._total) - passed

    @property
    def all_passed(self) -> bool:
        """Whether the total time is over."""
        return self._total is not None and self.left(self._total) <= 0.0

    def nearest(self, *, completed: bool) -> float:
        """Seconds until the nearest deadline."""
        if completed:
            self._after_signal = self._after_signal or 0.0
            return max(END_WAIT - self._after_signal, 0.0)
        left = (self._silence if self._seen_event else self._first) - self._quiet
        if self._idle is not None and self._idle < left:
            left = self._idle
        if self._total is not None:
            left = min(left, self.left(self._total))
        return min(left, LONGEST) if left > 0.0 else 0.0

    def why(self) -> str:
        """What to say of the model now that a deadline has passed."""
        if self._after_signal is not None:
            return "did not end its answer"
        if self._total is not None and self.all_passed:
            return f"was not done within {self._total:g} s; see Deadlines.total"
        limit = self._silence if self._seen_event else self._first
        if self._idle is not None and self._quiet < limit:
            return f"sent nothing for {self._idle:g} s; see Deadlines.idle"
        if self._seen_event:
            return f"sent no event for {limit:g} s; see Deadlines.silence"
        return f"sent no event within {limit:g} s; see Deadlines.first_event"


class Resuming:
    """When to take up again an answer that is made in the background."""

    def __init__(self) -> None:
        self._seen: Mapping[str, Any] | None = None
        self._tries = 0

    def delay(self, pen: Assembly, lost: Kind | None) -> float | None:
        """Seconds to wait before the next connection, None when there is none; `lost` is how the last one ended.

        At once when something new came over it, later and later while nothing does.
        """
        if pen.resume_at is None or pen.completed or pen.error is not None or not (lost is None or lost in LOST):
            return None
        if lost is None and pen.again_in is not None:
            self._tries = 0
            return pen.again_in
        if pen.resume_at != self._seen:
            self._seen, self._tries = pen.resume_at, 0
        if self._tries == RESUMPTIONS:
            return None
        self._tries += 1
        return 0.0 if self._tries == 1 else 2.0 ** (self._tries - 2)
