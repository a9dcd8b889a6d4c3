"""The pytest plugin that tells what the suites of providers found, as a page at the end of a run.

Not loaded by itself. In the `conftest.py` at the top of a project, or in a test file:

    pytest_plugins = ["headwater.testing.plugin"]

What passed is only counted, and listed with `-v`. `--headwater-report=PATH` (or the variable HEADWATER_REPORT)
writes the whole page to a file as well: Markdown, or data where the name ends in `.json`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from headwater.testing._pytest import CHECKED

OPTION = "--headwater-report"
VARIABLE = "HEADWATER_REPORT"

_OUTCOMES = {"passed": "passed", "failed": "FAILED", "skipped": "skipped", "xfailed": "gap", "xpassed": "GAP IS CLOSED"}
_WORST = ("failed", "xpassed", "skipped", "xfailed")


@frozen
class Found:
    """What one test of a suite found: `outcome` is one of passed, failed, skipped, xfailed, xpassed."""

    provider: str
    check: str
    stream: str
    words: str
    outcome: str
    differs: str = ""


def pytest_addoption(parser: Any) -> None:
    """Adds the option that names the file of the page."""
    parser.getgroup("headwater").addoption(OPTION, default=None, help="file for the report on providers (.md or .json)")


def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """Writes the page, when a suite of a provider ran."""
    found = list(_found(terminalreporter.stats))
    if not found:
        return
    path = config.getoption(OPTION, default=None) or os.environ.get(VARIABLE)
    if path:
        _write(Path(path), found)
    terminalreporter.section("what headwater promises of a provider")
    for line in page(found, full=config.getoption("verbose", default=0) > 0):
        terminalreporter.write_line(line)


def page(found: Sequence[Found], *, full: bool = True) -> list[str]:
    """The report as lines of text: for each provider what was checked, with which streams, and what differs.

    Without `full`, what passed is only counted.
    """
    lines: list[str] = []
    for provider, mine in _by_provider(found):
        lines += [f"{provider}: {_counts(mine)}; streams: {', '.join(_streams(mine)) or 'none'}"]
        for same in _by_check(mine):
            lines += _check_lines(same) if full or any(one.outcome != "passed" for one in same) else []
    return lines


def markdown(found: Sequence[Found]) -> list[str]:
    """The report as a page of Markdown: what differs first, then all that was checked, and with which streams."""
    lines = ["# What headwater promises of a provider"]
    for provider, mine in _by_provider(found):
        bad = [one for one in mine if one.outcome != "passed"]
        lines += ["", f"## {provider}", "", f"{_counts(mine).capitalize()}.", ""]
        for one in bad:
            stream = f" with `{one.stream}`" if one.stream else ""
            lines.append(f"- **{_OUTCOMES[one.outcome]}** `{one.check}`{stream}: {one.differs}")
        lines += [*([""] if bad else []), "| | check | what was checked | with |", "|---|---|---|---|"]
        for same in _by_check(mine):
            streams = ", ".join(_streams(same)) if same[0].check != "streams" else same[0].stream
            lines.append(f"| {_mark(same)} | `{same[0].check}` | {same[0].words} | {streams} |".replace("|  |", "| |"))
    return lines


def _by_provider(found: Sequence[Found]) -> Iterator[tuple[str, list[Found]]]:
    for provider in dict.fromkeys(one.provider for one in found):
        yield provider, [one for one in found if one.provider == provider]


def _by_check(found: Sequence[Found]) -> Iterator[list[Found]]:
    for check in dict.fromkeys(one.check for one in found):
        yield [one for one in found if one.check == check]


def _streams(found: Sequence[Found]) -> list[str]:
    return list(dict.fromkeys(one.stream for one in found if one.stream and one.check != "streams"))


def _counts(found: Sequence[Found]) -> str:
    counts = {outcome: sum(one.outcome == outcome for one in found) for outcome in _OUTCOMES}
    return ", ".join(f"{number} {_OUTCOMES[outcome].lower()}" for outcome, number in counts.items() if number)


def _mark(found: Sequence[Found]) -> str:
    """What came of a check: of several outcomes the worst."""
    return next((_OUTCOMES[worst] for worst in _WORST if any(one.outcome == worst for one in found)), "ok")


def _check_lines(found: Sequence[Found]) -> list[str]:
    """One line for a check, and what differs below it."""
    lines = [f"  {_mark(found):<8} {found[0].check:<16} {found[0].words}"]
    for one in found:
        if one.outcome != "passed":
            stream = f"{one.stream}: " if one.stream else ""
            lines.append(f"           {_OUTCOMES[one.outcome]}: {stream}{one.differs}")
    return lines


_REPEATED = re.compile(r"case '.*?' fails the check '\w+'; *")
"""How a check's own words begin; the page says it already."""


def _found(stats: Any) -> Iterable[Found]:
    for outcome in _OUTCOMES:
        for report in stats.get(outcome, ()):
            properties: dict[str, Any] = dict(getattr(report, "user_properties", ()))
            if CHECKED in properties:
                provider, check, stream, words = properties[CHECKED]
                differs = getattr(report, "wasxfail", "") or getattr(report, "longreprtext", "")
                told = "; ".join(line.strip() for line in differs.strip().splitlines())
                yield Found(provider, check, stream, words, outcome, _REPEATED.sub("", told))


def _write(path: Path, found: Sequence[Found]) -> None:
    if path.suffix == ".json":
        text = json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False)
    else:
        text = "\n".join(markdown(found))
    path.write_text(text + "\n", encoding="utf-8")
