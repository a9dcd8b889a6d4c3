"""The comparison with the vendors' own SDKs sees every field, and few streams are excepted from it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import corpus
import oracle
import pytest

from headwater import Done, Error


@cache
def seen(recording: corpus.Recording) -> oracle.Seen:
    """What headwater makes of a stream, beside the stream."""
    hub = corpus.make_hub()
    last = list(hub.decode(recording.find_model(hub), recording.body, headers=recording.headers))[-1]
    assert isinstance(last, Done | Error)
    return oracle.Seen(last.message, recording.wire(hub), recording.reading)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every scalar, and to every list and object that is empty."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from leaves(one, (*path, key))
    if not isinstance(value, dict | list) or not value:
        yield path


def changed(value: Any) -> Any:
    """Another value of the same kind, such as no stream holds."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 987_654
        case str():
            return f"{value}~planted"
        case list():
            return ["planted"]
        case dict():
            return {"planted": True}
        case _:
            return "planted"


def plant(expected: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """`expected` with one value changed."""
    planted = copy.deepcopy(expected)
    place: Any = planted
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = changed(place[path[-1]])
    return planted


@pytest.mark.parametrize("recording", corpus.parameters(corpus.recordings()))
def test_a_planted_change_of_any_field_is_seen(recording: corpus.Recording) -> None:
    """However one value of an `expected.json` is changed, the message no longer agrees with it."""
    expected = recording.expected
    fine = oracle.compare(seen(recording), expected)
    unseen = [
        path
        for path in leaves(expected)
        if path[0] not in oracle.ABOUT_THE_ORACLE and path[0] not in fine
        if path[0] not in oracle.compare(seen(recording), plant(expected, path))
    ]
    assert unseen == []


@pytest.mark.parametrize("recording", corpus.parameters(corpus.recordings()))
def test_a_field_that_nobody_knows_is_seen(recording: corpus.Recording) -> None:
    """A field that is new in an `expected.json` is not passed over."""
    expected = {**recording.expected, "planted": 1}
    assert "planted" in oracle.compare(seen(recording), expected)


def test_exceptions_are_few() -> None:
    """Beyond those that the corpus names, at most two streams in a hundred are excepted."""
    read = {recording.id for recording in corpus.readable()}
    if not read:
        pytest.skip("there are no recordings here, or no plugin to read them")
    beyond = [id for id, difference in oracle.EXCEPTIONS.items() if id in read and not difference.named]
    assert len(beyond) <= 0.02 * len(read)


def test_tables_name_streams_that_exist() -> None:
    """Every stream named in a table of exceptions is in the corpus."""
    if not corpus.recordings():
        pytest.skip("there are no recordings here")
    known = {recording.id for recording in [*corpus.recordings(), *corpus.unjudged()]}
    assert {*oracle.EXCEPTIONS, *oracle.FAILURES} - known == set()


@pytest.mark.parametrize("recording", corpus.parameters(corpus.unjudged()))
def test_a_stream_no_sdk_reads_fails_as_the_table_says(recording: corpus.Recording) -> None:
    """What has no oracle has a kind of error in the table, and ends in it."""
    error = seen(recording).message.error
    assert error is not None
    assert error.kind == oracle.FAILURES[recording.id]
