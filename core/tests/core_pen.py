"""A pen with predictable ids and time, and what it wrote in a form that reads well in a test."""

from __future__ import annotations

from itertools import count
from typing import Any

import attrs
from core_fake import fake_model

from headwater import Assembly, AssistantMessage, Event, Start, check_grammar


def make_pen(**settings: Any) -> Assembly:
    """A pen at time 1 s whose minted ids are minted-1, minted-2, ..."""
    numbers = count(1)
    return Assembly(
        settings.pop("model", None) or fake_model(),
        mint=lambda: f"minted-{next(numbers)}",
        now=lambda: 1.0,
        **settings,
    )


def told(events: list[Event]) -> list[tuple[Any, ...]]:
    """Each event as its name and its fields."""
    return [
        (event.type, *(getattr(event, field.name) for field in attrs.fields(type(event)) if field.eq))
        for event in events
    ]


def end(pen: Assembly, *, complete: bool = True, clean: bool = True) -> tuple[list[tuple[Any, ...]], AssistantMessage]:
    """Ends the bytes; gives what was told between start and the ending, and the message. Checks the grammar."""
    if complete:
        pen.complete()
    pen.finish(clean=clean)
    written = pen.take()
    check_grammar([Start(), *written])
    assert pen.final is not None
    return told(written[:-1]), pen.final
