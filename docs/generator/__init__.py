"""The pages that are made from the code itself, each time the site is built.

Every module here has a function `pages`, which gives pages (path below `docs/generated`: text) and is pure but for
the plugins it loads; `write` puts them all where Sphinx finds them. Nothing made here is committed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from . import errors, events, flags, hooks, options, providers, reference

MODULES = (errors, events, flags, hooks, options, providers, reference)


def make() -> dict[str, str]:
    """All pages, by their path below the folder of what is generated."""
    made: dict[str, str] = {}
    for module in MODULES:
        made.update(module.pages())
    return made


def write(folder: Path) -> None:
    """Writes all pages into `folder`; what was there before goes, what is the same keeps its time."""
    made = make()
    for old in sorted(folder.rglob("*"), reverse=True):
        if old.is_file() and old.relative_to(folder).as_posix() not in made:
            old.unlink()
    for name, text in made.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.is_file() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")


def remove(folder: Path) -> None:
    """Removes what was written."""
    shutil.rmtree(folder, ignore_errors=True)
