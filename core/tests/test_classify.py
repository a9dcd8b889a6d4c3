"""What a refusal means: by the provider's codes, then common ones, then the status, and words where those fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import ErrorInfo, ErrorParts, Kind, classify, parse_retry_after
from headwater._classify import BY_STATUS, MAX_WORDS, scrub, shorten
from headwater.errors import KINDS, RETRYABLE, STREAM_ERRORS, StreamError, make_error


def said(status: int | None, message: str = "no", code: Any = None, **settings: Any) -> ErrorInfo:
    """An error in the commonest form."""
    return classify(status, {"error": {"message": message, "code": code}}, **settings)


@pytest.mark.parametrize(("status", "kind"), BY_STATUS.items())
def test_a_status_without_words(status: int, kind: Kind) -> None:
    """Each has a kind of its own."""
    assert (classify(status, b"").kind, classify(status, b"").status) == (kind, status)


@pytest.mark.parametrize(
    ("status", "kind"), [(418, "invalid_request"), (451, "invalid_request"), (500, "server"), (599, "server")]
)
def test_a_status_nobody_listed(status: int, kind: Kind) -> None:
    """By its hundred."""
    assert classify(status, b"").kind == kind


def test_a_refusal_without_a_word_may_have_a_meaning_of_its_own() -> None:
    """The provider's table says what a bare status means there; with a body, it means what it always does."""
    codes: dict[str, Kind] = {"no_body_400": "context_overflow"}
    found = [classify(400, b"", codes=codes), classify(400, b'{"message": "odd"}', codes=codes)]
    assert [(one.kind, one.code) for one in found] == [("context_overflow", None), ("invalid_request", None)]


def test_what_stands_beside_a_message_is_passed_on() -> None:
    """A call that was none, as the model wrote it."""
    refused = {"error": {"message": "no call", "code": "tool_use_failed", "failed_generation": "<add{>"}}
    assert "no call (<add{>)" in classify(400, refused).message


@pytest.mark.parametrize(
    ("status", "message", "code", "kind"),
    [
        (400, "too long", "context_length_exceeded", "context_overflow"),
        (400, "This model's maximum context length is 8192 tokens", None, "context_overflow"),
        (400, "prompt is too long: 200001 tokens", None, "context_overflow"),
        (429, "Rate limit reached for requests", None, "rate_limit"),
        (429, "You exceeded your current quota, please check your plan and billing details", None, "quota"),
        (429, "no", "insufficient_quota", "quota"),
        (400, "Your credit balance is too low", None, "quota"),
        (404, "The model `x` does not exist", "model_not_found", "model_not_found"),
        (404, "Not Found", None, "invalid_request"),
        (400, "API key not valid. Please pass a valid API key.", None, "authentication"),
        (403, "no access", None, "permission"),
        (403, "Input token count + max_tokens must be less than the context length", None, "context_overflow"),
        (403, "You've reached your usage limit for this billing cycle", None, "quota"),
        (400, "filtered", "content_filter", "content_filter"),
        (None, "Overloaded", "overloaded_error", "overloaded"),
        (None, "oops", "internal_server_error", "server"),
        (None, "who knows", None, "unknown"),
        (200, "no", "503", "overloaded"),
    ],
)
def test_codes_and_words_tell_what_a_status_leaves_open(
    status: int | None, message: str, code: str | None, kind: Kind
) -> None:
    """The same answer with a status and inside a stream."""
    assert said(status, message, code).kind == kind


def test_the_providers_own_codes_win() -> None:
    """Over common codes, words and status."""
    assert said(500, "rate limit", "Odd_Code", codes={"odd_code": "quota"}).kind == "quota"


def test_what_a_router_had_from_behind_it_comes_along() -> None:
    """Its own kind of error says most; the words of the provider behind it, and its name, are told."""
    metadata = {"error_type": "provider_overloaded", "provider_name": "Novita", "raw": "no capacity"}
    body = {"error": {"code": 502, "message": "Provider returned error", "metadata": metadata}}
    found = classify(502, body, codes={"provider_overloaded": "overloaded"})
    assert (found.kind, found.code) == ("overloaded", "provider_overloaded")
    assert found.message.endswith("Provider returned error (Novita: no capacity)")
    metadata = {"provider_name": None, "raw": {"no": "text"}}
    assert classify(502, {"error": {"message": "no", "metadata": metadata}}).message.endswith(": no")


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "busy", "type": "overloaded_error"}},
        {"error": {"message": "busy", "code": 503}},
        {"error": {"message": "busy", "status": "UNAVAILABLE"}},
        {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}},
        {"message": "busy", "code": "overloaded"},
        {"error": "busy", "code": "overloaded"},
        {"detail": "busy", "type": "overloaded"},
        [{"error": {"message": "busy", "status": "UNAVAILABLE"}}],
    ],
)
def test_errors_come_in_many_shapes(body: Any) -> None:
    """As an object and as bytes alike."""
    found = classify(None, body)
    assert (found.kind, "busy" in found.message) == ("overloaded", True)
    assert classify(None, json.dumps(body).encode()) == found


def test_whom_what_and_what_next() -> None:
    """A message has three parts."""
    error = said(401, "bad key", provider="acme", model="m")
    assert error.message == "acme/m answered authentication (401): bad key - check the key"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><html><title> Bad\n gateway </title>", "an HTML page (Bad gateway)"),
        (b"upstream connect error", "upstream connect error"),
        (b"", "no reason given"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_a_body_that_is_no_json_is_described(body: bytes, words: str) -> None:
    """In as few words as help."""
    assert words in classify(502, body).message


# -- whether and when to try again


def test_retryable_follows_from_the_kind() -> None:
    """Unless the provider says otherwise, or the server cannot do it at all."""
    kinds: Any = KINDS
    assert {kind for kind in kinds if make_error(kind, "x").retryable} == RETRYABLE
    told = [said(503, headers={"x-should-retry": word}).retryable for word in ("false", "FALSE", "maybe")]
    assert (told, said(400, headers={"x-should-retry": "true"}).retryable, said(501).retryable) == (
        [False, False, True],
        True,
        False,
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "junk", "retry-after": "3"}, 3.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:00 GMT"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "1e300"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """Milliseconds, seconds or a date; nonsense is nothing."""
    assert parse_retry_after(headers, 1_700_000_000.0) == seconds


def test_how_long_to_wait_may_stand_in_the_body() -> None:
    """Among the details; a header wins."""
    body = {"error": {"code": 429, "message": "slow", "details": [{"@type": "x"}, {"retryDelay": "2.5s"}]}}
    assert [classify(429, body, headers).retry_after for headers in ({}, {"retry-after": "1"})] == [2.5, 1.0]


def test_a_hint_to_wait_tells_a_limit_from_an_empty_account() -> None:
    """Both say quota."""
    message = "You exceeded your current quota"
    assert [said(429, message, headers=headers).kind for headers in ({}, {"retry-after": "3"})] == [
        "quota",
        "rate_limit",
    ]


@pytest.mark.parametrize("name", ["x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "cf-ray"])
def test_the_id_of_the_request_is_kept(name: str) -> None:
    """Wherever it stands; else in the body."""
    assert said(500, headers={name: "q1"}).request_id == "q1"
    assert classify(500, {"request_id": "q2", "error": {}}).request_id == "q2"


# -- secrets and sizes


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghijklmnopqrst",
        "gsk_abcdefghijklmnopqrstuv",
        "AIzaSyA1234567890abcdefghijk",
        "AKIAIOSFODNN7EXAMPLE",
        "Bearer abc.def-ghi_jkl",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    ],
)
def test_what_looks_like_a_key_is_taken_out(secret: str) -> None:
    """Also when nobody told that it is one."""
    assert scrub(f"key {secret}, please") == "key ***, please"


def test_known_secrets_are_taken_out_everywhere() -> None:
    """Words, code and id of the request; an empty secret takes nothing."""
    found = said(401, "key s3cret", "s3cret-code", headers={"x-request-id": "s3cret"}, secrets=("s3cret", ""))
    assert "s3cret" not in repr(found)
    assert scrub("abc", ("",)) == "abc"


@given(st.text(), st.integers(5, 50))
def test_words_are_shortened_to_one_line(text: str, limit: int) -> None:
    """Of at most so many characters."""
    found = shorten(text, limit)
    assert len(found) <= limit
    assert "\n" not in found


def test_a_long_refusal_is_cut() -> None:
    """At most 500 characters of the provider's words are passed on."""
    assert len(said(400, "x" * 10_000).message) < MAX_WORDS + 100


# -- whatever comes


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["401", "\u00b2", "9" * 5000]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("error", "message", "code", "type", "status", "details"),
                    *("retryDelay", "metadata", "raw", "detail"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(
    st.none() | st.integers(100, 599),
    junk,
    st.dictionaries(st.sampled_from(["retry-after", "x-should-retry", "cf-ray"]), st.text(max_size=12)),
)
def test_nothing_is_raised(status: int | None, body: Any, headers: dict[str, str]) -> None:
    """Whatever the body and the headers are."""
    found = classify(status, body, headers)
    assert found.kind in KINDS
    assert isinstance(found.to_exception(), STREAM_ERRORS.get(found.kind, StreamError))


@given(st.binary(max_size=60))
def test_no_bytes_are_too_odd(body: bytes) -> None:
    """They are shown or not, and always classified."""
    assert classify(500, body).kind == "server"


def test_every_kind_has_its_exception() -> None:
    """Each class once; the unknown is the base."""
    assert set(STREAM_ERRORS) == KINDS - {"unknown"}
    assert len(set(STREAM_ERRORS.values())) == len(STREAM_ERRORS)
    assert type(make_error("unknown", "x").to_exception()) is StreamError


def test_parts_that_a_plugin_read_go_over_what_is_found() -> None:
    """Code, words, wait and kind; what is left out is read as ever."""
    body = {
        "error": {"code": "general", "message": "see details"},
        "fault": {"name": "Quota_Gone", "text": "No credit."},
    }
    own = ErrorParts(code="Quota_Gone", message="No credit.", retry_after=1.5)
    codes: dict[str, Kind] = {"QUOTA_gone": "quota"}
    found = classify(400, body, {"retry-after": "9"}, codes=codes, parts=own)
    plain = classify(400, body, {"retry-after": "9"}, codes=codes, parts=ErrorParts(kind="overloaded"))
    assert (found.kind, found.code, found.retry_after, "No credit." in found.message) == (
        "quota",
        "Quota_Gone",
        1.5,
        True,
    )
    assert (plain.kind, plain.code, plain.retry_after, "see details" in plain.message) == (
        "overloaded",
        "general",
        9,
        True,
    )


@pytest.mark.parametrize(
    "odd", [[], {}, True, 1.5, float("nan"), float("inf"), -1, object(), b"x", "\ud800", "no kind"]
)
def test_odd_parts_never_break_the_classification(odd: Any) -> None:
    """They come out of a body that anybody may have written."""
    found = classify(429, b"busy", parts=ErrorParts(code=odd, message=odd, retry_after=odd, kind=odd))
    assert (found.kind, found.status) == ("rate_limit", 429)
