"""Answers in a form: the schema to ask for, the checked value, and the object while it streams.

message = await hub.complete(model, "Invent a person.", response_format=Person)
person = parse(message, Person)

async for partial in objects(stream): ...      # what there is of it by now, as plain data
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, TypeVar, cast

from ._arguments import Arguments
from ._events import TextDelta
from ._json import DecodeError, loads
from ._kind_schemas import schema_of
from ._kind_values import Reader
from ._kinds import name_of
from ._messages import AssistantMessage
from ._schemas import strict_schema
from .errors import InvalidOutput

Kind = TypeVar("Kind")

VALUE = "value"
"""The field that holds an answer which is no object itself: providers ask for objects."""

_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)\n\s*```", re.DOTALL)


def response_schema(kind: Any) -> dict[str, Any]:
    """The schema by which an answer of that type is asked for; what `response_format=kind` asks.

    In the strict form where that can be. A type that is no object stands in the field `value` of one.
    Raises `TypeError` for a type that has no counterpart in JSON.
    """
    schema = schema_of(kind)
    if schema.get("type") != "object":
        definitions = {name: schema.pop(name) for name in ("$defs",) if name in schema}
        schema = {"type": "object", "properties": {VALUE: schema}, "required": [VALUE], **definitions}
        schema["additionalProperties"] = False
    schema = strict_schema(schema) or schema
    return {"title": _title(kind), **schema}


def parse(answer: AssistantMessage | str, kind: type[Kind] | Any) -> Kind:
    """The value that an answer holds, checked against the type.

    Read from the text (also from a fenced block in it), or from a call of a tool that was made of
    the type. Raises `StreamError` where the answer failed, `InvalidOutput` where it does not fit.
    """
    reader = Reader()
    value = _unwrapped(kind, _found(answer, kind))
    found = reader.read(kind, value)
    if reader.problems:
        raise InvalidOutput(f"the answer's values for {_title(kind)}", reader.problems)
    return cast("Kind", found)


def objects(stream: Any) -> GrowingObject:
    """The object an answer is made of, after each piece of it: plain data, which only grows.

    Iterated as the stream is: `async for` over a `Stream`, `for` over a `SyncStream` or a list of
    events. What is looked at last is whole; `parse(stream.message, kind)` checks it. Read only: what is
    complete is shared between the looks.
    """
    return GrowingObject(stream)


class GrowingObject:
    """The first object in the text of a stream, each time more of it has come."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._arguments = Arguments()
        self._begun = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        events: Iterable[Any] = self._stream
        for event in events:
            if self._feed(event):
                yield self._arguments.look()

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        async for event in self._stream:
            if self._feed(event):
                yield self._arguments.look()

    def _feed(self, event: Any) -> bool:
        """Takes an event; whether it is more of the object."""
        if not isinstance(event, TextDelta):
            return False
        text = event.delta
        if not self._begun:
            _, brace, rest = text.partition("{")
            text, self._begun = brace + rest, bool(brace)
        self._arguments.append(text)
        return bool(text)


def _title(kind: Any) -> str:
    """What a schema is called: the class's name, in the characters every provider takes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name_of(kind) if isinstance(kind, type) else "answer")[:64]


def _found(answer: AssistantMessage | str, kind: Any) -> Any:
    """The JSON value in an answer; raises `InvalidOutput` where there is none."""
    if isinstance(answer, str):
        return _value_in(answer)
    answer.raise_for_error()
    for call in answer.tool_calls:
        if isinstance(kind, type) and call.name == name_of(kind):
            return dict(call.arguments)
    return _value_in(answer.text)


def _value_in(text: str) -> Any:
    fenced = [found[1] for found in _FENCED.finditer(text)]
    for candidate in (text, *fenced):
        try:
            return loads(candidate)
        except DecodeError:
            continue
    raise InvalidOutput("the answer's words", [f"no JSON: {text[:200]!r}" if text.strip() else "there are none"])


def _unwrapped(kind: Any, value: Any) -> Any:
    """The value itself, where it was asked for as the field of an object."""
    if not isinstance(value, dict) or schema_of(kind).get("type") == "object":
        return cast("Any", value)
    held = cast("dict[str, Any]", value)
    return held[VALUE] if set(held) == {VALUE} else held
