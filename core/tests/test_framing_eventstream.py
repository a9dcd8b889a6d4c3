"""The binary event stream: against frames built here, a known frame, and botocore's decoder if there."""

import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater._framing import FramingError, RawEvent, make_framing

# A frame that botocore 1.44.5 decodes: `messageStart` with the payload below.
KNOWN_FRAME = bytes.fromhex(
    "0000008400000052a421f9e30b3a6576656e742d7479706507000c6d65737361676553746172740d3a636f6e74656e742d74797065"
    "0700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22726f6c65223a20226173"
    "73697374616e74222c202270223a202261626364227d43dd8ed4"
)
KNOWN_EVENT = RawEvent(
    b'{"role": "assistant", "p": "abcd"}',
    "messageStart",
    headers={":event-type": "messageStart", ":content-type": "application/json", ":message-type": "event"},
)

Header = tuple[str, int, Any]


def frame(headers: Iterable[Header] = (), payload: bytes = b"", block: bytes | None = None) -> bytes:
    """Gives one frame with both checksums right; `block` stands in for headers that cannot be written."""
    block = b"".join(map(header, headers)) if block is None else block
    prelude = struct.pack("!II", 16 + len(block) + len(payload), len(block))
    body = prelude + struct.pack("!I", zlib.crc32(prelude)) + block + payload
    return body + struct.pack("!I", zlib.crc32(body))


def header(of: Header) -> bytes:
    """Gives one header: name, the number of its form, and its value."""
    name, form, value = of
    formats = {2: "!b", 3: "!h", 4: "!i", 5: "!q", 8: "!q"}
    if form in formats:
        encoded = struct.pack(formats[form], value)
    elif form in (6, 7):
        raw = value.encode() if form == 7 else value
        encoded = struct.pack("!H", len(raw)) + raw
    else:
        encoded = value.bytes if form == 9 else b""
    return bytes([len(name.encode())]) + name.encode() + bytes([form]) + encoded


def outcome(chunks: Iterable[bytes], limit: int = 2**20) -> tuple[list[RawEvent], str | int]:
    """Gives the events and how it ended: the bytes left over, or the reason of the error."""
    framing = make_framing("aws-event-stream", limit)
    events: list[RawEvent] = []
    try:
        for chunk in chunks:
            events += framing.feed(chunk)
        events += framing.end()
    except FramingError as fault:
        return events, fault.reason
    return events, framing.leftover


def splits(body: bytes, places: Iterable[int]) -> list[list[bytes]]:
    """Gives the body whole, byte by byte, and cut at these places (modulo its length)."""
    ends = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    cut = [body[start:end] for start, end in pairwise(ends)]
    return [[body], [bytes([byte]) for byte in body], cut]


def integers(bits: int) -> st.SearchStrategy[int]:
    """Gives the signed whole numbers of so many bits."""
    return st.integers(min_value=-(2 ** (bits - 1)), max_value=2 ** (bits - 1) - 1)


values = {
    0: st.just(True), 1: st.just(False), 2: integers(8), 3: integers(16), 4: integers(32), 5: integers(64),
    6: st.binary(max_size=9), 7: st.text(max_size=9), 8: integers(64), 9: st.uuids(),
}  # fmt: skip
names = st.sampled_from([":event-type", ":exception-type", ":error-code", ":message-type", "x", "é"])
header_lists = st.lists(
    st.sampled_from(range(10)).flatmap(lambda form: st.tuples(names, st.just(form), values[form])),
    max_size=5,
    unique_by=lambda of: of[0],
)
frame_lists = st.lists(st.tuples(header_lists, st.binary(max_size=30)), max_size=4)
places = st.lists(st.integers(min_value=0, max_value=400), max_size=8)


def as_text(form: int, value: Any) -> str:
    """Gives the text that the framing makes of a value of this form."""
    if form in (0, 1):
        return str(value).lower()
    return b64encode(value).decode() if form == 6 else str(value)


@given(frame_lists, places)
def test_frames_are_read_however_they_are_split(frames: list[tuple[list[Header], bytes]], places: list[int]) -> None:
    """Every form of header value becomes text, every payload is whole, in any chunks."""
    body = b"".join(frame(headers, payload) for headers, payload in frames)
    expected = [({name: as_text(form, value) for name, form, value in headers}, data) for headers, data in frames]
    for chunks in splits(body, places):
        events, leftover = outcome(chunks)
        assert ([(event.headers, event.data) for event in events], leftover) == (expected, 0)


@given(frame_lists)
def test_frames_are_read_as_botocore_reads_them(frames: list[tuple[list[Header], bytes]]) -> None:
    """Headers and payloads agree with the vendor's decoder."""
    eventstream = pytest.importorskip("botocore.eventstream", reason="botocore is the oracle of this test")
    body = b"".join(frame(headers, payload) for headers, payload in frames)
    oracle = eventstream.EventStreamBuffer()
    oracle.add_data(body)
    expected = [({name: comparable(value) for name, value in m.headers.items()}, m.payload) for m in oracle]
    sent = [{name: form for name, form, _ in headers} for headers, _ in frames]
    actual = [
        ({name: from_text(forms[name], text) for name, text in (event.headers or {}).items()}, event.data)
        for event, forms in zip(outcome([body])[0], sent, strict=True)
    ]
    assert actual == expected


def comparable(value: Any) -> str | bytes:
    """Gives a value of botocore's as text, byte strings (to which it counts UUIDs) as they are."""
    if isinstance(value, bytes):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_text(form: int, text: str) -> str | bytes:
    """Gives the bytes behind the text of a byte string or a UUID, any other text as it is."""
    if form == 9:
        return UUID(text).bytes
    return b64decode(text) if form == 6 else text


def test_a_known_frame_is_read() -> None:
    """The bytes that a server sends for the start of a message."""
    assert outcome([KNOWN_FRAME * 2]) == ([KNOWN_EVENT] * 2, 0)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([(":message-type", 7, "event"), (":event-type", 7, "chunk")], "chunk"),
        (
            [(":message-type", 7, "exception"), (":exception-type", 7, "throttlingException")],
            "throttlingException",
        ),
        ([(":error-message", 7, "no"), (":error-code", 7, "InternalFailure")], "InternalFailure"),
        ([("other", 7, "x")], ""),
        ([], ""),
    ],
)
def test_an_event_is_named_by_what_its_headers_say_it_is(headers: list[Header], name: str) -> None:
    """Event type, exception type or error code, whichever there is."""
    assert [event.name for event in outcome([frame(headers)])[0]] == [name]


def damaged(body: bytes, at: int) -> bytes:
    """Gives the bytes with one bit turned."""
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


@given(st.integers(min_value=0, max_value=len(KNOWN_FRAME) - 1), places)
def test_a_turned_bit_anywhere_is_malformed_and_the_frame_before_it_is_kept(at: int, places: list[int]) -> None:
    """Both checksums are checked; what came whole is handed out, in any chunks."""
    body = KNOWN_FRAME + damaged(KNOWN_FRAME, at) + KNOWN_FRAME
    assert [outcome(chunks) for chunks in splits(body, places)] == [([KNOWN_EVENT], "malformed")] * 3


def prelude(length: int, headers_length: int) -> bytes:
    """Gives a prelude with its checksum right and lengths as asked."""
    lengths = struct.pack("!II", length, headers_length)
    return lengths + struct.pack("!I", zlib.crc32(lengths))


@pytest.mark.parametrize("lengths", [(0, 0), (15, 0), (16, 1), (100, 85), (100, 2**32 - 1)])
def test_lengths_that_contradict_each_other_are_malformed(lengths: tuple[int, int]) -> None:
    """A frame that cannot hold what its prelude announces is refused when the prelude is there."""
    assert outcome([prelude(*lengths)]) == ([], "malformed")


@pytest.mark.parametrize(
    "block",
    [
        b"\x05ab",
        b"\x01a",
        b"\x01a\x0a",
        b"\x01a\xff",
        b"\x01a\x04\0\0",
        b"\x01a\x07\0",
        b"\x01a\x07\0\x05abc",
    ],
)
def test_headers_that_do_not_fit_their_block_are_malformed(block: bytes) -> None:
    """A name or value cut short, and forms that do not exist, even where the checksums are right."""
    assert outcome([frame(block=block)]) == ([], "malformed")


def test_broken_text_in_a_header_is_replaced() -> None:
    """The checksum says that the server sent it so; the event is worth more than the header."""
    events, _ = outcome([frame(block=b"\x01a\x07\0\x01\xff")])
    assert [event.headers for event in events] == [{"a": "\ufffd"}]


def test_a_body_that_is_no_event_stream_is_malformed() -> None:
    """An error page is refused at its twelfth byte."""
    assert outcome([b"<html><body>Bad gateway</body></html>"]) == ([], "malformed")


@pytest.mark.parametrize("length", [1, 11, 12, len(KNOWN_FRAME) - 1])
def test_a_cut_frame_is_kept_back_and_counted(length: int) -> None:
    """The end of the bytes inside a frame gives no event and says how much was left."""
    assert outcome([KNOWN_FRAME + KNOWN_FRAME[:length]]) == ([KNOWN_EVENT], length)


def test_a_frame_beyond_the_limit_is_refused_by_its_prelude() -> None:
    """Nothing is collected for a frame that announces too much; one of just the limit is read."""
    limit = len(KNOWN_FRAME)
    assert outcome([KNOWN_FRAME, prelude(limit + 1, 0)], limit) == ([KNOWN_EVENT], "too_large")


def test_endlessly_many_kinds_of_headers_are_not_remembered() -> None:
    """A stream whose headers never repeat is read right and does not fill the memory with them."""
    body = [frame([(":event-type", 4, number)]) for number in range(1_000)]
    framing = make_framing("aws-event-stream")
    named = [event.name for chunk in body for event in framing.feed(chunk)]
    remembered = framing._frames._known  # pyright: ignore[reportAttributeAccessIssue]
    assert (named, len(remembered)) == ([str(number) for number in range(1_000)], 64)
