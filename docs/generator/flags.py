"""The compat flags of each protocol's owner, from the classes that hold them."""

from __future__ import annotations

from attrs import fields, has

from .options import default_words, option_types
from .sources import field_docstrings, public_classes
from .text import prose, table, type_name

WORDS = (
    "What endpoints that speak one protocol differ in. A `CompatibleProvider` gives them as `quirks`, a catalogue's"
    " entry as `compat`; a flag that there is none of, or a value that it cannot have, is a `RequestError`."
)


def pages() -> dict[str, str]:
    """`flags/index.md`, and `flags/CLASS.md` for each class of flags."""
    kinds = flag_classes()
    made = {f"flags/{kind.__name__}.md": page(where, kind) for where, kind in kinds.items()}
    listed = "\n".join(f"- [{kind.__name__}]({kind.__name__}.md) of `{where}`" for where, kind in kinds.items())
    tree = "\n".join(kind.__name__ for kind in kinds.values())
    return {
        **made,
        "flags/index.md": f"# Compat flags\n\n{WORDS}\n\n{listed}\n\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n",
    }


def flag_classes() -> dict[str, type]:
    """The classes of flags in the packages of installed apis, by the public module that has them."""
    packages = sorted({kind.__module__.partition(".")[0] for kind in option_types().values()})
    found: dict[type, str] = {}
    for package in packages:
        for where, kind in public_classes(package):
            if kind.__name__.endswith("Compat") and has(kind) and kind.__module__.startswith(package):
                found.setdefault(kind, where)
    return {f"{where}.{kind.__name__}": kind for kind, where in found.items()}


def page(where: str, kind: type) -> str:
    """The page of one class: each flag with its values, its default and what it says."""
    said = field_docstrings(kind)
    rows = [
        [
            f"`{part.name}`",
            f"`{type_name(part.type)}`",
            default_words(part.default),
            " ".join(said.get(part.name, "").split()),
        ]
        for part in fields(kind)
    ]
    return f"# {kind.__name__}\n\n`{where}`\n\n{prose(kind)}\n\n{table(('flag', 'values', 'default', 'says'), rows)}\n"
