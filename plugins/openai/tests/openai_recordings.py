"""Recorded streams beside this repository, where they are there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import attrs
import pytest

CORPUS = Path(os.environ.get("HEADWATER_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")

ABSENT = pytest.mark.skipif(not CORPUS.is_dir(), reason="no recorded streams; see HEADWATER_CORPUS")


@attrs.frozen
class Recording:
    """One recorded stream."""

    protocol: str
    name: str

    @property
    def body(self) -> bytes:
        """The bytes as they came."""
        return (CORPUS / self.protocol / self.name / "stream.sse").read_bytes()

    @property
    def expected(self) -> dict[str, Any]:
        """What the vendor's own library made of them."""
        return json.loads((CORPUS / self.protocol / self.name / "expected.json").read_bytes())


def recordings(*protocols: str) -> list[Any]:
    """The recordings of these protocols, as parameters of a test; one that is skipped where there are none."""
    found = [
        pytest.param(Recording(protocol, folder.name), id=f"{protocol}/{folder.name}")
        for protocol in protocols
        if (CORPUS / protocol).is_dir()
        for folder in sorted((CORPUS / protocol).iterdir())
    ]
    return found or [pytest.param(None, marks=ABSENT, id="absent")]
