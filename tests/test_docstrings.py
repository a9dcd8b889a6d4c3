"""Every public name says what it is."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator

import pytest
from document_blocks import ROOT

PACKAGES = sorted(
    path for folder in ("core", "plugins/*", "contrib/*") for path in ROOT.glob(f"{folder}/src/headwater*")
)


def public_modules() -> Iterator[str]:
    """Core and its public modules; every package and its modules without an underscore."""
    for package in PACKAGES:
        for path in sorted(package.glob("*")):
            if path.name == "__init__.py":
                yield package.name
            elif path.name == "testing" or (path.suffix == ".py" and not path.name.startswith("_")):
                yield f"{package.name}.{path.stem}"


def undocumented(module_name: str) -> Iterator[str]:
    """Names in a module that have no docstring of their own, methods and properties included."""
    module = importlib.import_module(module_name)
    if not module.__doc__:
        yield module_name
    for name in getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]:
        value = getattr(module, name)
        if not (inspect.isclass(value) or inspect.isroutine(value)) or not value.__module__.startswith("headwater"):
            continue
        # attrs writes its own for a class that has none
        if not value.__doc__ or value.__doc__.startswith(f"{name}("):
            yield f"{module_name}.{name}"
        for member, held in vars(value).items() if inspect.isclass(value) else ():
            function = held.fget if isinstance(held, property) else getattr(held, "__func__", held)
            if not member.startswith("_") and inspect.isfunction(function) and not inspect.getdoc(function):
                yield f"{module_name}.{name}.{member}"


@pytest.mark.parametrize("module", list(public_modules()))
def test_public_names_have_docstrings(module: str) -> None:
    """Classes, functions, methods and properties."""
    assert list(undocumented(module)) == []
