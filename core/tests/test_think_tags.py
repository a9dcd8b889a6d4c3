"""Inline thinking tags: what is thinking, what is text, and that cuts do not matter."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater._think_tags import DEFAULT_TAGS, Piece, ThinkTags

LONGEST = max(len(tag) for pair in DEFAULT_TAGS for tag in pair)

untimed = settings(deadline=None)
words = [tag for pair in DEFAULT_TAGS for tag in pair]
words += [*"<>/ath \n`~", "<think", "</", "</thi", "nk>", "mm:", "```", "````", "~~~", "\n```\n", "word ", "\t", "é"]
answers = st.lists(st.sampled_from(words), max_size=25).map("".join)


@st.composite
def cuts(draw: st.DrawFn) -> list[str]:
    """An answer, cut anywhere."""
    whole = draw(answers)
    places = draw(st.lists(st.integers(0, len(whole)), max_size=30).map(sorted))
    return [whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True)]


def joined(pieces: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces, neighbours of one kind made one."""
    result: list[tuple[str, str]] = []
    for kind, text in pieces:
        if result and result[-1][0] == kind:
            text = result.pop()[1] + text
        result.append((kind, text))
    return result


def fed(deltas: Iterable[str], tags: ThinkTags) -> list[Piece]:
    """All pieces of an answer."""
    pieces = [piece for delta in deltas for piece in tags.feed(delta)]
    return pieces + tags.flush()


def split(deltas: Iterable[str], *, opened: bool = False, anywhere: bool = False) -> list[tuple[str, str]]:
    """All pieces of an answer, joined."""
    return joined(fed(deltas, ThinkTags(opened=opened, anywhere=anywhere)))


def in_code(text: str) -> bool:
    """Whether the end of the text is inside a fenced code block."""
    fence = ""
    for line in text.split("\n")[:-1]:
        found = re.match(r"\s*(```+(?!.*`)|~~~+)(.*)", line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
    return fence != ""


def slowly(text: str, *, opened: bool, anywhere: bool) -> list[tuple[str, str]]:
    """What the rules say, read off the whole text one character at a time; the tags as pieces of kind `tag`."""
    closers = [closer for _, closer in DEFAULT_TAGS] if opened else []
    pieces: list[tuple[str, str]] = []
    spoken, begun = "", False
    while text:
        opener = next((pair for pair in DEFAULT_TAGS if text.startswith(pair[0])), None)
        closer = next((closer for closer in closers if text.startswith(closer)), None)
        blank = not spoken.rpartition("\n")[2].strip() and not in_code(spoken)
        if closer:
            tag, closers = closer, []
        elif opener and ((not closers and (blank or anywhere)) or (opened and not begun)):
            tag, closers = opener[0], [opener[1]]
        else:
            pieces.append(("thinking" if closers else "text", text[0]))
            begun = begun or not text[0].isspace()
            spoken += "" if closers else text[0]
            text = text[1:]
            continue
        begun = True
        pieces.append(("tag", tag))
        text = text[len(tag) :]
    return pieces


class TestSplitting:
    """Properties of every answer."""

    @untimed
    @given(cuts(), st.booleans(), st.booleans())
    def test_pieces_follow_the_rules_wherever_the_answer_was_cut(
        self, deltas: list[str], opened: bool, anywhere: bool
    ) -> None:
        """The pieces are those that the rules give for the whole answer."""
        expected = slowly("".join(deltas), opened=opened, anywhere=anywhere)
        kept = [(kind, text) for kind, text in expected if kind != "tag"]
        assert split(deltas, opened=opened, anywhere=anywhere) == joined(kept)

    @untimed
    @given(cuts(), st.booleans(), st.booleans())
    def test_nothing_is_lost_but_tags(self, deltas: list[str], opened: bool, anywhere: bool) -> None:
        """Between the pieces, in their order, the answer has tags and nothing else."""
        pieces = fed(deltas, ThinkTags(opened=opened, anywhere=anywhere))
        tags = "(?:" + "|".join(re.escape(tag) for pair in DEFAULT_TAGS for tag in pair) + ")*"
        assert re.fullmatch(tags + tags.join(re.escape(text) + tags for _, text in pieces), "".join(deltas))

    @untimed
    @given(cuts(), st.booleans())
    def test_less_than_a_tag_is_held_back(self, deltas: list[str], opened: bool) -> None:
        """What is held back is shorter than the longest tag, and no piece is empty."""
        tags = ThinkTags(opened=opened)
        for delta in deltas:
            assert all(text for _, text in tags.feed(delta))
        assert sum(len(text) for _, text in tags.flush()) < LONGEST


class TestRules:
    """What counts as a tag."""

    @pytest.mark.parametrize(
        ("answer", "pieces"),
        [
            ("", []),
            ("no tags at all", [("text", "no tags at all")]),
            ("<think>a</think>b", [("thinking", "a"), ("text", "b")]),
            ("<think>a</think>\n\nb ", [("thinking", "a"), ("text", "\n\nb ")]),
            ("\n <think>\na\n</think>", [("text", "\n "), ("thinking", "\na\n")]),
            ("a\n  <think>b</think>c", [("text", "a\n  "), ("thinking", "b"), ("text", "c")]),
            ("<think></think>b", [("text", "b")]),
            ("<think>a</think> <think>b</think>", [("thinking", "a"), ("text", " "), ("thinking", "b")]),
            ("<think>a</think><thinking>b</thinking>c", [("thinking", "ab"), ("text", "c")]),
            ("<mm:think>a</think>b</mm:think>c", [("thinking", "a</think>b"), ("text", "c")]),
            ("<think>a <think> b</think>c", [("thinking", "a <think> b"), ("text", "c")]),
            ("<think>never closed", [("thinking", "never closed")]),
            ("<think>cut in </thi", [("thinking", "cut in </thi")]),
            ("<thi", [("text", "<thi")]),
            ("<thinner>a", [("text", "<thinner>a")]),
            ("</think>a", [("text", "</think>a")]),
            ("a <think>b</think>", [("text", "a <think>b</think>")]),
            ("`<think>` is a tag", [("text", "`<think>` is a tag")]),
            ("```\n<think>\n```\n", [("text", "```\n<think>\n```\n")]),
            ("~~~~xml\n~~~\n<think>", [("text", "~~~~xml\n~~~\n<think>")]),
            ("```a```\n<think>b", [("text", "```a```\n"), ("thinking", "b")]),
            ("```\n```\n<think>a", [("text", "```\n```\n"), ("thinking", "a")]),
            ("```\n```xml\n<think>", [("text", "```\n```xml\n<think>")]),
            ("<think>```\n</think>a\n<think>b", [("thinking", "```\n"), ("text", "a\n"), ("thinking", "b")]),
            ("<reasoning>a</reasoning>", [("text", "<reasoning>a</reasoning>")]),
        ],
    )
    def test_tags_count_where_a_template_writes_them(self, answer: str, pieces: list[Piece]) -> None:
        """At the beginning of the answer, of a line, or after a closing tag; not within a line or in code."""
        assert split(answer) == pieces

    @pytest.mark.parametrize(
        ("answer", "pieces"),
        [
            ("a</think>b", [("thinking", "a"), ("text", "b")]),
            ("a</mm:think>b", [("thinking", "a"), ("text", "b")]),
            ("</think>b", [("text", "b")]),
            ("\n<think>a</think>b", [("thinking", "\na"), ("text", "b")]),
            ("<mm:think>a</think>b</mm:think>c", [("thinking", "a</think>b"), ("text", "c")]),
            ("a\n<think>b</think>c", [("thinking", "a\n<think>b"), ("text", "c")]),
            ("a</think>\n<think>b</think>c", [("thinking", "a"), ("text", "\n"), ("thinking", "b"), ("text", "c")]),
        ],
    )
    def test_opened_answer_begins_with_thinking(self, answer: str, pieces: list[Piece]) -> None:
        """Any closing tag ends what the template opened; an opening tag repeated at the beginning is dropped."""
        assert split(answer, opened=True) == pieces

    def test_anywhere_finds_tags_within_lines_and_code(self) -> None:
        """With `anywhere`, where the tag stands does not matter."""
        pieces = split("a <think>b</think>\n```\nc<think>d", anywhere=True)
        assert pieces == [("text", "a "), ("thinking", "b"), ("text", "\n```\nc"), ("thinking", "d")]

    def test_own_tags_may_look_like_anything(self) -> None:
        """Tags are plain texts, and only the given ones count."""
        tags = ThinkTags([("[THINK]", "[/THINK]"), ("(", "(")])
        expected = [("thinking", "a"), ("text", "b\n"), ("thinking", "c"), ("text", "<think>")]
        assert joined(fed("[THINK]a[/THINK]b\n(c(<think>", tags)) == expected

    @pytest.mark.parametrize("tags", [[], [("<think>", "")], [("", "</think>")]])
    def test_empty_tags_are_refused(self, tags: list[tuple[str, str]]) -> None:
        """No tags, or a tag without a character, is a mistake of the caller."""
        with pytest.raises(ValueError, match="give at least one pair"):
            ThinkTags(tags)


class TestHolding:
    """When a piece is handed out."""

    def test_text_that_begins_no_tag_is_handed_out_at_once(self) -> None:
        """An angle bracket within a line waits for nothing."""
        assert ThinkTags().feed("if a <") == [("text", "if a <")]

    def test_half_a_tag_waits_for_its_other_half(self) -> None:
        """What may become a tag is handed out when it is known to be none."""
        tags = ThinkTags()
        pieces = [tags.feed(delta) for delta in ("a\n<th", "in", "ner")]
        assert pieces == [[("text", "a\n")], [], [("text", "<thinner")]]

    def test_flush_gives_half_a_tag_back_once(self) -> None:
        """At the end of the answer half a tag is text."""
        tags = ThinkTags()
        tags.feed("<thi")
        assert [tags.flush(), tags.flush()] == [[("text", "<thi")], []]
