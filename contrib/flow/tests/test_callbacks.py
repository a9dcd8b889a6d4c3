"""Callbacks, taps and transforms: called in order, and one that raises ends the stream by an event."""

from __future__ import annotations

from typing import Any

import pytest
from flow_streams import Source, SyncSource, read, written

from headwater import Aborted, Event, RequestError, TextDelta, check_grammar, derive
from headwater_flow import callbacks, tap, transform

ANSWER = (("thinking", "hm"), "Hel", "lo", ("tool_call", 0, "c", "f", "{}"), ("usage", {"input": 3, "output": 2}))
NAMES = ["on_start", "on_chunk", "on_thinking", "on_tool_call", "on_usage", "on_complete", "on_error"]


def logged(log: list[tuple[str, Any]]) -> dict[str, Any]:
    """A callback of every kind that writes into a log."""
    return {name: lambda value, name=name: log.append((name, value)) for name in NAMES}


def test_callbacks_are_called_in_order() -> None:
    """Each with what it is for."""
    log: list[tuple[str, Any]] = []
    events = written(*ANSWER)
    stream = callbacks(SyncSource(events), id="s1", **logged(log))  # type: ignore[call-overload]
    message = stream.result()
    call = next(event.tool_call for event in events if event.type == "toolcall_end")  # type: ignore[union-attr]
    assert log == [
        ("on_start", "s1"),
        ("on_thinking", "hm"),
        ("on_chunk", "Hel"),
        ("on_chunk", "lo"),
        ("on_tool_call", call),
        ("on_usage", message.usage),
        ("on_complete", message.usage),
    ]


def test_an_error_is_told_with_what_came() -> None:
    """`on_error` gets the exception it would be."""
    log: list[tuple[str, Any]] = []
    callbacks(SyncSource(written("Hel", complete=False)), **logged(log)).result()  # type: ignore[call-overload]
    name, error = log[-1]
    assert (name, error.kind, error.partial.text) == ("on_error", "truncated", "Hel")


@pytest.mark.anyio
async def test_async_callbacks_are_awaited() -> None:
    """With an async stream."""
    log: list[str] = []

    async def on_chunk(text: str) -> None:
        log.append(text)

    await callbacks(Source(written("a", "b")), on_chunk=on_chunk).result()
    assert log == ["a", "b"]


def broken(value: Any) -> None:
    """A callback with a mistake."""
    raise ValueError("boom")


async def broken_async(value: Any) -> None:
    """The same, async."""
    raise ValueError("boom")


@pytest.mark.anyio
@pytest.mark.parametrize("function", [broken, broken_async])
@pytest.mark.parametrize("name", NAMES[:-1])
async def test_a_callback_that_raises_ends_the_stream(name: str, function: Any) -> None:
    """By `error(aborted)` with all that came; the source is closed first; the exception is the cause."""
    source = Source(written(*ANSWER))
    stream = callbacks(source, **{name: function})
    events = await read(stream)
    check_grammar(events)
    with pytest.raises(Aborted, match=f"{name} raised ValueError: boom") as caught:
        stream.raise_for_error()
    assert (events[-1].type, source.log[-1], type(caught.value.__cause__)) == ("error", "closed", ValueError)


@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_callback_that_raises_ends_a_sync_stream(name: str) -> None:
    """The same in plain programs."""
    source = SyncSource(written(*ANSWER))
    with callbacks(source, **{name: broken}) as stream:  # type: ignore[call-overload]
        events = list(stream)
    check_grammar(events)
    assert (events[-1].type, stream.message.error.kind, source.log[-1]) == ("error", "aborted", "closed")


@pytest.mark.anyio
@pytest.mark.parametrize("function", [broken, broken_async])
async def test_a_callback_that_raises_is_spared_when_asked(function: Any) -> None:
    """The stream goes on as if nothing had happened."""
    events = written(*ANSWER)
    stream = callbacks(Source(events), on_chunk=function, on_complete=function, spare=True)
    assert await read(stream) == events


@pytest.mark.anyio
async def test_the_providers_error_stays_when_on_error_raises() -> None:
    """The first failure is the one that is told."""
    events = await read(callbacks(Source(written("a", complete=False)), on_error=broken))
    assert events[-1].message.error.kind == "truncated"  # type: ignore[union-attr]


def test_a_tap_sees_every_event_and_its_raw() -> None:
    """Before it is handed out."""
    events = written(*ANSWER)
    for number, event in enumerate(events):
        event.raw = number  # type: ignore[misc]
    seen: list[Any] = []
    with tap(SyncSource(events), lambda event: seen.append(event.raw)) as stream:  # type: ignore[call-overload]
        list(stream)
    assert seen == list(range(len(events)))


def test_nobody_looking_is_no_wrapper() -> None:
    """The stream itself is given back."""
    source = Source(written("a"))
    assert tap(source, None) is source


def test_what_cannot_be_called_is_refused() -> None:
    """At construction; an async function with a sync stream too."""
    with pytest.raises(RequestError, match="give a plain function"):
        callbacks(SyncSource(written("a")), on_chunk=broken_async)  # type: ignore[call-overload]
    with pytest.raises(RequestError, match="cannot be called; give a function"):
        callbacks(Source(written("a")), on_chunk="print")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="'on_chunks' is unknown; there are on_start") as caught:
        callbacks(Source(written("a")), on_chunks=print)  # type: ignore[call-overload]
    assert "on_error" in str(caught.value)


class Shout:
    """A third party's transform."""

    def feed(self, event: Event) -> list[Event]:
        if isinstance(event, TextDelta):
            return [derive(event, TextDelta, event.content_index, event.delta.upper())]
        return [event]

    def flush(self) -> list[Event]:
        return []


@pytest.mark.anyio
async def test_a_transform_of_ten_lines_runs_over_both_forms() -> None:
    """One object, one wrapper for each form."""
    with transform(SyncSource(written("a")), Shout()) as sync:  # type: ignore[call-overload]
        in_sync = list(sync.text)
    async with transform(Source(written("a")), Shout()) as stream:
        in_async = [piece async for piece in stream.text]
    assert (in_sync, in_async) == (["A"], ["A"])


class Swallow:
    """Holds everything until it is flushed, the ending too."""

    def __init__(self) -> None:
        self.held: list[Event] = []

    def feed(self, event: Event) -> list[Event]:
        self.held.append(event)
        return []

    def flush(self) -> list[Event]:
        held, self.held = self.held, []
        return held


@pytest.mark.anyio
async def test_a_transform_cannot_hold_past_the_end() -> None:
    """What is held goes before the events that close, and the last event always goes on."""
    events = await read(transform(Source(written("a", "b")), Swallow()))
    check_grammar(events)
    assert events == written("a", "b")


class Raising(Shout):
    """Fails at the second delta."""

    def __init__(self) -> None:
        self.seen = 0

    def feed(self, event: Event) -> list[Event]:
        self.seen += event.type == "text_delta"
        if self.seen == 2:
            raise ValueError("boom")
        return [event]


@pytest.mark.anyio
async def test_a_transform_that_raises_ends_the_stream() -> None:
    """By `error(aborted)`, the source closed."""
    source = Source(written("a", "b"))
    events = await read(transform(source, Raising()))
    check_grammar(events)
    assert (events[-1].message.error.kind, source.log[-1]) == ("aborted", "closed")  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_a_stream_is_read_inside_its_context() -> None:
    """Else `RuntimeError`."""
    with pytest.raises(RuntimeError, match="inside its context") as caught:
        await transform(Source(written("a")), Shout()).__anext__()
    assert "async with" in str(caught.value)
