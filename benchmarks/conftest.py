"""What the benchmarks share: a hub without keys, and a server process with canned streams."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater import Hub

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def hub() -> Hub:
    """A hub that finds no key."""
    return Hub(environ={})


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server in a process of its own that sends the streams of `wires`."""
    command = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()
