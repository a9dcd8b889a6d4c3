"""Recording over real sockets, and playing back what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from headwater import NO_RETRY, AssistantMessage, Deadlines, Hub, RequestError, UnknownModel, to_json
from headwater.testing import Chunking, Fault, LoopbackServer, Reply, read_cassette, read_cassettes
from headwater_record import Recorder, ReplayProvider, SecretLeft

KEY = "test-7c1f-canary-key-0123456789"
MODEL = "openai/gpt-4o-mini"
ASKED: Mapping[str, Any] = {"api": "openai-completions", "key": KEY}


def chunk(**delta: Any) -> bytes:
    """One chunk of a chat completion."""
    return b"data: " + json.dumps({"id": "c1", "choices": [{"index": 0, **delta}]}).encode() + b"\n\n"


WORDS = ("Re", "corded ", "wörds")
BODY = b"".join(
    (
        *(chunk(delta={"content": word}) for word in WORDS),
        chunk(delta={}, finish_reason="stop"),
        b'data: {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}\n\n',
        b"data: [DONE]\n\n",
    )
)
HEADERS = {
    "content-type": "text/event-stream",
    "x-request-id": "req-of-one-person",
    "set-cookie": "session=of-one-person",
    "openai-organization": "org-of-one-company",
    "x-ratelimit-remaining-requests": "99",
}


@pytest.fixture(params=["asyncio", "trio", "sync"])
def form(request: pytest.FixtureRequest) -> str:
    """Each of the three forms of a stream."""
    return request.param


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine."""
    with LoopbackServer() as running:
        yield running


def ask(form: str, hub: Hub, model: Any = MODEL, prompt: str = "Hi", **asked: Any) -> AssistantMessage:
    """One answer, in one of the three forms; closes the hub."""
    if form == "sync":
        with hub.stream_sync(model, prompt, **asked) as stream:
            message = stream.result()
        hub.close()
        return message

    async def inside() -> AssistantMessage:
        with anyio.fail_after(20):
            async with hub.stream(model, prompt, **asked) as stream:
                message = await stream.result()
            await hub.aclose()
        return message

    return anyio.run(inside, backend=form)


def record(form: str, folder: Path, server: LoopbackServer, *, name: str = "words", **asked: Any) -> AssistantMessage:
    """An answer that was recorded and written."""
    recorder = Recorder(folder, name)
    message = ask(form, recorder.hub(environ={}), base_url=server.url, **{**ASKED, **asked})
    recorder.write()
    return message


def plain(message: AssistantMessage) -> dict[str, Any]:
    """A message without what says where and when it was made."""
    told = json.loads(to_json(message))
    return {name: told[name] for name in told if name not in ("timestamp", "provider", "model", "notes")}


def test_a_recording_holds_the_bytes_as_they_came(form: str, server: LoopbackServer, tmp_path: Path) -> None:
    """All of them, and no other."""
    server.reply(Reply(BODY, headers=HEADERS, chunking=Chunking.every(7)))
    message = record(form, tmp_path, server)
    cassette = read_cassette(tmp_path / "words.sse")
    assert (message.text, cassette.body, cassette.ending) == ("Recorded wörds", BODY, "whole")
    assert (cassette.provider, cassette.model, cassette.api) == ("openai", "gpt-4o-mini", "openai-completions")
    seconds, ends = zip(*cassette.timing, strict=True)
    assert (list(seconds) == sorted(seconds), list(ends) == sorted(ends), ends[-1]) == (True, True, len(BODY))


def test_no_key_and_nothing_personal_is_written(server: LoopbackServer, tmp_path: Path) -> None:
    """Neither of the request nor of the answer."""
    server.reply(Reply(BODY, headers=HEADERS))
    record(
        "sync", tmp_path, server, extra_body={"user": "somebody@example.org"}, extra_headers={"x-my-tenant": "acme-42"}
    )
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    personal = (KEY, "of-one-person", "of-one-company", "somebody", "acme-42", "127.0.0.1")
    assert [word for word in personal if word.encode() in written] == []
    cassette = read_cassettes(tmp_path)[0]
    assert cassette.headers == {"content-type": "text/event-stream", "x-ratelimit-remaining-requests": "99"} | {
        name: value for name, value in cassette.headers.items() if name == "date"
    }
    assert (cassette.request["body"]["user"], cassette.request["body"]["messages"][-1]["content"]) == ("-", "Hi")


def test_headers_that_are_vouched_for_are_written(server: LoopbackServer, tmp_path: Path) -> None:
    """By name, in any case."""
    server.reply(Reply(BODY, headers=HEADERS))
    recorder = Recorder(tmp_path, keep_headers=["X-Request-Id"], request_body=False)
    ask("sync", recorder.hub(environ={}), base_url=server.url, **ASKED)
    cassette = read_cassette(recorder.write()[0])
    assert (cassette.headers["x-request-id"], "body" in cassette.request) == ("req-of-one-person", False)


@pytest.mark.parametrize("coding", ["plain", "json", "base64", "url"])
def test_nothing_is_written_where_the_key_is_left(coding: str, server: LoopbackServer, tmp_path: Path) -> None:
    """In whatever form the answer says it."""
    import base64
    from urllib.parse import quote

    key = 'canary"0123456789/key+of=mine'
    told = {
        "plain": key.replace('"', "'"),
        "json": key,
        "base64": base64.b64encode(b"ab" + key.encode()).decode(),
        "url": quote(key, safe=""),
    }[coding]
    server.reply(Reply(chunk(delta={"content": f"Your key is {told}"}) + BODY, headers=HEADERS))
    recorder = Recorder(tmp_path, secrets=[key.replace('"', "'")])
    ask("sync", recorder.hub(environ={}), base_url=server.url, api="openai-completions", key=key)
    with pytest.raises(SecretLeft, match="in the body of the answer; nothing was written") as caught:
        recorder.write()
    assert (list(tmp_path.iterdir()), key in str(caught.value), told in str(caught.value)) == ([], False, False)


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghijklmnopqrstuv",
        "AIza" + "b" * 35,
        "ghp_" + "a1" * 18,
        "AKIA" + "ABCDEFGH12345678",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijkl",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_anybodys_key_is_not_written(secret: str, server: LoopbackServer, tmp_path: Path) -> None:
    """Also in what was asked, unless it is forgiven."""
    server.reply(Reply(BODY, headers=HEADERS))
    for forgiven, written in (((), 0), ((secret,), 1)):
        recorder = Recorder(tmp_path, forgiven=forgiven)
        ask("sync", recorder.hub(environ={}), prompt=f"Is {secret} mine?", base_url=server.url, **ASKED)
        words = ""
        try:
            recorder.write()
        except SecretLeft as error:
            words = str(error)
        assert (len(read_cassettes(tmp_path)), bool(words), secret in words) == (written, not written, False)


def test_every_attempt_is_a_recording(server: LoopbackServer, tmp_path: Path) -> None:
    """The refusal and the answer after it, numbered."""
    refusal = Reply(b'{"error": {"message": "busy"}}', status=503, headers={"retry-after": "0", **HEADERS})
    server.reply(refusal, Reply(BODY, headers=HEADERS))
    record("sync", tmp_path, server)
    assert {one.name: one.status for one in read_cassettes(tmp_path)} == {"words": 503, "words-2": 200}


def test_what_is_no_answer_of_a_model_is_not_recorded(server: LoopbackServer, tmp_path: Path) -> None:
    """Somebody else's request over the same client."""
    server.reply(Reply(b'{"access_token": "secret"}'))
    recorder = Recorder(tmp_path)
    with httpx.Client() as client:
        watched = recorder.wrap_client(client)
        request = watched.build_request("POST", f"{server.url}/token")
        b"".join(watched.send(request, stream=True).iter_raw())
    assert (len(recorder.exchanges), recorder.write(), list(tmp_path.iterdir())) == (1, [], [])


def test_a_reader_that_leaves_is_recorded_as_such(form: str, server: LoopbackServer, tmp_path: Path) -> None:
    """What had come by then is kept."""
    server.reply(Reply(BODY, headers=HEADERS, fault=Fault.stall(after=200)))
    recorder = Recorder(tmp_path)
    hub = recorder.hub(environ={})

    async def leave() -> None:
        async with hub.stream(MODEL, "Hi", base_url=server.url, **ASKED) as stream:
            async for event in stream:
                if event.type == "text_delta":
                    break
        await hub.aclose()

    if form == "sync":
        with hub.stream_sync(MODEL, "Hi", base_url=server.url, **ASKED) as stream:
            next(event for event in stream if event.type == "text_delta")
        hub.close()
    else:
        anyio.run(leave, backend=form)
    cassette = read_cassette(recorder.write()[0])
    assert (cassette.ending, BODY.startswith(cassette.body), len(cassette.body) > 0) == ("left", True, True)


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "a\\b", ".hidden", "README", "x.meta", "a\nb", "x."])
def test_a_name_that_no_cassette_can_have_is_refused_before_anything_is_asked(name: str, tmp_path: Path) -> None:
    """It would be written elsewhere, or read by nobody."""
    with pytest.raises(RequestError, match="cannot name a recording; use letters"):
        Recorder(tmp_path, name)
    assert Recorder(tmp_path, "gpt-4.1_ü").name == "gpt-4.1_ü"


# -- playing back


def replaying(folder: Path) -> Hub:
    """A hub that plays back what lies in a folder."""
    hub = Hub(environ={})
    hub.registry.register("replay", ReplayProvider(folder, hub=hub))
    return hub


def test_a_recording_plays_back_as_the_same_answer(form: str, server: LoopbackServer, tmp_path: Path) -> None:
    """The same message, without key and network."""
    server.reply(Reply(BODY, headers=HEADERS, chunking=Chunking.every(11)))
    recorded = record(form, tmp_path, server)
    played = ask(form, replaying(tmp_path), "replay/words?speed=0")
    assert (plain(played), played.provider) == (plain(recorded), "replay")


def test_a_refusal_plays_back_as_a_refusal(form: str, server: LoopbackServer, tmp_path: Path) -> None:
    """With status, headers and the provider's words."""
    body = b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    server.reply(Reply(body, status=429, headers={"content-type": "application/json", "retry-after": "12"}))
    recorded = record(form, tmp_path, server, retry=NO_RETRY)
    played = ask(form, replaying(tmp_path), "replay/words", retry=NO_RETRY)
    assert recorded.error is not None
    assert played.error is not None
    seen = [(one.kind, one.status, one.retry_after, one.code) for one in (recorded.error, played.error)]
    assert seen == [("quota", 429, 12.0, "insufficient_quota")] * 2


def test_a_connection_that_broke_breaks_again(form: str, server: LoopbackServer, tmp_path: Path) -> None:
    """With what had come by then."""
    server.reply(Reply(BODY, headers=HEADERS, fault=Fault.reset(after=len(chunk(delta={"content": "Re"})) + 20)))
    recorded = record(form, tmp_path, server, retry=NO_RETRY)
    played = ask(form, replaying(tmp_path), "replay/words", retry=NO_RETRY)
    assert read_cassettes(tmp_path)[0].ending == "cut"
    assert [(one.text, one.stop_reason) for one in (recorded, played)] == [("Re", "error")] * 2


class Clock:
    """Seconds that pass as they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


@pytest.mark.parametrize(("speed", "pauses"), [(1, [0.25] * 3), (2, [0.125] * 3), (0, [])])
def test_the_pauses_are_those_of_the_recording(
    speed: float, pauses: list[float], server: LoopbackServer, tmp_path: Path
) -> None:
    """Divided by the speed; at once for 0."""
    server.reply(Reply(BODY[:90], headers=HEADERS, chunking=Chunking.every(30)))
    recorder = Recorder(tmp_path, "words", clock=Clock())
    ask("sync", recorder.hub(environ={}), base_url=server.url, retry=NO_RETRY, **ASKED)
    recorder.write()
    hub = replaying(tmp_path)
    model = hub.model(f"replay/words?speed={speed}")
    steps = hub.registry.load("replay").answer_locally(model=model, wire=None)
    answer: Any = None
    seen: list[Any] = []
    while True:
        try:
            step = steps.send(answer)
        except StopIteration:
            break
        answer = step.call() if hasattr(step, "call") else None
        seen.append(step)
    assert [step for step in seen if isinstance(step, float)] == pauses
    assert b"".join(step for step in seen if isinstance(step, bytes)) == BODY[:90]


def test_a_long_pause_is_under_the_deadlines(form: str, tmp_path: Path) -> None:
    """As a provider's would be."""
    tmp_path.joinpath("slow.sse").write_bytes(BODY)
    meta = {"provider": "openai", "api": "openai-completions", "timing": [[0.0, 40], [3600.0, len(BODY)]]}
    tmp_path.joinpath("slow.meta.json").write_text(json.dumps(meta))
    limits = Deadlines(first_event=0.05, silence=0.05)
    played = ask(form, replaying(tmp_path), "replay/slow", deadlines=limits, retry=NO_RETRY)
    assert (played.error and played.error.kind) == "timeout"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("replay/none", "names no recording; there are: bad, nobody, words"),
        ("replay/words?pace=3", "what it may say is"),
        ("replay/words?speed=-1", "speed='-1' is none"),
        ("replay/words?speed=nan", "speed='nan' is none"),
        ("replay/bad", "cannot be read"),
        ("replay/nobody", "add provider and api"),
    ],
)
def test_what_cannot_be_played_says_what_to_do(name: str, words: str, tmp_path: Path) -> None:
    """Before anything is asked."""
    for stem, meta in (
        ("words", '{"provider": "openai", "api": "openai-completions"}'),
        ("bad", "{"),
        ("nobody", "{}"),
    ):
        tmp_path.joinpath(f"{stem}.sse").write_bytes(BODY)
        tmp_path.joinpath(f"{stem}.meta.json").write_text(meta)
    with pytest.raises((UnknownModel, RequestError), match=words):
        replaying(tmp_path).model(name)


def test_an_answer_of_a_provider_that_is_not_installed_plays_through_its_api(tmp_path: Path) -> None:
    """It is enough that somebody reads the protocol."""
    tmp_path.joinpath("words.sse").write_bytes(BODY)
    tmp_path.joinpath("words.meta.json").write_text(
        '{"provider": "elsewhere", "model": "m", "api": "openai-completions"}'
    )
    assert ask("sync", replaying(tmp_path), "replay/words").text == "Recorded wörds"


def test_the_installed_provider_reads_paths(server: LoopbackServer, tmp_path: Path) -> None:
    """Its entry point is there, and the extension may stand."""
    server.reply(Reply(BODY, headers=HEADERS))
    record("sync", tmp_path, server)
    hub = Hub(environ={"HEADWATER_REPLAY": str(tmp_path)})
    texts = [ask("sync", hub, name).text for name in ("replay/words.sse", f"replay/{tmp_path}/words")]
    assert ("replay" in hub.providers(), texts) == (True, ["Recorded wörds"] * 2)


def test_an_answer_of_a_mock_transport_is_recorded(form: str, tmp_path: Path) -> None:
    """Which was read before anybody asked for its bytes."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=BODY))
    recorder = Recorder(tmp_path, "words")
    given = {"sync_client": httpx.Client(transport=transport)}
    if form != "sync":
        given = {"client": httpx.AsyncClient(transport=transport)}
    message = ask(form, recorder.hub(environ={}, **given), base_url="https://api.openai.com/v1", **ASKED)
    recorder.write()
    cassette = read_cassette(tmp_path / "words.sse")
    assert (message.text, cassette.body, cassette.ending) == ("Recorded wörds", BODY, "whole")
