"""Tools that Bedrock runs itself (`nova_code_interpreter`, `nova_grounding`, ...) in an answer.

The call is a block of the provider's own. The result of code is kept with the executed code, any other
result is a block of its own; both go back as they came. Source: wire/bedrock-converse, section 6.
"""

from __future__ import annotations

from typing import Any, cast

from headwater import Assembly

CODE_TOOL = "nova_code_interpreter"


class ServerTools:
    """The calls and results of one answer, while they come."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._code: set[str] = set()
        self._results: dict[int | None, dict[str, Any]] = {}

    def open_call(self, index: int | None, call: dict[str, Any]) -> None:
        """A call begins; its input follows in pieces."""
        id = str(call.get("toolUseId") or "")
        if call.get("name") == CODE_TOOL:
            self._code.add(id)
        self._out.block("server_tool_use", {"input": {}, **call}, index, id or None)

    def open_result(self, index: int | None, result: dict[str, Any]) -> None:
        """A result begins; its content follows in pieces."""
        self._results[index] = {**result, "content": []}

    def add_result(self, index: int | None, content: list[Any]) -> None:
        """More of a result."""
        self._results.setdefault(index, {"content": []})["content"] += content

    def close(self, index: int | None) -> None:
        """The block of that index is over; where it was a result, it is whole now."""
        result = self._results.pop(index, None)
        if result is None:
            return
        id = str(result.get("toolUseId") or "")
        if id in self._code:
            self._show_code(id, result)
        else:
            self._out.block(str(result.get("type") or "tool_result"), result, id=id or None)

    def _show_code(self, id: str, result: dict[str, Any]) -> None:
        told: dict[str, Any] = {}
        for part in result["content"]:
            value = cast("dict[str, Any]", part).get("json") if isinstance(part, dict) else None
            told.update(cast("dict[str, Any]", value) if isinstance(value, dict) else {})
        failed = told.get("isError")
        self._out.code_execution(
            id,
            id=id,
            code=self._snippet(id),
            output=_text(told.get("stdOut")),
            error=_text(told.get("stdErr")),
            success=result.get("status") != "error" if failed is None else not failed,
            extra={"toolResult": result},
        )

    def _snippet(self, id: str) -> str:
        """The code of a call, whose block is over by now."""
        for block in self._out.partial.content:
            if block.type == "providerBlock" and block.id == id:
                given = cast("dict[str, Any]", block.raw.get("input") or {})
                return str(given.get("snippet") or "")
        return ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
