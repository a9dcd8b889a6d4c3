"""Failover: what moves on, what is told, what it cost, and that nothing comes twice."""

from __future__ import annotations

from typing import Any

import pytest
from resilience_fake import COUNT, HELLO, NOWHERE, bound, fake_hub, play, says

from headwater import ErrorInfo, Hub, RequestError
from headwater.errors import KINDS
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import MOVES_ON, chain

BUSY = Reply(b'{"error": {"message": "full"}}', status=503)
WRONG = Reply(b'{"error": {"message": "no such field"}}', status=400)


def two(loopback: LoopbackServer, *first: Reply, then: Reply | None = None) -> tuple[Hub, Any, Any]:
    """A hub and two models; the first answers so, the second says Hello."""
    loopback.route("/a", *first)
    loopback.route("/b", then or Reply(HELLO))
    hub = fake_hub(loopback.url)
    return hub, bound(hub, "a"), bound(hub, "b")


def test_the_second_answers_where_the_first_is_overloaded(form: str, loopback: LoopbackServer) -> None:
    """One start, a status that says why, and the whole answer of the second."""
    hub, a, b = two(loopback, BUSY)
    outcome = play(form, hub, chain(a, b))
    assert outcome.types == ["start", "status", "text_start", "text_delta", "text_delta", "text_end", "usage", "done"]
    (moved,) = outcome.said("failing_over")
    assert (moved["from"], moved["to"], moved["kind"]) == ("fake/a", "fake/b", "overloaded")
    assert (outcome.text, outcome.message.model, loopback.connections.wait_closed()) == ("Hello", "b", True)


def test_every_attempt_stands_in_the_summary(form: str, loopback: LoopbackServer) -> None:
    """Who was asked, how it failed, what it was billed; a refusal costs nothing."""
    hub, a, b = two(loopback, BUSY)
    summary = play(form, hub, chain(a, b)).stream.summary
    assert [(one.number, one.model, one.status, one.free) for one in summary.attempts] == [
        (1, "fake/a", 503, True),
        (2, "fake/b", 200, False),
    ]
    assert (summary.usage.input, summary.usage.output, summary.usage.provenance) == (3, 2, "reported")
    assert summary.cost.total == pytest.approx(7e-6)


def test_what_a_failed_attempt_was_billed_is_added_up(form: str, loopback: LoopbackServer) -> None:
    """An error inside a 200 with a count: both counts are in the sum, and no usage event of the first is seen."""
    first = says(COUNT, {"fail": ["overloaded", "is full"]}, done=False)
    hub, a, b = two(loopback, Reply(first))
    outcome = play(form, hub, chain(a, b))
    assert (outcome.types.count("usage"), outcome.text) == (1, "Hello")
    assert (outcome.stream.summary.usage.input, outcome.stream.summary.usage.output) == (6, 4)


def test_an_unknown_cost_is_said_to_be_unknown(form: str, loopback: LoopbackServer) -> None:
    """A reset after the request went out may have been billed; nobody can tell."""
    hub, a, b = two(loopback, Reply(b"", fault=Fault.reset(0)))
    summary = play(form, hub, chain(a, b)).stream.summary
    assert (summary.cost.total, summary.cost.unknown, summary.usage.provenance) == (None, 1, "partial")


def test_nothing_moves_on_after_content(form: str, loopback: LoopbackServer) -> None:
    """What the first has said stays, and is all there is."""
    hub, a, b = two(loopback, Reply(says({"text": "Hel"}, done=False), fault=Fault.reset(None)))
    outcome = play(form, hub, chain(a, b))
    assert (outcome.text, outcome.kind, len(loopback.requests)) == ("Hel", "network", 1)


def test_an_invalid_request_stays_where_it_is(form: str, loopback: LoopbackServer) -> None:
    """The error of the first as it is; the second is not asked."""
    hub, a, b = two(loopback, WRONG)
    outcome = play(form, hub, chain(a, b))
    assert (outcome.types, outcome.kind, len(loopback.requests)) == (["start", "error"], "invalid_request", 1)


def test_kinds_can_be_added_and_taken_away(form: str, loopback: LoopbackServer) -> None:
    """`also` and `never` change the table."""
    hub, a, b = two(loopback, WRONG)
    assert play(form, hub, chain(a, b, also=["invalid_request"])).text == "Hello"
    hub, a, b = two(loopback, BUSY)
    assert play(form, hub, chain(a, b, never=["overloaded"])).kind == "overloaded"


def test_when_all_fail_the_last_error_tells_of_each(form: str, loopback: LoopbackServer) -> None:
    """The kind of the last, the words of all."""
    hub, a, b = two(loopback, BUSY, then=Reply(b'{"error": {"message": "boom"}}', status=500))
    error = play(form, hub, chain(a, b)).message.error
    assert error is not None
    assert (error.kind, error.retryable) == ("server", True)
    assert all(words in error.message for words in ("2 sources failed", "full", "boom"))


def test_a_source_that_cannot_be_asked_is_a_failed_attempt(form: str, loopback: LoopbackServer) -> None:
    """A later one that lacks its key is passed over, and told of."""
    hub, a, b = two(loopback, BUSY)

    class Keyless:
        name = "fake/keyless"

        def stream(self, prompt: Any, **arguments: Any) -> Any:
            raise RequestError("no key")

        stream_sync = stream

    outcome = play(form, hub, chain(a, Keyless(), b, also=["invalid_request"]))
    assert ([one.model for one in outcome.stream.attempts], outcome.text) == (
        ["fake/a", "fake/keyless", "fake/b"],
        "Hello",
    )


def test_the_first_that_cannot_be_asked_raises_at_once() -> None:
    """What the caller did wrong is said before anything is sent, as of a plain stream."""
    hub = fake_hub(NOWHERE)
    with pytest.raises(RequestError, match="verbosity"):
        chain(bound(hub, "a"), bound(hub, "b")).stream("Hi", verbosity="high")
    hub.close()


def test_a_condition_decides_instead_of_the_table(form: str, loopback: LoopbackServer) -> None:
    """It sees the error and the source's name."""
    hub, a, b = two(loopback, WRONG)
    seen: list[tuple[str, str]] = []

    def condition(error: ErrorInfo, name: str) -> bool:
        seen.append((error.kind, name))
        return True

    assert (play(form, hub, chain(a, b, condition=condition)).text, seen) == ("Hello", [("invalid_request", "fake/a")])


def test_a_condition_that_raises_ends_the_stream_with_what_it_raised(form: str, loopback: LoopbackServer) -> None:
    """As core's own does: raised where the stream is read, and nothing is left open."""
    hub, a, b = two(loopback, BUSY)

    def condition(error: ErrorInfo, name: str) -> bool:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        play(form, hub, chain(a, b, condition=condition))
    assert loopback.connections.wait_closed()


def test_the_table_names_every_kind() -> None:
    """No kind of error is left to chance."""
    assert set(MOVES_ON) == KINDS


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (((), {}), "at least one source"),
        (((object(),), {}), "hub.bind"),
        (((NOWHERE,), {"also": "network"}), r"write \['network'\]"),
        (((NOWHERE,), {"also": ["netwrk"]}), "no kind of error"),
        (((NOWHERE,), {"also": ["quota"], "never": ["quota"]}), "each kind once"),
        (((NOWHERE,), {"also": ["quota"], "condition": lambda error, name: True}), "leave out also"),
    ],
)
def test_what_cannot_be_is_refused_with_the_fix(arguments: tuple[tuple[Any, ...], dict[str, Any]], words: str) -> None:
    """At construction, in words that say what to write."""
    sources, settings = arguments
    sources = tuple(bound(fake_hub(), "a") if source is NOWHERE else source for source in sources)
    with pytest.raises(RequestError, match=words):
        chain(*sources, **settings)
