"""What an answer may be instead of an answer: refusals, errors in a 200, no stream at all, too much of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from core_driver import ABORT, CUT, OK, RESET, Run, Scripted
from core_fake import DONE, HELLO, events

from headwater import Limits, RateLimited, StreamError, WireRequest
from headwater._drive import ERROR_BODY_BYTES
from headwater._plan import Failed, Opened, Read
from headwater._strays import STRAY_BYTES, Strays
from headwater._waiting import END_WAIT

TEXT = b'data: {"text": "a"}\n\n'


def answer(*chunks: bytes | Failed | None, status: int = 200, **settings: Any) -> Run:
    """One answer in these chunks."""
    return Run([Opened(status, {}), *chunks], **settings)


# -- refusals


def test_a_refusal_is_classified_by_status_body_and_headers() -> None:
    """Kind, status, code, the provider's words and its id of the request."""
    body = json.dumps({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}).encode()
    run = Run([Opened(429, {"x-request-id": "q1", "retry-after": "3"}), body[:20], body[20:], None])
    error = run.error
    assert (error.kind, error.status, error.code, error.request_id, error.retry_after) == (
        "rate_limit",
        429,
        "rate_limit_exceeded",
        "q1",
        3.0,
    )
    assert ("slow down" in error.message, run.types) == (True, ["start", "error"])


def test_raising_the_error_gives_its_class_and_the_message() -> None:
    """`raise_for_error` is the exception of that kind, with all that came."""
    with pytest.raises(RateLimited) as caught:
        answer(b"{}", None, status=429).message.raise_for_error()
    assert (caught.value.status, caught.value.provider, caught.value.model) == (429, "fake", "m")
    assert caught.value.partial is not None


@pytest.mark.parametrize("end", [RESET, CUT, None])
def test_a_refusal_that_breaks_off_is_still_a_refusal(end: Failed | None) -> None:
    """What came of the body is read."""
    run = answer(b'{"error": {"message": "no credit"}}', end, status=402)
    assert (run.error.kind, "no credit" in run.error.message) == ("quota", True)


def test_an_abort_while_a_refusal_is_read_is_an_abort() -> None:
    """The caller's word wins."""
    assert answer(b"{", ABORT, status=500).error.kind == "aborted"


def test_little_of_a_refusal_is_read() -> None:
    """A body without end is left where it has said enough."""
    run = answer(*[b"x" * 16384] * 100, status=500)
    reads = [command for command in run.commands if isinstance(command, Read)]
    assert (len(reads), run.error.kind) == (ERROR_BODY_BYTES // 16384, "server")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """Keys travel in headers; the error says where it would have gone."""
    run = Run([Opened(status, {"location": "https://elsewhere.test/"})])
    assert (run.error.kind, run.error.status, len(run.opens)) == ("invalid_request", status, 1)
    assert "https://elsewhere.test/" in run.error.message
    assert "base URL" in run.error.message


@pytest.mark.parametrize("status", [100, 204, 304, 999])
def test_odd_statuses_end_in_an_error(status: int) -> None:
    """No status but a 2xx with an answer is success."""
    assert answer(None, status=status).message.error is not None


# -- errors inside a 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "busy", "type": "overloaded_error"}}',
        b'{\n  "error": {"message": "busy", "type": "overloaded_error"}\n}\n',
        b'error: {"message": "busy", "code": "overloaded"}\n\n',
        b'event: error\ndata: {"fail_with": [{"error": {"message": "busy", "type": "overloaded_error"}}]}\n\n',
        b'[{"error": {"message": "busy", "code": "overloaded"}}]',
    ],
    ids=["json", "pretty json", "error line", "error event", "list"],
)
@pytest.mark.parametrize("before", [b"", TEXT], ids=["at once", "after content"])
def test_an_error_inside_a_200_is_found(body: bytes, before: bytes) -> None:
    """However it is written, it is the same error as with a status, and what came before is kept."""
    run = answer(before + body, None)
    assert (run.error.kind, run.message.text) == ("overloaded", "a" if before else "")
    assert "busy" in run.error.message


def test_an_error_after_the_signal_wins() -> None:
    """A server that fails after its finish reason has failed."""
    run = answer(HELLO, b'error: {"message": "busy", "code": "overloaded"}\n\n', None)
    assert (run.error.kind, run.message.text) == ("overloaded", "Hello")


def test_what_follows_a_providers_error_is_read_for_its_usage() -> None:
    """But not waited for longer than the end of a whole answer is."""
    failing = b'data: {"fail": ["server", "broke"]}\n\n'
    counted = answer(failing, b'data: {"usage": {"input": 3}}\n\n', None)
    silent = Run([OK, failing, END_WAIT + 1, TEXT])
    assert [(run.error.kind, run.message.usage.input) for run in (counted, silent)] == [("server", 3), ("server", 0)]
    assert silent.clock.now - 1000 == END_WAIT


@pytest.mark.parametrize("unreadable", [b'data: {"raise": "oops"}\n\n', b"data: {\n\n"])
def test_nothing_is_read_after_what_cannot_be_read(unreadable: bytes) -> None:
    """The rest of the bytes is no answer any more."""
    run = answer(unreadable, TEXT, None)
    assert (run.error.kind, run.message.text, run.script) == ("malformed", "", [TEXT, None])


# -- no stream


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html><head><title>Log in</title></head></html>", "an HTML page (Log in)"),
        (b"Welcome to nginx!", "Welcome to nginx!"),
        (b'{"object": "list", "data": []}', "object"),
        (b"\xff\xfe\x00binary", "binary"),
    ],
)
def test_a_body_that_is_no_stream_is_malformed(body: bytes, words: str) -> None:
    """The message shows what it was and points at the base URL."""
    run = answer(body, None)
    assert run.error.kind == "malformed"
    assert words in run.error.message
    assert "base URL" in run.error.message


def test_lines_beside_an_answer_do_not_spoil_it() -> None:
    """Stray lines that are no error are passed over where an answer came."""
    assert answer(b"hello from a proxy\n" + HELLO, None).message.text == "Hello"


def test_little_of_what_is_no_event_is_kept() -> None:
    """A server that sends lines without end fills no memory; the beginning tells what it is."""
    strays = Strays()
    for _ in range(100):
        strays.add(b"x" * 10_000)
    assert sum(map(len, strays._lines)) <= STRAY_BYTES


def test_an_empty_body_is_truncated() -> None:
    """Nothing is no success."""
    assert answer(None).error.kind == "truncated"


# -- cuts


@pytest.mark.parametrize(("end", "kind"), [(None, "truncated"), (CUT, "truncated"), (RESET, "network")])
def test_a_cut_before_the_signal_is_an_error_with_all_that_came(end: Failed | None, kind: str) -> None:
    """Whatever the connection says."""
    run = answer(TEXT, b'data: {"text": "b"}\n\nda', end)
    assert (run.error.kind, run.error.retryable, run.message.text) == (kind, True, "ab")


@pytest.mark.parametrize("end", [None, CUT, RESET])
def test_a_cut_after_the_signal_is_done(end: Failed | None) -> None:
    """Usage that came is reported."""
    run = answer(HELLO, end)
    assert (run.message.error, run.message.usage.provenance) == (None, "reported")


def test_a_cut_after_the_signal_marks_missing_usage() -> None:
    """Counts may have been on the way."""
    whole, broken = answer(TEXT + DONE, None), answer(TEXT + DONE, RESET)
    assert [run.message.usage.provenance for run in (whole, broken)] == ["absent", "partial"]
    assert broken.message.error is None


def test_a_broken_last_event_is_truncated() -> None:
    """Half an event at the end of the bytes is a cut, not a fault of the protocol."""
    run = answer(TEXT + b'data: {"text": "b', None)
    assert (run.error.kind, run.message.text) == ("truncated", "a")


def test_an_event_that_cannot_be_read_is_malformed() -> None:
    """In the middle it is a fault; the message shows how it begins."""
    run = answer(TEXT + b'data: {"text": nonsense}\n\n' + TEXT + DONE, None)
    assert (run.error.kind, run.message.text) == ("malformed", "a")
    assert "nonsense" in run.error.message


def test_invalid_utf8_is_malformed() -> None:
    """Bytes that are no text cannot be taken for content."""
    run = answer(TEXT + b'data: {"text": "\xff\xfe"}\n\n', None)
    assert (run.error.kind, run.message.text) == ("malformed", "a")


def test_done_is_tolerated_by_every_protocol() -> None:
    """A parser that takes it for broken JSON is not asked about it."""

    class Strict:
        def __init__(self, out: Any) -> None:
            self.out = out

        def __call__(self, raw: Any) -> None:
            from headwater import loads

            self.out.text(loads(raw.data)["text"])
            self.out.complete()

        def end(self) -> None: ...

    run = answer(TEXT + DONE, None, make_parser=Strict)
    assert (run.message.error, run.message.text) == (None, "a")


@pytest.mark.parametrize(("end", "kind"), [(None, None), (CUT, "truncated"), (RESET, "network")])
def test_a_server_without_a_signal_is_done_only_at_a_clean_end(end: Failed | None, kind: str | None) -> None:
    """Its declaration makes the end of the body the end of the answer."""
    run = answer(TEXT, end, wire=WireRequest("https://fake.test", needs_signal=False))
    error = run.message.error
    assert (error.kind if error else None, run.message.text) == (kind, "a")


def test_a_self_delimiting_body_that_is_cut_is_no_clean_end() -> None:
    """An array that was not closed is cut, whatever the server declares."""
    wire = WireRequest("https://fake.test", framing="json-array", needs_signal=False)
    whole, cut = (answer(body, None, wire=wire) for body in (b'[{"text":"a"}]', b'[{"text":"a"},'))
    assert (whole.message.error, cut.error.kind, cut.message.text) == (None, "truncated", "a")


# -- limits and faults


def test_an_event_that_is_too_large_is_malformed() -> None:
    """The limit and the name of its option are in the message; what came is kept."""
    run = answer(TEXT, *[b"x" * 1000] * 50, limits=Limits(event_bytes=5000))
    assert (run.error.kind, run.message.text) == ("malformed", "a")
    assert "5000 bytes; see Limits.event_bytes" in run.error.message
    assert sum(isinstance(command, Read) for command in run.commands) == 7


def test_an_answer_that_is_too_large_is_malformed() -> None:
    """However small its events."""
    run = answer(*[TEXT] * 50, limits=Limits(answer_bytes=len(TEXT) * 10))
    assert (run.error.kind, run.message.text) == ("malformed", "a" * 10)
    assert "Limits.answer_bytes" in run.error.message
    assert sum(isinstance(command, Read) for command in run.commands) == 11


def test_a_fault_at_the_end_of_the_last_chunk_is_found() -> None:
    """Events before it are handed out first; then the bytes end, and it is still a fault."""
    run = answer(TEXT + b"x" * 6000, None, limits=Limits(event_bytes=5000))
    assert (run.error.kind, run.message.text, "Limits.event_bytes" in run.error.message) == ("malformed", "a", True)


def test_bytes_that_break_the_framing_are_malformed() -> None:
    """Binary frames vouch for their bytes; events before the fault are kept."""
    wire = WireRequest("https://fake.test", framing="aws-event-stream")
    run = answer(b"\x00\x00\x00\x10\x00\x00\x00\x00garbagegarbage", None, wire=wire)
    assert (run.error.kind, "not in its framing" in run.error.message) == ("malformed", True)


def test_a_parsers_own_mistake_ends_the_stream_named() -> None:
    """The exception is not the consumer's: an error that names the api, and what came before it."""
    run = answer(TEXT + b'data: {"raise": "oops"}\n\n' + TEXT, None)
    assert (run.error.kind, run.message.text) == ("malformed", "a")
    assert "the parser of fake fails on (RuntimeError: oops)" in run.error.message


def test_a_parser_may_raise_a_stream_error() -> None:
    """It is taken as it is."""

    class Raising:
        def __init__(self, out: Any) -> None: ...

        def __call__(self, raw: Any) -> None:
            from headwater import make_error

            raise StreamError(make_error("quota", "empty", code="c"))

        def end(self) -> None: ...

    assert (run := answer(TEXT, None, make_parser=Raising)).error.code == "c", run.error


@pytest.mark.parametrize("method", ["__call__", "end"])
def test_a_parser_that_fails_at_the_end_is_named_too(method: str) -> None:
    """Also in its last word."""

    class Broken:
        def __init__(self, out: Any) -> None: ...

        def __call__(self, raw: Any) -> None:
            if method == "__call__":
                raise KeyError("x")

        def end(self) -> None:
            if method == "end":
                raise KeyError("x")

    run = answer(TEXT, None, make_parser=Broken)
    assert (run.error.kind, "KeyError" in run.error.message) == ("malformed", True)


def test_the_parser_ends_once_and_always() -> None:
    """What it holds back is written at the end of the bytes, also of broken ones."""
    parsers: list[Any] = []

    class Holding:
        def __init__(self, out: Any) -> None:
            self.out, self.ends = out, 0
            parsers.append(self)

        def __call__(self, raw: Any) -> None: ...

        def end(self) -> None:
            self.ends += 1
            self.out.text("held")

    runs = [answer(TEXT, ending, make_parser=Holding) for ending in (None, RESET, ABORT)]
    assert [(parser.ends, run.message.text) for parser, run in zip(parsers, runs, strict=True)] == [(1, "held")] * 3


def test_wire_events_are_put_on_events_when_asked_for() -> None:
    """Each event carries what it was made from; without asking, none does."""
    body = events({"text": "a"}, {"text": "b", "stop": "stop"})
    script: list[Scripted] = [OK, body[:30], body[30:], None]
    plain, asked = Run(script), Run(script, raw=True)
    assert {event.raw for event in plain.events} == {None}
    made = [(event.type, json.loads(event.raw.data)) for event in asked.events if event.raw is not None]
    assert made == [
        ("text_start", {"text": "a"}),
        ("text_delta", {"text": "a"}),
        ("text_delta", {"text": "b", "stop": "stop"}),
    ]


def test_the_state_of_the_answer_can_be_seen() -> None:
    """Status and headers of the latest one."""
    run = Run([Opened(200, {"x-request-id": "q"}), HELLO, None])
    assert (run.drive.status, run.drive.headers) == (200, {"x-request-id": "q"})
