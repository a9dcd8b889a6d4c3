"""Docstrings, signatures and tables as Markdown."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable, Sequence
from typing import Any


def prose(documented: Any) -> str:
    """A docstring as Markdown: paragraphs as they are, what is indented as a block of code or text."""
    text = documented if isinstance(documented, str) else (documented.__doc__ or "")
    made: list[str] = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if paragraph.startswith("    "):
            language = "python" if re.search(r"^\s+\w.*[(=]", paragraph) and "+-" not in paragraph else "text"
            code = inspect.cleandoc("\n" + paragraph)
            if made and made[-1].startswith(f"```{language}"):
                made[-1] = f"{made[-1][:-4]}\n\n{code}\n```"
            else:
                made.append(f"```{language}\n{code}\n```")
        else:
            made.append(_list(paragraph))
    return "\n\n".join(made)


def _list(paragraph: str) -> str:
    """A paragraph that has items in it, with an empty line before the first."""
    return re.sub(r"(?<=[^\n])\n(?=- )", "\n\n", paragraph, count=1)


def first_sentence(documented: Any) -> str:
    """What a docstring says first."""
    text = documented if isinstance(documented, str) else (documented.__doc__ or "")
    paragraph = re.split(r"\n\s*\n", inspect.cleandoc(text))[0].replace("\n", " ")
    return re.split(r"(?<=\.)\s(?=[A-Z])", paragraph)[0]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def code(value: Any) -> str:
    """A value in code style."""
    return f"`{value}`" if value not in (None, "") else ""


def type_name(kind: Any) -> str:
    """A type as a reader writes it."""
    if isinstance(kind, str):
        return kind
    if isinstance(kind, type) and not typing.get_args(kind):
        return kind.__name__
    words = str(kind).replace("typing.", "").replace("collections.abc.", "").replace("NoneType", "None")
    return re.sub(r"\bheadwater(?:_\w+)?(?:\.\w+)*\.(?=\w)", "", words)


def signature(name: str, function: Any, *, skip_first: bool = False) -> str:
    """A function's signature, one parameter a line where it is long."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return name
    parameters = list(found.parameters.values())[1 if skip_first else 0 :]
    given = [str(_shown(parameter)) for parameter in parameters]
    given = [re.sub(r": '([^']*)'", r": \1", one) for one in given]
    kinds = [parameter.kind for parameter in parameters]
    keyword = inspect.Parameter.KEYWORD_ONLY
    if keyword in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        given.insert(kinds.index(keyword), "*")
    if inspect.Parameter.POSITIONAL_ONLY in kinds:
        given.insert(max(i for i, kind in enumerate(kinds) if kind is inspect.Parameter.POSITIONAL_ONLY) + 1, "/")
    returned = found.return_annotation
    back = "" if returned is inspect.Signature.empty else f" -> {type_name(returned)}"
    line = f"{name}({', '.join(given)}){back}"
    if len(line) <= 88:
        return line
    return f"{name}(\n" + "".join(f"    {one},\n" for one in given) + f"){back}"


def _shown(parameter: inspect.Parameter) -> inspect.Parameter:
    """A parameter as a reader writes it: a default that is no plain value is left open."""
    default = parameter.default
    if default is not inspect.Parameter.empty and not isinstance(default, str | int | float | tuple | None):
        name = getattr(default, "__name__", "...")
        parameter = parameter.replace(default=_Words(name if isinstance(default, type) else "..."))
    return parameter.replace(annotation=_plain(parameter.annotation))


class _Words:
    """Shown as they are."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words


def _plain(annotation: Any) -> Any:
    if annotation is inspect.Parameter.empty:
        return annotation
    return _Words(type_name(annotation))
