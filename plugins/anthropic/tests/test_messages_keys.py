"""Keys of Anthropic: tokens and keys, from the environment and given, and never two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from messages_wire import START, STOP, ended, said, sse

from headwater import Hub, MissingKey
from headwater.testing import LoopbackServer, Reply

SHOWN = ("authorization", "x-api-key", "anthropic-beta", "x-app")
OAUTH = "oauth-2025-04-20"


def sent(server: LoopbackServer, environ: Mapping[str, str], **options: Any) -> dict[str, str]:
    """The headers that show who asks, as the server saw them."""
    server.reply(Reply(sse([START, *said(0, "Hi"), ended("end_turn"), STOP])))
    hub = Hub(environ=environ)
    model = hub.model("anthropic/claude-opus-4-8")
    here = evolve(model, base_url=server.url, auth=evolve(model.auth, origins=(server.url,)))
    with hub.stream_sync(here, "hi", **options) as stream:
        stream.result().raise_for_error()
    hub.close()
    headers = server.requests[-1].headers
    return {name: headers[name] for name in SHOWN if name in headers}


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        ({"ANTHROPIC_API_KEY": "sk-ant-api03-k"}, {"x-api-key": "sk-ant-api03-k"}),
        ({"ANTHROPIC_OAUTH_TOKEN": "tok"}, {"authorization": "Bearer tok", "anthropic-beta": OAUTH}),
        (
            {"ANTHROPIC_OAUTH_TOKEN": "tok", "ANTHROPIC_API_KEY": "k"},
            {"authorization": "Bearer tok", "anthropic-beta": OAUTH},
        ),
    ],
)
def test_a_token_of_the_environment_comes_before_a_key(
    environ: dict[str, str], headers: dict[str, str], loopback: LoopbackServer
) -> None:
    """One of them is shown, in its own way, and nothing pretends to be another program."""
    assert sent(loopback, environ) == headers


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("sk-ant-api03-k", {"x-api-key": "sk-ant-api03-k"}),
        ("sk-ant-oat01-t", {"authorization": "Bearer sk-ant-oat01-t", "anthropic-beta": OAUTH}),
        ("", {}),
    ],
)
def test_a_key_that_is_given_is_told_by_how_it_begins(
    key: str, headers: dict[str, str], loopback: LoopbackServer
) -> None:
    """A token goes as a bearer with its beta, a key as a key, an empty one not at all."""
    assert sent(loopback, {"ANTHROPIC_API_KEY": "other"}, key=key) == headers


def test_the_beta_of_a_token_joins_those_of_the_request(loopback: LoopbackServer) -> None:
    """One header, each token once."""
    headers = sent(loopback, {}, key="sk-ant-oat01-t", betas=["a-1", OAUTH])
    assert headers["anthropic-beta"] == f"a-1,{OAUTH}"


def test_without_any_the_error_names_both_variables() -> None:
    """What to set is said before anything is sent."""
    with pytest.raises(MissingKey, match="ANTHROPIC_OAUTH_TOKEN or ANTHROPIC_API_KEY"):
        Hub(environ={}).stream("anthropic/claude-opus-4-8", "hi")


def test_a_key_of_the_environment_does_not_go_elsewhere(loopback: LoopbackServer) -> None:
    """Another base URL needs a key of its own."""
    loopback.reply(Reply(sse([START, *said(0, "Hi"), ended("end_turn"), STOP])))
    hub = Hub(environ={"ANTHROPIC_API_KEY": "secret"})
    with hub.stream_sync("anthropic/claude-opus-4-8", "hi", base_url=loopback.url) as stream:
        stream.result().raise_for_error()
    hub.close()
    assert not {"x-api-key", "authorization"} & set(loopback.requests[-1].headers)
