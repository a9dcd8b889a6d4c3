"""The files that are written: catalogues, notices, the report. The same sources and day give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ._decide import SOURCES, Disagreement
from ._entries import Made
from ._shelves import Shelf
from ._sources import Sources

NOTICE = "THIRD-PARTY.md"

HOMES = {
    "pi-ai": "https://github.com/earendil-works/pi",
    "genai-prices": "https://github.com/pydantic/genai-prices",
    "litellm": "https://github.com/BerriAI/litellm",
}

_MIT = """MIT License

Copyright (c) 2025 Mario Zechner

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE."""
"""The licence of pi-ai, whose package names it and does not hold its text (that is in its repository)."""


def catalogue_text(entries: Mapping[str, Mapping[str, Any]], versions: Mapping[str, str], today: date) -> str:
    """A catalogue as JSON, one model a line."""
    sources = [{"name": name, "version": versions[name], "license": "MIT", "url": HOMES[name]} for name in SOURCES]
    head = [
        f'"format": 1,\n"date": {json.dumps(today.isoformat())},',
        f'"notice": "figures carried over from the sources, see {NOTICE}; made by headwater-catalogue, not by hand",',
        f'"sources": {json.dumps(sources)},',
    ]
    lines = [f"{json.dumps(name)}: {_compact(entry)}" for name, entry in sorted(entries.items())]
    return "{\n" + "\n".join(head) + '\n"models": {\n' + ",\n".join(lines) + "\n}\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def notice_text(sources: Sources) -> str:
    """The notice that lies beside a catalogue: whose figures they are, and under which licence."""
    texts = {"pi-ai": _MIT, **sources.licences}
    parts = [
        "# Third-party notice",
        "",
        "The figures in the catalogue of models beside this file were carried over from these works, all under the",
        "MIT licence. None of their code is in this package.",
    ]
    for name in SOURCES:
        parts += ["", f"## {name} {sources.versions[name]}", "", HOMES[name], "", "```text", texts[name], "```"]
    return "\n".join(parts) + "\n"


def report_text(shelves: Iterable[tuple[Shelf, Made]], versions: Mapping[str, str], today: date) -> str:
    """What came of it: counts, retired and unpriced models, flags without a counterpart, every disagreement."""
    made = list(shelves)
    lines = [
        "# Report on the catalogues",
        "",
        f"Made on {today.isoformat()} from {', '.join(f'{name} {versions[name]}' for name in SOURCES)}"
        " by `python -m headwater_catalogue`.",
        "A price that differs by more than 1 % is listed, and what was decided. `plugin` is what a plugin says of",
        "a family of models by itself, from its vendor's pages.",
        "",
        "| provider | models | without price | retired | disagreements |",
        "|---|---|---|---|---|",
    ]
    for shelf, one in made:
        counts = (len(one.entries), len(one.unpriced), len(one.retired), len(one.disagreements))
        lines.append(f"| {shelf.name} | {' | '.join(map(str, counts))} |")
    for shelf, one in made:
        lines += ["", f"## {shelf.name}", *_remarks(one), *_table(one.disagreements)]
    return "\n".join(lines) + "\n"


def _remarks(made: Made) -> list[str]:
    flags = ", ".join(f"{name} ({count})" for name, count in sorted(made.unknown_flags.items()))
    said = (
        ("Retired and hidden from lists", ", ".join(made.retired)),
        ("Without a price", ", ".join(made.unpriced)),
        ("Flags without a counterpart here", flags),
    )
    return [line for name, words in said if words for line in ("", f"{name}: {words}.")]


def _table(disagreements: Sequence[Disagreement]) -> list[str]:
    if not disagreements:
        return []
    lines = ["", "| model | figure | said | written | because |", "|---|---|---|---|---|"]
    for one in disagreements:
        said = "; ".join(f"{name} {_cell(value)}" for name, value in one.said.items())
        lines.append(f"| {one.model} | {one.figure} | {said} | {_cell(one.decided)} | {one.why} |")
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_cell(one)}" for name, one in value.items())
    if isinstance(value, float):
        return f"{value:.6g}"
    return "nothing" if value is None else str(value)
