"""Refusals in a service's own shape: read by a hook, or by data that says where things stand."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from core_fake import HELLO, KEY, FakeApi, fake_hub, fake_provider, play

from headwater import (
    NO_RETRY,
    Answer,
    CompatibleProvider,
    ErrorInfo,
    ErrorParts,
    Hub,
    Model,
    ProviderBroken,
    Retry,
    hookimpl,
    loads,
)
from headwater.testing import CHECKS, Case, ConformanceFailure, LoopbackServer, Reply

FAULT = {"fault": {"name": "Quota_Gone", "text": "No credit left."}}
FIELDS: Mapping[str, str] = {"code": "fault.name", "message": "fault.text", "retry_after_ms": "X-Wait-MS"}
CODES: Mapping[str, Any] = {"quota_gone": "quota", "slow_down": "rate_limit"}


class Reading(CompatibleProvider):
    """A provider that reads its refusals itself, and trusts what comes as far as it is told to."""

    trusting = False

    @hookimpl
    def parse_error(self, model: Model, answer: Answer) -> ErrorParts | None:
        body: Any = loads(answer.body)
        if self.trusting:
            return ErrorParts(body["fault"]["name"].lower())
        fault = body.get("fault") if isinstance(body, dict) else None
        if not isinstance(fault, dict):
            return None
        wait = answer.headers.get("x-wait-ms", "")
        return ErrorParts(fault.get("name"), fault.get("text"), float(wait) / 1000 if wait.isdigit() else None)


class Trusting(Reading):
    """One that is sure of what comes."""

    trusting = True


def by_data(base_url: str = "http://127.0.0.1:9") -> CompatibleProvider:
    """The same made of data."""
    return fake_provider(base_url, codes=CODES, error_fields=FIELDS)


def by_hook(base_url: str = "http://127.0.0.1:9", kind: type[CompatibleProvider] = Reading) -> CompatibleProvider:
    """The same as a hook."""
    return kind(name="fake", base_url=base_url, api="fake", key_env="FAKE_API_KEY", codes=CODES)


WAYS = [by_data, by_hook]


def refused(hub: Hub, server: LoopbackServer, form: str, body: Any, status: int = 402, **headers: str) -> ErrorInfo:
    """What is told of a refusal over a real connection."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    server.reply(Reply(body if isinstance(body, bytes) else json.dumps(body).encode(), status=status, headers=named))
    error = play(form, hub, retry=NO_RETRY).message.error
    assert error is not None
    return error


@pytest.mark.parametrize("make", WAYS)
def test_a_refusal_of_its_own_shape_is_read(make: Any, loopback: LoopbackServer, form: str) -> None:
    """Its code, whatever its case, its words, and how long to wait."""
    hub = fake_hub(provider=make(loopback.url))
    error = refused(hub, loopback, form, FAULT, 429, x_wait_ms="1500")
    assert (error.kind, error.code, error.retry_after, error.status) == ("quota", "Quota_Gone", 1.5, 429)
    assert "No credit left." in error.message
    assert "{" not in error.message


@pytest.mark.parametrize("make", WAYS)
def test_what_is_not_in_its_shape_is_read_as_ever(make: Any, loopback: LoopbackServer) -> None:
    """The page of a proxy, and an error as others say it."""
    hub = fake_hub(provider=make(loopback.url))
    page = refused(hub, loopback, "sync", b"<html><title>Bad gateway</title>", 502)
    usual = refused(hub, loopback, "sync", {"error": {"code": "slow_down", "message": "no"}}, 400, retry_after="2")
    assert ("Bad gateway" in page.message, page.kind) == (True, "server")
    assert (usual.kind, usual.code, usual.retry_after) == ("rate_limit", "slow_down", 2.0)


@pytest.mark.parametrize("make", WAYS)
def test_a_wait_that_was_told_is_kept(make: Any, loopback: LoopbackServer) -> None:
    """By the next attempt, which is the last there is here."""
    body = json.dumps({"fault": {"name": "slow_down", "text": "Slow."}}).encode()
    loopback.reply(Reply(body, status=429, headers={"x-wait-ms": "1"}), Reply(HELLO))
    outcome = play("sync", fake_hub(provider=make(loopback.url)), retry=Retry(attempts=2))
    assert (outcome.message.text, [one.waited for one in outcome.stream.attempts]) == ("Hello", [0.001, 0.0])


@pytest.mark.parametrize("make", WAYS)
def test_a_key_in_a_refusal_is_not_told(make: Any, loopback: LoopbackServer) -> None:
    """Neither in its code nor in its words."""
    error = refused(fake_hub(provider=make(loopback.url)), loopback, "sync", {"fault": {"name": KEY, "text": KEY}}, 401)
    assert (KEY in repr(error), error.kind) == (False, "authentication")


def test_a_plugin_that_fails_on_a_refusal_does_not_hide_it(
    loopback: LoopbackServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The refusal is told as it is without the plugin, whose mistake goes to the log without what was sent."""
    hub = fake_hub(provider=by_hook(loopback.url, Trusting))
    with caplog.at_level(logging.WARNING, "headwater.stream"):
        error = refused(hub, loopback, "sync", {"fault": {KEY: "no"}})
    assert (error.kind, "parse_error of a plugin for fake/m raised KeyError" in caplog.text) == ("quota", True)
    assert KEY not in caplog.text


class ReadingApi(FakeApi):
    """An api that reads refusals, for all providers that speak it."""

    @hookimpl
    def parse_error(self, answer: Answer) -> ErrorParts | None:
        return ErrorParts(message=f"the api says {len(answer.body)}", kind="overloaded")


def test_the_provider_is_asked_before_the_api(loopback: LoopbackServer) -> None:
    """Which is asked where the provider reads nothing."""
    hub = fake_hub(provider=by_hook(loopback.url), api=ReadingApi())
    own = refused(hub, loopback, "sync", FAULT)
    others = refused(hub, loopback, "sync", {"error": {}})
    assert (own.code, others.kind, "the api says 13" in others.message) == ("Quota_Gone", "overloaded", True)


def test_fields_nobody_knows_are_refused() -> None:
    """With the one that is near."""
    with pytest.raises(ProviderBroken, match=r"'fake' says 'mesage' in error_fields.*did you mean message"):
        fake_provider(error_fields={"mesage": "fault.text"})


@pytest.mark.parametrize("check", ["garbage", "types"])
def test_the_suite_finds_a_hook_that_trusts_what_comes(check: str) -> None:
    """A refusal of other types, or of somebody else, makes it raise; one that looks first passes."""
    case = Case("quota", "fake/m", json.dumps(FAULT).encode(), status=402)
    CHECKS[check](case, fake_hub(provider=by_hook()))
    CHECKS[check](case, fake_hub(provider=by_data()))
    with pytest.raises(ConformanceFailure, match=r"parse_error raises (TypeError|KeyError|AttributeError)"):
        CHECKS[check](case, fake_hub(provider=by_hook(kind=Trusting)))
