"""The binary event stream format (`application/vnd.amazon.eventstream`): bytes in, frames out.

Contract: pure; `FrameReader` holds at most one unfinished frame of the allowed size. Bytes that contradict
the format raise `BrokenFrame`, a longer frame raises `OversizedFrame` as soon as its prelude is there.

All numbers are big-endian; the checksums are the CRC-32 of zlib::

    prelude   u32 length of the frame | u32 length of the headers | u32 checksum of these 8 bytes
    headers   { u8 length of the name | name | u8 form | value }*
    payload
    u32 checksum of everything before

Source: wire/bedrock-converse.md section 5 and botocore's decoder, the oracle of the tests (November 2026).
"""

from binascii import b2a_base64, crc32
from collections.abc import Callable, Iterator
from struct import Struct

_PRELUDE_BYTES = 12
_CHECKSUM_BYTES = 4
_PRELUDE = Struct("!III")
_CHECKSUM = Struct("!I")
_NAMING_HEADERS = (":event-type", ":exception-type", ":error-code")


class BrokenFrame(ValueError):
    """The bytes of a frame contradict its checksums or its lengths."""


class OversizedFrame(ValueError):
    """A frame announces more bytes (`size`) than the reader may hold."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class FrameReader:
    """Collects bytes and gives every frame of one response as (name, headers, payload)."""

    _CACHED_BLOCKS = 64  # a stream has about ten kinds of events; a hostile one shall not fill the memory

    def __init__(self, max_frame_bytes: int) -> None:
        self._limit = max_frame_bytes
        self._buffer = bytearray()
        self._needed = 0  # with fewer bytes in the buffer there is nothing to do
        self._known: dict[bytes, tuple[str, dict[str, str]]] = {}  # name and headers by header block

    def feed(self, chunk: bytes) -> Iterator[tuple[str, dict[str, str], bytes]]:
        """Yield the frames that this chunk completed; must be read to its end before the next chunk."""
        if self._buffer:
            self._buffer += chunk
            if len(self._buffer) < self._needed:
                return
            chunk = bytes(self._buffer)
        start = 0
        while (end := self._end_of_frame(chunk, start)) <= len(chunk):
            block, payload = _open_frame(chunk[start:end])
            name, headers = self._known.get(block) or self._learn(block)
            yield name, headers, payload
            start = end
        self._buffer, self._needed = bytearray(chunk[start:]), end - start

    def end(self) -> int:
        """Give how many bytes of an unfinished frame are left, and forget them."""
        left = len(self._buffer)
        self._buffer.clear()
        return left

    def _end_of_frame(self, data: bytes, start: int) -> int:
        """Give where the frame at `start` ends, or its prelude as long as that is not whole."""
        if len(data) - start < _PRELUDE_BYTES:
            return start + _PRELUDE_BYTES
        length = _frame_length(data, start)
        if length > self._limit:
            raise OversizedFrame(length)
        return start + length

    def _learn(self, block: bytes) -> tuple[str, dict[str, str]]:
        headers = read_headers(block)
        name = next((headers[key] for key in _NAMING_HEADERS if key in headers), "")
        if len(self._known) < self._CACHED_BLOCKS and len(block) < 1024:
            self._known[block] = name, headers
        return name, headers


def _frame_length(data: bytes, start: int) -> int:
    """Give the length in bytes of the frame that starts at `start`; its whole prelude must be in `data`."""
    length, headers_length, checksum = _PRELUDE.unpack_from(data, start)
    if crc32(data[start : start + 8]) != checksum:
        raise BrokenFrame("the checksum of the prelude of a frame does not match")
    if _PRELUDE_BYTES + headers_length + _CHECKSUM_BYTES > length:
        raise BrokenFrame(f"a frame of {length} bytes cannot hold {headers_length} bytes of headers")
    return length


def _open_frame(frame: bytes) -> tuple[bytes, bytes]:
    """Give the header block and the payload of a whole frame, whose prelude was found right."""
    _, headers_length, prelude_checksum = _PRELUDE.unpack_from(frame)
    body = frame[8:-_CHECKSUM_BYTES]
    # A running CRC may start from a known one: the prelude's covers the first 8 bytes.
    if crc32(body, prelude_checksum) != _CHECKSUM.unpack_from(frame, len(frame) - _CHECKSUM_BYTES)[0]:
        raise BrokenFrame("the checksum of a frame does not match")
    payload_start = _CHECKSUM_BYTES + headers_length
    return body[_CHECKSUM_BYTES:payload_start], body[payload_start:]


def read_headers(block: bytes) -> dict[str, str]:
    """Give the headers of a frame by name, every value as text; of a repeated name the last one counts.

    Booleans become `true` and `false`, timestamps milliseconds since 1970, byte strings base64, UUIDs their
    usual 36 characters. Broken UTF-8 is replaced: the checksum says that it was sent so.
    """
    headers: dict[str, str] = {}
    position = 0
    while position < len(block):
        name, position = _take(block, position + 1, block[position])
        form, position = _take(block, position, 1)
        size, as_text = _form(form[0])
        if size is None:
            encoded_size, position = _take(block, position, 2)
            size = int.from_bytes(encoded_size, "big")
        value, position = _take(block, position, size)
        headers[_text(name)] = as_text(value)
    return headers


def _take(block: bytes, start: int, size: int) -> tuple[bytes, int]:
    """Give `size` bytes from `start` on and the position behind them."""
    end = start + size
    if end > len(block):
        raise BrokenFrame(f"a header needs {end - len(block)} bytes more than its frame has for headers")
    return block[start:end], end


def _form(number: int) -> tuple[int | None, Callable[[bytes], str]]:
    """Give the size of a value in bytes (None: the two bytes before it say) and what makes it text."""
    if number >= len(_FORMS):
        raise BrokenFrame(f"a header has a value of the unknown form {number}")
    return _FORMS[number]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _integer(value: bytes) -> str:
    return str(int.from_bytes(value, "big", signed=True))


def _base64(value: bytes) -> str:
    return b2a_base64(value, newline=False).decode("ascii")


def _uuid(value: bytes) -> str:
    digits = value.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# By the number of the form; see the module's source.
_FORMS: tuple[tuple[int | None, Callable[[bytes], str]], ...] = (
    (0, lambda _: "true"),
    (0, lambda _: "false"),
    (1, _integer),
    (2, _integer),
    (4, _integer),
    (8, _integer),
    (None, _base64),
    (None, _text),
    (8, _integer),
    (16, _uuid),
)
