"""The table of events and the two diagrams of their order."""

from __future__ import annotations

from attrs import fields

from headwater import BLOCK_GRAMMAR, EVENTS, STREAM_GRAMMAR

from .diagram import Table, draw
from .text import prose, table, type_name

ALLOWED = "an event that is not on an arrow must not come there"


def pages() -> dict[str, str]:
    """`events/table.md`, and the diagrams beside it."""
    return {
        "events/table.md": event_table(),
        "events/stream.svg": draw(STREAM_GRAMMAR, f"The states of a stream; {ALLOWED}"),
        "events/blocks.svg": draw(BLOCK_GRAMMAR, f"The states of the block at one content index; {ALLOWED}"),
        "events/stream.md": state_table(STREAM_GRAMMAR, "stream"),
        "events/blocks.md": state_table(BLOCK_GRAMMAR, "block"),
    }


def event_table() -> str:
    """Every event: its name in JSON, its class, its fields, what it means."""
    rows: list[list[str]] = []
    for name, kind in EVENTS.items():
        shown = [
            f"`{part.name}: {type_name(part.type)}`"
            for part in fields(kind)
            if not part.name.startswith("_") and part.name != "raw"
        ]
        rows.append([f"`{name}`", f"`{kind.__name__}`", ", ".join(shown), prose(kind).replace("\n", " ")])
    return table(("event", "class", "fields", "means"), rows) + "\n"


def state_table(grammar: Table, what: str) -> str:
    """The table behind a diagram, for those who read rather than look."""
    rows: list[list[str]] = []
    for state, moves in grammar.items():
        by_following: dict[str, list[str]] = {}
        for event, following in moves.items():
            by_following.setdefault(following, []).append(f"`{event}`")
        for following, names in by_following.items():
            rows.append([f"`{state}`", ", ".join(names), f"`{following}`"])
        if not moves:
            rows.append([f"`{state}`", "none", ""])
    return table((f"a {what} that is", "may have", "and is then"), rows) + "\n"
