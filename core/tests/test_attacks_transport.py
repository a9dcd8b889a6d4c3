"""A hostile server, a careless caller and an odd environment against the connection and the key."""

from __future__ import annotations

import gzip
import logging
import math
import pickle
import zlib
from typing import Any

import pytest
from core_fake import HELLO, KEY, FakeApi, events, fake_hub, fake_provider, play

from headwater import (
    NO_RETRY,
    Deadlines,
    DecodeError,
    InvalidMessage,
    Model,
    RequestError,
    Retry,
    UnknownModel,
    WireRequest,
    dumps,
    from_dict,
    hookimpl,
)
from headwater.testing import Chunking
from headwater.testing._server import LoopbackServer, Reply

# -- what a server sends

TEXT = events({"text": "a"}, done=False)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "x-gzip", "nonsense"])
def test_a_body_that_may_grow_without_bound_is_not_unpacked(loopback: LoopbackServer, form: str, encoding: str) -> None:
    """A kilobyte packed twice is a gigabyte before anybody can look at it; nobody asked for it to be packed."""
    loopback.reply(Reply(HELLO, headers={"content-encoding": encoding}))
    outcome = play(form, fake_hub(loopback.url, retry=NO_RETRY))
    assert (outcome.kind, "not asked for" in outcome.message.error_message) == ("malformed", True)  # pyright: ignore[reportOperatorIssue]


def test_a_refusal_that_is_packed_is_a_refusal_still(loopback: LoopbackServer, form: str) -> None:
    """What its status says does not depend on what cannot be read."""
    loopback.reply(Reply(b"no", status=401, headers={"content-encoding": "br"}))
    assert play(form, fake_hub(loopback.url)).kind == "authentication"


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15)])
def test_what_is_packed_once_is_read(loopback: LoopbackServer, form: str, encoding: str, wbits: int) -> None:
    """Some proxies pack whatever they see."""
    packer = zlib.compressobj(wbits=wbits)
    body = packer.compress(HELLO) + packer.flush()
    loopback.reply(Reply(body, headers={"content-encoding": f" {encoding.upper()} "}))
    assert play(form, fake_hub(loopback.url)).message.text == "Hello"


@pytest.mark.parametrize("needs_signal", [True, False])
@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_packed_body_that_is_cut_is_no_success(
    loopback: LoopbackServer, form: str, encoding: str, wbits: int, needs_signal: bool
) -> None:
    """A proxy ended the transfer in good order: also where the end of the bytes is the only end there is."""
    packer = zlib.compressobj(wbits=wbits)
    body = packer.compress(TEXT) + packer.flush(zlib.Z_SYNC_FLUSH)
    loopback.reply(Reply(body, headers={"content-encoding": encoding}))
    hub = fake_hub(loopback.url, api=FakeApi(needs_signal=needs_signal), retry=NO_RETRY)
    outcome = play(form, hub)
    assert (outcome.kind, outcome.message.text) == ("truncated", "a")


@pytest.mark.parametrize("chunking", [Chunking.whole(), Chunking.bytewise()])
def test_a_packed_body_may_have_several_members(loopback: LoopbackServer, form: str, chunking: Chunking) -> None:
    """As RFC 1952 has it; and what is no member after them is passed over."""
    body = gzip.compress(TEXT) + gzip.compress(HELLO) + b"\0\0"
    loopback.reply(Reply(body, headers={"content-encoding": "gzip"}, chunking=chunking))
    assert play(form, fake_hub(loopback.url)).message.text == "aHello"


def test_a_packed_body_after_whose_last_event_the_end_mark_is_missing_is_whole(
    loopback: LoopbackServer, form: str
) -> None:
    """After the terminal signal it does not matter how the bytes end."""
    packer = zlib.compressobj(wbits=31)
    body = packer.compress(HELLO) + packer.flush(zlib.Z_SYNC_FLUSH)
    loopback.reply(Reply(body, headers={"content-encoding": "gzip"}))
    outcome = play(form, fake_hub(loopback.url, retry=NO_RETRY))
    assert (outcome.kind, outcome.message.text) == (None, "Hello")


def test_a_body_that_is_not_packed_as_it_says_is_malformed(loopback: LoopbackServer, form: str) -> None:
    """And an empty one is only empty."""
    loopback.reply(Reply(HELLO, headers={"content-encoding": "gzip"}), Reply(b"", headers={"content-encoding": "gzip"}))
    kinds = [play(form, fake_hub(loopback.url, retry=NO_RETRY)).kind for _ in range(2)]
    assert kinds == ["malformed", "truncated"]


def test_cookies_of_a_server_are_not_kept(loopback: LoopbackServer) -> None:
    """Neither sent again nor collected: a client lives as long as the program."""
    loopback.reply(Reply(HELLO, headers={"set-cookie": "a=b; path=/"}))
    hub = fake_hub(loopback.url)
    for _ in range(2):
        with hub.stream_sync("fake/m", "Hi") as stream:
            stream.result()
    kept = list(hub._client().cookies.jar)
    hub.close()
    assert (kept, [request.headers.get("cookie") for request in loopback.requests]) == ([], [None, None])


# -- what a caller gives


def test_a_cookie_of_the_callers_own_is_sent(loopback: LoopbackServer, form: str) -> None:
    """Headers of theirs go through untouched."""
    loopback.reply(Reply(HELLO))
    play(form, fake_hub(loopback.url), extra_headers={"Cookie": "mine=1"})
    assert loopback.requests[0].headers["cookie"] == "mine=1"


@pytest.mark.parametrize("key", [None, "an-explicit-key"])
def test_a_callers_own_proof_of_identity_is_not_replaced(loopback: LoopbackServer, form: str, key: str | None) -> None:
    """Who writes the header means it, whatever key is in the environment."""
    loopback.reply(Reply(b'{"error": {"message": "no theirs-1234"}}', status=401))
    outcome = play(form, fake_hub(loopback.url), key=key, extra_headers={"Authorization": "Bearer theirs-1234"})
    assert loopback.requests[0].headers["authorization"] == "Bearer theirs-1234"
    assert "theirs-1234" not in repr(outcome.message)


@pytest.mark.parametrize("value", [5, None, b"bytes", "größe", "\ud800"], ids=repr)
def test_a_header_that_no_header_can_be_is_no_network_failure(form: str, value: Any) -> None:
    """It is named, and not tried again."""
    outcome = play(form, fake_hub(retry=Retry(attempts=3)), extra_headers={"x-title": value})
    assert (outcome.kind, len(outcome.stream.attempts)) == ("invalid_request", 1)
    assert "x-title" in outcome.message.error_message  # pyright: ignore[reportOperatorIssue]


@pytest.mark.parametrize("scheme", ["HTTP", "hTTp"])
def test_plain_http_is_plain_however_it_is_written(form: str, scheme: str) -> None:
    """The key stays here."""
    outcome = play(form, fake_hub(), base_url=f"{scheme}://headwater.invalid", key=KEY)
    assert (outcome.kind, "unencrypted" in outcome.message.error_message) == ("invalid_request", True)  # pyright: ignore[reportOperatorIssue]


@pytest.mark.parametrize(
    "given",
    [
        {"temperature": "hot"},
        {"temperature": math.nan},
        {"top_p": math.inf},
        {"max_tokens": "many"},
        {"thinking_budget": 0.5},
        {"session_id": 5},
        {"metadata": ["a"]},
        {"extra_headers": [("a", "b")]},
        {"extra_body": [1]},
        {"extra_body": {"a": object}},
        {"on_request": "later"},
    ],
    ids=str,
)
def test_an_option_of_the_wrong_kind_is_refused_at_once(given: dict[str, Any]) -> None:
    """By its name, before anything is sent."""
    with pytest.raises(RequestError, match=next(iter(given))):
        fake_hub().stream("fake/m", "Hi", **given)


@pytest.mark.parametrize("name", [None, 5, b"fake/m"])
def test_a_model_is_named_by_text(name: Any) -> None:
    """A variable that is not set is the usual reason."""
    with pytest.raises(UnknownModel, match="provider/model-id"):
        fake_hub().stream(name, "Hi")


class Resumable(FakeApi):
    """An api that finds answers again."""

    @hookimpl
    def resume(self, model: Model, cursor: Any) -> WireRequest:
        return WireRequest(f"{model.base_url}/{cursor['id']}")


@pytest.mark.parametrize("position", [None, 5, [], {}])
def test_a_cursor_whose_position_is_none_is_refused(position: Any) -> None:
    """It may come from a browser."""
    cursor = {"model": "fake/m", "api": "fake", "base_url": "http://127.0.0.1:9", "position": position}
    with pytest.raises(RequestError, match="no cursor"):
        fake_hub(api=Resumable()).resume(cursor)


# -- the environment


def test_this_machine_is_not_reached_through_a_proxy(
    loopback: LoopbackServer, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that plain HTTP may carry to here would pass by it."""
    loopback.reply(Reply(HELLO))
    with LoopbackServer() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        outcome = play(form, fake_hub(loopback.url))
        assert (outcome.message.text, proxy.requests) == ("Hello", [])


def test_a_password_in_a_variable_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """URLs are logged, and it would take the place of the key."""
    provider = fake_provider(base_url_env="FAKE_HOST")
    environ = {"FAKE_API_KEY": KEY, "FAKE_HOST": "https://user:pa55word@headwater.invalid"}
    with caplog.at_level(logging.DEBUG), pytest.raises(RequestError, match="no user or password") as caught:
        fake_hub(provider=provider, environ=environ).stream("fake/m", "Hi")
    assert "pa55word" not in f"{caplog.text}{caught.value}"


def test_no_limit_is_none_on_a_real_socket(loopback: LoopbackServer, form: str) -> None:
    """Infinity is the natural way to ask for that."""
    loopback.reply(Reply(HELLO))
    endless = Deadlines(connect=math.inf, first_event=math.inf, silence=math.inf, idle=math.inf, total=math.inf)
    assert play(form, fake_hub(loopback.url, deadlines=endless, retry=NO_RETRY)).message.text == "Hello"


# -- what is stored


@pytest.mark.parametrize(
    "stored",
    [
        {"role": "user", "content": [{"type": "text", "text": None}]},
        {"role": "user", "content": [{"type": "text", "text": 5}]},
        {"role": "user", "content": "a", "timestamp": "now"},
        {"role": "user", "content": "a", "timestamp": True},
        {"role": "toolResult", "toolCallId": None, "toolName": "f", "content": "a"},
        {"role": "toolResult", "toolCallId": "c", "toolName": "f", "content": "a", "isError": "false"},
        {1: "a", "b": "c"},
    ],
    ids=str,
)
def test_a_stored_value_of_another_kind_is_not_made_to_fit(stored: Any) -> None:
    """`null` would become the text None, and the text false would be true."""
    with pytest.raises(InvalidMessage):
        from_dict(stored)


def test_an_error_of_decoding_can_cross_processes() -> None:
    """With the words it has here."""
    error = DecodeError(b"<html>" + b"x" * 500, "no value")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.snippet) == (str(error), error.snippet)


def test_a_value_that_contains_itself_is_no_json_whatever_else_is_wrong() -> None:
    """Also beside a lone surrogate, for which it is looked through."""
    value: dict[str, Any] = {"a": "\ud800"}
    value["b"] = value
    with pytest.raises(ValueError, match="contains itself"):
        dumps(value)
