"""A provider somebody else made: its package is written, built and installed into a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MODULE = '''\
"""Nimbus for headwater."""

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="nimbus",
    base_url="https://api.nimbus.test/v1",
    api="openai-completions",
    key_env="NIMBUS_API_KEY",
    quirks={"max_tokens_field": "max_completion_tokens", "thinking_format": "deepseek"},
    families={"nimbus-think": {"reasoning": True, "levels": {"off": "none", "high": "high"}}},
    codes={"out_of_rain": "quota"},
)
'''

PROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "headwater-nimbus"
version = "1.2"
dependencies = ["headwater>=0.1,<0.2", "headwater-openai>=0.1,<0.2"]

[project.entry-points."headwater.providers"]
nimbus = "headwater_nimbus:provider"

[tool.hatch.build.targets.wheel]
packages = ["headwater_nimbus"]
"""


def install(folder: Path) -> Path:
    """Writes the package, builds it, and gives back the folder it is installed into."""
    source, target = folder / "source", folder / "site"
    (source / "headwater_nimbus").mkdir(parents=True)
    (source / "headwater_nimbus" / "__init__.py").write_text(MODULE)
    (source / "pyproject.toml").write_text(PROJECT)
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet", "--no-index"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return target
