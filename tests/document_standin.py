"""One server on this machine in place of all providers, so that what a page shows can be run as it stands.

Every request that httpx (or httpx2) would send is sent to a `LoopbackServer`, whatever its address; what comes
back is an answer in the protocol of its path (`document_answers`). Keys are set for whoever wants one.
As a program, `python document_standin.py URL ARGUMENTS` is the `headwater` command that asks there.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import httpx2
from document_answers import Said, respond

from headwater import Hub
from headwater.testing import LoopbackServer, Reply, Request

Answer = Said | Reply | str

KEYS: Mapping[str, str] = {
    "ACME_API_KEY": "stand-in",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_REGION": "us-east-1",
    "AZURE_OPENAI_ENDPOINT": "https://example.openai.azure.com",
    "GOOGLE_CLOUD_PROJECT": "example",
    "GOOGLE_CLOUD_LOCATION": "europe-west4",
}
"""Variables that are not just a key."""


EPHEMERAL = 20_000
"""Ports on this machine from here on are those of servers that a page itself has started."""


class StandIn:
    """The server, and what it says: `say` queues answers, after which it is `usual` again."""

    def __init__(self) -> None:
        self.server = LoopbackServer()
        self.server.reply(self._respond)
        self.usual = Said()
        self._next: list[Answer] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url

    @property
    def requests(self) -> list[Request]:
        """What was asked so far."""
        return self.server.requests

    def say(self, *answers: Answer) -> None:
        """What it answers next, one after the other."""
        self._next += answers

    def _respond(self, request: Request) -> Reply:
        answer = self._next.pop(0) if self._next else self.usual
        if isinstance(answer, Reply):
            return answer
        return respond(request, Said(answer) if isinstance(answer, str) else answer)

    def reset(self) -> None:
        """As it was at first."""
        self._next.clear()


@contextlib.contextmanager
def everything_asks(url: str) -> Iterator[None]:
    """Sends every request of httpx and httpx2 to `url`, by its path, while the block lasts; closes what it used."""
    home = httpx.URL(url)
    made: list[Any] = []
    with contextlib.ExitStack() as stack:
        for library in (httpx, httpx2):
            for kind, method in (
                (library.HTTPTransport, "handle_request"),
                (library.AsyncHTTPTransport, "handle_async_request"),
            ):
                for name, changed in ((method, _turned(getattr(kind, method), home)), ("__init__", _kept(kind, made))):
                    stack.callback(setattr, kind, name, getattr(kind, name))
                    setattr(kind, name, changed)
        yield
    for transport in made:
        transport.close()


def _kept(kind: type[Any], made: list[Any]) -> Callable[..., None]:
    """A constructor that notes what it made, where that can be closed without an event loop."""
    original = kind.__init__

    def make(self: Any, *given: Any, **named: Any) -> None:
        original(self, *given, **named)
        if hasattr(self, "close"):
            made.append(self)

    return make


def _turned(original: Callable[..., Any], home: httpx.URL) -> Callable[..., Any]:
    def send(self: Any, request: Any) -> Any:
        if not (request.url.host == home.host and (request.url.port or 0) >= EPHEMERAL):
            request.url = request.url.copy_with(scheme=home.scheme, host=home.host, port=home.port)
        return original(self, request)

    return send


def key_variables() -> dict[str, str]:
    """A value for every variable that an installed provider reads its key from."""
    found: dict[str, str] = {}
    hub = Hub(environ={**KEYS})
    for name in hub.providers():
        with contextlib.suppress(Exception):  # one that cannot be loaded is no matter of the pages
            auth = hub.model(f"{name}/any").auth
            found.update({one.env: f"{one.key_prefix}stand-in" for one in auth.credentials if one.env})
    hub.close()
    return {**found, **KEYS}


if __name__ == "__main__":
    from headwater_cli import main

    there, *arguments = sys.argv[1:]
    sys.argv = ["headwater", *arguments]
    os.environ.setdefault("COLUMNS", "120")
    with everything_asks(there):
        main()
