"""Conversations out of the messages of a chat page (see `_ui_messages` for the form).

What a page adds for its own purposes is left behind and noted; what makes no sense is an `InvalidMessage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import evolve

from ._codec import from_dict
from ._content import Audio, Document, Image, Text, ToolCall
from ._json import dumps_text
from ._messages import AssistantMessage, Context, Message, Note, ToolResultMessage, UserMessage
from ._ui_messages import KEY
from .errors import InvalidMessage

_DATA_URL = re.compile(r"data:(?P<type>[^;,]*)[^,]*;base64,", re.IGNORECASE)

ANSWERED = frozenset({"output-available", "output-error", "output-denied"})
"""States of a tool's part that hold a result."""


def from_ui_messages(page: Sequence[Mapping[str, Any]]) -> tuple[Context, tuple[Note, ...]]:
    """The conversation of a chat page, and notes about what was left behind. Pure.

    Raises `InvalidMessage` for what is no such page.
    """
    if isinstance(page, str | bytes) or not isinstance(page, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidMessage(f"a page is a list of messages, not {type(page).__name__}")
    reading = _Reading()
    for number, message in enumerate(page):
        reading.path = f"messages.{number}"
        reading.message(message)
    return Context(tuple(reading.messages), "\n\n".join(reading.system) or None), tuple(reading.notes)


class _Reading:
    """The conversation so far."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.system: list[str] = []
        self.notes: list[Note] = []
        self.path = ""

    def message(self, said: Any) -> None:
        """Reads one message of the page."""
        if not isinstance(said, Mapping) or not isinstance(cast("Any", said).get("parts"), list | tuple):
            raise InvalidMessage(f"{self.path}: a message of a page has a role and parts")
        stored = cast("Mapping[str, Any]", said)
        role, parts = stored.get("role"), [self._checked(part) for part in stored["parts"]]
        if role == "system":
            self._system(parts)
        elif role == "user":
            self._user(parts, _own(stored, "metadata"))
        elif role == "assistant":
            self._answers(parts, _own(stored, "metadata"))
        else:
            raise InvalidMessage(f"{self.path}: role {role!r:.40} is none of system, user, assistant")

    def drop(self, number: int, reason: str) -> None:
        """Notes what is left behind."""
        self.notes.append(Note("dropped", f"{self.path}.parts.{number}", reason))

    def _checked(self, part: Any) -> Mapping[str, Any]:
        if not isinstance(part, Mapping) or not isinstance(cast("Any", part).get("type"), str):
            raise InvalidMessage(f"{self.path}: a part of a message is an object with a type")
        return cast("Mapping[str, Any]", part)

    def _system(self, parts: Sequence[Mapping[str, Any]]) -> None:
        words = "".join(str(part.get("text", "")) for part in parts if part["type"] == "text")
        if self.messages or self.system:
            self.notes.append(Note("changed", self.path, "a further system prompt, joined to the first"))
        if words:
            self.system.append(words)

    def _user(self, parts: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> None:
        content: list[Any] = []
        for number, part in enumerate(parts):
            if part["type"] == "text":
                content.append(_words(part, _own(part, "providerMetadata"), "text"))
            elif part["type"] == "file":
                content.append(_file(part, self.path))
            else:
                self.drop(number, f"a part of type {part['type']!r:.40}, which is no words of the user")
        timestamp = own.get("timestamp", 0)
        said: Any = tuple(content)
        if own.get("plain") and len(content) == 1 and isinstance(content[0], Text):
            said = content[0].text
        self.messages.append(UserMessage(said, timestamp if type(timestamp) is int else 0))

    def _answers(self, parts: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> None:
        """The answers of one message of the page, step by step, each followed by the results of its calls."""
        known: Any = own.get("steps")
        steps = cast("list[Any]", known) if isinstance(known, list) else []
        content: list[Any] = []
        results: list[ToolResultMessage] = []
        written, begun = 0, False
        for number, part in enumerate((*parts, {"type": "step-start"})):
            if part["type"] != "step-start":
                self._block(part, number, content, results)
                continue
            known = steps[written] if written < len(steps) else None
            if content or results or (begun and known is not None):
                self._write(content, results, known)
                content, results, written = [], [], written + 1
            begun = True

    def _write(self, content: list[Any], results: list[ToolResultMessage], known: Any) -> None:
        stored = cast("dict[str, Any]", known) if isinstance(known, dict) else {}
        message: AssistantMessage = from_dict({**stored, "role": "assistant", "content": []})
        calls = any(isinstance(block, ToolCall) and not block.incomplete for block in content)
        reason: Any = {} if "stopReason" in stored or not calls else {"stop_reason": "toolUse"}
        self.messages.append(evolve(message, content=tuple(content), **reason))
        self.messages += results

    def _block(
        self, part: Mapping[str, Any], number: int, content: list[Any], results: list[ToolResultMessage]
    ) -> None:
        kind, own = part["type"], _own(part, "providerMetadata")
        if kind in ("text", "reasoning"):
            content.append(_words(part, own, "thinking" if kind == "reasoning" else "text"))
        elif kind == "file":
            content.append(_file(part, self.path))
        elif kind == "source-url":
            title = {"title": part["title"]} if part.get("title") is not None else {}
            content.append(from_dict({**own, "type": "source", "uri": str(part.get("url", "")), **title}))
        elif kind == "dynamic-tool" or kind.startswith("tool-"):
            self._tool(part, number, content, results)
        elif kind.startswith("data-") and _is_block(part):
            content.append(from_dict(part["data"]))
        else:
            self.drop(number, f"a part of type {kind!r:.40}")

    def _tool(self, part: Mapping[str, Any], number: int, content: list[Any], results: list[ToolResultMessage]) -> None:
        own = dict(_own(part, "callProviderMetadata"))
        result: Any = own.pop("result", {})
        name = str(part["toolName"] if "toolName" in part else part["type"].removeprefix("tool-"))
        call_id, state = str(part.get("toolCallId", "")), part.get("state")
        if part.get("providerExecuted"):
            self.drop(number, f"a call of {name!r:.40} that a provider ran itself")
            return
        given = part.get("input") if part.get("input") is not None else part.get("rawInput")
        if not isinstance(given, Mapping):
            if given is not None:
                here = f"{self.path}.parts.{number}.input"
                self.notes.append(Note("changed", here, "no object; as the field `input` of one"))
            given = {} if given is None else {"input": given}
        cut = {"incomplete": True} if state == "input-streaming" else {}
        content.append(from_dict({**own, **cut, "type": "toolCall", "id": call_id, "name": name, "arguments": given}))
        if isinstance(state, str) and state in ANSWERED:
            known = cast("dict[str, Any]", result) if isinstance(result, dict) else {}
            results.append(_result(part, call_id, name, known))


def _result(part: Mapping[str, Any], call_id: str, name: str, own: Mapping[str, Any]) -> ToolResultMessage:
    state = part["state"]
    output: Any = part.get("output")
    if state == "output-error":
        output = own.get("content") or str(part.get("errorText", ""))
    elif state == "output-denied":
        approval: Any = part.get("approval")
        reason = cast("Mapping[str, Any]", approval).get("reason") if isinstance(approval, Mapping) else None
        output = str(reason or "The user did not allow this.")
    stored = {**own, "role": "toolResult", "toolCallId": call_id, "toolName": name}
    content = output if isinstance(output, str) or _are_blocks(output) else dumps_text(output)
    found = from_dict({**stored, "content": content, "isError": state != "output-available"})
    assert isinstance(found, ToolResultMessage)
    return found


def _words(part: Mapping[str, Any], own: Mapping[str, Any], field: str) -> Any:
    """Text, thinking or a refusal, with the marks it had."""
    kind = own.get("type", field)
    return from_dict({**own, "type": kind, "thinking" if kind == "thinking" else "text": str(part.get("text", ""))})


def _file(part: Mapping[str, Any], path: str) -> Image | Document | Audio:
    """An image, document or sound; raises `InvalidMessage` for a file without an address."""
    own, url = _own(part, "providerMetadata"), part.get("url")
    if not isinstance(url, str) or not url:
        raise InvalidMessage(f"{path}: a file of a page has a URL")
    found = _DATA_URL.match(url)
    kind = str(part.get("mediaType") or (found["type"] if found else ""))
    where: dict[str, Any] = {"data": url[found.end() :]} if found else {"url": url}
    if kind.startswith("audio/") and found:
        return from_dict({**own, "type": "audio", "mimeType": kind, **where})
    if kind.startswith("image/"):
        known = {} if kind == "image/*" else {"mimeType": kind}
        return from_dict({**own, "type": "image", **known, **where})
    name = {"name": str(part["filename"])} if part.get("filename") is not None else {}
    return from_dict({**own, "type": "document", **({"mimeType": kind} if kind else {}), **where, **name})


def _own(stored: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """What was put there for the way back; empty for what others put there."""
    metadata: Any = stored.get(where)
    own = cast("Mapping[str, Any]", metadata).get(KEY) if isinstance(metadata, Mapping) else None
    return cast("Mapping[str, Any]", own) if isinstance(own, Mapping) else {}


def _is_block(part: Mapping[str, Any]) -> bool:
    data: Any = part.get("data")
    return isinstance(data, dict) and part["type"] == f"data-{cast('dict[str, Any]', data).get('type')}"


def _are_blocks(output: Any) -> bool:
    """Whether the output of a tool is a list of blocks, as `to_ui_messages` writes it."""
    listed = cast("list[Any]", output) if isinstance(output, list) else []
    types = [cast("dict[str, Any]", one).get("type") for one in listed if isinstance(one, dict)]
    return bool(listed) and len(types) == len(listed) and set(types) <= {"text", "image", "document"}
