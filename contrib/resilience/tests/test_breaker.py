"""The breaker around sources: what opens it, what does not, and what its consumer sees."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import anyio.to_thread
import pytest
from resilience_fake import HELLO, LIMIT, NOWHERE, bound, fake_hub, play, says

from headwater import CircuitOpen, RequestError
from headwater.errors import KINDS
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import COUNTED, Breaker, Circuit, MemoryStore, chain

BUSY = Reply(b'{"error": {"message": "full"}}', status=503)
PARTIAL = Reply(says({"text": "Hel"}, done=False), fault=Fault.reset(None))


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def answers(loopback: LoopbackServer, breaker: Breaker, form: str, *replies: Reply) -> list[Any]:
    """What comes of asking once for each reply, each from a new hub."""
    loopback.route("/a", *replies)
    outcomes: list[Any] = []
    for _ in replies:
        hub = fake_hub(loopback.url)
        outcomes.append(play(form, hub, breaker.guard(bound(hub, "a"))))
    return outcomes


def test_failed_openings_open_it(form: str, loopback: LoopbackServer) -> None:
    """After the last of them nobody is asked: start, error(circuit_open), with the seconds to wait."""
    breaker = Breaker(failures=2, clock=Clock())
    outcomes = answers(loopback, breaker, form, BUSY, BUSY, BUSY)
    assert [outcome.kind for outcome in outcomes] == ["overloaded", "overloaded", "circuit_open"]
    error = outcomes[-1].message.error
    assert (outcomes[-1].types, len(loopback.requests), error.retry_after) == (["start", "error"], 2, 60.0)
    assert breaker.metrics("fake").state == "open"


def test_a_partly_delivered_answer_is_a_success(form: str, loopback: LoopbackServer) -> None:
    """It opened; what became of it says nothing of the opening."""
    breaker = Breaker(failures=1, clock=Clock())
    outcomes = answers(loopback, breaker, form, PARTIAL, PARTIAL)
    metrics = breaker.metrics("fake")
    assert [outcome.kind for outcome in outcomes] == ["network", "network"]
    assert (metrics.state, metrics.success_count, metrics.failure_count) == ("closed", 2, 0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_what_says_nothing_of_the_provider_does_not_count(status: int, loopback: LoopbackServer) -> None:
    """A wrong request, a wrong key or a limit of the account."""
    breaker = Breaker(failures=1, clock=Clock())
    answers(loopback, breaker, "sync", Reply(b'{"error": {"message": "no"}}', status=status))
    assert (breaker.metrics("fake").state, breaker.metrics("fake").failure_count) == ("closed", 0)


def test_a_successful_probe_closes_it_again(form: str, loopback: LoopbackServer) -> None:
    """After the recovery time, two answers that open."""
    clock = Clock()
    breaker = Breaker(failures=1, clock=clock)
    answers(loopback, breaker, form, BUSY)
    clock.now += 60.0
    states = []
    for _ in range(2):
        answers(loopback, breaker, form, Reply(HELLO))
        states.append(breaker.metrics("fake").state)
    assert states == ["half_open", "closed"]


def test_a_failed_probe_opens_it_again(loopback: LoopbackServer) -> None:
    """And the recovery time begins anew."""
    clock = Clock()
    breaker = Breaker(failures=1, clock=clock)
    answers(loopback, breaker, "sync", BUSY)
    clock.now += 60.0
    answers(loopback, breaker, "sync", BUSY)
    clock.now += 59.0
    (refused,) = answers(loopback, breaker, "sync", Reply(HELLO))
    assert (refused.kind, refused.message.error.retry_after) == ("circuit_open", 1.0)


@pytest.mark.anyio
async def test_one_probe_at_a_time_and_a_cancelled_one_makes_room(loopback: LoopbackServer) -> None:
    """While a probe waits for its answer everybody else is refused; when it is cancelled, the next may try."""
    clock = Clock()
    breaker = Breaker(failures=1, clock=clock)
    breaker.failed("fake", breaker.enter("fake"))
    clock.now += 60.0
    arrived = threading.Event()
    loopback.route("/a", Reply(HELLO, fault=Fault.stall(0, gate=lambda offset: arrived.set())))
    loopback.route("/b", Reply(HELLO))
    hub = fake_hub(loopback.url)
    slow, other = breaker.guard(bound(hub, "a")), breaker.guard(bound(hub, "b"))
    async with anyio.create_task_group() as group:
        group.start_soon(slow.stream("Hi").result)
        await anyio.to_thread.run_sync(arrived.wait, LIMIT)
        refused = await other.stream("Hi").result()
        group.cancel_scope.cancel()
    passed = await other.stream("Hi").result()
    await hub.aclose()
    assert refused.error is not None
    assert (refused.error.kind, passed.text) == ("circuit_open", "Hello")


def test_an_open_circuit_moves_a_chain_on(form: str, loopback: LoopbackServer) -> None:
    """The guarded model is not asked; the next one answers."""
    breaker = Breaker(failures=1)
    breaker.failed("fake", breaker.enter("fake"))
    loopback.route("/b", Reply(HELLO))
    hub = fake_hub(loopback.url)
    outcome = play(form, hub, chain(breaker.guard(bound(hub, "a")), bound(hub, "b")))
    assert (outcome.text, [request.path for request in loopback.requests]) == ("Hello", ["/b"])


def test_reset_and_enter_for_those_who_open_something_else() -> None:
    """By hand: refused while open, and after a reset as new."""
    breaker = Breaker(failures=1, clock=Clock())
    breaker.failed("queue", breaker.enter("queue"))
    with pytest.raises(CircuitOpen, match="reset"):
        breaker.enter("queue")
    breaker.reset("queue")
    breaker.succeeded("queue", breaker.enter("queue"))
    assert breaker.metrics("queue").success_count == 1


class BrokenStore(MemoryStore):
    """A store whose network is down."""

    blocking = True

    def load(self, key: str) -> Circuit | None:
        raise ConnectionError("no route to the store")


def test_a_store_that_raises_spares_the_stream(form: str, loopback: LoopbackServer) -> None:
    """Requests pass uncounted; the log says so."""
    (outcome,) = answers(loopback, Breaker(failures=1, store=BrokenStore()), form, Reply(HELLO))
    assert (outcome.text, outcome.kind) == ("Hello", None)


def test_the_table_names_every_kind() -> None:
    """No kind of error is left to chance."""
    assert set(COUNTED) == KINDS


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"failures": 0}, "1 or more"),
        ({"successes": 1.5}, "whole number"),
        ({"window": 0}, "seconds above 0"),
        ({"recovery": float("inf")}, "seconds above 0"),
        ({"also": ["aborted", "quota"], "never": ["quota"]}, "each kind once"),
    ],
)
def test_thresholds_that_contradict_are_refused(settings: dict[str, Any], words: str) -> None:
    """At construction, with the fix."""
    with pytest.raises(RequestError, match=words):
        Breaker(**settings)


def test_a_circuit_needs_a_name() -> None:
    """An empty key would join all circuits into one."""
    with pytest.raises(RequestError, match="name the circuit"):
        Breaker().guard(bound(fake_hub(NOWHERE), "a"), key=" ")
