"""JSON decoded once, in one place: tolerant of types, strict about what is no JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import DecodeError, decoder, dumps, loads


class Inner(msgspec.Struct):
    """A part."""

    n: int = 0


class Outer(msgspec.Struct):
    """What a parser would read."""

    text: str | None = None
    count: int = 0
    items: list[Inner] = []
    inner: Inner | None = None
    anything: Any = None


decode = decoder(Outer)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"text":"a","count":1,"unknown":[]}', Outer("a", 1)),
        (b'{"text":5}', Outer("5")),
        (b'{"text":{"a":1}}', Outer('{"a":1}')),
        (b'{"text":["a"]}', Outer('["a"]')),
        (b'{"text":null,"count":"7"}', Outer(None, 7)),
        (b'{"count":"many","text":"a"}', Outer("a", 0)),
        (b'{"items":[{"n":1},"junk",{"n":"2"},{"n":[]}]}', Outer(items=[Inner(1), Inner(2), Inner(0)])),
        (b'{"items":"junk","inner":{"n":"x"}}', Outer(inner=Inner(0))),
        (b'{"inner":"junk","anything":"kept"}', Outer(anything="kept")),
    ],
)
def test_a_field_of_an_unexpected_type_is_used_where_it_can_be(data: bytes, expected: Outer) -> None:
    """Content is not lost, the other fields are read as ever."""
    assert decode(data) == expected


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'"text"', b"null", b"{'a': 1}", b'{"text":"\xff"}', b"[" * 100_000]
)
def test_what_is_no_object_is_a_decode_error(data: bytes) -> None:
    """With the beginning of what it was."""
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert len(caught.value.snippet) <= 200


@pytest.mark.parametrize("text", ['"\\ud800"', '{"a":"\\udc00x"}', "\ud800", '{"\\ud800":1}'])
def test_lone_surrogates_are_refused(text: str) -> None:
    """They could not be written again."""
    with pytest.raises(DecodeError):
        loads(text)


def test_numbers_that_msgspec_refuses_are_read() -> None:
    """Integers beyond 64 bits, as Python has them."""
    assert loads(b'{"n":123456789012345678901234567890}') == {"n": 123456789012345678901234567890}


def test_numbers_that_are_none_are_read_and_written_as_null() -> None:
    """Servers in Python send them among log probabilities: no reason to lose the event."""
    assert dumps(loads(b'{"logprobs":[-Infinity,NaN,-0.5]}')) == b'{"logprobs":[null,null,-0.5]}'


def test_what_cannot_be_written_is_told() -> None:
    """Surrogates are replaced, what contains itself is refused."""
    loop: list[Any] = []
    loop.append(loop)
    assert dumps({"a\ud800": ["\ud800", ("x", 1)]}) == b'{"a\xef\xbf\xbd":["\xef\xbf\xbd",["x",1]]}'
    with pytest.raises(ValueError, match="contains itself"):
        dumps(loop)


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_nothing_but_a_value_or_a_decode_error_comes_out(data: bytes | str) -> None:
    """Whatever the bytes are; what came out can be written, and stays what it is from then on."""
    try:
        value = loads(data)
    except DecodeError:
        return
    written = dumps(value)
    assert dumps(loads(written)) == written
