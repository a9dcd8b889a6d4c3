"""The shape of a stream, that core's own streams have it, and what one of one's own is built on."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import pytest
from core_fake import HELLO, fake_hub

from headwater import (
    AssistantMessage,
    Event,
    EventStream,
    Stream,
    StreamBase,
    SyncEventStream,
    SyncStream,
    SyncStreamBase,
)
from headwater.testing import LoopbackServer, Reply


def as_event_stream(stream: Stream) -> EventStream:
    """For the type checker: what a hub gives is an `EventStream`."""
    return stream


def as_sync_event_stream(stream: SyncStream) -> SyncEventStream:
    """For the type checker: what a hub gives plain programs is a `SyncEventStream`."""
    return stream


class Recorded(SyncStreamBase):
    """An answer read before, as a stream of the least code."""

    def __init__(self, answer: SyncStream) -> None:
        with answer:
            self._events: Iterator[Event] = iter(list(answer))
        self._answer = answer
        self.left = 0

    message = property(lambda self: self._answer.message)
    partial = property(lambda self: self._answer.partial)
    attempts = property(lambda self: self._answer.attempts)
    notes = property(lambda self: self._answer.notes)

    def abort(self) -> None:
        self._events = iter(())

    def raise_for_error(self) -> None:
        self._answer.raise_for_error()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self.left += 1

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        self.abort()


@pytest.mark.parametrize("kind", [Stream, SyncStream, Recorded])
def test_a_stream_has_all_of_the_shape(kind: type[Any]) -> None:
    """Nothing the protocol names is left to be written."""
    assert kind.__abstractmethods__ == frozenset()


def test_a_stream_that_lacks_a_part_cannot_be_made() -> None:
    """The refusal names what is to be written."""
    with pytest.raises(TypeError, match="__anext__"):
        StreamBase()  # pyright: ignore[reportAbstractUsage]


def test_a_stream_of_ones_own_has_text_and_result(loopback: LoopbackServer) -> None:
    """What the base does: the text in pieces, and the message of a stream that nobody entered."""
    loopback.reply(Reply(HELLO))
    hub = fake_hub(loopback.url)
    with Recorded(hub.stream_sync("fake/m", "Hello")) as stream:
        text = "".join(stream.text)
    other = Recorded(hub.stream_sync("fake/m", "Hello"))
    message: AssistantMessage = other.result()
    hub.close()
    assert text
    assert (text, other.left) == (message.text, 1)
