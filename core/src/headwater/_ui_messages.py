"""Conversations as the messages of a chat page: a list of `{id, role, metadata, parts}`.

The form is the one chat components for the browser have in common (`text`, `reasoning`, `file`,
`source-url`, `tool-NAME` with its state, `step-start`). All answers and results up to the user's next words are
one message of the page. What the form has no place for travels in `metadata` and `providerMetadata` under
the key `headwater`, so that a conversation that only went through a page comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ._codec import to_dict
from ._content import Audio, Document, Image, Refusal, Source, Text, Thinking, ToolCall
from ._messages import AssistantMessage, Context, Note, ToolResultMessage, UserMessage

KEY = "headwater"
"""Where what is our own stands in metadata."""

Part = dict[str, Any]
Page = list[dict[str, Any]]

SHOWN = frozenset({"type", "text", "thinking", "data", "mimeType", "url", "name", "uri", "title"})
"""Fields of blocks that the form has a place for."""


def to_ui_messages(context: Context | Sequence[Any]) -> tuple[Page, tuple[Note, ...]]:
    """The messages of a chat page, and notes about what other programs cannot read of them. Pure."""
    writing = _Writing()
    whole = context if isinstance(context, Context) else Context(tuple(context))
    if whole.system_prompt:
        writing.message("system", [{"type": "text", "text": whole.system_prompt}])
    results = _results(whole)
    for number, message in enumerate(whole.messages):
        writing.path = f"messages.{number}"
        if isinstance(message, UserMessage):
            writing.user(message)
        elif isinstance(message, AssistantMessage):
            writing.answer(message, results.get(number, {}))
    for number in sorted(_unclaimed(whole, results)):
        writing.notes.append(Note("dropped", f"messages.{number}", "a result whose call is not before it"))
    if whole.tools:
        writing.notes.append(Note("dropped", "tools", "a page is not told of the tools there are"))
    return writing.page, tuple(writing.notes)


class _Writing:
    """The page so far; the answer being written goes on in its last message until the user speaks."""

    def __init__(self) -> None:
        self.page: Page = []
        self.notes: list[Note] = []
        self.path = ""

    def message(self, role: str, parts: list[Part], metadata: dict[str, Any] | None = None) -> None:
        said = {"metadata": {KEY: metadata}} if metadata else {}
        self.page.append({"id": f"message-{len(self.page) + 1}", "role": role, **said, "parts": parts})

    def user(self, message: UserMessage) -> None:
        content = [Text(message.content)] if isinstance(message.content, str) else message.content
        metadata = {"timestamp": message.timestamp} if message.timestamp else {}
        if isinstance(message.content, str):
            metadata["plain"] = True
        self.message("user", [_user_part(block) for block in content], metadata)

    def answer(self, message: AssistantMessage, results: dict[int, ToolResultMessage]) -> None:
        parts: list[Part] = [{"type": "step-start"}]
        for number, block in enumerate(message.content):
            parts.append(self._part(block, results.get(number), f"{self.path}.content.{number}"))
        metadata = {name: value for name, value in to_dict(message).items() if name not in ("role", "content")}
        if self.page and self.page[-1]["role"] == "assistant":
            self.page[-1]["parts"] += parts
            self.page[-1]["metadata"][KEY]["steps"].append(metadata)
        else:
            self.message("assistant", parts, {"steps": [metadata]})

    def _part(self, block: Any, result: ToolResultMessage | None, path: str) -> Part:
        if isinstance(block, ToolCall):
            return _tool_part(block, result)
        if isinstance(block, Text | Refusal):
            return {"type": "text", "text": block.text, "state": "done", **_own("providerMetadata", block)}
        if isinstance(block, Thinking):
            return {"type": "reasoning", "text": block.text, "state": "done", **_own("providerMetadata", block)}
        if isinstance(block, Image | Audio | Document):
            return _file_part(block)
        if isinstance(block, Source):
            title = {"title": block.title} if block.title is not None else {}
            own = _own("providerMetadata", block)
            return {"type": "source-url", "sourceId": path, "url": block.uri, **title, **own}
        self.notes.append(Note("kept", path, f"a {block.type}, which other programs do not show"))
        return {"type": f"data-{block.type}", "data": to_dict(block)}


def _results(context: Context) -> dict[int, dict[int, ToolResultMessage]]:
    """For each answer (by its number) the results of its calls (by the number of the block)."""
    found: dict[int, dict[int, ToolResultMessage]] = {}
    waiting: dict[str, tuple[int, int]] = {}
    for number, message in enumerate(context.messages):
        if isinstance(message, AssistantMessage):
            for place, block in enumerate(message.content):
                if isinstance(block, ToolCall):
                    waiting[block.id] = number, place
        elif isinstance(message, ToolResultMessage):
            place = waiting.pop(message.tool_call_id, None)
            if place is not None:
                found.setdefault(place[0], {})[place[1]] = message
    return found


def _unclaimed(context: Context, results: dict[int, dict[int, ToolResultMessage]]) -> Iterator[int]:
    """Numbers of the results that belong to no call."""
    claimed = {id(result) for answered in results.values() for result in answered.values()}
    for number, message in enumerate(context.messages):
        if isinstance(message, ToolResultMessage) and id(message) not in claimed:
            yield number


def _user_part(block: Text | Image | Document | Audio) -> Part:
    if isinstance(block, Text):
        return {"type": "text", "text": block.text, **_own("providerMetadata", block)}
    return _file_part(block)


def _file_part(block: Image | Document | Audio) -> Part:
    kind = block.mime_type or "image/*"
    url = None if isinstance(block, Audio) else block.url
    name = {"filename": block.name} if isinstance(block, Document) and block.name is not None else {}
    address = url or f"data:{kind};base64,{block.data or ''}"
    return {"type": "file", "mediaType": kind, **name, "url": address, **_own("providerMetadata", block)}


def _tool_part(call: ToolCall, result: ToolResultMessage | None) -> Part:
    part: Part = {"type": f"tool-{call.name}", "toolCallId": call.id, "input": dict(call.arguments)}
    if result is None:
        part["state"] = "input-streaming" if call.incomplete else "input-available"
    elif result.is_error:
        part |= {"state": "output-error", "errorText": _words(result)}
    else:
        part |= {"state": "output-available", "output": _output(result)}
    own = {name: value for name, value in to_dict(call).items() if name not in ("type", "id", "name", "arguments")}
    if result is not None:
        told = {name: value for name, value in to_dict(result).items() if name in ("details", "timestamp") and value}
        if result.is_error and not isinstance(result.content, str):
            told["content"] = to_dict(result)["content"]
        own |= {"result": told} if told else {}
    return {**part, "callProviderMetadata": {KEY: own}} if own else part


def _output(result: ToolResultMessage) -> Any:
    return result.content if isinstance(result.content, str) else to_dict(result)["content"]


def _words(result: ToolResultMessage) -> str:
    content = result.content
    return content if isinstance(content, str) else "\n".join(one.text for one in content if isinstance(one, Text))


def _own(where: str, block: Any) -> dict[str, Any]:
    """What the form has no place for."""
    kept = {name: value for name, value in to_dict(block).items() if name not in SHOWN}
    if isinstance(block, Refusal | Audio):
        kept["type"] = block.type
    return {where: {KEY: kept}} if kept else {}
