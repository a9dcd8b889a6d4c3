"""A source behind a circuit breaker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from headwater import Askable

from ._circuit import Permit
from ._course import Course, asking
from ._sources import AroundOne
from ._steps import Ask, Call, Refused, Steps

if TYPE_CHECKING:
    from ._breaker import Breaker


class Guarded(AroundOne):
    """A source behind a breaker: a source. Made by `Breaker.guard`."""

    def __init__(self, source: Askable, breaker: Breaker, key: str) -> None:
        self.source = source
        self.breaker = breaker
        self.key = key
        self.name: str = source.name

    def course(self, prompt: Any, arguments: dict[str, Any], *, sync: bool) -> Course:
        """The steps of one answer; raises what the source raises when it cannot be asked."""
        return _Behind(self, asking(self.source, prompt, arguments)(sync))


class _Behind(Course):
    """One answer from behind a breaker."""

    def __init__(self, guarded: Guarded, stream: Any) -> None:
        super().__init__(guarded.name)
        self._breaker = guarded.breaker
        self._key = guarded.key
        self._stream = stream
        self._permit: Permit | None = None
        self._outcome: Callable[[], None] | None = None

    def run(self) -> Steps:
        """Asks where the circuit lets pass, and tells the breaker how the opening went."""
        breaker, key = self._breaker, self._key
        yield from self._tell(self._enter)
        permit = self._permit
        if permit is None:
            yield from self.refuse((yield from self._tell(lambda: breaker.refusal(key))))
            return
        stream = yield Ask(lambda sync: self._stream)
        assert not isinstance(stream, Refused)
        self.show(stream)
        opened = yield from self.opening(stream)
        error = opened.error
        if error is None:
            self._outcome = lambda: breaker.succeeded(key, permit)
        else:
            self._outcome = lambda: breaker.failed(key, permit, error)
        yield from self._tell(self._outcome)
        self._permit = self._outcome = None
        yield from self.hand_out((yield from self.rest(stream, opened)))

    def left(self) -> Callable[[], None] | None:
        """A probe that was cancelled makes room for the next; what is known by then is still told."""
        permit = self._permit
        if self._outcome is not None:
            return self._outcome
        if permit is None or permit.probe is None:
            return None
        return lambda: self._breaker.forgone(self._key, permit)

    def _enter(self) -> None:
        """Keeps the permit by itself: who is cancelled while a store is asked must still give it back."""
        self._permit = self._breaker.permit(self._key)

    def _tell(self, function: Callable[[], Any]) -> Steps:
        if self._breaker.store.blocking:
            return (yield Call(function))
        return function()
