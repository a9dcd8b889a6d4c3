"""Keys: which one is taken, where it may go, and how it is written into the request."""

from __future__ import annotations

from typing import Any

import pytest
from core_fake import HELLO, KEY, NOWHERE, FakeApi, empty_registry, fake_hub, fake_model, fake_provider, play

from headwater import Auth, Credential, Hub, MissingKey, Model, RequestError, WireRequest
from headwater._auth import check_key, credentials_for, is_loopback, origin_of
from headwater.hookspecs import APIS
from headwater.testing import LoopbackServer, Reply

HOME = "https://api.fake.test/v1"
AUTH = Auth(
    (
        Credential(env="TOKEN", headers={"x-beta": "oauth"}, key_prefix="tok-"),
        Credential(env="KEY", header="X-Api-Key", prefix=""),
        Credential(env="OLD_KEY", header="X-Api-Key", prefix=""),
    ),
    origins=("https://api.fake.test",),
)


def model(base_url: str = HOME, **settings: Any) -> Model:
    """A model with three ways to show a key."""
    return fake_model(base_url=base_url, auth=settings.pop("auth", AUTH), **settings)


def shown(key: Any = None, environ: dict[str, str] | None = None, **settings: Any) -> dict[str, str]:
    """The headers that show the key."""
    base_url = settings.pop("base_url", HOME)
    wire = WireRequest(settings.pop("url", f"{base_url}/chat"), headers=settings.pop("headers", {}))
    return dict(credentials_for(model(base_url), key, environ or {}, wire, **settings).headers)


# -- which key


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        ({"TOKEN": "t", "KEY": "k", "OLD_KEY": "o"}, {"authorization": "Bearer t", "x-beta": "oauth"}),
        ({"KEY": "k", "OLD_KEY": "o"}, {"x-api-key": "k"}),
        ({"TOKEN": "", "OLD_KEY": "o"}, {"x-api-key": "o"}),
        ({"TOKEN": " ", "KEY": "\n", "OLD_KEY": "o"}, {"x-api-key": "o"}),
        ({}, {}),
    ],
)
def test_the_first_variable_that_is_set_wins(environ: dict[str, str], headers: dict[str, str]) -> None:
    """In the order of the description; an empty variable, or one of white space, is none."""
    assert shown(environ=environ) == headers


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("tok-1", {"authorization": "Bearer tok-1", "x-beta": "oauth"}),
        ("k", {"x-api-key": "k"}),
        (" k \n", {"x-api-key": "k"}),
        ("", {}),
        ("  ", {}),
    ],
)
def test_an_explicit_key_is_told_by_how_it_begins(key: str, headers: dict[str, str]) -> None:
    """It wins over the environment; an empty one asks without."""
    assert shown(key, {"TOKEN": "t"}) == headers


def test_a_model_without_a_description_of_auth_takes_a_bearer_token() -> None:
    """As an endpoint by URL does."""
    wire = WireRequest(f"{HOME}/chat")
    found = credentials_for(fake_model(base_url=HOME), "k", {"KEY": "e"}, wire)
    assert (dict(found.headers), found.secrets) == ({"authorization": "Bearer k"}, ("k",))


def test_headers_beside_the_key_are_joined_with_those_of_the_request() -> None:
    """A list header keeps what was in it, each value once."""
    assert shown("tok-1", headers={"X-Beta": "tools, oauth,more"})["x-beta"] == "tools,oauth,more"
    assert shown("tok-1", headers={"x-beta": "tools"})["x-beta"] == "tools,oauth"


@pytest.mark.parametrize("key", ["sk-\u2026copied", "two\nlines", "tab\tbed", "nul\0"])
def test_a_key_that_no_header_can_hold_is_refused(key: str) -> None:
    """Without showing it."""
    with pytest.raises(RequestError, match="check how it was copied") as caught:
        shown(key)
    assert key not in str(caught.value)


@pytest.mark.parametrize("key", [b"bytes", 3, ["k"]])
def test_a_key_that_is_no_string_is_refused(key: Any) -> None:
    """By its type, not by its value."""
    with pytest.raises(RequestError, match=type(key).__name__):
        shown(key)


# -- where it may go


@pytest.mark.parametrize(
    "base_url",
    ["https://api.fake.test.evil.test/v1", "https://evil.test", "http://api.fake.test/v1", "https://api.fake.test:444"],
)
def test_a_key_of_the_environment_stays_at_home(base_url: str) -> None:
    """Another host, scheme or port gets none."""
    assert shown(environ={"KEY": "k"}, base_url=base_url) == {}


@pytest.mark.parametrize("base_url", ["https://api.fake.test", "https://API.fake.test:443/v2"])
def test_home_is_told_by_scheme_host_and_port(base_url: str) -> None:
    """However it is written."""
    assert shown(environ={"KEY": "k"}, base_url=base_url) == {"x-api-key": "k"}


def test_a_key_of_the_environment_stays_behind_when_the_request_leaves_home() -> None:
    """A flow or `on_request` may send it elsewhere; an explicit key goes along."""
    elsewhere = "https://evil.test/chat"
    assert (shown(environ={"KEY": "k"}, url=elsewhere), shown("k", url=elsewhere)) == ({}, {"x-api-key": "k"})


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://localhost:8080/v1", True),
        ("http://127.0.0.1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://box.localhost", True),
        ("http://192.168.1.2/v1", False),
        ("http://fake.test/v1", False),
        ("http://localhost.fake.test", False),
        ("http://127.0.0.1.fake.test", False),
    ],
)
def test_plain_http_carries_keys_to_this_machine_only(url: str, sent: bool) -> None:
    """Unless the user says so; without a key plain HTTP is fine."""
    if sent:
        assert shown("k", base_url=url) == {"x-api-key": "k"}
    else:
        with pytest.raises(RequestError, match="unencrypted"):
            shown("k", base_url=url)
    assert shown("k", base_url=url, allow_plain_http=True) == {"x-api-key": "k"}
    assert (shown("", base_url=url), is_loopback(url)) == ({}, sent)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.test/x?y#z", "https://a.test"),
        ("https://a.test:443", "https://a.test"),
        ("http://a.test:443", "http://a.test:443"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    """In lower case, the default port left out."""
    assert origin_of(url) == origin


# -- when there is none


def test_a_missing_key_is_told_before_anything_is_sent() -> None:
    """With the variables that would hold it."""
    with pytest.raises(MissingKey, match="set TOKEN or KEY or OLD_KEY, or give key="):
        check_key(model(), None, {})


@pytest.mark.parametrize(
    ("settings", "key"),
    [({}, ""), ({}, "k"), ({"base_url": "https://other.test"}, None), ({"auth": Auth((), required=False)}, None)],
)
def test_a_key_is_not_demanded_where_none_is_needed(settings: dict[str, Any], key: str | None) -> None:
    """An empty key, another base URL, or a provider that asks for none."""
    assert check_key(model(**settings), key, {}) is None


# -- through a hub


def test_the_environments_key_goes_to_the_providers_own_endpoint(loopback: LoopbackServer, form: str) -> None:
    """As the provider gives it."""
    loopback.reply(Reply(HELLO))
    play(form, fake_hub(loopback.url))
    assert loopback.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_another_base_url_gets_no_key_but_an_explicit_one(loopback: LoopbackServer, form: str) -> None:
    """By `base_url=` or an endpoint of one's own."""
    loopback.reply(Reply(HELLO))
    play(form, fake_hub("https://home.test"), base_url=loopback.url)
    hub = fake_hub("https://home.test")
    play(form, hub, model=hub.endpoint(loopback.url, "m", api="fake", provider="fake"))
    play(form, fake_hub("https://home.test"), base_url=loopback.url, key="mine")
    assert [request.headers.get("authorization") for request in loopback.requests] == [None, None, "Bearer mine"]


def test_on_request_cannot_take_the_environments_key_elsewhere(loopback: LoopbackServer, form: str) -> None:
    """The request it makes goes out without."""
    from attrs import evolve

    loopback.reply(Reply(HELLO))
    hub = fake_hub("https://home.test")
    play(form, hub, on_request=lambda wire: evolve(wire, url=f"{loopback.url}/chat"))
    assert "authorization" not in loopback.requests[0].headers


def test_the_environment_is_read_when_the_request_is_sent(loopback: LoopbackServer, monkeypatch: Any) -> None:
    """A variable that is set after the hub was made counts."""
    loopback.reply(Reply(HELLO))
    hub = Hub(registry=empty_registry())
    hub.registry.register("fake", FakeApi(), APIS)
    hub.register("fake", fake_provider(loopback.url))
    monkeypatch.delenv("FAKE_API_KEY", raising=False)
    with pytest.raises(MissingKey, match="FAKE_API_KEY"):
        hub.stream_sync("fake/m", "Hi")
    monkeypatch.setenv("FAKE_API_KEY", "late")
    with hub.stream_sync("fake/m", "Hi") as stream:
        monkeypatch.setenv("FAKE_API_KEY", "later")
        assert stream.result().text == "Hello"
    hub.close()
    assert loopback.requests[0].headers["authorization"] == "Bearer later"


def test_a_key_may_come_from_a_function(loopback: LoopbackServer, form: str) -> None:
    """Called when the request is sent, in a worker where there is a loop."""
    loopback.reply(Reply(HELLO))
    outcome = play(form, fake_hub(loopback.url), key=lambda: "from-a-vault")
    assert (outcome.kind, loopback.requests[0].headers["authorization"]) == (None, "Bearer from-a-vault")


def test_a_key_may_come_from_an_async_function(loopback: LoopbackServer, form: str) -> None:
    """In the async form; the sync one says what to do instead."""

    async def vault() -> str:
        return "from-afar"

    loopback.reply(Reply(HELLO))
    outcome = play(form, fake_hub(loopback.url), key=vault)
    if form == "sync":
        assert (outcome.kind, "use the async form" in (outcome.message.error_message or "")) == ("authentication", True)
        assert loopback.requests == []
    else:
        assert (outcome.kind, loopback.requests[0].headers["authorization"]) == (None, "Bearer from-afar")


def test_a_function_that_gives_no_string_is_told(form: str) -> None:
    """As the last event, like any other refusal."""
    outcome = play(form, fake_hub(NOWHERE), key=lambda: 7)
    assert (outcome.kind, outcome.types) == ("invalid_request", ["start", "error"])
    assert "int" in (outcome.message.error_message or "")
