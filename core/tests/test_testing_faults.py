"""What a reply becomes on the wire, without any socket: cutting, encoding, and the steps of a script."""

import itertools
import zlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.testing._faults import Chunking, Fault, Pause, Reply, Step, Strike, script

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\n"

CHUNKINGS = st.one_of(
    st.just(Chunking.whole()),
    st.just(Chunking.bytewise()),
    st.integers(1, 9).map(Chunking.every),
    st.lists(st.integers(-1, 40)).map(Chunking.at),
    st.builds(Chunking.random, st.integers(0, 99), st.integers(1, 9)),
)


def written(steps: Iterable[Step]) -> bytes:
    """The bytes among these steps."""
    return b"".join(step for step in steps if isinstance(step, bytes))


def parse_chunks(wire: bytes) -> list[bytes]:
    """The content of complete HTTP chunks; fails for anything else."""
    chunks: list[bytes] = []
    while wire:
        size, _, wire = wire.partition(b"\r\n")
        length = int(size, 16)
        chunks.append(wire[:length])
        assert wire[length : length + 2] == b"\r\n"
        wire = wire[length + 2 :]
    assert chunks.pop() == b""
    return chunks


def body_of(reply: Reply) -> list[bytes]:
    """The HTTP chunks that a reply's script writes, without their framing."""
    return parse_chunks(written(script(reply)).partition(b"\r\n\r\n")[2])


def test_an_empty_piece_does_not_end_the_body() -> None:
    """A piece without bytes is not written as a chunk of size 0."""
    assert body_of(Reply([b"a", b"", b"b"])) == [b"a", b"b"]


def test_a_header_of_the_reply_may_lie() -> None:
    """A content-length given by the test is sent in place of the true one."""
    first = next(script(Reply(b"abc", framing="length", headers={"Content-Length": "99"})))
    assert first == b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n"


@given(st.lists(st.binary(max_size=20), max_size=4), CHUNKINGS)
def test_chunking_keeps_every_byte(pieces: list[bytes], chunking: Chunking) -> None:
    """However a body is cut, its bytes stay the same and in order."""
    assert b"".join(chunking.cut(pieces)) == b"".join(pieces)


@pytest.mark.parametrize(
    ("chunking", "expected"),
    [
        (Chunking.whole(), [b"abc", b"defg"]),
        (Chunking.every(3), [b"abc", b"def", b"g"]),
        (Chunking.bytewise(), [b"a", b"b", b"c", b"d", b"e", b"f", b"g"]),
        (Chunking.at([5, 2, 2, 0, 99]), [b"ab", b"cde", b"fg"]),
    ],
)
def test_chunking_cuts_where_it_says(chunking: Chunking, expected: list[bytes]) -> None:
    """Each way of cutting makes exactly its pieces, and these are the chunks of the reply."""
    assert body_of(Reply([b"abc", b"defg"], chunking=chunking)) == expected


def test_random_chunking_repeats_and_is_bounded() -> None:
    """The same seed cuts the same pieces, none larger than asked, and another seed cuts others."""
    body = [bytes(500)]
    sizes = [[len(piece) for piece in Chunking.random(seed, 7).cut(body)] for seed in (1, 1, 2)]
    assert (sizes[0] == sizes[1], sizes[0] == sizes[2], max(sizes[0]), min(sizes[0]) > 0) == (
        True,
        False,
        7,
        True,
    )


def test_chunking_refuses_pieces_without_bytes() -> None:
    """A size of zero would never end."""
    with pytest.raises(ValueError, match="size"):
        Chunking.every(0)


def test_each_encoded_piece_can_be_decoded_at_once() -> None:
    """The first chunk of a gzip body holds all of the first piece, as a streaming server flushes."""
    first = body_of(Reply([b"data: 1\n\n", b"data: 2\n\n"], encoding="gzip"))[0]
    assert zlib.decompressobj(wbits=31).decompress(first) == b"data: 1\n\n"


def test_endless_compressed_can_be_decoded() -> None:
    """An encoded endless reply is one unbroken compressed stream."""
    steps = script(Reply(encoding="gzip", framing="close", fault=Fault.endless(b"ping")))
    encoded = written(itertools.islice(steps, 6)).partition(b"\r\n\r\n")[2]  # head, start, four pieces
    assert zlib.decompressobj(wbits=31).decompress(encoded) == b"ping" * 4


@pytest.mark.parametrize(
    "make",
    [
        lambda: Reply(framing="length", fault=Fault.bad_chunk_size(0)),
        lambda: Reply(framing="length", fault=Fault.endless(b"x")),
        lambda: Reply(fault=Fault.endless(b"")),
        lambda: Reply(fault=Fault.cut_gzip()),
    ],
)
def test_a_fault_that_cannot_show_is_refused(make: Callable[[], Reply]) -> None:
    """A reply whose framing or encoding would hide its fault raises when it is made."""
    with pytest.raises(ValueError, match="fault"):
        make()


def test_pauses_are_steps_of_the_script() -> None:
    """The pause of a piece stands directly before its bytes."""
    calls: list[int] = []
    steps = [
        step.index if isinstance(step, Pause) else step for step in script(Reply([b"a", b"b"], pause=calls.append))
    ]
    assert steps == [HEAD, 0, b"1\r\na\r\n", 1, b"1\r\nb\r\n", b"0\r\n\r\n"]


@given(st.lists(st.binary(max_size=20), max_size=4), CHUNKINGS, st.integers(0, 90))
def test_a_fault_strikes_at_its_offset(pieces: list[bytes], chunking: Chunking, after: int) -> None:
    """However the body is cut, exactly that many of its bytes, or all, come before the strike."""
    steps = list(script(Reply(pieces, chunking=chunking, framing="close", fault=Fault.stall(after))))
    strikes = [index for index, step in enumerate(steps) if isinstance(step, Strike)]
    before = written(steps[: strikes[0]]).partition(b"\r\n\r\n")[2]
    assert (len(strikes), before) == (1, b"".join(pieces)[:after])


@given(st.lists(st.binary(max_size=20), max_size=4), CHUNKINGS, st.integers(-1, 90) | st.none())
def test_a_stall_changes_no_byte(pieces: list[bytes], chunking: Chunking, after: int | None) -> None:
    """A reply that stalls, and one that drips, are the same bytes as one that does neither."""
    stalled = written(script(Reply(pieces, chunking=chunking, fault=Fault.stall(after))))
    dripped = written(script(Reply(pieces, chunking=chunking, fault=Fault.drip())))
    assert stalled == dripped == written(script(Reply(pieces, chunking=chunking)))


@given(st.binary(min_size=1, max_size=40), CHUNKINGS, st.integers(0, 60))
def test_a_bad_chunk_size_follows_whole_chunks(body: bytes, chunking: Chunking, after: int) -> None:
    """Before the bad size stand complete chunks with exactly the bytes up to the offset."""
    steps = script(Reply(body, chunking=chunking, fault=Fault.bad_chunk_size(after)))
    wire = written(itertools.takewhile(lambda step: not isinstance(step, Strike), steps))
    chunks = wire.removeprefix(HEAD).removesuffix(b"not-a-size\r\n") + b"0\r\n\r\n"
    assert b"".join(parse_chunks(chunks)) == body[:after]


@pytest.mark.parametrize("chunking", [Chunking.whole(), Chunking.every(3)])
def test_cut_gzip_cuts_the_encoded_bytes(chunking: Chunking) -> None:
    """The offset counts compressed bytes, and the framing is complete around what is left of them."""
    whole = b"".join(body_of(Reply([b"data: 1\n\n", b"data: 2\n\n"], encoding="gzip")))
    cut = Reply([b"data: 1\n\n", b"data: 2\n\n"], encoding="gzip", chunking=chunking, fault=Fault.cut_gzip(25))
    assert b"".join(body_of(cut)) == whole[:25]
