"""Inline thinking tags, taken out of text however the stream was cut.

Servers without a reasoning parser send thinking as text between tags. `ThinkTags.feed` gives back the
pieces of a delta as "text" or "thinking"; `flush` gives what was held back. The tags themselves are
dropped, everything else is kept as it came, white space around tags too: the pieces with the tags put
back are the input. Less than the longest tag is held back. The joined pieces do not depend on the cuts.

An opening tag counts where a model's template writes it: at the beginning of the answer, of a line, or
right after a closing tag, white space before it allowed. Within a line, and in a fenced code block
(CommonMark 0.31, section 4.5), a tag is something the model talks about. Only the closing tag that belongs
to the opening one closes, and that anywhere: MiniMax models mention `</think>` while they think in
`<mm:think>`. Thinking that is never closed stays thinking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

Piece = tuple[Literal["text", "thinking"], str]

DEFAULT_TAGS: tuple[tuple[str, str], ...] = (
    ("<think>", "</think>"),  # DeepSeek R1, Qwen, MiniMax M2, Perplexity Sonar
    ("<thinking>", "</thinking>"),  # models told to think aloud
    ("<mm:think>", "</mm:think>"),  # MiniMax M3
    ("<seed:think>", "</seed:think>"),  # ByteDance Seed
)
"""Tags nobody writes for the reader. `<reasoning>` and `<thought>` are left out: prompts ask for them as
visible parts of an answer."""

_LINE = 80
"""So many characters of a line are kept, to know whether it is blank so far or a fence."""

_FENCE = re.compile(r"(`{3,}(?!.*`)|~{3,})")


class ThinkTags:
    """Splits one answer; the next answer needs a new splitter.

    `opened`: the model's template has opened the thinking already. The answer begins inside it, any closing
    tag ends it, and an opening tag at the very beginning (some servers repeat it) is dropped. `anywhere`:
    opening tags count within a line and in code too. An empty tag is a `ValueError`.
    """

    __slots__ = (
        "_anywhere",
        "_closers",
        "_fence",
        "_first",
        "_held",
        "_kind",
        "_line",
        "_openers",
        "_search",
        "_some_closer",
        "_unsettled",
    )

    def __init__(
        self, tags: Sequence[tuple[str, str]] = DEFAULT_TAGS, *, opened: bool = False, anywhere: bool = False
    ) -> None:
        every = [tag for pair in tags for tag in pair]
        if not every or "" in every:
            raise ValueError("thinking tags are pairs of texts that are not empty; give at least one pair")
        self._first = re.compile("[" + "".join(re.escape(tag[0]) for tag in every) + "]")
        self._openers = _any_of(opener for opener, _ in tags)
        self._closers = {opener: _any_of([closer]) for opener, closer in tags}
        self._some_closer = _any_of(closer for _, closer in tags)
        self._anywhere = anywhere
        # The line so far, without the white space it begins with; and the fence of the code block it is in.
        self._line = self._fence = ""
        self._held = ""
        self._kind: Literal["text", "thinking"] = "thinking" if opened else "text"
        # Whether, opened, only white space has come.
        self._unsettled = opened
        # What could end the present piece.
        self._search = _any_of(every) if opened else self._openers

    def feed(self, delta: str) -> list[Piece]:
        """The pieces known by now, none of them empty."""
        if not self._held and self._first.search(delta) is None:
            self._pass(delta)
            return [(self._kind, delta)] if delta else []
        return self._split(self._held + delta)

    def flush(self) -> list[Piece]:
        """What was held back: half a tag at the end is no tag."""
        held, self._held = self._held, ""
        return [(self._kind, held)] if held else []

    def _split(self, text: str) -> list[Piece]:
        pieces: list[Piece] = []
        start = at = 0
        end = len(text)
        while found := self._search.search(text, at):
            self._pass(text[at : found.start()])
            at = found.start()
            if found.re is not self._search:
                continue
            if self._kind == "text" and not self._may_open():
                self._pass(text[at])
                at += 1
                continue
            if found[1] is None:
                end = at
                break
            if at > start:
                pieces.append((self._kind, text[start:at]))
            self._turn(found[1])
            start = at = found.end()
        self._pass(text[at:end])
        self._held = text[end:]
        return [*pieces, (self._kind, text[start:end])] if end > start else pieces

    def _turn(self, tag: str) -> None:
        self._unsettled = False
        if tag in self._closers and self._search is not self._closers[tag]:
            self._kind, self._search = "thinking", self._closers[tag]
        else:
            self._kind, self._search = "text", self._openers

    def _may_open(self) -> bool:
        return self._anywhere or not (self._line or self._fence)

    def _pass(self, text: str) -> None:
        """Takes note of what is no tag."""
        if self._kind == "thinking":
            if self._unsettled and text.strip():
                self._unsettled, self._search = False, self._some_closer
        elif not self._anywhere and ("\n" in text or len(self._line) < _LINE):
            first, *others = text.split("\n")
            self._line = (self._line + first).lstrip()[:_LINE]
            for line in others:
                self._end_line()
                self._line = line.lstrip()[:_LINE]

    def _end_line(self) -> None:
        fence = _FENCE.match(self._line)
        if fence is None:
            return
        if not self._fence:
            self._fence = fence[1]
        elif fence[1].startswith(self._fence) and fence[1] == self._line.rstrip():
            self._fence = ""


def _any_of(tags: Iterable[str]) -> re.Pattern[str]:
    """Finds the first tag (group 1), or the beginning of one at the end of the text."""
    shortest_first = sorted(tags, key=len)
    halves = {tag[:length] for tag in shortest_first for length in range(1, len(tag))}
    whole = "|".join(map(re.escape, shortest_first))
    half = "|".join(map(re.escape, sorted(halves, key=len, reverse=True)))
    return re.compile(rf"({whole})|(?:{half})\Z" if half else f"({whole})")
