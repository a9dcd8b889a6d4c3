"""The state of a circuit breaker, and how it changes: pure functions of state, event and time.

    closed    --(failures within the window reach the threshold)-->  open
    open      --(recovery time is over, and somebody asks)-------->  half_open, with one probe
    half_open --(a probe opens; so many in a row)------------------>  closed
    half_open --(a probe fails)----------------------------------->  open

One probe at a time. A probe whose process died gives way after `probe_timeout`. An outcome that
comes from before the circuit opened is history: it is counted, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from attrs import evolve, frozen

Phase = Literal["closed", "open", "half_open"]


@frozen
class Thresholds:
    """When a circuit opens and closes; times in seconds (founding documents, D and E)."""

    failures: int = 5
    window: float = 60.0
    recovery: float = 60.0
    successes: int = 2
    probe_timeout: float = 120.0


@frozen
class Circuit:
    """What is known of one circuit. `recent` are the times of the failures that count, `opened_at` that of the opening.

    `probe` names the probe that is on its way since `probe_at`; `passed` are the probes that opened in a row.
    `turn` grows whenever the circuit opens or closes.
    """

    phase: Phase = "closed"
    recent: Sequence[float] = ()
    opened_at: float = 0.0
    probe: str | None = None
    probe_at: float = 0.0
    passed: int = 0
    turn: int = 0
    failure_count: int = 0
    success_count: int = 0
    last_failure: float | None = None
    last_success: float | None = None


NEW = Circuit()


@frozen
class Permit:
    """Leave to ask: given while `turn` held; `probe` names it when the circuit is being tried."""

    turn: int
    probe: str | None = None


def ask(circuit: Circuit, limits: Thresholds, now: float, mint: Callable[[], str]) -> tuple[Circuit, Permit | None]:
    """The circuit after somebody asked to pass, and the permit; None where it is open. `mint` names probes."""
    if circuit.phase == "closed":
        return circuit, Permit(circuit.turn)
    if circuit.phase == "open":
        if not _passed(circuit.opened_at, limits.recovery, now):
            return circuit, None
        circuit = evolve(circuit, phase="half_open", passed=0, probe=None)
    if circuit.probe is not None and not _passed(circuit.probe_at, limits.probe_timeout, now):
        return circuit, None
    name = mint()
    return evolve(circuit, probe=name, probe_at=now), Permit(circuit.turn, name)


def succeed(circuit: Circuit, limits: Thresholds, now: float, permit: Permit) -> Circuit:
    """The circuit after an opening that went well."""
    circuit = evolve(circuit, success_count=circuit.success_count + 1, last_success=now)
    if not _is_probe(circuit, permit):
        return circuit
    passed = circuit.passed + 1
    if passed < limits.successes:
        return evolve(circuit, passed=passed, probe=None)
    return evolve(circuit, phase="closed", recent=(), probe=None, passed=0, turn=circuit.turn + 1)


def fail(circuit: Circuit, limits: Thresholds, now: float, permit: Permit) -> Circuit:
    """The circuit after an opening that failed."""
    circuit = evolve(circuit, failure_count=circuit.failure_count + 1, last_failure=now)
    if _is_probe(circuit, permit):
        return _opened(circuit, now, (*in_window(circuit, limits, now), now))
    if circuit.phase != "closed" or permit.turn != circuit.turn:
        return circuit
    recent = (*in_window(circuit, limits, now), now)
    return _opened(circuit, now, recent) if len(recent) >= limits.failures else evolve(circuit, recent=recent)


def forgo(circuit: Circuit, permit: Permit) -> Circuit:
    """The circuit after an opening of which nothing is known: it was cancelled, or failed by the caller's doing."""
    return evolve(circuit, probe=None) if _is_probe(circuit, permit) else circuit


def in_window(circuit: Circuit, limits: Thresholds, now: float) -> tuple[float, ...]:
    """The failures that still count."""
    return tuple(time for time in circuit.recent if not _passed(time, limits.window, now))


def wait(circuit: Circuit, limits: Thresholds, now: float) -> float:
    """Seconds until the next probe is let through, as far as is known."""
    if circuit.phase == "closed":
        return 0.0
    since, limit = (circuit.opened_at, limits.recovery)
    if circuit.phase == "half_open":
        if circuit.probe is None:
            return 0.0
        since, limit = circuit.probe_at, limits.probe_timeout
    return max(since + limit - now, 0.0)


def _is_probe(circuit: Circuit, permit: Permit) -> bool:
    return circuit.phase == "half_open" and permit.probe is not None and permit.probe == circuit.probe


def _opened(circuit: Circuit, now: float, recent: Sequence[float]) -> Circuit:
    kept = tuple(recent)
    return evolve(circuit, phase="open", opened_at=now, recent=kept, probe=None, passed=0, turn=circuit.turn + 1)


def _passed(since: float, limit: float, now: float) -> bool:
    """Whether `limit` seconds are over; also when the clock was set back so far that they would never be."""
    return now - since >= limit or since - now > limit
