"""What tool arguments cost while they stream, in deltas of five characters.

Read ratios, not digits: ten times the text should cost about ten times as much, and the last group shows
what parsing the whole text again at every delta costs a peer.
"""

from __future__ import annotations

import json
from typing import Any

import partial_json_parser
import pytest

from headwater._arguments import Arguments

SIZES = [2_000, 20_000, 200_000]


def file(size: int) -> str:
    """A path and one long string."""
    return json.dumps({"path": "src/main.py", "content": "def double(x):\n    return 2 * x\n" * (size // 33)})


def records(size: int) -> str:
    """A list of small objects."""
    record = {"id": 1, "name": "first", "tags": ["a", "b"], "on": True}
    return json.dumps({"records": [record] * (size // 62)})


def deltas_of(text: str) -> list[str]:
    """The text, cut every five characters."""
    return [text[start : start + 5] for start in range(0, len(text), 5)]


def stream(deltas: list[str], every: int) -> dict[str, Any]:
    """The arguments at their end, looked at after every so many deltas (0: never)."""
    arguments = Arguments()
    for count, delta in enumerate(deltas):
        arguments.append(delta)
        if every and count % every == 0:
            arguments.look()
    return arguments.finish().value


def parse_again(deltas: list[str]) -> object:
    """The arguments at their end, the whole text parsed again at every delta."""
    text, value = "", None
    for delta in deltas:
        text += delta
        value = partial_json_parser.loads(text)
    return value


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("every", [0, 10, 1], ids=["never", "each tenth", "each delta"])
@pytest.mark.parametrize("shape", [file, records])
def test_streamed_arguments(benchmark: Any, shape: Any, every: int, size: int) -> None:
    """Appending, looking now and then, and finishing."""
    text = shape(size)
    assert benchmark(stream, deltas_of(text), every) == json.loads(text)


@pytest.mark.parametrize("shape", [file, records])
def test_peer_that_parses_again(benchmark: Any, shape: Any) -> None:
    """The smallest size only: the cost is quadratic."""
    text = shape(SIZES[0])
    assert benchmark.pedantic(parse_again, (deltas_of(text),), rounds=3) == json.loads(text)
