"""Where a server is, and which keys go there."""

from __future__ import annotations

import importlib
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ollama_wire import QWEN, done, lines

from headwater import Hub, RequestError
from headwater.testing import LoopbackServer, Reply
from headwater_ollama._host import parse_host


@pytest.mark.parametrize(
    ("said", "url"),
    [
        (None, "http://127.0.0.1:11434"),
        ("", "http://127.0.0.1:11434"),
        (" 1.2.3.4 ", "http://1.2.3.4:11434"),
        (":56789", "http://127.0.0.1:56789"),
        ("example.com/path/", "http://example.com:11434/path"),
        ("https://example.com", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("[::1]", "http://[::1]:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("[::]:5000", "http://[::1]:5000"),
    ],
)
def test_a_host_may_be_said_in_many_ways(said: str | None, url: str) -> None:
    """Parts that are missing are the usual ones; where a server listens on everything, it is here."""
    assert parse_host(said) == url


@given(
    st.sampled_from(["", "http://", "https://"]),
    st.sampled_from(["h", "example.com", "1.2.3.4", "[2001:db8::1]"]),
    st.none() | st.integers(1, 65535),
    st.sampled_from(["", "/", "/a", "/a/b/"]),
)
def test_a_host_is_read_as_the_vendors_client_reads_it(scheme: str, host: str, port: int | None, path: str) -> None:
    """But that the usual port is left out."""
    pytest.importorskip("ollama")
    theirs: Any = importlib.import_module("ollama._client")
    said = f"{scheme}{host}{'' if port is None else f':{port}'}{path}"
    other, ours = urlsplit(theirs._parse_host(said)), urlsplit(parse_host(said))
    usual = {"http": 80, "https": 443}[ours.scheme]
    assert (ours.scheme, ours.hostname, ours.port or usual, ours.path) == (
        other.scheme,
        other.hostname,
        other.port,
        other.path,
    )


@pytest.mark.parametrize("said", ["ftp://x", "http://user:secret@x", "http://[::1", "x:port", "x:99999"])
def test_what_is_no_host_is_refused(said: str) -> None:
    """With how to write one."""
    with pytest.raises(RequestError, match="is no host"):
        Hub(environ={"OLLAMA_HOST": said}).model(QWEN)


@pytest.mark.parametrize(
    ("host", "elsewhere", "goes"),
    [
        (None, None, False),
        ("192.168.0.2", None, False),
        ("http://example.com", None, False),
        ("https://example.com", None, True),
        ("https://ollama.com", None, True),
        (None, "https://ollama.com", True),
        ("https://example.com", "https://other.example", False),
    ],
)
def test_a_key_goes_to_the_vendors_own_server_or_one_named_by_https(
    host: str | None, elsewhere: str | None, goes: bool
) -> None:
    """Nowhere else from the environment, and never in the open."""
    environ = {"OLLAMA_API_KEY": "key", **({"OLLAMA_HOST": host} if host else {})}
    hub = Hub(environ=environ)
    model = hub.model(QWEN, base_url=elsewhere)
    origin = "/".join(model.base_url.split("/")[:3])
    assert (origin in model.auth.origins) == goes


def test_a_server_of_ones_own_is_asked_without_a_key(loopback: LoopbackServer) -> None:
    """Unless one is given."""
    loopback.reply(*[Reply(lines(done()))] * 2)
    hub = Hub(environ={"OLLAMA_HOST": loopback.url, "OLLAMA_API_KEY": "key"})
    for key in (None, "given"):
        with hub.stream_sync(QWEN, "hi", key=key) as stream:
            stream.result()
    hub.close()
    assert [request.headers.get("authorization") for request in loopback.requests] == [None, "Bearer given"]


def test_loading_a_model_is_given_time() -> None:
    """Minutes until the first event."""
    assert Hub(environ={}).capabilities(QWEN).first_event_timeout == 600
