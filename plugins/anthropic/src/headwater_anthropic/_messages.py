"""A conversation as Messages has it (wire/anthropic-messages, sections 5 and 13).

Content is always a list of blocks. Results of tools stand first in the user's turn that
follows the calls, all in one; what the provider made for itself goes back as it came.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
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
    for position, message in enumerate(draft.context.messages):
        writing.path = f"messages.{position}"
        if isinstance(message, UserMessage):
            writing.user(message)
        elif isinstance(message, AssistantMessage):
            writing.assistant(message, last=position == len(draft.context.messages) - 1)
        else:
            writing.result(message)
    draft.body["messages"] = writing.messages


class _Writing:
    """One pass over a conversation: the messages written so far."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.messages: list[dict[str, Any]] = []
        self.path = ""
        self.toolsets: dict[str, str] = {}
        self.answered = _answered(draft.context.messages)

    def user(self, message: UserMessage) -> None:
        content = message.content
        parts = self._parts([Text(content)] if isinstance(content, str) else content)
        if parts:
            self._turn()["content"] += parts

    def result(self, message: ToolResultMessage) -> None:
        made: dict[str, Any] = {"type": "tool_result", "tool_use_id": message.tool_call_id}
        content = message.content if isinstance(message.content, str) else self._parts(message.content)
        if content:  # an empty list is refused
            made["content"] = content
        if message.is_error:
            made["is_error"] = True
        if message.tool_call_id in self.toolsets:
            made["toolset_name"] = self.toolsets[message.tool_call_id]
        blocks: list[dict[str, Any]] = self._turn()["content"]
        before = sum(block["type"] == "tool_result" for block in blocks)
        blocks.insert(before, made)

    def assistant(self, message: AssistantMessage, *, last: bool) -> None:
        pending = {_caller(block) for block in message.content if isinstance(block, ToolCall)}
        content: list[dict[str, Any]] = []
        for position, block in enumerate(message.content):
            here = f"{self.path}.content.{position}"
            if isinstance(block, ProviderBlock):
                kept = last or _is_paired(block, self.answered | pending)
                if kept:
                    content.append(self._own(block))
                else:
                    self._note("dropped", here, f"a {block.name} whose result never came")
            else:
                writer = _ANSWERS.get(type(block))
                made = writer(self, block, here) if writer else None
                if made:
                    content.append(made)
                elif not isinstance(block, Source | CodeExecution | Thinking):
                    self._note("dropped", here, f"a {block.type}, which cannot be given back here")
        while content and content[-1]["type"] in ("thinking", "redacted_thinking"):
            content.pop()
            self._note("dropped", self.path, "thinking with nothing after it, which no answer may end with")
        if content:
            self.messages.append({"role": "assistant", "content": content})

    # -- inside

    def _note(self, action: Any, path: str, reason: str) -> None:
        self.draft.notes.append(Note(action, path, reason))

    def _turn(self) -> dict[str, Any]:
        """The user's turn that is being written; a new one after an answer."""
        if not self.messages or self.messages[-1]["role"] != "user":
            self.messages.append({"role": "user", "content": []})
        return self.messages[-1]

    def _own(self, block: ProviderBlock) -> dict[str, Any]:
        """A block of the provider's, as it came; only what was added here is taken off."""
        if block.name in REPLAY_BETAS:
            self.draft.betas.append(REPLAY_BETAS[block.name])
        return {"type": block.name, **{name: value for name, value in block.raw.items() if name != "raw_input"}}

    def _text(self, block: Text, path: str) -> dict[str, Any] | None:
        if not block.text.strip():
            return None
        made: dict[str, Any] = {"type": "text", "text": block.text}
        citations = block.extra.get("citations")
        if citations:
            # `file_id` comes with a citation and is refused in one.
            made["citations"] = [{name: value for name, value in one.items() if name != "file_id"} for one in citations]
        return made

    def _thinking(self, block: Thinking, path: str) -> dict[str, Any] | None:
        if block.redacted and block.signature:
            return {"type": "redacted_thinking", "data": block.signature}
        if block.signature or (block.text and self.draft.compat.unsigned_thinking):
            return {"type": "thinking", "thinking": block.text, "signature": block.signature or ""}
        self._note("dropped", path, "thinking without a signature")
        return None

    def _call(self, block: ToolCall, path: str) -> dict[str, Any]:
        toolset = block.extra.get("toolset_name")
        if isinstance(toolset, str):
            self.toolsets[block.id] = toolset
        kept = {name: block.extra[name] for name in CALL_FIELDS if name in block.extra}
        return {"type": "tool_use", "id": block.id, "name": block.name, "input": dict(block.arguments), **kept}

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


_ANSWERS: Mapping[type, Callable[[_Writing, Any, str], dict[str, Any] | None]] = {
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


def _is_paired(block: ProviderBlock, answered: set[str | None]) -> bool:
    """Whether a block may go back: a call of the provider's own must have its result."""
    return block.name not in ("server_tool_use", "mcp_tool_use") or block.id in answered
