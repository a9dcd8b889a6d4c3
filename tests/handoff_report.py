"""The table of the handoff matrix: what was sent where, and what had to be changed for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from headwater import WireRequest

ACTIONS = ("kept", "changed", "dropped", "added")

_counted: dict[tuple[str, str], Counter[str]] = {}


def count(model: str, api: str, wire: WireRequest) -> None:
    """Adds one pair of a conversation and a model."""
    row = _counted.setdefault((model, api), Counter())
    row["pairs"] += 1
    row.update(note.action for note in wire.notes)
    row["unchanged"] += all(note.action == "kept" for note in wire.notes)


def table() -> Iterator[str]:
    """The lines of the table; none when nothing was counted."""
    if not _counted:
        return
    columns = ("pairs", "unchanged", *ACTIONS)
    yield f"{'conversations sent to':<58}" + "".join(f"{name:>11}" for name in columns)
    for (model, api), row in sorted(_counted.items()):
        yield f"{model + ' (' + api + ')':<58.58}" + "".join(f"{row[name]:>11}" for name in columns)
    total = sum(row["pairs"] for row in _counted.values())
    yield f"{total} pairs of a conversation and a model"
