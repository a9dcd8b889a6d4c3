"""What each transform costs an event over the bare stream, and what the reducer costs.

The streams are in memory: divide by the number of deltas (5 times 2,000) and take the bare stream's away. The goal
is under 1 us each, under 2 for `aggregate`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from headwater import AssistantMessage, Done, Start, Text, TextDelta, TextEnd, TextStart
from headwater_flow import (
    StreamState,
    aggregate,
    buffer,
    callbacks,
    estimate,
    merge,
    reduce,
    replay_message,
    tap,
    tee_to,
    transform,
)

DELTAS = 2000
PIECES = ["The ", "sky", " is", " blue,", " as", " seen. "]


def nothing(value: Any) -> None:
    """What is called."""


class Bare:
    """A stream of events made before, with nothing behind it."""

    attempts = ()
    notes = ()
    message = AssistantMessage(())
    deltas = (TextDelta(0, PIECES[number % len(PIECES)]) for number in range(DELTAS))
    events = (Start(), TextStart(0), *deltas, TextEnd(0, ""), Done("stop", message))

    def __init__(self) -> None:
        self._events = iter(self.events)

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

    async def aclose(self) -> None:
        pass

    def abort(self) -> None:
        pass


class SyncBare:
    """The sync form."""

    attempts = ()
    notes = ()
    message = Bare.message

    def __init__(self) -> None:
        self._events = iter(Bare.events)

    def __enter__(self) -> SyncBare:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def __iter__(self) -> SyncBare:
        return self

    def __next__(self) -> Any:
        return next(self._events)

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


class Same:
    """The least a transform can do."""

    def feed(self, event: Any) -> Any:
        return (event,)

    def flush(self) -> Any:
        return ()


MADE: dict[str, Callable[[Any], Any]] = {
    "bare": lambda stream: stream,
    "transform": lambda stream: transform(stream, Same()),
    "tap": lambda stream: tap(stream, nothing),
    "callbacks": lambda stream: callbacks(stream, on_chunk=nothing),
    "estimate": lambda stream: estimate(stream, "Hi"),
    "aggregate words": lambda stream: aggregate(stream, "word", every=None),
    "aggregate words in time": lambda stream: aggregate(stream, "word"),
    "aggregate sentences": lambda stream: aggregate(stream, "sentence"),
    "aggregate by size": lambda stream: aggregate(stream, "size", max_chars=50),
    "aggregate by time": lambda stream: aggregate(stream, "time"),
}


async def drain(stream: Any) -> None:
    """A second consumer."""
    async for _ in stream:
        pass


ASYNC_ONLY: dict[str, Callable[[Any], Any]] = {
    "buffer": buffer,
    "tee_to, two consumers": lambda stream: tee_to(stream, drain),
    "merge of one": lambda stream: merge(one=stream),
}
ASYNC = {**MADE, **ASYNC_ONLY}


async def read(make: Callable[[Any], Any]) -> int:
    """Reads five streams to their end."""
    seen = 0
    for _ in range(5):
        async with make(Bare()) as stream:
            async for _ in stream:
                seen += 1
    return seen


@pytest.mark.parametrize("name", ASYNC)
def test_events_through(benchmark: Any, name: str) -> None:
    """Five streams of 2,000 deltas on asyncio."""
    assert benchmark(lambda: asyncio.run(read(ASYNC[name]))) > 5


@pytest.mark.parametrize("name", MADE)
def test_events_through_sync(benchmark: Any, name: str) -> None:
    """Five streams of 2,000 deltas in a plain program."""

    def run() -> int:
        seen = 0
        for _ in range(5):
            with MADE[name](SyncBare()) as stream:
                seen += sum(1 for _ in stream)
        return seen

    assert benchmark(run) > 5


def test_reducing(benchmark: Any) -> None:
    """Five streams of 2,000 deltas to their last state."""

    def run() -> int:
        for _ in range(5):
            state = StreamState()
            for event in Bare.events:
                state = reduce(state, event, now=0.0)
        return state.events

    assert benchmark(run) == DELTAS + 4


def test_replaying(benchmark: Any) -> None:
    """A message of 10,000 pieces."""
    message = AssistantMessage((Text("abcd" * 10_000),))

    async def run() -> int:
        async with replay_message(message, 4) as stream:
            return len([event async for event in stream])

    assert benchmark(lambda: asyncio.run(run())) == 10_004
