"""Which versions of popular frameworks change when headwater is installed beside them: none should.

`python tests/packaging/frameworks.py [NAME...]`, by hand: it asks the package index. Each framework is resolved twice,
alone and together with the built wheels of core and providers, by `pip install --dry-run --report`; nothing is
installed. What differs among the distributions that the framework brings is printed, and makes it leave with 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from members import members

FRAMEWORKS = (
    "litellm",
    "langchain",
    "langchain-openai",
    "langchain-anthropic",
    "pydantic-ai",
    "llm",
    "dspy",
    "crewai",
    "openai-agents",
    "llama-index-core",
    "smolagents",
    "instructor",
    "agno",
    "haystack-ai",
)

BESIDE = ("headwater", "headwater-openai", "headwater-anthropic", "headwater-google", "headwater-flow")
"""What is installed beside each."""


def main(names: Sequence[str]) -> int:
    """Resolves all of them and prints a table."""
    changed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        built = {one.name: one.build(folder)[0] for one in members() if one.name in BESIDE}
        venv.create(folder / "empty", with_pip=False)
        python = next(path for path in folder.glob("empty/*/python*") if path.is_file())
        wheels = [str(path) for path in built.values()]
        with ThreadPoolExecutor(2) as pool:
            pairs = pool.map(lambda name: (resolve(python, [name]), resolve(python, [name, *wheels])), names)
            for name, (alone, beside) in zip(names, pairs, strict=True):
                changed += tell(name, alone, beside)
    print(f"{changed} of {len(names)} frameworks would change or cannot be resolved")
    return 1 if changed else 0


def resolve(python: Path, wanted: Sequence[str]) -> dict[str, str] | str:
    """Names and versions that would be installed, or what pip says where it cannot."""
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--dry-run", "--quiet", "--report", "-"]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1][:200]
    found = json.loads(done.stdout)["install"]
    return {one["metadata"]["name"].lower(): one["metadata"]["version"] for one in found}


def tell(name: str, alone: dict[str, str] | str, beside: dict[str, str] | str) -> int:
    """Prints one line; 1 where something changes."""
    if isinstance(alone, str) or isinstance(beside, str):
        print(f"{name:22} {alone if isinstance(alone, str) else beside}")
        return 1
    moved = {one: (was, beside.get(one)) for one, was in alone.items() if beside.get(one) != was}
    new = sorted(one for one in beside if one not in alone and not one.startswith("headwater"))
    words = ", ".join(f"{one} {was} -> {now}" for one, (was, now) in moved.items()) or "nothing changes"
    print(
        f"{name:22} {alone.get(name, ''):12} {len(alone):4} packages; {words}; beside them: {' '.join(new) or 'none'}"
    )
    return 1 if moved else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or FRAMEWORKS))
