"""Levels, budgets and caching on the wire, provider by provider (`level_wires.json` is the table)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import level_wires
import pytest

from headwater import LEVELS, RequestError

TABLE: dict[str, Any] = json.loads(level_wires.FILE.read_text(encoding="utf-8"))
TWINS = {"minimax-cn", "moonshot-cn", "opencode-go", "zai-cn", "zai-coding", "zai-coding-cn"}
"""Providers that are another one at another address."""
UNTOLD = {"mock", "replay"}
"""Providers whose answers are made here."""

every_model = pytest.mark.parametrize("model", level_wires.MODELS)


@every_model
def test_levels_go_on_the_wire_as_the_table_says(model: str) -> None:
    """And what a model does not take is changed to the nearest it does, with a note."""
    assert level_wires.levels_of(model) == TABLE["levels"][model]


@every_model
def test_caching_goes_on_the_wire_as_the_table_says(model: str) -> None:
    """Off caches nothing; where it cannot be long there is a note."""
    assert level_wires.caching_of(model) == TABLE["caching"][model]


def test_every_provider_is_in_the_table() -> None:
    """But those that are another one at another address."""
    installed = {entry.name for entry in entry_points(group="headwater.providers")} - TWINS - UNTOLD
    assert {model.partition("/")[0] for model in level_wires.MODELS} == installed


@every_model
def test_a_strict_request_is_refused_where_a_level_would_be_changed(model: str) -> None:
    """And sent where none would be."""
    for level in LEVELS:
        changed = "notes" in TABLE["levels"][model][level]
        try:
            level_wires.ask(model, thinking=level, strict=True)
        except RequestError:
            assert changed, level
        else:
            assert not changed, level


@every_model
def test_a_model_supports_the_levels_that_are_not_changed(model: str) -> None:
    """So that who asks before is told the same."""
    described = level_wires.HUB.model(model)
    kept = {level for level in LEVELS if "notes" not in TABLE["levels"][model][level]}
    assert {level for level in LEVELS if described.supports(level)} == kept


def budgets_in(body: Any) -> Iterator[int]:
    """Every budget of thinking tokens in a body."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name in ("budget_tokens", "thinkingBudget", "token_budget"):
                yield value
            yield from budgets_in(value)


def limits_in(body: Any) -> Iterator[int]:
    """Every limit of an answer's tokens in a body."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name in ("max_tokens", "maxTokens", "maxOutputTokens"):
                yield value
            yield from limits_in(value)


@every_model
@pytest.mark.parametrize("asked", [2_000, 100_000, None])
def test_a_budget_leaves_room_for_the_answer(model: str, asked: int | None) -> None:
    """1,024 tokens at least, whatever level is asked for and however long the answer may be."""
    options = {} if asked is None else {"max_tokens": asked}
    for level in LEVELS:
        body, _ = level_wires.ask(model, thinking=level, **options)
        budget, limit = max(budgets_in(body), default=0), max(limits_in(body), default=0)
        assert not budget or not limit or limit - budget >= 1_024, (level, budget, limit)
