"""From bytes to the consumer's hand: in memory, and over loopback. Divide by the number of deltas (2,000)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from wires import chat_text, chat_tool, messages_text, messages_tool

from headwater import Hub

READS = {"one event a read": 0, "16 kB a read": 16_384}
STREAMS = {
    "chat text": ("openai-completions", lambda: chat_text(2000)),
    "chat tool call, 20 kB": ("openai-completions", lambda: chat_tool(20_000)),
    "chat tool call, 200 kB": ("openai-completions", lambda: chat_tool(200_000)),
    "messages text": ("anthropic-messages", lambda: messages_text(2000)),
    "messages tool call, 20 kB": ("anthropic-messages", lambda: messages_tool(20_000)),
}


def reads(events: list[bytes], size: int) -> list[bytes]:
    """The events as the socket would give them: one a read, or `size` bytes a read."""
    body = b"".join(events)
    return events if not size else [body[start : start + size] for start in range(0, len(body), size)]


def count(events: Iterable[Any]) -> int:
    """Looks at each event as a consumer does."""
    return sum(event.type in ("text_delta", "toolcall_delta") for event in events)


@pytest.mark.parametrize("size", READS.values(), ids=READS)
@pytest.mark.parametrize("name", STREAMS)
def test_decoding_in_memory(benchmark: Any, hub: Hub, name: str, size: int) -> None:
    """Framing, parsing and assembly together, without a socket."""
    api, make = STREAMS[name]
    model = hub.endpoint("http://127.0.0.1", "benchmark", api=api)
    chunks = reads(make(), size)
    assert benchmark(lambda: count(hub.decode(model, chunks))) > 1000


def test_looking_at_the_partial_message_at_every_delta(benchmark: Any, hub: Hub) -> None:
    """What `partial.text` costs a consumer that reads it at each of 2,000 deltas."""
    model = hub.endpoint("http://127.0.0.1", "benchmark", api="openai-completions")
    chunks = chat_text(2000)

    def look() -> int:
        seen = (event.partial for event in hub.decode(model, chunks) if event.type == "text_delta")
        return sum(bool(partial and partial.text) for partial in seen)

    assert benchmark(look) == 2000


@pytest.mark.parametrize("mode", ["burst", "group"])
@pytest.mark.parametrize("wire", ["chat-text", "messages-text"])
def test_end_to_end_sync(benchmark: Any, hub: Hub, server: str, wire: str, mode: str) -> None:
    """A whole answer over loopback, sync: one HTTP chunk an event, or one for 32."""
    api, tail = ("openai-completions", "/v1") if wire.startswith("chat") else ("anthropic-messages", "")
    model = hub.endpoint(f"{server}/{wire}/{mode}{tail}", "benchmark", api=api)

    def read() -> int:
        with hub.stream_sync(model, "go") as stream:
            return count(stream)

    assert benchmark(read) == 2000
    hub.close()


@pytest.mark.parametrize("mode", ["burst", "group"])
@pytest.mark.parametrize("wire", ["chat-text", "messages-text"])
def test_end_to_end_async(benchmark: Any, hub: Hub, server: str, wire: str, mode: str) -> None:
    """The same on asyncio."""
    api, tail = ("openai-completions", "/v1") if wire.startswith("chat") else ("anthropic-messages", "")
    model = hub.endpoint(f"{server}/{wire}/{mode}{tail}", "benchmark", api=api)

    async def read() -> int:
        async with hub.stream(model, "go") as stream:
            return sum([event.type in ("text_delta", "toolcall_delta") async for event in stream])

    with asyncio.Runner() as runner:
        assert benchmark(lambda: runner.run(read())) == 2000
        runner.run(hub.aclose())
