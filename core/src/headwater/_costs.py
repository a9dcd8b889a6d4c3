"""What a message, a conversation or a chain of attempts cost. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from attrs import evolve, field, frozen

from ._messages import Cost, CostProvenance, Usage
from ._model import Model


def compute_cost(model: Model, usage: Usage) -> Usage:
    """`usage` with its cost at the model's prices; unchanged where the price is unknown or nothing was counted."""
    if model.price is None or usage.provenance == "absent":
        return usage
    return evolve(usage, cost=model.price.cost(usage))


@frozen
class TotalCost:
    """US dollars of several answers.

    `known` is the sum of what is known (`cost` has its parts, `reported` is the share that is known only because
    providers said what they charged), `unknown` the number of answers whose cost is not. `total` is None
    while any is unknown, so that nobody takes a part for the whole. `provenance` is that of the
    least certain cost in the sum.
    """

    known: float = 0.0
    unknown: int = 0
    answers: int = 0
    cost: Cost = field(factory=Cost)
    reported: float = 0.0
    provenance: CostProvenance = "computed"

    @property
    def total(self) -> float | None:
        """The whole cost; None where a part of it is unknown."""
        return None if self.unknown else self.known


_CERTAINTY: tuple[CostProvenance, ...] = ("computed", "estimated", "partial")


def total_cost(items: Iterable[Any]) -> TotalCost:
    """What usages, messages or attempts cost together.

    `items` may be mixed: `Usage`, or anything with a `usage` (an answer, an attempt, an event). What has
    none (a user's message, a tool's result) costs nothing, and so does a request that was refused with
    an HTTP status before anything was counted. An `Attempt` without a count is unknown unless it is
    `free`. Our own cost counts where there is one, else what the provider says it charged.
    """
    known, unknown, answers, reported = 0.0, 0, 0, 0.0
    parts = [0.0, 0.0, 0.0, 0.0]
    worst = 0
    for item in items:
        usage = item if isinstance(item, Usage) else cast("Usage | None", getattr(item, "usage", None))
        if usage is None and getattr(item, "free", True):
            continue
        usage = usage or Usage()
        if _was_refused(item, usage):
            continue
        answers += 1
        if usage.cost is not None:
            cost = usage.cost
            known += cost.total
            parts = [
                part + more
                for part, more in zip(parts, (cost.input, cost.output, cost.cache_read, cost.cache_write), strict=True)
            ]
            worst = max(worst, _CERTAINTY.index(cost.provenance))
        elif usage.reported_cost is not None:
            known += usage.reported_cost
            reported += usage.reported_cost
        else:
            unknown += 1
    summed = Cost(*parts, total=sum(parts), provenance=_CERTAINTY[worst])
    return TotalCost(known, unknown, answers, summed, reported, _CERTAINTY[worst])


def _was_refused(item: Any, usage: Usage) -> bool:
    """Whether the provider answered with an error's status, so that nothing was charged."""
    status = getattr(getattr(item, "error", None), "status", None)
    return usage.provenance == "absent" and usage.reported_cost is None and isinstance(status, int) and status >= 400
