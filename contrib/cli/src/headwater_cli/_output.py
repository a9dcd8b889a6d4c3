"""How things are written to standard output and standard error.

Text for people goes through `clean` on its way to a terminal: what a model or a server
sends must not move the cursor, set the title or reach the clipboard.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_CONTROLS: dict[int, int | str | None] = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    ord("\n"): "\n",
    ord("\t"): "\t",
    ord("\r"): None,
}
"""Control characters and the visible sign in the place of each (Unicode's control pictures)."""


def clean(text: str) -> str:
    """`text` without anything that a terminal would obey; newlines and tabs stay."""
    return text.translate(_CONTROLS)


def one_line(text: object) -> str:
    """`text` cleaned, on a single line."""
    return clean(" ".join(str(text).split()))


def prepare_output() -> None:
    """Has pipes and files written as UTF-8, and nothing fail because a terminal lacks a character.

    Where an output was closed before the program began, what is written to it goes nowhere.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as it runs
            continue
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty() or os.environ.get("PYTHONIOENCODING"):
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="replace")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody sits in front of `stream`; also right for one that is closed or was never there."""
    return stream is not None and not stream.closed and stream.isatty()


def give_up_output() -> None:
    """Sends what is still to be written to standard output nowhere, so that ending the program does not fail at it."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Writes a line to standard output, at once."""
    print(text, flush=True)


def complain(text: object, *, label: str = "error") -> None:
    """Writes one line to standard error: what went wrong."""
    from rich.console import Console

    Console(stderr=True).out(f"{label}: {one_line(text)}", style="red", highlight=False)


def remark(text: object) -> None:
    """Writes a dim line to standard error: what is worth knowing."""
    from rich.console import Console

    Console(stderr=True).out(one_line(text), style="dim", highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a table to standard output: set for the eye on a terminal, else lines with tabs and no head."""
    rows = [[one_line(cell) for cell in row] for row in rows]
    if not is_terminal(sys.stdout):
        for row in rows:
            say("\t".join(row).rstrip("\t"))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    Console().print(made)


def as_json(value: Any) -> str:
    """`value` as JSON text for people and programs: indented, characters as they are."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=False)
