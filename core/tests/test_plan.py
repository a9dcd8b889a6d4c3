"""Deadlines, retries and limits that make no sense are refused where they are written, with the fix."""

from __future__ import annotations

import math
from typing import Any

import pytest
from attrs import evolve
from core_fake import fake_hub

from headwater import Deadlines, Limits, RequestError, Retry, make_error


@pytest.mark.parametrize("value", [-1, -0.001, math.nan, -math.inf, True, "5", [5]])
@pytest.mark.parametrize("name", ["connect", "first_event", "silence", "idle", "total", "close"])
def test_a_deadline_is_a_time(name: str, value: Any) -> None:
    """No negative one, no NaN, no truth, no text."""
    with pytest.raises(RequestError, match=rf"Deadlines: {name}=.*; give seconds"):
        Deadlines(**{name: value})


@pytest.mark.parametrize("value", [-1, math.nan, True, "5", None])
@pytest.mark.parametrize(
    "name", ["attempts", "first_delay", "factor", "max_delay", "jitter", "rate_limit_delay", "max_wait", "max_total"]
)
def test_a_retry_is_made_of_numbers(name: str, value: Any) -> None:
    """Each says what it needs."""
    with pytest.raises(RequestError, match=rf"Retry: {name}=.*; give"):
        Retry(**{name: value})


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({"attempts": 0}, "1 or more"),
        ({"attempts": 2.5}, "whole number"),
        ({"factor": 0.5}, "1 or more"),
        ({"factor": math.inf}, "makes no delay"),
        ({"jitter": math.inf}, "makes no delay"),
        ({"first_delay": 60}, "give max_delay=60 as well"),
        ({"first_delay": 2, "max_delay": 1}, "give max_delay=2 as well"),
        ({"condition": "server"}, "give a function"),
    ],
)
def test_a_retry_that_contradicts_itself_is_refused(given: dict[str, Any], fix: str) -> None:
    """With what to write instead; also by `attrs.evolve`."""
    with pytest.raises(RequestError, match=fix):
        Retry(**given)
    with pytest.raises(RequestError, match=fix):
        evolve(Retry(), **given)


def test_what_makes_sense_is_taken() -> None:
    """Zero and infinity are times, no limit where there may be none, and a low `max_delay` bounds the first delay."""
    Deadlines(connect=0, first_event=0.0, silence=None, idle=math.inf, total=math.inf, close=math.inf)
    busy = make_error("overloaded", "full", retryable=True)
    assert Retry(max_delay=0.5, jitter=0.0).delay(busy, 1) == 0.5


@pytest.mark.parametrize("value", [0, -1, True, 1.5, math.inf])
@pytest.mark.parametrize("name", ["event_bytes", "answer_bytes"])
def test_a_limit_is_a_number_of_bytes(name: str, value: Any) -> None:
    """One at least."""
    with pytest.raises(RequestError, match=f"Limits: {name}="):
        Limits(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("retry", 3, "give Retry"),
        ("retry", False, "NO_RETRY"),
        ("retry", Deadlines(), "give Retry"),
        ("deadlines", 30, "give Deadlines"),
        ("deadlines", 0, "give Deadlines"),
    ],
)
def test_what_is_no_setting_is_refused_before_anything_is_sent(name: str, value: Any, fix: str) -> None:
    """For a hub and for a request: `retry=False` does not silently mean the default."""
    with pytest.raises(RequestError, match=fix):
        fake_hub().stream_sync("fake/m", "Hi", **{name: value})
    with pytest.raises(RequestError, match=fix):
        fake_hub(**{name: value})
