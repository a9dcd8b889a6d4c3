"""Where words, sentences and paragraphs end in running text.

A boundary is told from the text before it and one character after it, so it does not depend on how the text
was cut into pieces. White space belongs to what it follows, as in `Intl.Segmenter`. The rules are those of
Unicode's UAX 29 as far as they need no dictionary:

- a word ends before the next one; scripts that write no spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese,
  Tibetan) are cut after every character with its marks and the punctuation that follows it;
- a sentence ends after a full stop and white space unless a small letter goes on (rule SB8), after `!` or `?`
  and white space, after a terminator of another script (property Sentence_Terminal) also without white space,
  and at a line break (rule SB4); closing quotes and brackets belong to it;
- a paragraph ends at a blank line.

Abbreviations are not known: `Dr. Watson` is two, as it is to `Intl.Segmenter`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from attrs import frozen

_UNSPACED = (
    (0x0E01, 0x0E7F), (0x0E80, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF),  # Thai to Khmer
    (0x3005, 0x3007), (0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F),  # kana
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F),  # Han
)  # fmt: skip
"""First and last code points of scripts that write no spaces between words."""

_TERMINATORS = (
    "\u0589\u061d-\u061f\u06d4\u0700-\u0702\u07f9\u0837\u0839\u083d\u083e\u0964\u0965\u104a\u104b\u1362\u1367\u1368"
    "\u166e\u1735\u1736\u17d4\u17d5\u1803\u1809\u1944\u1945\u1aa8-\u1aab\u1b5a\u1b5b\u1b5e\u1b5f\u1c3b\u1c3c\u1c7e"
    "\u1c7f\u203c\u203d\u2047-\u2049\u2e2e\u2e3c\u3002\ua4ff\ua60e\ua60f\ua6f3\ua6f7\ua876\ua877\ua8ce\ua8cf\ua92f"
    "\ua9c8\ua9c9\uaa5d-\uaa5f\uaaf0\uaaf1\uabeb\ufe52\ufe56\ufe57\uff01\uff0e\uff1f\uff61"
)
"""Sentence_Terminal of Unicode's PropList in the basic plane, without the ASCII ones."""

_CLOSERS = "\"'*_)\\]}\u2019\u201d\u00bb\u203a"
_WIDE_CLOSERS = "\u2019\u201d\u300d\u300f\u3009\u300b\u3011\uff09\uff3d\uff5d\u00bb"
_WIDE_PUNCTUATION = _WIDE_CLOSERS + "\u3001\u3002\uff0c\uff01\uff1f\uff1a\uff1b\uff0e\u2026\u2014\u30fb\u30fc"
_OPENERS = "(\\[{\"'\u2018\u201c\u00ab\u300c\u300e\u3008\u300a\u3010\uff08\uff3b\uff5b"


@frozen
class Boundary:
    """Finds the ends of one kind of unit.

    `candidate` finds what may be part of an end; `end` a whole one, which ends where the match does; `tail` one
    that the next character decides, at the end of the text. `ascii_end` finds the same as `end` in ASCII text, sooner;
    with `spaced`, only white space makes an end there.
    """

    candidate: re.Pattern[str]
    end: re.Pattern[str]
    ascii_end: re.Pattern[str]
    tail: re.Pattern[str]
    spaced: bool = False


@cache
def boundaries() -> Mapping[str, Boundary]:
    """The boundaries by name: word, sentence, paragraph."""
    return {"word": _word(), "sentence": _sentence(), "paragraph": _paragraph()}


def _word() -> Boundary:
    unspaced = "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED)
    marks = "".join(
        chr(code)
        for first, last in _UNSPACED[:5]
        for code in range(first, last + 1)
        if unicodedata.category(chr(code)).startswith("M") or code in (0x0E33, 0x0EB3)
    )
    after = f"{marks}\u3099\u309a\ufe00-\ufe0f\u200d{_WIDE_PUNCTUATION}"
    return Boundary(
        candidate=re.compile(rf"[\s{unspaced}]"),
        end=re.compile(
            rf"[{unspaced}][{after}]*\s*(?=[^\s{after}])|[^\s{_OPENERS}](?=(?![{after}])[{unspaced}])|(?<=\S)\s+(?=\S)"
        ),
        ascii_end=re.compile(r"(?<=\S)\s+(?=\S)"),
        spaced=True,
        tail=re.compile(rf"(?:[{unspaced}][{after}]*\s*|\s+|\S)\Z"),
    )


def _sentence() -> Boundary:
    plain = rf"[.!?]+[{_CLOSERS}]*\s+(?=\S)"
    continued = rf"\.+[{_CLOSERS}]*[^\S\n]+(?=[a-zß-öø-ÿα-ωа-я])"
    other = rf"[{_TERMINATORS}]+[.!?]*[{_WIDE_CLOSERS}]*\s*(?=[^\s{_TERMINATORS}.!?{_WIDE_CLOSERS}])"
    return Boundary(
        candidate=re.compile(rf"[.!?\n{_TERMINATORS}]"),
        end=re.compile(rf"(?!{continued}){plain}|{other}|\n\s*(?=\S)"),
        ascii_end=re.compile(rf"(?!{continued}){plain}|\n\s*(?=\S)"),
        tail=re.compile(rf"(?:[.!?]+[{_CLOSERS}]*\s*|[{_TERMINATORS}]+[.!?]*[{_WIDE_CLOSERS}]*\s*|\n\s*)\Z"),
    )


def _paragraph() -> Boundary:
    end = re.compile(r"\n(?:[^\S\n]*\n)+(?=[^\S\n]*\S)")
    return Boundary(
        candidate=re.compile("\n"),
        end=end,
        ascii_end=end,
        tail=re.compile(r"\n\s*\Z"),
    )
