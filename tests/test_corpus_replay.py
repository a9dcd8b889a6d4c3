"""Every recorded stream, replayed over real HTTP on loopback, is what its provider's own SDK reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio
import corpus
import oracle
import pytest

from headwater import NO_RETRY, AssistantMessage, Event, check_grammar
from headwater.testing import Chunking, LoopbackServer, Reply

Ask = Callable[[corpus.Recording, str], tuple[list[Event], AssistantMessage]]


async def ask_async(recording: corpus.Recording, url: str) -> tuple[list[Event], AssistantMessage]:
    """All events, and the message, read by the async form."""
    hub = corpus.make_hub()
    model = recording.find_model(hub)
    async with hub.stream(model, "(replayed)", key="loopback", base_url=url, retry=NO_RETRY) as stream:
        events = [event async for event in stream]
    await hub.aclose()
    return events, stream.message


def ask_sync(recording: corpus.Recording, url: str) -> tuple[list[Event], AssistantMessage]:
    """All events, and the message, read by the sync form."""
    hub = corpus.make_hub()
    model = recording.find_model(hub)
    with hub.stream_sync(model, "(replayed)", key="loopback", base_url=url, retry=NO_RETRY) as stream:
        events = list(stream)
    hub.close()
    return events, stream.message


FORMS: Mapping[str, Ask] = {
    "asyncio": partial(anyio.run, ask_async, backend="asyncio"),  # pyright: ignore[reportAssignmentType]
    "trio": partial(anyio.run, ask_async, backend="trio"),  # pyright: ignore[reportAssignmentType]
    "sync": ask_sync,
}


def chunkings(recording: corpus.Recording) -> Mapping[str, Chunking]:
    """How its bytes are cut: the smaller the stream, the finer."""
    length = len(recording.body)
    finest = {"bytes": (Chunking.bytewise(), 6_000), "sevens": (Chunking.every(7), 40_000)}
    rest = {"64": (Chunking.every(64), 300_000), "random": (Chunking.random(recording.number, 512), length)}
    fine = {name: cut for name, (cut, limit) in {**finest, **rest}.items() if length <= limit}
    return {"whole": Chunking.whole(), **fine}


@pytest.mark.parametrize("recording", corpus.parameters(corpus.recordings()))
def test_a_stream_over_http_is_what_the_sdk_reads(recording: corpus.Recording) -> None:
    """In every chunking, and in the three forms by turns, its message agrees with its `expected.json`."""
    wire, expected = recording.wire(corpus.make_hub()), recording.expected
    found: dict[str, Any] = {}
    for place, (name, chunking) in enumerate(chunkings(recording).items()):
        form = list(FORMS)[(recording.number + place) % len(FORMS)]
        with LoopbackServer() as server:
            server.reply(Reply(recording.body, headers=recording.headers, chunking=chunking))
            events, message = FORMS[form](recording, server.url)
            closed = server.connections.wait_closed()
        check_grammar(events)
        wrong = oracle.judge(recording.id, oracle.Seen(message, wire, recording.reading), expected)
        if wrong or not closed:
            found[f"{name}, {form}"] = wrong or "the connection stays open"
    assert found == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("protocol", corpus.PROTOCOLS)
def test_every_form_reads_the_same_events(protocol: str, form: str) -> None:
    """Asyncio, trio and plain threads are told the same of one stream of each protocol, id for id."""
    reason = corpus.why_unread(protocol)
    found = [recording for recording in corpus.recordings() if recording.protocol == protocol]
    if reason is not None or not found:
        pytest.skip(reason or "there are no recordings here")
    recording = found[0]
    hub = corpus.make_hub()
    decoded = list(hub.decode(recording.find_model(hub), recording.body, headers=recording.headers))
    with LoopbackServer() as server:
        server.reply(Reply(recording.body, headers=recording.headers))
        events, _ = FORMS[form](recording, server.url)
    assert events[:-1] == decoded[:-1]
