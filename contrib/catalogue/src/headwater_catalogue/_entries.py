"""The entries of one catalogue: what the sources say, less what the plugin knows better.

Figures (prices, limits, dates) come from the sources. How a model is asked (levels, flags, kinds of content) a
plugin may say itself, from its vendor's pages: what it says of a family stands, and where a source differs that
is reported.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from datetime import date
from importlib.metadata import entry_points
from typing import Any, cast

from attrs import define, field

from . import _genai, _litellm
from ._decide import FIRST, Bench, Disagreement, decide_limits, decide_price
from ._figures import Figures
from ._pi import read_pi
from ._shelves import Shelf
from ._sources import Sources
from ._words import flags_of, levels_of

_DATED = re.compile(r"^(.+?)(?:-\d{4}-\d{2}-\d{2}|-\d{8}|-\d{4}|-latest)$")
SLOW = re.compile(r"deep-research|(?:^|/)(?:o[13]|gpt-[\d.]+)-pro(?:$|-)")
"""Ids of the slowest reasoning models, which may think for minutes before they say a word."""


@define
class Made:
    """What came of one shelf."""

    entries: dict[str, dict[str, Any]] = field(factory=dict[str, dict[str, Any]])
    disagreements: list[Disagreement] = field(factory=list[Disagreement])
    unknown_flags: dict[str, int] = field(factory=dict[str, int])
    retired: list[str] = field(factory=list[str])
    unpriced: list[str] = field(factory=list[str])


class Plugin:
    """What a provider's plugin says of ids by itself, without a catalogue."""

    def __init__(self, name: str) -> None:
        found = [entry for entry in entry_points(group="headwater.providers") if entry.name == name]
        provider: Any = copy.copy(found[0].load()) if found else None
        if provider is not None and hasattr(provider, "describe"):
            provider.__dict__.pop("entries", None)
            provider.catalogue_file = None
        else:
            provider = None
        self._provider = provider
        self.coarse = False

    def describe(self, model_id: str, api: str | None) -> Mapping[str, Any]:
        """Its description of an id over an api."""
        return self._provider.describe(model_id, api) if self._provider else {}

    def states(self, model_id: str, name: str) -> bool:
        """Whether it says that of the family itself."""
        return bool(self._provider) and name in (self._provider.family(model_id) or {})

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What it says of any model."""
        return self._provider.defaults if self._provider else {}

    @property
    def quirks(self) -> Mapping[str, Any]:
        """The flags of the endpoint."""
        return self._provider.quirks if self._provider else {}

    @property
    def api(self) -> str | None:
        """The protocol it speaks unless a model says otherwise."""
        return self._provider.api if self._provider else None


def make_entries(shelf: Shelf, sources: Sources, today: date) -> Made:
    """The entries of a shelf, in order of their ids."""
    made = Made()
    plugin = Plugin(shelf.like or shelf.name)
    plugin.coarse = shelf.coarse
    pi = read_pi(sources.pi, shelf.pi) if shelf.pi else {}
    litellm = _litellm.of_provider(sources.litellm, shelf.litellm_prefix, frozenset(shelf.litellm))
    provider = sources.genai.get(shelf.genai) if shelf.genai else None
    ids = {*pi, *(name for name in litellm if shelf.more and re.search(shelf.more, name))}
    for model_id in sorted(ids):
        figures = {
            FIRST: pi.get(model_id),
            "genai-prices": _genai.of_model(provider, model_id, today),
            "litellm": litellm.get(model_id),
        }
        known = {name: one for name, one in figures.items() if one is not None}
        bench = Bench(shelf.name, model_id, known, made.disagreements)
        retires = next((one.retires for one in known.values() if one.retires), None)
        if retires and retires <= today.isoformat():
            made.retired.append(f"{model_id} ({retires})")
        _add(made, shelf, plugin, bench, _snapshot_of(model_id, pi, litellm))
    return made


def _snapshot_of(model_id: str, pi: Mapping[str, Figures], litellm: Mapping[str, Figures]) -> str | None:
    """The model that an id is another name of: its dated snapshot or its latest."""
    match = _DATED.match(model_id)
    if model_id in pi or match is None:
        return None
    return match[1] if match[1] in pi or match[1] in litellm else None


def _add(made: Made, shelf: Shelf, plugin: Plugin, bench: Bench, base: str | None) -> None:
    retires = next((one.retires for one in bench.figures.values() if one.retires), None)
    first = bench.figures.get(FIRST)
    said: Mapping[str, Any] = first.said if first else {}
    free = bool(said.get("free")) or bool(re.search(r"[:-]free$", bench.model))
    price = decide_price(bench, free=free) if shelf.priced else None
    entry: dict[str, Any] = {"name": said.get("name") or bench.model} if base is None else {}
    entry.update(_asking(made, shelf, plugin, bench, said) if first else _guessed(plugin, bench))
    entry.update(decide_limits(bench))
    if price is None:
        made.unpriced.append(bench.model)
    else:
        entry["price"] = price
    if retires:
        entry["retires"] = retires
    if SLOW.search(bench.model):
        entry["capabilities"] = {"first_event_timeout": 300.0, "silence_timeout": 1200.0}
    made.entries[bench.model] = entry if base is None else _like(base, entry, made.entries.get(base))


def _like(base: str, entry: dict[str, Any], other: Mapping[str, Any] | None) -> dict[str, Any]:
    """An entry by what it differs in from another one; the whole of it where the other is gone."""
    if other is None:
        return entry
    return {"like": base, **{name: value for name, value in entry.items() if other.get(name) != value}}


def _guessed(plugin: Plugin, bench: Bench) -> dict[str, Any]:
    """How a model is asked that only figures are known of: as its family, thinking if a source says so."""
    litellm = bench.figures.get("litellm")
    reasoning = bool(litellm and litellm.said.get("supports_reasoning"))
    described = plugin.describe(bench.model, None)
    return {"reasoning": True} if reasoning and not described.get("reasoning") and "levels" not in described else {}


def _asking(made: Made, shelf: Shelf, plugin: Plugin, bench: Bench, said: Mapping[str, Any]) -> dict[str, Any]:
    """How a model is asked, as far as the plugin does not say it better."""
    entry: dict[str, Any] = {}
    own = said["api"] in shelf.apis
    api = said["api"] if own else plugin.api
    if own and api != plugin.api:
        entry["api"] = api
    described = plugin.describe(bench.model, api)
    same = said["api"] == api or said["api"] in _KIN.get(api or "", ())
    levels = levels_of(said) if same or "thinkingLevelMap" in said else None
    flags, unknown = flags_of(said, levels) if same else ({}, [])
    for name in unknown:
        made.unknown_flags[name] = made.unknown_flags.get(name, 0) + 1
    entry.update(_kept(plugin, bench, described, "reasoning", bool(said.get("reasoning"))))
    if levels is not None and said["api"] not in _BY_PLUGIN and set(levels) != set(described.get("levels", {})):
        entry.update(_kept(plugin, bench, described, "levels", levels))
    entry.update(_kept(plugin, bench, described, "input", _inputs(plugin, bench, described, said)))
    compat = {name: value for name, value in flags.items() if _wanted(plugin, bench, described, name, value)}
    return {**entry, **({"compat": compat} if compat else {})}


_KIN: Mapping[str, tuple[str, ...]] = {
    "mistral-chat": ("mistral-conversations",),
    "openai-codex-responses": ("openai-codex-responses",),
}
_BY_PLUGIN = frozenset({"bedrock-converse-stream", "google-vertex"})
"""Protocols whose words for levels the sources do not give."""


def _kept(plugin: Plugin, bench: Bench, described: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A field of the entry, unless the plugin says so already, or says of that family something else."""
    theirs = described.get(name, _NOTHING[name])
    theirs = list(theirs) if isinstance(theirs, tuple) else theirs
    default = plugin.defaults.get(name, _NOTHING[name])
    default = list(default) if isinstance(default, tuple) else default
    if theirs == value:
        return {}
    of_claude = described.get("api") == "anthropic-messages"
    if (
        name in described
        and (of_claude or not plugin.coarse)
        and (theirs != default or plugin.states(bench.model, name))
    ):
        shown = {FIRST: _shown(value), "plugin": _shown(theirs)}
        bench.differ(name, shown, shown["plugin"], "the plugin knows the family")
        return {}
    return {name: value}


_NOTHING: Mapping[str, Any] = {"reasoning": False, "levels": {}, "input": ["text"]}


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        said = cast("Mapping[str, Any]", value)
        return " ".join(name if name == word else f"{name}={word}" for name, word in said.items()) or "none"
    return " ".join(cast("list[str]", value)) if isinstance(value, list) else value


def _inputs(plugin: Plugin, bench: Bench, described: Mapping[str, Any], said: Mapping[str, Any]) -> list[str]:
    """Kinds of input: images as the source says, others as the plugin does; who cannot see reads no documents.

    Audio that a plugin takes all models to hear stays where litellm knows of it, or does not know the model.
    """
    sees = "image" in said.get("input", ())
    kinds = list(described.get("input", ("text",)))
    litellm = bench.figures.get("litellm")
    if litellm and "audio" in kinds and not plugin.states(bench.model, "input"):
        hears = litellm.said.get("supports_audio_input") or "audio" in litellm.said.get("supported_modalities", ())
        kinds = kinds if hears else [kind for kind in kinds if kind != "audio"]
    if sees and "image" not in kinds:
        kinds.insert(1, "image")
    return kinds if sees else [kind for kind in kinds if kind not in ("image", "document")]


def _wanted(plugin: Plugin, bench: Bench, described: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a flag is written: where the plugin says nothing of the family, and not the same anyway."""
    compat: Mapping[str, Any] = described.get("compat", {})
    if name not in compat:
        return value not in (False, "no", "max_tokens", "openai")  # what the api's owner takes for granted
    theirs = list(compat[name]) if isinstance(compat[name], tuple) else compat[name]
    if theirs == value:
        return False
    if compat[name] != plugin.quirks.get(name):
        bench.differ(f"flag {name}", {FIRST: value, "plugin": theirs}, theirs, "the plugin knows the family")
        return False
    return True
