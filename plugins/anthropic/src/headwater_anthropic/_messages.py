"""A conversation as Messages has it (wire/anthropic-messages, sections 5 and 13).

Content is always a list of blocks. Results of tools stand first in the user's turn that
follows the calls, all in one; what the provider made for itself goes back as it came.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from headwater import (
    AssistantMessage,
    CodeExecution,
    Document,
    Image,
    Note,
    ProviderBlock,
    RequestError,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

from ._blocks import as_objects
from ._body import Draft

IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})

REPLAY_BETAS: Mapping[str, str] = {
    "mcp_tool_use": "mcp-client-2025-11-20",
    "mcp_tool_result": "mcp-client-2025-11-20",
    "fallback": "server-side-fallback-2026-07-01",
    "compaction": "compact-2026-01-12",
}
"""Blocks of a beta, which a history may hold only with the beta."""

CALL_FIELDS = ("caller", "toolset_name")
"""What comes with a call and goes back with it."""


def write_messages(draft: Draft) -> None:
    """Writes `system` and `messages`; raises `RequestError` for content no model here can be given."""
    if draft.context.system_prompt and draft.context.system_prompt.strip():  # blank text is refused
        draft.body["system"] = [{"type": "text", "text": draft.context.system_prompt}]
    writing = _Writing(draft)
    end = len(draft.context.messages) - 1
    for position, message in enumerate(draft.context.messages):
        if isinstance(message, UserMessage):
            writing.user(message)
        elif isinstance(message, AssistantMessage):
            writing.assistant(message, position, last=position == end)
        else:
            writing.result(message)
    draft.body["messages"] = writing.messages


class _Writing:
    """One pass over a conversation: the messages written so far."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.messages: list[dict[str, Any]] = []
        self.results = 0  # in the user's turn that is being written
        self.toolsets: dict[str, str] = {}

    @cached_property
    def answered(self) -> set[str | None]:
        """Ids of the calls the provider made and answered itself; asked for only where there are such calls."""
        return _answered(self.draft.context.messages)

    def user(self, message: UserMessage) -> None:
        content = message.content
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else self._parts(content)
        if parts:
            self._turn().extend(parts)

    def result(self, message: ToolResultMessage) -> None:
        made: dict[str, Any] = {"type": "tool_result", "tool_use_id": message.tool_call_id}
        content = message.content if isinstance(message.content, str) else self._parts(message.content)
        if content:  # an empty list is refused
            made["content"] = content
        if message.is_error:
            made["is_error"] = True
        if message.tool_call_id in self.toolsets:
            made["toolset_name"] = self.toolsets[message.tool_call_id]
        self._turn().insert(self.results, made)
        self.results += 1

    def assistant(self, message: AssistantMessage, position: int, *, last: bool) -> None:
        content: list[dict[str, Any]] = []
        for number, block in enumerate(message.content):
            writer = _ANSWERS.get(type(block))
            made = writer(self, block) if writer else None
            if made:
                content.append(made)
            elif isinstance(block, ProviderBlock):
                if last or self._is_paired(block, message):
                    content.append(self._own(block))
                else:
                    self._drop(f"a {block.name} whose result never came", position, number)
            elif isinstance(block, Thinking):
                self._drop("thinking without a signature", position, number)
            elif not isinstance(block, (Source, CodeExecution)):
                self._drop(f"a {block.type}, which cannot be given back here", position, number)
        while content and content[-1]["type"] in ("thinking", "redacted_thinking"):
            content.pop()
            self._drop("thinking with nothing after it, which no answer may end with", position)
        if content:
            self.messages.append({"role": "assistant", "content": content})

    # -- inside

    def _drop(self, reason: str, message: int, block: int | None = None) -> None:
        path = f"messages.{message}" if block is None else f"messages.{message}.content.{block}"
        self.draft.notes.append(Note("dropped", path, reason))

    def _turn(self) -> list[dict[str, Any]]:
        """The content of the user's turn that is being written; a new one after an answer."""
        if not self.messages or self.messages[-1]["role"] != "user":
            self.messages.append({"role": "user", "content": []})
            self.results = 0
        return self.messages[-1]["content"]

    def _is_paired(self, block: ProviderBlock, message: AssistantMessage) -> bool:
        """Whether a block may go back: a call of the provider's own must have its result, or wait for the caller's."""
        if block.name not in ("server_tool_use", "mcp_tool_use") or block.id in self.answered:
            return True
        return block.id in [_caller(call) for call in message.content if isinstance(call, ToolCall)]

    def _own(self, block: ProviderBlock) -> dict[str, Any]:
        """A block of the provider's, as it came; only what was added here is taken off."""
        if block.name in REPLAY_BETAS:
            self.draft.betas.append(REPLAY_BETAS[block.name])
        return {"type": block.name, **{name: value for name, value in block.raw.items() if name != "raw_input"}}

    def _text(self, block: Text) -> dict[str, Any] | None:
        if block.text.isspace() or not block.text:
            return None
        made: dict[str, Any] = {"type": "text", "text": block.text}
        citations = as_objects(block.extra.get("citations"))
        if citations:
            # `file_id` comes with a citation and is refused in one.
            made["citations"] = [{name: value for name, value in one.items() if name != "file_id"} for one in citations]
        return made

    def _thinking(self, block: Thinking) -> dict[str, Any] | None:
        if block.redacted and block.signature:
            return {"type": "redacted_thinking", "data": block.signature}
        if block.signature or (block.text and self.draft.compat.unsigned_thinking):
            return {"type": "thinking", "thinking": block.text, "signature": block.signature or ""}
        return None

    def _call(self, block: ToolCall) -> dict[str, Any]:
        made = {"type": "tool_use", "id": block.id, "name": block.name, "input": dict(block.arguments)}
        if block.extra:
            toolset = block.extra.get("toolset_name")
            if isinstance(toolset, str):
                self.toolsets[block.id] = toolset
            made.update({name: block.extra[name] for name in CALL_FIELDS if name in block.extra})
        return made

    def _parts(self, blocks: Sequence[Any]) -> list[dict[str, Any]]:
        return [self._part(block) for block in blocks]

    def _part(self, block: Any) -> dict[str, Any]:
        if isinstance(block, Text):
            return {"type": "text", "text": block.text}
        if isinstance(block, Image):
            return self._image(block)
        if isinstance(block, Document):
            return self._document(block)
        raise RequestError(f"{self.draft.model} cannot be given a {type(block).__name__}")

    def _image(self, block: Image) -> dict[str, Any]:
        if block.url:
            return {"type": "image", "source": {"type": "url", "url": block.url}}
        if block.mime_type not in IMAGES:
            raise RequestError(
                f"{self.draft.model} takes images as jpeg, png, gif or webp, not {block.mime_type}; convert it"
            )
        return {"type": "image", "source": {"type": "base64", "media_type": block.mime_type, "data": block.data or ""}}

    def _document(self, block: Document) -> dict[str, Any]:
        if not self.draft.compat.documents:
            raise RequestError(f"{self.draft.model} cannot be given a document; give its text")
        made: dict[str, Any] = {"type": "document", "source": _source(block, str(self.draft.model))}
        if block.name:
            made["title"] = block.name
        if self.draft.options.citations:
            made["citations"] = {"enabled": True}
        return made


_ANSWERS: Mapping[type, Callable[[_Writing, Any], dict[str, Any] | None]] = {
    Text: _Writing._text,  # pyright: ignore[reportPrivateUsage] - a table of the class's own methods
    Thinking: _Writing._thinking,  # pyright: ignore[reportPrivateUsage]
    ToolCall: _Writing._call,  # pyright: ignore[reportPrivateUsage]
}
"""How blocks of an answer are given back; sources and executed code are views of the provider's own blocks."""


def _source(block: Document, model: str) -> dict[str, Any]:
    """Where a document's content is; text goes as text."""
    if block.url:
        return {"type": "url", "url": block.url}
    if block.mime_type == "application/pdf":
        return {"type": "base64", "media_type": block.mime_type, "data": block.data or ""}
    if block.mime_type.startswith("text/"):
        try:
            text = base64.b64decode(block.data or "", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise RequestError(f"the document {block.name or ''!r} for {model} is no UTF-8 text in base64") from None
        return {"type": "text", "media_type": "text/plain", "data": text}
    raise RequestError(f"{model} takes documents as PDF or text, not {block.mime_type}; convert it")


def _caller(block: ToolCall) -> str | None:
    """Id of the code that made the call, None where the model made it itself."""
    caller = block.extra.get("caller")
    found = cast("Mapping[str, Any]", caller).get("tool_id") if isinstance(caller, Mapping) else None
    return found if isinstance(found, str) else None


def _answered(messages: Sequence[Any]) -> set[str | None]:
    """Ids of the calls the provider made and answered itself, anywhere in the conversation."""
    answers = (message for message in messages if isinstance(message, AssistantMessage))
    own = (block for message in answers for block in message.content if isinstance(block, ProviderBlock))
    return {block.id for block in own if "tool_use_id" in block.raw}
