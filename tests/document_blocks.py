"""The code blocks of a page of Markdown, in order, each with what is to be done with it.

What a reader sees decides: a block under a line that is nothing but a file's name in code style is that file, or
its next part where the line says that it "goes on"; else a `python` block is executed, `sh` is run, and data
(`json`, `toml`, `yaml`) is read.
Comments, which no reader sees, say the rest; they stand before the block:

    <!-- docs: setup
    code that is executed first -->
    <!-- docs: checked only: the reason why this block is not executed -->
    <!-- docs: leaves with 1 -->        the exit code of a shell block, if not 0
    <!-- ci: name -->                   .ci/run runs it
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from attrs import frozen
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]

Use = Literal["setup", "file", "more", "run", "check", "ci"]

_FILE = re.compile(r"`(?P<path>[^`\s]+)`(?P<more> goes on)?:?")
_SETUP = re.compile(r"<!-- docs: setup\n(?P<code>.*?)-->", re.DOTALL)
_CHECKED = re.compile(r"<!-- docs: checked only: (?P<reason>\S.*?) *-->", re.DOTALL)
_LEAVES = re.compile(r"<!-- docs: leaves with (?P<code>\d+) -->")
_CI = re.compile(r"<!-- ci: \w+ -->")
_ANY = re.compile(r"<!-- (docs|ci):")

PROSE = ("text", "")
"""Languages of blocks that hold no code: output, diagrams."""

DIRECTIVES = ("{toctree}", "{include}", "{image}")
"""What the site puts in their place; the build of the site checks them."""


@frozen
class Block:
    """One block: `line` is that of its first line, `file` the path it is written to, `leaves_with` its exit code."""

    language: str
    code: str
    line: int
    use: Use
    file: str = ""
    leaves_with: int = 0


def pages() -> list[Path]:
    """Every README, what is in `docs`, and how to work on it; not what is built from something else."""
    members = (*ROOT.glob("[!.]*/README.md"), *ROOT.glob("[!.]*/*/README.md"))
    written = [page for page in ROOT.glob("docs/**/*.md") if not {"generated", "_build"} & set(page.parts)]
    return sorted({ROOT / "README.md", ROOT / "CONTRIBUTING.md", *members, *written})


def blocks(page: Path) -> list[Block]:
    """The blocks of a page; raises `ValueError` for a comment that says nothing known."""
    return list(_blocks(page.read_text(encoding="utf-8")))


def _blocks(text: str) -> Iterator[Block]:
    before, said = "", _Said()
    for token in MarkdownIt().parse(text):
        line = (token.map or [0])[0] + 1
        if token.type == "html_block" and _ANY.search(token.content):
            for setup in _SETUP.finditer(token.content):
                yield Block("python", setup["code"], line + 1, "setup")
            said = _read_comment(token.content, line) or said
        elif token.type == "inline":
            before = token.content.strip()
        elif token.type == "fence":
            named = _FILE.fullmatch(before)
            language, *_ = [*token.info.split(), ""]
            use: Use = said.use if not named else "more" if named["more"] else "file"
            file = named["path"] if named else ""
            yield Block(language, token.content, line + 1, use, file, said.leaves_with)
            before, said = "", _Said()
        elif token.type.endswith("_open") and token.type != "paragraph_open":
            before = ""


@frozen
class _Said:
    """What the comments before a block say of it."""

    use: Use = "run"
    leaves_with: int = 0


def _read_comment(text: str, line: int) -> _Said | None:
    leaves = _LEAVES.search(text)
    if leaves:
        return _Said(leaves_with=int(leaves["code"]))
    if _CHECKED.search(text):
        return _Said("check")
    if _CI.search(text):
        return _Said("ci")
    if not _SETUP.search(text):
        raise ValueError(f"line {line}: this comment says nothing that the tests know: {text}")
    return None
