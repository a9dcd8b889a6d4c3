"""The options of each api, from its class of options."""

from __future__ import annotations

import contextlib
from typing import Any

from attrs import NOTHING, fields, fields_dict

from headwater import HeadwaterError, Hub, Options
from headwater.hookspecs import APIS

from .sources import public_place
from .text import prose, table, type_name


def pages() -> dict[str, str]:
    """`options/index.md` for what all apis share, and `options/API.md` for each."""
    kinds = option_types()
    made = {f"options/{api}.md": page(api, kind) for api, kind in kinds.items()}
    listed = "\n".join(f"- [{api}]({api}.md)" for api in kinds)
    common = f"# Options\n\n{prose(Options)}\n\n{option_table(Options, None)}\n\n## Options of each api\n\n{listed}\n"
    tree = "\n".join(kinds)
    return {**made, "options/index.md": f"{common}\n```{{toctree}}\n:hidden:\n\n{tree}\n```\n"}


def option_types() -> dict[str, type[Options]]:
    """The class of options of each installed api."""
    hub = Hub()
    found: dict[str, type[Options]] = {}
    for api in hub.registry.names(APIS):
        with contextlib.suppress(HeadwaterError):
            found[api] = hub.registry.call(APIS, api, "options_type") or Options
    return found


def page(api: str, kind: type[Options]) -> str:
    """The page of one api."""
    origin = " and ".join(Hub().registry.distributions(api, APIS))
    place = public_place(kind)
    head = f"# {api}\n\nAn api of {origin}.{f' Its class of options is `{place}`.' if place else ''}\n"
    if kind is Options:
        return f"{head}\nIt has none beyond [those of every api](index.md).\n"
    own = option_table(kind, Options)
    rest = "Beside these it takes [those of every api](index.md). What endpoints differ in: [flags](../flags/index.md)."
    return f"{head}\n{prose(kind)}\n\n{own}\n\n{rest}\n"


def option_table(kind: type[Any], without: type[Any] | None) -> str:
    """Names, types and defaults of the options of a class, but for those of another."""
    left_out = set(fields_dict(without)) if without else set[str]()
    rows = [
        [f"`{part.name}`", f"`{type_name(part.type)}`", default_words(part.default)]
        for part in fields(kind)
        if part.name not in left_out
    ]
    return table(("option", "type", "default"), rows)


def default_words(default: Any) -> str:
    """The default of a field, in code style."""
    if default is NOTHING:
        return "required"
    factory = getattr(default, "factory", None)
    return f"`{factory()!r}`" if factory else f"`{default!r}`"
