"""Flows by themselves (`Hub.run`), and providers that sign: what they are given, what they give, what stays unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import pytest
from core_fake import HELLO, KEY, LIMIT, NOWHERE, PreparingProvider, fake_hub, fake_provider, play

from headwater import (
    Answer,
    Blocking,
    CompatibleProvider,
    Deadlines,
    Flow,
    Following,
    Hub,
    Limits,
    MissingKey,
    Model,
    RequestError,
    StreamError,
    WireRequest,
    classify,
    hookimpl,
)
from headwater.testing._server import BEFORE_HEAD, Chunking, Fault, LoopbackServer, Reply


def run(form: str, hub: Hub, flow: Flow, model: Any = "fake/m", **arguments: Any) -> Any:
    """What a flow returns, in one of three forms; closes the hub."""
    if form == "sync":
        try:
            return hub.run_sync(flow, model, **arguments)
        finally:
            hub.close()

    async def inside() -> Any:
        try:
            with anyio.fail_after(LIMIT):
                return await hub.run(flow, model, **arguments)
        finally:
            await hub.aclose()

    return anyio.run(inside, backend=form)


def two_questions(base_url: str) -> Flow:
    """Asks for a list and then for one of it."""
    listed: Answer = yield WireRequest(f"{base_url}/list", method="GET")
    first = json.loads(listed.body)[0]
    told: Answer = yield WireRequest(f"{base_url}/{first}", b"{}")
    doubled: int = yield Blocking(lambda: len(told.body) * 2)
    return listed.status, told.status, told.headers["x-kind"], doubled


def test_a_flow_asks_several_times_with_the_models_key(loopback: LoopbackServer, form: str) -> None:
    """Each request carries it; an answer of any status is the flow's to judge."""
    loopback.route("/list", Reply(b'["a"]', headers={"content-type": "application/json"}))
    loopback.route("/a", Reply(b"none", status=404, headers={"x-kind": "none"}))
    got = run(form, fake_hub(loopback.url), two_questions(loopback.url))
    assert got == (200, 404, "none", 8)
    seen = [(request.method, request.path, request.headers["authorization"]) for request in loopback.requests]
    assert seen == [("GET", "/list", f"Bearer {KEY}"), ("POST", "/a", f"Bearer {KEY}")]


def test_a_flows_requests_are_prepared_as_the_models_are(loopback: LoopbackServer) -> None:
    """Whatever the provider does to its requests, it does to these."""

    def prepare(wire: WireRequest, secrets: Any) -> Flow:
        return wire.with_headers({"x-prepared": "1"})
        yield

    def flow() -> Flow:
        answer: Answer = yield WireRequest(f"{loopback.url}/x")
        return answer.body

    loopback.reply(Reply(b"ok"))
    hub = fake_hub(provider=PreparingProvider(prepare, loopback.url))
    assert (run("sync", hub, flow()), loopback.requests[0].headers["x-prepared"]) == (b"ok", "1")


def test_no_key_of_the_environment_goes_elsewhere_with_a_flow(loopback: LoopbackServer) -> None:
    """Only one that was given does."""

    def flow() -> Flow:
        yield WireRequest(f"{loopback.url}/x")

    loopback.reply(Reply(b"ok"), Reply(b"ok"))
    run("sync", fake_hub(), flow(), base_url=loopback.url)
    run("sync", fake_hub(), flow(), base_url=loopback.url, key="given")
    assert [request.headers.get("authorization") for request in loopback.requests] == [None, "Bearer given"]


def test_a_flow_for_a_model_that_needs_a_key_needs_one() -> None:
    """Told before anything is sent."""
    with pytest.raises(MissingKey):
        run("sync", fake_hub(environ={}), two_questions(NOWHERE))


def test_what_a_flow_raises_is_raised(loopback: LoopbackServer, form: str) -> None:
    """The very exception, of the flow or of a call it makes; its last words are said."""
    ended: list[str] = []

    def refused() -> Flow:
        try:
            answer: Answer = yield WireRequest(f"{loopback.url}/x")
            raise classify(answer.status, answer.body, answer.headers).to_exception()
        finally:
            ended.append("closed")

    def calling() -> Flow:
        yield Blocking(fail)

    loopback.reply(Reply(b'{"error": "no such model"}', status=404))
    with pytest.raises(StreamError) as caught:
        run(form, fake_hub(loopback.url), refused())
    with pytest.raises(RequestError, match="as it should"):
        run(form, fake_hub(loopback.url), calling())
    assert (caught.value.kind, ended) == ("model_not_found", ["closed"])


def fail() -> None:
    """Fails in a way of headwater's own."""
    raise RequestError("failed as it should")


@pytest.mark.parametrize(
    ("fault", "kind"), [(Fault.reset(BEFORE_HEAD), "network"), (Fault.stall(BEFORE_HEAD), "timeout")]
)
def test_a_request_of_a_flow_that_comes_to_nothing_is_an_error(
    loopback: LoopbackServer, form: str, fault: Fault, kind: str
) -> None:
    """Within the same deadlines as a model's answer."""

    def flow() -> Flow:
        yield WireRequest(f"{loopback.url}/x")

    loopback.reply(Reply(b"late", fault=fault))
    with pytest.raises(StreamError) as caught:
        run(form, fake_hub(loopback.url), flow(), deadlines=Deadlines(first_event=0.2))
    assert caught.value.kind == kind


# -- answers that are followed


def follow(base_url: str, told: list[bytes], **request: Any) -> Flow:
    """Follows an answer line by line."""
    wire = WireRequest(f"{base_url}/x", framing="ndjson", **request)
    answer: Answer = yield Following(wire, lambda raw: told.append(raw.data))
    return answer.status, answer.body


def test_an_answer_is_told_line_by_line_as_it_comes(loopback: LoopbackServer, form: str) -> None:
    """The last one too, which nothing ends."""
    told: list[bytes] = []
    loopback.reply(Reply(b'{"a": 1}\n{"b": 2}\n{"c": 3}', chunking=Chunking.every(5)))
    got = run(form, fake_hub(loopback.url), follow(loopback.url, told))
    assert (got, told) == ((200, b""), [b'{"a": 1}', b'{"b": 2}', b'{"c": 3}'])


def test_a_refused_request_that_was_to_be_followed_gives_its_body(loopback: LoopbackServer) -> None:
    """Nothing is told."""
    told: list[bytes] = []
    loopback.reply(Reply(b"no", status=404))
    assert (run("sync", fake_hub(loopback.url), follow(loopback.url, told)), told) == ((404, b"no"), [])


def test_each_wire_event_gives_more_time(loopback: LoopbackServer) -> None:
    """What takes long is no failure while there is news; silence is."""
    told: list[bytes] = []
    loopback.reply(Reply(b'{"a": 1}\n{"b": 2}\n', fault=Fault.stall(10)))
    with pytest.raises(StreamError) as caught:
        run("sync", fake_hub(loopback.url), follow(loopback.url, told), deadlines=Deadlines(silence=0.2))
    assert (caught.value.kind, told) == ("timeout", [b'{"a": 1}'])


def test_what_is_raised_while_an_answer_is_told_is_raised(loopback: LoopbackServer, form: str) -> None:
    """And the connection is closed."""

    def flow() -> Flow:
        yield Following(WireRequest(f"{loopback.url}/x", framing="ndjson"), lambda raw: fail())

    loopback.reply(Reply(b'{"a": 1}\n{"b": 2}\n'))
    with pytest.raises(RequestError, match="as it should"):
        run(form, fake_hub(loopback.url), flow())
    assert loopback.connections.wait_closed()


def test_an_event_that_is_too_large_to_follow_is_malformed(loopback: LoopbackServer) -> None:
    """The limit is that of a model's answer."""
    loopback.reply(Reply(b"x" * 200))
    hub = fake_hub(loopback.url, limits=Limits(event_bytes=100))
    with pytest.raises(StreamError) as caught:
        run("sync", hub, follow(loopback.url, []))
    assert caught.value.kind == "malformed"


# -- signing


class SigningProvider(CompatibleProvider):
    """A provider that proves who asks in its own way."""

    def __init__(self, flow: Callable[[WireRequest, Mapping[str, str]], Flow | None], base_url: str) -> None:
        plain = fake_provider(base_url)
        super().__init__(name=plain.name, base_url=plain.base_url, api=plain.api, key_env=plain.key_env)
        self.flow = flow

    @hookimpl
    def sign(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        return self.flow(wire, secrets)


def sealed(wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
    """A seal of what is sent and of who sends it."""
    who = yield Blocking(lambda: secrets.get("key", secrets.get("FAKE_API_KEY", "nobody")))
    return {"x-seal": f"{len(wire.body)} {who}"}


def test_a_signature_stands_in_place_of_the_key(loopback: LoopbackServer, form: str) -> None:
    """It is made of the request as it is sent, after `on_request` had its say, which sees nothing of it."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(provider=SigningProvider(sealed, loopback.url))
    seen: list[WireRequest] = []

    def change(wire: WireRequest) -> WireRequest:
        seen.append(wire)
        return WireRequest(wire.url, b"12345")

    outcome = play(form, hub, on_request=change)
    headers = loopback.requests[0].headers
    assert (outcome.message.text, headers["x-seal"], "authorization" in headers) == ("Hello", f"5 {KEY}", False)
    assert [dict(wire.headers) for wire in seen] == [{}]


@pytest.mark.parametrize(
    ("key", "seal"), [("given", "given"), (lambda: "asked", "asked"), (None, KEY), ("", None), ("  ", None)]
)
def test_a_key_given_with_the_request_is_what_is_signed_with(loopback: LoopbackServer, key: Any, seal: Any) -> None:
    """As text or from a function; an empty one asks without."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(provider=SigningProvider(sealed, loopback.url))
    play("sync", hub, key=key)
    sent = loopback.requests[0].headers.get("x-seal")
    assert (sent.split()[1] if sent else None) == seal


def test_a_provider_that_does_not_sign_this_one_shows_the_key(loopback: LoopbackServer) -> None:
    """None leaves it to the model's own way."""
    loopback.reply(Reply(HELLO))
    play("sync", fake_hub(provider=SigningProvider(lambda wire, secrets: None, loopback.url)))
    assert loopback.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_every_attempt_is_signed_anew(loopback: LoopbackServer) -> None:
    """A signature holds for minutes only."""
    stamps = iter("ab")

    def stamped(wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
        return {"x-seal": next(stamps)}
        yield

    busy = Reply(b"{}", status=503, headers={"retry-after": "0"})
    loopback.reply(busy, Reply(HELLO))
    outcome = play("sync", fake_hub(provider=SigningProvider(stamped, loopback.url)))
    assert (outcome.message.text, [request.headers["x-seal"] for request in loopback.requests]) == ("Hello", ["a", "b"])


def test_a_server_that_repeats_a_signature_does_not_make_it_public(loopback: LoopbackServer) -> None:
    """Neither the whole of it nor the token in it."""

    def shown(wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
        return {"authorization": "Seal canary-of-a-seal"}
        yield

    said = {"error": {"message": "I saw Seal canary-of-a-seal, that is canary-of-a-seal"}}
    loopback.reply(Reply(json.dumps(said).encode(), status=401))
    outcome = play("sync", fake_hub(provider=SigningProvider(shown, loopback.url)))
    assert outcome.kind == "authentication"
    assert "canary" not in repr((outcome, outcome.stream._drive.plan))


@pytest.mark.parametrize("base_url", ["http://signed.test", NOWHERE])
def test_a_signature_that_may_not_be_sent_is_not(base_url: str) -> None:
    """Over plain HTTP beyond this machine, or with what no header can hold."""

    def made(wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
        return {"x-seal": "seal" if base_url != NOWHERE else "séal"}
        yield

    outcome = play("sync", fake_hub(provider=SigningProvider(made, base_url)))
    assert (outcome.kind, outcome.stream.status) == ("invalid_request", None)


def test_a_recorded_answer_is_read_without_signing() -> None:
    """There is nobody to show it to."""

    def fails(wire: WireRequest, secrets: Mapping[str, str]) -> Flow:
        raise AssertionError("signed a recording")
        yield

    hub = fake_hub(provider=SigningProvider(fails, NOWHERE))
    assert [event.type for event in hub.decode("fake/m", HELLO)][-1] == "done"
