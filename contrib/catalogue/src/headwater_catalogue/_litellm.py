"""What litellm's `model_prices_and_context_window_backup.json` says: prices per token under long names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._figures import Figures, tidy

FILE = "model_prices_and_context_window_backup.json"

_NAMES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
}
_FIELD = re.compile(rf"({'|'.join(_NAMES)})(?:_above_(\d+)k_tokens)?(?:_(flex|priority))?")
MODES = ("chat", "responses")


def read_litellm(folder: Path) -> dict[str, Any]:
    """The whole file: entries by the library's own name of a model."""
    return json.loads((folder / "litellm" / FILE).read_text())


def of_provider(everything: Mapping[str, Any], prefix: str, owners: frozenset[str]) -> dict[str, Figures]:
    """Models of one provider by the id it is asked with; `prefix` is what the library puts before it."""
    found: dict[str, Figures] = {}
    for name, entry in everything.items():
        plain = not prefix and "/" not in name and not name.startswith("ft:")
        if entry.get("litellm_provider") not in owners or entry.get("mode") not in MODES:
            continue
        if prefix and name.startswith(prefix):
            found[name.removeprefix(prefix)] = _figures(entry)
        elif plain:
            found[name] = _figures(entry)
    return found


def _figures(entry: Mapping[str, Any]) -> Figures:
    """Prices per million; a cache price of zero means that there is none."""
    rates: dict[str, dict[int, dict[str, float]]] = {}
    for name, value in entry.items():
        match = _FIELD.fullmatch(name)
        if match is None or not isinstance(value, int | float) or value <= 0:
            continue
        price, above, service = _NAMES[match[1]], int(match[2] or 0) * 1000, match[3] or ""
        rates.setdefault(service, {}).setdefault(above, {})[price] = tidy(value * 1e6)
    standard = rates.pop("", {})
    fast = entry.get("provider_specific_entry", {}).get("fast")
    if isinstance(fast, int | float):
        rates["fast"] = {
            above: {price: tidy(rate * fast) for price, rate in held.items()} for above, held in standard.items()
        }
    return Figures(
        rates=standard.pop(0, {}),
        tiers=standard,
        services=rates,
        context_window=_tokens(entry.get("max_input_tokens")),
        max_tokens=_tokens(entry.get("max_output_tokens")),
        retires=_day(entry.get("deprecation_date")),
        said=entry,
    )


def _tokens(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _day(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else None
