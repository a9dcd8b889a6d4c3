"""Conversations from and to Messages, as other programs keep them.

    context, notes = from_messages(stored, system="Be brief.")
    body, notes = to_messages(context)      # {"system": ..., "messages": [...]}

Nothing is lost in silence: what the other form has no place for is in the notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from headwater import AssistantMessage, Context, InvalidMessage, Message, Model, Note, fit

from ._body import Draft
from ._compat import MessagesCompat
from ._history_reading import MessagesReading
from ._messages import write_messages
from ._options import MessagesOptions
from .messages import RULES

_RULES = evolve(RULES, tells_thinking=False)


def from_messages(
    messages: Sequence[Mapping[str, Any]],
    *,
    system: str | Sequence[Mapping[str, Any]] | None = None,
    provider: str = "anthropic",
    model: str = "",
) -> tuple[Context, tuple[Note, ...]]:
    """The conversation in messages of the protocol, and notes about what was changed or left behind. Pure.

    `provider` and `model` say who gave the answers: signatures hold there. A turn with results of tools becomes
    a message for each, and one of the user for the rest. Raises `InvalidMessage` for what is no such message.
    """
    if isinstance(messages, str | bytes) or not isinstance(messages, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidMessage(f"a conversation is a list of messages, not {type(messages).__name__}")
    reading = MessagesReading(provider, model)
    reading.prompt(system, "system")
    for number, message in enumerate(messages):
        reading.message(message, f"messages.{number}")
    return reading.context(), tuple(reading.notes)


def to_messages(context: Context | Sequence[Message]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """`messages` and, where there is one, `system` for a conversation, and notes about what they cannot hold. Pure.

    They may be sent as they are: every call has its result, answers that failed are left out, as is
    thinking of other makers. Raises `RequestError` for media of the user's last turn that have no place here.
    """
    whole = context if isinstance(context, Context) else Context(tuple(context))
    model = _asked(whole.messages)
    fitted, notes = fit(whole, model, _RULES)
    draft = Draft(model, MessagesCompat(), fitted, MessagesOptions())
    write_messages(draft)
    if whole.tools:
        draft.notes.append(Note("dropped", "tools", "tools stand beside the messages"))
    return draft.body, (*notes, *draft.notes)


def _asked(messages: Sequence[Message]) -> Model:
    """The model that answered last over this protocol: what it said goes back as it is."""
    own = [one for one in messages if isinstance(one, AssistantMessage) and one.api == "anthropic-messages"]
    provider, model = (own[-1].provider, own[-1].model) if own else ("anthropic", "any")
    return Model(model, provider, "anthropic-messages", "", input=("text", "image", "document"))


__all__ = ["from_messages", "to_messages"]
