"""When a request is sent again: never after content, within its bounds, and seen by the consumer."""

from __future__ import annotations

import email.utils
import json
from typing import Any

import pytest
from core_driver import ABORT, CUT, OK, RESET, Clock, Run, Scripted, make_plan
from core_fake import HELLO, events
from hypothesis import given
from hypothesis import strategies as st

from headwater import Attempt, Deadlines, ErrorInfo, Retry, parse_retry_after
from headwater._drive import Drive
from headwater._plan import Failed, Opened

BUSY = Opened(503, {})
FIRST = b'data: {"text": "a"}\n\n'


def refusal(status: int, headers: dict[str, str] | None = None, body: bytes = b"{}") -> list[Scripted]:
    """The script of one refused attempt."""
    return [Opened(status, headers or {}), body, None]


ANSWER: list[Scripted] = [OK, HELLO, None]


@pytest.mark.parametrize(
    "attempt",
    [[RESET], [CUT], [OK, RESET], [OK, None], [OK, b"data: {\n\n"], refusal(503), refusal(500), refusal(529)],
    ids=["no connection", "early close", "reset", "empty", "broken JSON", "503", "500", "529"],
)
def test_what_fails_before_content_is_tried_again(attempt: list[Scripted]) -> None:
    """The second answer is the message; the consumer saw one start and a status for each retry."""
    run = Run([*attempt, *ANSWER], retry=Retry())
    assert run.types[:3] == ["start", "status", "text_start"]
    assert (run.message.text, run.message.error, len(run.attempts)) == ("Hello", None, 2)


@pytest.mark.parametrize("said", [FIRST, b'data: {"tool_call": {"name": "f"}}\n\n', b'data: {"source": "u"}\n\n'])
def test_nothing_is_tried_again_after_content(said: bytes) -> None:
    """What was handed out is never taken back, however retryable the failure."""
    run = Run([OK, said, RESET, *ANSWER], retry=Retry())
    assert (run.error.kind, run.error.retryable, len(run.opens), run.types[-1]) == ("network", True, 1, "error")


def test_a_status_event_does_not_commit() -> None:
    """A provider that says queued, then breaks, is asked again."""
    run = Run([OK, b'data: {"status": "queued"}\n\n', RESET, *ANSWER], retry=Retry())
    assert (run.message.text, len(run.opens)) == ("Hello", 2)


def test_content_that_was_never_handed_out_may_be_thrown_away() -> None:
    """What a parser wrote only at the end of broken bytes was not seen by anybody."""
    run = Run([OK, b'data: {"text": "lost"}', None, *ANSWER], retry=Retry())
    assert (run.message.text, run.types.count("text_start")) == ("Hello", 1)


def test_each_attempt_has_a_fresh_message() -> None:
    """Nothing of a failed attempt is in the answer."""
    said = b'data: {"start": "old", "usage": {"input": 9}}\n\n'
    answer = events({"start": "new"}, {"text": "a"})
    run = Run([OK, said, RESET, OK, answer, None], retry=Retry())
    assert (run.message.response_id, run.message.usage.input) == ("new", 0)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 501])
def test_what_waiting_cannot_help_is_not_tried_again(status: int) -> None:
    """The request, the key or the account is at fault."""
    run = Run([*refusal(status), *ANSWER], retry=Retry())
    assert (run.error.status, len(run.opens), run.waits) == (status, 1, [])


def test_attempts_are_recorded() -> None:
    """Number, error, seconds waited after it, status and the provider's id of the request."""
    refused = refusal(503, {"x-request-id": "q1"}, b'{"error": {"message": "full"}}')
    run = Run([*refused, RESET, *ANSWER], retry=Retry())
    first, second, third = run.attempts
    assert first.error is not None
    assert second.error is not None
    assert (first.number, first.error.kind, first.waited, first.status, first.request_id) == (
        1,
        "overloaded",
        1.0,
        503,
        "q1",
    )
    assert (second.number, second.error.kind, second.waited, second.status) == (2, "network", 2.0, None)
    usage = third.usage
    assert usage is not None
    assert (usage.input, usage.output) == (3, 2)
    assert third == Attempt(3, None, 0.0, 200, None, "fake/m", usage)


def test_an_attempt_says_what_it_may_have_cost() -> None:
    """Nothing where nobody was reached or a status refused; unknown where nothing was counted of what was sent."""
    unreached = Failed("network", "no route", sent=False)
    run = Run([unreached, *refusal(503, {}, b"full"), RESET, *ANSWER], retry=Retry(attempts=4))
    assert [(attempt.free, attempt.usage is None) for attempt in run.attempts] == [
        (True, True),
        (True, True),
        (False, True),
        (False, False),
    ]


def test_a_retry_is_told_as_a_status() -> None:
    """What failed, how it reads, and how long it waits."""
    run = Run([BUSY, b"full", None, *ANSWER], retry=Retry(first_delay=0.5))
    (said,) = run.said("retrying")
    assert (said["attempt"], said["kind"], said["delay"]) == (1, "overloaded", 0.5)
    assert "full" in said["message"]


def test_delays_grow_up_to_their_bound() -> None:
    """Each is the one before times the factor, at most `max_delay`."""
    script: list[Scripted] = [part for _ in range(6) for part in refusal(503)]
    run = Run(script, retry=Retry(attempts=6, first_delay=1, factor=3, max_delay=10))
    assert (run.waits, len(run.opens)) == ([1, 3, 9, 10, 10], 6)


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1), st.integers(1, 8))
def test_jitter_stays_within_its_fraction(dice: float, jitter: float, made: int) -> None:
    """A delay is never further from its plain length than the fraction says."""
    retry = Retry(attempts=9, jitter=jitter)
    drive = Drive(make_plan(Clock(), retry=retry, random=lambda: dice))
    drive.pen.fail("server", "broke")
    delay = drive._delay(made)
    plain = min(2.0 ** (made - 1), 30.0)
    assert delay is not None
    assert plain * (1 - jitter) - 1e-9 <= delay <= plain * (1 + jitter) + 1e-9


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "0", "retry-after": "9"}, 9.0),
        ({"retry-after": "soon"}, 60.0),
        ({"retry-after": "-5"}, 60.0),
        ({}, 60.0),
    ],
)
def test_a_rate_limit_waits_as_it_is_told(headers: dict[str, str], waited: float) -> None:
    """The provider's hint in any of its forms, else a minute."""
    run = Run([*refusal(429, headers), *ANSWER], retry=Retry())
    assert (run.waits, run.message.text) == ([waited], "Hello")


def test_a_date_as_hint_is_seconds_from_now() -> None:
    """An HTTP date in the future is the time until then, one in the past is no wait."""
    now = 1_700_000_000.0
    hints = [{"retry-after": email.utils.formatdate(now + seconds, usegmt=True)} for seconds in (12, -12)]
    assert [parse_retry_after(hint, now) for hint in hints] == [12.0, 0.0]


def test_a_hint_in_the_body_counts_too() -> None:
    """Google's form: a duration among the details."""
    body = json.dumps({"error": {"code": 429, "message": "slow", "details": [{"retryDelay": "3s"}]}}).encode()
    assert Run([*refusal(429, body=body), *ANSWER], retry=Retry()).waits == [3.0]


def test_a_hint_that_is_too_long_ends_it() -> None:
    """Nobody waits longer than `max_wait`; the error says how long it would have been."""
    run = Run([*refusal(429, {"retry-after": "121"}), *ANSWER], retry=Retry(max_wait=120))
    assert (run.error.retry_after, run.waits, len(run.opens)) == (121.0, [], 1)


def test_no_attempt_begins_after_the_total_of_retries() -> None:
    """Waiting past `max_total` is not begun."""
    run = Run([29, *refusal(429), 29, *refusal(429), *ANSWER], retry=Retry(attempts=9, max_total=130))
    assert (run.error.kind, run.waits, len(run.opens)) == ("rate_limit", [60.0], 2)


def test_no_wait_outlasts_the_total_deadline() -> None:
    """With five seconds left of the whole there is no use in waiting a minute."""
    run = Run([*refusal(429), *ANSWER], retry=Retry(), deadlines=Deadlines(total=5.0))
    assert (run.error.kind, run.waits) == ("rate_limit", [])


def test_the_provider_may_forbid_or_demand_another_attempt() -> None:
    """`x-should-retry` wins over the status."""
    forbidden = Run([*refusal(503, {"x-should-retry": "false"}), *ANSWER], retry=Retry())
    demanded = Run([*refusal(400, {"x-should-retry": "true"}), *ANSWER], retry=Retry())
    assert (len(forbidden.opens), len(demanded.opens)) == (1, 2)


def test_a_condition_decides_instead() -> None:
    """It sees the error and the number of attempts made, and its word is the last but for the bounds."""
    asked: list[tuple[str, int]] = []

    def condition(error: ErrorInfo, made: int) -> bool:
        asked.append((error.kind, made))
        return made < 2

    run = Run([*refusal(401), *refusal(401), *ANSWER], retry=Retry(attempts=9, condition=condition))
    assert (asked, len(run.opens), run.error.kind) == (
        [("authentication", 1), ("authentication", 2)],
        2,
        "authentication",
    )


@pytest.mark.parametrize("script", [[ABORT], [OK, ABORT]])
def test_an_abort_is_never_tried_again(script: list[Any]) -> None:
    """Not even when a condition would."""
    run = Run([*script, *ANSWER], retry=Retry(condition=lambda error, made: True))
    assert (run.message.stop_reason, run.error.kind, len(run.opens)) == ("aborted", "aborted", 1)


def test_an_abort_ends_the_waiting() -> None:
    """Between two attempts as well."""
    run = Run([*refusal(503), *ANSWER], retry=Retry(), abort_sleep=True)
    assert (run.message.stop_reason, len(run.opens), run.types) == ("aborted", 1, ["start", "status", "error"])


def test_without_retry_there_is_one_attempt() -> None:
    """`attempts` counts all of them."""
    run = Run([RESET, *ANSWER], retry=Retry(attempts=1))
    assert (len(run.opens), run.said("retrying")) == (1, [])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!doctype html><title>Sign in</title>", "check the base URL"),
        (b'{"id": "c1", "choices": [{"text": "Hello"}]}', "simulate_streaming=True"),
        (b'data: {"raise": "a mistake"}\n\n', "report it to its author"),
        (b'data: {"text": 5}\n\n', "takes text, not int"),
    ],
    ids=["a page", "a whole answer", "a parser's mistake", "text that is none"],
)
def test_what_would_fail_the_same_again_is_not_tried_again(body: bytes, words: str) -> None:
    """Each try may be paid for; the error says what to do instead, and is the last event."""
    run = Run([OK, body, None, *ANSWER], retry=Retry())
    assert (run.error.kind, run.error.retryable, len(run.opens)) == ("malformed", False, 1)
    assert words in run.error.message
