"""`headwater providers` and `headwater models`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from headwater import LEVELS, HeadwaterError, Hub, Model, Price

from ._failures import FAILED
from ._output import as_json, complain, one_line, remark, say, table
from ._plugins import Plugin, examine_providers, list_names


def list_providers(*, keys: bool, json: bool) -> None:
    """Prints the installed providers; with `keys`, also which variables hold their keys and which are set."""
    hub = Hub()
    found = examine_providers(hub) if keys else list_names(hub)
    if json:
        say(as_json([_provider_data(plugin, keys=keys) for plugin in found]))
        return
    columns = ["provider", "distribution", *(["key"] if keys else [])]
    table(
        columns,
        [[plugin.name, _offered(plugin), *([key_state(plugin)] if keys else [])] for plugin in found],
    )


def _offered(plugin: Plugin) -> str:
    conflict = "conflict: " if len(plugin.distributions) > 1 else ""
    return conflict + " and ".join(plugin.distributions)


def key_state(plugin: Plugin) -> str:
    """In words: which variables hold a provider's key, and whether they are set. Never a value."""
    if not plugin.variables:
        return plugin.problem or one_line(plugin.needs or "no key needed")
    found = plugin.keys(os.environ)
    return f"{' and '.join(found)} set" if found else f"{' or '.join(plugin.variables)} not set"


def _provider_data(plugin: Plugin, *, keys: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"name": plugin.name, "distributions": list(plugin.distributions)}
    if keys:
        found = plugin.keys(os.environ)
        made["keys"] = [{"variable": name, "set": name in found} for name in plugin.variables]
        made["problem"] = plugin.problem
    return made


def list_models(provider: str | None, *, json: bool) -> int:
    """Prints the models that the plugins know, of one provider or all; 1 when a plugin failed at it."""
    hub = Hub()
    code = 0
    found: list[Model] = []
    for name in [provider] if provider else hub.providers():
        try:
            known = hub.models(name)
            found += [hub.model(f"{name}/{model_id}") for model_id in known]
        except HeadwaterError as error:
            if provider:
                raise
            complain(error)
            code = FAILED
            continue
        if provider and not json and (made := hub.catalogue(name)).date:
            remark(f"{name}: {made.models} models of {made.date}, from {', '.join(made.sources) or 'its plugin'}")
        if not known:
            remark(f"{name}: its plugin lists no models; any id is sent as it is, as {name}/MODEL")
    if json:
        say(as_json([model_data(model) for model in found]))
    else:
        table(("model", "context", "answer", "thinking", "input", "$ per million in/out"), map(_model_row, found))
    return code


def _model_row(model: Model) -> Sequence[str]:
    return (
        str(model),
        f"{model.context_window:,}" if model.context_window else "",
        f"{model.max_tokens:,}" if model.max_tokens else "",
        _levels(model),
        " ".join(model.input),
        _price(model.price),
    )


def _levels(model: Model) -> str:
    """The levels a model takes besides off, or that it thinks as it likes."""
    taken = [level for level in LEVELS if level != "off" and model.levels.get(level) is not None]
    return " ".join(taken) or ("yes" if model.reasoning else "")


def _price(price: Price | None) -> str:
    return "" if price is None else f"{price.input:g} / {price.output:g}"


def model_data(model: Model) -> dict[str, Any]:
    """A model in the JSON names of the documents."""
    price = model.price
    return {
        "id": model.id,
        "name": model.name,
        "api": model.api,
        "provider": model.provider,
        "baseUrl": model.base_url,
        "reasoning": model.reasoning,
        "input": list(model.input),
        "cost": None
        if price is None
        else {
            "input": price.input,
            "output": price.output,
            "cacheRead": price.cache_read,
            "cacheWrite": price.cache_write,
        },
        "contextWindow": model.context_window,
        "maxTokens": model.max_tokens,
        "levels": dict(model.levels),
        "retires": model.retires,
        "known": model.known,
    }
