"""The sources: fetched by the ordinary clients of their registries, or read from folders."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from ._genai import Node, read_genai
from ._litellm import read_litellm

NPM = ("@earendil-works/pi-ai", ">=1.5.2 <2")
PYPI = {"genai-prices": ">=0.2.3,<0.3", "litellm": ">=1.109.1,<2"}
"""Packages and the versions whose format is known."""


@frozen
class Sources:
    """What was fetched: the folder of pi-ai, what the others say, and of which versions they are."""

    pi: Path
    genai: Mapping[str, Node]
    litellm: Mapping[str, Any]
    versions: Mapping[str, str]
    licences: Mapping[str, str]


def read_sources(pi: Path, genai: Path, litellm: Path) -> Sources:
    """The sources in three folders: an unpacked npm package, and two of unpacked wheels (or site-packages)."""
    package = json.loads((pi / "package.json").read_text())
    versions = {
        "pi-ai": package["version"],
        "genai-prices": _version(genai, "genai_prices"),
        "litellm": _version(litellm, "litellm"),
    }
    licences = {
        name: _licence(folder, stem)
        for name, folder, stem in (("genai-prices", genai, "genai_prices"), ("litellm", litellm, "litellm"))
    }
    return Sources(pi, read_genai(genai), read_litellm(litellm), versions, licences)


def fetch(folder: Path) -> Sources:
    """Fetches the three packages into a folder and reads them; code of none is installed or run."""
    name, versions = NPM
    _run("npm", "pack", f"{name}@{versions}", "--silent", "--pack-destination", str(folder))
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder / "pi", filter="data")
    places = {"pi": folder / "pi" / "package"}
    for name, versions in PYPI.items():
        _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), f"{name}{versions}")
        wheel = next(folder.glob(f"{name.replace('-', '_')}-*.whl"))
        places[name] = folder / name
        with zipfile.ZipFile(wheel) as archive:
            wanted = [one for one in archive.namelist() if one.endswith(_WANTED) or ".dist-info/" in one]
            archive.extractall(places[name], wanted)
    return read_sources(places["pi"], places["genai-prices"], places["litellm"])


_WANTED = ("genai_prices/data.py", "litellm/model_prices_and_context_window_backup.json")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _information(folder: Path, stem: str) -> Path:
    found = sorted(folder.glob(f"{stem}-*.dist-info"))
    if not found:
        raise FileNotFoundError(f"no {stem}-*.dist-info in {folder}; give the folder of an unpacked wheel")
    return found[-1]


def _version(folder: Path, stem: str) -> str:
    return _information(folder, stem).name.removesuffix(".dist-info").rpartition("-")[2]


def _licence(folder: Path, stem: str) -> str:
    """The text of the licence, of the MIT part where there are several."""
    information = _information(folder, stem)
    names: Sequence[Path] = sorted(information.rglob("LICENSE*"))
    text = names[0].read_text() if names else ""
    return text.rpartition("---\n")[2].strip()
