"""What genai-prices' `data.py` says, read as a syntax tree: no code of it is run.

The file is one list of providers, each with models that match ids by rules and have prices with a
history. A call in it is read as a `Node`: its name and its keyword arguments.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ._figures import Figures

_NAMES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
}


@frozen
class Node:
    """A call in the file: `Tier(start=5)` is a node `Tier` with `start`."""

    name: str
    arguments: Mapping[str, Any] = field(factory=dict[str, Any])

    def get(self, name: str, default: Any = None) -> Any:
        """An argument."""
        return self.arguments.get(name, default)


def read_genai(folder: Path) -> dict[str, Node]:
    """The providers by id."""
    tree = ast.parse((folder / "genai_prices" / "data.py").read_text())
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            providers: list[Node] = _value(statement.value)
            return {provider.get("id"): provider for provider in providers}
    return {}


def _value(node: ast.AST | None) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {_value(key): _value(value) for key, value in zip(keys, values, strict=True)}
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=value)]):
            return float(str(value))
        case ast.Call(func=function, args=args, keywords=keywords):
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            given = {str(keyword.arg): _value(keyword.value) for keyword in keywords}
            return Node(name, {**given, **({"args": [_value(arg) for arg in args]} if args else {})})
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case _:
            return None


_CLAUSES: Mapping[str, Callable[[str, Any], bool]] = {
    "ClauseEquals": lambda text, clause: text == clause.get("equals"),
    "ClauseStartsWith": lambda text, clause: text.startswith(clause.get("starts_with")),
    "ClauseEndsWith": lambda text, clause: text.endswith(clause.get("ends_with")),
    "ClauseContains": lambda text, clause: clause.get("contains") in text,
    "ClauseRegex": lambda text, clause: re.search(clause.get("regex"), text) is not None,
    "ClauseOr": lambda text, clause: any(matches(text, one) for one in clause.get("or_")),
    "ClauseAnd": lambda text, clause: all(matches(text, one) for one in clause.get("and_")),
}


def matches(text: str, clause: Node) -> bool:
    """Whether an id is meant by a rule."""
    return _CLAUSES[clause.name](text, clause)


def of_model(provider: Node | None, model_id: str, today: date) -> Figures | None:
    """The figures of the first model of a provider that an id matches, as of today; None where none does."""
    models: list[Node] = provider.get("models", []) if provider else []
    for model in models:
        if matches(model_id.lower(), model.get("match")):
            return _figures(model, today)
    return None


def _figures(model: Node, today: date) -> Figures:
    standard = _split(_current(model.get("prices"), today))
    services: dict[str, dict[int, dict[str, float]]] = {}
    variants: list[Node] = model.get("price_variants") or []
    for variant in variants:
        when: Mapping[str, str] = variant.get("when", {})
        prices = _split(variant.get("prices"))
        if set(when) == {"service_tier"} and prices and _active(variant.get("constraint"), today):
            services.setdefault(when["service_tier"], prices)
    return Figures(
        rates=standard.pop(0, {}),
        tiers=standard,
        services=services,
        context_window=model.get("context_window"),
        said={"id": model.get("id")},
    )


def _current(prices: Any, today: date) -> Node | None:
    """The prices of today: the last of a history whose condition holds; hours of the day are left out."""
    if isinstance(prices, Node):
        return prices
    held = [one.get("prices") for one in prices or () if _active(one.get("constraint"), today)]
    return held[-1] if held else None


def _active(constraint: Node | None, today: date) -> bool:
    if constraint is None:
        return True
    start: Node | None = constraint.get("start_date")
    return start is not None and date(*start.get("args")) <= today


def _split(prices: Node | None) -> dict[int, dict[str, float]]:
    """Rates by the number of input tokens above which they hold."""
    found: dict[int, dict[str, float]] = {}
    for name, value in (prices.arguments if prices else {}).items():
        ours = _NAMES.get(name)
        if ours is None:
            continue
        if isinstance(value, Node):
            found.setdefault(0, {})[ours] = value.get("base")
            for tier in value.get("tiers"):
                found.setdefault(tier.get("start"), {})[ours] = tier.get("price")
        elif value:
            found.setdefault(0, {})[ours] = value
    return found
