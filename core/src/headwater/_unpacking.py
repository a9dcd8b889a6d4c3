"""A packed body, unpacked as it comes; pure. Unlike the HTTP client's, it notices that the end is missing.

`gzip` and `deflate` (RFC 9110, section 8.4.1) both end with a mark of their own: a body that is cut inside them, by a
proxy that then ends the transfer in good order, shows in nothing else.
"""

from __future__ import annotations

import zlib

_GZIP, _ZLIB, _BARE = 31, 15, -15
"""`wbits` of zlib for the wrappings; some servers send `deflate` without the one it should have."""


class Unpacking:
    """Unpacks one body; `feed` raises `zlib.error` for what cannot be read."""

    def __init__(self, encoding: str) -> None:
        self._bits = _GZIP if encoding == "gzip" else _ZLIB
        self._unpacker = zlib.decompressobj(self._bits)
        self._began = False

    def feed(self, data: bytes) -> bytes:
        """What more bytes hold, as far as it can be said already; what follows the end mark is no part of it."""
        if self._unpacker.eof and self._bits == _GZIP and data[:1] == b"\x1f" and not self._unpacker.unused_data:
            self._unpacker = zlib.decompressobj(_GZIP)
        unpacked = self._unpack(data)
        # another member, RFC 1952, section 2.2
        while self._bits == _GZIP and self._unpacker.unused_data[:1] == b"\x1f":
            rest, self._unpacker = self._unpacker.unused_data, zlib.decompressobj(_GZIP)
            unpacked += self._unpacker.decompress(rest)
        return unpacked

    @property
    def is_whole(self) -> bool:
        """Whether the end mark came, or nothing at all."""
        return self._unpacker.eof or not self._began

    def _unpack(self, data: bytes) -> bytes:
        began, self._began = self._began, self._began or bool(data)
        if self._unpacker.eof:
            return b""
        try:
            return self._unpacker.decompress(data)
        except zlib.error:
            if began or self._bits != _ZLIB:
                raise
            self._bits, self._unpacker = _BARE, zlib.decompressobj(_BARE)
            return self._unpacker.decompress(data)
