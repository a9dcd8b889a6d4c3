"""What the npm package @earendil-works/pi-ai says in `dist/providers/data` (wire/openai-compatible, section 5.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._figures import Figures, Rates

NAMES = {"input": "input", "output": "output", "cacheRead": "cache_read", "cacheWrite": "cache_write"}


def read_pi(folder: Path, provider: str) -> dict[str, Figures]:
    """The chat models of a provider by id; empty for one it does not have."""
    path = folder / "dist" / "providers" / "data" / f"{provider}.json"
    if not path.exists():
        return {}
    found: dict[str, Figures] = {}
    for entries in json.loads(path.read_text()).values():
        for entry in entries.values():
            if entry.get("type", "chat") == "chat":
                found[entry["id"]] = _figures(entry)
    return found


def _figures(entry: Mapping[str, Any]) -> Figures:
    cost: Mapping[str, Any] = entry.get("cost", {})
    return Figures(
        rates=_rates(cost),
        tiers={tier["inputTokensAbove"]: _rates(tier) for tier in cost.get("tiers", ())},
        context_window=entry.get("contextWindow"),
        max_tokens=entry.get("maxTokens"),
        said=entry,
    )


def _rates(cost: Mapping[str, Any]) -> Rates:
    """Rates without zeros: those of input and output mean a subscription, those of caches that there is no price."""
    return {ours: float(cost[theirs]) for theirs, ours in NAMES.items() if cost.get(theirs)}
