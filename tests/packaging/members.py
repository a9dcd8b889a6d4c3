"""The distributions of this repository: what each declares, and its built files."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import define
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@define(slots=False, frozen=True)
class Member:
    """One distribution, by its folder."""

    folder: Path

    @cached_property
    def project(self) -> dict[str, Any]:
        """The table `project` of its pyproject.toml."""
        return tomllib.loads((self.folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    @property
    def name(self) -> str:
        """The distribution's name."""
        return self.project["name"]

    @property
    def requirements(self) -> list[Requirement]:
        """What it depends on, as declared; without extras."""
        return [Requirement(line) for line in self.project.get("dependencies", [])]

    def extra(self, name: str) -> list[Requirement]:
        """What an extra adds."""
        return [Requirement(line) for line in self.project.get("optional-dependencies", {}).get(name, [])]

    @property
    def package(self) -> Path:
        """The folder of its one package."""
        return next(path for path in (self.folder / "src").iterdir() if path.is_dir() and path.name.startswith("head"))

    def entries(self, group: str) -> list[str]:
        """Names of its entry points."""
        return list(self.project.get("entry-points", {}).get(group, {}))

    def build(self, target: Path) -> tuple[Path, Path]:
        """Builds its wheel and its sdist with hatchling, in this process."""
        from hatchling import build

        with _inside(self.folder):
            return target / build.build_wheel(str(target)), target / build.build_sdist(str(target))


def members() -> list[Member]:
    """All of them: core, then by folder."""
    folders = [ROOT / "core", *sorted(ROOT.glob("plugins/*")), *sorted(ROOT.glob("contrib/*"))]
    return [Member(folder) for folder in folders if (folder / "pyproject.toml").is_file()]


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
