"""What the loopback server answers with: a reply, how it is cut, and what goes wrong on the way.

Everything here is data and pure functions; `script` turns a `Reply` into the steps that `_server` performs.
Offsets count bytes of the body as it is sent (after the content encoding, without the HTTP chunk framing).
"""

import importlib
import itertools
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from http.client import responses
from typing import Any, Literal, Protocol

import attrs

Framing = Literal["chunked", "length", "close"]
Encoding = Literal["gzip", "deflate", "br"]
Action = Literal["reset", "half_close", "stall", "hang"]
FaultKind = Literal[
    "reset", "half_close", "stall", "hang_on_close", "bad_chunk_size", "garbage_status_line",
    "drip", "endless", "cut_gzip",
]  # fmt: skip
Gate = Callable[[int], None]

BEFORE_HEAD = -1
"""As the offset of a fault: it strikes before the status line."""

LAST_CHUNK = b"0\r\n\r\n"

# What a fault writes when it strikes, and what it then does to the connection.
_STRIKES: dict[FaultKind, tuple[bytes, Action]] = {
    "reset": (b"", "reset"),
    "half_close": (b"", "half_close"),
    "stall": (b"", "stall"),
    "hang_on_close": (b"", "hang"),
    "bad_chunk_size": (b"not-a-size\r\n", "half_close"),
    "garbage_status_line": (b"\x15\x03\x01 this is no status line\r\n\r\n", "half_close"),
}


@attrs.frozen
class Chunking:
    """How the bytes of a body are cut into pieces; made by its class methods. Pure and repeatable."""

    kind: Literal["whole", "every", "at", "random"] = "whole"
    size: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    offsets: tuple[int, ...] = ()
    seed: int = 0

    @classmethod
    def whole(cls) -> "Chunking":
        """A cut that leaves the body in the pieces it was given in."""
        return cls()

    @classmethod
    def every(cls, size: int) -> "Chunking":
        """A cut after each `size` bytes."""
        return cls("every", size=size)

    @classmethod
    def bytewise(cls) -> "Chunking":
        """A cut after each byte."""
        return cls.every(1)

    @classmethod
    def at(cls, offsets: Sequence[int]) -> "Chunking":
        """A cut at each of these offsets; those outside the body cut nothing."""
        return cls("at", offsets=tuple(offsets))

    @classmethod
    def random(cls, seed: int, max_size: int) -> "Chunking":
        """A cut into pieces of 1 to `max_size` bytes, the same for the same seed."""
        return cls("random", size=max_size, seed=seed)

    def cut(self, pieces: Sequence[bytes]) -> list[bytes]:
        """The same bytes in other pieces; all but `whole` join the pieces first and make no empty ones."""
        if self.kind == "whole":
            return list(pieces)
        body = b"".join(pieces)
        marks = sorted({0, len(body), *(mark for mark in self._marks(len(body)) if 0 < mark < len(body))})
        return [body[start:end] for start, end in itertools.pairwise(marks)]

    def _marks(self, length: int) -> Iterator[int]:
        """Where to cut a body of `length` bytes."""
        dice = random.Random(self.seed)
        mark = 0
        while self.kind in ("every", "random") and mark < length:
            mark += self.size if self.kind == "every" else dice.randint(1, self.size)
            yield mark
        yield from self.offsets


@attrs.frozen
class Fault:
    """One thing that goes wrong with a reply; made by its class methods.

    `after` is the offset where it strikes: `BEFORE_HEAD`, 0 (head sent, no body), a number of body bytes, or
    None for the whole body but not its ending. Inside a piece, its HTTP chunk is announced in full and then
    cut. `gate` is called with that offset in the server's thread just before the fault strikes, so that a
    test can wait until its client has read what came before.
    """

    kind: FaultKind
    after: int | None = None
    gate: Gate | None = None
    piece: bytes = b""

    @classmethod
    def reset(cls, after: int | None, gate: Gate | None = None) -> "Fault":
        """The connection is reset (RST). Off Linux that may drop what the client has not read: use a gate."""
        return cls("reset", after, gate)

    @classmethod
    def half_close(cls, after: int | None, gate: Gate | None = None) -> "Fault":
        """The server ends its side (FIN) without the last chunk, and still reads."""
        return cls("half_close", after, gate)

    @classmethod
    def stall(cls, after: int | None, gate: Gate | None = None) -> "Fault":
        """Nothing more is sent until `release()`, which lets the rest of the reply follow."""
        return cls("stall", after, gate)

    @classmethod
    def hang_on_close(cls) -> "Fault":
        """The whole body, no ending, and the client's FIN is not answered until `release()`."""
        return cls("hang_on_close")

    @classmethod
    def bad_chunk_size(cls, after: int | None) -> "Fault":
        """A chunk whose size is no number, then FIN. For chunked replies."""
        return cls("bad_chunk_size", after)

    @classmethod
    def missing_last_chunk(cls) -> "Fault":
        """The whole body and a FIN in place of the last chunk. The same as `half_close(None)`."""
        return cls.half_close(None)

    @classmethod
    def early_close_before_headers(cls) -> "Fault":
        """The request is read and answered by a FIN. The same as `half_close(BEFORE_HEAD)`."""
        return cls.half_close(BEFORE_HEAD)

    @classmethod
    def garbage_status_line(cls) -> "Fault":
        """Bytes that are no HTTP in place of the status line, then FIN."""
        return cls("garbage_status_line", BEFORE_HEAD)

    @classmethod
    def drip(cls, gate: Gate | None = None) -> "Fault":
        """Head, framing and body one byte at a time; the gate is called with the index of each byte."""
        return cls("drip", gate=gate)

    @classmethod
    def endless(cls, piece: bytes) -> "Fault":
        """After the body this piece again and again, until the client goes."""
        return cls("endless", piece=piece)

    @classmethod
    def cut_gzip(cls, after: int | None = None) -> "Fault":
        """A compressed body that ends early (None: in its middle) inside a correct HTTP framing."""
        return cls("cut_gzip", after)


def _event_stream() -> dict[str, str]:
    """The headers of a reply that names none."""
    return {"content-type": "text/event-stream"}


@attrs.frozen
class Reply:
    """What one request is answered with.

    `body`: bytes, or pieces that are written one by one, each as its own HTTP chunk. `headers` replace the
    defaults of the same lower-case name, also `content-length` (a lie, then). `early` answers before the
    request's body is read, and ends the connection. `pause` is called in the
    server's thread with i before piece i is written; let its waits have a limit, the server cannot interrupt
    them. `encoding` compresses the body, flushed after every piece ("br" needs the brotli package). Raises
    ValueError for a fault that the framing or the encoding cannot show.
    """

    body: bytes | Sequence[bytes] = b""
    status: int = attrs.field(default=200, kw_only=True)
    headers: dict[str, str] = attrs.field(factory=_event_stream, kw_only=True)
    framing: Framing = attrs.field(default="chunked", kw_only=True)
    chunking: Chunking = attrs.field(factory=Chunking.whole, kw_only=True)
    pause: Callable[[int], None] | None = attrs.field(default=None, kw_only=True)
    fault: Fault | None = attrs.field(default=None, kw_only=True)
    encoding: Encoding | None = attrs.field(default=None, kw_only=True)
    early: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        kind = self.fault.kind if self.fault else None
        if kind == "bad_chunk_size" and self.framing != "chunked":
            raise ValueError(f"fault bad_chunk_size needs framing 'chunked', not {self.framing!r}")
        if kind == "endless" and self.framing == "length":
            raise ValueError("fault endless has no length: use framing 'chunked' or 'close'")
        if kind == "endless" and self.fault and not self.fault.piece:
            raise ValueError("fault endless needs a piece that is not empty")
        if kind == "cut_gzip" and self.encoding is None:
            raise ValueError("fault cut_gzip needs an encoding, for example encoding='gzip'")


@attrs.frozen
class Pause:
    """Step: call the pause or gate with the index of the piece or byte that follows."""

    call: Gate
    index: int


@attrs.frozen
class Strike:
    """Step: call the gate with the offset, then do this to the connection; more follows only a stall."""

    action: Action
    offset: int
    gate: Gate | None


Step = bytes | Pause | Strike


def script(reply: Reply, *, closing: bool = False) -> Iterator[Step]:
    """The steps of a reply in order: bytes to write, pauses and strikes. Without end for `endless`.

    `closing` announces that the connection ends with this reply. Raises ImportError for "br" without brotli.
    """
    fault = reply.fault
    if fault and fault.kind == "drip":
        yield from _drip(script(attrs.evolve(reply, fault=None), closing=closing), fault.gate)
        return
    strike = fault if fault and fault.kind in _STRIKES else None
    encoder = _Encoder(reply.encoding)
    pieces = _pieces(reply, encoder)
    length = sum(map(len, pieces))
    if strike and strike.after == BEFORE_HEAD:
        yield from _strike(strike, BEFORE_HEAD)
        strike = None
    yield _head(reply, length, closing=closing or reply.framing == "close")
    if _bodyless(reply):
        return
    yield from _body(reply, pieces, strike)
    index = len(pieces)
    while fault and fault.kind == "endless":
        yield from _pause(reply, index)
        yield b"".join(_frame(reply, encoder.feed(fault.piece)))
        index += 1
    if reply.framing == "chunked":
        yield LAST_CHUNK


def _body(reply: Reply, pieces: list[bytes], strike: Fault | None) -> Iterator[Step]:
    """The steps of the framed pieces, with the strike where it belongs."""
    offset = 0
    for index, piece in enumerate(pieces):
        yield from _pause(reply, index)
        if not piece:  # an empty chunk would end the body
            continue
        announced, content, end = _frame(reply, piece)
        after = strike.after if strike else None
        if strike and after is not None and after < offset + len(piece):
            inside = after - offset
            yield announced + content[:inside] if inside else b""
            yield from _strike(strike, after)
            yield content[inside:] + end if inside else announced + content + end
            strike = None
        else:
            yield announced + content + end
        offset += len(piece)
    if strike:
        yield from _strike(strike, offset)


def _drip(steps: Iterator[Step], gate: Gate | None) -> Iterator[Step]:
    """The same steps with every byte on its own, behind the gate."""
    index = 0
    for step in steps:
        if not isinstance(step, bytes):
            yield step
            continue
        for byte in step:
            if gate:
                yield Pause(gate, index)
            yield bytes([byte])
            index += 1


def _pause(reply: Reply, index: int) -> Iterator[Pause]:
    """The pause before a piece, if the reply has one."""
    if reply.pause:
        yield Pause(reply.pause, index)


def _strike(fault: Fault, offset: int) -> Iterator[bytes | Strike]:
    """The steps of a fault at its offset."""
    noise, action = _STRIKES[fault.kind]
    yield noise
    yield Strike(action, offset, fault.gate)


def _pieces(reply: Reply, encoder: "_Encoder") -> list[bytes]:
    """The body encoded and cut, piece by piece."""
    given = [reply.body] if isinstance(reply.body, bytes) else list(reply.body)
    encoded = [encoder.feed(piece) for piece in given]
    kind = reply.fault.kind if reply.fault else None
    if kind != "endless" and (tail := encoder.finish()):
        encoded[-1:] = [b"".join([*encoded[-1:], tail])]
    after = reply.fault.after if reply.fault else None
    if kind == "cut_gzip":
        limit = sum(map(len, encoded)) // 2 if after is None else after
        encoded, _ = _split(encoded, limit)
    pieces = reply.chunking.cut(encoded)
    if kind == "bad_chunk_size" and after is not None:
        before, rest = _split(pieces, after)
        return before + rest
    return pieces


def _split(pieces: Sequence[bytes], offset: int) -> tuple[list[bytes], list[bytes]]:
    """The pieces before and after an offset; the piece that holds it is cut in two."""
    before: list[bytes] = []
    rest: list[bytes] = []
    for piece in pieces:
        if offset > 0:
            before.append(piece[:offset])
        if offset < len(piece):
            rest.append(piece[max(offset, 0) :])
        offset -= len(piece)
    return before, rest


def _frame(reply: Reply, piece: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before, in and after a piece on the wire."""
    if reply.framing == "chunked":
        return b"%x\r\n" % len(piece), piece, b"\r\n"
    return b"", piece, b""


def _bodyless(reply: Reply) -> bool:
    """Whether HTTP forbids this status a body (RFC 9110, 6.4.1)."""
    return reply.status < 200 or reply.status in (204, 304)


def _head(reply: Reply, length: int, *, closing: bool) -> bytes:
    """Status line and headers."""
    headers: dict[str, str] = {}
    if not _bodyless(reply) and reply.framing == "chunked":
        headers["transfer-encoding"] = "chunked"
    if not _bodyless(reply) and reply.framing == "length":
        headers["content-length"] = str(length)
    if reply.encoding:
        headers["content-encoding"] = reply.encoding
    if closing:
        headers["connection"] = "close"
    headers |= {name.lower(): value for name, value in reply.headers.items()}
    status = f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}"
    lines = [status, *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class _Brotli(Protocol):
    """The part of `brotli.Compressor` that is used."""

    def process(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...
    def finish(self) -> bytes: ...


class _Encoder:
    """One compressed body while it is written; the identity for None."""

    def __init__(self, encoding: Encoding | None) -> None:
        self._zlib = None
        self._brotli: _Brotli | None = None
        if encoding == "br":
            module: Any = importlib.import_module("brotli")
            self._brotli = module.Compressor()
        elif encoding:  # window bits: 15 with zlib's header (HTTP's "deflate"), 16 more for gzip's
            self._zlib = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)

    def feed(self, piece: bytes) -> bytes:
        """The encoded piece, flushed so that a client can decode it at once."""
        if self._zlib:
            return self._zlib.compress(piece) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
        if self._brotli:
            return self._brotli.process(piece) + self._brotli.flush()
        return piece

    def finish(self) -> bytes:
        """The end of the encoded body."""
        if self._zlib:
            return self._zlib.flush()
        return self._brotli.finish() if self._brotli else b""
