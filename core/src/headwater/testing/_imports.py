"""What importing a plugin does: what it loads, starts, reads and changes; looked at in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import entry_points, requires
from pathlib import Path
from typing import Any

from headwater.hookspecs import APIS, PROVIDERS
from headwater.testing._cases import shown
from headwater.testing._provider import Provider

_LATE = (
    *("aiohttp", "anyio", "asyncio", "boto3", "botocore", "google.auth", "httpcore", "httpx", "httpx2", "requests"),
    *("trio", "urllib3", "numpy", "pandas", "pydantic", "pytest", "torch", "transformers"),
    *("anthropic", "cohere", "mistralai", "ollama", "openai"),
)
"""Modules that cost much or do input and output: a plugin imports them where it needs them, if at all."""

_SCRIPT = Path(__file__).with_name("_import_probe.py")


def check_imports(provider: Provider) -> None:
    """Importing the plugin loads no HTTP stack, no other plugin and nothing heavy, and starts and changes nothing."""
    modules, distributions = _modules(provider)
    if not modules:
        return
    own = sorted({name.partition(".")[0] for name in modules})
    settings = {"path": [entry or "." for entry in sys.path], "modules": modules, "own": own}
    ran = subprocess.run(
        [sys.executable, str(_SCRIPT)], input=json.dumps(settings), capture_output=True, text=True, check=False
    )
    where = f"importing {' and '.join(modules)}"
    if ran.returncode != 0:
        provider.fail("imports", where, f"fails: {ran.stderr.strip().splitlines()[-1:]}")
    *printed, last = ran.stdout.splitlines()
    if printed:
        provider.fail("imports", where, f"prints {shown(printed[0])}; leave standard output to the program")
    told: dict[str, Any] = json.loads(last)
    if told["found"]:
        provider.fail("imports", where, f"{told['found'][0]}; do that when it is needed")
    allowed = {*own, *distributions}
    for name in told["modules"]:
        root = name.partition(".")[0]
        if root.startswith("headwater_") and root not in allowed:
            provider.fail("imports", where, f"loads another plugin, {root}; name it in the dependencies or leave it")
        if any(name == late or name.startswith(f"{late}.") for late in _LATE):
            provider.fail("imports", where, f"loads {name}; import it where it is needed")


def _modules(provider: Provider) -> tuple[list[str], set[str]]:
    """The modules that finding the provider and its apis imports, and the packages of what it depends on."""
    hub = provider.make_hub()
    entries = [entry for entry in entry_points(group=PROVIDERS) if entry.name == provider.name]
    if not entries:
        module = type(hub.registry.load(provider.name)).__module__
        return ([] if module.partition(".")[0] in ("headwater", "__main__") else [module]), set()
    names = {entry.dist.name for entry in entries if entry.dist is not None}
    apis = [one for one in entry_points(group=APIS) if one.dist is not None and one.dist.name in names]
    return list(dict.fromkeys(entry.module for entry in [*entries, *apis])), _needed(names)


def _needed(names: set[str]) -> set[str]:
    """The packages of all distributions of headwater's that these need, and those need."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        for need in requires(waiting.pop()) or ():
            name = re.split(r"[^A-Za-z0-9._-]", need, maxsplit=1)[0]
            if name.startswith("headwater-") and name not in found:
                found.add(name)
                waiting.append(name)
    return {name.replace("-", "_") for name in found}
