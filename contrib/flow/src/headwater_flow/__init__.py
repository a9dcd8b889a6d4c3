"""Transforms over any stream: aggregate, buffer, tee, merge, callbacks, a reducer.

Everything takes a stream (`hub.stream(...)`, `hub.stream_sync(...)`, or one made of them) and gives one, so that the
parts can be put together in any order.
"""

from __future__ import annotations

from ._aggregate import Aggregator, aggregate
from ._callbacks import callbacks
from ._estimate import EstimatedStream, SyncEstimatedStream, estimate, estimate_tokens
from ._reduce import reduce
from ._replay import replay_message, replay_message_sync
from ._state import StreamState, ToolProgress
from ._tap import tap
from ._transform import TimedTransform, Transform, apply, transform

__all__ = [
    "Aggregator",
    "EstimatedStream",
    "StreamState",
    "SyncEstimatedStream",
    "TimedTransform",
    "ToolProgress",
    "Transform",
    "aggregate",
    "apply",
    "callbacks",
    "estimate",
    "estimate_tokens",
    "reduce",
    "replay_message",
    "replay_message_sync",
    "tap",
    "transform",
]
