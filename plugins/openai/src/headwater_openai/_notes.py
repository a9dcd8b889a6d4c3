"""Notes on options that an endpoint does not take as they were given."""

from __future__ import annotations

from headwater import Note


def dropped(notes: list[Note], name: str, reason: str) -> None:
    """Notes that an option was left out."""
    notes.append(Note("dropped", f"options.{name}", reason))


def changed(notes: list[Note], name: str, reason: str) -> None:
    """Notes that an option was sent otherwise than it was given."""
    notes.append(Note("changed", f"options.{name}", reason))
