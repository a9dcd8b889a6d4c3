"""What recorded streams cost, by our catalogues and by an independent price library."""

from __future__ import annotations

from collections import Counter

import corpus
import pytest

pytestmark = pytest.mark.skipif(not corpus.CORPUS.is_dir(), reason=f"no recordings in {corpus.CORPUS}")


def test_costs_are_those_of_an_independent_library_or_explained() -> None:
    """One by one, from the same usage; `python tests/cost_comparison.py` shows the table."""
    cost_comparison = pytest.importorskip("cost_comparison", reason="genai-prices is not installed")
    found = list(cost_comparison.compare())
    differing = {one.model for one in found if one.verdict not in cost_comparison.AGREED}
    same = Counter(one.verdict for one in found)["same"]
    assert differing == set(cost_comparison.EXPLAINED), "what differs is explained, and what is explained differs"
    assert same > len(found) / 2
