"""Builds every member and tries each where nothing else is: `python tests/packaging/check.py [FOLDER]`.

1. Every wheel holds all that is in the sources (types, catalogues, notices) and its licence; every sdist its tests too.
2. Each plugin works from its wheel in an environment with core and what it declares, and brings nothing of a vendor.
3. Types are whole when seen from outside (`pyright --verifytypes`), for core and what is built on it.

One environment holds core's own dependencies; wheels of plugins are laid into a folder of their own each time, as an
installer does. Prints what is wrong and leaves with 1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from members import Member, members

HERE = Path(__file__).parent
TYPED = ("headwater", "headwater-flow", "headwater-record", "headwater-resilience")
"""Distributions whose public names must all have types."""


def main() -> int:
    """Runs everything in a folder that goes away, or in the one that is named."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        wrong = list(check(folder))
    for line in wrong:
        print(line)
    print(f"packaging: {len(members())} members, {len(wrong)} problems")
    return 1 if wrong else 0


def check(folder: Path) -> Iterator[str]:
    """Everything that is wrong."""
    found = members()
    built = {member.name: member.build(folder) for member in found}
    for member in found:
        wheel, sdist = built[member.name]
        yield from (f"{member.name}: the wheel {words}" for words in wheel_problems(member, wheel))
        yield from (f"{member.name}: the sdist {words}" for words in sdist_problems(member, sdist))
    python = make_environment(folder / "environment", built["headwater"][0])
    wheels = {name: wheel for name, (wheel, _) in built.items()}
    with ThreadPoolExecutor(2) as pool:
        tried = pool.map(lambda member: alone_problems(member, wheels, python, folder), found)
        for member, wrong in zip(found, tried, strict=True):
            yield from (f"{member.name} alone: {words}" for words in wrong)
    yield from type_problems(folder, wheels, python)


def wheel_problems(member: Member, wheel: Path) -> Iterator[str]:
    """What a wheel lacks or has too much."""
    names = set(zipfile.ZipFile(wheel).namelist())
    package = member.package
    sources = {
        f"{package.name}/{path.relative_to(package).as_posix()}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    yield from (f"lacks {name}" for name in sorted(sources - names))
    if f"{package.name}/py.typed" not in names:
        yield "has no py.typed"
    if not any("/licenses/LICENSE" in name for name in names):
        yield "has no licence"
    extra = {name for name in names if not name.startswith((f"{package.name}/", f"{package.name.replace('-', '_')}-"))}
    yield from (f"holds {name}" for name in sorted(extra) if ".dist-info/" not in name)


def sdist_problems(member: Member, sdist: Path) -> Iterator[str]:
    """What an sdist lacks."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", f"src/{member.package.name}/__init__.py"}
    tests = [
        path for path in (member.folder / "tests").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    shown = [path for path in tests if path.suffix != ".pyc" and ".pytest_cache" not in path.parts]
    wanted |= {path.relative_to(member.folder).as_posix() for path in shown}
    yield from (f"lacks {name}" for name in sorted(wanted - names))
    if not any(path.name.startswith("test_") for path in tests):
        yield "has no tests to hold"


def make_environment(folder: Path, core: Path) -> Path:
    """An environment with core from its wheel, and nothing else."""
    venv.create(folder, with_pip=False, clear=True)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", str(core))
    return python


def alone_problems(member: Member, wheels: dict[str, Path], python: Path, folder: Path) -> list[str]:
    """What does not work of a member beside core alone, with what it declares."""
    if member.name == "headwater":
        return []
    place = folder / "alone" / member.name
    ours, others = needs(member, {one.name: one for one in members()})
    for name in ours:
        zipfile.ZipFile(wheels[name]).extractall(place)
    if others:
        options = ("--quiet", "--no-warn-script-location", "--disable-pip-version-check")
        run(sys.executable, "-m", "pip", "--python", str(python), "install", *options, "--target", str(place), *others)
    names = ",".join(member.entries("headwater.providers"))
    done = subprocess.run(
        [str(python), str(HERE / "alone.py"), names, member.package.name],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(place), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return [done.stderr.strip().splitlines()[-1]] if done.returncode else json.loads(done.stdout)


def needs(member: Member, known: dict[str, Member]) -> tuple[list[str], list[str]]:
    """Our distributions a member needs beside core (itself among them), and the requirements on others."""
    ours, others = {member.name: None}, dict[str, None]()
    for requirement in member.requirements:
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        if requirement.name in known and requirement.name != "headwater":
            further, beside = needs(known[requirement.name], known)
            ours.update(dict.fromkeys(further))
            others.update(dict.fromkeys(beside))
        elif requirement.name not in known and requirement.name not in core_names(known):
            others[str(requirement)] = None
    return list(ours), list(others)


def core_names(known: dict[str, Member]) -> set[str]:
    """What core brings."""
    return {requirement.name for requirement in known["headwater"].requirements}


def type_problems(folder: Path, wheels: dict[str, Path], python: Path) -> Iterator[str]:
    """What pyright finds unknown in public names, seen from outside."""
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *(str(wheels[name]) for name in TYPED))
    for name in TYPED:
        module = name.replace("-", "_")
        command = [sys.executable, "-m", "pyright", "--outputjson", "--verifytypes", module, "--ignoreexternal"]
        # --verifytypes looks only at the interpreter it finds by itself
        path = os.pathsep.join((str(python.parent), os.environ["PATH"]))
        done = subprocess.run(
            command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, cwd=folder
        )
        told = json.loads(done.stdout)["typeCompleteness"]
        symbols = [one for one in told["symbols"] if one["isExported"] and not one["isTypeKnown"]]
        yield from (f"{name}: the type of {one['name']} is not known from outside" for one in symbols)
        if told["completenessScore"] < 1 and not symbols:
            yield f"{name}: types are complete to {told['completenessScore']:.1%} only"


def run(*command: str) -> None:
    """Runs a command that has to succeed."""
    done: subprocess.CompletedProcess[str] = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:8])} ... failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
