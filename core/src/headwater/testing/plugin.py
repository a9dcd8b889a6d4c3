"""The pytest plugin that tells what the suites of providers found, as a page at the end of a run.

Not loaded by itself. In the `conftest.py` at the top of a project, or in a test file:

    pytest_plugins = ["headwater.testing.plugin"]

What passed is only counted, and listed with `-v`. `--headwater-report=PATH` (or the variable HEADWATER_REPORT)
writes the whole page to a file as well: Markdown, or data where the name ends in `.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from headwater.testing._pytest import CHECKED

OPTION = "--headwater-report"
VARIABLE = "HEADWATER_REPORT"

_OUTCOMES = {"passed": "passed", "failed": "FAILED", "skipped": "skipped", "xfailed": "gap", "xpassed": "GAP IS CLOSED"}


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
    for provider in dict.fromkeys(one.provider for one in found):
        mine = [one for one in found if one.provider == provider]
        streams = list(dict.fromkeys(one.stream for one in mine if one.stream and one.check != "streams"))
        counts = {outcome: sum(one.outcome == outcome for one in mine) for outcome in _OUTCOMES}
        told = ", ".join(f"{number} {_OUTCOMES[outcome].lower()}" for outcome, number in counts.items() if number)
        lines += [f"{provider}: {told}; streams: {', '.join(streams) or 'none'}"]
        for check in dict.fromkeys(one.check for one in mine):
            same = [one for one in mine if one.check == check]
            lines += _check_lines(same) if full or any(one.outcome != "passed" for one in same) else []
    return lines


def _check_lines(found: Sequence[Found]) -> list[str]:
    """One line for a check, and what differs below it."""
    bad = [one for one in found if one.outcome != "passed"]
    mark = "ok" if not bad else _OUTCOMES[bad[0].outcome]
    lines = [f"  {mark:<8} {found[0].check:<16} {found[0].words}"]
    for one in bad:
        stream = f"{one.stream}: " if one.stream else ""
        lines.append(f"           {_OUTCOMES[one.outcome]}: {stream}{one.differs}")
    return lines


def _found(stats: Any) -> Iterable[Found]:
    for outcome in _OUTCOMES:
        for report in stats.get(outcome, ()):
            properties: dict[str, Any] = dict(getattr(report, "user_properties", ()))
            if CHECKED in properties:
                provider, check, stream, words = properties[CHECKED]
                differs = getattr(report, "wasxfail", "") or getattr(report, "longreprtext", "")
                yield Found(provider, check, stream, words, outcome, differs.strip().replace("\n", "; "))


def _write(path: Path, found: Sequence[Found]) -> None:
    if path.suffix == ".json":
        text = json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False)
    else:
        text = "\n".join(["# What headwater promises of a provider", "", "```text", *page(found), "```"])
    path.write_text(text + "\n", encoding="utf-8")
