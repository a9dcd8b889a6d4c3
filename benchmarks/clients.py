"""Clients of the side-by-side run: each reads one stream to its end and counts its deltas.

Run as `python clients.py CLIENT WIRE MODE PORT ROUNDS`: prints CPU microseconds a
delta, one line a round. One process each, so that no client pays for another.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

PROMPT: Any = [{"role": "user", "content": "go"}]
CHAT = {"chat-text", "chat-tool-20k", "chat-tool-200k"}
Read = Callable[[], Awaitable[int]]


async def headwater_async(url: str, wire: str, *, fast: bool = False) -> Read:
    """Our own async stream."""
    import headwater

    api = "openai-completions" if wire in CHAT else "anthropic-messages"
    hub = headwater.Hub(fast=fast)
    model = hub.endpoint(f"{url}/v1" if wire in CHAT else url, "benchmark", api=api)

    async def read() -> int:
        count = 0
        async with hub.stream(model, "go") as stream:
            async for event in stream:
                if event.type in ("text_delta", "toolcall_delta"):
                    count += 1
        return count

    return read


async def headwater_fast(url: str, wire: str) -> Read:
    """Our own async stream over aiohttp."""
    return await headwater_async(url, wire, fast=True)


async def headwater_sync(url: str, wire: str) -> Read:
    """Our own sync stream."""
    import headwater

    api = "openai-completions" if wire in CHAT else "anthropic-messages"
    hub = headwater.Hub()
    model = hub.endpoint(f"{url}/v1" if wire in CHAT else url, "benchmark", api=api)

    async def read() -> int:
        with hub.stream_sync(model, "go") as stream:
            return sum(event.type in ("text_delta", "toolcall_delta") for event in stream)

    return read


async def floor_httpx(url: str, wire: str) -> Read:
    """httpx, a split of the bytes, and one dictionary an event: the least one can do."""
    import httpx
    import msgspec

    client = httpx.AsyncClient(timeout=None)
    path = "/v1/chat/completions" if wire in CHAT else "/v1/messages"

    async def read() -> int:
        count, rest = 0, b""
        async with client.stream("POST", url + path, content=b"{}") as response:
            async for chunk in response.aiter_raw():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    if line.startswith(b"data: {"):
                        msgspec.json.decode(line[6:])
                        count += 1
        return count - 4

    return read


async def openai_raw(url: str, wire: str) -> Read:
    """The vendor's SDK: chunks as they come."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key="-", base_url=f"{url}/v1")

    async def read() -> int:
        count = 0
        stream = await client.chat.completions.create(model="benchmark", messages=PROMPT, stream=True)
        async for chunk in stream:
            count += bool(chunk.choices)
        return count - 2

    return read


async def openai_helper(url: str, wire: str) -> Read:
    """The vendor's SDK: the helper that builds the final message."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key="-", base_url=f"{url}/v1")

    async def read() -> int:
        count = 0
        async with client.chat.completions.stream(model="benchmark", messages=PROMPT) as stream:
            async for event in stream:
                count += event.type == "chunk"
        return count - 3

    return read


async def anthropic_raw(url: str, wire: str) -> Read:
    """The vendor's SDK: events as they come."""
    from anthropic import AsyncAnthropic

    client = AsyncAnthropic(api_key="-", base_url=url)

    async def read() -> int:
        count = 0
        stream = await client.messages.create(model="benchmark", max_tokens=9, messages=PROMPT, stream=True)
        async for event in stream:
            count += event.type == "content_block_delta"
        return count

    return read


async def anthropic_helper(url: str, wire: str) -> Read:
    """The vendor's SDK: the helper that builds the final message."""
    from anthropic import AsyncAnthropic

    client = AsyncAnthropic(api_key="-", base_url=url)

    async def read() -> int:
        count = 0
        async with client.messages.stream(model="benchmark", max_tokens=9, messages=PROMPT) as stream:
            async for event in stream:
                count += event.type == "content_block_delta"
        return count

    return read


async def litellm_async(url: str, wire: str) -> Read:
    """litellm, where it is installed."""
    import litellm  # pyright: ignore[reportMissingImports]

    async def read() -> int:
        count = 0
        stream: Any = await litellm.acompletion(
            model="openai/benchmark", messages=PROMPT, stream=True, api_key="-", base_url=f"{url}/v1"
        )
        async for chunk in stream:
            count += bool(chunk.choices)
        return count - 2

    return read


CLIENTS = {
    "headwater": (headwater_async, "both"),
    "headwater-fast": (headwater_fast, "both"),
    "headwater-sync": (headwater_sync, "both"),
    "floor-httpx": (floor_httpx, "both"),
    "openai": (openai_raw, "chat"),
    "openai-helper": (openai_helper, "chat"),
    "litellm": (litellm_async, "chat"),
    "anthropic": (anthropic_raw, "messages"),
    "anthropic-helper": (anthropic_helper, "messages"),
}
"""Clients by name, and the protocols they speak."""


async def run(client: str, wire: str, mode: str, port: str, rounds: int) -> None:
    """Prints CPU microseconds a delta for each round, after one to warm up."""
    read = await CLIENTS[client][0](f"http://127.0.0.1:{port}/{wire}/{mode}", wire)
    for number in range(rounds + 1):
        began = time.process_time()
        count = await read()
        spent = time.process_time() - began
        if number:
            print(f"{spent / max(count, 1) * 1e6:.3f} {count}", flush=True)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])))
