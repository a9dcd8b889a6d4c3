"""Lets the tests of this folder import its helpers, `corpus` and `oracle`."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Writes the table of the handoff matrix, when it ran."""
    import handoff_report

    for line in handoff_report.table():
        terminalreporter.write_line(line)
