"""Time limits, with a clock that only the script moves."""

from __future__ import annotations

from typing import Any

import pytest
from core_driver import OK, RESET, Run, Scripted
from core_fake import DONE, HELLO, events

from headwater import Capabilities, Deadlines, Retry
from headwater._plan import Close, Open, Opened, Read
from headwater._waiting import END_WAIT

TEXT = b'data: {"text": "a"}\n\n'
COMMENT = b": keep-alive\n\n"


def timeouts(run: Run, kind: type[Open] | type[Read]) -> list[float | None]:
    """The time limit of every command of that kind."""
    return [command.timeout for command in run.commands if isinstance(command, kind)]


def test_the_first_event_is_awaited_as_long_as_the_model_may_take() -> None:
    """Opening and reading share the limit; comments are no events."""
    run = Run([10, OK, 15, COMMENT, 6, TEXT], capabilities=Capabilities(first_event_timeout=30.0))
    assert (timeouts(run, Open), timeouts(run, Read)) == ([30.0], [20.0, 5.0])
    assert run.error.kind == "timeout"
    assert "no event within 30 s" in run.error.message


def test_a_request_may_set_its_own_limit_for_the_first_event() -> None:
    """It wins over the model's."""
    run = Run([OK, 4, COMMENT, 2, TEXT], deadlines=Deadlines(first_event=5.0))
    assert (run.error.kind, run.clock.now - 1000) == ("timeout", 5.0)


def test_silence_counts_from_event_to_event() -> None:
    """Comments between do not count, every event begins it anew."""
    script: list[Scripted] = [OK, TEXT, 6, TEXT, 6, COMMENT, 3, COMMENT, 2, TEXT]
    run = Run(script, deadlines=Deadlines(silence=10.0))
    assert (timeouts(run, Read), run.message.text) == ([30.0, 10.0, 10.0, 4.0, 1.0], "aa")
    assert "no event for 10 s" in run.error.message


def test_comments_forever_end_by_silence() -> None:
    """A server that only keeps the connection alive is not waited for, and nothing is read without a limit."""
    script: list[Scripted] = [OK, TEXT, *[part for _ in range(100) for part in (1, COMMENT)]]
    run = Run(script, deadlines=Deadlines(silence=10.0))
    assert (run.error.kind, run.clock.now - 1000, run.message.text) == ("timeout", 10.0, "a")


def test_idle_counts_every_byte() -> None:
    """Comments do reset it; without any bytes it strikes before silence does."""
    run = Run([OK, TEXT, 4, COMMENT, 4, COMMENT, 6, TEXT], deadlines=Deadlines(idle=5.0, silence=60.0))
    assert (run.error.kind, run.clock.now - 1000) == ("timeout", 13.0)
    assert "nothing for 5 s" in run.error.message


def test_the_nearest_limit_strikes() -> None:
    """Of idle and silence, the one with less left."""
    run = Run([OK, TEXT, 7, COMMENT, 4, TEXT], deadlines=Deadlines(idle=8.0, silence=10.0))
    assert timeouts(run, Read) == [8.0, 8.0, 3.0]
    assert "Deadlines.silence" in run.error.message


def test_total_is_wall_time() -> None:
    """Also what the consumer takes, and over all attempts."""
    script: list[Scripted] = [2, RESET, OK, 1, TEXT, 1, TEXT, 9, TEXT]
    run = Run(script, deadlines=Deadlines(total=10.0), retry=Retry(attempts=2), think=1.0)
    assert (run.error.kind, "within 10 s" in run.error.message) == ("timeout", True)
    assert run.clock.now - 1000 == pytest.approx(10.0 + 1.0)  # and the last batch of events


def test_the_consumers_time_does_not_count() -> None:
    """An hour between two events is the consumer's affair."""
    run = Run(
        [OK, TEXT, 1, TEXT, 1, DONE, None], think=3600.0, deadlines=Deadlines(silence=2.0, idle=2.0, first_event=2.0)
    )
    assert (run.message.error, run.message.text) == (None, "aa")


@pytest.mark.parametrize("deadlines", [Deadlines(first_event=0.0), Deadlines(total=0.0)])
def test_no_time_is_no_time(deadlines: Deadlines) -> None:
    """A limit of zero strikes at once instead of never."""
    run = Run([1, OK, 1, HELLO], deadlines=deadlines)
    assert (run.error.kind, run.clock.now) == ("timeout", 1000.0)


def test_an_attempt_waits_for_its_first_event_anew() -> None:
    """The time of the attempt before is not taken from it."""
    script: list[Scripted] = [OK, 29, RESET, OK, 29, HELLO, None]
    assert Run(script, retry=Retry(attempts=2)).message.text == "Hello"


def test_a_deadline_before_content_is_tried_again() -> None:
    """The next connection may be quicker."""
    run = Run([OK, 31, OK, HELLO, None], retry=Retry(attempts=2))
    first = run.attempts[0].error
    assert first is not None
    assert (first.kind, run.message.text) == ("timeout", "Hello")


def test_after_the_signal_the_end_is_awaited_shortly() -> None:
    """The answer is whole; a server that keeps the connection open delays it by two seconds at most."""
    run = Run([OK, HELLO, 1, COMMENT, 5, COMMENT], deadlines=Deadlines(silence=60.0))
    assert (timeouts(run, Read)[1:], run.message.error, run.clock.now - 1000) == (
        [END_WAIT, END_WAIT - 1],
        None,
        END_WAIT,
    )
    assert run.message.usage.provenance == "reported"


def test_usage_after_the_signal_is_still_read() -> None:
    """What comes within that time belongs to the answer."""
    run = Run([OK, events({"text": "a"}), 1, b'data: {"usage": {"input": 3}}\n\n', None])
    assert (run.message.usage.input, run.message.usage.provenance) == (3, "reported")


def test_connecting_and_closing_have_limits_of_their_own() -> None:
    """They are handed to the runner with the command."""
    run = Run([OK, HELLO, None], deadlines=Deadlines(connect=3.0, close=0.5))
    (sent,) = run.opens
    (closed,) = [command for command in run.commands if isinstance(command, Close)]
    assert (sent.timeouts.connect, sent.timeouts.headers, closed.timeout) == (3.0, 30.0, 0.5)


@pytest.mark.parametrize("script", [[10.5, OK], [OK, 11, HELLO], [Opened(500, {}), 11, b"late"]])
def test_headers_and_bodies_of_errors_are_under_the_limit_too(script: list[Any]) -> None:
    """No read is without one."""
    run = Run(script, deadlines=Deadlines(first_event=10.0))
    assert (run.error.kind in ("timeout", "server"), run.clock.now - 1000) == (True, 10.0)
    assert None not in timeouts(run, Read) + timeouts(run, Open)
