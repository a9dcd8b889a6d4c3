"""`headwater capabilities`: what can be asked of one model, what it costs and how long it may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import fields_dict

from headwater import LEVELS, Capabilities, Hub, Model, Price, PriceTier

from ._lists import model_data
from ._output import as_json, one_line, say


def show_capabilities(name: str, *, json: bool) -> None:
    """Prints the description of a model and its capabilities."""
    hub = Hub()
    model = hub.model(name)
    found = hub.capabilities(model)
    if json:
        say(as_json({**model_data(model), "capabilities": _capability_data(found)}))
        return
    rows = _rows(model, found)
    width = max(len(title) for title, _ in rows)
    for title, value in rows:
        say(f"{title:<{width}}  {one_line(value)}")


def _rows(model: Model, found: Capabilities) -> list[tuple[str, str]]:
    """What is known, one fact a line; what is not known says so."""
    levels = [f"{level}={model.levels[level]}" for level in LEVELS if model.levels.get(level) is not None]
    return [
        ("model", f"{model} ({model.name})"),
        ("api", model.api),
        ("known", "yes" if model.known else "no: described as its family, price and limits unknown"),
        ("retires", model.retires or "no date is known"),
        ("context window", _tokens(model.context_window)),
        ("longest answer", _tokens(model.max_tokens)),
        ("input", " ".join(found.input)),
        ("output", " ".join(found.output)),
        ("thinking", _thinking(found)),
        ("levels", " ".join(levels) or ("all, none is known to be refused" if model.reasoning else "none")),
        ("tools", _yes(found.tools, "also in parallel" if found.parallel_tools else "one at a time")),
        ("built-in tools", " ".join(found.builtin_tools) or "none"),
        ("structured output", _yes(found.structured_output)),
        ("prompt caching", _yes(found.prompt_caching)),
        ("response modes", " ".join(found.response_modes)),
        ("background", _yes(found.background)),
        ("price", _price(model.price)),
        *((f"price, {title}", _rates(rates)) for title, rates in _further(model.price)),
        ("latency", "unknown" if found.typical_latency_ms is None else f"{found.typical_latency_ms:,} ms"),
        ("waits", f"{found.first_event_timeout:g} s for the first event, {found.silence_timeout:g} s in silence"),
    ]


def _tokens(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,} tokens"


def _yes(value: bool, more: str = "") -> str:
    return f"yes, {more}" if value and more else "yes" if value else "no"


def _thinking(found: Capabilities) -> str:
    if not found.reasoning:
        return "no"
    most = found.max_thinking_tokens
    return _yes(found.thinking, f"at most {most:,} tokens" if most else "on request") if found.thinking else "unasked"


def _price(price: Price | None) -> str:
    return "unknown" if price is None else f"{_rates(price)} ($ per million tokens)"


def _rates(rates: Price | PriceTier | float) -> str:
    if isinstance(rates, int | float):
        return f"{rates:g} times all of it"
    names = (("input", "input"), ("output", "output"), ("cache_read", "cache read"), ("cache_write", "cache write"))
    names += (("cache_write_1h", "for an hour"),)
    said = ((title, getattr(rates, name)) for name, title in names)
    return ", ".join(f"{title} {rate:g}" for title, rate in said if rate is not None)


def _further(price: Price | None) -> Sequence[tuple[str, Price | PriceTier | float]]:
    """Prices of long requests and of other service tiers."""
    if price is None:
        return ()
    tiers = [(f"above {tier.above:,} input tokens", tier) for tier in price.tiers]
    return [*tiers, *price.service_tiers.items()]


def _capability_data(found: Capabilities) -> Mapping[str, Any]:
    """Capabilities in camel case, as the documents have it."""
    made: dict[str, Any] = {}
    for name in fields_dict(Capabilities):
        head, *rest = name.split("_")
        value = getattr(found, name)
        made[head + "".join(part.capitalize() for part in rest)] = list(value) if isinstance(value, tuple) else value
    return made
