"""In what models differ, by what is known of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import asdict

from ._model import LEVELS, Capabilities, Model

_RATES = ("input", "output", "cache_read", "cache_write", "cache_write_1h")
_UNORDERED = ("response_modes", "builtin_tools", "input", "output")


def facts_of(model: Model, capabilities: Capabilities) -> dict[str, Any]:
    """What is known of a model, beside what it is called and how it is reached.

    `price.input` and the others are US dollars per million tokens, None where unknown; `levels` are
    those that it can be asked for. What has no order is sorted.
    """
    able = asdict(capabilities, recurse=False)
    for name in _UNORDERED:
        able[name] = tuple(sorted(able[name]))
    return {
        **able,
        "levels": tuple(level for level in LEVELS if model.supports(level)),
        "context_window": model.context_window,
        "max_tokens": model.max_tokens,
        "retires": model.retires,
        **{f"price.{rate}": getattr(model.price, rate, None) for rate in _RATES},
    }


def differences(described: Sequence[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The facts that are not the same of all, each with its values in order."""
    every = {name: tuple(facts[name] for facts in described) for name in (described[0] if described else ())}
    return {name: values for name, values in every.items() if any(value != values[0] for value in values)}
