"""A canary key: wherever a stream goes, it is in the request's headers and nowhere else."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from core_fake import HELLO, KEY, NOWHERE, FakeApi, PreparingProvider, fake_hub, play

from headwater import Blocking, Flow, Hub, Retry, StreamError, WireRequest, to_json
from headwater.testing import Fault, LoopbackServer, Reply, Request
from headwater.testing._server import BEFORE_HEAD

ECHO = {"content-type": "application/json", "x-request-id": f"id-{KEY}"}


def echo(status: int) -> Callable[[Request], Reply]:
    """A server that repeats the key in all it says."""

    def answer(request: Request) -> Reply:
        said = request.headers.get("authorization", "")
        body = {"error": {"message": f"I saw {said}", "code": f"code-{KEY}", "type": KEY}}
        return Reply(json.dumps(body).encode(), status=status, headers=ECHO)

    return answer


ANSWERS: dict[str, Any] = {
    "well": Reply(HELLO),
    "refused": echo(401),
    "an error in a 200": echo(200),
    "redirected": Reply(b"", status=307, headers={"location": f"https://x.test/?key={KEY}"}),
    "broken": Reply(HELLO, fault=Fault.reset(BEFORE_HEAD)),
    "no stream": Reply(f"<html><title>{KEY}</title></html>".encode()),
    "unreadable": Reply(f"data: nonsense {KEY}\n\n".encode()),
    "failing in the parser": Reply(f'data: {{"raise": "{KEY}"}}\n\n'.encode()),
}


def everything_shown(caplog: pytest.LogCaptureFixture, outcome: Any, hub: Hub) -> str:
    """All that a program would print, log or store of a stream, its hub and its error."""
    shown: list[Any] = [outcome.message, outcome.events, outcome.stream, outcome.stream.attempts, hub]
    shown += [hub.model("fake/m"), outcome.stream._drive.plan, outcome.stream.notes, outcome.stream.partial]
    parts = [f"{one!r} {one}" for one in shown]
    parts += [to_json(outcome.message), *map(to_json, outcome.events)]
    parts += [repr(pickle.dumps(one)) for one in (outcome.message, outcome.events, hub.model("fake/m"))]
    parts += [repr(attrs.asdict(outcome.message))]
    try:
        outcome.message.raise_for_error()
    except StreamError as error:
        parts += ["".join(traceback.format_exception(error)), repr(error), repr(pickle.dumps(error))]
    # httpcore logs the headers of answers, whatever a server puts into them; those of requests it does not
    logged = [record for record in caplog.records if "receive_response_headers" not in record.getMessage()]
    parts += [f"{record.getMessage()} {vars(record)}" for record in logged]
    return "\n".join(parts)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("explicit", [False, True], ids=["environment", "explicit"])
def test_the_key_is_shown_by_nobody(
    loopback: LoopbackServer, form: str, caplog: pytest.LogCaptureFixture, answer: Any, explicit: bool
) -> None:
    """However the stream ends, and whatever the server repeats of it."""
    caplog.set_level(logging.DEBUG)
    loopback.reply(answer)
    hub = fake_hub(loopback.url, environ={} if explicit else {"FAKE_API_KEY": KEY})
    outcome = play(form, hub, retry=Retry(attempts=1), **({"key": KEY} if explicit else {}))
    assert loopback.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in loopback.requests[0].query
    assert KEY not in everything_shown(caplog, outcome, hub)


@pytest.mark.parametrize("key", [f"{KEY}\n{KEY}", f"{KEY}\u00e9"])
def test_a_key_that_cannot_be_sent_is_not_shown(form: str, caplog: pytest.LogCaptureFixture, key: str) -> None:
    """The refusal says what is wrong, not with what."""
    caplog.set_level(logging.DEBUG)
    hub = fake_hub(NOWHERE)
    outcome = play(form, hub, key=key)
    assert outcome.kind == "invalid_request"
    assert KEY not in everything_shown(caplog, outcome, hub)


@pytest.mark.parametrize("where", ["flow", "call"])
def test_a_failing_preparation_does_not_show_the_key(form: str, caplog: pytest.LogCaptureFixture, where: str) -> None:
    """A library that puts the credentials it was given into its exception."""
    caplog.set_level(logging.DEBUG)

    def fail(secrets: Any) -> Any:
        raise OSError(f"cannot sign with {secrets}")

    def flow(wire: WireRequest, secrets: Any) -> Flow:
        yield Blocking(lambda: fail(secrets) if where == "call" else None)
        fail(secrets)
        return wire

    hub = fake_hub(provider=PreparingProvider(flow))
    outcome = play(form, hub)
    assert outcome.kind == "authentication"
    assert KEY not in everything_shown(caplog, outcome, hub)


def test_requests_that_are_shown_hold_no_key() -> None:
    """What would be sent, before the credentials; of headers, among which a signature may be, the names."""
    request = fake_hub().request("fake/m", "Hi", key=KEY, extra_headers={"X-Signature": KEY})
    assert (request.headers, KEY in repr(request), "x-signature" in repr(request)) == (
        {"x-signature": KEY},
        False,
        True,
    )


def test_a_local_answer_that_repeats_the_key_does_not_show_it(form: str, caplog: pytest.LogCaptureFixture) -> None:
    """An explicit key is known before anything is sent."""
    caplog.set_level(logging.DEBUG)

    def local() -> Any:
        raise RuntimeError(f"no model for {KEY}")
        yield b""

    hub = fake_hub(api=FakeApi(local=local))
    outcome = play(form, hub, key=KEY, retry=Retry(attempts=1))
    assert outcome.kind == "unknown"
    assert KEY not in everything_shown(caplog, outcome, hub)
