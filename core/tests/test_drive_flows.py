"""What happens before a request is sent, and answers that need no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from core_driver import ABORT, OK, RESET, Run
from core_fake import DONE, HELLO, events

from headwater import (
    NO_RETRY,
    Answer,
    Blocking,
    Deadlines,
    Flow,
    MissingKey,
    Overloaded,
    RequestError,
    Retry,
    StreamError,
    WireRequest,
    make_error,
)
from headwater._auth import Credentials
from headwater._plan import Call, Close, Open, Opened, Sleep

TEXT = b'data: {"text": "a"}\n\n'
TOKEN_URL = WireRequest("https://login.test/token", method="GET")


def raising(error: Exception) -> Callable[[], Any]:
    """A function that raises it."""

    def function() -> Any:
        raise error

    return function


# -- flows


def test_a_flow_may_ask_and_call_before_the_request() -> None:
    """Its requests go through the same transport without the model's key, its calls to a worker."""
    answers: list[Any] = []

    def prepare(wire: WireRequest) -> Flow:
        answers.append((yield TOKEN_URL))
        answers.append((yield Blocking(lambda: "signature")))
        return wire.with_headers({"Authorization": "signed", "X-Other": "1"})

    run = Run(
        [Opened(201, {"x-a": "1"}), b"to", b"ken", None, OK, HELLO, None],
        prepare=prepare,
        key="k",
    )
    assert answers == [Answer(201, {"x-a": "1"}, b"token"), "signature"]
    first, second = run.opens
    assert (first.wire, first.headers, second.headers) == (TOKEN_URL, {}, {"authorization": "Bearer k"})
    assert (second.wire.url, second.wire.headers) == (
        "https://fake.test/chat",
        {"authorization": "signed", "x-other": "1"},
    )
    assert [type(command) for command in run.commands][4:7] == [Close, Call, Open]
    assert run.message.text == "Hello"


def test_a_flow_runs_before_every_attempt() -> None:
    """A signature or token may not outlive one."""
    made: list[int] = []

    def prepare(wire: WireRequest) -> Flow:
        made.append(len(made))
        return wire.with_headers({"x-try": str(len(made))})
        yield

    run = Run([RESET, OK, HELLO, None], prepare=prepare, retry=Retry(attempts=2))
    assert [command.wire.headers["x-try"] for command in run.opens] == ["1", "2"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RequestError("no region"), "invalid_request"),
        (StreamError(make_error("quota", "account empty")), "quota"),
    ],
)
@pytest.mark.parametrize("where", ["flow", "call"])
def test_what_a_flow_refuses_is_the_last_event(error: Exception, kind: str, where: str) -> None:
    """Nothing is sent, nothing is raised to the consumer."""

    def prepare(wire: WireRequest) -> Flow:
        if where == "call":
            yield Blocking(raising(error))
        raise error

    run = Run([], prepare=prepare)
    assert (run.error.kind, run.types, run.opens) == (kind, ["start", "error"], [])
    assert str(error) in run.error.message


def test_a_call_that_fails_is_a_failure_of_authentication() -> None:
    """Credentials could not be had; the library's own exception is named."""
    run = Run([], prepare=lambda wire: iter_flow(Blocking(raising(OSError("no profile")))))
    assert (run.error.kind, "OSError: no profile" in run.error.message) == ("authentication", True)


def iter_flow(*steps: Any) -> Flow:
    """A flow of these steps that returns nothing useful."""
    for step in steps:
        _ = yield step
    return TOKEN_URL


@pytest.mark.parametrize("script", [[RESET], [OK, RESET], [OK, b"x", ABORT]])
def test_a_flow_whose_request_fails_ends_the_attempt(script: list[Any]) -> None:
    """As the request itself would; the connection is closed."""
    run = Run(script, prepare=lambda wire: iter_flow(TOKEN_URL))
    assert (run.error.kind, len(run.opens)) == (script[-1].kind, 1)


def test_the_flows_requests_are_under_the_deadline() -> None:
    """Waiting for a token is waiting for the first event."""
    run = Run([20, OK, b"t", None, 20, OK], prepare=lambda wire: iter_flow(TOKEN_URL))
    assert [command.timeout for command in run.opens] == [30.0, 10.0]
    assert run.error.kind == "timeout"


# -- the key, and the last look at the request


def test_a_key_may_be_asked_for_at_each_attempt() -> None:
    """A function is called anew, in a worker."""
    keys = iter(["one", "two"])
    run = Run([RESET, OK, HELLO, None], key=lambda: next(keys), retry=Retry(attempts=2))
    assert [command.headers for command in run.opens] == [
        {"authorization": "Bearer one"},
        {"authorization": "Bearer two"},
    ]


def test_a_key_that_cannot_be_had_ends_the_stream() -> None:
    """What its function raises is named; nothing is sent."""
    run = Run([], key=raising(LookupError("vault sealed")))
    assert (run.error.kind, "LookupError: vault sealed" in run.error.message) == ("authentication", True)


def test_credentials_that_are_refused_end_the_stream() -> None:
    """A key that cannot stand in a header, or would cross the network in the clear."""
    run = Run([], credentials=lambda wire, key: raising(MissingKey("no key"))())
    assert (run.error.kind, run.opens) == ("invalid_request", [])


def test_secrets_are_taken_out_of_what_the_provider_says() -> None:
    """A server that repeats the key in its refusal does not make it public."""
    run = Run(
        [Opened(401, {"x-request-id": "id-s3cret"}), b'{"error": {"message": "key s3cret is wrong"}}', None],
        credentials=lambda wire, key: Credentials({"authorization": "s3cret"}, ("s3cret",)),
    )
    assert run.error.kind == "authentication"
    assert "s3cret" not in repr((run.message, run.attempts, run.events, run.drive.plan))


def test_on_request_sees_the_request_and_may_give_another() -> None:
    """It sees what preparation made, without the key."""
    seen: list[WireRequest] = []

    def on_request(wire: WireRequest) -> WireRequest | None:
        seen.append(wire)
        return wire.with_headers({"x-mine": "1"}) if len(seen) > 1 else None

    def prepare(wire: WireRequest) -> Flow:
        return wire.with_headers({"x-prepared": "1"})
        yield

    run = Run([RESET, OK, HELLO, None], prepare=prepare, on_request=on_request, key="k", retry=Retry(attempts=2))
    assert [wire.headers for wire in seen] == [{"x-prepared": "1"}] * 2
    assert [dict(command.wire.headers) for command in run.opens] == [
        {"x-prepared": "1"},
        {"x-prepared": "1", "x-mine": "1"},
    ]


# -- local answers


def test_an_answer_may_be_made_here() -> None:
    """Bytes as they come, nothing is opened or closed, the consumer's other tasks may run between."""
    run = Run([], answer_locally=lambda wire: [HELLO[:40], HELLO[40:]])
    assert (run.message.text, run.commands) == ("Hello", [Sleep(0), Sleep(0)])


def test_a_local_answer_may_pause_and_call() -> None:
    """A generator is sent what its calls gave."""

    def local(wire: WireRequest) -> Iterator[Any]:
        yield TEXT
        yield 1.5
        piece: Any = yield Blocking(lambda: b'data: {"text": "b"}\n\n')
        yield piece
        yield DONE

    run = Run([], answer_locally=local)
    assert (run.message.text, run.message.error, run.waits) == ("ab", None, [1.5])


def test_pauses_of_a_local_answer_are_under_the_deadlines() -> None:
    """A pause that is too long ends at the limit."""
    run = Run([], answer_locally=lambda wire: [TEXT, 9.0, TEXT, 11.0, TEXT], deadlines=Deadlines(silence=10.0))
    assert (run.error.kind, run.message.text, run.waits) == ("timeout", "aa", [9.0, 10.0])


def test_a_local_answer_can_be_aborted() -> None:
    """In a pause, with all that came."""
    run = Run([], answer_locally=lambda wire: [TEXT, 9.0, TEXT], abort_sleep=True)
    assert (run.message.stop_reason, run.message.text) == ("aborted", "a")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StreamError(make_error("context_overflow", "too long")), "context_overflow"),
        (RequestError("no such file"), "invalid_request"),
        (RuntimeError("a bug"), "unknown"),
    ],
)
@pytest.mark.parametrize("where", ["step", "call"])
def test_a_local_answer_that_fails_ends_the_stream(error: Exception, kind: str, where: str) -> None:
    """As a provider's failure does, with all that came; nothing is raised to the consumer."""

    def local(wire: WireRequest) -> Iterator[Any]:
        yield TEXT
        if where == "call":
            yield Blocking(raising(error))
        raise error

    run = Run([], answer_locally=local)
    assert (run.error.kind, run.message.text, str(error) in run.error.message) == (kind, "a", True)
    assert (run.error.provider, run.error.model) == ("fake", "m")


def test_a_mistake_in_a_local_answer_is_made_once() -> None:
    """Asked again it would be made again; what the function says may pass is tried again."""
    asked: list[int] = []

    def local(wire: WireRequest) -> Iterator[Any]:
        asked.append(len(asked))
        yield Blocking(
            raising(Overloaded(make_error("overloaded", "busy", retry_after=7.0)))
            if len(asked) == 1
            else raising(KeyError("x"))
        )

    run = Run([], answer_locally=local, retry=Retry(attempts=5))
    assert (len(asked), run.waits, run.error.kind, run.error.retryable) == (2, [7.0], "unknown", False)


@pytest.mark.parametrize("steps", [list, iter])
def test_a_call_that_fails_ends_an_answer_that_is_no_generator(steps: Callable[[list[Any]], Any]) -> None:
    """Nothing can be thrown into it."""
    run = Run([], answer_locally=lambda wire: steps([TEXT, Blocking(raising(StopIteration())), TEXT]))
    assert (run.error.kind, run.message.text) == ("unknown", "a")


def test_what_a_call_raises_is_raised_where_it_was_yielded() -> None:
    """In flows and in local answers, so that each can mend it."""

    def prepare(wire: WireRequest) -> Flow:
        try:
            yield Blocking(raising(OSError("no profile")))
        except OSError as error:
            return wire.with_headers({"x-why": str(error)})

    def local(wire: WireRequest) -> Iterator[Any]:
        try:
            yield Blocking(raising(LookupError("no word")))
        except LookupError:
            piece: Any = yield Blocking(lambda: TEXT)
            yield piece
        yield events({"text": wire.headers["x-why"]})

    run = Run([], prepare=prepare, answer_locally=local)
    assert (run.message.text, run.message.error) == ("ano profile", None)


def test_a_local_answer_may_say_its_status_and_headers() -> None:
    """At its beginning; they are seen on the stream, and its body are the first bytes."""
    run = Run([], answer_locally=lambda wire: [Answer(200, {"X-Request-Id": "r1"}, HELLO[:40]), HELLO[40:]])
    assert (run.message.text, run.drive.status, run.drive.headers) == ("Hello", 200, {"x-request-id": "r1"})


@pytest.mark.parametrize("split", [0, 9])
def test_a_local_answer_may_be_a_refusal(split: int) -> None:
    """It is classified as one over HTTP is, and may be tried again."""
    body = b'{"error": {"message": "slow down"}}'
    head = Answer(429, {"Retry-After": "7"}, body[:split])
    run = Run([], answer_locally=lambda wire: [head, body[split:]], retry=NO_RETRY)
    assert (run.error.kind, run.error.status, run.error.retry_after, "slow down" in run.error.message) == (
        "rate_limit",
        429,
        7.0,
        True,
    )


def test_a_local_answer_that_is_left_is_closed() -> None:
    """Its own cleanup runs before the last event is handed out."""
    closed: list[bool] = []

    def local(wire: WireRequest) -> Iterator[Any]:
        try:
            yield TEXT
            yield 9.0
        finally:
            closed.append(True)

    run = Run([], answer_locally=local, abort_sleep=True)
    assert (closed, run.message.stop_reason) == ([True], "aborted")


def test_a_local_answer_needs_no_key() -> None:
    """The key is not even asked for."""
    run = Run([], answer_locally=lambda wire: [HELLO], key=raising(AssertionError("asked")))
    assert run.message.error is None
