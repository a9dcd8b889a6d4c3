"""Answers in a form: the schema that is asked for, the checked value, and the object while it streams."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import anyio
import attrs
import pytest
from core_fake import FakeApi, events, fake_hub

from headwater import (
    AssistantMessage,
    ContentFiltered,
    Context,
    ErrorInfo,
    InvalidOutput,
    Model,
    Options,
    RequestError,
    Text,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    WireRequest,
    hookimpl,
    objects,
    parse,
    response_schema,
)


@attrs.frozen
class Person:
    """A person."""

    name: str
    age: int = 3
    friends: list[str] = attrs.field(factory=list)


ANN = '{"name": "Ann", "age": null, "friends": ["Bo"]}'


class Noting(FakeApi):
    """Keeps the options it was asked with."""

    seen: Options

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        self.seen = options
        return super().transform_messages(model, context, options)


# -- asking


def test_a_class_can_be_asked_for() -> None:
    """Its schema goes to the api, in the strict form."""
    api = Noting()
    fake_hub(api=api).request("fake/m", "Invent one.", response_format=Person)
    assert api.seen.response_format == response_schema(Person)
    assert response_schema(Person)["required"] == ["name", "age", "friends"]


def test_a_schema_goes_as_it_is() -> None:
    """Nothing is added to what a caller wrote."""
    api = Noting()
    fake_hub(api=api).request("fake/m", "Hi", response_format={"type": "object"})
    assert api.seen.response_format == {"type": "object"}


@pytest.mark.parametrize("form", [object(), range, "Person"])
def test_what_cannot_be_asked_for_is_refused(form: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(RequestError, match="cannot be asked for"):
        fake_hub().request("fake/m", "Hi", response_format=form)


def test_a_type_that_is_no_object_stands_in_one() -> None:
    """Providers ask for objects; what comes back is taken out again."""
    assert response_schema(list[int])["properties"] == {"value": {"type": "array", "items": {"type": "integer"}}}
    assert (parse('{"value": [1, 2]}', list[int]), parse("[1, 2]", list[int])) == ([1, 2], [1, 2])


def test_a_form_that_cannot_be_strict_is_asked_for_as_it_is() -> None:
    """Objects with any names."""
    assert response_schema(dict[str, int])["additionalProperties"] == {"type": "integer"}


# -- reading


@pytest.mark.parametrize("text", [ANN, f"  {ANN}\n", f"Here it is:\n```json\n{ANN}\n```\nWell?", f"```\n{ANN}\n```"])
def test_the_value_is_read_from_the_text(text: str) -> None:
    """Also from a fenced block in it."""
    assert parse(AssistantMessage((Text(text),)), Person) == Person("Ann", 3, ["Bo"])


def test_the_value_is_read_from_a_call_of_the_class() -> None:
    """For models that are made to call a tool instead."""
    call = ToolCall("a", "Person", {"name": "Ann"})
    assert parse(AssistantMessage((call,)), Person) == Person("Ann")


def test_an_object_with_a_field_of_that_name_is_no_wrapping() -> None:
    """Only what was wrapped is taken out."""

    @attrs.frozen
    class Holder:
        value: int

    assert parse('{"value": 1}', Holder) == Holder(1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there are none"),
        ("Ann", "no JSON: 'Ann'"),
        ('{"name": "Ann"', "no JSON"),
        ('{"age": "x", "nick": 1}', "name: is missing"),
        ("[]", "an object is asked for, not a list"),
    ],
)
def test_what_does_not_fit_is_told(text: str, problem: str) -> None:
    """Every problem with its path."""
    with pytest.raises(InvalidOutput) as caught:
        parse(text, Person)
    assert caught.value.problems[0].startswith(problem)


def test_an_answer_that_failed_raises_its_error() -> None:
    """Rather than a complaint about its form."""
    message = AssistantMessage((Text("{"),), stop_reason="error", error=ErrorInfo("content_filter", "no"))
    with pytest.raises(ContentFiltered):
        parse(message, Person)


# -- while it streams


def deltas(text: str, size: int) -> list[TextDelta]:
    """The text in pieces."""
    return [TextDelta(0, text[start : start + size]) for start in range(0, len(text), size)]


def test_the_object_grows_with_every_piece() -> None:
    """What was there stays; the last look is the whole."""
    seen = list(objects(deltas(ANN, 7)))
    names = [look.get("name") for look in seen]
    assert (seen[-1], names[0], names[2]) == (json.loads(ANN), None, "Ann")
    assert all(set(one) <= set(two) for one, two in pairwise(seen))


def test_what_is_said_around_the_object_does_not_matter() -> None:
    """Nor what the model thinks."""
    stream = [ThinkingDelta(0, '{"name": "no"}'), *deltas(f"Here:\n```json\n{ANN}\n```", 3)]
    assert list(objects(stream))[-1] == json.loads(ANN)


@pytest.mark.parametrize("count", [1, 5])
def test_a_stream_without_an_object_shows_none(count: int) -> None:
    """Whatever it says."""
    assert list(objects(deltas("nothing", count))) == []


BODY = events(*({"text": ANN[start : start + 5]} for start in range(0, len(ANN), 5)), {"stop": "stop"})


def test_an_async_stream_is_read_as_it_comes() -> None:
    """And parsed at the end."""

    async def main() -> tuple[list[Any], Person]:
        hub = fake_hub(api=FakeApi(local=lambda: [BODY]))
        async with hub.stream("fake/m", "Hi", response_format=Person) as stream:
            seen = [look async for look in objects(stream)]
        await hub.aclose()
        return seen, parse(stream.message, Person)

    seen, person = anyio.run(main)
    assert (seen[-1], person) == (json.loads(ANN), Person("Ann", 3, ["Bo"]))


def test_a_sync_stream_is_read_as_it_comes() -> None:
    """In the same way."""
    hub = fake_hub(api=FakeApi(local=lambda: [BODY]))
    with hub.stream_sync("fake/m", "Hi") as stream:
        seen = list(objects(stream))
    assert seen[-1] == json.loads(ANN)
