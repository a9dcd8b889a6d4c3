"""Catalogues: files of models that are read when asked for, and never in the way of a request."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from core_fake import fake_hub, fake_provider

from headwater import CatalogueInfo, CompatibleProvider, Hub, Price, PriceTier, check_entry, read_catalogue, read_price

Write = Callable[..., str]

ENTRY: dict[str, Any] = {"name": "One", "context_window": 100, "price": {"input": 1, "output": 2}}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a catalogue (or any text) into a package, and gives back where it is."""
    package = tmp_path / "shelf"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shelf", raising=False)

    def put(content: Any) -> str:
        (package / "models.json").write_text(content if isinstance(content, str) else json.dumps(content))
        return "shelf:models.json"

    return put


def shelf(where: str, **fields: Any) -> tuple[Hub, CompatibleProvider]:
    """A hub with a provider `fake` that has this catalogue."""
    provider = fake_provider("https://x.test", catalogue_file=where, families={"on": {"max_tokens": 7}}, **fields)
    return fake_hub(provider=provider), provider


def test_a_catalogue_says_how_old_it_is_and_of_what(write: Write) -> None:
    """Through the hub."""
    sources = [{"name": "a", "version": "1.2", "license": "MIT"}, {"name": "b"}]
    hub, _ = shelf(write({"format": 1, "date": "2026-11-28", "sources": sources, "models": {"one": ENTRY}}))
    assert hub.catalogue("fake") == CatalogueInfo(1, "2026-11-28", ("a 1.2", "b"))


def test_a_snapshot_takes_from_its_model_what_it_does_not_say(write: Write) -> None:
    """`like` names the other entry; one that leads nowhere, or to itself, is no harm."""
    models = {
        "one": ENTRY,
        "one-0601": {"like": "one", "price": {"input": 5, "output": 6}},
        "lost": {"like": "gone", "name": "Lost"},
        "self": {"like": "self", "name": "Self"},
    }
    entries = read_catalogue(write({"models": models}))
    assert (entries["one-0601"]["context_window"], entries["one-0601"]["price"]["input"]) == (100, 5)
    assert (entries["lost"]["name"], entries["self"]["name"]) == ("Lost", "Self")


@pytest.mark.parametrize(
    "text",
    ["nonsense", "", "[]", '{"modules": {}}', '{"models": 3}', '{"models": {}, "format": 99}', '{"models": {"a": {}'],
)
def test_a_damaged_catalogue_is_named_and_skipped(write: Write, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """In the log, by the hub and on the request; the model is made as its family is."""
    hub, _ = shelf(write(text))
    model = hub.model("fake/one")
    problem = hub.catalogue("fake").problem or ""
    notes = hub.request("fake/one", "Hi").notes
    assert (model.known, model.max_tokens, model.price, hub.models("fake")) == (False, 7, None, [])
    assert problem.startswith("the catalogue models.json of shelf cannot be read")
    assert problem.endswith("and is skipped; reinstall the package")
    assert problem in caplog.text
    assert [(note.action, note.path) for note in notes if problem in note.reason] == [("kept", "model")]


def test_a_catalogue_that_is_not_there_is_named_and_skipped() -> None:
    """Neither a missing file nor a missing package keeps a model from being asked."""
    lost = [read_catalogue(where) for where in ("headwater:none.json", "nowhere_to_be_found:models.json")]
    assert [(len(one), (one.info.problem or "")[:14]) for one in lost] == [(0, "the catalogue ")] * 2


@pytest.mark.parametrize(
    "entry",
    [
        3,
        {"price": {"input": -1, "output": 1}},
        {"price": {"input": 1}},
        {"price": {"input": 1, "output": 1, "service_tiers": {"flex": -0.5}}},
        {"price": {"input": 1, "output": 1, "tiers": [{"input": 1, "output": 1}]}},
        {"context_window": 0},
        {"levels": {"enormous": "x"}},
        {"input": "text"},
        {"retires": "soon"},
        {"price": {"input": 1e300, "output": 1}},
        {"capabilities": {"first_event_timeout": "long"}},
    ],
)
def test_a_damaged_entry_is_skipped_and_the_others_are_not(
    write: Write, entry: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """It is named in the log, and its model counts as unknown."""
    hub, provider = shelf(write({"models": {"one": entry, "two": ENTRY}}))
    known = [hub.model(f"fake/{name}").known for name in ("one", "two")]
    with pytest.raises(ValueError, match=r"."):
        check_entry(entry)
    assert (known, "'one'" in caplog.text, len(provider.entries)) == ([False, True], True, 2)


def test_what_a_later_version_says_of_a_model_is_left_alone(write: Write) -> None:
    """Prices and capabilities that this one does not know are no reason to fail."""
    rates = {"input": 1, "output": 2, "audio": 3}
    price = {**rates, "tiers": [{"above": 9, **rates}], "service_tiers": {"flex": rates}}
    hub, _ = shelf(write({"models": {"one": {"price": price, "capabilities": {"smell": True, "background": True}}}}))
    model = hub.model("fake/one")
    expected = Price(1, 2, tiers=(PriceTier(9, 1, 2),), service_tiers={"flex": Price(1, 2)})
    assert (model.price, model.known, hub.capabilities(model).background) == (expected, True, True)


def test_entries_that_are_like_each_other_take_nothing_further(write: Write) -> None:
    """However long the line of them is."""
    line = {f"a{number}": {"like": f"a{number + 1}"} for number in range(3000)}
    round_about = {"one": {"like": "two", "name": "One"}, "two": {"like": "one", "max_tokens": 5}}
    entries = read_catalogue(write({"models": {**line, "a3000": ENTRY, **round_about}}))
    assert (entries["a0"]["name"], entries["one"]["name"], entries["one"]["max_tokens"]) == ("One", "One", 5)


def test_retired_models_are_hidden_from_lists_and_still_described(write: Write) -> None:
    """From their day on."""
    models = {"old": {**ENTRY, "retires": "2026-11-28"}, "new": {**ENTRY, "retires": "2026-11-29"}, "odd": 3}
    hub, _ = shelf(write({"models": models}), today=lambda: date(2026, 11, 28))
    assert (hub.models("fake"), hub.model("fake/old").known) == (["new", "odd"], True)


def test_an_id_the_catalogue_does_not_know_is_sent_with_a_note(write: Write) -> None:
    """It is no loss, so that strict requests pass; known models and providers without catalogue have none."""
    hub, _ = shelf(write({"date": "2026-11-28", "models": {"one": ENTRY}}))
    [note] = hub.request("fake/one-more", "Hi", strict=True).notes
    bare = fake_hub().request("fake/any", "Hi").notes
    assert (note.action, note.path, bare, hub.request("fake/one", "Hi").notes) == ("kept", "model", (), ())
    assert "unknown to the catalogue of fake (2026-11-28)" in note.reason


def test_models_are_found_by_what_they_are(write: Write) -> None:
    """Without the network; a provider that is broken is passed over unless it is named."""
    hub, _ = shelf(write({"models": {"one": ENTRY, "two": {"reasoning": True, "levels": {"xhigh": "x"}}}}))
    hub.register("broken", fake_provider("https://y.test", name="other", catalogue_file="shelf:models.json"))
    found = hub.find_models(where=lambda model: model.supports("xhigh"))
    assert [str(model) for model in found] == ["fake/two"]
    assert [model.id for model in hub.find_models("fake")] == ["one", "two"]


def test_models_are_compared_by_what_is_known_of_them(write: Write) -> None:
    """Only what differs is told, in the order of the models; what is unknown is None."""
    thinker = {**ENTRY, "price": None, "reasoning": True, "levels": {"high": "x"}, "max_tokens": 7}
    hub, _ = shelf(write({"models": {"one": {**ENTRY, "max_tokens": 7, "input": ["text", "image"]}, "two": thinker}}))
    found = hub.compare_models("fake/one", hub.model("fake/two"))
    told = {name: found[name] for name in ("reasoning", "levels", "input", "price.input", "price.output")}
    assert told == {
        "reasoning": (False, True),
        "levels": (("off",), ("high",)),
        "input": (("image", "text"), ("text",)),
        "price.input": (1, None),
        "price.output": (2, None),
    }
    assert ("context_window" in found, "max_tokens" in found, "name" in found) == (False, False, False)
    assert [hub.compare_models(*same) for same in ((), ("fake/one",), ("fake/one", "fake/one"))] == [{}, {}, {}]


def test_prices_are_read_with_their_tiers() -> None:
    """Of the context and of the service."""
    said = {
        "input": 1,
        "output": 2,
        "tiers": [{"above": 10, "input": 3, "output": 4}],
        "service_tiers": {"flex": 0.5, "fast": {"input": 9, "output": 9, "tiers": []}},
    }
    services = {"flex": 0.5, "fast": Price(9, 9)}
    assert read_price(said) == Price(1, 2, tiers=(PriceTier(10, 3, 4),), service_tiers=services)
    assert (read_price(None), read_price({})) == (None, None)
