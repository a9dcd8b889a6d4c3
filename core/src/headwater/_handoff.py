"""Makes a conversation from any model acceptable to another, and reports what it changed.

The stored conversation is never touched: what comes back is a new one, with a
note for each change. One pass over the messages, in which

- answers that failed or were aborted are left out, and blocks are fitted (see `_handoff_blocks`);
- every call gets exactly one result before the next words of the user: a missing one is added as an
  error, a second one and one whose call is not there are dropped, a late one is moved up;
- empty turns are left out, and turns that a provider refuses in a row are joined.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from operator import eq
from typing import Any, cast

from attrs import evolve, frozen

from ._content import Text
from ._handoff_blocks import BlockFitter, OpenCall
from ._handoff_checks import check_sendable
from ._handoff_rules import HandoffRules
from ._messages import AssistantMessage, Context, Message, Note, ToolResultMessage, UserMessage
from ._model import Model
from .errors import RequestError

NO_RESULT = "No result provided"
"""What an unanswered call is answered with."""

GO_ON = "Continue."
"""What the user is made to say where a provider wants the user's words."""


@frozen
class Fitted:
    """A conversation made to fit, the report, and where each of its messages comes from.

    `origins` are the numbers that the messages have in the stored conversation; `blocks`, for a message of which
    blocks were left out, the numbers that the others have there.
    """

    context: Context
    notes: tuple[Note, ...]
    origins: Sequence[int]
    blocks: Mapping[int, Sequence[int]]

    def traced(self, notes: Sequence[Note]) -> tuple[Note, ...]:
        """Notes about this conversation, with the paths they have in the stored one."""
        if not notes or (not self.blocks and all(map(eq, self.origins, count()))):
            return tuple(notes)
        return tuple(Note(note.action, self.stored_path(note.path), note.reason) for note in notes)

    def stored_path(self, path: str) -> str:
        """The path that a place in this conversation has in the stored one."""
        return _PATH.sub(self._trace, path)

    def _trace(self, found: re.Match[str]) -> str:
        number, block = int(found["message"]), found["block"]
        if number >= len(self.origins):
            return found[0]
        origin, blocks = self.origins[number], self.blocks.get(number)
        if block is None:
            return f"messages.{origin}"
        stored = int(block)
        if blocks is not None:
            stored = blocks[stored] if stored < len(blocks) else stored
        return f"messages.{origin}.content.{stored}"


_PATH = re.compile(r"\Amessages\.(?P<message>\d+)(?:\.content\.(?P<block>\d+))?")


def fit(context: Context, model: Model, rules: HandoffRules | None = None) -> tuple[Context, tuple[Note, ...]]:
    """The conversation as `model` may see it, and what was changed on the way. Pure.

    Takes time in proportion to the number of blocks. Raises `RequestError` for what is no conversation.
    """
    fitted = fit_conversation(context, model, rules)
    return fitted.context, fitted.notes


def fit_conversation(context: Context, model: Model, rules: HandoffRules | None = None) -> Fitted:
    """`fit`, and where each message comes from."""
    fitting = _Fitting(model, rules or HandoffRules(), [tool.name for tool in context.tools])
    try:
        fitting.fit(context.messages)
    except (TypeError, AttributeError):
        check_sendable(context)  # says what is to blame, if anything in it is
        raise
    system, notes = context.system_prompt, fitting.blocks.notes
    if system and not system.strip():
        notes.insert(0, Note("dropped", "system_prompt", "an empty system prompt"))
    fitted = evolve(context, messages=tuple(fitting.fitted), system_prompt=system if (system or "").strip() else None)
    return Fitted(fitted, tuple(notes), fitting.origins, fitting.numbers)


class _Fitting:
    """One pass over a conversation: what is written so far, calls that wait for a result, words that wait for them."""

    def __init__(self, model: Model, rules: HandoffRules, tools: Sequence[str]) -> None:
        self.rules = rules
        self.alternate = rules.alternate
        self.blocks = BlockFitter(model, rules, tools)
        self.note = self.blocks.note
        self.fitted: list[Message] = []
        self.origins: list[int] = []
        self.numbers: dict[int, Sequence[int]] = {}
        # by the id they were stored under, which some servers give to several calls
        self.open: dict[str, list[OpenCall]] = {}
        self.held: list[tuple[UserMessage, int, Sequence[int] | None]] = []

    def fit(self, messages: Sequence[Message]) -> None:
        """Writes the messages as the model may see them."""
        backwards = range(len(messages) - 1, -1, -1)
        asked_now = next((number for number in backwards if _is_answer(messages[number])), -1)
        for number, message in enumerate(messages):
            if isinstance(message, AssistantMessage):
                self._answer(message, number)
            elif isinstance(message, ToolResultMessage):
                self._result(message, number)
            elif isinstance(message, UserMessage):  # pyright: ignore[reportUnnecessaryIsInstance]
                self._user(message, number, past=number < asked_now)
            else:
                raise RequestError(f"messages.{number} is no message, but {type(message).__name__}; see from_dict")
        self._settle(len(messages))

    def write(self, message: Message, origin: int, numbers: Sequence[int] | None = None) -> None:
        """The next message that is sent: where it comes from, and the numbers its blocks had, if some are left out."""
        if numbers is not None:
            self.numbers[len(self.fitted)] = numbers
        self.fitted.append(message)
        self.origins.append(origin)

    # -- users and results

    def _user(self, message: UserMessage, number: int, *, past: bool) -> None:
        content, numbers = message.content, None
        if isinstance(content, str):
            empty = content.isspace() or not content
        else:
            seen, numbers = self.blocks.given(_checked(content, number), number, past=past)
            empty = not seen
            if seen is not content:
                message = evolve(message, content=seen)
        if empty:
            self.note("dropped", (number,), "an empty turn")
        elif self.open or self.held:
            self.held.append((message, number, numbers))
        else:
            self._write_user(message, number, numbers)

    def _result(self, message: ToolResultMessage, number: int) -> None:
        call_id, name = message.tool_call_id, message.tool_name
        call = self._take(call_id, name)
        if call is not None:
            call_id, name = call[1].id, call[1].name
            if self.held:
                self.note("changed", (number,), "a result that came late, to its place before the user's words")
        elif not self.rules.history_is_kept:
            reason = f"a result for call {call_id[:80]!r}, which is not in what is sent or has one already"
            self.note("dropped", (number,), reason)
            return
        content: Any = message.content
        numbers: Sequence[int] | None = None
        if not isinstance(content, str):
            content, numbers = self.blocks.given(_checked(content, number), number, past=True)
        if call_id != message.tool_call_id or name != message.tool_name or content is not message.content:
            failed, details, when = message.is_error, message.details, message.timestamp
            message = ToolResultMessage(call_id, name, content, failed, details, when)
        self.write(message, number, numbers)

    def _take(self, call_id: str, name: str) -> OpenCall | None:
        """The open call a result is for; of several with one id, the one of its tool, else the first."""
        found = self.open.get(call_id)
        if not found:
            return None
        if len(found) == 1:
            del self.open[call_id]
            return found[0]
        number = next((number for number, (stored, *_) in enumerate(found) if stored.name == name), 0)
        return found.pop(number)

    def _settle(self, number: int) -> None:
        """Gives every open call a result, and the user the words that were held back."""
        for stored, sent, place in (call for calls in self.open.values() for call in calls):
            self.note("added", place, f"a result for call {stored.id[:80]!r}, which has none")
            self.write(ToolResultMessage(sent.id, sent.name, NO_RESULT, is_error=True), number)
        held, self.open, self.held = self.held, {}, []
        for message, origin, numbers in held:
            self._write_user(message, origin, numbers)

    def _write_user(self, message: UserMessage, origin: int, numbers: Sequence[int] | None) -> None:
        if self.alternate and self.fitted and isinstance(last := self.fitted[-1], UserMessage):
            self.note("kept", (origin,), "two turns of the user in a row, as one")
            self.fitted[-1] = evolve(last, content=(*_as_blocks(last), *_as_blocks(message)))
        else:
            self.write(message, origin, numbers)

    # -- answers

    def _answer(self, message: AssistantMessage, number: int) -> None:
        if _has_failed(message):
            self.note("dropped", (number,), f"an answer that ended in {message.stop_reason}")
            return
        kin = self.blocks.kinship(message)
        calls: list[OpenCall] = []
        content, numbers = self.blocks.answer(_checked(message.content, number), number, kin, calls)
        if not content:
            self.note("dropped", (number,), "an empty answer")
            return
        if self.open or self.held:
            self._settle(number)
        for call in calls:
            id = call[0].id
            if id in self.open:
                self.open[id].append(call)
            else:
                self.open[id] = [call]
        # What stood beside an answer is its maker's; what the answer said is in its blocks.
        extra: Any = message.extra
        if extra and not (kin.same_api and kin.thinking):
            extra = {}
        if content is not message.content or extra is not message.extra:
            message = _with_content(message, tuple(content), extra)
        if (self.alternate or not self.fitted) and self._lacks_user():
            self.note("added", (number,), "a turn of the user, which has to come before an answer")
            self.write(UserMessage(GO_ON), number)
        self.write(message, number, numbers)

    def _lacks_user(self) -> bool:
        """Whether the user has to speak before the next answer does."""
        if not self.fitted:
            return self.rules.begins_with_user
        return self.alternate and isinstance(self.fitted[-1], AssistantMessage)


def _with_content(message: AssistantMessage, content: Sequence[Any], extra: Mapping[str, Any]) -> AssistantMessage:
    """The same answer made of other blocks; written out, since `evolve` looks at every field and costs twice as much.

    It ended well: an answer that failed is not sent.
    """
    return AssistantMessage(
        content,
        message.api,
        message.provider,
        message.model,
        message.usage,
        message.stop_reason,
        message.raw_stop_reason,
        None,
        message.response_id,
        message.response_model,
        message.timestamp,
        message.notes,
        extra,
    )


def _has_failed(message: AssistantMessage) -> bool:
    return message.error is not None or message.stop_reason in ("error", "aborted")


def _is_answer(message: Message) -> bool:
    """Whether what was asked before has been answered by it."""
    return isinstance(message, AssistantMessage) and bool(message.content) and not _has_failed(message)


def _checked(content: Any, number: int) -> Sequence[Any]:
    """Content that is a list of blocks; raises `RequestError` for what is none."""
    if type(content) in (tuple, list):
        return content
    if isinstance(content, str | bytes) or not isinstance(content, Sequence):
        raise RequestError(f"messages.{number}.content: a list of blocks stands here, not {type(content).__name__}")
    return cast("Sequence[Any]", content)


def _as_blocks(message: UserMessage) -> Sequence[Any]:
    return (Text(message.content),) if isinstance(message.content, str) else message.content
