"""Messages as contents (wire/google-generative-ai, sections 2 and 5).

Signatures are their model's own: on the way to another model they are dropped, and where a call needs
one it gets the documented stand-in. Parts are never joined. All results of a turn go in one content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Document,
    Image,
    Model,
    Note,
    ProviderBlock,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    dumps,
)

from ._compat import GoogleCompat
from ._media import RESULT_KINDS, STAND_IN, is_signature, media_part, mime_type

Part = dict[str, Any]


def make_contents(model: Model, compat: GoogleCompat, context: Context, notes: list[Note]) -> list[dict[str, Any]]:
    """The conversation without its system prompt; what was changed is added to `notes`."""
    written = _Contents(model, compat, notes)
    for position, message in enumerate(context.messages):
        path = f"messages.{position}"
        if isinstance(message, UserMessage):
            written.user(message)
        elif isinstance(message, AssistantMessage):
            written.model_turn(message, path)
        else:
            written.result(message)
    written.attachments()
    return written.contents


class _Contents:
    """The contents written so far, and media of results that wait for their place."""

    def __init__(self, model: Model, compat: GoogleCompat, notes: list[Note]) -> None:
        self.model = model
        self.compat = compat
        self.notes = notes
        self.contents: list[dict[str, Any]] = []
        self.results: list[Part] | None = None
        self.media: list[Part] = []
        self.told: set[str] = set()

    def add(self, role: str, parts: Sequence[Part]) -> None:
        """Another content; turns of the model that follow each other are one."""
        if not parts:
            return
        if role == "model" and self.contents and self.contents[-1]["role"] == "model":
            self.contents[-1]["parts"] += parts
        else:
            self.contents.append({"role": role, "parts": list(parts)})

    def user(self, message: UserMessage) -> None:
        self.attachments()
        content = message.content
        self.add("user", [{"text": content}] if isinstance(content, str) else [self._shown(block) for block in content])

    def result(self, message: ToolResultMessage) -> None:
        """A result, beside the others of its turn."""
        if message.tool_call_id in self.told:
            words = f"Result of {message.tool_name}: {_text_of(message)}"
            self._add_result({"text": words})
            self.media += self._media_of(message)
            return
        response: Part = {"error" if message.is_error else "output": _text_of(message)}
        made: Part = {"name": message.tool_name, "response": response}
        if self.compat.call_ids:
            made["id"] = message.tool_call_id
        fitting, others = self._sorted_media(message)
        if fitting:
            made["parts"] = fitting
        self.media += others
        self._add_result({"functionResponse": made})

    def attachments(self) -> None:
        """What results cannot hold follows them in a turn of the user."""
        self.results = None
        if self.media:
            self.add("user", [{"text": "Attached to the results above:"}, *self.media])
            self.media = []

    def model_turn(self, message: AssistantMessage, path: str) -> None:
        self.attachments()
        model = self.model
        own = (message.provider, message.api, message.model) == (model.provider, model.api, model.id)
        turn = _ModelTurn(self.compat, own, path, self.notes)
        parts = [part for position, block in enumerate(message.content) for part in turn.parts(block, position)]
        self.told |= turn.told
        self.add("model", parts)

    def _add_result(self, part: Part) -> None:
        if self.results is None:
            self.results = []
            self.contents.append({"role": "user", "parts": self.results})
        self.results.append(part)

    def _shown(self, block: Text | Image | Document | Audio) -> Part:
        return {"text": block.text} if isinstance(block, Text) else media_part(self.model, block)

    def _media_of(self, message: ToolResultMessage) -> list[Part]:
        return [self._shown(block) for block in _blocks(message) if not isinstance(block, Text)]

    def _sorted_media(self, message: ToolResultMessage) -> tuple[list[Part], list[Part]]:
        """What the result itself can hold, and what it cannot."""
        fitting: list[Part] = []
        others: list[Part] = []
        for block in _blocks(message):
            if not isinstance(block, Text):
                fits = self.compat.result_media and mime_type(block) in RESULT_KINDS
                (fitting if fits else others).append(media_part(self.model, block))
        return fitting, others


class _ModelTurn:
    """One answer as parts. `own`: the same model gave it, so that its signatures hold."""

    def __init__(self, compat: GoogleCompat, own: bool, path: str, notes: list[Note]) -> None:
        self.compat = compat
        self.own = own
        self.path = path
        self.notes = notes
        self.told: set[str] = set()
        self._calls = 0

    def parts(self, block: Any, position: int) -> Iterator[Part]:
        """The parts of one block; none for what is not sent back (sources)."""
        path = f"{self.path}.content.{position}"
        if isinstance(block, ToolCall):
            yield self._call(block, path)
        elif isinstance(block, Thinking):
            yield from self._thought(block, path)
        elif isinstance(block, Text):
            yield from self._kept({"text": block.text}, block.signature, path)
        elif isinstance(block, Image):
            yield from self._kept(media_part("a turn of the model", block), block.extra.get("thoughtSignature"), path)
        elif isinstance(block, CodeExecution):
            yield from self._code(block)
        elif isinstance(block, ProviderBlock):
            yield from self._verbatim(block, path)

    def _thought(self, block: Thinking, path: str) -> Iterator[Part]:
        if not self.compat.thoughts_as_text:
            yield from self._kept({"text": block.text, "thought": True}, block.signature, path)
        elif block.text:
            self.notes.append(Note("changed", path, "thinking, which goes back as text here"))
            yield {"text": block.text}

    def _kept(self, part: Part, signature: object, path: str) -> Iterator[Part]:
        """A part with its signature where that holds; an empty one is nothing without it."""
        holds = self._holds(signature, path)
        if holds:
            yield {**part, "thoughtSignature": signature}
        elif part.get("text") != "":
            yield part

    def _holds(self, signature: object, path: str) -> bool:
        """Whether a signature can go back; notes one that cannot."""
        if not signature:
            return False
        if self.own and is_signature(signature):
            return True
        why = "a thought signature that is none" if self.own else "a thought signature of another model"
        self.notes.append(Note("dropped", f"{path}.signature", why))
        return False

    def _call(self, block: ToolCall, path: str) -> Part:
        """A call; the first of an answer must be signed, the others need not be."""
        holds = self._holds(block.signature, path)
        first, self._calls = self._calls == 0, self._calls + 1
        missing = self.compat.signed_calls and first and not holds
        if missing and self.compat.unsigned_calls == "text":
            # The next call would be the first, and is told as text just so.
            self._calls = 0
            self.told.add(block.id)
            self.notes.append(Note("changed", path, "a call without a valid thought signature, as text"))
            return {"text": f"Called {block.name} with {dumps(block.arguments).decode()}"}
        call: Part = {"name": block.name, "args": dict(block.arguments)}
        if self.compat.call_ids:
            call["id"] = block.id
        if missing:
            self.notes.append(Note("added", f"{path}.signature", "the documented stand-in for a thought signature"))
        signature = block.signature if holds else STAND_IN if missing else None
        return {"functionCall": call, **({"thoughtSignature": signature} if signature else {})}

    def _code(self, block: CodeExecution) -> Iterator[Part]:
        """Code and its results as they came; from elsewhere, as far as they are known."""
        kept = block.extra.get("parts")
        if isinstance(kept, list) and self.own:
            yield from kept  # pyright: ignore[reportUnknownVariableType]
            return
        yield {"executableCode": {"language": "PYTHON", "code": block.code}}
        if block.output is not None or block.success is not None:
            outcome = "OUTCOME_FAILED" if block.success is False else "OUTCOME_OK"
            yield {"codeExecutionResult": {"outcome": outcome, "output": block.output or ""}}

    def _verbatim(self, block: ProviderBlock, path: str) -> Iterator[Part]:
        if self.own and not _is_media_processing(block):
            yield dict(block.raw)
        else:
            self.notes.append(Note("dropped", path, f"a {block.name} that only its own model can read"))


def _is_media_processing(block: ProviderBlock) -> bool:
    """Whether a part belongs to the provider's own handling of media, which must not be sent back."""
    held = block.raw.get(block.name)
    return isinstance(held, dict) and cast("dict[str, Any]", held).get("toolType") == "MEDIA_PROCESSING"


def _blocks(message: ToolResultMessage) -> Sequence[Any]:
    return () if isinstance(message.content, str) else message.content


def _text_of(message: ToolResultMessage) -> str:
    """The words of a result. They go as one string: a key `$ref` among the fields of a result would be
    read as a reference to a part."""
    if isinstance(message.content, str):
        return message.content
    words = "\n".join(block.text for block in message.content if isinstance(block, Text))
    return words or ("(see the attachment)" if message.content else "")
