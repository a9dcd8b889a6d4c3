"""The scripts of the model, the ways to ask it, and a look into the server that runs it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
from attrs import frozen

from headwater import AssistantMessage, Event, Hub, Model, Tool
from headwater_llamacpp import LlamaProvider, LlamaServer

FORMS = ("asyncio", "trio", "sync")
PROTOCOLS = ("openai-completions", "anthropic-messages")
ROUTES = ("file", "url")

LIMIT = 20.0
"""Seconds after which a wait counts as failed; nothing waits that long when all is well."""

LARGE: Mapping[str, Any] = {"n_ctx": 262_144, "n_parallel": 2, "n_threads": 1}
"""Settings under which the endless script does not come to its end by itself."""


def _tool(name: str, **properties: str) -> Tool:
    described = {key: {"type": kind} for key, kind in properties.items()}
    return Tool(name, f"Looks up: {name}", {"type": "object", "properties": described})


TOOLS = (_tool("get_weather", city="string", days="integer", note="string"), _tool("get_time", tz="string"))
"""Tools whose schemas allow the arguments of the scripts."""


@frozen
class Script:
    """What the model says to a word, white space at the ends of text and thinking aside."""

    thinking: str = ""
    text: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    stop: str = "stop"


SCRIPTS = {
    "Hello": Script(text="Hello from llama.cpp 👩‍🚀 日本語 café 🇩🇪 done."),
    "THINK": Script("First, I weigh the question; second, 🤔 I check units.", "The answer is forty-two."),
    "WEATHER": Script(
        calls=(("get_weather", {"city": "Zürich", "days": 3, "note": 'quote " and \\ end'}),), stop="toolUse"
    ),
    "BOTH": Script(
        "A tool is needed here.", "Let me look that up.", (("get_weather", {"city": "Oslo"}),), stop="toolUse"
    ),
    "TWO": Script(calls=(("get_weather", {"city": "Lima"}), ("get_time", {"tz": "America/Lima"})), stop="toolUse"),
}
"""The scripts that end, by the word that asks for them."""

AFTER_A_TOOL = "After the tool: it is 7 °C in the city."


def said(message: AssistantMessage) -> Script:
    """What a message says, to be held against a script."""
    calls = tuple((call.name, dict(call.arguments)) for call in message.tool_calls)
    return Script(message.thinking.strip(), message.text.strip(), calls, message.stop_reason)


class Llama:
    """The running server and the ways to it."""

    def __init__(self, hub: Hub, provider: LlamaProvider, path: Path) -> None:
        self.hub = hub
        self.provider = provider
        self.path = path
        self.server: LlamaServer = provider.start(path, **LARGE)

    def model(self, protocol: str = PROTOCOLS[0], route: str = "file") -> Model:
        """The model by the path of its file, or as an endpoint by URL without the provider."""
        if route == "url":
            return self.hub.endpoint(self.server.base_url, "any", api=protocol)
        return self.hub.model(f"llamacpp/{self.path}", api=protocol, **LARGE)

    def busy(self) -> int:
        """How many slots are at work."""
        return sum(slot["is_processing"] for slot in get(self.server.base_url, "/slots"))

    def wait_until_free(self) -> None:
        """Comes back once no slot is at work."""
        wait_for(lambda: self.busy() == 0, "a slot to become free")


def get(base_url: str, path: str) -> Any:
    """What the server says there."""
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=LIMIT)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Asks again and again until the condition holds; fails after a bounded time."""
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {LIMIT} s for {what}")


def play(form: str, hub: Hub, model: Model | str, prompt: Any, **options: Any) -> tuple[list[Event], AssistantMessage]:
    """All events and the message of one answer, in one of the three forms."""
    if form == "sync":
        with hub.stream_sync(model, prompt, **options) as stream:
            events = list(stream)
            return events, stream.result()

    async def main() -> tuple[list[Event], AssistantMessage]:
        async with hub.stream(model, prompt, **options) as stream:
            events = [event async for event in stream]
            return events, await stream.result()

    return anyio.run(main, backend=form)
