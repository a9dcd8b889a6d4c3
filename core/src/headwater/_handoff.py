"""Makes a conversation from any model acceptable to another, and reports what it changed.

The stored conversation is never touched: what comes back is a new one, with a
note for each change. Turns that failed are left out, thinking of another
provider becomes plain text, marks only their maker can read are dropped, ids of
calls are rewritten where the target would refuse them, and every call gets a
result before the next turn.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from attrs import evolve, frozen

from ._content import (
    Audio,
    CodeExecution,
    Document,
    Image,
    ProviderBlock,
    Refusal,
    Source,
    Text,
    Thinking,
    ToolCall,
)
from ._messages import AssistantMessage, Context, Message, Note, ToolResultMessage, UserMessage
from ._model import Model

NO_RESULT = "No result provided"
"""What an unanswered call is answered with."""


@frozen
class HandoffRules:
    """What an api refuses in a history.

    `id_characters` is a character class of what ids of calls are made of, `id_length`
    their greatest length (`id_exact`: their only one). `portable_thinking`: signatures
    hold for another model of the same provider and api.
    """

    id_characters: str = "A-Za-z0-9_-"
    id_length: int = 64
    id_exact: bool = False
    portable_thinking: bool = True


def fit(context: Context, model: Model, rules: HandoffRules | None = None) -> tuple[Context, tuple[Note, ...]]:
    """The conversation as `model` may see it, and what was changed on the way. Pure."""
    fitting = _Fitting(model, rules or HandoffRules())
    messages = fitting.fit(context.messages)
    return evolve(context, messages=tuple(messages)), tuple(fitting.notes)


class _Fitting:
    """One pass over a conversation: the ids given so far, the calls that wait for a result, the notes."""

    def __init__(self, model: Model, rules: HandoffRules) -> None:
        self.model = model
        self.rules = rules
        self.notes: list[Note] = []
        self.ids: dict[str, str] = {}
        self.taken: set[str] = set()
        self.waiting: dict[str, ToolCall] = {}

    def fit(self, messages: Sequence[Message]) -> list[Message]:
        fitted: list[Message] = []
        for position, message in enumerate(messages):
            path = f"messages.{position}"
            if isinstance(message, ToolResultMessage):
                fitted += self._result(message, path)
                continue
            fitted += self._unanswered(path)
            if isinstance(message, UserMessage):
                fitted += self._user(message, path)
            else:
                fitted += self._assistant(message, path)
        fitted += self._unanswered(f"messages.{len(messages)}")
        return fitted

    def note(self, action: Literal["kept", "changed", "dropped", "added"], path: str, reason: str) -> None:
        self.notes.append(Note(action, path, reason))

    # -- users and results

    def _user(self, message: UserMessage, path: str) -> Iterable[Message]:
        if isinstance(message.content, str):
            if message.content.strip():
                yield message
            else:
                self.note("dropped", path, "an empty turn")
            return
        content = list(self._seen(message.content, path))
        if content:
            yield evolve(message, content=content)
        else:
            self.note("dropped", path, "an empty turn")

    def _seen(self, blocks: Iterable[Any], path: str) -> Iterable[Any]:
        """The blocks as far as the model can take their kind."""
        for position, block in enumerate(blocks):
            here = f"{path}.content.{position}"
            if isinstance(block, Text) and not block.text.strip():
                self.note("dropped", here, "an empty text")
            elif isinstance(block, Image | Document | Audio) and block.type not in self.model.input:
                self.note("changed", here, f"{self.model} takes no {block.type}; a note in its place")
                yield Text(f"[{block.type} left out: this model cannot read it]")
            else:
                yield block

    def _result(self, message: ToolResultMessage, path: str) -> Iterable[Message]:
        call = self.waiting.pop(message.tool_call_id, None)
        if call is None:
            self.note(
                "dropped",
                path,
                f"a result for call {message.tool_call_id[:80]!r}, which was not made or is answered",
            )
            return
        content = message.content
        if not isinstance(content, str):
            content = list(self._seen(content, path))
        yield evolve(message, tool_call_id=self.ids[message.tool_call_id], content=content)

    def _unanswered(self, path: str) -> Iterable[Message]:
        for original, call in self.waiting.items():
            self.note("added", path, f"a result for call {original[:80]!r}, which has none")
            yield ToolResultMessage(self.ids[original], call.name, NO_RESULT, is_error=True)
        self.waiting = {}

    # -- answers

    def _assistant(self, message: AssistantMessage, path: str) -> Iterable[Message]:
        if message.error is not None or message.stop_reason in ("error", "aborted"):
            self.note("dropped", path, f"an answer that ended in {message.stop_reason}")
            return
        content: list[Any] = []
        for position, block in enumerate(message.content):
            content += self._block(message, block, f"{path}.content.{position}")
        if content:
            yield evolve(message, content=tuple(content))
        else:
            self.note("dropped", path, "an empty answer")

    def _block(self, message: AssistantMessage, block: Any, path: str) -> Iterable[Any]:
        provider, model = self.model.provider, self.model
        same_api = message.provider == provider and message.api == model.api
        same_model = same_api and message.model == model.id
        if isinstance(block, ToolCall):
            yield from self._call(block, path, keep=same_api)
        elif isinstance(block, Thinking):
            yield from self._thinking(block, path, same_api=same_api, same_model=same_model)
        elif isinstance(block, Text | Refusal):
            yield from self._text(block, path, keep=same_api)
        elif isinstance(block, ProviderBlock | CodeExecution | Source):
            if same_api:
                yield block
            else:
                self.note("dropped", path, f"a {block.type} that only {message.provider or 'its maker'} can read")
        elif block.type in model.output or same_api:
            yield block
        else:
            self.note("changed", path, f"{model} takes no {block.type} of its own; a note in its place")
            yield Text(f"[{block.type} left out]")

    def _text(self, block: Text | Refusal, path: str, *, keep: bool) -> Iterable[Any]:
        if not block.text.strip() and not (keep and isinstance(block, Text) and block.signature):
            self.note("dropped", path, "an empty text")
        elif isinstance(block, Refusal):
            self.note("changed", path, "a refusal, as text")
            yield Text(block.text)
        elif keep:
            yield block
        else:
            yield Text(block.text)

    def _thinking(self, block: Thinking, path: str, *, same_api: bool, same_model: bool) -> Iterable[Any]:
        portable = same_api and self.rules.portable_thinking and not block.redacted
        if same_model or portable:
            if block.text or block.signature:
                yield block
        elif block.text.strip() and not block.redacted:
            self.note("changed", path, "thinking of another model, as text without its signature")
            yield Text(block.text)
        else:
            self.note("dropped", path, "thinking that only its maker can read")

    def _call(self, block: ToolCall, path: str, *, keep: bool) -> Iterable[Any]:
        if block.incomplete:
            self.note("dropped", path, f"a call of {block.name!r} that was cut off")
            return
        given = self._id(block.id)
        if given != block.id:
            self.note("changed", path, f"the id of a call, to {given!r}")
        self.ids[block.id] = given
        self.waiting[block.id] = block
        if not keep and (block.signature or block.extra):
            self.note("dropped", f"{path}.signature", "a mark that only its maker can read")
            block = evolve(block, signature=None, extra={})
        yield evolve(block, id=given)

    def _id(self, original: str) -> str:
        """An id the target takes, the same for the same original, no other call's."""
        rules = self.rules
        cleaned = re.sub(f"[^{rules.id_characters}]", "_" if "_" in rules.id_characters else "", original)
        fits = cleaned == original and bool(original)
        fits = fits and (len(original) == rules.id_length if rules.id_exact else len(original) <= rules.id_length)
        if fits and original not in self.taken:
            self.taken.add(original)
            return original
        for attempt in range(1000):
            digest = hashlib.sha256(f"{original}\0{attempt}".encode("utf-8", "replace")).hexdigest()
            candidate = digest[: rules.id_length] if rules.id_exact else f"call_{digest[:24]}"[: rules.id_length]
            if candidate not in self.taken:
                self.taken.add(candidate)
                return candidate
        raise AssertionError("a thousand hashes of one id are taken")  # pragma: no cover
