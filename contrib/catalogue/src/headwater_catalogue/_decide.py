"""What is written of a model where sources agree, and where they do not; every disagreement is kept.

The first source (pi-ai) is carried over unless both others contradict it and agree with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from ._figures import PRICES, Figures, Rates, near, tidy

FIRST = "pi-ai"
SOURCES = (FIRST, "genai-prices", "litellm")


@frozen
class Disagreement:
    """One figure on which sources differ, what each says, what was decided and why."""

    provider: str
    model: str
    figure: str
    said: Mapping[str, Any]
    decided: Any
    why: str


@frozen
class Bench:
    """The sources' figures of one model, by source, and the disagreements found on the way."""

    provider: str
    model: str
    figures: Mapping[str, Figures]
    found: list[Disagreement] = field(factory=list[Disagreement])

    def differ(self, figure: str, said: Mapping[str, Any], decided: Any, why: str) -> None:
        """Notes a disagreement."""
        self.found.append(Disagreement(self.provider, self.model, figure, said, decided, why))

    def told(self, get: Callable[[Figures], Any]) -> dict[str, Any]:
        """What each source says that says something."""
        said = {name: get(self.figures[name]) for name in SOURCES if name in self.figures}
        return {name: value for name, value in said.items() if value}


def settle(bench: Bench, figure: str, said: Mapping[str, Any], same: Callable[[Any, Any], bool]) -> Any:
    """The value that is written; None where no source says any."""
    values = list(said.values())
    if not values:
        return None
    if all(same(values[0], other) for other in values[1:]):
        return values[0]
    others = [value for name, value in said.items() if name != FIRST]
    if FIRST in said and not (len(others) == 2 and same(*others)):
        decided, why = said[FIRST], f"{FIRST} is the first source"
    elif FIRST in said:
        decided, why = others[-1], "both others agree"
    else:
        decided, why = values[-1], "litellm names its source"
    bench.differ(figure, said, decided, why)
    return decided


def decide_price(bench: Bench, *, free: bool) -> dict[str, Any] | None:
    """The price as it is written; None where input or output is not known."""
    if free:
        return {"input": 0.0, "output": 0.0, "cache_read": 0.0, "cache_write": 0.0}
    rates = _rates(bench, "price", lambda one: one.rates)
    if "input" not in rates or "output" not in rates:
        return None
    rates = _with_hour(bench.model, rates)
    tiers = _tiers(bench)
    services = _services(bench, rates, tiers)
    return {
        **rates,
        **(
            {"tiers": [{"above": above, **_with_hour(bench.model, held)} for above, held in tiers.items()]}
            if tiers
            else {}
        ),
        **({"service_tiers": services} if services else {}),
    }


def _rates(bench: Bench, figure: str, get: Callable[[Figures], Rates]) -> dict[str, float]:
    made: dict[str, float] = {}
    for price in PRICES:
        rate = settle(bench, f"{figure} {price}", bench.told(lambda one, price=price: get(one).get(price)), near)
        if rate is not None:
            made[price] = tidy(rate)
    if made.get("cache_read", 0) > made.get("input", 0):
        said = {"input": made["input"], "cache read": made.pop("cache_read")} if "input" in made else {}
        bench.differ(f"{figure} cache_read", said, None, "a cached token is no dearer than a new one")
    return made


def _with_hour(model: str, rates: Rates) -> dict[str, float]:
    """Claude's writes for an hour cost twice the input, wherever it is hosted (Anthropic's page on caching)."""
    if "claude" in model and "cache_write" in rates and "cache_write_1h" not in rates:
        return {**rates, "cache_write_1h": tidy(2 * rates["input"])}
    return dict(rates)


def _tiers(bench: Bench) -> dict[int, dict[str, float]]:
    said = bench.told(
        lambda one: {above: held for above, held in one.tiers.items() if {"input", "output"} <= set(held)}
    )
    if FIRST in bench.figures and FIRST not in said and len(said) == 1:
        bench.differ("tiers", said, None, "no other source knows them")
        return {}
    found: Mapping[int, Rates] = settle(bench, "tiers", said, _same_tiers) or {}
    return {
        above: {price: tidy(held[price]) for price in PRICES if price in held} for above, held in sorted(found.items())
    }


def _same_tiers(one: Mapping[int, Rates], other: Mapping[int, Rates]) -> bool:
    """Whether two sources mean the same tiers: what both price, they price alike."""
    return set(one) == set(other) and all(
        near(rate, other[above][price])
        for above, held in one.items()
        for price, rate in held.items()
        if price in other[above]
    )


def _services(bench: Bench, rates: Rates, tiers: Mapping[int, Rates]) -> dict[str, Any]:
    """Service tiers: a factor where everything is multiplied by it, else prices of their own."""
    made: dict[str, Any] = {}
    for service in ("flex", "priority", "fast"):
        told = bench.told(lambda one, service=service: dict(one.services.get(service, {})))
        said = {name: held for name, held in told.items() if {"input", "output"} <= set(held.get(0, {}))}
        held: Mapping[int, Rates] | None = settle(bench, f"tier {service}", said, _same_services)
        if held:
            made[service] = _as_factor(held, rates, tiers) or _as_prices(held, rates)
    return made


def _same_services(one: Mapping[int, Rates], other: Mapping[int, Rates]) -> bool:
    return all(near(one[0][price], other[0][price]) for price in ("input", "output"))


def _as_factor(held: Mapping[int, Rates], rates: Rates, tiers: Mapping[int, Rates]) -> float | None:
    factors = [
        rate / base[price]
        for above, base in {0: rates, **tiers}.items()
        for price, rate in held.get(above, {}).items()
        if base.get(price)
    ]
    return tidy(factors[0]) if all(near(factor, factors[0]) for factor in factors) else None


def _as_prices(held: Mapping[int, Rates], rates: Rates) -> dict[str, Any]:
    factor = held[0]["input"] / rates["input"]
    base = {price: tidy(held[0].get(price, rates[price] * factor)) for price in PRICES if price in rates}
    tiers = [
        {"above": above, **one} for above, one in sorted(held.items()) if above and {"input", "output"} <= set(one)
    ]
    return {**base, **({"tiers": tiers} if tiers else {})}


def decide_limits(bench: Bench) -> dict[str, int]:
    """Context window and most tokens of an answer (wire/openai-compatible, section 5.3)."""
    windows = bench.told(lambda one: one.context_window)
    window = max(windows.values(), default=None)
    if window is not None and not all(near(window, other) for other in windows.values()):
        bench.differ("context window", windows, window, "the largest is the model's, smaller ones are a share of it")
    answer = settle(bench, "max tokens", bench.told(lambda one: one.max_tokens), near)
    if answer and window and answer > window:
        bench.differ("max tokens", {"window": window, "max tokens": answer}, window, "an answer fits into the window")
        answer = window
    return {name: value for name, value in (("context_window", window), ("max_tokens", answer)) if value}


def source_order(said: Mapping[str, Any]) -> Sequence[str]:
    """The sources that say something, in order."""
    return [name for name in SOURCES if name in said]
