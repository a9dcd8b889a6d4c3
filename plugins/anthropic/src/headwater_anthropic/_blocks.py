"""What the provider's own blocks show to everybody: sources, executed code, tools that failed.

The blocks themselves are kept for replay; this is their meaning in unified events.
Source: wire/anthropic-messages, sections 6 and 11 (November 2026).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from headwater import Assembly, DecodeError, loads

CODE: Mapping[str, tuple[str, str]] = {
    "code_execution": ("code", "python"),
    "bash_code_execution": ("command", "bash"),
}
"""Tools that run code: where in their input it stands, and its language."""

_LOCATION = ("document_index", "search_result_index")
_EXTENT = frozenset(
    {
        "start_char_index",
        "end_char_index",
        "start_page_number",
        "end_page_number",
        "start_block_index",
        "end_block_index",
    }
)


def as_object(value: Any) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_text(value: Any) -> str | None:
    """`value` where it is a text that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def as_objects(value: Any) -> list[dict[str, Any]]:
    """The objects in `value` where it is a list, else none."""
    items = cast("list[Any]", value) if isinstance(value, list | tuple) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def show_citation(out: Assembly, citation: Mapping[str, Any]) -> None:
    """A source for one citation: a page by its URL, a document by its file or number, a search result by its source."""
    kind = str(citation.get("type"))
    place = {name: value for name, value in citation.items() if name in _EXTENT or name in _LOCATION}
    url, given = as_text(citation.get("url")), as_text(citation.get("source"))
    title = as_text(citation.get("title")) or as_text(citation.get("document_title"))
    snippet = as_text(citation.get("cited_text"))
    if url:
        out.source(url, title, snippet, citation=kind)
    elif given:
        out.source(given, title, snippet, "search_result", citation=kind, **place)
    else:
        uri = as_text(citation.get("file_id")) or f"document:{citation.get('document_index', 0)}"
        out.source(uri, title, snippet, "document", citation=kind, **place)


def show_call(out: Assembly, block: Mapping[str, Any], written: str) -> None:
    """The code in a call of one of `CODE`; `written` is the input as it was streamed, empty: not at all."""
    field, language = CODE[block["name"]]
    given = as_object(block.get("input"))
    if written:
        try:
            given = as_object(loads(written))
        except DecodeError:  # cut off; the block keeps what came
            return
    code, id = as_text(given.get(field)), as_text(block.get("id"))
    if code:
        out.code_execution(id, code=code, language=language, id=id)


def show_result(out: Assembly, kind: str, block: Mapping[str, Any]) -> None:
    """What a result of a tool of the provider's means, as far as there is a word for it."""
    content = block.get("content")
    code = as_text(as_object(content).get("error_code"))
    if code:
        out.status("server_tool_failed", tool=kind.removesuffix("_tool_result"), code=code)
    show = _RESULTS.get(kind)
    if show is not None:
        show(out, block, content)


def _searched(out: Assembly, block: Mapping[str, Any], content: Any) -> None:
    for found in as_objects(content):
        url = as_text(found.get("url"))
        if url:
            age = as_text(found.get("page_age"))
            out.source(url, as_text(found.get("title")), **({"page_age": age} if age else {}))


def _fetched(out: Assembly, block: Mapping[str, Any], content: Any) -> None:
    page = as_object(content)
    url = as_text(page.get("url"))
    if url:
        out.source(url, as_text(as_object(page.get("content")).get("title")))


def _executed(out: Assembly, block: Mapping[str, Any], content: Any) -> None:
    said, id = as_object(content), as_text(block.get("tool_use_id"))
    failed, status = as_text(said.get("error_code")), said.get("return_code")
    files = [one["file_id"] for one in as_objects(said.get("content")) if as_text(one.get("file_id"))]
    out.code_execution(
        id,
        id=id,
        output=said.get("stdout") if isinstance(said.get("stdout"), str) else None,
        success=False if failed else status == 0 if isinstance(status, int) else None,
        error=failed or as_text(said.get("stderr")),
        extra={"files": files} if files else {},
    )


_RESULTS: Mapping[str, Callable[[Assembly, Mapping[str, Any], Any], None]] = {
    "web_search_tool_result": _searched,
    "web_fetch_tool_result": _fetched,
    "code_execution_tool_result": _executed,
    "bash_code_execution_tool_result": _executed,
}
"""Results with a meaning of their own; the others are kept and that is all."""
