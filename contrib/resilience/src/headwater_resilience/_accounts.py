"""What several attempts have used and cost together, with what is not known said to be unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import field, frozen

from headwater import Attempt, Cost, TotalCost, Usage, total_cost

_COUNTS = ("input", "output", "cache_read", "cache_write", "total_tokens", "cache_write_1h")


@frozen
class Summary:
    """Every attempt, and what they used and cost together.

    `usage` adds up what was counted; its `provenance` is `reported` when every attempt that may be
    billed was counted to its end, else `partial`, and `absent` when none was. `cost.total` is None while
    the cost of one is unknown.
    """

    attempts: Sequence[Attempt] = ()
    usage: Usage = field(factory=Usage)
    cost: TotalCost = field(factory=TotalCost)


def summarise(attempts: Iterable[Attempt]) -> Summary:
    """The summary of attempts."""
    attempts = tuple(attempts)
    billed = [attempt.usage for attempt in attempts if attempt.usage is not None or not attempt.free]
    counted = [usage for usage in billed if usage is not None]
    return Summary(attempts, add_usage(counted, complete=len(counted) == len(billed)), total_cost(attempts))


def add_usage(usages: Sequence[Usage], *, complete: bool = True) -> Usage:
    """The sum of counts; `complete`: nothing is missing among them. Its cost is None when one is unknown."""
    if not usages:
        return Usage()
    whole = complete and all(usage.provenance == "reported" for usage in usages)
    counts: dict[str, Any] = {name: sum(getattr(usage, name) for usage in usages) for name in _COUNTS}
    reasoning = [usage.reasoning for usage in usages if usage.reasoning is not None]
    reported = [usage.reported_cost for usage in usages if usage.reported_cost is not None]
    return Usage(
        **counts,
        reasoning=sum(reasoning) if reasoning else None,
        cost=_add_costs([usage.cost for usage in usages]),
        provenance="reported" if whole else "partial",
        reported_cost=sum(reported) if len(reported) == len(usages) else None,
    )


def _add_costs(costs: Sequence[Cost | None]) -> Cost | None:
    known = [cost for cost in costs if cost is not None]
    return total_cost(Usage(cost=cost) for cost in known).cost if len(known) == len(costs) else None
