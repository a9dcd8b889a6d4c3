"""Arguments that come as values with paths: one JSON text, and the object it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google_wire import STOPPED, call, chunk, play, read
from hypothesis import given
from hypothesis import strategies as st

from headwater import DecodeError, ToolCallDelta, ToolCallEnd
from headwater_google._partial_arguments import ArgumentWriter, read_path

NAMES = st.text(st.characters(exclude_characters=".[]'\"", codec="utf-8"), min_size=1, max_size=6)
SCALARS = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)


def entries(value: Any, path: str = "$") -> Iterator[dict[str, Any]]:
    """A value as the provider sends it: a string in pieces, an empty container without a value."""
    if isinstance(value, dict):
        if not value and path != "$":
            yield {"jsonPath": path}
        for name, inner in value.items():
            yield from entries(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from entries(inner, f"{path}[{index}]")
        yield {"jsonPath": f"{path}[]"}
    elif isinstance(value, str):
        half = len(value) // 2
        yield {"jsonPath": path, "stringValue": value[:half], "willContinue": True}
        yield {"jsonPath": path, "stringValue": value[half:]}
    elif value is None:
        yield {"jsonPath": path, "nullValue": "NULL_VALUE"}
    else:
        yield {"jsonPath": path, "boolValue" if isinstance(value, bool) else "numberValue": value}


@given(OBJECTS)
def test_any_object_is_written_as_one_json_text(value: dict[str, Any]) -> None:
    """The pieces joined are the object, whatever it holds."""
    writer = ArgumentWriter()
    text = "".join(map(writer.add, entries(value))) + writer.close()
    assert (json.loads(text), writer.value, writer.in_order) == (value, value, True)


@given(
    st.lists(st.sampled_from(list(entries({"a": [{"b": "x"}, "y"], "c": {"d": 1, "e": []}, "f": "zz"}))), max_size=9)
)
def test_entries_in_any_order_never_make_a_text_that_lies(given_entries: list[dict[str, Any]]) -> None:
    """Either the text is the object, or the writer says that it is not."""
    writer = ArgumentWriter()
    try:
        text = "".join(map(writer.add, given_entries)) + writer.close()
    except DecodeError:
        return
    assert not writer.in_order or json.loads(text) == writer.value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$.a.b[0]", (("a", "b", 0), False)),
        ("$.list[]", (("list",), True)),
        ("$['odd name'][\"b\"][12].c", (("odd name", "b", 12, "c"), False)),
        ("$.with space", (("with space",), False)),
        ("$", ((), False)),
        ("plain", (("plain",), False)),
    ],
)
def test_paths(text: str, path: Any) -> None:
    """Names after dots or in brackets, indexes, and the end of an array."""
    assert read_path(text) == path


@pytest.mark.parametrize(
    "entry",
    [{"jsonPath": "$" + ".a" * 500, "numberValue": 1}, {"jsonPath": "$.a[999999999]", "numberValue": 1}],
    ids=["too deep", "too wide"],
)
def test_a_path_that_leads_nowhere_is_malformed(entry: dict[str, Any]) -> None:
    """Such a path costs no memory, and no call is made of it."""
    message = read(chunk(call("f", partialArgs=[entry])), STOPPED)
    assert (message.error and message.error.kind, message.tool_calls) == ("malformed", [])


def streamed(*pieces: dict[str, Any]) -> list[Any]:
    """The events of an answer whose call comes in pieces."""
    return play(*(chunk(piece) for piece in pieces), STOPPED)


def test_arguments_arrive_as_they_are_written() -> None:
    """Each piece of a string is a delta, and the deltas joined are the arguments."""
    events = streamed(
        call("cook", willContinue=True),
        call(partialArgs=[{"jsonPath": "$.dish.name", "stringValue": "La", "willContinue": True}], willContinue=True),
        call(partialArgs=[{"jsonPath": "$.dish.name", "stringValue": 'sa"gna'}], willContinue=True),
        call(willContinue=True),
        call(partialArgs=[{"jsonPath": "$.dish.parts[0]", "numberValue": 1.5}], willContinue=True),
        {"functionCall": {}},
    )
    deltas = [event.delta for event in events if isinstance(event, ToolCallDelta)]
    assert deltas == ['{"dish":{"name":"La', 'sa\\"gna', '","parts":[1.5', "]}}"]
    ended = next(event for event in events if isinstance(event, ToolCallEnd))
    assert ended.tool_call.arguments == {"dish": {"name": 'Lasa"gna', "parts": [1.5]}}


def test_a_call_may_end_with_its_last_value() -> None:
    """A piece without `willContinue` is the last, and what follows is a call of its own."""
    message = read(
        chunk(call("one", willContinue=True)),
        chunk(call(partialArgs=[{"jsonPath": "$.a", "boolValue": True}])),
        chunk(call("two", args={"b": None})),
        STOPPED,
    )
    assert [(one.name, one.arguments) for one in message.tool_calls] == [("one", {"a": True}), ("two", {"b": None})]


def test_a_call_whose_end_is_missing_is_whole_when_the_answer_is() -> None:
    """The finish reason, or anything that is no call, ends it."""
    message = read(
        chunk(call("one", willContinue=True)),
        chunk(call(partialArgs=[{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}], willContinue=True)),
        STOPPED,
    )
    assert [one.arguments for one in message.tool_calls] == [{"a": "x"}]


@pytest.mark.parametrize("finish", ["MAX_TOKENS", None])
def test_a_call_that_was_cut_is_not_to_be_run(finish: str | None) -> None:
    """Neither by the limit of tokens nor by the end of the bytes."""
    message = read(
        chunk(call("one", willContinue=True)),
        chunk(call(partialArgs=[{"jsonPath": "$.a", "stringValue": "x", "willContinue": True}], willContinue=True)),
        *([chunk({"text": ""}, finish=finish)] if finish else []),
    )
    assert message.tool_calls == []


def test_a_call_without_arguments_has_none() -> None:
    """Whole or in pieces, no value at all is an empty object."""
    message = read(chunk(call("one"), call("two", willContinue=True), {"functionCall": {}}), STOPPED)
    assert [(one.name, one.arguments) for one in message.tool_calls] == [("one", {}), ("two", {})]


def test_values_out_of_order_are_told_at_the_end() -> None:
    """The deltas cannot say it; the end of the call does, and that it replaced them."""
    events = streamed(
        call("one", willContinue=True),
        call(partialArgs=[{"jsonPath": "$.a.x", "numberValue": 1}], willContinue=True),
        call(partialArgs=[{"jsonPath": "$.b", "numberValue": 2}], willContinue=True),
        call(partialArgs=[{"jsonPath": "$.a.y", "numberValue": 3}]),
    )
    ended = next(event for event in events if isinstance(event, ToolCallEnd))
    assert (ended.tool_call.arguments, ended.replaced) == ({"a": {"x": 1, "y": 3}, "b": 2}, True)
