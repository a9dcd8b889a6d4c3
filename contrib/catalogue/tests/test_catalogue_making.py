"""Catalogues made from small sources: what is carried over, what is decided, what is told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from catalogue_sources import litellm_entry, pi_entry, write_sources

from headwater import check_entry
from headwater_catalogue.__main__ import main, write
from headwater_catalogue._decide import Disagreement
from headwater_catalogue._entries import Made, make_entries
from headwater_catalogue._files import catalogue_text
from headwater_catalogue._shelves import SHELVES
from headwater_catalogue._words import flags_of, levels_of

TODAY = date(2026, 11, 28)
ANTHROPIC = next(shelf for shelf in SHELVES if shelf.name == "anthropic")


def make(folder: Path, *models: dict[str, Any], **litellm: dict[str, Any]) -> Made:
    """What becomes of models of Anthropic's."""
    named = {name.replace("_", "-"): entry for name, entry in litellm.items()}
    return make_entries(ANTHROPIC, write_sources(folder, *models, litellm=named), TODAY)


def differing(made: Made, figure: str) -> list[Disagreement]:
    """The disagreements on one figure."""
    return [one for one in made.disagreements if one.figure == figure]


# -- figures


def test_figures_are_carried_over(tmp_path: Path) -> None:
    """With tiers, the writes for an hour that Claude's prices imply, and service tiers as factors."""
    tier = {"inputTokensAbove": 100_000, "input": 2, "output": 10, "cacheRead": 0.2, "cacheWrite": 2.5}
    cost = {"input": 1, "output": 5, "cacheRead": 0.1, "cacheWrite": 1.25, "tiers": [tier]}
    [entry] = make(tmp_path, pi_entry("claude-small", cost=cost)).entries.values()
    rates = {"input": 1, "output": 5, "cache_read": 0.1, "cache_write": 1.25, "cache_write_1h": 2}
    above = {"above": 100_000, "input": 2, "output": 10, "cache_read": 0.2, "cache_write": 2.5, "cache_write_1h": 4}
    assert entry["price"] == {**rates, "tiers": [above], "service_tiers": {"priority": 2}}
    assert (entry["context_window"], entry["max_tokens"]) == (250_000, 64_000)


def test_a_tier_that_is_no_multiple_has_prices_of_its_own(tmp_path: Path) -> None:
    """So that nothing is rounded away."""
    flex = {"input_cost_per_token_flex": 5e-07, "output_cost_per_token_flex": 4e-06}
    made = make(tmp_path, pi_entry("claude-x"), claude_x=litellm_entry(**flex))
    assert made.entries["claude-x"]["price"]["service_tiers"]["flex"] == {
        "input": 0.5,
        "output": 4,
        "cache_read": 0.05,
        "cache_write": 0.625,
        "cache_write_1h": 1,
    }


@pytest.mark.parametrize(
    ("first", "other", "decided", "why"),
    [
        (3, 3e-06, 3, None),
        (3.02, 3e-06, 3.02, None),
        (4, 5e-06, 4, "pi-ai is the first source"),
        (4, 3e-06, 3, "both others agree"),
    ],
)
def test_two_that_agree_outvote_the_first(
    tmp_path: Path, first: float, other: float, decided: float, why: str | None
) -> None:
    """Within one percent sources agree; every disagreement is kept with what was decided."""
    entry = pi_entry("claude-odd", cost={"input": first, "output": 15})
    made = make(tmp_path, entry, claude_odd=litellm_entry(input_cost_per_token=other, output_cost_per_token=15e-06))
    found = differing(made, "price input")
    assert made.entries["claude-odd"]["price"]["input"] == decided
    assert [one.why for one in found] == ([why] if why else [])


def test_zero_is_no_price_unless_the_model_is_free(tmp_path: Path) -> None:
    """It stands for subscriptions and for what was not published."""
    nothing = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}
    made = make(tmp_path, pi_entry("claude-a", cost=nothing), pi_entry("claude-b", cost=nothing, free=True))
    assert ("price" in made.entries["claude-a"], made.unpriced) == (False, ["claude-a"])
    assert made.entries["claude-b"]["price"]["output"] == 0


def test_an_answer_is_no_longer_than_the_window(tmp_path: Path) -> None:
    """Whatever a source says."""
    made = make(tmp_path, pi_entry("claude-a", contextWindow=1000, maxTokens=5000))
    assert (made.entries["claude-a"]["max_tokens"], len(differing(made, "max tokens"))) == (1000, 1)


def test_retirement_is_written_down_and_told(tmp_path: Path) -> None:
    """Past dates as well: the reader hides those models, and still knows what they cost."""
    old, new = litellm_entry(deprecation_date="2026-11-28"), litellm_entry(deprecation_date="2026-11-29")
    made = make(tmp_path, pi_entry("claude-old"), pi_entry("claude-new"), claude_old=old, claude_new=new)
    dates = [made.entries[name]["retires"] for name in ("claude-old", "claude-new")]
    assert (dates, made.retired) == (["2026-11-28", "2026-11-29"], ["claude-old (2026-11-28)"])


def test_a_snapshot_is_written_as_its_model(tmp_path: Path) -> None:
    """With what differs; one whose model is gone is written whole."""
    dear = litellm_entry(input_cost_per_token=2e-06)
    made = make(
        tmp_path,
        pi_entry("claude-a"),
        claude_a=litellm_entry(),
        claude_a_20260101=litellm_entry(),
        claude_b_20260101=dear,
    )
    assert made.entries["claude-a-20260101"]["like"] == "claude-a"
    assert made.entries["claude-b-20260101"]["price"]["input"] == 2


# -- words


@pytest.mark.parametrize(
    ("entry", "levels"),
    [
        ({"reasoning": False}, {}),
        (
            {"reasoning": True, "thinkingLevelMap": {"off": None, "minimal": "low", "max": "max"}},
            {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "max": "max"},
        ),
        (
            {"reasoning": True, "compat": {"thinkingFormat": "qwen"}, "thinkingLevelMap": {"low": None}},
            {"off": "none", "minimal": "minimal", "medium": "medium", "high": "high"},
        ),
        (
            {"reasoning": True, "api": "anthropic-messages", "thinkingLevelMap": {"xhigh": None}},
            {"off": "disabled", "minimal": 1024, "low": 2048, "medium": 8192, "high": 16384},
        ),
        (
            {
                "reasoning": True,
                "api": "anthropic-messages",
                "compat": {"forceAdaptiveThinking": True},
                "thinkingLevelMap": {"off": None, "xhigh": "xhigh"},
            },
            {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh"},
        ),
        (
            {"reasoning": True, "api": "google-generative-ai", "thinkingLevelMap": {"off": None, "medium": None}},
            {"minimal": "MINIMAL", "low": "LOW", "high": "HIGH"},
        ),
        ({"reasoning": True, "api": "google-generative-ai"}, None),
    ],
)
def test_levels_are_told_in_the_words_of_the_protocol(entry: dict[str, Any], levels: dict[str, Any] | None) -> None:
    """Null is a level that is refused; xhigh and max are there only when they are named."""
    assert levels_of({"api": "openai-completions", **entry}) == levels


def test_flags_without_a_counterpart_are_told() -> None:
    """The others are in our words."""
    compat = {"maxTokensField": "max_tokens", "supportsStrictMode": False, "vllmPriority": 3, "novel": True}
    made, unknown = flags_of({"api": "openai-completions", "compat": compat}, None)
    assert (made, unknown) == ({"max_tokens_field": "max_tokens", "strict_tools": False}, ["vllmPriority", "novel"])


def test_what_a_plugin_says_of_a_family_stands(tmp_path: Path) -> None:
    """And the difference is told."""
    entry = pi_entry(
        "claude-sonnet-5-5", reasoning=True, thinkingLevelMap={"off": None}, compat={"forceAdaptiveThinking": True}
    )
    made = make(tmp_path, entry)
    [told] = differing(made, "levels")
    assert ("levels" in made.entries["claude-sonnet-5-5"], "off=between_tools" in told.decided) == (False, True)


# -- files


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order in which models stand in them."""
    one, other = pi_entry("claude-a"), pi_entry("claude-b")
    texts = [
        catalogue_text(make(tmp_path / str(number), *models).entries, _VERSIONS, TODAY)
        for number, models in enumerate(((one, other), (other, one)))
    ]
    read = json.loads(texts[0])
    assert texts[0] == texts[1]
    assert (read["date"], sorted(read["models"])) == ("2026-11-28", ["claude-a", "claude-b"])
    assert [check_entry(entry)["name"] for entry in read["models"].values()] == ["Claude-A", "Claude-B"]


_VERSIONS = {"pi-ai": "1", "genai-prices": "2", "litellm": "3"}


def test_the_command_writes_catalogue_notice_and_report(tmp_path: Path) -> None:
    """Into a repository, from folders; plugins that are not there are left out."""
    write_sources(
        tmp_path / "s", pi_entry("claude-a"), litellm={"claude-a": litellm_entry(output_cost_per_token=6e-06)}
    )
    package = tmp_path / "plugins" / "anthropic" / "src" / "headwater_anthropic"
    package.mkdir(parents=True)
    (tmp_path / "contrib" / "catalogue").mkdir(parents=True)
    folders = [f"--{name}={tmp_path / 's' / folder}" for name, folder in _FOLDERS.items()]
    code = main([f"--root={tmp_path}", "--date=2026-11-28", *folders])
    notice, report = (package / "THIRD-PARTY.md").read_text(), (tmp_path / "contrib/catalogue/REPORT.md").read_text()
    assert (code, "claude-a" in (package / "models.json").read_text()) == (0, True)
    assert [words in notice for words in ("Mario Zechner", "authors of litellm", "Other parts")] == [True, True, False]
    assert "| claude-a | price output | pi-ai 5; litellm 6 | 5 | pi-ai is the first source |" in report


_FOLDERS = {"pi": "pi", "genai-prices": "genai_prices", "litellm": "litellm"}


def test_all_folders_are_given_or_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Half of the sources would be a catalogue that nobody cross-checked."""
    with pytest.raises(SystemExit):
        main(["--pi=here"])
    assert "all three folders" in capsys.readouterr().err


def test_a_folder_that_is_no_package_is_named(tmp_path: Path) -> None:
    """With what to give."""
    write_sources(tmp_path, pi_entry("claude-a"))
    from headwater_catalogue._sources import read_sources

    with pytest.raises(FileNotFoundError, match=r"no litellm-\*\.dist-info"):
        read_sources(tmp_path / "pi", tmp_path / "genai_prices", tmp_path / "genai_prices")


def test_one_provider_can_be_refreshed_alone(tmp_path: Path) -> None:
    """Without a report, which is about all of them."""
    sources = write_sources(tmp_path / "s", pi_entry("claude-a"))
    for name in ("anthropic", "groq"):
        (tmp_path / "plugins" / name / "src" / f"headwater_{name}").mkdir(parents=True)
    write(tmp_path, sources, TODAY, ["anthropic"])
    assert [path.parent.name for path in tmp_path.rglob("models.json")] == ["headwater_anthropic"]
