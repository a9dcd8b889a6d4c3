"""How long it takes to list plugins and to use the first one, among 300 distributions of which 50 offer a provider.

The peer is the reading of the metadata itself, which every program that looks for entry points pays.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from headwater import HookCall, Hub, ProviderError, Registry
from headwater.hookspecs import PROVIDERS

DISTRIBUTIONS, OFFERING = 300, 50

BROKEN, CLASHING, BLOCKED, TOO_OLD = "p000", "p002", "p003", "p004"
"""Among those that offer a provider: one raises on import, one offers the name of another, one may not load, and one is
made for another headwater. They must cost the others nothing."""

LISTED = OFFERING - 2
"""Names that are left: one is offered twice, one is blocked."""


def fresh() -> Registry:
    """A registry that has looked at nothing yet."""
    return Registry(blocked=[BLOCKED])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of distributions, the only one that is looked through."""
    folder = tmp_path_factory.mktemp("site")
    for number in range(DISTRIBUTIONS):
        name = f"p{number:03d}"
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        needs = "headwater>=9" if name == TOO_OLD else "headwater>=0.1,<0.2"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {needs}\n"
        (info / "METADATA").write_text(metadata)
        offered = "p001" if name == CLASHING else name
        offer = f"[{PROVIDERS}]\n{offered} = {name}:provider\n" if number < OFFERING else "[console_scripts]\nx = y:z\n"
        (info / "entry_points.txt").write_text(offer)
        made = f'CompatibleProvider(name="{name}", base_url="https://x.test", api="fake")'
        source = f"from headwater import CompatibleProvider\nprovider = {made}\n"
        (folder / f"{name}.py").write_text("raise OSError('no library')\n" if name == BROKEN else source)
    core = folder / "headwater-0.1.0.dist-info"
    core.mkdir()
    (core / "METADATA").write_text(f"Metadata-Version: 2.1\nName: headwater\nVersion: {version('headwater')}\n")
    before = list(sys.path)
    sys.path[:] = [str(folder), *(entry for entry in before if "site-packages" not in entry)]
    invalidate_caches()
    yield folder
    sys.path[:] = before


@pytest.mark.benchmark(group="listing among 300 distributions")
def test_reading_the_metadata(benchmark: BenchmarkFixture, site: Path) -> None:
    """The peer."""
    assert len(benchmark(lambda: entry_points(group=PROVIDERS))) == OFFERING


@pytest.mark.benchmark(group="listing among 300 distributions")
def test_listing_50_providers(benchmark: BenchmarkFixture, site: Path) -> None:
    """A fresh registry's list of names."""
    assert len(benchmark(lambda: fresh().names())) == LISTED


@pytest.mark.benchmark(group="listing among 300 distributions")
def test_first_use_of_one(benchmark: BenchmarkFixture, site: Path) -> None:
    """A fresh hub's first model, its plugin imported anew; the metadata is read on the way."""

    def use() -> str:
        sys.modules.pop("p007", None)
        return Hub(registry=fresh(), environ={}).model("p007/m").base_url

    assert benchmark(use) == "https://x.test"


@pytest.mark.benchmark(group="listing among 300 distributions")
def test_trying_the_four_that_do_not_work(benchmark: BenchmarkFixture, site: Path) -> None:
    """With a fresh registry: each is refused with its own words, and the next one works."""

    def use() -> list[str]:
        registry, said = fresh(), list[str]()
        for name in (BROKEN, "p001", BLOCKED, TOO_OLD):
            try:
                registry.load(name)
            except ProviderError as error:
                said.append(type(error).__name__)
        registry.load("p005")
        return said

    assert benchmark(use) == ["ProviderBroken", "ProviderConflict", "ProviderNotFound", "ProviderBroken"]


@pytest.mark.benchmark(group="one call of a hook")
@pytest.mark.parametrize("traced", [False, True], ids=["plain", "traced"])
def test_a_call_of_a_hook(benchmark: BenchmarkFixture, site: Path, traced: bool) -> None:
    """Through the registry, with and without somebody who is told."""
    told: list[HookCall] = []
    registry = Registry(trace=told.append if traced else None)
    assert benchmark(lambda: registry.call(PROVIDERS, "p007", "catalogue")) == ()
