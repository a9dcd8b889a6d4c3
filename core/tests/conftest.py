"""What core's tests share: the loopback server, a hub with the fake protocol, the three forms of a stream."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Under importlib mode a test cannot import its neighbour; the helpers `core_*` are for all of them.
sys.path.insert(0, str(Path(__file__).parent))

from core_fake import FORMS

from headwater.testing import LoopbackServer


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Writes which check found which planted mistake, when they were tried."""
    import core_mutations

    for line in core_mutations.table():
        terminalreporter.write_line(line)


@pytest.fixture
def loopback() -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine."""
    with LoopbackServer() as running:
        yield running


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """Each of the three forms of a stream."""
    return request.param


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Each event loop, for tests marked `anyio`."""
    return request.param
