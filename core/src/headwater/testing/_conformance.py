"""What every plugin's parser must hold to, as plain functions over a recorded answer.

Each check takes a `Case` and a `Hub`, gives back nothing, and raises `ConformanceFailure`
with the first difference. They use no network but loopback (`check_no_secret`), and no test framework.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from attrs import evolve

from headwater import Event, Hub, check_grammar
from headwater._content import AssistantBlock
from headwater.testing._breaks import check_abort, check_cuts
from headwater.testing._cases import Case, ConformanceFailure, Probe, difference, pieces_of
from headwater.testing._expected import check_expected
from headwater.testing._faults import Chunking
from headwater.testing._garbage import check_garbage, check_types, check_unknown
from headwater.testing._honest import check_honest, check_usage
from headwater.testing._hooks import check_pure_parser
from headwater.testing._indexes import check_error_events, check_indexes, shifted
from headwater.testing._rebuilt import Rebuilt, joined_difference
from headwater.testing._secrets import check_no_secret
from headwater.testing._sockets import check_sockets

Check = Callable[[Case, Hub], None]

BYTEWISE = 65_536
"""Bytes up to which a body is fed one byte at a time; a longer one in pieces of seven."""

LOOKS = 400
"""Events of one stream whose view is looked at."""


def check_grammar_holds(case: Case, hub: Hub) -> None:
    """The events are one stream in the right order, and end in `done` or `error`."""
    probe = Probe("grammar_holds", case, hub)
    check_grammar(probe.play(case.body))


def check_splits(case: Case, hub: Hub) -> None:
    """However the bytes are split, the events are the same."""
    probe = Probe("splits", case, hub)
    expected = probe.play(case.body)
    for where, chunking in _chunkings(len(case.body)):
        probe.same(expected, probe.play(pieces_of(case.body, chunking), where=where), where)
    with_empty = [part for piece in pieces_of(case.body, Chunking.every(97)) for part in (b"", piece)]
    probe.same(expected, probe.play(with_empty), "an empty read before each piece")


def _chunkings(length: int) -> Iterator[tuple[str, Chunking]]:
    if length <= BYTEWISE:
        yield "byte by byte", Chunking.bytewise()
    for size in (7, 64):
        yield f"pieces of {size} bytes", Chunking.every(size)
    for seed, size in enumerate((3, 16, 200, 3000)):
        if size * BYTEWISE >= length:
            yield f"pieces of 1 to {size} bytes", Chunking.random(seed, size)
    for offset in range(1, length, max(1, length // 24)):
        yield f"two pieces, cut at {offset}", Chunking.at([offset])


def check_joined(case: Case, hub: Hub) -> None:
    """Deltas joined are what the end events say, and that is what the final message holds."""
    probe = Probe("joined", case, hub)
    words = joined_difference(probe.play(case.body))
    if words is not None:
        probe.fail("the whole body", words)


def check_partial_views(case: Case, hub: Hub) -> None:
    """`event.partial` is the message as it stood at that event, also for those who look later."""
    probe = Probe("partial_views", case, hub)
    size = max(1, len(case.body) // 16_384)
    chunks = pieces_of(case.body, Chunking.every(size))
    looked: list[tuple[int, Event, list[AssistantBlock]]] = []
    rebuilt = Rebuilt()
    every = max(1, len(probe.play(case.body)) // LOOKS)
    for index, event in enumerate(probe.step(chunks)):
        rebuilt.take(event)
        if index % every == 0 or event.type.endswith(("_start", "_end")):
            looked.append((index, event, _content(event)))
            words = None if event.partial is None else rebuilt.differs(event.partial.content)
            if words is not None and event.type not in ("done", "error"):
                probe.fail(f"the view at event {index} ({event.type})", words)
    for index, event, content in looked:
        where = f"the view at event {index} ({event.type}), looked at after the end"
        if _content(event) != content:
            probe.fail(where, difference(content, _content(event)))
        if _snapshot(event) != content:
            probe.fail(where, f"its snapshot: {difference(content, _snapshot(event))}")


def _content(event: Event) -> list[AssistantBlock]:
    view = event.partial
    return [] if view is None else _plain(view.content)


def _snapshot(event: Event) -> list[AssistantBlock]:
    view = event.partial
    return [] if view is None else _plain(view.snapshot().content)


def _plain(content: Sequence[AssistantBlock]) -> list[AssistantBlock]:
    """The blocks without what a provider sent beside them: it belongs to no event."""
    return [evolve(block, extra={}) if hasattr(block, "extra") else block for block in content]


def check_two_at_once(case: Case, hub: Hub) -> None:
    """Two answers read at the same time share nothing, though one of them is cut."""
    probe = Probe("two_at_once", case, hub)
    expected = probe.play(case.body)
    half = case.body[: len(case.body) // 2]
    expected_half = probe.play(half)
    first: list[Any] = []
    second: list[Any] = []
    one = probe.step(pieces_of(case.body, Chunking.every(61)))
    other = probe.step(pieces_of(half, Chunking.every(23)))
    for left, right in zip_longest(one, other):
        first += [] if left is None else [left]
        second += [] if right is None else [right]
    probe.same(expected, first, "read beside another")
    probe.same(expected_half, second, "half the body, read beside the whole")
    probe.same(expected, probe.play(case.body), "read once more")
    _check_beside_other_indexes(probe, expected)


def _check_beside_other_indexes(probe: Probe, expected: Sequence[Event]) -> None:
    """The same beside an answer whose indexes are one higher, which begins a few events later."""
    case = probe.case
    other, size = shifted(case.body, probe.framing), max(31, len(case.body) // 500)
    step = 2 if len(case.body) < 16_384 or case.effort == "full" else 8
    for delay in range(0, min(len(expected), 24), step) if other != case.body else ():
        later = probe.step(pieces_of(other, Chunking.every(size)))
        seen: list[Event] = []
        for number, event in enumerate(probe.step(pieces_of(case.body, Chunking.every(size)))):
            seen.append(event)
            if number >= delay:
                next(later, None)
        probe.same(expected, seen, f"read beside one with other indexes that begins {delay} events later")


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "grammar_holds": check_grammar_holds,
        "splits": check_splits,
        "joined": check_joined,
        "expected": check_expected,
        "honest": check_honest,
        "usage": check_usage,
        "cuts": check_cuts,
        "abort": check_abort,
        "garbage": check_garbage,
        "types": check_types,
        "unknown": check_unknown,
        "indexes": check_indexes,
        "error_events": check_error_events,
        "two_at_once": check_two_at_once,
        "partial_views": check_partial_views,
        "pure_parser": check_pure_parser,
        "sockets": check_sockets,
        "no_secret": check_no_secret,
    }
)
"""Every check by its name."""


def check_all(case: Case, hub: Hub, checks: Mapping[str, Check] = CHECKS) -> None:
    """Runs all checks; raises one `ConformanceFailure` that lists what each of them found."""
    failures: list[ConformanceFailure] = []
    for check in checks.values():
        try:
            check(case, hub)
        except ConformanceFailure as failure:
            failures.append(failure)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        names = ", ".join(failure.check for failure in failures)
        found = "\n  ".join(f"{failure.check}: {failure.difference}" for failure in failures)
        raise ConformanceFailure(case.name, names, found)
