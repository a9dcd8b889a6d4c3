"""How long has been waited for an answer, and how long may be."""

from __future__ import annotations

from ._plan import Plan

END_WAIT = 2.0
"""Seconds to wait for the end of the bytes after the terminal signal."""


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
        return left if left > 0.0 else 0.0

    def why(self) -> str:
        """What to say of the model now that a deadline has passed."""
        if self._after_signal is not None:
            return "did not end its answer"
        if self._total is not None and self.left(self._total) <= 0.0:
            return f"was not done within {self._total:g} s; see Deadlines.total"
        limit = self._silence if self._seen_event else self._first
        if self._idle is not None and self._quiet < limit:
            return f"sent nothing for {self._idle:g} s; see Deadlines.idle"
        if self._seen_event:
            return f"sent no event for {limit:g} s; see Deadlines.silence"
        return f"sent no event within {limit:g} s; see Deadlines.first_event"
