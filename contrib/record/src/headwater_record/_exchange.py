"""One request and its answer, as they crossed the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import define, field

Ending = Literal["whole", "cut", "left"]
"""How an answer ended: at the end of its body, by a connection that broke, or by a reader that left."""


@define
class Exchange:
    """What was sent and what came back; `timing` holds seconds since the request and bytes that had come by then."""

    method: str
    url: str
    request_headers: Mapping[str, str] = field(repr=False)
    request_body: bytes = field(repr=False)
    began: float
    status: int = 0
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    parts: list[bytes] = field(factory=list[bytes], repr=False)
    timing: list[tuple[float, int]] = field(factory=list[tuple[float, int]], repr=False)
    ending: Ending | None = None

    def answered(self, response: Any, decoded: bool) -> None:
        """The head of the answer is there; `decoded`: its body is read without its compression."""
        self.status = response.status_code
        dropped = {"transfer-encoding", "content-length", "connection"}
        if decoded:
            dropped.add("content-encoding")
        named = {name.lower(): value for name, value in response.headers.items()}
        self.headers = {name: value for name, value in named.items() if name not in dropped}

    def came(self, chunk: bytes, now: float) -> None:
        """More of the body; what is still in the buffers of a connection that ended does not count."""
        if self.ending is not None:
            return
        self.parts.append(chunk)
        so_far = self.timing[-1][1] if self.timing else 0
        self.timing.append((round(now - self.began, 6), so_far + len(chunk)))

    def ended(self, how: Ending) -> None:
        """No more of it is read; what comes later does not change how it ended."""
        self.ending = self.ending or how

    @property
    def body(self) -> bytes:
        """The body as far as it came."""
        return b"".join(self.parts)
