"""What is written under a value in its source: Python keeps no docstring for a value."""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import pkgutil
import textwrap
import types
from collections.abc import Iterator
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


def public_place(kind: type) -> str:
    """Where a program imports a class from: a public module of its package that has it; empty where none has."""
    package = kind.__module__.partition(".")[0]
    return next((f"{where}.{kind.__name__}" for where, one in public_classes(package) if one is kind), "")


def public_classes(package: str) -> Iterator[tuple[str, type]]:
    """The classes that each public module of a package offers, with the module's name; the package's own come last."""
    top = importlib.import_module(package)
    below = [f"{package}.{found.name}" for found in pkgutil.iter_modules(top.__path__)]
    for where in [*(name for name in below if not name.rpartition(".")[2].startswith("_")), package]:
        module = importlib.import_module(where)
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if isinstance(value, type):
                yield where, value


def field_docstrings(kind: type) -> dict[str, str]:
    """What is written under the fields of a class, those of its bases included."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        try:
            source = textwrap.dedent(inspect.getsource(base))
        except (OSError, TypeError):
            continue
        found.update(_under_assignments(ast.parse(source).body[0]))
    return found


@cache
def _docstrings(module: types.ModuleType) -> dict[str, str]:
    return _under_assignments(ast.parse(inspect.getsource(module)))


def _under_assignments(block: ast.AST) -> dict[str, str]:
    """The text under each assignment of a module or class."""
    found: dict[str, str] = {}
    for node, following in itertools.pairwise(getattr(block, "body", ())):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(following, ast.Expr):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            said = following.value.value if isinstance(following.value, ast.Constant) else None
            if isinstance(target, ast.Name) and isinstance(said, str):
                found[target.id] = said
    return found
