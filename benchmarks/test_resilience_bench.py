"""What chains, guards and recovery add to a stream, and what a breaker's check costs.

The streams are in memory: divide by the number of deltas (2,000) and take the bare stream's away.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from headwater import AssistantMessage, Done, Start, TextDelta, TextStart
from headwater_resilience import Breaker, Restart, chain, hedge, recover

DELTAS = 2000


class Bare:
    """A stream of events made before, with nothing behind it."""

    attempts = ()
    notes = ()
    message = AssistantMessage(())

    def __init__(self) -> None:
        self._events = iter([Start(), TextStart(0), *[TextDelta(0, "ab")] * DELTAS, Done("stop", self.message)])

    async def __aenter__(self) -> Bare:
        return self

    async def __aexit__(self, *exception: Any) -> None:
        pass

    def __aiter__(self) -> Bare:
        return self

    async def __anext__(self) -> Any:
        for event in self._events:
            return event
        raise StopAsyncIteration

    def __enter__(self) -> Bare:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def __iter__(self) -> Bare:
        return self

    def __next__(self) -> Any:
        return next(self._events)

    def abort(self) -> None:
        pass


class Memory:
    """The source of such streams."""

    name = "memory/bare"

    def stream(self, prompt: Any, **arguments: Any) -> Any:
        return Bare()

    stream_sync = stream


SOURCES: dict[str, Any] = {
    "bare": Memory(),
    "chain": chain(Memory(), Memory()),
    "breaker": Breaker().guard(Memory()),
    "hedge": hedge(Memory(), Memory(), delay=10.0),
    "recover": recover(Memory(), Restart()),
    "all": recover(chain(Breaker().guard(hedge(Memory(), Memory(), delay=10.0)), Memory()), Restart()),
}


async def read(source: Any, times: int) -> int:
    """Reads so many streams to their end."""
    seen = 0
    for _ in range(times):
        async with source.stream("Hi") as stream:
            async for _ in stream:
                seen += 1
    return seen


@pytest.mark.parametrize("name", SOURCES)
def test_events_through(benchmark: Any, name: str) -> None:
    """Five streams of 2,000 deltas on asyncio."""
    assert benchmark(lambda: asyncio.run(read(SOURCES[name], 5))) > 5 * DELTAS


@pytest.mark.parametrize("name", [name for name in SOURCES if name not in ("hedge", "all")])
def test_events_through_sync(benchmark: Any, name: str) -> None:
    """Five streams of 2,000 deltas in a plain program."""

    def run() -> int:
        seen = 0
        for _ in range(5):
            with SOURCES[name].stream_sync("Hi") as stream:
                seen += sum(1 for _ in stream)
        return seen

    assert benchmark(run) > 5 * DELTAS


def test_a_check_of_a_closed_circuit(benchmark: Any) -> None:
    """Whether it lets pass."""
    breaker = Breaker()
    assert benchmark(breaker.permit, "openai") is not None


def test_a_check_of_an_open_circuit(benchmark: Any) -> None:
    """Whether it lets pass: not yet."""
    breaker = Breaker(failures=1)
    breaker.failed("openai", breaker.enter("openai"))
    assert benchmark(breaker.permit, "openai") is None
