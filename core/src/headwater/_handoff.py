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
from operator import is_
from typing import Any, cast

from attrs import evolve, frozen

from ._content import Text
from ._handoff_blocks import BlockFitter, OpenCall, Place
from ._handoff_rules import HandoffRules
from ._messages import AssistantMessage, Context, Message, Note, ToolResultMessage, UserMessage
from ._model import Model
from .errors import RequestError

NO_RESULT = "No result provided"
"""What an unanswered call is answered with."""

GO_ON = "Continue."
"""What the user is made to say where a provider wants the user's words."""

Origin = tuple[int, Sequence[int] | None]
"""Where a message that is sent comes from: its number in the stored conversation, and those of its blocks
(None: as they were)."""


@frozen
class Fitted:
    """A conversation made to fit, the report, and where each of its messages comes from."""

    context: Context
    notes: tuple[Note, ...]
    origins: Sequence[Origin]

    def traced(self, notes: Sequence[Note]) -> tuple[Note, ...]:
        """Notes about this conversation, with the paths they have in the stored one."""
        return tuple(evolve(note, path=_PATH.sub(self._trace, note.path)) for note in notes)

    def _trace(self, found: re.Match[str]) -> str:
        number, block = int(found["message"]), found["block"]
        if number >= len(self.origins):
            return found[0]
        origin, blocks = self.origins[number]
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
    fitting.fit(context.messages)
    system, notes = context.system_prompt, fitting.blocks.notes
    if system and not system.strip():
        notes.insert(0, Note("dropped", "system_prompt", "an empty system prompt"))
    fitted = evolve(context, messages=tuple(fitting.fitted), system_prompt=system if (system or "").strip() else None)
    return Fitted(fitted, tuple(notes), fitting.origins)


class _Fitting:
    """One pass over a conversation: what is written so far, calls that wait for a result, words that wait for them."""

    def __init__(self, model: Model, rules: HandoffRules, tools: Sequence[str]) -> None:
        self.rules = rules
        self.blocks = BlockFitter(model, rules, tools)
        self.note = self.blocks.note
        self.fitted: list[Message] = []
        self.origins: list[Origin] = []
        # by the id they were stored under, which some servers give to several calls
        self.open: dict[str, list[OpenCall]] = {}
        self.held: list[tuple[UserMessage, Origin]] = []

    def fit(self, messages: Sequence[Message]) -> None:
        """Writes the messages as the model may see them."""
        backwards = range(len(messages) - 1, -1, -1)
        asked_now = next((number for number in backwards if _is_answer(messages[number])), -1)
        for number, message in enumerate(messages):
            place = (number,)
            if isinstance(message, AssistantMessage):
                self._answer(message, place)
            elif isinstance(message, ToolResultMessage):
                self._result(message, place)
            elif isinstance(message, UserMessage):  # pyright: ignore[reportUnnecessaryIsInstance]
                self._user(message, place, past=number < asked_now)
            else:
                raise RequestError(f"messages.{number} is no message, but {type(message).__name__}; see from_dict")
        self._settle(len(messages))

    def write(self, message: Message, origin: Origin) -> None:
        """The next message that is sent."""
        self.fitted.append(message)
        self.origins.append(origin)

    # -- users and results

    def _user(self, message: UserMessage, place: Place, *, past: bool) -> None:
        content, numbers = message.content, None
        if isinstance(content, str):
            fitted = message if content.strip() else None
        else:
            seen, numbers = self.blocks.given(_checked(content, place), place, past=past)
            fitted = (message if _same(seen, content) else evolve(message, content=seen)) if seen else None
        if fitted is None:
            self.note("dropped", place, "an empty turn")
        elif self.open or self.held:
            self.held.append((fitted, (place[0], numbers)))
        else:
            self._write_user(fitted, (place[0], numbers))

    def _result(self, message: ToolResultMessage, place: Place) -> None:
        call = self._take(message)
        if call is None and not self.rules.history_is_kept:
            whose = message.tool_call_id[:80]
            self.note("dropped", place, f"a result for call {whose!r}, which is not in what is sent or has one already")
            return
        if call is not None and self.held:
            self.note("changed", place, "a result that came late, to its place before the user's words")
        content: Any = message.content
        numbers: Sequence[int] | None = None
        if not isinstance(content, str):
            seen, numbers = self.blocks.given(_checked(content, place), place, past=True)
            content = content if _same(seen, content) else seen
        call_id, name = (call.id, call.name) if call is not None else (message.tool_call_id, message.tool_name)
        if (call_id, name) != (message.tool_call_id, message.tool_name) or content is not message.content:
            failed, details, when = message.is_error, message.details, message.timestamp
            message = ToolResultMessage(call_id, name, content, failed, details, when)
        self.write(message, (place[0], numbers))

    def _take(self, message: ToolResultMessage) -> OpenCall | None:
        """The open call a result is for; of several with one id, the one of its tool, else the first."""
        found = self.open.get(message.tool_call_id)
        if not found:
            return None
        if len(found) == 1:
            del self.open[message.tool_call_id]
            return found[0]
        number = next((number for number, one in enumerate(found) if one.stored_name == message.tool_name), 0)
        return found.pop(number)

    def _settle(self, number: int) -> None:
        """Gives every open call a result, and the user the words that were held back."""
        for call in (call for calls in self.open.values() for call in calls):
            self.note("added", call.place, f"a result for call {call.stored[:80]!r}, which has none")
            self.write(ToolResultMessage(call.id, call.name, NO_RESULT, is_error=True), (number, None))
        held, self.open, self.held = self.held, {}, []
        for message, origin in held:
            self._write_user(message, origin)

    def _write_user(self, message: UserMessage, origin: Origin) -> None:
        last = self.fitted[-1] if self.fitted else None
        if self.rules.alternate and isinstance(last, UserMessage):
            self.note("kept", origin[:1], "two turns of the user in a row, as one")
            self.fitted[-1] = evolve(last, content=(*_as_blocks(last), *_as_blocks(message)))
        else:
            self.write(message, origin)

    # -- answers

    def _answer(self, message: AssistantMessage, place: Place) -> None:
        if _has_failed(message):
            self.note("dropped", place, f"an answer that ended in {message.stop_reason}")
            return
        _checked(message.content, place)
        content, numbers, calls = self.blocks.answer(message, place)
        if not content:
            self.note("dropped", place, "an empty answer")
            return
        self._settle(place[0])
        for call in calls:
            self.open.setdefault(call.stored, []).append(call)
        kin = self.blocks.kinship(message)
        # What stood beside an answer is its maker's; what the answer said is in its blocks.
        extra: Any = message.extra if kin.same_api and kin.thinking else {}
        if (message.extra and not extra) or not _same(content, message.content):
            message = _with_content(message, tuple(content), extra)
        self._write_answer(message, (place[0], numbers))

    def _write_answer(self, message: AssistantMessage, origin: Origin) -> None:
        last = self.fitted[-1] if self.fitted else None
        first = last is None and self.rules.begins_with_user
        if first or (self.rules.alternate and isinstance(last, AssistantMessage)):
            self.note("added", origin[:1], "a turn of the user, which has to come before an answer")
            self.write(UserMessage(GO_ON), (origin[0], None))
        self.write(message, origin)


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


def _same(fitted: Sequence[Any], blocks: Sequence[Any]) -> bool:
    """Whether nothing was changed: the very same blocks."""
    return len(fitted) == len(blocks) and all(map(is_, fitted, blocks))


def _checked(content: Any, place: Place) -> Sequence[Any]:
    """Content that is a list of blocks; raises `RequestError` for what is none."""
    if type(content) in (tuple, list):
        return content
    if isinstance(content, str | bytes) or not isinstance(content, Sequence):
        raise RequestError(f"messages.{place[0]}.content: a list of blocks stands here, not {type(content).__name__}")
    return cast("Sequence[Any]", content)


def _as_blocks(message: UserMessage) -> Sequence[Any]:
    return (Text(message.content),) if isinstance(message.content, str) else message.content
