"""Tools that a server ran by itself while it answered (Groq's compound models; wire/openai-compatible, section 3.2).

Such a tool is told twice, when it begins and with what it gave; the second time it becomes a block. Its
search results and pages are sources, its code is a code execution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headwater import Assembly, DecodeError, loads

from ._fields import fields, objects, text

RESULTS = ("output", "code_results", "browser_results")
"""Fields of a tool that has run."""


class ExecutedTools:
    """The tools of one answer."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._running: dict[Any, dict[str, Any]] = {}

    def feed(self, tools: list[dict[str, Any]]) -> None:
        """What one chunk says of them."""
        for tool in tools:
            place = tool.get("index")
            if place not in self._running:
                self._out.status("executing", tool=text(tool, "type"), arguments=text(tool, "arguments"))
            known = self._running.setdefault(place, {})
            known.update({name: value for name, value in tool.items() if value is not None})
            if any(tool.get(name) is not None for name in RESULTS):
                self._write(self._running.pop(place))

    def end(self) -> None:
        """The answer is over; tools whose result never came are kept as they are known."""
        while self._running:
            self._write(self._running.pop(next(iter(self._running))))

    def _write(self, tool: Mapping[str, Any]) -> None:
        self._out.block("executed_tool", tool)
        if tool.get("code_results") is not None or tool.get("type") == "python":
            self._out.code_execution(None, code=_code(tool), output=text(tool, "output"))
        for result in _pages(tool):
            url = text(result, "url")
            if url:
                self._out.source(url, text(result, "title"), text(result, "content"))


def _pages(tool: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from objects(fields(tool, "search_results"), "results")
    yield from objects(tool, "browser_results")


def _code(tool: Mapping[str, Any]) -> str:
    """The code among the arguments, which are JSON; all of them where there is none."""
    given = text(tool, "arguments") or ""
    try:
        said: Any = loads(given)
    except DecodeError:
        return given
    return text(said, "code") or given if isinstance(said, dict) else given  # pyright: ignore[reportUnknownArgumentType]
