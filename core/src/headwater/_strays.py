"""Lines that are no events: an error that came outside the protocol, or no stream at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ._assembly import Assembly
from ._classify import describe_body
from ._json import DecodeError, loads

STRAY_BYTES = 64 * 1024
"""How much of what is no event is kept."""

_ERROR_KEYS = frozenset({"error", "errors", "message", "detail", "code", "msg"})


class Strays:
    """Collects such lines and, when the bytes end, says what they were."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0

    def add(self, line: bytes) -> None:
        """Keeps a line, as far as there is room."""
        if self._size < STRAY_BYTES:
            self._lines.append(line[: STRAY_BYTES - self._size])
            self._size += len(line)

    def judge(self, pen: Assembly, status: int | None, headers: Mapping[str, str]) -> None:
        """Fails the pen when the lines are an error, or when they are all there is."""
        if not self._lines or pen.error is not None:
            return
        body = b"\n".join(self._lines)
        named = [line.partition(b":")[2] for line in self._lines if line.startswith(b"error:")]
        for candidate in (body, *self._lines, *named):
            if _is_error(candidate):
                pen.fail_with(candidate, None, headers)
                return
        if not pen.completed and not pen.blocks:
            pen.fail(
                "malformed",
                f"answered {status} with what is no stream: {describe_body(body)}; {_advice(body)}",
                retryable=False,  # another attempt gets the same, and a whole answer was paid for already
            )


def _advice(body: bytes) -> str:
    """What to do about a body that is no stream: a whole answer, or a page."""
    try:
        loads(body)
    except DecodeError:
        return "check the base URL"
    return "it may be a whole answer: ask with simulate_streaming=True, or check the base URL"


def _is_error(candidate: bytes) -> bool:
    try:
        value = loads(candidate)
    except DecodeError:
        return False
    if isinstance(value, list) and value:
        value = cast("list[Any]", value)[0]
    if not isinstance(value, dict):
        return False
    said = cast("dict[str, Any]", value)
    status: Any = said.get("base_resp")  # MiniMax's, which is zero where all is well
    refused = isinstance(status, dict) and bool(cast("dict[str, Any]", status).get("status_code"))
    return refused or bool(_ERROR_KEYS & said.keys())
