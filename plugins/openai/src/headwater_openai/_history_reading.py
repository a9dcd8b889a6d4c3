"""Reads messages of chat completions that other programs kept (wire/openai-chat, section 4).

Understands what the protocol once had (`function_call`, the role `function`) and what its imitators add
(`reasoning_content`, parts of thinking).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from headwater import (
    AssistantMessage,
    Audio,
    Context,
    DecodeError,
    Document,
    Image,
    InvalidMessage,
    Message,
    Note,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    loads,
)

_DATA_URL = re.compile(r"data:(?P<type>[^;,]*)[^,]*;base64,", re.IGNORECASE)

_KNOWN = frozenset(
    {"role", "content", "tool_calls", "tool_call_id", "function_call", "refusal", "reasoning_content", "reasoning"}
)
"""Fields of a message that are read; others are noted."""


class ChatReading:
    """The conversation so far, and the names of the calls in it."""

    def __init__(self, provider: str, model: str) -> None:
        self.maker: dict[str, Any] = {"provider": provider, "api": "openai-completions", "model": model}
        self.notes: list[Note] = []
        self._messages: list[Message] = []
        self._system: list[str] = []
        self._names: dict[str, str] = {}
        self._minted = 0

    def context(self) -> Context:
        """What was read."""
        return Context(tuple(self._messages), "\n\n".join(self._system) or None)

    def message(self, said: Any, path: str) -> None:
        """Reads one message; raises `InvalidMessage` for what is none."""
        if not isinstance(said, Mapping):
            raise InvalidMessage(f"{path}: a message is an object, not {type(said).__name__}")
        stored = cast("Mapping[str, Any]", said)
        role = stored.get("role")
        for name, value in stored.items():
            named = name == "name" and role in ("tool", "function")
            if name not in _KNOWN and not named and value:
                self._note("dropped", f"{path}.{name}", "a field that has no place here")
        if role in ("system", "developer"):
            self._prompt(stored, path)
        elif role == "user":
            self._messages.append(UserMessage(self._given(stored.get("content"), path)))
        elif role == "assistant":
            self._answer(stored, path)
        elif role in ("tool", "function"):
            self._result(stored, path)
        else:
            raise InvalidMessage(f"{path}: role {role!r:.40} is none of system, developer, user, assistant, tool")

    def _note(self, action: Any, path: str, reason: str) -> None:
        self.notes.append(Note(action, path, reason))

    def _prompt(self, stored: Mapping[str, Any], path: str) -> None:
        if self._messages or self._system:
            self._note("changed", path, "a further system prompt, joined to the first")
        words = self._given(stored.get("content"), path)
        if not isinstance(words, str):
            words = "\n\n".join(block.text for block in words if isinstance(block, Text))
        if words:
            self._system.append(words)

    # -- users and results

    def _given(self, content: Any, path: str) -> Any:
        """What a user or tool said: a string as it is, parts as blocks."""
        if content is None or isinstance(content, str):
            return content or ""
        return tuple(self._part(part, f"{path}.content.{number}") for number, part in enumerate(_listed(content, path)))

    def _part(self, part: Any, path: str) -> Any:
        said = _object(part, path)
        kind = said.get("type")
        if kind == "text":
            return Text(str(said.get("text", "")))
        if kind == "image_url":
            image = said.get("image_url")
            return _image(image if isinstance(image, str) else str(_object(image, path).get("url", "")))
        if kind == "input_audio":
            sound = _object(said.get("input_audio"), path)
            return Audio(str(sound.get("data", "")), "audio/mpeg" if sound.get("format") == "mp3" else "audio/wav")
        if kind == "file":
            return self._file(_object(said.get("file"), path), path)
        raise InvalidMessage(f"{path}: a part of type {kind!r:.40} is none of text, image_url, input_audio, file")

    def _file(self, file: Mapping[str, Any], path: str) -> Any:
        found = _DATA_URL.match(str(file.get("file_data", "")))
        if found is None:
            self._note("changed", path, "a file kept at the provider; a note in its place")
            return Text(f"[file {file.get('file_id') or file.get('filename') or ''} left out]")
        name = file.get("filename")
        data = str(file["file_data"])[found.end() :]
        return Document(data, found["type"] or "application/pdf", name=str(name) if name else None)

    def _result(self, stored: Mapping[str, Any], path: str) -> None:
        call_id = str(stored.get("tool_call_id") or stored.get("name") or "")
        name = str(stored.get("name") or self._names.get(call_id, ""))
        self._messages.append(ToolResultMessage(call_id, name, self._given(stored.get("content"), path)))

    # -- answers

    def _answer(self, stored: Mapping[str, Any], path: str) -> None:
        content: list[Any] = []
        thought = stored.get("reasoning_content") or stored.get("reasoning")
        if isinstance(thought, str):
            content.append(Thinking(thought))
        content += self._said(stored.get("content"), path)
        if stored.get("refusal"):
            content.append(Refusal(str(stored["refusal"])))
        calls = [
            self._call(call, f"{path}.tool_calls.{number}")
            for number, call in enumerate(_listed(stored.get("tool_calls") or (), path))
        ]
        if stored.get("function_call"):
            function = _object(stored["function_call"], path)
            calls.append(self._function({"id": str(function.get("name", ""))}, function, path))
        content += calls
        reason = "toolUse" if calls else "stop"
        self._messages.append(AssistantMessage(tuple(content), **self.maker, stop_reason=reason))

    def _said(self, content: Any, path: str) -> list[Any]:
        if content is None or isinstance(content, str):
            return [Text(content)] if content else []
        made: list[Any] = []
        for number, part in enumerate(_listed(content, path)):
            said = _object(part, path)
            if said.get("type") == "text":
                made.append(Text(str(said.get("text", ""))))
            elif said.get("type") == "refusal":
                made.append(Refusal(str(said.get("refusal", ""))))
            elif said.get("type") == "thinking":
                made.append(Thinking(_joined(said.get("thinking"))))
            else:
                self._note("dropped", f"{path}.content.{number}", f"a part of type {said.get('type')!r:.40}")
        return made

    def _call(self, call: Any, path: str) -> ToolCall:
        said = _object(call, path)
        if said.get("type") == "custom":
            custom = _object(said.get("custom"), path)
            self._note("changed", path, "words for a free-form tool, as the field `input` of an object")
            return self._made(said, str(custom.get("name", "")), {"input": custom.get("input", "")})
        return self._function(said, _object(said.get("function"), path), path)

    def _function(self, call: Mapping[str, Any], function: Mapping[str, Any], path: str) -> ToolCall:
        name, written = str(function.get("name", "")), function.get("arguments")
        arguments: Any = None
        try:
            arguments = loads(written) if isinstance(written, str) and written.strip() else written or {}
        except DecodeError:
            pass
        if isinstance(arguments, dict):
            return self._made(call, name, cast("dict[str, Any]", arguments))
        self._note("changed", f"{path}.arguments", "no JSON object; the call counts as cut off")
        return self._made(call, name, {}, incomplete=True, raw_arguments=str(written))

    def _made(self, call: Mapping[str, Any], name: str, arguments: dict[str, Any], **more: Any) -> ToolCall:
        call_id = str(call.get("id") or "")
        if not call_id:
            self._minted += 1
            call_id = f"call_{self._minted}"
        self._names[call_id] = name
        return ToolCall(call_id, name, arguments, **more)


def _image(url: str) -> Image:
    found = _DATA_URL.match(url)
    return Image(data=url[found.end() :], mime_type=found["type"] or None) if found else Image(url=url)


def _object(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidMessage(f"{path}: an object stands here, not {type(value).__name__}")
    return cast("Mapping[str, Any]", value)


def _listed(value: Any, path: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidMessage(f"{path}: a list stands here, not {type(value).__name__}")
    return cast("Sequence[Any]", value)


def _joined(parts: Any) -> str:
    """The words of thinking, which some write as parts."""
    if isinstance(parts, str):
        return parts
    listed = cast("list[Any]", parts) if isinstance(parts, list) else []
    return "".join(str(cast("dict[str, Any]", one).get("text", "")) for one in listed if isinstance(one, dict))
