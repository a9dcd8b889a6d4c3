"""The catalogues that are shipped: of one schema, sane, in the protocols' own words, and good for a request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import attrs
import pytest

from headwater import LEVELS, HeadwaterError, Hub, check_entry
from headwater_catalogue._shelves import SHELVES

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob("plugins/*/src/*/models*.json"))
ENVIRON = {"GOOGLE_CLOUD_PROJECT": "some", "AZURE_OPENAI_RESOURCE_NAME": "some"}
PROVIDERS = sorted(entry.name for entry in entry_points(group="headwater.providers"))

catalogues = pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT / "plugins")) for path in FILES])


@cache
def models_in(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """The entries of a file as they are written."""
    return json.loads(path.read_text(encoding="utf-8"))["models"]


def prices_in(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every set of rates in an entry."""
    price = entry.get("price")
    if price is None:
        return
    services = [one for one in price.get("service_tiers", {}).values() if isinstance(one, Mapping)]
    for one in (price, *services):
        yield one
        yield from one.get("tiers", ())


def test_every_catalogue_is_made_by_the_maker() -> None:
    """But that of the mock, whose models are made up."""
    made = {ROOT / "plugins" / shelf.folder / "src" / shelf.package / shelf.file for shelf in SHELVES}
    assert set(FILES) - made == {path for path in FILES if "headwater_mock" in path.parts}
    assert made <= set(FILES)


@catalogues
def test_a_catalogue_fits_the_schema(path: Path) -> None:
    """Every entry; what one is like is there, and is like no other itself."""
    models = models_in(path)
    targets = [models[entry["like"]] for entry in models.values() if "like" in entry]
    assert [check_entry(entry) for entry in models.values()] == list(models.values())
    assert not any("like" in one for one in targets)


@catalogues
def test_figures_are_sane(path: Path) -> None:
    """Windows hold their answers, a cache read is no dearer than reading anew, tiers rise."""
    odd = [name for name, entry in models_in(path).items() if not is_sane(entry)]
    assert odd == []


def is_sane(entry: Mapping[str, Any]) -> bool:
    """Whether the figures of an entry can be meant."""
    window, answer = entry.get("context_window"), entry.get("max_tokens")
    borders = [tier["above"] for tier in (entry.get("price") or {}).get("tiers", ())]
    return all(
        (
            window is None or 1_000 <= window <= 20_000_000,
            answer is None or window is None or answer <= window,
            borders == sorted(set(borders)),
            all(rate <= 2_000 for one in prices_in(entry) for name, rate in one.items() if name in RATES),
            all(one.get("cache_read", 0) <= one["input"] * 1.001 for one in prices_in(entry)),
        )
    )


RATES = ("input", "output", "cache_read", "cache_write", "cache_write_1h")


@pytest.mark.parametrize(
    "entry",
    [{"context_window": 10}, {"context_window": 2_000, "max_tokens": 3_000}, {"price": {"input": 1, "output": 9_999}}],
)
def test_what_is_not_sane_is_seen(entry: Mapping[str, Any]) -> None:
    """The check above can fail."""
    assert not is_sane(entry)


@catalogues
def test_the_notice_of_the_sources_lies_beside(path: Path) -> None:
    """With the licences whose conditions it meets, and the versions the catalogue names."""
    read = json.loads(path.read_text(encoding="utf-8"))
    if "headwater_mock" in path.parts:
        assert read["license"] == "MIT"
        return
    notice = (path.parent / "THIRD-PARTY.md").read_text(encoding="utf-8")
    assert [f"## {one['name']} {one['version']}" in notice for one in read["sources"]] == [True] * 3
    assert notice.count("Permission is hereby granted") == 3


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_model_shows_a_request(provider: str) -> None:
    """So their flags are known to the owner of their api, their levels are words, and nothing is changed on the way."""
    hub = Hub(environ=ENVIRON)
    failed: dict[str, str] = {}
    for model_id in hub.models(provider):
        try:
            model = hub.model(f"{provider}/{model_id}")
            wire = hub.request(model, "Hi")
        except HeadwaterError as error:
            failed[model_id] = str(error)
            continue
        if not model.known or not set(model.levels) <= set(LEVELS) or [n for n in wire.notes if n.action != "kept"]:
            failed[model_id] = f"known {model.known}, levels {model.levels}, notes {wire.notes}"
        attrs.asdict(hub.capabilities(model))
    assert failed == {}
