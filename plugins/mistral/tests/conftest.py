"""What the tests of Mistral's chat share: a loopback server, and helpers beside this file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Under importlib mode a test cannot import its neighbour; the helpers `mistral_*` are for all of them.
sys.path.insert(0, str(Path(__file__).parent))

from headwater.testing import LoopbackServer


@pytest.fixture
def loopback() -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine."""
    with LoopbackServer() as running:
        yield running
