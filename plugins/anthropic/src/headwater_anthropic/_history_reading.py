"""Reads messages of the protocol that other programs kept (wire/anthropic-messages, section 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from headwater import (
    AssistantMessage,
    Context,
    Document,
    Image,
    InvalidMessage,
    Message,
    Note,
    ProviderBlock,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

from ._blocks import as_text

Said = Mapping[str, Any]


class MessagesReading:
    """The conversation so far, and the names of the calls in it."""

    def __init__(self, provider: str, model: str) -> None:
        self.maker: dict[str, Any] = {"provider": provider, "api": "anthropic-messages", "model": model}
        self.notes: list[Note] = []
        self._messages: list[Message] = []
        self._system: list[str] = []
        self._names: dict[str, str] = {}

    def context(self) -> Context:
        """What was read."""
        return Context(tuple(self._messages), "\n\n".join(self._system) or None)

    def prompt(self, said: Any, path: str) -> None:
        """Reads a system prompt, a string or blocks of text."""
        blocks = [{"type": "text", "text": said}] if isinstance(said, str) else said or ()
        words = "\n\n".join(str(block.get("text", "")) for block in self._blocks(blocks, path))
        if words and self._messages:
            self._note("changed", path, "a system prompt inside the conversation, joined to the first")
        if words:
            self._system.append(words)

    def message(self, said: Any, path: str) -> None:
        """Reads one message; raises `InvalidMessage` for what is none."""
        if not isinstance(said, Mapping):
            raise InvalidMessage(f"{path}: a message is an object, not {type(said).__name__}")
        stored = cast("Said", said)
        role, content = stored.get("role"), stored.get("content")
        if role == "system":
            self.prompt(content, path)
        elif role == "user":
            self._user(content, path)
        elif role == "assistant":
            blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
            read = [self._answered(block, f"{path}.content.{n}") for n, block in self._numbered(blocks, path)]
            calls = any(isinstance(block, ToolCall) for block in read)
            reason = "toolUse" if calls else "stop"
            self._messages.append(AssistantMessage(tuple(read), **self.maker, stop_reason=reason))
        else:
            raise InvalidMessage(f"{path}: role {role!r:.40} is none of user, assistant, system")

    # -- inside

    def _note(self, action: Any, path: str, reason: str) -> None:
        self.notes.append(Note(action, path, reason))

    def _numbered(self, blocks: Any, path: str) -> Sequence[tuple[int, Said]]:
        return list(enumerate(self._blocks(blocks, path)))

    def _blocks(self, blocks: Any, path: str) -> Sequence[Said]:
        if isinstance(blocks, str) or not isinstance(blocks, Sequence):
            raise InvalidMessage(f"{path}: content is a string or a list of blocks, not {type(blocks).__name__}")
        listed = cast("Sequence[Any]", blocks)
        for block in listed:
            if not isinstance(block, Mapping) or not isinstance(cast("Said", block).get("type"), str):
                raise InvalidMessage(f"{path}: a block is an object with a type")
        return cast("Sequence[Said]", listed)

    def _user(self, content: Any, path: str) -> None:
        """What the user said, after the results that stand in the same turn."""
        if isinstance(content, str):
            self._messages.append(UserMessage(content))
            return
        said: list[Any] = []
        for number, block in self._numbered(content, path):
            here = f"{path}.content.{number}"
            if block["type"] == "tool_result":
                self._result(block, here)
            else:
                said.append(self._given(block, here))
        if said:
            self._messages.append(UserMessage(tuple(said)))

    def _result(self, block: Said, path: str) -> None:
        call_id, content = str(block.get("tool_use_id", "")), block.get("content")
        if content is None or isinstance(content, str):
            read: Any = content or ""
        else:
            read = tuple(self._given(one, f"{path}.content.{n}") for n, one in self._numbered(content, path))
        failed = bool(block.get("is_error"))
        self._messages.append(ToolResultMessage(call_id, self._names.get(call_id, ""), read, is_error=failed))

    def _given(self, block: Said, path: str) -> Any:
        """A block of the user's or of a result; what has no counterpart becomes a note in its place."""
        self._without_mark(block, path)
        reader = _GIVEN.get(block["type"])
        read = reader(block) if reader else None
        if read is None:
            self._note("changed", path, f"a {block['type'][:40]} that has no place here; a note in its place")
            return Text(f"[{block['type']} left out]")
        return read

    def _answered(self, block: Said, path: str) -> Any:
        """A block of an answer; the provider's own are kept as they are."""
        self._without_mark(block, path)
        kind = block["type"]
        if kind == "text":
            extra = {"citations": block["citations"]} if block.get("citations") else {}
            return Text(str(block.get("text", "")), extra=extra)
        if kind == "thinking":
            return Thinking(str(block.get("thinking", "")), as_text(block.get("signature")))
        if kind == "redacted_thinking":
            return Thinking("", str(block.get("data", "")), redacted=True)
        if kind == "tool_use":
            return self._call(block, path)
        own_id = block.get("id") or block.get("tool_use_id")
        return ProviderBlock(kind, dict(block), str(own_id) if own_id else None)

    def _call(self, block: Said, path: str) -> ToolCall:
        call_id, name, given = str(block.get("id", "")), str(block.get("name", "")), block.get("input", {})
        if not isinstance(given, Mapping):
            raise InvalidMessage(f"{path}.input: an object stands here, not {type(given).__name__}")
        self._names[call_id] = name
        extra = {field: block[field] for field in ("caller", "toolset_name") if field in block}
        return ToolCall(call_id, name, dict(cast("Said", given)), extra=extra)

    def _without_mark(self, block: Said, path: str) -> None:
        if block.get("cache_control"):
            self._note("dropped", f"{path}.cache_control", "caching is asked for with each request, by an option")


def _source(block: Said) -> Said:
    source = block.get("source")
    return cast("Said", source) if isinstance(source, Mapping) else {}


def _image(block: Said) -> Image | None:
    source = _source(block)
    if source.get("type") == "base64":
        return Image(str(source.get("data", "")), str(source.get("media_type", "image/png")))
    return Image(url=str(source["url"])) if source.get("type") == "url" and "url" in source else None


def _document(block: Said) -> Document | Text | None:
    source, title = _source(block), block.get("title")
    name = str(title) if title else None
    if source.get("type") == "base64":
        return Document(str(source.get("data", "")), str(source.get("media_type", "application/pdf")), name=name)
    if source.get("type") == "url" and "url" in source:
        return Document(url=str(source["url"]), name=name)
    if source.get("type") == "text":
        words = str(source.get("data", ""))
        return Text(f"{name}:\n{words}" if name else words)
    return None


_GIVEN: Mapping[str, Callable[[Said], Any]] = {
    "text": lambda block: Text(str(block.get("text", ""))),
    "image": _image,
    "document": _document,
}
"""How blocks of the user's are read; None where one cannot be."""
