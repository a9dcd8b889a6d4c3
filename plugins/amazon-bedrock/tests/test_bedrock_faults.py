"""What goes wrong: exceptions in headers and in frames, damaged frames, and what they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bedrock_corpus import CORPUS
from bedrock_wire import CLAUDE, HUB, START, delta, exception, frame, metadata, play, read, said, stopped

from headwater import NO_RETRY, Error, Hub
from headwater.testing import LoopbackServer, Reply

INVOKE = HUB.model(CLAUDE, api="bedrock-invoke")

EXCEPTIONS: list[tuple[str, str, str, bool]] = [
    ("throttlingException", "Too many tokens, please wait before trying again.", "rate_limit", True),
    ("internalServerException", "The system encountered an unexpected error.", "server", True),
    ("serviceUnavailableException", "Bedrock is unable to process your request.", "overloaded", True),
    ("modelStreamErrorException", "An error occurred while streaming the response.", "server", True),
    ("modelTimeoutException", "The model took too long.", "timeout", True),
    ("validationException", "The tool input is not valid.", "invalid_request", False),
    ("validationException", "Input is too long for requested model.", "context_overflow", False),
    ("aNewException", "Something.", "unknown", False),
]


@pytest.mark.parametrize("model", [CLAUDE, INVOKE], ids=["converse", "invoke"])
@pytest.mark.parametrize(("name", "words", "kind", "retryable"), EXCEPTIONS)
def test_an_exception_frame_ends_the_answer(model: Any, name: str, words: str, kind: str, retryable: bool) -> None:
    """With status 200; its name tells the kind, its words come along."""
    error = read(exception(name, {"message": words}), model=model).error
    assert error is not None
    assert (error.kind, error.retryable, error.code, words.rstrip(".") in error.message) == (
        kind,
        retryable,
        name,
        True,
    )


def test_an_exception_in_the_middle_keeps_what_came() -> None:
    """Also after the stop, for the later word wins."""
    one = read(START, delta(0, text="He"), exception("throttlingException", {"message": "slow down"}))
    other = read(START, said(0, "Hi"), stopped("end_turn"), exception("internalServerException", {"message": "oh"}))
    assert [(message.text, message.error.kind if message.error else None) for message in (one, other)] == [
        ("He", "rate_limit"),
        ("Hi", "server"),
    ]


@pytest.mark.parametrize("payload", [b"", b"plain words", b'{"Message": "plain words"}', b"[1]", b"\xff"])
def test_an_exception_frame_may_say_anything_or_nothing(payload: bytes) -> None:
    """It is told by its name all the same."""
    error = read(START, exception("throttlingException", payload)).error
    assert error is not None
    assert (error.kind, error.code) == ("rate_limit", "throttlingException")


def test_the_original_words_of_a_model_come_along() -> None:
    """Beside Bedrock's own."""
    told = {"message": "The model failed.", "originalMessage": "CUDA out of memory", "originalStatusCode": 500}
    error = read(START, exception("modelStreamErrorException", told)).error
    assert error is not None
    assert "The model failed. (CUDA out of memory)" in error.message


def test_an_error_frame_speaks_in_its_headers() -> None:
    """It has no payload."""
    error = read(START, frame(b"", message_type="error", error_code="InternalFailure", error_message="went away")).error
    assert error is not None
    assert (error.kind, error.code, "went away" in error.message) == ("server", "InternalFailure", True)


@pytest.mark.parametrize("place", ["prelude", "payload", "checksum"])
def test_a_damaged_frame_is_malformed(place: str) -> None:
    """Nothing after it is believed; what came before is kept."""
    damaged = bytearray(delta(0, text=" there"))
    damaged[{"prelude": 3, "payload": 80, "checksum": -1}[place]] ^= 1
    message = read(START, delta(0, text="Hi"), bytes(damaged), stopped("end_turn"), metadata())
    assert message.error is not None
    assert (message.text, message.error.kind, message.error.retryable) == ("Hi", "malformed", True)


def test_a_frame_that_was_cut_is_truncated() -> None:
    """Where the bytes end within it."""
    message = read(START, delta(0, text="Hi"), stopped("end_turn")[:-3])
    assert message.error is not None
    assert (message.text, message.error.kind) == ("Hi", "truncated")


def test_a_payload_that_is_no_json_is_malformed() -> None:
    """Of an event that has to be read."""
    broken = frame(b"{", event_type="contentBlockDelta", message_type="event")
    error = read(START, broken, stopped("end_turn"), metadata()).error
    assert error is not None
    assert error.kind == "malformed"


def test_json_where_frames_belong_is_told_as_what_it_is() -> None:
    """A proxy answers in its own way."""
    events = play(b'{"message": "no route"}')
    assert isinstance(events[-1], Error)
    assert events[-1].message.error is not None
    assert events[-1].message.error.kind in ("malformed", "truncated")


@pytest.mark.parametrize(
    ("status", "name", "words", "kind"),
    [
        (400, "ValidationException", "The provided model identifier is invalid.", "model_not_found"),
        (400, "ValidationException", "Malformed input request: #: extraneous key", "invalid_request"),
        (400, "ServiceQuotaExceededException", "over", "quota"),
        (403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", "permission"),
        (403, "ExpiredTokenException", "The security token included in the request is expired", "authentication"),
        (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            "authentication",
        ),
        (403, "InvalidSignatureException", "Signature expired", "authentication"),
        (404, "ResourceNotFoundException", "Could not resolve the foundation model", "model_not_found"),
        (408, "ModelTimeoutException", "late", "timeout"),
        (424, "ModelErrorException", "broke", "server"),
        (429, "ThrottlingException", "Too many requests", "rate_limit"),
        (429, "ModelNotReadyException", "warming up", "overloaded"),
        (500, "InternalServerException", "oh", "server"),
        (503, "ServiceUnavailableException", "busy", "overloaded"),
    ],
)
def test_a_refusal_is_told_by_the_name_in_its_header(
    loopback: LoopbackServer, status: int, name: str, words: str, kind: str
) -> None:
    """Without the address behind it; the request's id comes along."""
    told = f"{name}:http://internal.amazon.com/coral/com.amazon.bedrock/"
    headers = {"x-amzn-errortype": told, "content-type": "application/json", "x-amzn-requestid": "id-1"}
    loopback.reply(Reply(json.dumps({"message": words}).encode(), status=status, headers=headers))
    hub = Hub(environ={})
    with hub.stream_sync(hub.model(CLAUDE, base_url=loopback.url), "hi", key="some-token", retry=NO_RETRY) as stream:
        error = stream.result().error
    hub.close()
    assert error is not None
    assert (error.kind, error.status, error.code, error.request_id) == (kind, status, name, "id-1")


RECORDED = [
    (protocol, path.stem)
    for protocol in ("bedrock-converse", "bedrock-invoke")
    for path in sorted((CORPUS / "errors" / protocol).glob("*.json"))
]
LABELS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "tests" / "labels" / "errors.json").read_bytes())


@pytest.mark.skipif(not RECORDED, reason="no recorded refusals here; set HEADWATER_CORPUS")
@pytest.mark.parametrize(("protocol", "case"), RECORDED)
def test_a_recorded_refusal_is_called_what_it_is(protocol: str, case: str) -> None:
    """Kind and whether a retry may help are those of the label."""
    told = json.loads((CORPUS / "errors" / protocol / f"{case}.json").read_bytes())
    label = LABELS[f"{protocol}/{case}"]
    model = INVOKE if protocol == "bedrock-invoke" else CLAUDE
    body = told["body_text"].encode()
    last = list(HUB.decode(model, body, status=told["status"], headers=told["headers"]))[-1]
    assert isinstance(last, Error)
    error = last.message.error
    assert error is not None
    assert (error.kind, error.retryable) == (label["kind"], label["retryable"])
