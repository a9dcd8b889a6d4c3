"""The generated pages say what the code is, and nothing of the site goes without being looked at."""

from __future__ import annotations

import importlib
import re
import sys
from functools import cache
from typing import get_args
from xml.etree import ElementTree

import pytest
from attrs import fields
from document_blocks import ROOT, blocks

import headwater
from headwater import BLOCK_GRAMMAR, EVENTS, STREAM_GRAMMAR, HeadwaterError, Kind
from headwater.hookspecs import APIS, HOOKS, PROVIDERS, REQUIRED
from headwater_cli._new_provider import PROTOCOLS, project

DOCS = ROOT / "docs"


def make() -> dict[str, str]:
    """All generated pages, made now."""
    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module("generator").make()
    finally:
        sys.path.remove(str(DOCS))


@cache
def generated() -> dict[str, str]:
    """All generated pages, made once."""
    return make()


def test_every_event_is_in_the_table_with_its_fields() -> None:
    """Name, class and fields of each."""
    rows = {row.split("`")[1]: row for row in generated()["events/table.md"].splitlines()[2:]}
    missing = [
        (name, part.name)
        for name, kind in EVENTS.items()
        for part in fields(kind)
        if not part.name.startswith("_") and part.name != "raw" and f"`{part.name}: " not in rows[name]
    ]
    assert (list(rows), missing) == (list(EVENTS), [])


@pytest.mark.parametrize(("page", "grammar"), [("stream", STREAM_GRAMMAR), ("blocks", BLOCK_GRAMMAR)])
def test_diagrams_show_the_grammar(page: str, grammar: dict[str, dict[str, str]]) -> None:
    """Every state has a box and every event stands on an arrow; the picture is well-formed."""
    picture = ElementTree.fromstring(generated()[f"events/{page}.svg"])
    words = ", ".join(text.text or "" for text in picture.iter("{http://www.w3.org/2000/svg}text")).split(", ")
    events = {event for moves in grammar.values() for event in moves}
    assert ({*grammar} | events) - set(words) == set()


def test_every_error_is_in_the_tree_and_every_kind_has_advice() -> None:
    """Drawn from the classes."""
    tree, kinds = generated()["errors/tree.md"], generated()["errors/kinds.md"]
    classes = {name for name in dir(headwater) if isinstance(getattr(headwater, name, None), type)}
    errors = {name for name in classes if issubclass(getattr(headwater, name), HeadwaterError)}
    shown = set(re.findall(r"\b[A-Z]\w+(?=  |\n)", tree))
    told = {row.split("`")[1] for row in kinds.splitlines()[2:]}
    assert (errors - {"DecodeError", "FramingError"} - shown, told) == (set(), set(get_args(Kind)))


def test_pages_that_are_whole_on_the_site_only_say_so_to_who_reads_the_source() -> None:
    """In a comment of the site's Markdown, which other viewers show."""
    pages = [page for page in DOCS.rglob("*.md") if not {"generated", "_build"} & set(page.relative_to(DOCS).parts)]
    silent = [
        page.name
        for page in pages
        if "generated/" in (text := page.read_text())
        and not re.search(
            rf"^% .*just docs.*html/{page.relative_to(DOCS).with_suffix('.html').as_posix()}`", text, re.M
        )
    ]
    assert (silent, len(pages) > 20) == ([], True)


def test_every_hook_has_its_page() -> None:
    """Which shows its signature as it is specified."""
    missing: list[str] = []
    for group, kind in HOOKS.items():
        word = "provider" if group == PROVIDERS else "api"
        for name in vars(kind):
            if name.startswith("_"):
                continue
            page = DOCS / "hooks" / f"{name}.md"
            fragment = f"hooks/{word}-{name}.md"
            if not page.is_file() or fragment not in page.read_text() or f"def {name}(" not in generated()[fragment]:
                missing.append(f"{word} {name}")
    assert missing == []


def test_required_hooks_are_called_so() -> None:
    """On their pages."""
    pages = {PROVIDERS: "provider", APIS: "api"}
    needed = [generated()[f"hooks/{pages[group]}-{name}.md"] for group in HOOKS for name in REQUIRED[group]]
    assert [page.count("\nRequired for") for page in needed] == [1] * 3


def test_every_option_of_every_api_is_on_its_page() -> None:
    """With its name, type and default."""
    hub = headwater.Hub()
    missing: list[str] = []
    for api in hub.registry.names(APIS):
        kind = hub.registry.call(APIS, api, "options_type") or headwater.Options
        page = generated()[f"options/{api}.md"] + generated()["options/index.md"]
        missing += [f"{api} {part.name}" for part in fields(kind) if f"| `{part.name}` |" not in page]
    assert missing == []


def test_every_provider_has_its_page() -> None:
    """With its address, its keys and its README."""
    missing: list[str] = []
    for folder in sorted((ROOT / "plugins").iterdir()):
        if not (folder / "pyproject.toml").is_file():
            continue
        page = generated().get(f"providers/{folder.name}.md", "")
        last = (folder / "README.md").read_text().rstrip().splitlines()[-1]
        if f"headwater-{folder.name}" not in page or last not in page:
            missing.append(folder.name)
    assert missing == []


def test_every_public_name_is_in_the_reference() -> None:
    """Of core and of its public modules."""
    page = generated()["reference/headwater.md"]
    names = [name for name in dir(headwater) if not name.startswith("_")]
    assert [name for name in names if f"\n## {name}\n" not in page] == []


def test_every_compat_flag_says_what_it_does() -> None:
    """In the words of its class, with its values and its default."""
    page = generated()["flags/ChatCompat.md"]
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    silent = [row[0] for row in rows if row[-1].strip(" |") == ""]
    assert (len(rows) > 50, silent, "`headwater_openai.chat" in page) == (True, [], True)


def test_the_reference_shows_types_as_types_and_fields_as_fields() -> None:
    """No address of an object, no signature of a type that is none, and what stands under each field."""
    page = generated()["reference/headwater.md"] + generated()["reference/headwater.hookspecs.md"]
    assert re.findall(r" object at 0x|^\w+\(\*args, \*\*kwargs\)", page, re.MULTILINE) == []
    assert "Literal['off', 'minimal'" in page
    assert "class RawEvent(" in page
    assert "`stray`\n: No event of this framing" in page


def test_options_are_imported_from_a_public_module() -> None:
    """Whose name the page gives."""
    pages = [page for name, page in generated().items() if name.startswith("options/") and "index" not in name]
    private = [line for page in pages for line in page.splitlines() if re.search(r"class of options is `.*\._", line)]
    assert private == []


def test_pages_are_the_same_each_time() -> None:
    """Nothing in them depends on when or where they were made."""
    again = make()
    assert [name for name in again if again[name] != generated()[name]] == []


@pytest.mark.parametrize(
    ("page", "protocol", "name"),
    [("write.md", "openai-chat", "acme"), ("write-own.md", "own", "acme"), ("write-local.md", "local", "parrot")],
)
def test_the_tutorial_makes_what_the_command_makes(page: str, protocol: str, name: str) -> None:
    """File by file, byte for byte; but for those that every package has."""
    made: dict[str, str] = {}
    for block in blocks(DOCS / page):
        if block.use in ("file", "more"):
            made[block.file] = made.get(block.file, "") + block.code
    expected = project(name, PROTOCOLS[protocol])
    shown = {path.removeprefix(f"headwater-{name}/"): text for path, text in made.items()}
    differ = [path for path, text in shown.items() if expected[path].decode() != text and text.strip()]
    assert ({"LICENSE"} <= set(differ) <= {"LICENSE", "README.md"}, len(shown) >= 8) == (True, True), differ
