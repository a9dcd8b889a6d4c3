"""Files that were written once: they are read as what they were, and written as they are, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from core_golden import ANSWER, CONTEXT, every_event, load

from headwater import EVENTS, AssistantMessage, Context, InvalidMessage, from_dict, to_dict

FREE = frozenset({"arguments", "extra", "raw", "details", "parameters"})
"""Fields that hold somebody else's data, which is kept as it is."""

REQUIRED = frozenset(
    {"role", "type", "content", "messages", "name", "text", "thinking", "id", "uri", "code", "raw", "toolCallId"}
    | {"toolName", "kind", "message", "action", "path", "reason", "data", "url"}
)
"""Fields without which nothing can be read."""


def objects_in(data: Any) -> Iterator[dict[str, Any]]:
    """Every object of ours in plain data, the innermost last."""
    if isinstance(data, dict):
        yield data
        for name, value in data.items():
            if name not in FREE:
                yield from objects_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from objects_in(value)


def test_a_stored_conversation_is_read_as_what_it_was() -> None:
    """One of everything, with no field at its default."""
    assert from_dict(load("conversation-1.json")) == CONTEXT


def test_a_conversation_is_stored_as_ever() -> None:
    """Names and forms of fields do not change from version to version."""
    assert to_dict(CONTEXT) == load("conversation-1.json")


def test_events_are_stored_as_ever() -> None:
    """Every kind of event."""
    stored = load("events-1.json")
    assert {event["type"] for event in stored} == set(EVENTS)
    assert [to_dict(event) for event in every_event()] == stored
    assert [from_dict(event) for event in stored] == every_event()


def test_fields_of_a_newer_version_do_not_matter() -> None:
    """In every object of ours, at once."""
    data = load("conversation-1.json")
    for number, one in enumerate(list(objects_in(data))):
        one[f"future{number}"] = {"number": number}
    assert from_dict(data) == CONTEXT


@pytest.mark.parametrize("number", range(len(list(objects_in(load("conversation-1.json"))))))
def test_fields_that_an_older_version_did_not_write_have_their_defaults(number: int) -> None:
    """In any object every field may be missing but those that say what it is."""
    data = load("conversation-1.json")
    one = list(objects_in(data))[number]
    for name in [name for name in one if name not in REQUIRED]:
        del one[name]
    assert isinstance(from_dict(data), Context)


@pytest.mark.parametrize("kind", ["message", "conversation"])
def test_a_newer_schema_is_refused_with_advice(kind: str) -> None:
    """Rather than read half of it."""
    data = to_dict(ANSWER) if kind == "message" else to_dict(CONTEXT)
    with pytest.raises(InvalidMessage, match="upgrade headwater"):
        from_dict({**data, "schema": 2})


def test_a_message_may_say_its_schema() -> None:
    """As a conversation does."""
    assert isinstance(from_dict({**to_dict(ANSWER), "schema": 1}), AssistantMessage)
