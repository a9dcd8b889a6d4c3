"""What recorded streams cost, by our catalogues and by an independent price library."""

from __future__ import annotations

from collections import Counter

import corpus
import pytest

import headwater

pytestmark = pytest.mark.skipif(not corpus.CORPUS.is_dir(), reason=f"no recordings in {corpus.CORPUS}")


def test_costs_are_those_of_an_independent_library_or_explained() -> None:
    """One by one, from the same usage; `python tests/cost_comparison.py` shows the table."""
    cost_comparison = pytest.importorskip("cost_comparison", reason="genai-prices is not installed")
    found = list(cost_comparison.compare())
    differing = {one.model for one in found if one.verdict not in cost_comparison.AGREED}
    same = Counter(one.verdict for one in found)["same"]
    assert differing == set(cost_comparison.EXPLAINED), "what differs is explained, and what is explained differs"
    assert same > len(found) / 2


@pytest.mark.parametrize(
    "model", ["deepseek/deepseek-flash", "perplexity/sonar", "huggingface/deepseek-ai/DeepSeek-V4.1-Flash"]
)
def test_prices_that_are_not_the_whole_truth_give_estimates(model: str) -> None:
    """They change with the hour or with who serves, or stand beside fees."""
    price = headwater.model(model).price
    assert price is not None
    assert price.cost(headwater.Usage(input=1, provenance="reported")).provenance == "estimated"
