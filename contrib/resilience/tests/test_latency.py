"""Latency as this process saw it: what counts, what a median is made of, and who asks for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from resilience_fake import HELLO, LIMIT, ONCE, QUICK, bound, fake_hub, play, says

from headwater import Deadlines, RequestError
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import Latencies, hedge


class Watch:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def passing(self, *seconds: float) -> Callable[[int], None]:
        """A pause of a server during which that much passes before piece 0, 1..."""

        def pause(index: int) -> None:
            self.now += seconds[index] if index < len(seconds) else 0.0

        return pause


def seen(*seconds: float) -> Latencies:
    """What a process knows that saw model `fake/a` take so long."""
    return Latencies(least=3, state={"fake/a": seconds})


def test_what_counts_is_the_wait_for_the_first_content(form: str, loopback: LoopbackServer) -> None:
    """An answer's beginning without content is not yet it."""
    clock = Watch()
    pieces = [says({"start": "r1"}, done=False), says({"text": "Hello"})]
    loopback.route("/a", Reply(pieces, pause=clock.passing(1.0, 0.5)))
    latencies = Latencies(clock=clock)
    hub = fake_hub(loopback.url)
    assert (play(form, hub, latencies.watch(bound(hub, "a"))).text, latencies.state()) == ("Hello", {"fake/a": [1.5]})


def test_the_time_of_the_consumer_and_what_follows_do_not_count(loopback: LoopbackServer) -> None:
    """It looks away between the start and the first content, and after that it is over."""
    clock = Watch()
    read = threading.Event()

    def pause(index: int) -> None:
        if index == 1:
            read.wait(LIMIT)
        clock.now += (1.0, 40.0)[index]

    loopback.route("/a", Reply([says({"text": "Hel"}, done=False), says({"text": "lo"})], pause=pause))
    latencies = Latencies(clock=clock)
    hub = fake_hub(loopback.url)
    with latencies.watch(bound(hub, "a")).stream_sync("Hi") as stream:
        assert next(stream).type == "start"
        clock.now += 1000.0
        assert next(stream).type == "text_start"
        read.set()
        assert stream.result().text == "Hello"
    hub.close()
    assert latencies.state() == {"fake/a": [1.0]}


def test_what_was_sent_again_is_one_opening(form: str, loopback: LoopbackServer) -> None:
    """Who asks waits for the refusal and for the answer."""
    clock = Watch()
    busy = Reply(b"busy", status=503, pause=clock.passing(2.0))
    loopback.route("/a", busy, Reply(HELLO, pause=clock.passing(1.0)))
    latencies = Latencies(clock=clock)
    hub = fake_hub(loopback.url, retry=QUICK)
    play(form, hub, latencies.watch(bound(hub, "a"), key="mine"))
    assert latencies.state() == {"mine": [3.0]}


@pytest.mark.parametrize(("waited", "kept"), [(0.5, []), (9.0, [9.0])])
def test_a_failed_opening_counts_where_it_was_slow(
    form: str, loopback: LoopbackServer, waited: float, kept: list[float]
) -> None:
    """A quick refusal says nothing of how fast the model is."""
    clock = Watch()
    loopback.route("/a", Reply(b"busy", status=503, pause=clock.passing(waited)))
    latencies = Latencies(clock=clock, least=1, state={"fake/a": [1.0]})
    hub = fake_hub(loopback.url, retry=ONCE)
    play(form, hub, latencies.watch(bound(hub, "a")))
    assert latencies.state() == {"fake/a": [1.0, *kept]}


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_a_hedge_waits_as_long_as_was_measured_and_its_loser_counts(loop: str, loopback: LoopbackServer) -> None:
    """Twice the median; who is cut short by it would have taken longer."""
    clock = Watch()
    loopback.route("/a", Reply(HELLO, fault=Fault.stall(0)))
    loopback.route("/b", Reply(HELLO, pause=clock.passing(0.5)))
    latencies = Latencies(clock=clock, least=3, state={"fake/a": [0.01, 0.02, 0.03]})
    hub = fake_hub(loopback.url)
    first = latencies.watch(bound(hub, "a"))
    pair = hedge(first, bound(hub, "b"), delay=lambda: latencies.slow_after("fake/a", most=LIMIT))
    (said,) = play(loop, hub, pair).said("hedged")
    assert (said["winner"], said["delay"], latencies.state()) == ("fake/b", 0.04, {"fake/a": [0.01, 0.02, 0.03, 0.5]})


def test_a_hedge_made_later_takes_what_was_measured() -> None:
    """The capabilities of what is watched name it."""
    hub = fake_hub()
    pair = hedge(seen(0.3, 0.5, 0.4).watch(bound(hub, "a")), bound(hub, "b"))
    assert pair.delay == pytest.approx(0.8)


def test_capabilities_are_those_of_the_model_and_the_median() -> None:
    """Where nothing was seen they say so."""
    hub = fake_hub()
    watched = [knows.watch(bound(hub, "repeat"), key="fake/a") for knows in (seen(0.3, 0.5, 0.4), seen(0.3))]
    assert [(one.capabilities.typical_latency_ms, one.capabilities.prefill) for one in watched] == [
        (400, "repeat"),
        (None, "repeat"),
    ]


def test_a_first_event_is_awaited_as_long_as_was_measured(form: str, loopback: LoopbackServer) -> None:
    """An adaptive deadline is a number like any other."""
    loopback.route("/a", Reply(HELLO, fault=Fault.stall(0)))
    hub = fake_hub(loopback.url)
    limit = seen(0.001, 0.002, 0.003).slow_after("fake/a", times=10, most=30)
    outcome = play(form, hub, bound(hub, "a"), deadlines=Deadlines(first_event=limit))
    assert outcome.message.error is not None
    assert "within 0.02 s" in outcome.message.error.message


def test_too_few_openings_make_no_median() -> None:
    """Then the most is waited, and no more than the most when there is one."""
    few, many = seen(1.0, 1.0), seen(1.0, 8.0, 9.0)
    assert [few.median("fake/a"), few.median("fake/b"), many.median("fake/a")] == [None, None, 8.0]
    assert [few.slow_after("fake/a", most=5.0), many.slow_after("fake/a", most=5.0)] == [5.0, 5.0]


def test_a_model_that_stalls_for_long_is_not_waited_for_longer_and_longer() -> None:
    """Cut short each time at what counts as slow, the lower bounds never lift it above the most."""
    latencies = seen(1.0, 1.0, 1.0)
    for _ in range(500):
        latencies.add("fake/a", latencies.slow_after("fake/a", most=6.0), began=False)
    assert latencies.slow_after("fake/a", most=6.0) == 6.0


def test_of_a_hedged_model_the_median_stays_where_it_is() -> None:
    """The slow half is only known to be slow; without it the median would sink from hedge to hedge."""
    latencies = Latencies(window=100)
    truth = [(number * 37 % 100 + 1) / 10 for number in range(2000)]  # 0.1 to 10 s, each as often
    for seconds in truth:
        limit = latencies.slow_after("m", most=8.0, times=1.2)
        latencies.add("m", min(seconds, limit), began=seconds <= limit)
    assert 4.5 < (latencies.median("m") or 0.0) < 5.5


def test_only_the_last_openings_count_and_json_keeps_them() -> None:
    """A process that begins goes on with what another has seen."""
    latencies = Latencies(window=3, least=1)
    for seconds in (9.0, 1.0, 2.0, 3.0):
        latencies.add("m", seconds)
    again = Latencies(window=3, least=1, state=json.loads(json.dumps(latencies.state())))
    assert (again.state(), again.median("m")) == ({"m": [1.0, 2.0, 3.0]}, 2.0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"window": 3, "least": 4}, "1 <= least <= window"),
        ({"least": 0}, "1 <= least <= window"),
        ({"state": {"m": [-1.0]}}, "0 or more"),
        ({"state": {"m": [float("nan")]}}, "0 or more"),
        ({"state": {"m": ["1"]}}, "0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_fix(settings: dict[str, Any], words: str) -> None:
    """At construction."""
    with pytest.raises(RequestError, match=words):
        Latencies(**settings)


def test_a_delay_that_is_no_time_is_refused_when_asked(loopback: LoopbackServer) -> None:
    """A function's word is only known then; nothing was sent."""
    hub = fake_hub(loopback.url)
    pair = hedge(bound(hub, "a"), bound(hub, "b"), delay=lambda: -1.0)
    with pytest.raises(RequestError, match="0 or more"):
        pair.stream("Hi")
    assert loopback.requests == []
