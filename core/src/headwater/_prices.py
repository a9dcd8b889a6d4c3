"""Prices, and what a usage costs at them. Pure.

All prices are US dollars per million tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from ._messages import Cost, CostProvenance, Usage

STANDARD = frozenset({"", "standard", "default", "auto", "on_demand", "standard_only"})
"""What providers call the service tier at whose price nothing is added or taken off."""


@frozen
class PriceTier:
    """Prices that hold for the whole request above `above` input tokens (cached ones included)."""

    above: int
    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None


@frozen
class Price:
    """What a million tokens cost.

    A cache price of None is not known: the tokens are priced as input, one hour's writes as other
    writes, and the cost says `estimated` where there were any. `service_tiers` says what another tier
    than the standard one costs: a factor for all prices, or prices of its own. `approximate`: what is
    charged depends on more than the counts (the hour, a fee for each request), so that every cost
    is `estimated`.
    """

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None
    tiers: Sequence[PriceTier] = ()
    service_tiers: Mapping[str, float | Price] = field(factory=dict[str, "float | Price"])
    approximate: bool = False

    def cost(self, usage: Usage) -> Cost:
        """What `usage` costs.

        The service tier that served the request counts; one that has no price here is priced as the
        standard one, and the cost is `estimated`.
        """
        served = usage.service_tier or ""
        special = self.service_tiers.get(served)
        factor = special if isinstance(special, int | float) else 1.0
        prices = special if isinstance(special, Price) else self
        certain = (special is not None or served in STANDARD) and not (self.approximate or prices.approximate)
        return prices._cost(usage, factor / 1_000_000, certain)

    def _cost(self, usage: Usage, factor: float, certain: bool) -> Cost:
        rates = self.rates(usage.input + usage.cache_read + usage.cache_write)
        long_write = min(usage.cache_write_1h, usage.cache_write)
        short_write = usage.cache_write - long_write
        read = _first(rates.cache_read, rates.input)
        write = _first(rates.cache_write, rates.input)
        write_1h = _first(rates.cache_write_1h, write)
        parts = (
            usage.input * rates.input * factor,
            usage.output * rates.output * factor,
            usage.cache_read * read * factor,
            (short_write * write + long_write * write_1h) * factor,
        )
        counted = (
            (usage.cache_read, rates.cache_read),
            (short_write, rates.cache_write),
            (long_write, rates.cache_write_1h),
        )
        known = certain and all(price is not None for tokens, price in counted if tokens)
        return Cost(*parts, total=sum(parts), provenance=_provenance(usage, known))

    def rates(self, prompt: int) -> Price | PriceTier:
        """The prices that hold for a request of so many input tokens, cached ones included."""
        reached = [tier for tier in self.tiers if prompt > tier.above]
        return max(reached, key=lambda tier: tier.above, default=self)


def _first(price: float | None, instead: float) -> float:
    return instead if price is None else price


def _provenance(usage: Usage, known: bool) -> CostProvenance:
    """How well a cost is known: as its counts, and no better than its prices."""
    if usage.provenance == "partial":
        return "partial"
    return "computed" if known and usage.provenance == "reported" else "estimated"
