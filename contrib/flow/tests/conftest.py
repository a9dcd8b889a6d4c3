"""Lets the tests of this folder import their helper, `flow_streams`; each event loop for tests marked `anyio`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Each event loop."""
    return request.param
