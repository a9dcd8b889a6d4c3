"""The shape of a stream, and that core's own streams have it."""

from __future__ import annotations

import inspect

from headwater import EventStream, Stream, SyncEventStream, SyncStream


def _shape(kind: type) -> set[str]:
    names = {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}
    return names | {name for name in ("__aiter__", "__anext__", "__aenter__", "__aexit__") if hasattr(kind, name)}


def as_event_stream(stream: Stream) -> EventStream:
    """For the type checker: what a hub gives is an `EventStream`."""
    return stream


def as_sync_event_stream(stream: SyncStream) -> SyncEventStream:
    """For the type checker: what a hub gives plain programs is a `SyncEventStream`."""
    return stream


def test_a_stream_has_all_of_the_shape() -> None:
    """Nothing the protocol names is missing from core's async stream."""
    assert _shape(EventStream) - _shape(Stream) == set()


def test_a_sync_stream_has_all_of_the_shape() -> None:
    """Nothing the protocol names is missing from core's sync stream."""
    assert _shape(SyncEventStream) - _shape(SyncStream) == set()
