"""How long to wait, in every form providers say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import classify
from headwater._waits import parse_duration, reset_wait, told_wait

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1m30s", 90.0), ("12ms", 0.012), ("6m0s", 360.0), ("1h2m3s", 3723.0), ("34.07s", 34.07), ("1 minute", 60.0)],
)
def test_durations(text: str, seconds: float) -> None:
    """As limits are said to reset."""
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "1x", "20", "s", "1m thirty"])
def test_what_is_no_duration(text: str) -> None:
    """Nothing is made of it."""
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Rate limit reached for gpt-5. Please try again in 20s. Visit https://x.test", 20.0),
        ("Please try again in 1m26.4s.", 86.4),
        ("Please try again in 6ms", 0.006),
        ("Please retry after 35 seconds.", 35.0),
        ("Try again in about 2 minutes", 120.0),
        ("Please retry in 34.074824224s.", 34.074824224),
        ("wait for 1 minute and 5 seconds before", 65.0),
    ],
)
def test_words_that_name_a_time(words: str, seconds: float) -> None:
    """As OpenAI, Groq, Google, Azure and others word it."""
    assert told_wait(words) == pytest.approx(seconds)


@pytest.mark.parametrize("words", ["Try again later", "try again with 20 tokens", "wait", "limit 30s per request"])
def test_words_that_name_none(words: str) -> None:
    """Numbers of something else are no time to wait."""
    assert told_wait(words) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 90.0),
        ({"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1m30s"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            360.0,
        ),
        ({"x-ratelimit-reset": str(int(NOW) + 42)}, 42.0),
        ({"x-ratelimit-reset": str((int(NOW) + 42) * 1000)}, 42.0),
        ({"x-ratelimit-reset": "17"}, 17.0),
        ({"x-ratelimit-reset": str(int(NOW) - 5)}, 0.0),
        ({"ratelimit-reset": "8", "ratelimit-remaining": "0"}, 8.0),
        (
            {
                "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2027-01-15T08:00:30Z",
            },
            30.0,
        ),
        ({"x-ratelimit-reset": "never"}, None),
        ({}, None),
    ],
)
def test_when_limits_reset(headers: dict[str, str], seconds: float | None) -> None:
    """Durations, seconds, moments in two units, dates; only of limits that are used up."""
    assert reset_wait(headers, NOW) == seconds


def test_a_refusal_carries_the_wait_and_retry_after_wins() -> None:
    """Headers first, then the headers of limits, then words; and only where waiting helps."""
    limits = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s"}
    body = {"error": {"message": "Rate limit reached. Please try again in 20s."}}
    found = [
        classify(429, body, {**limits, "retry-after": "1"}).retry_after,
        classify(429, body, limits).retry_after,
        classify(429, body).retry_after,
        classify(400, body | {"error": {"message": "no such field; try again in 20s"}}).retry_after,
    ]
    assert found == [1.0, 3.0, 20.0, None]


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_a_server_says_is_taken(words: str, value: str) -> None:
    """No text raises; a wait is never negative."""
    waits = [parse_duration(words), told_wait(f"try again in {words}"), reset_wait({"x-ratelimit-reset": value}, NOW)]
    assert all(wait is None or wait >= 0 for wait in waits)
