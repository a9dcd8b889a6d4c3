"""What an endpoint counts beside tokens: its own price, searches, times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from headwater import Assembly, loads

from ._fields import fields, objects


def keep_usage_details(out: Assembly, names: Iterable[str], data: bytes) -> None:
    """Keeps these fields of an event's usage beside the message; of several events the last one counts.

    Usage stands at the top of the event, in the `response` it brings, in `x_groq` (Groq) or in a choice (Moonshot).
    """
    said: Any = loads(data)
    if not isinstance(said, dict):
        return
    event = cast("dict[str, Any]", said)
    usage = fields(event, "usage") or fields(fields(event, "response"), "usage")
    usage = usage or fields(fields(event, "x_groq"), "usage") or _in_choices(event)
    kept = {name: usage[name] for name in names if usage.get(name) is not None}
    if kept:
        out.extra("usage_details", kept)
        out.usage(reported_cost=reported_cost(kept))


def _in_choices(event: Mapping[str, Any]) -> dict[str, Any]:
    choices = objects(event, "choices")
    return fields(choices[0], "usage") if choices else {}


TICK = 1e-10
"""US dollars of a tick, in which xAI counts (wire/openai-compatible, section 3.1)."""


def reported_cost(details: Mapping[str, Any]) -> float | None:
    """US dollars that a server says it charges: a number, the `total_cost` among parts of it, or ticks.

    Parts that come to nothing are those of an answer that is not finished yet (Perplexity).
    """
    said, ticks = details.get("cost"), details.get("cost_in_usd_ticks")
    if isinstance(said, dict):
        said = cast("dict[str, Any]", said).get("total_cost") or None
    if isinstance(ticks, int | float) and not isinstance(ticks, bool):
        return ticks * TICK
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None
