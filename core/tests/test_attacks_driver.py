"""A careless plugin author and a careless caller against the driver: every mistake has an end, and none hangs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from core_driver import OK, RESET, Clock, Run, make_plan
from core_fake import HELLO, FakeParser, events

from headwater import Deadlines, Flow, Retry, WireRequest, make_error
from headwater._drive import Drive
from headwater._plan import LONGEST, Open, Opened, Read, Sleep
from headwater._waiting import Waiting

FAILED = Opened(500, {})


def fail(*_: Any) -> Any:
    """A hook with a mistake in it."""
    raise ZeroDivisionError("oops")


def flow_of(*steps: Any, returns: Any = None) -> Callable[[WireRequest], Flow]:
    """A preparation that takes these steps."""

    def prepare(wire: WireRequest) -> Iterator[Any]:
        yield from steps
        return returns

    return prepare  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize(
    "settings",
    [
        {"prepare": fail},
        {"prepare": flow_of("no request", returns=WireRequest("https://fake.test"))},
        {"prepare": flow_of(returns="no request")},
        {"sign": fail},
        {"credentials": fail},
        {"answer_locally": fail},
        {"answer_locally": lambda wire: ["text instead of bytes"]},
        {"answer_locally": lambda wire: 5},
        {"make_parser": fail},
        {"wire": WireRequest("https://fake.test", framing="unheard of")},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_plugins_mistake_is_the_last_event(settings: dict[str, Any]) -> None:
    """Wherever it is made, nothing is raised to the consumer, nothing tried again, and it is said whose it is."""
    run = Run([OK, HELLO, None], retry=Retry(attempts=3), **settings)
    assert (run.types, run.error.kind, len(run.attempts)) == (["start", "error"], "unknown", 1)
    assert "report it to its author" in run.error.message


def test_a_plugins_mistake_while_resuming_keeps_what_came() -> None:
    """The answer so far is there."""
    body = events({"text": "a"}, {"cursor": [{"id": 1}]}, done=False)
    run = Run([OK, body, None], resume=fail)
    assert (run.message.text, run.error.kind) == ("a", "unknown")


def drive(script: list[Any], **settings: Any) -> Drive:
    """A drive that was driven to where something is raised."""
    made = Drive(make_plan(Clock(), **settings))
    steps = made.run()
    result: Any = None
    with pytest.raises((ZeroDivisionError, TypeError)) as caught:
        while True:
            step = steps.send(result)
            result = script.pop(0) if isinstance(step, Open | Read) else None
    assert "oops" in str(caught.value) or "on_request gave dict" in str(caught.value)
    return made


@pytest.mark.parametrize("on_request", [fail, lambda wire: {"url": wire.url}], ids=["raises", "gives no request"])
def test_a_mistake_in_the_callers_own_function_is_raised_to_the_caller(on_request: Any) -> None:
    """It is the caller's program, with its own traceback; nothing was sent."""
    made = drive([], on_request=on_request)
    assert (made.status, made.pen.error) == (None, None)


def test_a_retry_condition_that_raises_hides_nothing() -> None:
    """The failure it was asked about stays the stream's."""
    made = drive([FAILED, b"", None], retry=Retry(condition=fail))
    assert made.pen.error is not None
    assert (made.pen.error.kind, made.pen.error.status) == ("server", 500)


# -- delays and limits


class Asks(FakeParser):
    """A parser of a plugin that says itself when to come again."""

    hint = 0.0

    def __call__(self, raw: Any, /) -> None:
        raise make_error("server", "later", retry_after=self.hint).to_exception()


@pytest.mark.parametrize("hint", [-5.0, -math.inf, math.nan])
def test_a_hint_that_is_no_time_means_now(hint: float) -> None:
    """Event loops refuse to sleep less than no time."""
    asks = type("Asks", (Asks,), {"hint": hint})
    run = Run([OK, HELLO, RESET], make_parser=asks, retry=Retry(attempts=2))
    assert [command.seconds for command in run.commands if isinstance(command, Sleep)] == [0.0]


def test_a_jitter_that_is_too_large_gives_no_negative_delay() -> None:
    """The same, where the caller says how long to wait."""
    run = Run([RESET, OK, HELLO, None], retry=Retry(attempts=2, jitter=5.0), random=lambda: 0.0)
    assert [command.seconds for command in run.commands if isinstance(command, Sleep)] == [0.0]


def test_any_number_of_attempts_can_be_made() -> None:
    """The growth of the delay stops at its bound, not at the largest number there is."""
    retry = Retry(attempts=1100, first_delay=0.001, max_delay=0.002, jitter=0.0)
    run = Run([RESET] * 1100, retry=retry)
    assert (len(run.attempts), run.waits[-1]) == (1100, 0.002)


@pytest.mark.parametrize(("again_in", "waited"), [(-3.0, 0.0), (math.nan, 0.0), (1e9, 10.0)])
def test_a_provider_cannot_put_off_an_answer_beyond_the_total(again_in: float, waited: float) -> None:
    """Nor to a time that has passed."""
    api: list[FakeParser] = []

    def parser(out: Any) -> FakeParser:
        api.append(FakeParser(out))
        out.cursor({"id": 1}, again_in=again_in)
        return api[-1]

    run = Run(
        [OK, events({"text": "a"}, done=False), None, OK, events({"text": "b"}), None],
        make_parser=parser,
        resume=lambda position: WireRequest("https://fake.test/rest"),
        deadlines=Deadlines(total=10.0),
    )
    assert [command.seconds for command in run.commands if isinstance(command, Sleep)] == [waited]


@pytest.mark.parametrize("pause", [-1.0, math.nan])
def test_a_pause_that_is_no_time_is_none(pause: float) -> None:
    """In an answer that is made in this process."""
    run = Run([], answer_locally=lambda wire: [pause, HELLO])
    assert ([command.seconds for command in run.commands], run.message.text) == ([0.0, 0], "Hello")


def test_no_limit_is_a_limit_that_clocks_and_sockets_take() -> None:
    """Infinity is the natural way to ask for none; locks and sockets refuse it."""
    deadlines = Deadlines(first_event=math.inf, silence=math.inf, total=math.inf)
    waiting = Waiting(make_plan(Clock(), deadlines=deadlines))
    before = waiting.nearest(completed=False)
    waiting.event_came()
    assert (before, waiting.nearest(completed=False)) == (LONGEST, LONGEST)


# -- secrets


def test_what_a_preparation_put_into_the_headers_is_taken_out_of_words() -> None:
    """A token that was fetched for this request is as secret as a key."""
    headers = {"x-access-token": "fetched-0123", "authorization": "Custom signed-4567", "x-mode": "loud"}
    refusal = b'{"error": {"message": "no fetched-0123, no signed-4567, not loud"}}'
    prepared = WireRequest("https://fake.test", headers=headers)
    run = Run([Opened(401, {}), refusal, None], prepare=flow_of(returns=prepared))
    assert run.error.message.count("***") == 2
    assert "loud" in run.error.message
