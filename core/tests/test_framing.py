"""The framings over text: server-sent events, JSON lines, a JSON array, each against another reading."""

import json
import pickle
import re
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headwater._framing import FRAMINGS, FramingError, RawEvent, make_framing

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
NO_LIMIT = 2**20


def outcome(name: str, chunks: Iterable[bytes], limit: int = NO_LIMIT) -> tuple[list[RawEvent], str | int]:
    """Gives the events and how it ended: the bytes left over, or the reason of the error."""
    framing = make_framing(name, limit)
    events: list[RawEvent] = []
    try:
        for chunk in chunks:
            events += framing.feed(chunk)
        events += framing.end()
    except FramingError as fault:
        return events, fault.reason
    return events, framing.leftover


def events_of(name: str, body: bytes) -> list[RawEvent]:
    """Gives the events of a body that comes in one chunk."""
    return outcome(name, [body])[0]


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    """Gives the body in chunks that end at these places (counted from the start, modulo its length)."""
    ends = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    return [body[start:end] for start, end in pairwise(ends)]


def single_bytes(body: bytes) -> list[bytes]:
    """Gives the body byte by byte, with empty chunks between: a transport may hand those out."""
    return [chunk for byte in body for chunk in (bytes([byte]), b"")]


def stray(data: bytes) -> RawEvent:
    """Gives the event that passes these bytes on."""
    return RawEvent(data, stray=True)


places = st.lists(st.integers(min_value=0, max_value=400), max_size=8)


# ---------------------------------------------------------------- server-sent events

WIRE_PIECES = [
    b"data: ", b"data:", b"data", b"event: ping", b"event:", b"event", b"id: 7", b"id: \0", b"id",
    b"retry: 10", b": comment", b"error: {}", b"da", b"{", b'"a": 1}', b" ", b"  ", b"\t", b"x", b":", b"\n",
    b"\n\n", b"\r", b"\r\n", b"\xff", b"\x0b", b"\x85", "\u2028".encode(), BYTE_ORDER_MARK,
    BYTE_ORDER_MARK[:2],
]  # fmt: skip
wire_bytes = st.lists(st.sampled_from(WIRE_PIECES), max_size=40).map(b"".join)


def reference(body: bytes) -> list[RawEvent]:
    """Reads a whole body by the specification, lenient about strays, white space and the open end."""
    lines = re.split(rb"\r\n|\r|\n", body.removeprefix(BYTE_ORDER_MARK))
    if re.fullmatch(rb"[ \t]*(d|da|dat|data|e|ev|eve|even|event|i|id|r|re|ret|retr|retry)?", lines[-1]):
        lines.pop()
    events: list[RawEvent] = []
    data: list[bytes] = []
    name = event_id = b""
    for line in [*lines, b""]:
        field, _, value = line.lstrip(b" \t").partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if not line:
            if data:
                text_id = event_id.decode(errors="replace")
                events.append(RawEvent(b"\n".join(data), name.decode(errors="replace"), text_id))
            data, name, event_id = [], b"", b""
        elif field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
        elif field == b"id":
            event_id = event_id if b"\0" in value else value
        elif field not in (b"", b"retry"):
            events.append(stray(line))
    return events


@given(wire_bytes, places)
@example(b"data: a\r\n\r\ndata: b\r\r", [8, 9, 10, 11])
@example(BYTE_ORDER_MARK + b"data: a\n\n" + BYTE_ORDER_MARK + b"data: b\n\n", [1, 2])
def test_server_sent_events_are_those_of_the_specification_however_they_are_split(
    body: bytes, places: list[int]
) -> None:
    """Whole, byte by byte and cut anywhere, a body gives what a reading of the whole gives."""
    expected = reference(body)
    ways = [[body], single_bytes(body), cut(body, places)]
    assert [outcome("sse", chunks)[0] for chunks in ways] == [expected] * 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: one\n\ndata: two\n\n", [RawEvent(b"one"), RawEvent(b"two")]),
        (b"data:one\ndata: two\ndata\ndata:  three\n\n", [RawEvent(b"one\ntwo\n\n three")]),
        (b"event: a\nid: 1\ndata: x\n\ndata: y\n\n", [RawEvent(b"x", "a", "1"), RawEvent(b"y")]),
        (b"event: a\nid: 1\n\ndata: y\n\n", [RawEvent(b"y")]),
        (b"id: 1\ndata: x\n\nevent: b\ndata: y\n\n", [RawEvent(b"x", "", "1"), RawEvent(b"y", "b")]),
        (b"id: 7\nid: \0\ndata: x\n\n", [RawEvent(b"x", "", "7")]),
        (b": keep-alive\n\nretry: 3000\n\n\n\ndata: y\n\n", [RawEvent(b"y")]),
        (b"data:\n\n", [RawEvent(b"")]),
        (b" data: indented\n\n", [RawEvent(b"indented")]),
        ("data: a\u2028b\x0bc\x85d\n\n".encode("utf-8"), [RawEvent("a\u2028b\x0bc\x85d".encode())]),
        (b"data: \xff\xfe\n\n", [RawEvent(b"\xff\xfe")]),
        (b"data: [DONE]\n\n", [RawEvent(b"[DONE]")]),
    ],
)
def test_a_body_gives_these_events(body: bytes, expected: list[RawEvent]) -> None:
    """Fields, joined data, names and ids that last one event, comments, and what is no line end."""
    assert events_of("sse", body) == expected


def test_a_cr_at_the_end_of_a_chunk_ends_its_line_at_once() -> None:
    """An event is not held back to see whether an LF follows, and the LF that does ends no second line."""
    framing = make_framing("sse")
    assert [framing.feed(chunk) for chunk in (b"data: a\r\n\r", b"\ndata: b\r", b"\n", b"\r\n")] == [
        [RawEvent(b"a")],
        [],
        [],
        [RawEvent(b"b")],
    ]


@pytest.mark.parametrize("line", [b'error: {"code": 500}', b'{"error": {"code": 429}}', b"<html>", b"Oh no"])
def test_a_line_that_is_no_field_is_passed_on_and_the_event_around_it_stays_whole(line: bytes) -> None:
    """An error that a server writes into the stream without framing it is never lost."""
    assert events_of("sse", b"data: a\n" + line + b"\ndata: b\n\n") == [stray(line), RawEvent(b"a\nb")]


def test_a_pretty_printed_error_body_can_be_put_together_again() -> None:
    """The lines of a JSON body without `data:` come one by one, in order, with their bytes."""
    body = json.dumps({"error": {"code": 503, "details": [{"data": "x"}]}}, indent=2).encode()
    events = events_of("sse", b'data: {"a":1}\r\n\r\n' + body)
    assert b"\n".join(event.data for event in events if event.stray) == body


@pytest.mark.parametrize(
    ("body", "expected", "leftover"),
    [
        (b'data: {"a"', [RawEvent(b'{"a"')], 10),
        (b'event: x\ndata: {"a":1}\n', [RawEvent(b'{"a":1}', "x")], 8),
        (b"event: x\ndata: 1\ndat", [RawEvent(b"1", "x")], 5),
        (b"data: 1\n\nevent: half a na", [], 16),
        (b"Service unavail", [stray(b"Service unavail")], 15),
        (b"data: 1\n\n", [], 0),
        (b": comment\n", [], 0),
    ],
)
def test_the_end_of_the_bytes_offers_what_no_blank_line_closed(
    body: bytes, expected: list[RawEvent], leftover: int
) -> None:
    """Servers omit the last blank line; a half line is offered too, a half field name is no stray."""
    framing = make_framing("sse")
    framing.feed(body)
    assert (framing.end(), framing.leftover, framing.end()) == (expected, leftover, [])


# ---------------------------------------------------------------- JSON lines

line_bytes = st.lists(
    st.sampled_from([b'{"a":1}', b"x", b" ", b"\n", b"\r", b"\r\n", b"\n\n", "\u2028".encode(), b"\xff"]),
    max_size=30,
).map(b"".join)


@given(line_bytes, places, st.booleans())
def test_json_lines_are_those_of_splitlines_however_they_are_split(
    body: bytes, places: list[int], with_mark: bool
) -> None:
    """Every line that is not blank is one event, the last one also without its line end."""
    expected = [RawEvent(line.strip()) for line in body.splitlines() if line.strip()]
    body = BYTE_ORDER_MARK * with_mark + body
    ways = [[body], single_bytes(body), cut(body, places)]
    assert [outcome("ndjson", chunks)[0] for chunks in ways] == [expected] * 3


@pytest.mark.parametrize(
    ("body", "expected", "leftover"),
    [
        (b'{"a":1}\n\n{"b":2}\r\n', [RawEvent(b'{"a":1}'), RawEvent(b'{"b":2}')], 0),
        (b'data: {"a":1}\ndata:\ndata:{"b":2}\n', [RawEvent(b'{"a":1}'), RawEvent(b'{"b":2}')], 0),
        (b'{"a":1}\n{"b"', [RawEvent(b'{"a":1}'), RawEvent(b'{"b"')], 4),
    ],
)
def test_json_lines_skip_blanks_and_a_data_prefix(body: bytes, expected: list[RawEvent], leftover: int) -> None:
    """A proxy that writes server-sent events around the lines is read all the same."""
    assert outcome("ndjson", [body]) == (expected, leftover)


# ---------------------------------------------------------------- JSON array

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
strings = st.text(alphabet=st.sampled_from('ab\\"{}[],:\n é')) | st.text(max_size=5)
json_values = st.recursive(
    scalars | strings, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strings, inner, max_size=4)
)


@given(st.lists(json_values, max_size=5), st.sampled_from([None, 2]), st.booleans(), places)
def test_an_array_gives_its_elements_however_it_is_split(
    elements: list[Any], indent: int | None, ascii_only: bool, places: list[int]
) -> None:
    """Compact or pretty-printed, with brackets and escapes in strings: every element is what was sent."""
    body = json.dumps(elements, indent=indent, ensure_ascii=ascii_only).encode()
    for chunks in ([body], single_bytes(body), cut(body, places)):
        events, leftover = outcome("json-array", chunks)
        assert ([json.loads(event.data) for event in events], leftover) == (elements, 0)


@given(st.lists(st.sampled_from([*b'[]{}",\\ a1<']), max_size=30).map(bytes), places)
def test_hostile_arrays_give_the_same_however_they_are_split(body: bytes, places: list[int]) -> None:
    """Unbalanced brackets, open strings and garbage neither raise nor depend on where the reads ended."""
    ways = [[body], single_bytes(body), cut(body, places)]
    whole, *split = [outcome("json-array", chunks) for chunks in ways]
    assert split == [whole] * 2


def test_an_element_is_handed_out_with_its_last_byte() -> None:
    """Nothing waits for the comma, which the server sends with the next element only."""
    framing = make_framing("json-array")
    chunks = (b'[{"a":"]}\\"', b'"}', b'\n,\r\n{"b":{}}', b"]\n")
    fed = [[event.data for event in framing.feed(chunk)] for chunk in chunks]
    assert (fed, framing.end()) == ([[], [b'{"a":"]}\\""}'], [b'{"b":{}}'], []], [])


@pytest.mark.parametrize(
    ("body", "expected", "leftover"),
    [
        (b'{\n  "error": {"code": 400}\n}\n', [RawEvent(b'{\n  "error": {"code": 400}\n}')], 0),
        (b'[{"a":1}]{"error":{}}', [RawEvent(b'{"a":1}'), RawEvent(b'{"error":{}}')], 0),
        (b'[{"a":1},{"b":"x', [RawEvent(b'{"a":1}'), RawEvent(b'{"b":"x')], 7),
        (b'[{"a":1}\n', [RawEvent(b'{"a":1}')], 1),
        (b"[1,2", [RawEvent(b"1"), RawEvent(b"2")], 1),
        (b" <html>[1]</html>", [stray(b"<html>[1]</html>")], 16),
        (b'"Unavailable"', [stray(b'"Unavailable"')], 13),
        (b'[{"a":1}, oops: {}]', [RawEvent(b'{"a":1}'), RawEvent(b"oops"), stray(b": {}]")], 5),
        (BYTE_ORDER_MARK + b"[{}]", [RawEvent(b"{}")], 0),
        (b"", [], 0),
    ],
)
def test_what_an_array_framing_makes_of_other_bodies(body: bytes, expected: list[RawEvent], leftover: int) -> None:
    """Bare objects are events, a cut element is offered as it is, garbage is one stray event."""
    assert outcome("json-array", [body]) == (expected, leftover)


def test_strings_beyond_the_cap_of_the_scanner_are_skipped_as_well() -> None:
    """An element may hold more strings in a row than one round of the scanner takes."""
    body = json.dumps([["]"] * 5_000, {"k": "v"}]).encode()
    assert [json.loads(event.data) for event in events_of("json-array", body)] == [["]"] * 5_000, {"k": "v"}]


# ---------------------------------------------------------------- limits and faults

LINES = [
    b"data: 12345678\n", b"data: 1\n\n", b"event: x\n", b"123456\n", b"\n", b"\r\n", b"12345678901",
    b"[", b"{", b"}",
]  # fmt: skip


@pytest.mark.parametrize("name", ["sse", "ndjson", "json-array"])
@given(body=st.lists(st.sampled_from(LINES), max_size=20).map(b"".join), places=places)
def test_the_limit_strikes_at_the_same_event_however_the_bytes_are_split(
    name: str, body: bytes, places: list[int]
) -> None:
    """The events before the fault and the fault itself do not depend on where the reads ended."""
    ways = [[body], single_bytes(body), cut(body, places)]
    whole, *split = [outcome(name, chunks, limit=16) for chunks in ways]
    assert split == [whole] * 2


@pytest.mark.parametrize(
    ("name", "fitting", "exceeding"),
    [
        ("sse", b"data: 4567890123\n\n", b"data: 45678901234\n\n"),
        ("sse", b"data: 45678901\ndata: 0123456\n\n", b"data: 45678901\ndata: 01234567\n\n"),
        ("sse", b": 34567890123456\n", b": 345678901234567\n"),
        ("ndjson", b"1234567890123456\n", b"12345678901234567\n"),
        ("json-array", b'[{"a":"78901234"}]', b'[{"a":"789012345"}]'),
        ("json-array", b"<234567890123456", b"<2345678901234567"),
    ],
)
def test_an_event_may_have_as_many_bytes_as_the_limit_says(name: str, fitting: bytes, exceeding: bytes) -> None:
    """One byte more, in one chunk and complete, is too large; lines and joined data are what is counted."""
    assert outcome(name, [fitting], limit=16)[1] != "too_large"
    assert outcome(name, [exceeding], limit=16) == ([], "too_large")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("sse", b"data: "), ("ndjson", b'{"a":"'), ("json-array", b'[{"a":"'), ("json-array", b"<")],
)
def test_an_endless_event_raises_before_it_fills_the_memory(name: str, beginning: bytes) -> None:
    """A gigabyte that never ends its event is refused at the limit, with little more than that held."""
    limit, piece = 2**20, b"x" * 2**14
    framing = make_framing(name, limit)
    framing.feed(beginning)
    offered = 0
    tracemalloc.start()
    try:
        with pytest.raises(FramingError) as caught:
            while offered < 2**30:
                framing.feed(piece)
                offered += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (caught.value.reason, offered <= limit, peak < 4 * limit) == ("too_large", True, True)


def test_many_short_data_lines_do_not_get_round_the_limit() -> None:
    """An event that grows line by line without a blank line counts as a whole, its line feeds included."""
    events, ended = outcome("sse", (b"data:\n" * 100 for _ in range(1_000)), limit=4_096)
    assert (events, ended) == ([], "too_large")


def test_events_before_a_fault_are_handed_out_and_the_fault_comes_with_every_later_call() -> None:
    """One chunk with a good and a too large event loses neither the event nor the error."""
    framing = make_framing("sse", 16)
    assert framing.feed(b"data: a\n\ndata: " + b"x" * 20 + b"\n\n") == [RawEvent(b"a")]
    with pytest.raises(FramingError, match="exceeds 16 bytes"):
        framing.feed(b"data: b\n\n")
    with pytest.raises(FramingError, match="exceeds 16 bytes"):
        framing.end()


def test_a_framing_error_survives_pickling() -> None:
    """Errors travel between processes with their reason and their words."""
    error = pickle.loads(pickle.dumps(FramingError("malformed", "what happened")))
    assert (error.reason, str(error)) == ("malformed", "what happened")


def test_the_default_limit_is_32_mebibytes() -> None:
    """A line just below passes, one byte more does not."""
    framing = make_framing("ndjson")
    framing.feed(b"x" * (32 * 2**20))
    with pytest.raises(FramingError):
        framing.feed(b"x")


def test_the_framings_have_these_names() -> None:
    """A request names its framing; an unknown name is answered with those there are."""
    with pytest.raises(ValueError, match="'xml'; choose one of sse, ndjson, json-array, aws-event-stream"):
        make_framing("xml")
    assert sorted(FRAMINGS) == ["aws-event-stream", "json-array", "ndjson", "sse"]
