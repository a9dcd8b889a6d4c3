"""Conversations from and to the messages of chat completions, as other programs keep them.

    context, notes = from_chat(stored_messages)
    messages, notes = to_chat(context)

Nothing is lost in silence: what the other form has no place for is in the notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from headwater import Context, InvalidMessage, Message, Model, Note, fit

from ._chat_messages import chat_messages, chat_rules
from ._compat import ChatCompat
from ._history_reading import ChatReading

_ANY = Model(
    id="any",
    provider="",
    api="openai-completions",
    base_url="",
    input=("text", "image", "document", "audio"),
)
"""A model behind chat completions of which nothing is known."""

_RULES = evolve(chat_rules(ChatCompat()), tells_thinking=False)


def from_chat(
    messages: Sequence[Mapping[str, Any]], *, provider: str = "openai", model: str = ""
) -> tuple[Context, tuple[Note, ...]]:
    """The conversation in messages of chat completions, and notes about what was changed or left behind. Pure.

    `provider` and `model` say who gave the answers. System prompts are joined; arguments of a call that are
    no JSON object make it one that was cut off. Raises `InvalidMessage` for what is no such message.
    """
    if isinstance(messages, str | bytes) or not isinstance(messages, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidMessage(f"a conversation is a list of messages, not {type(messages).__name__}")
    reading = ChatReading(provider, model)
    for number, message in enumerate(messages):
        reading.message(message, f"messages.{number}")
    return reading.context(), tuple(reading.notes)


def to_chat(context: Context | Sequence[Message]) -> tuple[list[dict[str, Any]], tuple[Note, ...]]:
    """The messages of chat completions for a conversation, and notes about what they cannot hold. Pure.

    They may be sent as they are: every call has its result, answers that failed are left out, as is thinking.
    Raises `RequestError` for media of the user's last turn that have no place here.
    """
    whole = context if isinstance(context, Context) else Context(tuple(context))
    fitted, notes = fit(whole, _ANY, _RULES)
    if whole.tools:
        notes = (*notes, Note("dropped", "tools", "tools stand beside the messages"))
    return chat_messages(_ANY, ChatCompat(), fitted), notes


__all__ = ["from_chat", "to_chat"]
