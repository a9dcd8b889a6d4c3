"""Messages as contents (wire/google-generative-ai, sections 2 and 5).

Signatures are their model's own: on the way to another model they are dropped, and where a call needs
one it gets the documented stand-in. Parts are never joined. All results of a turn go in one content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, cast

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
        if isinstance(message, UserMessage):
            written.user(message)
        elif isinstance(message, AssistantMessage):
            written.model_turn(message, position)
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

    def add(self, role: str, parts: list[Part]) -> None:
        """Another content; turns of the model that follow each other are one."""
        if not parts:
            return
        if role == "model" and self.contents and self.contents[-1]["role"] == "model":
            self.contents[-1]["parts"] += parts
        else:
            self.contents.append({"role": role, "parts": parts})

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
        if not isinstance(message.content, str):
            fitting, others = self._sorted_media(message.content)
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

    def model_turn(self, message: AssistantMessage, position: int) -> None:
        self.attachments()
        model = self.model
        own = (message.provider, message.api, message.model) == (model.provider, model.api, model.id)
        turn = _ModelTurn(self.compat, own, position, self.notes, self.told)
        for number, block in enumerate(message.content):
            turn.write(block, number)
        self.add("model", turn.parts)

    def _add_result(self, part: Part) -> None:
        if self.results is not None:
            self.results.append(part)
            return
        self.results = [part]
        self.contents.append({"role": "user", "parts": self.results})

    def _shown(self, block: Text | Image | Document | Audio) -> Part:
        return {"text": block.text} if isinstance(block, Text) else media_part(self.model, block)

    def _media_of(self, message: ToolResultMessage) -> list[Part]:
        blocks = () if isinstance(message.content, str) else message.content
        return [self._shown(block) for block in blocks if not isinstance(block, Text)]

    def _sorted_media(self, blocks: Sequence[Any]) -> tuple[list[Part], list[Part]]:
        """What the result itself can hold, and what it cannot."""
        fitting: list[Part] = []
        others: list[Part] = []
        for block in blocks:
            if not isinstance(block, Text):
                fits = self.compat.result_media and mime_type(block) in RESULT_KINDS
                (fitting if fits else others).append(media_part(self.model, block))
        return fitting, others


class _ModelTurn:
    """One answer as parts. `own`: the same model gave it, so that its signatures hold.

    `position` is the answer's in the conversation; ids of calls that are told as text are added to `told`.
    """

    def __init__(self, compat: GoogleCompat, own: bool, position: int, notes: list[Note], told: set[str]) -> None:
        self.compat = compat
        self.own = own
        self.position = position
        self.notes = notes
        self.told = told
        self.parts: list[Part] = []
        self._must_sign = compat.signed_calls  # whether the next call must be signed: the first of an answer

    def write(self, block: Any, number: int) -> None:
        """Adds the parts of one block; none for what is not sent back (sources)."""
        if isinstance(block, Text):
            self._keep({"text": block.text}, block.signature, number)
        elif isinstance(block, ToolCall):
            self.parts.append(self._call(block, number))
        elif isinstance(block, Thinking):
            self._thought(block, number)
        elif isinstance(block, Image):
            signature = block.extra.get("thoughtSignature")
            self._keep(media_part("a turn of the model", block), signature, number)
        elif isinstance(block, CodeExecution):
            self.parts += self._code(block)
        elif isinstance(block, ProviderBlock):
            self._verbatim(block, number)

    def _note(self, action: Literal["changed", "dropped", "added"], number: int, reason: str, part: str = "") -> None:
        self.notes.append(Note(action, f"messages.{self.position}.content.{number}{part}", reason))

    def _thought(self, block: Thinking, number: int) -> None:
        if not self.compat.thoughts_as_text:
            self._keep({"text": block.text, "thought": True}, block.signature, number)
        elif block.text:
            self._note("changed", number, "thinking, which goes back as text here")
            self.parts.append({"text": block.text})

    def _keep(self, part: Part, signature: object, number: int) -> None:
        """Adds a part with its signature where that holds; an empty one is nothing without it."""
        if signature and self._holds(signature, number):
            part["thoughtSignature"] = signature
        elif part.get("text") == "":
            return
        self.parts.append(part)

    def _holds(self, signature: object, number: int) -> bool:
        """Whether a signature can go back; notes one that cannot."""
        if self.own and is_signature(signature):
            return True
        why = "a thought signature that is none" if self.own else "a thought signature of another model"
        self._note("dropped", number, why, ".signature")
        return False

    def _call(self, block: ToolCall, number: int) -> Part:
        """A call; the first of an answer must be signed, the others need not be."""
        signature = block.signature if block.signature and self._holds(block.signature, number) else None
        if self._must_sign and not signature:
            if self.compat.unsigned_calls == "text":
                # The next call would be the first, and is told as text just so.
                self.told.add(block.id)
                self._note("changed", number, "a call without a valid thought signature, as text")
                return {"text": f"Called {block.name} with {dumps(block.arguments).decode()}"}
            signature = STAND_IN
            self._note("added", number, "the documented stand-in for a thought signature", ".signature")
        self._must_sign = False
        call: Part = {"name": block.name, "args": dict(block.arguments)}
        if self.compat.call_ids:
            call["id"] = block.id
        return {"functionCall": call, "thoughtSignature": signature} if signature else {"functionCall": call}

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

    def _verbatim(self, block: ProviderBlock, number: int) -> None:
        if self.own and not _is_media_processing(block):
            self.parts.append(dict(block.raw))
        else:
            self._note("dropped", number, f"a {block.name} that only its own model can read")


def _is_media_processing(block: ProviderBlock) -> bool:
    """Whether a part belongs to the provider's own handling of media, which must not be sent back."""
    held = block.raw.get(block.name)
    return isinstance(held, dict) and cast("dict[str, Any]", held).get("toolType") == "MEDIA_PROCESSING"


def _text_of(message: ToolResultMessage) -> str:
    """The words of a result. They go as one string: a key `$ref` among the fields of a result would be
    read as a reference to a part."""
    if isinstance(message.content, str):
        return message.content
    words = "\n".join(block.text for block in message.content if isinstance(block, Text))
    return words or ("(see the attachment)" if message.content else "")
