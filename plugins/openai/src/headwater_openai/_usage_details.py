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


def _in_choices(event: Mapping[str, Any]) -> dict[str, Any]:
    choices = objects(event, "choices")
    return fields(choices[0], "usage") if choices else {}


def reported_cost(said: Any) -> float | None:
    """US dollars that a server says it charges: a number, or the `total_cost` among the parts of it.

    Parts that come to nothing are those of an answer that is not finished yet (Perplexity).
    """
    if isinstance(said, dict):
        said = cast("dict[str, Any]", said).get("total_cost") or None
    return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else None
