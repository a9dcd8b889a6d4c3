"""The command as a process: where it asks, what comes out of it, and a terminal to sit at."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from headwater.testing import LoopbackServer

LIMIT = 30.0
"""Seconds after which a wait counts as failed; nothing waits that long when all is well."""

CHAT = ["--api", "openai-completions"]

Body = Callable[..., list[bytes]]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Spawn = Callable[..., "subprocess.Popen[bytes]"]

USAGE = {"prompt_tokens": 12, "completion_tokens": 34, "total_tokens": 46}

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")


def at(server: LoopbackServer) -> list[str]:
    """The options that ask this server for a model."""
    return ["-m", "openai/some-model", "--base-url", f"{server.url}/v1", *CHAT]


def read_until(read: Callable[[int], bytes], mark: bytes) -> bytes:
    """What arrives up to and including `mark`."""
    received = b""
    while mark not in received:
        data = read(4096)
        assert data, f"it ended after {received!r}"
        received += data
    return received


class Terminal:
    """A pseudo-terminal of which the command has one end and the test the other; it does not echo."""

    def __init__(self) -> None:
        import pty
        import termios

        self._own, self.command = pty.openpty()
        settings = termios.tcgetattr(self.command)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(self.command, termios.TCSANOW, settings)
        self.seen = b""
        self._passed = 0

    def start(self, spawn: Spawn, *arguments: str, **files: Any) -> subprocess.Popen[bytes]:
        """The command, with this terminal for all that `files` does not name."""
        ends = dict.fromkeys(("stdin", "stdout", "stderr"), self.command)
        process = spawn(*arguments, **{**ends, **files})
        os.close(self.command)
        return process

    def wait_for(self, mark: bytes) -> None:
        """Reads until `mark` has appeared after what was waited for before."""
        while (found := self.seen.find(mark, self._passed)) < 0:
            self.seen += self._read(4096)
        self._passed = found + len(mark)

    def interrupt(self, process: subprocess.Popen[bytes], mark: bytes) -> None:
        """Ctrl-C until `mark` appears. One that comes after a prompt was written and before its answer is
        awaited is noticed only with what comes next, by Python's readline.
        """
        process.send_signal(signal.SIGINT)
        while not select.select([self._own], [], [], 1)[0]:
            process.send_signal(signal.SIGINT)
        self.wait_for(mark)

    def type(self, text: bytes) -> None:
        """Types `text`."""
        os.write(self._own, text)

    def end(self) -> bytes:
        """All that was shown, once the command has left."""
        try:
            while True:
                self.seen += self._read(4096)
        except OSError:  # Linux says so when the other end is closed
            os.close(self._own)
            return self.seen

    def _read(self, size: int) -> bytes:
        ready, _, _ = select.select([self._own], [], [], LIMIT)
        assert ready, f"nothing came after {self.seen!r}"
        data = os.read(self._own, size)
        if not data:
            raise OSError("the other end is closed")
        return data
