"""What is asked: the prompt, piped input, or a line typed at a terminal."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from headwater import RequestError

from ._output import is_terminal, remark

PATIENCE = 2.0
"""Seconds after which it is said that input is awaited: a pipe that nobody writes to looks like a hang."""


def read_prompt(prompt: str | None, patience: float = PATIENCE) -> str | None:
    """The prompt with piped input after it; `-` is piped input alone; None: a conversation is wanted.

    Raises `RequestError` when there is nothing to ask.
    """
    if prompt != "-" and is_terminal(sys.stdin):
        if prompt is not None and not prompt.strip():
            raise RequestError("the prompt is empty")
        return prompt
    piped = _read_piped(patience)
    asked = "\n\n".join(part for part in (None if prompt == "-" else prompt, piped) if part and part.strip())
    if not asked:
        raise RequestError("there is nothing to ask: give a prompt, or pipe text in")
    return asked


def _read_piped(patience: float) -> str:
    """All of standard input, as UTF-8; nothing where there is none."""
    stdin: TextIO | None = sys.stdin
    if stdin is None or stdin.closed:
        return ""
    hint = threading.Timer(patience, remark, ["reading standard input to its end; without a pipe, add: < /dev/null"])
    hint.daemon = True
    hint.start()
    try:
        return stdin.buffer.read().decode("utf-8-sig", "replace").rstrip("\r\n")
    finally:
        hint.cancel()


def read_line() -> str | None:
    """A line typed at the terminal, with its history; None at the end of the input."""
    try:
        import readline  # noqa: F401  # pyright: ignore[reportUnusedImport] - where there is one, `input` edits lines with it
    except ImportError:
        pass
    try:
        if is_terminal(sys.stdout):
            return input("> ")
        sys.stderr.write("> ")
        sys.stderr.flush()
        return input()
    except EOFError:
        sys.stderr.write("\n")  # the prompt is still on the line
        return None
