"""How long the framings take, for the reader to compare within one run.

Every figure is for the whole group of events named in the test: `EVENTS` of them, or one event of a megabyte.
Run with `pytest benchmarks/test_framing_bench.py`; the peer in each group is the plainest reading one would
write by hand, which is right for its own input only.
"""

import json
import struct
import zlib
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from headwater._framing import make_framing

EVENTS = 1_000
READ = 16 * 1024  # what one read of a busy connection brings

CHAT = json.dumps(
    {
        "id": "chatcmpl-000000000000000000000000",
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": "some-model-2026-01-01",
        "service_tier": "default",
        "system_fingerprint": "fp_0000000000",
        "choices": [{"index": 0, "delta": {"content": " hello"}, "logprobs": None, "finish_reason": None}],
        "obfuscation": "x" * 24,
    }
).encode()
CHAT_EVENT = b"data: " + CHAT + b"\n\n"
DELTA = b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" hello"}}'
NAMED_EVENT = b"event: content_block_delta\ndata: " + DELTA + b"\n\n"
ELEMENT = (
    b",\r\n"
    + json.dumps(
        {
            "candidates": [{"content": {"parts": [{"text": 'Hello, "world"'}], "role": "model"}, "index": 0}],
            "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 19},
            "modelVersion": "some-model",
            "responseId": "r1",
        },
        indent=2,
    ).encode()
)
MEGABYTE = b"x" * 2**20


def reads(body: bytes, size: int) -> list[bytes]:
    """Gives the body in reads of this size."""
    return [body[start : start + size] for start in range(0, len(body), size)]


def binary_frame(payload: bytes) -> bytes:
    """Gives one frame of a binary event stream with the three headers that a stream of text has."""
    block = b"".join(
        bytes([len(name)]) + name + b"\x07" + struct.pack("!H", len(value)) + value
        for name, value in (
            (b":event-type", b"contentBlockDelta"),
            (b":content-type", b"application/json"),
            (b":message-type", b"event"),
        )
    )
    prelude = struct.pack("!II", 16 + len(block) + len(payload), len(block))
    body = prelude + struct.pack("!I", zlib.crc32(prelude)) + block + payload
    return body + struct.pack("!I", zlib.crc32(body))


FRAME = binary_frame(b'{"contentBlockIndex":0,"delta":{"text":" hello"},"p":"abcdefghij"}')


def framed(name: str, chunks: list[bytes]) -> Callable[[], int]:
    """Gives a run over the chunks that counts the events."""

    def run() -> int:
        framing = make_framing(name)
        feed = framing.feed
        return sum(len(feed(chunk)) for chunk in chunks) + len(framing.end())

    return run


@pytest.mark.benchmark(group="one event per read")
@pytest.mark.parametrize(
    ("name", "event"),
    [
        pytest.param("sse", CHAT_EVENT, id="sse-chat"),
        pytest.param("sse", NAMED_EVENT, id="sse-named"),
        pytest.param("sse", CHAT_EVENT.replace(b"\n", b"\r\n"), id="sse-crlf"),
        pytest.param("sse", b": keep-alive\n\n" + CHAT_EVENT, id="sse-comments"),
        pytest.param("ndjson", CHAT + b"\n", id="ndjson"),
        pytest.param("json-array", ELEMENT, id="json-array"),
        pytest.param("aws-event-stream", FRAME, id="aws-event-stream"),
    ],
)
def test_one_event_per_read(benchmark: BenchmarkFixture, name: str, event: bytes) -> None:
    """A server that flushes every event: what an event costs beside the read that brought it."""
    chunks = [b"["] * (name == "json-array") + [event] * EVENTS
    assert benchmark(framed(name, chunks)) == EVENTS


@pytest.mark.benchmark(group="reads of 16 kB")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("sse", CHAT_EVENT * EVENTS, id="sse-chat"),
        pytest.param("sse", NAMED_EVENT * EVENTS, id="sse-named"),
        pytest.param("ndjson", (CHAT + b"\n") * EVENTS, id="ndjson"),
        pytest.param("json-array", b"[" + ELEMENT * EVENTS + b"]", id="json-array"),
        pytest.param("aws-event-stream", FRAME * EVENTS, id="aws-event-stream"),
    ],
)
def test_many_events_per_read(benchmark: BenchmarkFixture, name: str, body: bytes) -> None:
    """A consumer that is slower than the server: many events wait in each read."""
    assert benchmark(framed(name, reads(body, READ))) == EVENTS


@pytest.mark.benchmark(group="reads of 16 kB")
def test_peer_split_at_blank_lines(benchmark: BenchmarkFixture) -> None:
    """The peer: split the reads at blank lines, decode to text, no CR, no comments, no names, no limits."""

    def run() -> int:
        rest, count = "", 0
        for chunk in reads(CHAT_EVENT * EVENTS, READ):
            *events, rest = (rest + chunk.decode()).split("\n\n")
            count += len([event.removeprefix("data: ") for event in events])
        return count

    assert benchmark(run) == EVENTS


@pytest.mark.benchmark(group="one event of 1 MB in reads of 64 bytes")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("sse", b"data: " + MEGABYTE + b"\n\n", id="sse"),
        pytest.param("ndjson", MEGABYTE + b"\n", id="ndjson"),
        pytest.param("json-array", b'[{"a":"' + MEGABYTE + b'"}]', id="json-array-one-string"),
        pytest.param("json-array", b'[{"a":"' + b'x\\"' * (2**20 // 3) + b'"}]', id="json-array-escapes"),
        pytest.param("aws-event-stream", binary_frame(MEGABYTE), id="aws-event-stream"),
    ],
)
def test_a_large_event_in_small_reads(benchmark: BenchmarkFixture, name: str, body: bytes) -> None:
    """An event costs time in proportion to its size: compare with the half of it in the next group."""
    assert benchmark(framed(name, reads(body, 64))) == 1


@pytest.mark.benchmark(group="one event of 512 kB in reads of 64 bytes")
@pytest.mark.parametrize("name", ["sse", "json-array"])
def test_half_the_event_takes_half_the_time(benchmark: BenchmarkFixture, name: str) -> None:
    """The other point of the line: what is quadratic would take a quarter of the time here."""
    half = MEGABYTE[: 2**19]
    body = b"data: " + half + b"\n\n" if name == "sse" else b'[{"a":"' + half + b'"}]'
    assert benchmark(framed(name, reads(body, 64))) == 1
