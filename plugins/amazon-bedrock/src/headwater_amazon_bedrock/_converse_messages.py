"""A conversation as Converse has it (wire/bedrock-converse, sections 4 and 8).

Turns alternate: what follows in the same role is joined. All results of a turn stand in one turn of
the user; what a model does not take beside them comes after a word of the assistant's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    DecodeError,
    Document,
    Image,
    ProviderBlock,
    RequestError,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    loads,
)

from . import _media
from ._draft import Draft

FILLER = "OK."
"""What the assistant is made to say between results and what cannot stand beside them."""

EMPTY = "(no output)"
"""A result without content, which is refused."""

BESIDE = "What the documents hold:"
"""The text without which a document is refused."""


def write_messages(draft: Draft) -> None:
    """Writes `system` and `messages`; raises `RequestError` for content no model here can be given."""
    writing = _Writing(draft)
    system = draft.context.system_prompt
    if system and draft.compat.system_prompt:
        draft.body["system"] = [{"text": system}]
    elif system:
        writing.turn("user").append({"text": system})
        draft.note("changed", "system", f"{draft.model} takes no system prompt; it stands before the user's words")
    messages = draft.context.messages
    backwards = range(len(messages) - 1, -1, -1)
    last_answer = next((place for place in backwards if isinstance(messages[place], AssistantMessage)), -1)
    for position, message in enumerate(messages):
        writing.position = position
        writing.past = position <= last_answer
        if isinstance(message, UserMessage):
            writing.user(message)
        elif isinstance(message, AssistantMessage):
            writing.assistant(message)
        else:
            writing.result(message)
    draft.body["messages"] = writing.finish()


class _Writing:
    """One pass over a conversation: the turns written so far, and what waits for results to be over."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.position = 0  # of the message that is being written
        self.past = False  # answered already, so that what cannot be read is told, not refused
        self.turns: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []
        self.names: set[str] = set()

    def turn(self, role: str) -> list[dict[str, Any]]:
        """The content of the turn that is being written; a new one after one of the other role."""
        if self.turns and self.turns[-1]["role"] == role:
            return self.turns[-1]["content"]
        content: list[dict[str, Any]] = []
        self.turns.append({"role": role, "content": content})
        return content

    def user(self, message: UserMessage) -> None:
        content = message.content
        parts = [{"text": content}] if isinstance(content, str) else [self._part(block) for block in content]
        if self.waiting:
            parts = self.waiting + parts
            self.waiting = []
        self._add(parts)

    def result(self, message: ToolResultMessage) -> None:
        made: dict[str, Any] = {
            "toolUseId": message.tool_call_id,
            "content": self._result(message) or [{"text": EMPTY}],
        }
        if message.is_error and self.draft.compat.result_status:
            made["status"] = "error"
        self.turn("user").append({"toolResult": made})

    def assistant(self, message: AssistantMessage) -> None:
        if self.waiting:
            self._settle()
        content: list[dict[str, Any]] = []
        for number, block in enumerate(message.content):
            writer = _ANSWERS.get(type(block))
            if writer is None:
                self._note("dropped", f"a {block.type}, which cannot be given back here", number)
                continue
            made = writer(self, block)
            if made is not None:
                content.append(made)
            elif isinstance(block, Thinking):
                self._note("dropped", "thinking that this model does not take back", number)
        while content and "reasoningContent" in content[-1]:
            content.pop()
            self._note("dropped", "thinking with nothing after it, which no answer may end with")
        if content:
            self.turn("assistant").extend(content)

    def finish(self) -> list[dict[str, Any]]:
        """The turns, as they may be sent."""
        self._settle()
        for turn in self.turns if self.names else ():
            _explain_documents(turn["content"])
        if self.turns and self.turns[-1]["role"] == "assistant":
            self._trim(self.turns[-1]["content"][-1])
        return self.turns

    # -- inside

    def _note(self, action: Literal["changed", "dropped", "added"], reason: str, block: int | None = None) -> None:
        path = f"messages.{self.position}" if block is None else f"messages.{self.position}.content.{block}"
        self.draft.note(action, path, reason)

    def _trim(self, last: dict[str, Any]) -> None:
        text: str = last.get("text", "")
        if text != text.rstrip():
            last["text"] = text.rstrip()
            self.draft.note("changed", "messages", "white space at the end of the answer's beginning is refused")

    def _settle(self) -> None:
        """What could not stand in results follows them."""
        waiting, self.waiting = self.waiting, []
        self._add(waiting)

    def _add(self, parts: list[dict[str, Any]]) -> None:
        """The user's words, after a word of the assistant's where they cannot stand beside results."""
        if not parts:
            return
        content = self.turn("user")
        if content and not self._fits(parts) and any("toolResult" in part for part in content):
            self.turn("assistant").append({"text": FILLER})
            self._note("added", "a word of the assistant's between results and what follows them")
            content = self.turn("user")
        content.extend(parts)

    def _fits(self, parts: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the model takes these beside results."""
        allowed = self.draft.compat.beside_results
        return allowed == "yes" or (allowed == "text" and all("text" in part or "image" in part for part in parts))

    def _result(self, message: ToolResultMessage) -> list[dict[str, Any]]:
        blocks: Sequence[Any] = message.content
        if isinstance(blocks, str):
            if not self.draft.compat.json_results:
                return [{"text": blocks}] if blocks else []
            blocks = [Text(blocks)]
        texts = [block.text for block in blocks if isinstance(block, Text) and block.text]
        others = [block for block in blocks if not isinstance(block, Text)]
        if self.draft.compat.json_results:
            made: list[dict[str, Any]] = [{"json": _as_object("\n".join(texts))}] if texts else []
        else:
            made = [{"text": text} for text in texts]
        parts = [self._part(block) for block in others]
        if self.draft.compat.result_media:
            return made + parts
        self.waiting += parts
        return made or ([{"text": "(attached below)"}] if parts else [])

    def _part(self, block: Any) -> dict[str, Any]:
        model = self.draft.model
        if isinstance(block, Text):
            return {"text": block.text}
        if self.past and _media.is_elsewhere(block):
            self._note("changed", f"{model} takes no {block.type} by URL; a note in its place")
            return {"text": f"[{block.type} left out: this model cannot read it]"}
        if isinstance(block, Image):
            return _media.image(block, model)
        if isinstance(block, Document):
            return _media.document(block, model, self.names, citations=self.draft.options.citations)
        if isinstance(block, Audio):
            return _media.sound(block, model)
        raise RequestError(f"{model} cannot be given a {type(block).__name__}")

    def _text(self, block: Text) -> dict[str, Any] | None:
        return None if block.text.isspace() or not block.text else {"text": block.text}

    def _thinking(self, block: Thinking) -> dict[str, Any] | None:
        way = self.draft.compat.replays_thinking
        if block.redacted and block.signature and way != "no":
            return {"reasoningContent": {"redactedContent": block.signature}}
        if block.signature and not block.redacted and way == "signed":
            return {"reasoningContent": {"reasoningText": {"text": block.text, "signature": block.signature}}}
        return None

    def _call(self, block: ToolCall) -> dict[str, Any]:
        return {"toolUse": {"toolUseId": block.id, "name": block.name, "input": dict(block.arguments)}}

    def _own(self, block: ProviderBlock) -> dict[str, Any]:
        kind = "toolUse" if "input" in block.raw else "toolResult"
        return {kind: {name: value for name, value in block.raw.items() if name != "raw_input"}}

    def _code(self, block: CodeExecution) -> dict[str, Any] | None:
        """The result of code that the provider ran; its call is a block of its own."""
        result = block.extra.get("toolResult")
        return {"toolResult": result} if result else None

    def _source(self, block: Source) -> None:
        return None


_ANSWERS: Mapping[type, Callable[[_Writing, Any], dict[str, Any] | None]] = {
    Text: _Writing._text,  # pyright: ignore[reportPrivateUsage] - a table of the class's own methods
    Thinking: _Writing._thinking,  # pyright: ignore[reportPrivateUsage]
    ToolCall: _Writing._call,  # pyright: ignore[reportPrivateUsage]
    ProviderBlock: _Writing._own,  # pyright: ignore[reportPrivateUsage]
    CodeExecution: _Writing._code,  # pyright: ignore[reportPrivateUsage]
    Source: _Writing._source,  # pyright: ignore[reportPrivateUsage]
}
"""How blocks of an answer are given back."""


def _explain_documents(content: list[dict[str, Any]]) -> None:
    """Puts a text beside documents that have none."""
    if any("document" in part for part in content) and not any("text" in part for part in content):
        content.insert(0, {"text": BESIDE})


def _as_object(text: str) -> Any:
    """A result's text as the JSON it is, or as the output of an object."""
    try:
        value = loads(text)
    except DecodeError:
        value = text
    return value if isinstance(value, dict) else {"output": value}  # pyright: ignore[reportUnknownVariableType]
