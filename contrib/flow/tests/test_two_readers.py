"""A stream has one reader: a second one is refused, and the first does not feel it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from flow_streams import LIMIT, Source, deltas, written

from headwater_flow import aggregate, buffer, callbacks, estimate, tap, tee_to


async def read_all(stream: Any) -> None:
    """A consumer of `tee_to`."""
    async for _ in stream:
        pass


STREAMS: dict[str, Callable[[Any], Any]] = {
    "aggregate": lambda stream: aggregate(stream, "sentence"),
    "aggregate by time": aggregate,
    "buffer": buffer,
    "callbacks": lambda stream: callbacks(stream, on_chunk=lambda text: None),
    "estimate": estimate,
    "tap": lambda stream: tap(stream, lambda event: None),
    "tee_to": lambda stream: tee_to(stream, read_all),
    "aggregate over tap": lambda stream: aggregate(tap(stream, lambda event: None), "size"),
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.anyio
async def test_a_second_reader_is_refused_and_the_first_reads_on(name: str) -> None:
    """While the first waits for the source; what was held back comes out as well."""
    gate = anyio.Event()
    events = written("Hel", "lo. ", "You?")

    async def held(number: int) -> None:
        if number == len(events) - 2:
            await gate.wait()

    seen: list[Any] = []
    with anyio.fail_after(LIMIT):
        async with STREAMS[name](Source(events, gate=held)) as stream, anyio.create_task_group() as group:

            async def first() -> None:
                async for event in stream:
                    seen.append(event)

            group.start_soon(first)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(RuntimeError, match="one reader"):
                await anext(stream)
            gate.set()
    assert ("".join(deltas(seen)), seen[-1].type) == ("Hello. You?", "done")
