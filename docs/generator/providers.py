"""A page for each installed provider, from what it says of itself: address, keys, api, models, README."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from attrs import frozen

from headwater import LEVELS, HeadwaterError, Hub, Model
from headwater.hookspecs import PROVIDERS

from .text import table

ROOT = Path(__file__).parents[2]

EXAMPLES = {
    "AWS_REGION": "us-east-1",
    "AZURE_OPENAI_ENDPOINT": "https://my-resource.openai.azure.com",
    "GOOGLE_CLOUD_PROJECT": "my-project",
    "GOOGLE_CLOUD_LOCATION": "europe-west4",
}
"""What a reader would set so that the address is known."""


@frozen
class Provider:
    """One installed provider; `model` is one that nobody knows, so what holds for any."""

    name: str
    entry: EntryPoint
    model: Model
    models: list[Model]

    @property
    def distribution(self) -> str:
        """The name of its distribution."""
        return self.entry.dist.name if self.entry.dist else ""


def pages() -> dict[str, str]:
    """`providers/index.md` and `providers/NAME.md`."""
    found = installed()
    made = {f"providers/{one.name}.md": page(one) for one in found}
    rows = [
        [
            f"[{one.name}]({one.name}.md)",
            f"`{one.distribution}`",
            f"`{one.model.api}`",
            _keys(one),
            str(len(one.models)),
        ]
        for one in found
    ]
    listed = table(("provider", "distribution", "api", "key", "models listed"), rows)
    words = "# Providers\n\nModels that are in no list can be asked for as well: the provider decides what there is."
    tree = "\n".join(one.name for one in found)
    return {**made, "providers/index.md": f"{words}\n\n{listed}\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"}


def installed() -> list[Provider]:
    """The providers of headwater's own distributions that can be loaded, by name."""
    hub = Hub(environ=EXAMPLES)
    found: list[Provider] = []
    for entry in sorted(entry_points(group=PROVIDERS), key=lambda entry: entry.name):
        folder = _folder(entry)
        if folder is None:
            continue
        with contextlib.suppress(HeadwaterError):
            models = [hub.model(f"{entry.name}/{known}") for known in hub.models(entry.name)]
            found.append(Provider(entry.name, entry, hub.model(f"{entry.name}/any"), models))
    hub.close()
    return found


def _folder(entry: EntryPoint) -> Path | None:
    """The folder of the distribution, where it is one of this repository."""
    name = (entry.dist.name if entry.dist else "").removeprefix("headwater-")
    found = [folder for kind in ("plugins", "contrib") if (folder := ROOT / kind / name).is_dir()]
    return found[0] if found else None


def page(one: Provider) -> str:
    """The page of one provider."""
    model = one.model
    facts = [
        ["name", f"`{one.name}`, as in `{one.name}/<model-id>`"],
        ["install", f"`pip install {one.distribution}`"],
        ["entry point", f"`{one.entry.value}` in `{PROVIDERS}`"],
        ["api", f"[{model.api}](../options/{model.api}.md)"],
        ["address", f"`{model.base_url}`"],
        ["key", _keys(one)],
        ["thinking levels", _levels(model) if not one.models else "see the models"],
    ]
    parts = [f"# {one.name}", table(("", ""), facts), readme(one)]
    if one.models:
        parts += ["## Models", model_table(one.models)]
    return "\n\n".join(parts) + "\n"


def _keys(one: Provider) -> str:
    names = list(dict.fromkeys(c.env for c in one.model.auth.credentials if c.env))
    shown = ", ".join(f"`{name}`" for name in names)
    if not names and one.model.auth.credentials:
        return "of its own, or given with `key=`"
    if not names:
        return "none" if not one.model.auth.required else "given with `key=`"
    return shown if one.model.auth.required else f"{shown} (may be left out)"


def _levels(model: Model) -> str:
    if not model.reasoning:
        return "none"
    levels = [level for level in LEVELS if model.levels.get(level) is not None] if model.levels else []
    return ", ".join(f"`{level}`" for level in levels) or "not known: any is sent"


def model_table(models: Iterable[Model]) -> str:
    """What is known of each model."""
    rows = [
        [
            f"`{model.id}`",
            f"{model.context_window:,}" if model.context_window else "",
            f"{model.max_tokens:,}" if model.max_tokens else "",
            ", ".join(model.input),
            _levels(model) if model.reasoning else "",
            f"{model.price.input:g} / {model.price.output:g}" if model.price else "",
        ]
        for model in models
    ]
    return table(("model", "context", "answer", "takes", "thinking", "US$ per million in / out"), rows)


def readme(one: Provider) -> str:
    """The README of its distribution without its title, its headings one level down, its links made to hold here."""
    folder = _folder(one.entry)
    if folder is None:
        return ""
    text = (folder / "README.md").read_text(encoding="utf-8")
    text = re.sub(r"<!-- (?:docs|ci):.*?-->\n?", "", text, flags=re.DOTALL)
    text = re.sub(r"\A# .*\n+", "", text)
    text = re.sub(r"^(#+) ", r"#\1 ", text, flags=re.MULTILINE).replace("\n### ", "\n## ")
    text = re.sub(r"\]\((?:\.\./)+(?:plugins/)?([\w-]+)/?(?:README\.md)?\)", r"](\1.md)", text)
    return text.strip()
