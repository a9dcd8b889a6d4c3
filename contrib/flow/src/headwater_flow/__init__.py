"""Transforms over any stream: aggregate, buffer, tee, merge, callbacks, a reducer.

Everything takes a stream (`hub.stream(...)`, `hub.stream_sync(...)`, or one made of them) and gives one, so that the
parts can be put together in any order.
"""

from __future__ import annotations

from ._aggregate import aggregate, aggregator
from ._buffer import BufferCounters, BufferedStream, buffer
from ._callbacks import callbacks
from ._estimate import EstimatedStream, SyncEstimatedStream, estimate, estimate_tokens
from ._merge import MergedStream, Tagged, merge, sum_usage, to_frame
from ._reduce import reduce
from ._replay import replay_message, replay_message_sync
from ._state import StreamState, ToolProgress
from ._tap import tap
from ._tee import Tee, TeedStream, tee, tee_to
from ._transform import TimedTransform, Transform, apply, transform

__all__ = [
    "BufferCounters",
    "BufferedStream",
    "EstimatedStream",
    "MergedStream",
    "StreamState",
    "SyncEstimatedStream",
    "Tagged",
    "Tee",
    "TeedStream",
    "TimedTransform",
    "ToolProgress",
    "Transform",
    "aggregate",
    "aggregator",
    "apply",
    "buffer",
    "callbacks",
    "estimate",
    "estimate_tokens",
    "merge",
    "reduce",
    "replay_message",
    "replay_message_sync",
    "sum_usage",
    "tap",
    "tee",
    "tee_to",
    "to_frame",
    "transform",
]
