"""What a docstring says of a function or class, and of each of its parameters.

Reads the three forms in use: sections with indented entries (`Args:`), underlined sections
(`Parameters` over dashes), and fields (`:param name:`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from attrs import field, frozen

_PARAMETERS = frozenset({"args", "arguments", "parameters", "params", "attributes", "fields", "keyword arguments"})
_OTHERS = frozenset({"returns", "return", "yields", "raises", "examples", "example", "notes", "note", "see also"})
_SECTION = re.compile(r"(?P<name>[A-Za-z][A-Za-z ]*):?\Z")
_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?:\([^)]*\))?\s*:(?:\s+(?P<text>.*))?\Z")
_UNDERLINED = re.compile(r"(?P<names>\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?\Z")
_FIELD = re.compile(r":(?:param|parameter|arg|argument|ivar|var)\s+(?:[^:]*\s)?(?P<name>\w+)\s*:\s*(?P<text>.*)\Z")


@frozen
class Said:
    """What a docstring says: of the whole, and of parameters by name."""

    description: str = ""
    parameters: dict[str, str] = field(factory=dict[str, str])


def read_docstring(text: str | None) -> Said:
    """What is said in a docstring; empty where there is none."""
    if not text:
        return Said()
    lines = inspect.cleandoc(text).splitlines()
    words: list[str] = []
    parameters: dict[str, str] = {}
    for heading, underlined, body in _sections(lines):
        if heading is None:
            words += _without_fields(body, parameters)
        elif heading in _PARAMETERS:
            parameters.update(_entries(body, _UNDERLINED if underlined else _ENTRY))
    return Said("\n".join(words).strip(), parameters)


def _sections(lines: list[str]) -> Iterator[tuple[str | None, bool, list[str]]]:
    """Heading (None: the text before and between sections), whether it is underlined, and lines of each section."""
    heading: str | None = None
    under = False
    body: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        name, underlined = _heading(lines, at)
        if name is not None:
            yield heading, under, body
            heading, under, body = name, underlined, []
            at += 2 if underlined else 1
            continue
        if heading is not None and line and not line[0].isspace() and not (under and _is_entry(lines, at)):
            yield heading, under, body
            heading, body = None, []
        body.append(line)
        at += 1
    yield heading, under, body


def _heading(lines: list[str], at: int) -> tuple[str | None, bool]:
    """The section that begins at a line, None where none does, and whether dashes are under its name."""
    line, below = lines[at], lines[at + 1].strip() if at + 1 < len(lines) else ""
    underlined = len(below) > 2 and set(below) == {"-"}
    found = _SECTION.match(line) if underlined or line.endswith(":") else None
    name = found["name"].strip().lower() if found else ""
    return (name if name in _PARAMETERS or name in _OTHERS else None), underlined


def _is_entry(lines: list[str], at: int) -> bool:
    """Whether a line at the margin is an entry of an underlined section: what it says follows, indented."""
    follows = lines[at + 1] if at + 1 < len(lines) else ""
    return follows[:1].isspace() and _UNDERLINED.match(lines[at]) is not None


def _entries(body: list[str], pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Name and words of each parameter in a section."""
    margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
    names: list[str] = []
    words: list[str] = []
    for line in body:
        entry = pattern.match(line.strip()) if len(line) - len(line.lstrip()) == margin else None
        if line.strip() and entry is not None:
            yield from ((name, " ".join(words)) for name in names)
            names = [name.strip().lstrip("*") for name in entry["names"].split(",")]
            text = entry.groupdict().get("text") or ""
            words = [text] if text else []
        elif line.strip():
            words.append(line.strip())
    yield from ((name, " ".join(words)) for name in names)


def _without_fields(body: list[str], parameters: dict[str, str]) -> list[str]:
    """The lines without fields of the form `:param name:`, which go into `parameters`."""
    kept: list[str] = []
    current: str | None = None
    inside = False
    for line in body:
        found = _FIELD.match(line)
        if found is not None:
            current, inside = str(found["name"]), True
            parameters[current] = found["text"].strip()
        elif re.match(r":\w+[^:]*:", line):  # another field, such as `:returns:`
            current, inside = None, True
        elif inside and line[:1].isspace():
            if current is not None:
                parameters[current] = f"{parameters[current]} {line.strip()}".strip()
        else:
            inside = False
            kept.append(line)
    return kept
