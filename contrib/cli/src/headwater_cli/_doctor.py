"""`headwater doctor`: what is here, what is wrong with it, what to do next. Shows names of keys, never values."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from attrs import frozen

from headwater import Hub

from ._asking import next_step
from ._failures import FAILED
from ._lists import key_state
from ._output import as_json, one_line, say
from ._plugins import Plugin, examine_apis, examine_providers, find_local, list_withheld

LIBRARIES = ("anyio", "httpx", "msgspec", "pluggy", "typer", "rich")
"""Whose version matters when something is wrong."""


@frozen
class Report:
    """What was found. `versions` by distribution; `model` is what HEADWATER_MODEL says; `withheld` may not load."""

    versions: dict[str, str]
    providers: Sequence[Plugin]
    apis: Sequence[Plugin]
    model: str | None
    withheld: Sequence[str] = ()

    @property
    def problems(self) -> list[str]:
        """What is broken, each with what to do about it."""
        return [plugin.problem for plugin in (*self.providers, *self.apis) if plugin.problem]

    @property
    def keys(self) -> list[str]:
        """The variables that are set, of all that the providers name."""
        return sorted({name for plugin in self.providers for name in plugin.keys(os.environ)})

    @property
    def next(self) -> str:
        """What to do next."""
        if not self.keys:
            if (here := find_local(self.providers)) is not None:
                return f'Ask: headwater chat -m {here} "..."; no key is set, and not every model needs one'
            variables = [name for plugin in self.providers for name in plugin.variables]
            return f"No key is set: headwater chat shows the mock provider's tour. {next_step(variables)}"
        if self.model:
            return f'Ask: headwater chat "..." (it asks {self.model})'
        ready = next(plugin.name for plugin in self.providers if plugin.keys(os.environ))
        return f'Ask: headwater chat -m {ready}/MODEL "..."; set HEADWATER_MODEL to leave out -m'


def run_doctor(*, json: bool) -> int:
    """Prints the report; 1 when something is broken."""
    report = examine()
    if json:
        say(as_json(_data(report)))
    else:
        for line in _lines(report):
            say(line)
    return FAILED if report.problems else 0


def examine() -> Report:
    """The report on this environment; loads every plugin, and lets none of them spoil it."""
    hub = Hub()
    versions = {"python": platform.python_version()}
    for name in ("headwater", "headwater-cli", *LIBRARIES):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    model = os.environ.get("HEADWATER_MODEL")
    return Report(versions, examine_providers(hub), examine_apis(hub), model, list_withheld(hub))


def _lines(report: Report) -> list[str]:
    versions = dict(report.versions)
    lines = [
        f"python         {versions.pop('python')} on {platform.system()} {platform.machine()}",
        f"headwater      {versions.pop('headwater')}, command line {versions.pop('headwater-cli')}",
        f"libraries      {', '.join(f'{name} {number}' for name, number in versions.items())}",
        "",
        "providers",
        *(line for plugin in report.providers for line in _plugin_lines(plugin, key_state(plugin))),
        "",
        "apis",
        *(line for plugin in report.apis for line in _plugin_lines(plugin, "")),
        "",
        *([f"may not load   {', '.join(report.withheld)} (see HEADWATER_PLUGINS)"] if report.withheld else []),
        f"keys set       {', '.join(report.keys) or 'none'}",
        f"default model  {one_line(report.model or 'none (HEADWATER_MODEL is not set)')}",
        "",
    ]
    problems = report.problems
    lines += [f"{len(problems)} broken: see above." if problems else "Nothing is broken."]
    return [*lines, report.next]


def _plugin_lines(plugin: Plugin, state: str) -> list[str]:
    """A plugin on one line; what is wrong with it on another."""
    mark = "BROKEN" if plugin.problem else "ok"
    line = f"  {mark:<7}{plugin.name:<20} {' and '.join(plugin.distributions):<28}"
    if plugin.problem:
        return [line.rstrip(), f"         {one_line(plugin.problem)}"]
    return [f"{line} {state}".rstrip()]


def _data(report: Report) -> dict[str, Any]:
    """The report as JSON data."""
    return {
        "versions": report.versions,
        "providers": [
            {
                **_plugin_data(plugin),
                "keys": [*plugin.variables],
                "set": plugin.keys(os.environ),
                "needs": plugin.needs,
                "models": plugin.models,
                "catalogueOf": plugin.dated,
            }
            for plugin in report.providers
        ],
        "apis": [_plugin_data(plugin) for plugin in report.apis],
        "withheld": [*report.withheld],
        "keysSet": report.keys,
        "defaultModel": report.model,
        "problems": report.problems,
        "next": report.next,
    }


def _plugin_data(plugin: Plugin) -> dict[str, Any]:
    return {"name": plugin.name, "distributions": [*plugin.distributions], "problem": plugin.problem}
