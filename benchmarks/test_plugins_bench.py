"""Finding plugins, importing, and the ways a consumer may tell events apart."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from wires import chat_text

from headwater import Hub, Registry, TextDelta, ToolCallDelta

IMPORTS = {
    "python alone": "pass",
    "headwater": "import headwater",
    "a provider's model": "import headwater; headwater.model('openai/gpt-5')",
    "a stream, not yet opened": "import headwater; headwater.stream('openai/gpt-5', 'hi', key='-')",
}


@pytest.mark.parametrize("code", IMPORTS.values(), ids=IMPORTS)
def test_import(benchmark: Any, code: str) -> None:
    """A fresh interpreter; subtract `python alone`."""
    benchmark.pedantic(lambda: subprocess.run([sys.executable, "-c", code], check=True), rounds=5)


def test_listing_providers(benchmark: Any) -> None:
    """A new registry reads the metadata of what is installed."""
    assert benchmark(lambda: Registry().names())


def test_first_use_of_a_provider(benchmark: Any) -> None:
    """A new registry finds, checks and asks a provider (whose module is imported already)."""
    assert benchmark(lambda: Hub(environ={}).model("openai/gpt-5")).provider == "openai"


def test_a_request(benchmark: Any, hub: Hub) -> None:
    """From a prompt to the request that would be sent."""
    assert benchmark(lambda: hub.request("openai/gpt-5", "hi")).body


@pytest.mark.parametrize("way", ["type", "match class", "isinstance"])
def test_dispatch(benchmark: Any, hub: Hub, way: str) -> None:
    """Telling 2,000 events apart."""
    model = hub.endpoint("http://127.0.0.1", "benchmark", api="openai-completions")
    events = list(hub.decode(model, chat_text(2000)))

    def by_type() -> int:
        return sum(1 for event in events if event.type == "text_delta")

    def by_match() -> int:
        found = 0
        for event in events:
            match event:
                case ToolCallDelta():
                    pass
                case TextDelta():
                    found += 1
                case _:
                    pass
        return found

    def by_isinstance() -> int:
        return sum(1 for event in events if isinstance(event, TextDelta))

    assert benchmark({"type": by_type, "match class": by_match, "isinstance": by_isinstance}[way]) == 2000
