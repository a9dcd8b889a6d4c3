"""Recovery after the first content: joined, resumed or announced anew, and never a piece twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resilience_fake import COUNT, HELLO, NOWHERE, Outcome, bound, fake_hub, play, says

from headwater import Askable, RequestError, Retry
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import Breaker, Continue, Latencies, Policy, Reconnects, Restart, Resume, chain, recover
from headwater_resilience._delivered import Delivered
from headwater_resilience._joined import Joining

SOON = Retry(attempts=3, first_delay=0.0)
CUT = Reply(says({"start": "r1"}, {"text": "Hel"}, {"usage": {"input": 3}}, done=False), fault=Fault.reset(None))
REST = Reply(says({"text": "lo"}, {"usage": {"input": 5, "output": 1}}, {"stop": "stop"}))
WRONG = Reply(b'{"error": {"message": "no prefill"}}', status=400)
BUSY = Reply(b'{"error": {"message": "full"}}', status=503)


def recovered(
    form: str, loopback: LoopbackServer, name: str, policies: list[Policy], *replies: Reply, **settings: Any
) -> Outcome:
    """What comes of a model that answers so, with recovery."""
    loopback.route(f"/{name}", *replies)
    hub = fake_hub(loopback.url)
    outcome = play(form, hub, recover(bound(hub, name), *policies, **{"retry": SOON, **settings}))
    assert loopback.connections.wait_closed()
    return outcome


def test_a_continuation_is_joined_to_what_came(form: str, loopback: LoopbackServer) -> None:
    """One block of text, one answer, the usage of both; the model was given the beginning of its answer."""
    outcome = recovered(form, loopback, "continue", [Continue()], CUT, REST)
    assert outcome.types == [
        *("start", "text_start", "text_delta", "status", "text_delta", "text_end", "usage", "done"),
    ]
    assert (outcome.text, outcome.message.text, len(outcome.message.content)) == ("Hello", "Hello", 1)
    assert (outcome.message.usage.input, outcome.message.usage.provenance) == (8, "partial")
    assert loopback.requests[1].json["messages"][-1][0] == "assistant"
    assert outcome.said("recovering")[0]["cost"] == Continue.cost


def test_the_message_is_joined_at_every_event(form: str, loopback: LoopbackServer) -> None:
    """What an event shows of the message is what had been handed out by then."""
    outcome = recovered(form, loopback, "continue", [Continue()], CUT, REST)
    text = ""
    for event in outcome.events:
        if event.type == "text_delta":
            text += event.delta
        assert event.partial is not None
        assert event.partial.text == text


def test_what_a_model_repeats_is_not_handed_out_twice(form: str, loopback: LoopbackServer) -> None:
    """For a model whose answer begins with what it was given."""
    again = Reply(says({"text": "He"}, {"text": "llo"}, COUNT, {"stop": "stop"}))
    outcome = recovered(form, loopback, "repeat", [Continue()], CUT, again)
    assert (outcome.text, outcome.message.text) == ("Hello", "Hello")


def test_a_model_that_does_not_repeat_as_it_should_is_not_believed(form: str, loopback: LoopbackServer) -> None:
    """The beginning stands, the answer ends as malformed."""
    other = Reply(says({"text": "Good day"}, {"stop": "stop"}))
    outcome = recovered(form, loopback, "repeat", [Continue()], CUT, other)
    assert (outcome.text, outcome.kind) == ("Hel", "malformed")


def test_a_new_answer_is_announced_by_a_reset(form: str, loopback: LoopbackServer) -> None:
    """Who obeys it has the new answer and nothing else."""
    outcome = recovered(form, loopback, "a", [Restart()], CUT, Reply(HELLO))
    assert (outcome.text, outcome.message.text, len(outcome.said("reset"))) == ("Hello", "Hello", 1)
    assert outcome.stream.summary.usage.input == 6


def test_what_came_stands_while_no_new_answer_begins(form: str, loopback: LoopbackServer) -> None:
    """No reset is told for attempts that fail; the answer ends with its own error and content."""
    outcome = recovered(form, loopback, "a", [Restart()], CUT, BUSY)
    assert (outcome.text, outcome.message.text, outcome.kind, outcome.said("reset")) == ("Hel", "Hel", "network", [])
    assert [attempt.error and attempt.error.kind for attempt in outcome.stream.attempts] == [
        "network",
        "overloaded",
        "overloaded",
    ]


def test_a_model_that_refuses_to_go_on_is_asked_anew(form: str, loopback: LoopbackServer) -> None:
    """The next policy, and never the refused one again."""
    outcome = recovered(form, loopback, "a", [Continue("continue"), Restart()], CUT, WRONG, Reply(HELLO))
    assert ([said["policy"] for said in outcome.said("recovering")], outcome.text) == (["continue", "restart"], "Hello")


def test_without_a_model_that_goes_on_the_next_policy_is_tried(form: str, loopback: LoopbackServer) -> None:
    """What the capabilities do not say is not tried."""
    outcome = recovered(form, loopback, "a", [Resume(), Continue(), Restart()], CUT, Reply(HELLO))
    assert [said["policy"] for said in outcome.said("recovering")] == ["restart"]


def test_what_no_policy_applies_to_ends_with_its_error(form: str, loopback: LoopbackServer) -> None:
    """As without recovery, and the recovery's result says how far it came."""
    outcome = recovered(form, loopback, "a", [Continue()], CUT)
    recovery = outcome.stream.recovery
    assert (outcome.text, outcome.kind, len(loopback.requests)) == ("Hel", "network", 1)
    assert (recovery.success, recovery.chunks, recovery.error.kind, recovery.usage.input) == (False, 2, "network", 3)


def test_a_resumed_answer_is_caught_up_with(form: str, loopback: LoopbackServer) -> None:
    """Told from its beginning in other pieces: only what is new is handed out."""
    cut = says({"cursor": [{"path": "again"}]}, {"text": "Hel"}, {"fail": ["server", "broke"]}, done=False)
    again = says({"text": "H"}, {"text": "ello"}, {"thinking": "!"}, COUNT, {"stop": "stop"})
    loopback.route("/again", Reply(again))
    outcome = recovered(form, loopback, "a", [Resume()], Reply(cut))
    assert (outcome.text, outcome.message.text, outcome.message.thinking) == ("Hello", "Hello", "!")
    assert [said["policy"] for said in outcome.said("recovering")] == ["resume"]


@pytest.mark.parametrize("around", [Breaker().guard, Latencies().watch], ids=["guarded", "watched"])
def test_what_stands_around_a_model_passes_on_how_it_goes_on(
    around: Callable[[Askable], Askable], form: str, loopback: LoopbackServer
) -> None:
    """Its capabilities say how it is continued, and its answers can be taken up again."""
    cut = says({"cursor": [{"path": "again"}]}, {"text": "Hel"}, {"fail": ["server", "broke"]}, done=False)
    loopback.route("/again", Reply(says({"text": "Hello"}, COUNT, {"stop": "stop"})))
    loopback.route("/a", Reply(cut))
    loopback.route("/continue", CUT, REST)
    hub = fake_hub(loopback.url)
    resumed = play(form, hub, recover(around(bound(hub, "a")), Resume(), retry=SOON))
    hub = fake_hub(loopback.url)
    continued = play(form, hub, recover(around(bound(hub, "continue")), Continue(), retry=SOON))
    assert (resumed.text, continued.text) == ("Hello", "Hello")


def test_a_chain_says_nothing_of_one_model(loopback: LoopbackServer) -> None:
    """Its sources differ, so that neither capabilities nor a place to resume at hold for it."""
    several = chain(bound(fake_hub(loopback.url), "a"), bound(fake_hub(loopback.url), "b"))
    assert not hasattr(several, "resume")
    assert not hasattr(several, "capabilities")


def test_an_answer_told_otherwise_is_not_believed(form: str, loopback: LoopbackServer) -> None:
    """The part that came stands, and the answer ends as malformed."""
    cut = says({"cursor": [{"path": "again"}]}, {"text": "Hel"}, {"fail": ["server", "broke"]}, done=False)
    loopback.route("/again", Reply(says({"text": "Good day"}, {"stop": "stop"})))
    outcome = recovered(form, loopback, "a", [Resume()], Reply(cut))
    assert (outcome.text, outcome.kind) == ("Hel", "malformed")


def test_tool_calls_are_not_gone_on_with(form: str, loopback: LoopbackServer) -> None:
    """Only text is."""
    call = says({"tool_call": {"key": 0, "id": "c", "name": "f", "arguments": '{"a'}}, done=False)
    outcome = recovered(form, loopback, "continue", [Continue()], Reply(call, fault=Fault.reset(None)))
    assert (outcome.kind, len(loopback.requests)) == ("network", 1)


def test_recoveries_are_bounded_and_rate_limited(form: str, loopback: LoopbackServer) -> None:
    """By the attempts of one answer, and by the budget of all."""
    outcome = recovered(form, loopback, "a", [Restart()], CUT)
    assert (len(loopback.requests), outcome.kind) == (3, "network")
    recovered(form, loopback, "a", [Restart()], CUT, limit=Reconnects(times=1, clock=lambda: 0.0))
    assert len(loopback.requests) == 5


@pytest.mark.parametrize(
    ("policies", "settings", "words"),
    [
        ([], {}, "no policy is given"),
        ([Restart(), Continue()], {}, "put it last"),
        ([Restart], {}, "is no policy"),
        ([Restart()], {"retry": Retry(attempts=1)}, "2 or more"),
    ],
)
def test_what_cannot_be_is_refused_with_the_fix(policies: list[Any], settings: dict[str, Any], words: str) -> None:
    """At construction."""
    with pytest.raises(RequestError, match=words):
        recover(bound(fake_hub(NOWHERE), "a"), *policies, **settings)


def test_settings_of_policies_are_checked() -> None:
    """An unknown way, and a budget that allows nothing."""
    with pytest.raises(RequestError, match="'continue' or 'repeat'"):
        Continue("repeats")  # pyright: ignore[reportArgumentType]
    with pytest.raises(RequestError, match="number above 0"):
        Reconnects(times=0)


@given(st.text(max_size=12), st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4), st.booleans())
def test_the_seam_loses_and_doubles_nothing(text: str, cut: int, cuts: list[int], repeats: bool) -> None:
    """Wherever it broke off, and however the rest is cut: what came and what is added are the text."""
    had, sent = text[:cut], text[:cut].rstrip()
    if not sent:
        return
    marks = sorted({0, *cuts})
    rest = text if repeats else text[len(sent) :]
    pieces = [rest[start:end] for start, end in zip(marks, [*marks[1:], None], strict=True)]
    delivered = Delivered()
    delivered.kinds, delivered.written = {0: "text"}, {0: [had]}
    joining = Joining(None, delivered, sent, repeats=repeats)  # pyright: ignore[reportArgumentType]
    assert had + "".join(joining._grow(piece) for piece in pieces) == text
