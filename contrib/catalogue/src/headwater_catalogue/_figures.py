"""What one source says of one model: figures, in the terms that all sources share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

Rates = Mapping[str, float]
"""US dollars per million tokens by the name of a price (`PRICES`)."""

PRICES = ("input", "output", "cache_read", "cache_write", "cache_write_1h")


@frozen
class Figures:
    """Figures of a model; what a source does not say is None or empty.

    `tiers` are rates above so many input tokens; `services` are the rates of a service tier, by the number
    of input tokens above which they hold (0: from the first). `said` is what only that source says.
    """

    rates: Rates = field(factory=dict[str, float])
    tiers: Mapping[int, Rates] = field(factory=dict[int, Rates])
    services: Mapping[str, Mapping[int, Rates]] = field(factory=dict[str, Mapping[int, Rates]])
    context_window: int | None = None
    max_tokens: int | None = None
    retires: str | None = None
    said: Mapping[str, Any] = field(factory=dict[str, Any])


def near(one: float, other: float) -> bool:
    """Whether two figures are the same but for rounding (1 %)."""
    return abs(one - other) <= 0.01 * max(abs(one), abs(other))


def tidy(number: float) -> float:
    """A price without what floating point added to it."""
    return float(f"{number:.8g}")
