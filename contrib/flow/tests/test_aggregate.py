"""Aggregation joins and cuts deltas; it loses, reorders and keeps nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import anyio
import pytest
from flow_streams import UNHURRIED, Clock, Source, SyncSource, deltas, joined, make_pen, read, settle, streams, written
from hypothesis import given
from hypothesis import strategies as st

from headwater import Event, RequestError, TextDelta, check_grammar
from headwater_flow import aggregate, aggregator, apply
from headwater_flow._timed import TimedStream

UNITS = ["word", "sentence", "paragraph", "size", "time"]


def pieces(by: Any, *texts: str, kind: str = "text_delta", **options: Any) -> list[str]:
    """The deltas of a text that came in these pieces."""
    step = aggregator(by, **{"every": None, **options})
    return deltas(apply(step, written(*texts)), kind)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("Hel", "lo wor", "ld"), ["Hello ", "world"]),
        (("one  two", "\nthree "), ["one  ", "two\n", "three "]),
        (("  lead", "ing"), ["  leading"]),
        (("你好，世界",), ["你", "好，", "世", "界"]),
        (("GPT是模型",), ["GPT", "是", "模", "型"]),
        (("ที่นี่",), ["ที่", "นี่"]),
        (("カーソル",), ["カー", "ソ", "ル"]),
        (("안녕 ", "세계"), ["안녕 ", "세계"]),
    ],
)
def test_words_are_whole(texts: tuple[str, ...], words: list[str]) -> None:
    """A word goes out when the next begins; scripts without spaces go on character by character."""
    assert pieces("word", *texts) == words


@pytest.mark.parametrize(
    ("texts", "sentences"),
    [
        (("Hi", ". How", " are you? ", "Fine!"), ["Hi. ", "How are you? ", "Fine!"]),
        (("Pi is 3.14. Yes.",), ["Pi is 3.14. ", "Yes."]),
        (("Wait... what? e.g. this.",), ["Wait... what? ", "e.g. this."]),
        (('He said "no." Then left.',), ['He said "no." ', "Then left."]),
        (("你好。「是吗？」再见！",), ["你好。", "「是吗？」", "再见！"]),
        (("यह है। वह है।",), ["यह है। ", "वह है।"]),
        (("كيف؟ بخير",), ["كيف؟ ", "بخير"]),
        (("# Title\n\nText",), ["# Title\n\n", "Text"]),
        (("ወንድም።እህት።",), ["ወንድም።", "እህት።"]),
    ],
)
def test_sentences_are_whole(texts: tuple[str, ...], sentences: list[str]) -> None:
    """Sentence ends of many scripts; numbers and small letters go on."""
    assert pieces("sentence", *texts) == sentences


def test_paragraphs_end_at_a_blank_line() -> None:
    """A single line break does not end one; the next one's indent is its own."""
    assert pieces("paragraph", "a\nb", "\n", "\n", "  c\r\n\r\nd") == ["a\nb\n\n", "  c\r\n\r\n", "d"]


def test_sizes_are_exact() -> None:
    """Pieces of so many characters, and what is left."""
    assert pieces("size", "abcdefgh", "ij", max_chars=4) == ["abcd", "efgh", "ij"]


def test_long_sentences_are_cut_between_words() -> None:
    """At most so many characters; a word that is longer than that is cut."""
    assert pieces("sentence", "one two three four", max_chars=9) == ["one two ", "three ", "four"]
    assert pieces("sentence", "incomprehensibilities", max_chars=9) == ["incompreh", "ensibilit", "ies"]


@UNHURRIED
@given(streams(), st.sampled_from(UNITS), st.sampled_from([1, 3, 1000]), st.booleans())
def test_nothing_is_lost_or_reordered(events: list[Event], by: Any, max_chars: int, arguments: bool) -> None:
    """Joined deltas, all other events and their order are the same; the grammar holds."""
    made = list(apply(aggregator(by, max_chars=max_chars, arguments=arguments, clock=lambda: 0.0), events))
    check_grammar(made)
    assert joined(made) == joined(events)


@UNHURRIED
@given(streams(), st.sampled_from(UNITS), st.sampled_from([3, 1000]))
def test_aggregating_again_changes_nothing(events: list[Event], by: Any, max_chars: int) -> None:
    """The pieces of a stream are whole already."""
    once = list(apply(aggregator(by, max_chars=max_chars, clock=lambda: 0.0), events))
    assert list(apply(aggregator(by, max_chars=max_chars, clock=lambda: 0.0), once)) == once


@UNHURRIED
@given(
    st.text(st.sampled_from('ab .!?\n"。」你า่A1'), max_size=30),
    st.lists(st.integers(0, 30), max_size=8),
    st.sampled_from(["word", "sentence", "paragraph", "size"]),
    st.sampled_from([4, 1000]),
)
def test_pieces_do_not_depend_on_the_cuts(text: str, cuts: list[int], by: Any, max_chars: int) -> None:
    """However a provider cuts its text, the pieces are those of the text in one."""
    marks = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    split = [text[start:end] for start, end in pairwise(marks)]
    assert pieces(by, *split, max_chars=max_chars) == pieces(by, text, max_chars=max_chars)


@UNHURRIED
@given(streams(), st.sampled_from(UNITS))
def test_partial_shows_what_was_handed_out(events: list[Event], by: Any) -> None:
    """At each piece, the message holds at least what was handed out of its block, and at its end all of it."""
    said: dict[int, str] = {}
    for event in apply(aggregator(by, clock=lambda: 0.0), events):
        if isinstance(event, TextDelta):
            said[event.content_index] = said.get(event.content_index, "") + event.delta
            assert event.partial is not None
            assert event.partial.content[event.content_index].text.startswith(said[event.content_index])
        elif event.type == "text_end" and not event.replaced:  # type: ignore[union-attr]
            assert said.get(event.content_index, "") == event.content  # type: ignore[union-attr]
    assert True


def test_every_raw_event_stands_in_one_piece() -> None:
    """A piece of one wire event has it, a piece of several has them all."""
    events = written("a", "b c", "d")
    for number, event in enumerate(events):
        event.raw = number  # type: ignore[misc]
    made = [event.raw for event in apply(aggregator("word", every=None), events) if event.type == "text_delta"]
    assert made == [(2, 3), 4]


def test_arguments_are_joined_when_asked() -> None:
    """By size and time only; the end of the call lets them out."""
    events = written(("tool_call", 0, "c", "f", '{"a": '), ("arguments", "1}", 0))
    assert deltas(apply(aggregator(arguments=True), events), "toolcall_delta") == ['{"a": 1}']
    assert deltas(apply(aggregator(), events), "toolcall_delta") == ['{"a": ', "1}"]


@pytest.mark.parametrize(
    "options",
    [
        {"by": "letter"},
        {"max_chars": 0},
        {"max_chars": -1},
        {"max_chars": True},
        {"max_chars": 2.5},
        {"every": 0},
        {"every": -0.1},
        {"every": float("nan")},
        {"every": float("inf")},
        {"every": "soon"},
        {"by": "time", "every": None},
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    """At construction, with what would do."""
    with pytest.raises(RequestError, match=r"aggregate: .*(give|is one of)") as caught:
        aggregator(**options)
    assert "aggregate" in str(caught.value)


def test_what_is_no_stream_is_refused() -> None:
    """A list of events is for apply."""
    with pytest.raises(TypeError, match="for a list of events use `apply`") as caught:
        aggregate([])  # type: ignore[call-overload]
    assert "list" in str(caught.value)


def test_a_sync_stream_is_aggregated() -> None:
    """The same in plain programs, with `text` and `result`."""
    source = SyncSource(written("Hel", "lo wor", "ld"))
    with aggregate(source, every=None) as stream:  # type: ignore[call-overload]
        text = list(stream.text)
    assert (text, stream.result().text, source.log) == (["Hello ", "world"], "Hello world", ["enter", "closed"])


@pytest.mark.anyio
@pytest.mark.parametrize("every", [None, 0.05])
async def test_an_async_stream_is_aggregated(every: float | None) -> None:
    """With and without a time limit."""
    source = Source(written("Hel", "lo wor", "ld"))
    async with aggregate(source, "sentence", every=every) as stream:
        text = [piece async for piece in stream.text]
        message = await stream.result()
    assert (text, message.text, source.log) == (["Hello world"], "Hello world", ["enter", "closed"])


@pytest.mark.anyio
async def test_time_passes_while_the_source_is_silent() -> None:
    """Half a word goes out after 50 ms, though no event comes; reading goes on after it."""
    clock = Clock()
    silent = anyio.Event()
    go_on = anyio.Event()

    async def gate(number: int) -> None:
        if number == 3:
            silent.set()
            await go_on.wait()

    source = Source(written("Hel", "lo"), gate=gate)
    step: Any = aggregator("word", every=0.05, clock=clock)
    stream = TimedStream(source, step, clock=clock, sleep=clock.sleep)
    seen: list[Event] = []
    with anyio.fail_after(20):
        async with stream, anyio.create_task_group() as tasks:

            async def consume() -> None:
                async for event in stream:
                    seen.append(event)

            tasks.start_soon(consume)
            await silent.wait()
            await settle()
            assert deltas(seen) == []
            clock.advance(0.049)
            await settle()
            assert deltas(seen) == []
            clock.advance(0.002)
            await settle()
            assert deltas(seen) == ["Hel"]
            go_on.set()
    check_grammar(seen)
    assert deltas(seen) == ["Hel", "lo"]


@pytest.mark.anyio
async def test_the_watch_sleeps_once_for_each_piece() -> None:
    """Not once for each event."""
    clock = Clock()
    source = Source(written(*["a"] * 500), gate=lambda number: anyio.lowlevel.checkpoint())
    step: Any = aggregator("word", every=0.05, clock=clock)
    stream = TimedStream(source, step, clock=clock, sleep=clock.sleep)
    events = await read(stream)
    assert (deltas(events), len(clock.slept) <= 1) == (["a" * 500], True)


def test_the_sync_form_looks_at_the_clock_with_each_event() -> None:
    """What is late goes out with the next event."""
    clock = Clock()
    step = aggregator("sentence", every=0.05, clock=clock)
    pen = make_pen()
    pen.text("a ")
    (_, first) = pen.take()
    pen.text("b ")
    (second,) = pen.take()
    assert list(step.feed(first)) == []
    clock.advance(0.06)
    assert deltas(step.feed(second)) == ["a b "]
