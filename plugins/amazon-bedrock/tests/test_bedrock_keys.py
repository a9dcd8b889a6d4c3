"""Keys: where they are looked for, in which order, and where they go."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from bedrock_wire import START, metadata, said, stopped

from headwater import NO_RETRY, AssistantMessage, Hub, MissingKey, RequestError
from headwater.testing import LoopbackServer, Reply, Request
from headwater_amazon_bedrock import aws_key, provider
from headwater_amazon_bedrock._keys import Chain

ID = "amazon-bedrock/anthropic.claude-opus-4-6-v1"
ANSWER = START + said(0, "Hi") + stopped("end_turn") + metadata()
STATIC = {"AWS_ACCESS_KEY_ID": "AKIDSTATIC", "AWS_SECRET_ACCESS_KEY": "static-secret"}
WHEN = datetime(2026, 11, 20, 19, 49, 26, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This machine's own keys of AWS are out of sight, time stands still, and nothing is remembered."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setattr(provider, "chain", Chain())
    monkeypatch.setattr(provider, "now", lambda: WHEN)


def ask(
    loopback: LoopbackServer, environ: Mapping[str, str], *, at_home: bool = True, key: Any = None, **settings: Any
) -> tuple[AssistantMessage, Request | None]:
    """The message of one request, and what reached the server; `at_home`: the environment names the server."""
    loopback.reply(Reply(ANSWER, headers={"content-type": "application/vnd.amazon.eventstream"}))
    named = {"AWS_ENDPOINT_URL": loopback.url} if at_home else {}
    hub = Hub(environ={**named, **environ})
    model = hub.model(ID, **settings)
    model = model if at_home else hub.model(model, base_url=loopback.url)
    with hub.stream_sync(model, "hi", key=key, retry=NO_RETRY) as stream:
        message = stream.result()
    hub.close()
    return message, loopback.requests[-1] if loopback.requests else None


def shown(request: Request | None) -> str:
    """How a request showed who asked: the scheme and the id of the key."""
    assert request is not None
    return request.headers.get("authorization", "nobody").partition("/")[0]


def test_a_bearer_token_of_the_environment_wins(loopback: LoopbackServer) -> None:
    """Over keys in variables; nothing is signed."""
    message, request = ask(loopback, {"AWS_BEARER_TOKEN_BEDROCK": "token-1", **STATIC})
    assert (message.text, shown(request)) == ("Hi", "Bearer token-1")
    assert request is not None
    assert "x-amz-date" not in request.headers


def test_keys_in_variables_sign(loopback: LoopbackServer) -> None:
    """With the session's token beside them, for the region of the model."""
    message, request = ask(loopback, {**STATIC, "AWS_SESSION_TOKEN": "session-token", "AWS_REGION": "eu-west-3"})
    assert message.text == "Hi"
    assert request is not None
    names = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token"
    scope = "AWS4-HMAC-SHA256 Credential=AKIDSTATIC/20261120/eu-west-3/bedrock/aws4_request"
    assert request.headers["authorization"].startswith(f"{scope}, {names}, Signature=")
    assert (request.headers["x-amz-date"], request.headers["x-amz-security-token"]) == (
        "20261120T194926Z",
        "session-token",
    )


@pytest.mark.parametrize(
    ("key", "who"),
    [
        ("token-2", "Bearer token-2"),
        (aws_key("AKIDGIVEN", "secret"), "AWS4-HMAC-SHA256 Credential=AKIDGIVEN"),
        (aws_key("ASIDGIVEN", "secret", "token"), "AWS4-HMAC-SHA256 Credential=ASIDGIVEN"),
        (lambda: "token-3", "Bearer token-3"),
        (lambda: aws_key("AKIDASKED", "secret"), "AWS4-HMAC-SHA256 Credential=AKIDASKED"),
        ("", "nobody"),
    ],
)
@pytest.mark.parametrize("at_home", [True, False])
def test_a_key_given_with_the_request_wins(loopback: LoopbackServer, key: Any, who: str, at_home: bool) -> None:
    """A token or keys, as text or from a function, at any base URL; an empty one asks without."""
    _, request = ask(loopback, {"AWS_BEARER_TOKEN_BEDROCK": "token-1", **STATIC}, at_home=at_home, key=key)
    assert shown(request) == who


def test_no_key_of_the_environment_goes_elsewhere(loopback: LoopbackServer) -> None:
    """Neither token nor signature nor the chain's keys, where a base URL was given in code."""
    _, request = ask(loopback, {"AWS_BEARER_TOKEN_BEDROCK": "token-1", **STATIC}, at_home=False)
    assert request is not None
    assert (shown(request), "x-amz-security-token" in request.headers) == ("nobody", False)


# -- the chain


def write_profiles(tmp_path: Path) -> None:
    """Two profiles in a file."""
    tmp_path.joinpath("credentials").write_text(
        "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = x\n"
        "[team]\naws_access_key_id = ASIDTEAM\naws_secret_access_key = y\naws_session_token = z\n"
    )


@pytest.mark.parametrize(
    ("environ", "settings", "who"),
    [
        ({}, {}, "AKIDDEFAULT"),
        ({"AWS_PROFILE": "team"}, {}, "ASIDTEAM"),
        ({}, {"profile": "team"}, "ASIDTEAM"),
        ({**STATIC, "AWS_PROFILE": "team"}, {}, "AKIDSTATIC"),
        (STATIC, {"profile": "team"}, "ASIDTEAM"),
    ],
)
def test_profiles_are_found_by_botocore(
    loopback: LoopbackServer, tmp_path: Path, environ: dict[str, str], settings: dict[str, Any], who: str
) -> None:
    """A profile named in code wins over keys in variables, one in a variable does not."""
    pytest.importorskip("botocore")
    write_profiles(tmp_path)
    _, request = ask(loopback, environ, **settings)
    assert shown(request) == f"AWS4-HMAC-SHA256 Credential={who}"


def test_a_container_gives_keys(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the address in its environment, asked once for many requests."""
    pytest.importorskip("botocore")
    given = {"AccessKeyId": "ASIDBOX", "SecretAccessKey": "s", "Token": "t", "Expiration": "2126-01-01T00:00:00Z"}
    body = json.dumps(given).encode()
    loopback.route("/keys", *[Reply(body, headers={"content-type": "application/json"})] * 3)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{loopback.url}/keys")
    seen = [shown(ask(loopback, {})[1]) for _ in range(3)]
    paths = [request.path for request in loopback.requests]
    assert (seen, paths.count("/keys")) == (["AWS4-HMAC-SHA256 Credential=ASIDBOX"] * 3, 1)


def test_without_any_key_the_answer_says_what_to_set(loopback: LoopbackServer) -> None:
    """Nothing is sent."""
    pytest.importorskip("botocore")
    message, request = ask(loopback, {})
    assert request is None
    assert message.error is not None
    assert "AWS_BEARER_TOKEN_BEDROCK" in message.error.message


def test_a_profile_that_is_not_there_is_told_by_name(loopback: LoopbackServer) -> None:
    """As a failed authentication."""
    pytest.importorskip("botocore")
    message, _ = ask(loopback, {}, profile="nowhere")
    assert message.error is not None
    assert (message.error.kind, "nowhere" in message.error.message) == ("authentication", True)


def test_without_botocore_a_missing_key_is_told_at_once() -> None:
    """There is nowhere else to look, so nothing is begun."""
    hub = Hub(environ={})
    model = hub.model(ID)
    bare = evolve(model, auth=evolve(model.auth, required=True))
    with pytest.raises(MissingKey, match="AWS_BEARER_TOKEN_BEDROCK or AWS_ACCESS_KEY_ID"):
        hub.stream_sync(bare, "hi")


def test_the_chain_without_botocore_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra by its name."""
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(RequestError, match=r"headwater-amazon-bedrock\[aws\]"):
        Chain().keys(None)


@pytest.mark.parametrize("key", [":", "AKID:", ":secret"])
def test_half_a_key_is_refused(loopback: LoopbackServer, key: str) -> None:
    """Before anything is sent."""
    message, request = ask(loopback, {}, key=key)
    assert (message.stop_reason, request) == ("error", None)


# -- secrets


def test_no_secret_is_seen_on_the_way(loopback: LoopbackServer) -> None:
    """A server that repeats what it was shown does not make it public; `on_request` sees no key."""
    told = {"message": "the canonical string should have been 'x-amz-security-token:canary-token'"}
    headers = {"x-amzn-errortype": "InvalidSignatureException:http://x/", "content-type": "application/json"}
    loopback.reply(Reply(json.dumps(told).encode(), status=403, headers=headers))
    hub = Hub(environ={"AWS_ENDPOINT_URL": loopback.url})
    seen: list[str] = []
    key = aws_key("AKIDX", "canary-secret", "canary-token")
    look = lambda wire: seen.append(repr(wire))  # noqa: E731
    with hub.stream_sync(ID, "hi", key=key, retry=NO_RETRY, on_request=look) as stream:
        message = stream.result()
    hub.close()
    assert message.error is not None
    assert (message.error.kind, "canary" in repr((message, stream, stream.model, seen))) == ("authentication", False)


def test_what_on_request_changes_is_what_is_signed(loopback: LoopbackServer) -> None:
    """The signature is made last."""
    loopback.reply(Reply(ANSWER), Reply(ANSWER))
    hub = Hub(environ={"AWS_ENDPOINT_URL": loopback.url, **STATIC})
    for change in (None, lambda wire: evolve(wire, body=b'{"messages":[]}')):
        with hub.stream_sync(ID, "hi", on_request=change) as stream:
            stream.result()
    hub.close()
    one, other = (request.headers["authorization"] for request in loopback.requests)
    assert one != other


def test_a_signature_crosses_no_network_in_the_open() -> None:
    """A token beside it would."""
    hub = Hub(environ=STATIC)
    model = hub.model(ID, base_url="http://bedrock.example")
    with hub.stream_sync(model, "hi", key=aws_key("A", "b"), retry=NO_RETRY) as stream:
        message = stream.result()
    assert message.error is not None
    assert "unencrypted" in message.error.message
