"""What a client's exceptions mean: what goes wrong with a connection, in headwater's words.

Exceptions are known by their names: httpx and httpx2 share them, and neither is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence

from .errors import Kind


class TransportFailure(Exception):
    """The connection failed, or the peer broke HTTP. `clean_cut`: the body stopped short of its announced end.

    `sent` is False where nobody was reached, so that nothing can have come of the request.
    """

    def __init__(self, kind: Kind, message: str, *, clean_cut: bool = False, sent: bool = True) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.clean_cut = clean_cut
        self.sent = sent


_KINDS: Sequence[tuple[str, Kind]] = (
    ("ConnectTimeout", "network"),
    ("TimeoutException", "timeout"),
    ("RemoteProtocolError", "malformed"),
    ("LocalProtocolError", "invalid_request"),
    ("UnsupportedProtocol", "invalid_request"),
    ("InvalidURL", "invalid_request"),
    ("DecodingError", "malformed"),
    ("TransportError", "network"),
    ("OSError", "network"),
    ("error", "malformed"),  # zlib's
)
"""Names of exception classes and what they mean."""


_NOT_CONNECTED = frozenset(
    {"ConnectError", "ConnectTimeout", "UnsupportedProtocol", "InvalidURL", "LocalProtocolError"}
)
"""Names of exceptions before anything was sent."""

_NETWORK: Kind = "network"


def map_failure(error: BaseException) -> TransportFailure:
    """What an exception of the client means."""
    if isinstance(error, TransportFailure):
        return error
    names = {kind.__name__ for kind in type(error).__mro__}
    kind: Kind = _NETWORK
    for name, meant in _KINDS:
        if name in names:
            kind = meant
            break
    words = str(error) or type(error).__name__
    if "ConnectTimeout" in names:
        words = "no connection within Deadlines.connect"
    cut = kind == "malformed" and ("peer closed" in words or "without sending" in words or "disconnected" in words)
    if cut:
        kind = "network"
    return TransportFailure(kind, words, clean_cut=cut, sent=names.isdisjoint(_NOT_CONNECTED))
