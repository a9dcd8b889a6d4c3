"""Refusals of Google: the codes of google.rpc, whatever their status, and the delays they ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google_corpus import CORPUS, needs_corpus
from google_wire import HUB, MODEL, STOPPED, chunk, final, sse

from headwater import ErrorInfo, Hub, Retry
from headwater.testing import LoopbackServer, Reply

RECORDED = sorted((CORPUS / "errors" / "google-generative-ai").glob("*.json"))


def refused(status: int, error: Any) -> ErrorInfo:
    """What a refusal means."""
    body = error if isinstance(error, bytes) else json.dumps({"error": error}).encode()
    told = final(HUB.decode(MODEL, body, status=status)).error
    assert told is not None
    return told


CODES = [
    (400, "INVALID_ARGUMENT", "invalid_request", False),
    (400, "FAILED_PRECONDITION", "invalid_request", False),
    (400, "OUT_OF_RANGE", "invalid_request", False),
    (401, "UNAUTHENTICATED", "authentication", False),
    (403, "PERMISSION_DENIED", "permission", False),
    (404, "NOT_FOUND", "invalid_request", False),
    (409, "ABORTED", "server", True),
    (409, "ALREADY_EXISTS", "invalid_request", False),
    (429, "RESOURCE_EXHAUSTED", "rate_limit", True),
    (499, "CANCELLED", "server", True),
    (500, "UNKNOWN", "server", True),
    (500, "INTERNAL", "server", True),
    (500, "DATA_LOSS", "server", True),
    (501, "UNIMPLEMENTED", "invalid_request", False),
    (503, "UNAVAILABLE", "overloaded", True),
    (504, "DEADLINE_EXCEEDED", "timeout", True),
]


@pytest.mark.parametrize(("status", "code", "kind", "retryable"), CODES)
def test_every_code_has_a_kind(status: int, code: str, kind: str, retryable: bool) -> None:
    """The same as a status, and inside a stream that began well."""
    error = {"code": status, "message": "No.", "status": code}
    told = [refused(status, error), final(HUB.decode(MODEL, sse([chunk({"text": "a"}), {"error": error}]))).error]
    assert [(one.kind, one.retryable, one.code, one.status) for one in told if one] == [
        (kind, retryable, code, status)
    ] * 2


def test_what_is_behind_a_general_code_is_told_by_the_words() -> None:
    """A bad key, an unknown model and a long prompt all come as 400 or 404 with a general code."""
    bad_key = {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}
    no_model = {"code": 404, "message": "models/x is not found for API version v1beta", "status": "NOT_FOUND"}
    too_long = {
        "code": 400,
        "message": "The input token count (9) exceeds the maximum number of tokens allowed (8).",
        "status": "INVALID_ARGUMENT",
    }
    kinds = [refused(400, bad_key).kind, refused(404, no_model).kind, refused(400, too_long).kind]
    assert kinds == ["authentication", "model_not_found", "context_overflow"]


@pytest.mark.parametrize(("delay", "seconds"), [("34.07s", 34.07), ("0.9s", 0.9), ("12s", 12.0)])
def test_the_delay_it_asks_for_is_passed_on(delay: str, seconds: float) -> None:
    """RetryInfo says how long to wait; there is no header."""
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    error = {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED", "details": details}
    told = refused(429, error)
    assert (told.kind, told.retry_after, told.retryable) == ("rate_limit", seconds, True)


def test_vertex_wraps_an_error_in_an_array() -> None:
    """It means the same."""
    error = {"error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}}
    assert refused(503, json.dumps([error]).encode()).kind == "overloaded"


@needs_corpus
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_recorded_refusals_mean_what_their_labels_say(path: Path) -> None:
    """Labels were written from the bodies, by somebody who had not seen the classifier."""
    labels = json.loads((Path(__file__).parents[3] / "tests" / "labels" / "errors.json").read_bytes())
    label = labels[f"google-generative-ai/{path.stem}"]
    recorded = json.loads(path.read_bytes())
    told = refused(recorded["status"], recorded["body_text"].encode())
    assert (told.kind, told.retryable) == (label["kind"], label["retryable"])


def test_a_refusal_is_tried_again_and_the_key_shown_each_time(loopback: LoopbackServer) -> None:
    """Over HTTP: overloaded at first, then an answer; the key is in the header and in no URL."""
    busy = json.dumps({"error": {"code": 503, "message": "Busy.", "status": "UNAVAILABLE"}}).encode()
    loopback.reply(Reply(busy, status=503), Reply(sse([chunk({"text": "Hi"}), STOPPED])))
    hub = Hub(environ={})
    retry = Retry(attempts=2, first_delay=0.0, jitter=0.0)
    message = hub.complete_sync(MODEL, "hi", key="AIza-canary", base_url=loopback.url, retry=retry)
    hub.close()
    assert message.text == "Hi"
    assert [request.headers["x-goog-api-key"] for request in loopback.requests] == ["AIza-canary"] * 2
    assert [request.query for request in loopback.requests] == ["alt=sse"] * 2


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({"GEMINI_API_KEY": "one"}, "one"),
        ({"GOOGLE_API_KEY": "two"}, "two"),
        ({"GEMINI_API_KEY": "one", "GOOGLE_API_KEY": "two"}, "one"),
    ],
)
def test_the_key_comes_from_the_environment(environ: dict[str, str], shown: str, loopback: LoopbackServer) -> None:
    """`GEMINI_API_KEY` before `GOOGLE_API_KEY`, and only to where the provider is at home."""
    loopback.reply(Reply(sse([chunk({"text": "Hi"}), STOPPED])), Reply(sse([chunk({"text": "Hi"}), STOPPED])))
    hub = Hub(environ=environ)
    model = hub.model(MODEL, base_url=loopback.url)
    hub.complete_sync(model, "hi")
    at_home = hub.model(model, auth=_at_home(model.auth, loopback.url))
    hub.complete_sync(at_home, "hi")
    hub.close()
    assert [request.headers.get("x-goog-api-key") for request in loopback.requests] == [None, shown]


def _at_home(auth: Any, origin: str) -> Any:
    from attrs import evolve

    return evolve(auth, origins=(origin,))
