"""What a caller may ask for: known options only, values that make sense, helpers for levels and budgets."""

from __future__ import annotations

from typing import Any

import pytest
from core_fake import FakeOptions, fake_hub, fake_model
from hypothesis import given
from hypothesis import strategies as st

from headwater import (
    BUDGETS,
    LEVELS,
    Options,
    RequestError,
    clamp_level,
    default_max_tokens,
    fit_budget,
    options,
)
from headwater._options import make_options


def test_an_option_nobody_knows_is_refused_with_near_names() -> None:
    """Before anything is sent; the model and its api are named."""
    with pytest.raises(RequestError, match=r"fake/m \(fake\) has no option 'temprature'; did you mean temperature\?"):
        fake_hub().stream("fake/m", "Hi", temprature=1)


def test_without_a_near_name_all_are_listed() -> None:
    """Those of the api included."""
    with pytest.raises(RequestError, match=r"it knows .*max_tokens.*verbosity"):
        fake_hub().request("fake/m", "Hi", zzz=1)


def test_an_api_has_options_of_its_own() -> None:
    """Beside those that all share; they are frozen and given by name."""
    made = make_options(FakeOptions, {"verbosity": "low", "max_tokens": 5}, "m")
    assert (made.verbosity, made.max_tokens, made.temperature) == ("low", 5, None)
    kind: Any = FakeOptions
    with pytest.raises(AttributeError):
        setattr(made, "max_tokens", 6)  # noqa: B010
    with pytest.raises(TypeError):
        kind("low")


def test_a_class_of_options_is_made_by_its_decorator() -> None:
    """Another author's class is like ours."""

    @options
    class Mine(Options):
        speed: int = 1

    assert make_options(Mine, {"speed": 2, "seed": 3}, "m") == Mine(speed=2, seed=3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"thinking": "hard"}, "use one of off, minimal, low"),
        ({"max_tokens": 0}, "use 1 or more"),
        ({"thinking_budget": -2}, "is no number of tokens"),
        ({"max_tokens": -1}, "use 1 or more"),
        ({"cache": "forever"}, "none of off, short, long"),
        ({"stop": "END"}, "write stop=['END']"),
        ({"tool_choice": "f"}, "none of auto, none, required, tool:NAME"),
    ],
)
def test_values_that_no_api_can_take_are_refused(given: dict[str, Any], words: str) -> None:
    """With what to write instead."""
    with pytest.raises(RequestError) as caught:
        make_options(Options, given, "acme/m")
    assert words in str(caught.value)
    assert str(caught.value).startswith("acme/m: ")


@pytest.mark.parametrize(("budget", "asked"), [(0, ("off", None)), (-1, ("high", -1)), (9, ("high", 9))])
def test_a_budget_of_nothing_is_not_to_think(budget: int, asked: tuple[str, int | None]) -> None:
    """So that a model that thinks unasked is told, and one that cannot help it says so."""
    made = make_options(Options, {"thinking": "high", "thinking_budget": budget}, "it")
    assert (made.thinking, made.thinking_budget) == asked


@pytest.mark.parametrize("choice", [None, "auto", "none", "required", "tool:f"])
def test_choices_of_tools(choice: str | None) -> None:
    """The words, and a tool by name."""
    assert make_options(Options, {"tool_choice": choice}, "m").tool_choice == choice


def test_extra_headers_are_not_shown() -> None:
    """A key may be among them."""
    assert "s3cret" not in repr(Options(extra_headers={"x-key": "s3cret"}))


@pytest.mark.parametrize(
    ("levels", "asked", "level"),
    [
        ({}, "xhigh", "xhigh"),
        ({"low": "low", "high": "high"}, "medium", "high"),
        ({"low": "low", "high": "high"}, "max", "high"),
        ({"low": "low", "high": "high"}, "off", "low"),
        ({"off": "none", "low": "low"}, "off", "off"),
        ({"minimal": None, "medium": "m"}, "minimal", "medium"),
        ({"low": None}, "low", None),
    ],
)
def test_a_level_is_the_nearest_the_model_has(levels: dict[str, Any], asked: Any, level: str | None) -> None:
    """The next higher, then lower ones; unknown levels are passed on."""
    assert clamp_level(fake_model(levels=levels), asked) == level


@pytest.mark.parametrize(
    ("maximum", "asked", "tokens"),
    [(None, None, 32_000), (8_000, None, 8_000), (64_000, None, 32_000), (8_000, 99_000, 99_000)],
)
def test_tokens_to_allow(maximum: int | None, asked: int | None, tokens: int) -> None:
    """What was asked, else the smaller of the model's maximum and 32,000."""
    assert default_max_tokens(fake_model(max_tokens=maximum), asked) == tokens


@pytest.mark.parametrize(
    ("maximum", "asked", "budget", "expected"),
    [
        (None, 1_000, 2_000, (3_000, 2_000)),
        (64_000, 32_000, 16_384, (48_384, 16_384)),
        (32_000, 32_000, 16_384, (32_000, 16_384)),
        (8_192, 8_192, 16_384, (8_192, 7_168)),
    ],
)
def test_a_budget_leaves_room_for_the_answer(
    maximum: int | None, asked: int, budget: int, expected: tuple[int, int]
) -> None:
    """The maximum grows by the budget up to the model's own, then the budget shrinks."""
    assert fit_budget(fake_model(max_tokens=maximum), asked, budget) == expected


@given(st.none() | st.integers(1, 200_000), st.integers(1, 200_000), st.sampled_from(sorted(BUDGETS.values())))
def test_a_budget_never_takes_everything(maximum: int | None, asked: int, budget: int) -> None:
    """Whatever the numbers are."""
    total, thinking = fit_budget(fake_model(max_tokens=maximum), asked, budget)
    assert 0 <= thinking <= budget
    assert total <= asked + budget
    assert total - thinking >= min(asked, 1024, total)


def test_every_level_but_off_has_a_budget() -> None:
    """In the order of the levels they never shrink."""
    budgets = [BUDGETS[level] for level in LEVELS if level != "off"]
    assert budgets == sorted(budgets)
