"""Failover, circuit breaker, hedging and recovery for any stream.

    answering = chain(hedge(hub.bind("openai/gpt-5"), hub.bind("azure/gpt-5"), delay=2), hub.bind("anthropic/..."))
    async with answering.stream("Why is the sky blue?") as stream: ...

Each takes sources (what can be asked: `headwater.Askable`) and is one.
"""

from __future__ import annotations

from ._accounts import Summary, add_usage, summarise
from ._breaker import Breaker, Metrics
from ._chain import Chain, chain
from ._circuit import Circuit, Permit, Thresholds
from ._course import Recovery
from ._guard import Guarded
from ._hedge import Hedge, hedge
from ._latency import Latencies, Watched
from ._policies import Continue, Policy, Reconnects, Restart, Resume
from ._recover import Recovering, recover
from ._runner import ComposedStream, ComposedSyncStream
from ._store import MemoryStore, Store
from ._tables import COUNTED, MOVES_ON, RECOVERABLE

__all__ = [
    "COUNTED",
    "MOVES_ON",
    "RECOVERABLE",
    "Breaker",
    "Chain",
    "Circuit",
    "ComposedStream",
    "ComposedSyncStream",
    "Continue",
    "Guarded",
    "Hedge",
    "Latencies",
    "MemoryStore",
    "Metrics",
    "Permit",
    "Policy",
    "Reconnects",
    "Recovering",
    "Recovery",
    "Restart",
    "Resume",
    "Store",
    "Summary",
    "Thresholds",
    "Watched",
    "add_usage",
    "chain",
    "hedge",
    "recover",
    "summarise",
]
