"""The seam to the HTTP client: what a given client may bring along, and how its failures are read."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import httpx
import pytest
from core_fake import HELLO, KEY, LIMIT, NOWHERE, Outcome, events, fake_hub, play, play_all, read_async

from headwater import Deadlines, Retry
from headwater._failures import map_failure
from headwater._transport import make_async_client, make_sync_client
from headwater.testing import LoopbackServer, Reply

TEXT = events({"text": "a"}, done=False)


# -- clients that were given


class Counting(httpx.Auth):
    """An auth that notes when it is used."""

    used = 0

    def auth_flow(self, request: httpx.Request) -> Any:
        self.used += 1
        request.headers["authorization"] = "Basic of-the-client"
        yield request


def play_given(
    library: Any, form: str, url: str, times: int = 1, *, asked: dict[str, Any] | None = None, **settings: Any
) -> list[Outcome]:
    """Reads streams through a client of these settings that is the user's, and open to the end."""

    async def read() -> list[Outcome]:
        async with library.AsyncClient(**settings) as client:
            outcomes = await read_async(fake_hub(url, client=client), times, "Hi", "fake/m", asked or {})
            assert not client.is_closed
        return outcomes

    if form != "sync":
        return anyio.run(read, backend=form)
    with library.Client(**settings) as client:
        outcomes = play_all("sync", fake_hub(url, sync_client=client), times, **(asked or {}))
        assert not client.is_closed
    return outcomes


@pytest.fixture(params=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> Any:
    """httpx, and its successor where it is installed."""
    return pytest.importorskip(request.param)


def test_a_given_clients_auth_cookies_and_redirects_are_not_used(
    loopback: LoopbackServer, form: str, library: Any
) -> None:
    """Our key goes, once, to where it was meant to; cookies that came are not sent back."""
    loopback.route("/elsewhere", Reply(HELLO))
    loopback.reply(
        Reply(HELLO, headers={"set-cookie": "tracked=1"}),
        Reply(b"", status=307, headers={"location": f"{loopback.url}/elsewhere"}),
    )
    settings: dict[str, Any] = {"auth": ("user", "password"), "cookies": {"mine": "1"}, "follow_redirects": True}
    outcomes = play_given(library, form, loopback.url, 2, asked={"retry": Retry(attempts=1)}, **settings)
    assert [outcome.kind for outcome in outcomes] == [None, "invalid_request"]
    assert [request.path for request in loopback.requests] == ["/chat", "/chat"]
    sent = [request.headers for request in loopback.requests]
    assert [headers["authorization"] for headers in sent] == [f"Bearer {KEY}"] * 2
    assert [headers.get("cookie") for headers in sent] == [None, None]


def test_a_mock_transport_may_answer_with_content(form: str, library: Any) -> None:
    """An answer that was read before it came here, good or bad, is read all the same."""
    refusal = b'{"error": {"message": "no money", "code": "wallet_empty"}}'
    answers = iter([library.Response(200, content=HELLO), library.Response(402, content=refusal)])
    transport = library.MockTransport(lambda request: next(answers))
    outcomes = play_given(library, form, "https://fake.test", 2, asked={"key": KEY}, transport=transport)
    assert [(one.message.text, one.kind) for one in outcomes] == [("Hello", None), ("", "quota")]
    assert outcomes[1].message.error is not None
    assert "no money" in outcomes[1].message.error.message


def test_a_hook_of_the_client_may_read_the_answer_first(loopback: LoopbackServer, form: str, library: Any) -> None:
    """As programs do that log what comes, over a real connection, compressed or not."""

    def read(response: Any) -> None:
        response.read()

    async def read_later(response: Any) -> None:
        await response.aread()

    headers = {"content-encoding": "gzip"}
    loopback.reply(Reply(HELLO), Reply(gzip.compress(HELLO), headers=headers))
    hooks = {"response": [read if form == "sync" else read_later]}
    outcomes = play_given(library, form, loopback.url, 2, event_hooks=hooks)
    assert [(one.message.text, one.kind) for one in outcomes] == [("Hello", None)] * 2


def test_a_given_client_brings_its_own_way_to_connect(loopback: LoopbackServer, form: str, library: Any) -> None:
    """Its default headers go along, ours win; it is the user's to close."""
    loopback.reply(Reply(HELLO))
    headers = {"user-agent": "mine", "accept-encoding": "gzip"}
    (outcome,) = play_given(library, form, loopback.url, headers=headers)
    sent = loopback.requests[0].headers
    assert (outcome.message.text, sent["user-agent"], sent["accept-encoding"]) == ("Hello", "mine", "identity")


def test_an_auth_object_of_a_given_client_is_not_asked(loopback: LoopbackServer, form: str) -> None:
    """Neither for a header nor for a flow."""
    loopback.reply(Reply(HELLO))
    auth = Counting()
    play_given(httpx, form, loopback.url, auth=auth)
    assert (auth.used, loopback.requests[0].headers["authorization"]) == (0, f"Bearer {KEY}")


# -- our own clients


def test_our_request_says_what_it_is(loopback: LoopbackServer, form: str) -> None:
    """A POST of JSON that wants plain bytes, with the key in its header."""
    loopback.reply(Reply(HELLO))
    play(form, fake_hub(loopback.url), max_tokens=5)
    (sent,) = loopback.requests
    assert (sent.method, sent.path, sent.json) == ("POST", "/chat", {"model": "m", "messages": ["Hi"], "max_tokens": 5})
    wanted = ("content-type", "accept-encoding", "authorization", "user-agent")
    assert [sent.headers[name] for name in wanted] == ["application/json", "identity", f"Bearer {KEY}", "headwater"]


def test_a_connection_is_used_again(loopback: LoopbackServer, form: str) -> None:
    """A stream read to its end gives its connection back."""
    loopback.reply(Reply(HELLO))
    outcomes = play_all(form, fake_hub(loopback.url), 3)
    assert ([outcome.message.text for outcome in outcomes], loopback.connections.opened) == (["Hello"] * 3, 1)


def test_our_clients_have_no_cap_on_connections() -> None:
    """A hundred open streams do not make the next one wait."""
    with make_sync_client() as client:
        sync_pool = client._transport._pool
    async_pool = make_async_client()._transport._pool
    assert (sync_pool._max_connections, async_pool._max_connections) == (async_pool._max_connections,) * 2
    assert sync_pool._max_connections > 1_000_000


# -- what a client cannot be relied on for


class Body(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A body that notes the client's time limit for reads, and may hang or fail when it is closed."""

    def __init__(self, request: httpx.Request, on_close: str) -> None:
        self.request = request
        self.on_close = on_close
        self.limits: list[Any] = []
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        self.limits.append(self.request.extensions["timeout"]["read"])
        yield HELLO

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.limits.append(self.request.extensions["timeout"]["read"])
        yield TEXT
        if self.on_close == "hang":
            await anyio.sleep_forever()
        yield HELLO

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1
        if self.on_close == "hang":
            await anyio.sleep_forever()
        if self.on_close == "fail":
            raise OSError("closing failed")


class Own(httpx.AsyncBaseTransport, httpx.BaseTransport):
    """A transport of the test's own, without a socket."""

    def __init__(self, on_close: str = "") -> None:
        self.on_close = on_close
        self.bodies: list[Body] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(Body(request, self.on_close))
        return httpx.Response(200, stream=self.bodies[-1])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def test_the_limit_for_the_first_event_does_not_hold_for_later_reads(form: str) -> None:
    """A client would apply the time for the head to each read of the body; silence may last longer."""
    transport = Own()
    asked = {"deadlines": Deadlines(first_event=3.0)}
    (outcome,) = play_given(httpx, form, NOWHERE, asked=asked, transport=transport)
    assert (outcome.kind, [body.limits for body in transport.bodies]) == (None, [[None]])


@pytest.mark.anyio
async def test_a_close_that_hangs_ends_at_its_deadline(anyio_backend: str) -> None:
    """Whatever made the stream end: silence here, then the client's own closing does not return."""
    transport = Own("hang")
    async with httpx.AsyncClient(transport=transport) as client:
        hub = fake_hub(client=client)
        with anyio.fail_after(LIMIT):
            async with hub.stream("fake/m", "Hi", deadlines=Deadlines(silence=0.05, close=0.05)) as stream:
                message = await stream.result()
        transport.on_close = transport.bodies[0].on_close = ""
    assert message.error is not None
    assert (message.error.kind, message.text, transport.bodies[0].closed) == ("timeout", "a", 1)


@pytest.mark.anyio
async def test_a_cancelled_consumer_is_not_held_up_by_a_close_that_hangs(anyio_backend: str) -> None:
    """Its cancellation waits for the close no longer than its deadline."""
    transport = Own("hang")
    async with httpx.AsyncClient(transport=transport) as client:
        hub = fake_hub(client=client)
        with anyio.fail_after(LIMIT):
            async with hub.stream("fake/m", "Hi", deadlines=Deadlines(close=0.05)) as stream:
                with anyio.CancelScope() as scope:
                    async for event in stream:
                        if event.type == "text_delta":
                            scope.cancel()
        transport.on_close = transport.bodies[0].on_close = ""
    assert (scope.cancelled_caught, stream.message.stop_reason) == (True, "aborted")


@pytest.mark.anyio
async def test_a_close_that_fails_does_not_spoil_the_answer(anyio_backend: str) -> None:
    """What came is whole."""
    transport = Own("fail")
    async with httpx.AsyncClient(transport=transport) as client:
        hub = fake_hub(client=client)
        message = await hub.complete("fake/m", "Hi")
        transport.on_close = transport.bodies[0].on_close = ""
    assert message.text == "aHello"


# -- failures


@pytest.mark.parametrize("module", ["httpx", "httpx2"])
@pytest.mark.parametrize(
    ("name", "words", "kind", "cut"),
    [
        ("ConnectError", "refused", "network", False),
        ("ReadError", "", "network", False),
        ("ConnectTimeout", "", "network", False),
        ("ReadTimeout", "slow", "timeout", False),
        ("RemoteProtocolError", "illegal chunk header", "malformed", False),
        ("RemoteProtocolError", "peer closed connection without sending complete message body", "network", True),
        ("LocalProtocolError", "illegal header", "invalid_request", False),
        ("UnsupportedProtocol", "ftp", "invalid_request", False),
        ("DecodingError", "bad gzip", "malformed", False),
    ],
)
def test_a_clients_exception_is_read_by_its_name(module: str, name: str, words: str, kind: str, cut: bool) -> None:
    """The same for both libraries; an exception without words gets its name."""
    pytest.importorskip(module)
    failure = map_failure(getattr(importlib.import_module(module), name)(words))
    assert (failure.kind, failure.clean_cut, bool(str(failure))) == (kind, cut, True)


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), RuntimeError("who knows")])
def test_any_other_exception_is_a_failure_of_the_network(error: Exception) -> None:
    """Nothing of a client gets past the seam."""
    assert map_failure(error).kind == "network"


def test_a_connection_that_takes_too_long_names_its_limit() -> None:
    """Not the limit for the first event."""
    assert "Deadlines.connect" in str(map_failure(httpx.ConnectTimeout("")))
