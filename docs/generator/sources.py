"""What is written under a value in its source: Python keeps no docstring for a value."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import types
from functools import cache


def value_docstring(name: str, module: types.ModuleType) -> str:
    """The text under the assignment of a name, in the module or in the one it comes from; empty if there is none."""
    for home in (module, *_homes(name, module)):
        said = _docstrings(home).get(name)
        if said:
            return said
    return ""


def _homes(name: str, module: types.ModuleType) -> list[types.ModuleType]:
    known: dict[str, str] = getattr(module, "_HOMES", {})
    if name in known:
        return [importlib.import_module(f"{module.__name__}.{known[name]}")]
    return [importlib.import_module(home) for home in _imported(module).get(name, ())]


@cache
def _imported(module: types.ModuleType) -> dict[str, tuple[str, ...]]:
    """From which module each name was imported."""
    found: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom):
            package = "" if not node.level else (module.__package__ or "") + "."
            origin = f"{package}{node.module or ''}".rstrip(".")
            found.update({alias.asname or alias.name: (origin,) for alias in node.names})
    return found


@cache
def _docstrings(module: types.ModuleType) -> dict[str, str]:
    found: dict[str, str] = {}
    body = ast.parse(inspect.getsource(module)).body
    for node, following in itertools.pairwise(body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(following, ast.Expr):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            said = following.value.value if isinstance(following.value, ast.Constant) else None
            if isinstance(target, ast.Name) and isinstance(said, str):
                found[target.id] = said
    return found
