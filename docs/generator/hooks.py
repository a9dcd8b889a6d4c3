"""Each hook's signature and contract, from its specification, and who implements it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from headwater import HeadwaterError, Registry
from headwater.hookspecs import APIS, HOOKS, PROVIDERS, REQUIRED

from .text import first_sentence, prose, signature, table

WORDS = {PROVIDERS: "provider", APIS: "api"}


def specified() -> Iterator[tuple[str, str]]:
    """Group and name of each hook."""
    for group, kind in HOOKS.items():
        yield from ((group, name) for name in vars(kind) if not name.startswith("_"))


def pages() -> dict[str, str]:
    """`hooks/GROUP-NAME.md` for each hook, to be included by its page; and the table of all."""
    implemented = implementations()
    made = {f"hooks/{WORDS[group]}-{name}.md": page(group, name, implemented) for group, name in specified()}
    rows = [
        [
            f"[`{name}`](/hooks/{name}.md)",
            WORDS[group],
            "required" if name in REQUIRED[group] else "optional",
            first_sentence(vars(HOOKS[group])[name]),
        ]
        for group, name in specified()
    ]
    return {**made, "hooks/table.md": table(("hook", "of", "", "gives"), rows) + "\n"}


def page(group: str, name: str, implemented: dict[tuple[str, str], list[str]]) -> str:
    """What the specification says of one hook."""
    hook = vars(HOOKS[group])[name]
    who = implemented.get((group, name), [])
    needed = "Required" if name in REQUIRED[group] else "Optional"
    return (
        f"```python\n@hookimpl\ndef {signature(name, hook)}: ...\n```\n\n{prose(hook)}\n\n"
        f"{needed} for {'an' if WORDS[group] == 'api' else 'a'} {WORDS[group]} (entry-point group `{group}`)."
        f" Implemented by: {', '.join(f'`{one}`' for one in who) or 'none of ours'}.\n"
    )


def implementations() -> dict[tuple[str, str], list[str]]:
    """For each hook, the installed plugins that implement it."""
    registry = Registry()
    found: dict[tuple[str, str], list[str]] = {}
    for group in HOOKS:
        for name in registry.names(group):
            with contextlib.suppress(HeadwaterError):
                plugin = registry.load(name, group)
                for kind, hook in specified():
                    if kind == group and hasattr(plugin, hook):
                        found.setdefault((group, hook), []).append(name)
    return found
