"""A circuit breaker: stops asking who fails again and again, and finds out gently when that is over.

It looks at the opening of streams only. An answer that began is a success, whatever becomes of it.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from attrs import frozen

from headwater import Askable, CircuitOpen, ErrorInfo, Kind, RequestError, make_error

from ._circuit import NEW, Circuit, Permit, Phase, Thresholds, ask, fail, forgo, in_window, succeed, wait
from ._guard import Guarded
from ._numbers import is_number
from ._sources import as_source
from ._store import MemoryStore, Store
from ._tables import COUNTED, changed

log = logging.getLogger("headwater.resilience")

TRIES = 50
"""How often a change is tried that others are faster with."""

UNSEEN = Permit(-1)
"""The permit of a breaker whose store fails: everybody passes, nothing is counted."""

Result = TypeVar("Result")


@frozen
class Metrics:
    """What is known of one circuit: counts since it is kept, times in seconds since the epoch."""

    state: Phase
    failure_count: int
    success_count: int
    last_failure: float | None
    last_success: float | None
    failures_in_window: int


class Breaker:
    """Circuits by key (a provider's name, or any), with thresholds and a store.

    Opens after `failures` failed openings within `window` seconds; after `recovery` seconds lets one probe
    through at a time; closes after `successes` probes in a row that opened; opens again when one fails.
    `also` and `never` change the table of kinds that count (`COUNTED`). `clock` gives seconds since the epoch.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        window: float = 60.0,
        recovery: float = 60.0,
        successes: int = 2,
        probe_timeout: float = 120.0,
        also: Iterable[Kind] = (),
        never: Iterable[Kind] = (),
        store: Store | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limits: Thresholds = _checked(Thresholds(failures, window, recovery, successes, probe_timeout))
        self.store: Store = _checked_store(MemoryStore() if store is None else store)
        self._counted = changed(COUNTED, also, never, "Breaker")
        self._clock = clock

    # -- around a source

    def guard(self, source: Askable | str, key: str | None = None) -> Guarded:
        """The source behind this breaker: asked while its circuit lets pass, else `start, error(circuit_open)`.

        `key` names the circuit; without it, that is the provider of a bound model, or the source's name.
        """
        source = as_source(source, "Breaker.guard")
        if key is None:
            model: Any = getattr(source, "model", None)
            key = str(getattr(model, "provider", source.name))
        if not isinstance(key, str) or not key.strip():  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RequestError(f"Breaker.guard: key={key!r:.40} is no name; name the circuit: key='openai'")
        return Guarded(source, self, key)

    # -- for those who open something else

    def enter(self, key: str) -> Permit:
        """Leave to try; raises `CircuitOpen`. Give the permit back with `succeeded`, `failed` or `forgone`."""
        permit = self.permit(key)
        if permit is None:
            raise CircuitOpen(self.refusal(key))
        return permit

    def permit(self, key: str) -> Permit | None:
        """Leave to try, or None where the circuit is open. Never raises for the store's failure."""
        try:
            circuit = self.store.load(key)
            if circuit is None or circuit.phase == "closed":
                return Permit(0 if circuit is None else circuit.turn)
            return self._change(key, lambda circuit, now: ask(circuit, self.limits, now, _mint))
        except Exception as error:  # noqa: BLE001 - see Store
            _spared(key, error)
            return UNSEEN

    def succeeded(self, key: str, permit: Permit) -> None:
        """What was tried has begun."""
        self._settle(key, permit, lambda circuit, now: succeed(circuit, self.limits, now, permit))

    def failed(self, key: str, permit: Permit, error: ErrorInfo | None = None) -> None:
        """What was tried did not begin; an error of a kind that does not count is as good as forgone."""
        if error is not None and error.kind not in self._counted:
            self.forgone(key, permit)
        else:
            self._settle(key, permit, lambda circuit, now: fail(circuit, self.limits, now, permit))

    def forgone(self, key: str, permit: Permit) -> None:
        """Nothing is known of what was tried."""
        if permit.probe is not None:
            self._settle(key, permit, lambda circuit, now: forgo(circuit, permit))

    # -- to look at, and to set back

    def metrics(self, key: str) -> Metrics:
        """The circuit of that key as it stands; raises what the store raises."""
        circuit = self.store.load(key) or NEW
        return Metrics(
            circuit.phase,
            circuit.failure_count,
            circuit.success_count,
            circuit.last_failure,
            circuit.last_success,
            len(in_window(circuit, self.limits, self._clock())),
        )

    def reset(self, key: str) -> None:
        """Closes the circuit of that key with its counts at zero; raises what the store raises.

        What was let pass before is history: how it ends changes nothing.
        """
        self._change(key, lambda circuit, now: (Circuit(turn=circuit.turn + 1), None))

    def refusal(self, key: str) -> ErrorInfo:
        """The error of who is not let pass, with the seconds after which another try makes sense."""
        try:
            seconds = wait(self.store.load(key) or NEW, self.limits, self._clock())
        except Exception as error:  # noqa: BLE001 - see Store
            _spared(key, error)
            seconds = self.limits.recovery
        words = (
            f"the circuit {key!r} is open after {self.limits.failures} failures; it is tried again in {seconds:.0f} s"
        )
        return make_error(
            "circuit_open", f"{words}, or after Breaker.reset({key!r})", retryable=True, retry_after=seconds
        )

    # -- inside

    def _settle(self, key: str, permit: Permit, change: Callable[[Circuit, float], Circuit]) -> None:
        if permit is UNSEEN:
            return
        try:
            self._change(key, lambda circuit, now: (change(circuit, now), None))
        except Exception as error:  # noqa: BLE001 - see Store
            _spared(key, error)

    def _change(self, key: str, change: Callable[[Circuit, float], tuple[Circuit, Result]]) -> Result:
        """Changes a circuit, from what it is at that moment; raises when others are faster again and again."""
        for _ in range(TRIES):
            old = self.store.load(key)
            circuit = old or NEW
            new, result = change(circuit, self._clock())
            if new is circuit or self.store.replace(key, old, new):
                return result
        raise RuntimeError(f"the circuit {key!r} was changed by others {TRIES} times in a row")


def _mint() -> str:
    return secrets.token_hex(8)


def _spared(key: str, error: Exception) -> None:
    log.warning("the store of circuit %r fails (%s: %s); requests pass uncounted", key, type(error).__name__, error)


def _checked_store(store: Any) -> Store:
    if not all(hasattr(store, name) for name in ("load", "replace", "blocking")):
        raise RequestError(f"Breaker: {store!r:.80} is no store; give MemoryStore() or RedisStore.from_url(...)")
    return store


def _checked(limits: Thresholds) -> Thresholds:
    for name in ("failures", "successes"):
        value = getattr(limits, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise RequestError(f"Breaker: {name}={value!r} would never be reached; give a whole number of 1 or more")
    for name in ("window", "recovery", "probe_timeout"):
        value = getattr(limits, name)
        if not is_number(value) or value <= 0:
            raise RequestError(f"Breaker: {name}={value!r} is no time to wait; give seconds above 0")
    return limits
