"""Think tags under every cut, through aggregation and compositions: nothing lost, doubled or reordered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import anyio
import pytest
from flow_streams import MODEL, UNHURRIED, Source, SyncSource, deltas, joined, read, written
from hypothesis import given
from hypothesis import strategies as st

from headwater import Event, check_grammar
from headwater._tagged import TaggedAssembly
from headwater_flow import aggregate, aggregator, apply, buffer, estimate, merge, tap, tee_to

TAGS = ["<think>", "</think>", "<thinking>", "</thinking>", "<mm:think>", "</mm:think>", "<th", "ink>", "</", "<", ">"]
WORDS = ["\n", "\n\n", " ", ". ", "! ", "word", "3.14", "`", "```\n", "你好。", "สวัสดี", "\U0001f600", ""]
PIECES = st.sampled_from([*TAGS, *WORDS])
ANSWERS = st.lists(PIECES, max_size=30).map("".join)
UNITS = ["word", "sentence", "paragraph", "size"]


def said(pieces: Iterable[str]) -> list[Event]:
    """The events of an answer that comes in these pieces, its think tags taken out."""
    return written(*pieces, pen=TaggedAssembly(MODEL, mint=lambda: "minted", now=lambda: 1.0))


def cut(text: str, marks: Iterable[int]) -> list[str]:
    """The text in pieces."""
    places = sorted({0, *(mark for mark in marks if mark < len(text))})
    return [text[start:end] for start, end in zip(places, [*places[1:], None], strict=True)]


def content(events: Iterable[Event]) -> list[Any]:
    """Kind, place and text of the blocks, in their order."""
    return [one if isinstance(one, list) else one.type for one in joined(events)]


@pytest.mark.parametrize("unit", UNITS)
@UNHURRIED
@given(ANSWERS, st.lists(st.integers(0, 120), max_size=12), st.integers(1, 12))
def test_however_it_was_cut_aggregation_says_the_same(unit: Any, text: str, marks: list[int], size: int) -> None:
    """The blocks are those of the answer in one piece, and so are the pieces, as no time limit cuts them."""
    whole = list(apply(aggregator(unit, every=None, max_chars=size), said([text])))
    made = list(apply(aggregator(unit, every=None, max_chars=size), said(cut(text, marks))))
    check_grammar(made)
    assert content(made) == content(said([text])) == content(whole)
    for kind in ("text_delta", "thinking_delta"):
        assert deltas(made, kind) == deltas(whole, kind)
    assert made[-1].message.content == whole[-1].message.content  # type: ignore[union-attr]


@pytest.mark.parametrize("unit", UNITS)
def test_a_tag_may_be_cut_at_every_place(unit: Any) -> None:
    """At each place, and at each two of them."""
    text = "<think>\nWhy? Well.\n</think>\n\nBecause. <think> is a tag.\n\n你好。Bye"
    expected = content(said([text]))
    seen = [
        content(apply(aggregator(unit, every=None), said(cut(text, (first, second)))))
        for first in range(len(text))
        for second in range(first, len(text), 3)
    ]
    assert all(one == expected for one in seen)


async def read_branch(stream: Any) -> None:
    """A consumer of `tee_to`."""
    async for _ in stream:
        pass


def print_nothing(event: Event) -> None:
    """What a tap calls."""


COMPOSITIONS: dict[str, Callable[[Any], Any]] = {
    "words by time": aggregate,
    "sentences over words": lambda stream: aggregate(aggregate(stream, "word", every=None), "sentence"),
    "buffer": lambda stream: aggregate(buffer(stream, 3), "sentence"),
    "tee": lambda stream: aggregate(tee_to(tap(stream, print_nothing), read_branch, maximum=2), "size", max_chars=3),
    "estimate": lambda stream: buffer(estimate(aggregate(stream, "paragraph"), report=False), 2),
}


@pytest.mark.parametrize("name", COMPOSITIONS)
@UNHURRIED
@given(text=ANSWERS, marks=st.lists(st.integers(0, 60), max_size=6))
def test_a_composition_loses_and_reorders_nothing(name: str, text: str, marks: list[int]) -> None:
    """Whatever it is made of."""
    made = anyio.run(read, COMPOSITIONS[name](Source(said(cut(text, marks)))))
    check_grammar(made)
    assert content(made) == content(said([text]))


@UNHURRIED
@given(texts=st.lists(ANSWERS, min_size=2, max_size=3), marks=st.lists(st.integers(0, 60), max_size=6))
def test_merged_models_keep_what_each_thought_and_said(texts: list[str], marks: list[int]) -> None:
    """Aggregated before they are merged, each cut in another way."""
    sources = {
        str(number): aggregate(Source(said(cut(text, [mark + number for mark in marks]))), "sentence")
        for number, text in enumerate(texts)
    }

    async def collect() -> list[Any]:
        async with merge(sources, maximum=2) as merged:
            return [tagged async for tagged in merged]

    seen = anyio.run(collect)
    for number, text in enumerate(texts):
        made = [tagged.event for tagged in seen if tagged.tag == str(number)]
        check_grammar(made)
        assert content(made) == content(said([text]))


@UNHURRIED
@given(text=ANSWERS, marks=st.lists(st.integers(0, 60), max_size=6))
def test_a_plain_program_hears_the_same(text: str, marks: list[int]) -> None:
    """The sync form."""
    source: Any = SyncSource(said(cut(text, marks)))
    with aggregate(source) as stream:
        made = list(stream)
    check_grammar(made)
    assert content(made) == content(said([text]))
