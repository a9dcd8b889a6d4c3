"""Hedging: the faster answers, the slower leaves no trace but its cost."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
import pytest
from resilience_fake import COUNT, HELLO, LIMIT, Outcome, bound, fake_hub, play, says

from headwater import RequestError, check_grammar
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import chain, hedge

BUSY = Reply(b'{"error": {"message": "full"}}', status=503)
LOOPS = ("asyncio", "trio")


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest) -> str:
    """Each event loop."""
    return request.param


def waiting(on: Any) -> Callable[[int], None]:
    """A pause or gate that waits for an event or barrier."""

    def wait(index: int) -> None:
        on.wait(LIMIT)

    return wait


def hedged(loop: str, server: LoopbackServer, first: Reply, second: Reply, delay: float = 0.02) -> Outcome:
    """What comes of a hedged pair that answers so."""
    server.route("/a", first)
    server.route("/b", second)
    hub = fake_hub(server.url)
    outcome = play(loop, hub, hedge(bound(hub, "a"), bound(hub, "b"), delay=delay))
    server.release()
    assert server.connections.wait_closed()
    return outcome


def test_a_fast_first_is_left_alone(loop: str, loopback: LoopbackServer) -> None:
    """The second is never asked, and nothing is said of it."""
    outcome = hedged(loop, loopback, Reply(HELLO), Reply(HELLO), delay=10.0)
    assert (outcome.text, outcome.said("hedged"), len(loopback.requests)) == ("Hello", [], 1)


def test_the_second_answers_for_a_slow_first(loop: str, loopback: LoopbackServer) -> None:
    """One start, one answer; the first is cancelled, its cost said to be unknown."""
    outcome = hedged(loop, loopback, Reply(HELLO, fault=Fault.stall(0)), Reply(HELLO))
    (said,) = outcome.said("hedged")
    assert (outcome.text, said["because"], said["winner"], outcome.types.count("start")) == (
        "Hello",
        "slow",
        "fake/b",
        1,
    )
    summary = outcome.stream.summary
    assert [(one.model, one.error and one.error.kind) for one in summary.attempts] == [
        ("fake/a", "aborted"),
        ("fake/b", None),
    ]
    assert (summary.cost.total, summary.cost.unknown) == (None, 1)


def test_what_the_loser_had_counted_is_added(loop: str, loopback: LoopbackServer) -> None:
    """A count that came before the cancellation is billed too, as a partial one."""
    counted = says(COUNT, done=False)
    slow = Reply([counted, HELLO], fault=Fault.stall(len(counted)))
    usage = hedged(loop, loopback, slow, Reply(HELLO), delay=0.2).stream.summary.usage
    assert (usage.input, usage.provenance) == (6, "partial")


def test_the_first_may_still_win_after_the_second_was_asked(loop: str, loopback: LoopbackServer) -> None:
    """The second is cancelled then."""
    asked = threading.Event()

    def second(request: Any) -> Reply:
        asked.set()
        return Reply(HELLO, fault=Fault.stall(0))

    loopback.route("/a", Reply(HELLO, pause=waiting(asked)))
    loopback.route("/b", second)
    hub = fake_hub(loopback.url)
    outcome = play(loop, hub, hedge(bound(hub, "a"), bound(hub, "b"), delay=0.0))
    assert (outcome.said("hedged")[0]["winner"], outcome.message.model, outcome.text) == ("fake/a", "a", "Hello")


def test_a_failed_first_asks_the_second_at_once(loop: str, loopback: LoopbackServer) -> None:
    """Nobody waits for the delay."""
    outcome = hedged(loop, loopback, BUSY, Reply(HELLO), delay=1000.0)
    assert (outcome.text, outcome.said("hedged")[0]["because"]) == ("Hello", "overloaded")


def test_when_both_fail_the_error_tells_of_both(loop: str, loopback: LoopbackServer) -> None:
    """As in a chain."""
    outcome = hedged(loop, loopback, BUSY, Reply(b'{"error": {"message": "boom"}}', status=500))
    assert outcome.message.error is not None
    assert "full" in outcome.message.error.message
    assert "boom" in outcome.message.error.message


def test_an_invalid_request_is_not_asked_twice(loop: str, loopback: LoopbackServer) -> None:
    """It is as wrong elsewhere."""
    outcome = hedged(loop, loopback, Reply(b'{"error": {"message": "no"}}', status=400), Reply(HELLO), delay=1000.0)
    assert (outcome.kind, len(loopback.requests)) == ("invalid_request", 1)


@pytest.mark.anyio
async def test_cancelled_in_the_middle_of_the_race_nothing_is_left(loopback: LoopbackServer) -> None:
    """Both connections are gone, and no warning comes."""
    both = threading.Barrier(3)
    stalled = Reply(HELLO, fault=Fault.stall(0, gate=waiting(both)))
    loopback.route("/a", stalled)
    loopback.route("/b", stalled)
    hub = fake_hub(loopback.url)
    async with anyio.create_task_group() as group:
        group.start_soon(hedge(bound(hub, "a"), bound(hub, "b"), delay=0.0).stream("Hi").result)
        await anyio.to_thread.run_sync(both.wait, LIMIT)
        group.cancel_scope.cancel()
    await hub.aclose()
    gc.collect()
    assert await anyio.to_thread.run_sync(loopback.connections.wait_closed)


@pytest.mark.anyio
async def test_aborted_in_the_middle_of_the_race_it_ends_as_aborted(loopback: LoopbackServer) -> None:
    """From another thread: one error event, both connections gone."""
    both = threading.Barrier(3)
    stalled = Reply(HELLO, fault=Fault.stall(0, gate=waiting(both)))
    loopback.route("/a", stalled)
    loopback.route("/b", stalled)
    hub = fake_hub(loopback.url)
    async with hedge(bound(hub, "a"), bound(hub, "b"), delay=0.0).stream("Hi") as stream:
        thread = threading.Thread(target=lambda: (both.wait(LIMIT), stream.abort()))
        thread.start()
        seen = [event async for event in stream]
        thread.join()
    await hub.aclose()
    check_grammar(seen)
    assert stream.message.stop_reason == "aborted"


def test_a_plain_program_is_told_to_use_the_async_form() -> None:
    """At the call, also from within a chain."""
    hub = fake_hub()
    pair = hedge(bound(hub, "a"), bound(hub, "b"), delay=1.0)
    with pytest.raises(RequestError, match="async form"):
        chain(pair, bound(hub, "c")).stream_sync("Hi")


@pytest.mark.parametrize(
    ("settings", "words"),
    [({}, "give delay"), ({"delay": -1.0}, "0 or more"), ({"delay": float("nan")}, "0 or more")],
)
def test_a_hedge_needs_a_delay(settings: dict[str, Any], words: str) -> None:
    """Where no typical latency is known."""
    hub = fake_hub()
    with pytest.raises(RequestError, match=words):
        hedge(bound(hub, "a"), bound(hub, "b"), **settings)
