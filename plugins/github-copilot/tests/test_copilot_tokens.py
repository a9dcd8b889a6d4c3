"""Tokens: exchanged once, kept until shortly before their end, and used where they say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from attrs import evolve

from headwater import NO_RETRY, AuthenticationFailed, Hub, RequestError, StreamError
from headwater.testing import LoopbackServer, Reply
from headwater_github_copilot import provider
from headwater_github_copilot._provider import Copilot

EXCHANGE = "/copilot_internal/v2/token"
ANSWER = (
    b'data: {"choices":[{"index":0,"delta":{"reasoning_text":"Hm.","content":"Hi"}}]}\n\n'
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
JSON = {"content-type": "application/json"}


class Service:
    """GitHub and Copilot on one loopback server, a provider with a clock of ours, and a hub that knows it."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.now = 1_000_000.0
        made = evolve(provider, clock=lambda: self.now, sessions={})
        assert isinstance(made, Copilot)
        self.hub = Hub(environ={"COPILOT_GITHUB_TOKEN": "ghu_token", "GITHUB_TOKEN": "ghp_other"})
        self.hub.register("github-copilot", made)
        server.route("/chat/completions", Reply(ANSWER, headers={"content-type": "text/event-stream"}))

    def exchanges(self, *tokens: dict[str, Any]) -> None:
        """What GitHub answers, one exchange after the other."""
        self.server.route(EXCHANGE, *(Reply(json.dumps(token).encode(), headers=JSON) for token in tokens))

    def made(self, name: str, **more: Any) -> dict[str, Any]:
        """A token that lives half an hour from now, used on this server."""
        endpoints = {"api": self.server.url}
        return {"token": f"tid={name};exp=1", "expires_at": self.now + 1800, "endpoints": endpoints, **more}

    def ask(self, **settings: Any) -> str:
        """The text of an answer."""
        model = self.hub.model("github-copilot/kimi-k3", **{"github_api": self.server.url, **settings})
        return self.hub.complete_sync(model, "Hi", retry=NO_RETRY).text

    def seen(self) -> list[tuple[str, str]]:
        """Path and authorization of each request so far."""
        shown = [{name.lower(): value for name, value in dict(one.headers).items()} for one in self.server.requests]
        return [(one.path, head["authorization"]) for one, head in zip(self.server.requests, shown, strict=True)]


@pytest.fixture
def service() -> Iterator[Service]:
    """The service, closed with its hub."""
    with LoopbackServer() as server:
        made = Service(server)
        yield made
        made.hub.close()


def test_a_token_is_exchanged_once_and_used_where_it_says(service: Service) -> None:
    """The GitHub token goes to GitHub only; what it gave goes to Copilot."""
    service.exchanges(service.made("a"))
    assert (service.ask(), service.ask()) == ("Hi", "Hi")
    assert service.seen() == [
        (EXCHANGE, "Bearer ghu_token"),
        ("/chat/completions", "Bearer tid=a;exp=1"),
        ("/chat/completions", "Bearer tid=a;exp=1"),
    ]


def test_a_token_is_exchanged_anew_five_minutes_before_its_end(service: Service) -> None:
    """Not a second earlier."""
    service.exchanges(service.made("a"), service.made("b", expires_at=service.now + 4000))
    service.ask()
    service.now += 1499
    service.ask()
    service.now += 2
    service.ask()
    assert [shown for _, shown in service.seen()][1:] == [
        "Bearer tid=a;exp=1",
        "Bearer tid=a;exp=1",
        "Bearer ghu_token",
        "Bearer tid=b;exp=1",
    ]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_token_is_exchanged_on_every_loop(service: Service, backend: str) -> None:
    """The same flow, run asynchronously."""
    service.exchanges(service.made("a"))
    model = service.hub.model("github-copilot/kimi-k3", github_api=service.server.url)

    async def ask() -> str:
        message = await service.hub.complete(model, "Hi", retry=NO_RETRY)
        await service.hub.aclose()
        return message.text

    assert (anyio.run(ask, backend=backend), len(service.seen())) == ("Hi", 2)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "make a new one"), (403, "has no Copilot"), (404, "exchange=False"), (500, "server")],
)
def test_a_refused_exchange_says_what_to_do(service: Service, status: int, words: str) -> None:
    """And never shows the token; nothing is sent to Copilot."""
    service.server.route(EXCHANGE, Reply(b'{"message": "no ghu_token"}', status=status, headers=JSON))
    kind: type[StreamError] = AuthenticationFailed if status in (401, 404) else StreamError
    with pytest.raises(kind, match=words) as caught:
        service.ask()
    assert ("ghu_token" in str(caught.value), len(service.seen())) == (False, 1)


def test_an_answer_without_a_token_is_told(service: Service) -> None:
    """In place of a mistake somewhere else."""
    service.exchanges({"nothing": 1})
    with pytest.raises(StreamError, match="holds no token"):
        service.ask()


def test_a_token_may_be_used_as_it_is(service: Service) -> None:
    """`exchange=False`, at a base URL of the caller's."""
    model = service.hub.model("github-copilot/kimi-k3", base_url=service.server.url, exchange=False)
    message = service.hub.complete_sync(model, "Hi", key="ghu_mine", retry=NO_RETRY)
    assert (message.thinking, service.seen()) == ("Hm.", [("/chat/completions", "Bearer ghu_mine")])


def test_a_token_of_copilots_own_is_not_exchanged(service: Service) -> None:
    """It is known by what it holds."""
    model = service.hub.model("github-copilot/kimi-k3", base_url=service.server.url, github_api=service.server.url)
    service.hub.complete_sync(model, "Hi", key="tid=z;exp=9", retry=NO_RETRY)
    assert service.seen() == [("/chat/completions", "Bearer tid=z;exp=9")]


def test_a_general_token_is_used_only_when_it_is_named(service: Service) -> None:
    """`token_env` names the variable."""
    service.exchanges(service.made("a"))
    service.ask(token_env="GITHUB_TOKEN")
    assert service.seen()[0] == (EXCHANGE, "Bearer ghp_other")


@pytest.mark.parametrize(
    ("token", "endpoint", "github", "leads"),
    [
        ("tid=a;proxy-ep=proxy.individual.githubcopilot.com;x=1", None, "https://api.github.com", "individual"),
        ("tid=a;proxy-ep=proxy.evil.test;x=1", None, "https://api.github.com", None),
        ("tid=a", "https://api.business.githubcopilot.com", "https://api.github.com", "business"),
        ("tid=a", "http://api.business.githubcopilot.com", "https://api.github.com", None),
        ("tid=a", "https://copilot.evil.test", "https://api.github.com", None),
        ("tid=a", "http://127.0.0.1:9", "https://api.github.com", None),
        ("tid=a", "https://copilot-api.acme.ghe.com", "https://api.acme.ghe.com", "acme"),
        ("tid=a", "https://evilgithubcopilot.com", "https://api.github.com", None),
    ],
)
def test_only_hosts_of_copilots_are_believed(token: str, endpoint: str | None, github: str, leads: str | None) -> None:
    """A token that leads elsewhere is used where the provider is."""
    from headwater import Answer
    from headwater_github_copilot._tokens import exchange

    model = Hub(environ={}).model("github-copilot/kimi-k3")
    flow = exchange({}, github, "ghu_x", model, lambda: 0.0)
    next(flow)
    told = {"token": token, "expires_at": 9e9, "endpoints": {"api": endpoint}}
    with pytest.raises(StopIteration) as stop:
        flow.send(Answer(200, {}, json.dumps(told).encode()))
    home = stop.value.value.base_url
    assert (home is None) if leads is None else (leads in home)


def test_a_token_does_not_cross_the_network_in_the_clear() -> None:
    """Nor is it shown by what is kept of it."""
    hub = Hub(environ={})
    model = hub.model("github-copilot/kimi-k3", github_api="http://github.example.com")
    with pytest.raises(StreamError, match="unencrypted"):
        hub.complete_sync(model, "Hi", key="ghu_x", retry=NO_RETRY)
    hub.close()


def test_a_setting_that_there_is_none_of_is_refused() -> None:
    """With those there are."""
    with pytest.raises(RequestError, match="exchange, github_api, integration_id, token_env"):
        Hub(environ={}).model("github-copilot/kimi-k3", domain="github.com")
