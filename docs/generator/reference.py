"""Every public name with its signature and docstring, module by module."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any

import attrs

from .sources import field_docstrings
from .text import prose, signature, type_name

MODULES: Mapping[str, str] = {
    "headwater": "What programs and plugins import.",
    "headwater.hookspecs": "The hooks and the shapes they speak in.",
    "headwater.testing": "What tests of plugins and programs use.",
    "headwater_flow": "Transforms over streams.",
    "headwater_resilience": "Failover, breaker, hedging, recovery.",
    "headwater_record": "The recorder and the provider `replay`.",
    "headwater_mock": "The provider that says what its script says.",
}


def pages() -> dict[str, str]:
    """`reference/index.md` and `reference/MODULE.md`."""
    known = {name: words for name, words in MODULES.items() if importlib.util.find_spec(name)}
    made = {f"reference/{name}.md": page(name) for name in known}
    listed = "\n".join(f"- [{name}]({name}.md): {words}" for name, words in known.items())
    tree = "\n".join(known)
    head = f"# Reference\n\nEvery public name, from its docstring.\n\n{listed}\n\n"
    return {**made, "reference/index.md": f"{head}```{{toctree}}\n:hidden:\n\n{tree}\n```\n"}


def public_names(module: types.ModuleType) -> list[str]:
    """The names a module offers."""
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    return sorted(names, key=lambda name: (name.startswith("_"), name.lower(), name))


def page(name: str) -> str:
    """The page of one module."""
    module = importlib.import_module(name)
    parts = [f"# {name}", prose(module)]
    for public in public_names(module):
        if not public.startswith("_"):
            parts.append(entry(public, getattr(module, public), module))
    return "\n\n".join(part for part in parts if part) + "\n"


def entry(name: str, value: Any, module: types.ModuleType) -> str:
    """One name: a class with its methods, a function, or a value with its kind."""
    if inspect.isclass(value):
        return _class(name, value)
    if inspect.isroutine(value):
        return f"## {name}\n\n```python\n{signature(name, value)}\n```\n\n{prose(value)}"
    words = value_words(name, value, module)
    return f"## {name}\n\n{words}"


def value_words(name: str, value: Any, module: types.ModuleType) -> str:
    """What is written under a value or an alias of types where it is made."""
    from .sources import value_docstring

    said = value_docstring(name, module)
    is_type = typing.get_origin(value) is not None or isinstance(value, types.UnionType)
    shown = type_name(value if is_type else type(value))
    return f"```text\n{shown}\n```\n\n{prose(said)}".strip()


def _class(name: str, kind: type) -> str:
    head = f"## {name}\n\n```python\nclass {signature(name, kind)}\n```" if _is_made(kind) else f"## {name}"
    parts = [head.replace(" -> None", ""), prose(kind) if kind.__doc__ else ""]
    parts += [f"`{name}`\n: {prose(said)}" for name, said in field_docstrings(kind).items() if not name.startswith("_")]
    for member, value in sorted(vars(kind).items()):
        found = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if member.startswith("_") or not inspect.isfunction(found):
            continue
        shown = member if isinstance(value, property) else signature(member, found, skip_first=True)
        said = prose(found).replace("\n", "\n  ")
        parts.append(f"`{_one_line(shown)}`\n: {said}")
    return "\n\n".join(part for part in parts if part)


def _one_line(shown: str) -> str:
    return " ".join(shown.split()).replace("( ", "(").replace(", )", ")")


def _is_made(kind: type) -> bool:
    """Whether callers make instances: data and such, no protocol."""
    return (
        attrs.has(kind)
        or hasattr(kind, "__struct_fields__")
        or (inspect.isclass(kind) and "__init__" in vars(kind) and not getattr(kind, "_is_protocol", 0))
    )
