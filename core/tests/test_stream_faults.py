"""A server that breaks, over real sockets: one error of the right kind, what came kept, the connection gone."""

from __future__ import annotations

import json
from typing import Any

import psutil
import pytest
from core_fake import HELLO, LIMIT, NOWHERE, Outcome, events, fake_hub, play

from headwater import Deadlines, Limits, Retry, check_grammar
from headwater.testing import Fault, LoopbackServer, Reply
from headwater.testing._server import BEFORE_HEAD

TEXT = events({"text": "a"}, done=False)
ONCE = Retry(attempts=1)
SHORT = Deadlines(silence=0.1, first_event=LIMIT)


def ask(form: str, loopback: LoopbackServer, reply: Reply, **asked: Any) -> Outcome:
    """One stream of one attempt; afterwards the server has seen its peer go, and nothing was raised."""
    loopback.reply(reply)
    outcome = play(form, fake_hub(loopback.url, **asked.pop("hub", {})), retry=ONCE, **asked)
    check_grammar(outcome.events)
    return outcome


# -- the connection


@pytest.mark.parametrize(
    ("fault", "framing", "kind"),
    [
        (Fault.reset(after=len(TEXT)), "chunked", "network"),
        (Fault.reset(after=len(TEXT)), "length", "network"),
        (Fault.half_close(after=len(TEXT)), "chunked", "truncated"),
        (Fault.half_close(after=len(TEXT)), "length", "truncated"),
        (Fault.half_close(after=len(TEXT)), "close", "truncated"),
        (Fault.bad_chunk_size(after=len(TEXT)), "chunked", "malformed"),
    ],
)
def test_a_break_after_content_keeps_the_content(
    loopback: LoopbackServer, form: str, fault: Fault, framing: Any, kind: str
) -> None:
    """Reset, cut, or chunks that are none."""
    outcome = ask(form, loopback, Reply([TEXT, HELLO], fault=fault, framing=framing))
    assert (outcome.kind, outcome.message.text, outcome.types[-1]) == (kind, "a", "error")
    assert loopback.connections.wait_closed()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.reset(BEFORE_HEAD), "network"),
        (Fault.early_close_before_headers(), "network"),
        (Fault.garbage_status_line(), "malformed"),
        (Fault.half_close(0), "truncated"),
    ],
)
def test_a_break_before_content_is_an_error_of_its_kind(
    loopback: LoopbackServer, form: str, fault: Fault, kind: str
) -> None:
    """No answer, half an answer, or something that is no HTTP."""
    outcome = ask(form, loopback, Reply(HELLO, fault=fault))
    assert (outcome.kind, outcome.types, outcome.message.content) == (kind, ["start", "error"], ())
    assert loopback.connections.wait_closed()


def test_a_missing_last_chunk_after_the_signal_is_done(loopback: LoopbackServer, form: str) -> None:
    """The protocol's signal counts, not HTTP's."""
    outcome = ask(form, loopback, Reply(HELLO, fault=Fault.missing_last_chunk()))
    assert (outcome.message.error, outcome.message.text, outcome.message.usage.output) == (None, "Hello", 2)


def test_nobody_listens(form: str) -> None:
    """A refused connection is a failure of the network, named."""
    outcome = play(form, fake_hub(NOWHERE), retry=ONCE)
    assert (outcome.kind, outcome.types) == ("network", ["start", "error"])
    assert "could not be reached" in (outcome.message.error_message or "")


def test_a_break_before_content_is_tried_again(loopback: LoopbackServer, form: str) -> None:
    """Over a fresh connection, told by a status."""
    loopback.reply(Reply(fault=Fault.reset(BEFORE_HEAD)), Reply(b"{}", status=503), Reply(HELLO))
    outcome = play(form, fake_hub(loopback.url), retry=Retry(first_delay=0.001))
    check_grammar(outcome.events)
    kinds = [attempt.error.kind if attempt.error else None for attempt in outcome.stream.attempts]
    assert (outcome.message.text, outcome.types[:3], kinds) == (
        "Hello",
        ["start", "status", "status"],
        ["network", "overloaded", None],
    )


def test_a_cut_gzip_keeps_what_could_be_read(loopback: LoopbackServer, form: str) -> None:
    """A body that is compressed although identity was asked for is decoded; its cut is no end."""
    body = [TEXT, *[events({"text": str(n)}, done=False) for n in range(50)], HELLO]
    whole = ask(form, loopback, Reply(body, encoding="gzip"))
    cut = ask(form, loopback, Reply(body, encoding="gzip", fault=Fault.cut_gzip()))
    assert (whole.message.error, whole.message.text[-5:]) == (None, "Hello")
    assert cut.kind in ("truncated", "malformed")
    assert whole.message.text.startswith(cut.message.text)
    assert cut.message.text.startswith("a0")


# -- silence


@pytest.mark.parametrize(
    "fault",
    [
        Fault.endless(b": keep-alive\n\n"),
        Fault.endless(b"\n"),
        Fault.stall(after=len(TEXT)),
    ],
    ids=["comments", "blank lines", "silence"],
)
def test_silence_ends_by_its_deadline(loopback: LoopbackServer, form: str, fault: Fault) -> None:
    """Bytes that are no events do not count; what came is kept and the connection is gone."""
    outcome = ask(form, loopback, Reply(TEXT, fault=fault), deadlines=SHORT)
    assert (outcome.kind, outcome.message.text) == ("timeout", "a")
    assert "Deadlines.silence" in (outcome.message.error_message or "")
    assert loopback.connections.wait_closed()


def test_silence_may_last_longer_than_the_first_event_may_take(loopback: LoopbackServer, form: str) -> None:
    """The limit moves with every event, and the later one strikes as well."""
    deadlines = Deadlines(first_event=0.2, silence=0.3)
    outcome = ask(form, loopback, Reply(TEXT, fault=Fault.stall(after=len(TEXT))), deadlines=deadlines)
    assert (outcome.kind, outcome.message.text) == ("timeout", "a")
    assert "no event for 0.3 s" in (outcome.message.error_message or "")


@pytest.mark.parametrize("after", [BEFORE_HEAD, 0])
def test_no_first_event_ends_by_its_deadline(loopback: LoopbackServer, form: str, after: int) -> None:
    """Without head, or without body."""
    stalled = Reply(HELLO, fault=Fault.stall(after=after))
    outcome = ask(form, loopback, stalled, deadlines=Deadlines(first_event=0.1))
    assert (outcome.kind, outcome.types) == ("timeout", ["start", "error"])
    assert loopback.connections.wait_closed()


def test_the_total_ends_a_stream_that_goes_on_and_on(loopback: LoopbackServer, form: str) -> None:
    """Events come all the time, and never the last one."""
    outcome = ask(form, loopback, Reply(TEXT, fault=Fault.endless(TEXT)), deadlines=Deadlines(total=0.2))
    assert (outcome.kind, "Deadlines.total" in (outcome.message.error_message or "")) == ("timeout", True)
    assert loopback.connections.wait_closed()


def test_a_peer_that_hangs_on_closing_holds_nothing_up(loopback: LoopbackServer, form: str) -> None:
    """It sends no end and ignores ours: after the signal two seconds, without it the deadline, and no more."""
    reply = Reply(TEXT, fault=Fault.hang_on_close())
    outcome = ask(form, loopback, reply, deadlines=SHORT)
    assert (outcome.kind, outcome.message.text) == ("timeout", "a")


# -- answers that are none


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"message": "bad key", "type": "authentication_error"}}, "authentication"),
        (404, {"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}, "model_not_found"),
        (200, {"error": {"message": "busy", "type": "overloaded_error"}}, "overloaded"),
    ],
    ids=["wrong key", "unknown model", "error in a 200"],
)
def test_a_refusal_is_an_error_of_its_kind(
    loopback: LoopbackServer, form: str, status: int, body: Any, kind: str
) -> None:
    """In the provider's own words."""
    reply = Reply(json.dumps(body).encode(), status=status, headers={"content-type": "application/json"})
    outcome = ask(form, loopback, reply)
    assert (outcome.kind, outcome.types) == (kind, ["start", "error"])
    assert body["error"]["message"] in (outcome.message.error_message or "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><head><title>Log in</title></head></html>", "an HTML page (Log in)"),
        (b'{"id": "x", "choices": []}', "choices"),
        (b"\xff\xfe\xff", "is no stream"),
    ],
    ids=["html", "json", "bytes"],
)
def test_a_200_that_is_no_stream_is_malformed(loopback: LoopbackServer, form: str, body: bytes, words: str) -> None:
    """And is shown as far as it helps."""
    outcome = ask(form, loopback, Reply(body))
    assert outcome.kind == "malformed"
    assert words in (outcome.message.error_message or "")


def test_invalid_utf8_keeps_what_came_before(loopback: LoopbackServer, form: str) -> None:
    """Bytes that are no text end the stream."""
    outcome = ask(form, loopback, Reply(TEXT + b'data: {"text": "\xff"}\n\n' + HELLO))
    assert (outcome.kind, outcome.message.text) == ("malformed", "a")


@pytest.mark.parametrize("before", [b"data: ", b""], ids=["an event", "a line"])
def test_bytes_without_a_newline_take_bounded_memory(loopback: LoopbackServer, form: str, before: bytes) -> None:
    """A gigabyte is on offer; little more than the limit is taken, and the rest never read."""
    megabyte = 1 << 20
    reply = Reply(TEXT + before, fault=Fault.endless(b"x" * 65_536))
    process = psutil.Process()
    grown = process.memory_info().rss
    outcome = ask(form, loopback, reply, hub={"limits": Limits(event_bytes=megabyte)})
    grown = process.memory_info().rss - grown
    assert (outcome.kind, outcome.message.text) == ("malformed", "a")
    assert "Limits.event_bytes" in (outcome.message.error_message or "")
    assert loopback.connections.wait_closed()
    # the kernel's buffers of both sides hold some megabytes that nobody reads
    assert loopback.connections.bytes_written < 32 * megabyte
    assert grown < 64 * megabyte


def test_redirects_are_not_followed(loopback: LoopbackServer, form: str) -> None:
    """The second request, with its key, is never made."""
    loopback.route("/elsewhere", Reply(HELLO))
    reply = Reply(b"", status=307, headers={"location": f"{loopback.url}/elsewhere"})
    outcome = ask(form, loopback, reply)
    assert (outcome.kind, [request.path for request in loopback.requests]) == ("invalid_request", ["/chat"])


def test_a_header_that_cannot_be_sent_is_a_bad_request(loopback: LoopbackServer, form: str) -> None:
    """The client's refusal is ours."""
    hub = fake_hub(loopback.url)
    outcome = play(form, hub, model=hub.model("fake/m", headers={"x-bad": "line\nbreak"}), retry=ONCE)
    assert (outcome.kind, loopback.requests) == ("invalid_request", [])


def test_a_header_that_cannot_be_sent_is_the_callers_mistake(form: str) -> None:
    """Characters beyond ASCII: nobody was unreachable, and nothing is tried again."""
    outcome = play(form, fake_hub(NOWHERE), extra_headers={"x-name": "Zoë"})
    assert outcome.message.error is not None
    assert (outcome.kind, len(outcome.stream.attempts)) == ("invalid_request", 1)
    assert "x-name" in outcome.message.error.message
