"""Positions and errors where nobody expects them: indexes that are odd, errors in the middle of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, zip_longest
from typing import Any

from headwater import Error, Event, Hub
from headwater.testing._cases import Case, Effort, Probe, difference, final_message, shown
from headwater.testing._rebuilt import joined_difference
from headwater.testing._wire import Path, edited, json_values, pieces, replaced, walk

_INDEX = re.compile(r"(.*_?block_?|output_?|content_?)?index", re.IGNORECASE)
"""Keys of numbers that tell apart what comes at once."""

_POSITION = re.compile(r"content_?index", re.IGNORECASE)
"""Keys of positions in a list that is sent later: there a number cannot begin elsewhere."""

_CHOICES = (("choices",), ("candidates",))
"""Lists of several answers, of which the first is read: their numbers choose, and tell no blocks apart."""

PLANTED = "planted by the conformance suite"
"""Words of the errors that are put into answers."""

_OBJECT = f'{{"type": "server_error", "code": "server_error", "message": "{PLANTED}"}}'

_ERRORS: Mapping[str, tuple[bytes, ...]] = {
    "sse": (
        f'data: {{"error": {_OBJECT}}}\n\n'.encode(),
        f'event: error\ndata: {{"type": "error", "error": {_OBJECT}}}\n\n'.encode(),
        f'{{"error": {_OBJECT}}}\n\n'.encode(),
    ),
    "ndjson": (f'{{"error": {_OBJECT}}}\n'.encode(), f'{{"error": "{PLANTED}"}}\n'.encode()),
}
"""Errors as providers and the proxies before them put them into an answer that began well."""

_POSITIONS: Mapping[Effort, int] = {"quick": 4, "usual": 25, "full": 10_000}
"""Places of one answer where an error is put."""


def check_indexes(case: Case, hub: Hub) -> None:
    """Indexes that begin elsewhere or leave numbers out change nothing; missing or repeated ones do no harm."""
    probe = Probe("indexes", case, hub)
    expected = probe.play(case.body)
    for place in sorted(_places(case.body, probe.framing), key=str):
        name = ".".join(map(str, place))
        for how, change in () if _POSITION.fullmatch(str(place[-1])) else _CHANGES:
            events = _edited(probe, place, change, f"{name} {how}")
            _check_same(probe, expected, events, f"{name} {how}")
        for how, change in (("missing", _drop), ("repeated", _zero)):
            _check_harmless(probe, expected, _edited(probe, place, change, f"{name} {how}"), f"{name} {how}")


def _places(body: bytes, framing: str) -> set[Path]:
    """Where indexes stand, with * for the positions in lists."""
    found: set[Path] = set()
    for value in json_values(body, framing):
        for path, inner in walk(value):
            if path and isinstance(path[-1], str) and _INDEX.fullmatch(path[-1]) and type(inner) is int:
                found.add(_place(path))
    return {place for place in found if place[:1] not in _CHOICES or len(place) > 3}


def _place(path: Path) -> Path:
    return tuple("*" if isinstance(key, int) else key for key in path)


def _edited(probe: Probe, place: Path, change: Callable[[Any], Any], where: str) -> list[Event]:
    def at(path: Path, value: Any) -> Any:
        return change(value) if _place(path) == place and type(value) is int else value

    parts = pieces(probe.case.body, probe.framing)
    return probe.play(
        b"".join(edited(part, probe.framing, lambda value: replaced(value, at)) for part in parts), where=where
    )


def shifted(body: bytes, framing: str) -> bytes:
    """The body with every index one higher."""

    def at(path: Path, value: Any) -> Any:
        return value + 1 if path and type(value) is int and _INDEX.fullmatch(str(path[-1])) else value

    return b"".join(edited(part, framing, lambda value: replaced(value, at)) for part in pieces(body, framing))


def _shift(value: int) -> int:
    return value + 3


def _spread(value: int) -> int:
    return value * 5


def _zero(value: int) -> int:
    return 0


_CHANGES = (("shifted by 3", _shift), ("spread out", _spread))


def _check_same(probe: Probe, expected: Sequence[Event], events: Sequence[Event], where: str) -> None:
    """The same is told of the same blocks; what a provider sent beside them may hold its numbers."""
    for number, (one, other) in enumerate(zip_longest(map(_told, expected), map(_told, events))):
        if one != other:
            probe.fail(where, f"event {number} differs: {difference(one, other)}")
    calls, others = final_message(expected).tool_calls, final_message(events).tool_calls
    if [(call.name, call.arguments) for call in calls] != [(call.name, call.arguments) for call in others]:
        probe.fail(where, f"calls to run are {shown(others)} instead of {shown(calls)}")


def _told(event: Event) -> tuple[Any, ...]:
    return event.type, getattr(event, "content_index", None), getattr(event, "delta", None)


def _drop(value: int) -> object:
    return replaced


def _check_harmless(probe: Probe, expected: Sequence[Event], events: Sequence[Event], where: str) -> None:
    """No call is made up, and the events still say what the message holds."""
    words = joined_difference(events)
    if words is not None:
        probe.fail(where, words)
    known = [(call.name, call.arguments) for call in final_message(expected).tool_calls]
    made_up = [call for call in final_message(events).tool_calls if (call.name, call.arguments) not in known]
    if made_up and final_message(expected).error is None:
        probe.fail(where, f"offers a call to run that the answer does not have: {shown(made_up)}")


def check_error_events(case: Case, hub: Hub) -> None:
    """An error in the middle of an answer ends it as that error, in the provider's words, and what came is kept."""
    probe = Probe("error_events", case, hub)
    if final_message(probe.play(case.body)).error is not None:
        return
    trace = probe.trace()
    parts = pieces(case.body, probe.framing)
    for error in (*_ERRORS.get(probe.framing, ()), *case.error_events):
        for number, offset in _positions(probe, parts):
            where = f"{shown(error)} after {offset} bytes"
            events = probe.play([*parts[:number], error, *parts[number:]], where=where)
            probe.begins(trace.events[: trace.after(offset)], events, where)
            problem = final_message(events).error
            if not isinstance(events[-1], Error) or problem is None:
                probe.fail(where, f"ends in {events[-1].type}, as if nothing had been said")
            if problem.kind in ("truncated", "malformed", "network"):
                probe.fail(where, f"is called {problem.kind}: {problem.message}")
            if PLANTED in error.decode(errors="replace") and PLANTED not in problem.message:
                probe.fail(where, f"loses the provider's words: {problem.message}")


def _positions(probe: Probe, parts: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Numbers of pieces and offsets before which an error is put: none after the terminal signal."""
    case = probe.case
    end = len(case.body) if case.terminal_offset is None else case.terminal_offset
    last = len(parts) - (2 if case.terminal_offset is None else 0)
    offsets = [sum(map(len, parts[:number])) for number in range(len(parts))]
    found = [(number, offset) for number, offset in enumerate(offsets) if offset < end and number <= max(last, 0)]
    step = max(1, len(found) // _POSITIONS[case.effort])
    yield from (one for one, turn in zip(found, count(), strict=False) if turn % step == 0)
