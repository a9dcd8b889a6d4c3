"""The circuit against an independent model, and a fleet of processes over one store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from resilience_redis import redis_server

from headwater import RequestError, make_error
from headwater_resilience import Breaker, Circuit, MemoryStore, Permit, Store
from headwater_resilience.redis import RedisStore

FAILURES, WINDOW, RECOVERY, SUCCESSES, PROBE = 3, 10, 20, 2, 15
SERVER = make_error("server", "broke")


class Model:
    """What a breaker has to do, told in another way: a list of what happened, and what follows from it."""

    def __init__(self) -> None:
        self.state = "closed"
        self.failed: list[int] = []
        self.since = 0
        self.probe: tuple[object, int] | None = None
        self.good = 0
        self.round = 0

    def may_pass(self, now: int) -> bool:
        if self.state == "closed":
            return True
        if self.state == "open" and now - self.since < RECOVERY:
            return False
        return self.state == "open" or self.probe is None or now - self.probe[1] >= PROBE

    def passes(self, token: object, now: int) -> None:
        if self.state == "open":
            self.state, self.good = "half_open", 0
        if self.state == "half_open":
            self.probe = (token, now)

    def ends(self, token: object, rounds: int, now: int, *, well: bool | None) -> None:
        if self.probe is not None and self.probe[0] is token:
            self.probe = None
            if well is True:
                self.good += 1
                if self.good == SUCCESSES:
                    self.state, self.failed, self.round = "closed", [], self.round + 1
            elif well is False:
                self.opens(now)
        elif self.state == "closed" and rounds == self.round and well is False:
            self.failed.append(now)
            if sum(now - at < WINDOW for at in self.failed) >= FAILURES:
                self.opens(now)

    def opens(self, now: int) -> None:
        self.state, self.since, self.probe, self.round = "open", now, None, self.round + 1


class BreakerMachine(RuleBasedStateMachine):
    """Asks, ends and waits in any order."""

    permits = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000
        self.model = Model()
        self.counts = {True: 0, False: 0}
        self.breaker = Breaker(
            failures=FAILURES,
            window=WINDOW,
            recovery=RECOVERY,
            successes=SUCCESSES,
            probe_timeout=PROBE,
            clock=lambda: float(self.now),
        )

    @rule(target=permits)
    def ask(self) -> Any:
        permit = self.breaker.permit("k")
        assert (permit is not None) == self.model.may_pass(self.now)
        if permit is None:
            return None
        token = object()
        self.model.passes(token, self.now)
        return permit, token, self.model.round

    @rule(asked=consumes(permits), well=st.sampled_from([True, False, None]))
    def end(self, asked: Any, well: bool | None) -> None:
        if asked is None:
            return
        permit, token, rounds = asked
        if well is None:
            self.breaker.forgone("k", permit)
        elif well:
            self.breaker.succeeded("k", permit)
        else:
            self.breaker.failed("k", permit, SERVER)
        if well is not None:
            self.counts[well] += 1
        self.model.ends(token, rounds, self.now, well=well)

    @rule(seconds=st.integers(1, 25))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def reset(self) -> None:
        self.breaker.reset("k")
        rounds = self.model.round
        self.model = Model()
        self.model.round = rounds + 1_000_000  # what was let pass before is history
        self.counts = {True: 0, False: 0}

    @invariant()
    def agree(self) -> None:
        metrics = self.breaker.metrics("k")
        assert metrics.state == self.model.state
        assert (metrics.success_count, metrics.failure_count) == (self.counts[True], self.counts[False])


TestBreakerAgainstItsModel = BreakerMachine.TestCase
TestBreakerAgainstItsModel.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)


# -- a fleet


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server for this module."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


class Fleet:
    """Many processes, each with a breaker of its own over one store, and one clock."""

    def __init__(self, stores: list[Store], size: int = 20) -> None:
        self.now = 1_000_000.0
        self.breakers = [Breaker(store=stores[number % len(stores)], clock=lambda: self.now) for number in range(size)]

    def fail(self, times: int, kind: Any = "server") -> None:
        for number in range(times):
            breaker = self.breakers[number % len(self.breakers)]
            breaker.failed("p", breaker.enter("p"), make_error(kind, "broke"))

    def passing(self) -> list[tuple[Breaker, Permit]]:
        found = [(breaker, breaker.permit("p")) for breaker in self.breakers]
        return [(breaker, permit) for breaker, permit in found if permit is not None]

    @property
    def states(self) -> set[str]:
        return {breaker.metrics("p").state for breaker in self.breakers}


@pytest.fixture(params=["memory", "redis"])
def fleet(request: pytest.FixtureRequest) -> Iterator[Fleet]:
    """A fleet over memory, and one whose processes each have a client of Redis."""
    if request.param == "memory":
        yield Fleet([MemoryStore()])
        return
    url = request.getfixturevalue("redis_url")
    stores = [RedisStore.from_url(url) for _ in range(4)]
    fleet = Fleet(list(stores))
    fleet.breakers[0].reset("p")
    yield fleet
    for store in stores:
        store.close()


def test_one_partial_failure_does_not_open_it(fleet: Fleet) -> None:
    """An answer that began and broke is a success; one failed opening is not enough."""
    for breaker, permit in fleet.passing():
        breaker.succeeded("p", permit)
    fleet.fail(1)
    assert (fleet.states, len(fleet.passing())) == ({"closed"}, 20)


def test_failed_openings_anywhere_open_it_everywhere(fleet: Fleet) -> None:
    """Ten processes fail once each; the fifth failure opens it for all twenty."""
    permits = fleet.passing()[:10]
    for breaker, permit in permits:
        breaker.failed("p", permit, SERVER)
    assert (fleet.states, fleet.passing()) == ({"open"}, [])
    assert fleet.breakers[-1].metrics("p").failure_count == 10


def test_recovery_sends_one_probe_at_a_time(fleet: Fleet) -> None:
    """Of twenty that ask at once, one passes; after two that went well, all do."""
    fleet.fail(5)
    fleet.now += 60.0
    for _ in range(2):
        ((breaker, permit),) = fleet.passing()
        assert fleet.passing() == []
        breaker.succeeded("p", permit)
    assert (fleet.states, len(fleet.passing())) == ({"closed"}, 20)


def test_a_probe_whose_process_died_gives_way(fleet: Fleet) -> None:
    """After its time another may try."""
    fleet.fail(5)
    fleet.now += 60.0
    fleet.passing()
    fleet.now += 120.0
    assert len(fleet.passing()) == 1


def test_processes_that_write_at_once_lose_nothing(fleet: Fleet) -> None:
    """Four threads fail and succeed against one key: every outcome is counted."""
    fleet.breakers = [Breaker(failures=10_000, store=breaker.store) for breaker in fleet.breakers[:4]]

    def work(breaker: Breaker) -> None:
        for _ in range(25):
            breaker.failed("p", breaker.enter("p"), SERVER)
            breaker.succeeded("p", breaker.enter("p"))

    threads = [threading.Thread(target=work, args=(breaker,)) for breaker in fleet.breakers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics = fleet.breakers[0].metrics("p")
    assert (metrics.failure_count, metrics.success_count) == (100, 100)


def test_a_circuit_survives_json_and_newer_fields(redis_url: str) -> None:
    """What a newer version adds is passed over."""
    store = RedisStore.from_url(redis_url)
    circuit = Circuit("open", (1.0, 2.0), 2.0, turn=3, failure_count=5, last_failure=2.0)
    assert store.replace("j", None, circuit)
    store._client.set("headwater:circuit:n", b'{"phase": "open", "newer": 1}')
    found = (store.load("j"), store.load("n"))
    store.close()
    assert found == (circuit, Circuit("open"))


def test_a_redis_that_is_away_spares_the_request() -> None:
    """Nobody is refused because a store is down."""
    breaker = Breaker(failures=1, store=RedisStore.from_url("redis://127.0.0.1:9/0"))
    breaker.failed("p", breaker.enter("p"), SERVER)
    assert breaker.permit("p") is not None


@pytest.mark.parametrize("url", ["http://127.0.0.1", "redis://127.0.0.1:port/0"])
def test_an_endpoint_that_is_no_redis_is_refused(url: str) -> None:
    """At construction, with what to write."""
    with pytest.raises(RequestError, match="redis://host:port/0"):
        RedisStore.from_url(url)
