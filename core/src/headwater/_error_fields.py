"""A refusal of a service's own shape, read by data: where its code and words stand, and which header says to wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ._json import DecodeError, loads
from .errors import ErrorParts
from .hookspecs import Answer

ERROR_FIELDS = frozenset({"code", "message", "retry_after", "retry_after_ms"})
"""What may be pointed to: two places in the body, and headers that hold seconds or milliseconds."""


def read_error(fields: Mapping[str, str], answer: Answer) -> ErrorParts:
    """What a refusal says where `fields` (by `ERROR_FIELDS`) point; None where nothing stands there. Never raises."""
    try:
        body = loads(answer.body)
    except DecodeError:
        body = None
    seconds = _number(answer, fields.get("retry_after"))
    milliseconds = _number(answer, fields.get("retry_after_ms"))
    wait = seconds if milliseconds is None else milliseconds / 1000
    return ErrorParts(_at(body, fields.get("code")), _at(body, fields.get("message")), wait)


def _at(body: Any, path: str | None) -> str | None:
    """The text or number under names with dots between them."""
    for name in path.split(".") if path else ():
        body = cast("dict[str, Any]", body).get(name) if isinstance(body, dict) else None
    return str(body) if path and type(body) in (str, int) else None


def _number(answer: Answer, header: str | None) -> float | None:
    try:
        return float(answer.headers.get((header or "").lower(), ""))
    except ValueError:
        return None
