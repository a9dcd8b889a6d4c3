"""How long it takes to describe a model of a large catalogue, first and again.

The peer is `json.loads` of the same file, which is what reading it whole would cost at least.
"""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from headwater import read_catalogue

LARGEST = "headwater_openrouter:models.json"


def first_of_all() -> int:
    """Opens the catalogue and looks at one entry in its middle."""
    catalogue = read_catalogue(LARGEST)
    names = list(catalogue)
    return len(catalogue[names[len(names) // 2]])


@pytest.mark.benchmark(group="a model of the largest catalogue")
def test_first_use(benchmark: BenchmarkFixture) -> None:
    """The file is read, one entry decoded."""
    assert benchmark(first_of_all) > 0


@pytest.mark.benchmark(group="a model of the largest catalogue")
def test_json_of_the_whole(benchmark: BenchmarkFixture) -> None:
    """The peer."""
    data = files("headwater_openrouter").joinpath("models.json").read_bytes()
    assert "models" in benchmark(lambda: json.loads(data))
