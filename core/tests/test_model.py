"""Models, prices and providers made of data."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from core_fake import KEY, fake_hub, fake_model, fake_provider
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    Capabilities,
    CompatibleProvider,
    Cost,
    Model,
    Price,
    PriceTier,
    Usage,
    compute_cost,
    default_capabilities,
)

MILLION = 1_000_000


# -- prices


@pytest.mark.parametrize(
    ("price", "usage", "cost"),
    [
        (Price(1, 2), Usage(MILLION, MILLION), Cost(1, 2, 0, 0, 3)),
        (Price(1, 2), Usage(0, 0, MILLION, MILLION), Cost(0, 0, 1, 1, 2)),
        (Price(1, 2, 0.1, 1.25), Usage(0, 0, MILLION, MILLION), Cost(0, 0, 0.1, 1.25, 1.35)),
        (Price(1, 2, None, 1.25, 2), Usage(0, 0, 0, MILLION, 0, MILLION // 2), Cost(0, 0, 0, 1.625, 1.625)),
        (Price(1, 2, cache_write=1.25), Usage(cache_write=MILLION, cache_write_1h=MILLION), Cost(0, 0, 0, 1.25, 1.25)),
        (Price(1, 2, service_tiers={"flex": 0.5}), Usage(MILLION, service_tier="flex"), Cost(0.5, 0, 0, 0, 0.5)),
        (Price(1, 2, service_tiers={"flex": 0.5}), Usage(MILLION, service_tier="odd"), Cost(1, 0, 0, 0, 1)),
    ],
)  # fmt: skip
def test_a_cost_is_tokens_times_price(price: Price, usage: Usage, cost: Cost) -> None:
    """In US dollars per million; what has no price of its own costs what input costs."""
    found = price.cost(usage)
    parts = ("input", "output", "cache_read", "cache_write", "total")
    assert [getattr(found, part) for part in parts] == pytest.approx([getattr(cost, part) for part in parts])


@pytest.mark.parametrize(("prompt", "rate"), [(200_000, 1.0), (200_001, 2.0), (500_001, 4.0)])
def test_a_tier_holds_for_the_whole_request(prompt: int, rate: float) -> None:
    """Above its number of input tokens, cached ones included; the highest that applies."""
    price = Price(1, 1, tiers=(PriceTier(200_000, 2, 2), PriceTier(500_000, 4, 4)))
    usage = Usage(input=prompt - 100_000, cache_read=100_000, output=MILLION)
    assert price.cost(usage).output == pytest.approx(rate)


counts = st.integers(0, 10**7)


@given(counts, counts, counts, counts, counts)
def test_a_total_is_the_sum_and_no_part_is_negative(a: int, b: int, c: int, d: int, e: int) -> None:
    """Also where counts contradict each other."""
    cost = Price(1, 2, 0.1, 1.25, 2.0).cost(Usage(a, b, c, d, cache_write_1h=e))
    parts = (cost.input, cost.output, cost.cache_read, cost.cache_write)
    assert min(parts) >= 0
    assert cost.total == pytest.approx(sum(parts))


@pytest.mark.parametrize(
    ("price", "usage"), [(None, Usage(1, provenance="reported")), (Price(1, 2), Usage(provenance="absent"))]
)
def test_no_cost_is_made_up(price: Price | None, usage: Usage) -> None:
    """Where the price is unknown or nothing was counted, the cost is None."""
    assert compute_cost(fake_model(price=price), usage).cost is None


# -- models


def test_a_model_is_data() -> None:
    """It can be pickled and compared, and shows no description of keys."""
    model = fake_hub().model("fake/m", price=Price(1, 2), levels={"low": "low"})
    assert (pickle.loads(pickle.dumps(model)), str(model), "FAKE_API_KEY" in repr(model)) == (model, "fake/m", False)


@pytest.mark.parametrize(
    ("settings", "level", "supported"),
    [
        ({"levels": {"low": "low", "high": None}}, "low", True),
        ({"levels": {"low": "low", "high": None}}, "high", False),
        ({"reasoning": True}, "high", True),
        ({"reasoning": False}, "high", False),
        ({"reasoning": False}, "off", True),
    ],
)
def test_what_level_a_model_takes(settings: dict[str, Any], level: Any, supported: bool) -> None:
    """By its table, else by whether it thinks at all."""
    assert fake_model(**settings).supports(level) is supported


def test_a_model_that_thinks_is_given_more_time() -> None:
    """Before the first event and in silence."""
    plain, thinking = (default_capabilities(fake_model(reasoning=reasoning)) for reasoning in (False, True))
    assert (plain.first_event_timeout, thinking.first_event_timeout) == (30.0, 120.0)
    assert plain.silence_timeout < thinking.silence_timeout


# -- providers made of data

CATALOGUE = {
    "models": {
        "known-1": {
            "name": "Known One",
            "input": ["text", "image"],
            "price": {"input": 1, "output": 2, "tiers": [{"above": 10, "input": 3, "output": 4}]},
            "context_window": 1000,
            "max_tokens": 100,
            "levels": {"low": "low"},
            "compat": {"flag": "entry"},
            "capabilities": {"tools": False},
            "api": "other-api",
        },
    }
}


@pytest.fixture
def catalogued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CompatibleProvider:
    """A provider with a catalogue, families and defaults."""
    package = tmp_path / "catalogue_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "models.json").write_text(json.dumps(CATALOGUE))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "catalogue_package", raising=False)
    return fake_provider(
        "https://x.test",
        catalogue_file="catalogue_package:models.json",
        quirks={"flag": "provider", "other": 1},
        defaults={"max_tokens": 10},
        families={"kn": {"reasoning": True}, "known": {"reasoning": False, "compat": {"flag": "family"}}},
        headers={"x-a": "1"},
        codes={"own_code": "quota"},
    )


def create(provider: CompatibleProvider, model_id: str, environ: dict[str, str] | None = None) -> Model:
    """A model through a hub."""
    return fake_hub(provider=provider, environ=environ or {}).model(f"fake/{model_id}")


def test_a_known_model_is_described_by_its_entry(catalogued: CompatibleProvider) -> None:
    """Over its family's words over the provider's."""
    model = create(catalogued, "known-1")
    assert (model.name, model.input, model.max_tokens, model.context_window) == (
        "Known One",
        ("text", "image"),
        100,
        1000,
    )
    assert model.price == Price(1, 2, tiers=(PriceTier(10, 3, 4),))
    assert (model.api, model.reasoning, model.known, model.levels) == ("other-api", False, True, {"low": "low"})
    assert (model.compat, model.headers) == ({"flag": "entry", "other": 1}, {"x-a": "1"})


@pytest.mark.parametrize(
    ("model_id", "reasoning", "flag"),
    [("known-2", False, "family"), ("kn-3", True, "provider"), ("new", False, "provider")],
)
def test_an_unknown_model_is_asked_for_anyway(
    catalogued: CompatibleProvider, model_id: str, reasoning: bool, flag: str
) -> None:
    """With what its family (the longest beginning) or the provider says."""
    model = create(catalogued, model_id)
    assert (model.known, model.reasoning, model.compat["flag"], model.max_tokens) == (False, reasoning, flag, 10)
    assert (model.price, model.api, model.name) == (None, "fake", model_id)


def spoken(model_id: str, api: str | None = None) -> Model:
    """A model of a provider that speaks two apis, one of which is the first."""
    provider = fake_provider(
        "https://x.test/one",
        quirks={"flag": "first"},
        defaults={"input": ("text", "image"), "levels": {"low": "first"}},
        families={
            "both": {"compat": {"flag": "family"}, "base_url": "https://x.test/family"},
            "other": {"api": "other-api", "compat": {"more": 2}, "levels": {"low": "other"}},
        },
        apis={"other-api": {"base_url": "https://x.test/two", "compat": {"own": 1}, "max_tokens": 5}},
    )
    return fake_hub(provider=provider).model(f"fake/{model_id}", api=api)


@pytest.mark.parametrize(
    ("model_id", "api", "told"),
    [
        ("both", None, ("fake", "/family", {"flag": "family"}, {"low": "first"}, None)),
        ("both", "other-api", ("other-api", "/two", {"own": 1}, {}, 5)),
        ("other", None, ("other-api", "/two", {"own": 1, "more": 2}, {"low": "other"}, 5)),
        ("other", "fake", ("fake", "/one", {"flag": "first"}, {"low": "first"}, None)),
        ("new", "third-api", ("third-api", "/one", {"flag": "first"}, {"low": "first"}, None)),
    ],
)
def test_a_model_is_described_as_it_is_over_the_api_it_is_asked_over(
    model_id: str, api: str | None, told: tuple[Any, ...]
) -> None:
    """What is said of one api does not hold over another that the provider has terms for; the rest does."""
    model = spoken(model_id, api)
    got = (model.api, model.base_url.removeprefix("https://x.test"), model.compat, model.levels, model.max_tokens)
    assert (got, model.input) == (told, ("text", "image"))


def test_capabilities_codes_and_ids_come_from_the_data(catalogued: CompatibleProvider) -> None:
    """Through the hub."""
    hub = fake_hub(provider=catalogued)
    assert (hub.capabilities("fake/known-1").tools, hub.capabilities("fake/x")) == (False, Capabilities())
    assert (hub.models("fake"), catalogued.error_codes(fake_model())) == (["known-1"], {"own_code": "quota"})


def test_a_variable_may_move_the_provider_and_its_key_with_it() -> None:
    """The environment that holds the address may hold the key for it."""
    provider = fake_provider("https://x.test", base_url_env="FAKE_BASE_URL")
    environ = {"FAKE_BASE_URL": "https://mine.test/v1", "FAKE_API_KEY": KEY}
    model = create(provider, "m", environ)
    assert (model.base_url, list(model.auth.origins)) == ("https://mine.test/v1", ["https://mine.test"])


def test_keys_in_order_of_their_variables() -> None:
    """One name or several."""
    auth = create(fake_provider(key_env=("A", "B")), "m").auth
    none = create(fake_provider(key_env=()), "m").auth
    assert ([one.env for one in auth.credentials], none.required) == (["A", "B"], False)
