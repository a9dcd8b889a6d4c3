"""Values that have one word in JSON, and the limits a schema may set them.

A reader takes the JSON value and whether what models write instead is understood; it gives BAD, or
raises, for what is no such value.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import pathlib
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

BAD: Any = object()
"""What a value that does not fit is read as."""


def _bool(value: Any, lax: bool) -> Any:
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    return words.get(value.strip().lower(), BAD) if lax and isinstance(value, str) else BAD


def _int(value: Any, lax: bool) -> Any:
    if isinstance(value, bool):
        return BAD
    if isinstance(value, int):
        return value
    if not lax:
        return BAD
    number = float(value) if isinstance(value, str) and not _DIGITS.fullmatch(value.strip()) else value
    if isinstance(number, float):
        return int(number) if number.is_integer() else BAD
    return int(number) if isinstance(number, str) and len(number) < 1000 else BAD


def _float(value: Any, lax: bool) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or (isinstance(value, str) and not lax):
        return BAD
    return float(value)


def _str(value: Any, lax: bool) -> Any:
    if isinstance(value, str):
        return value
    return str(value) if lax and isinstance(value, int | float) and not isinstance(value, bool) else BAD


def _bytes(value: Any, lax: bool) -> Any:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else BAD


def _text(make: Callable[[str], Any]) -> Callable[[Any, bool], Any]:
    return lambda value, lax: make(value) if isinstance(value, str) else BAD


def _decimal(value: Any, lax: bool) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return decimal.Decimal(str(value)) if isinstance(value, str) or number else BAD


def _duration(text: str) -> datetime.timedelta:
    """A duration as ISO 8601 has it, in weeks to seconds."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groupdict().values()) or text.endswith("T"):
        raise ValueError(text)
    return datetime.timedelta(**{name: float(value) for name, value in found.groupdict().items() if value})


_DIGITS = re.compile(r"[-+]?[0-9]+")
_DURATION = re.compile(
    r"P(?:(?P<weeks>[0-9.]+)W)?(?:(?P<days>[0-9.]+)D)?"
    r"(?:T(?:(?P<hours>[0-9.]+)H)?(?:(?P<minutes>[0-9.]+)M)?(?:(?P<seconds>[0-9.]+)S)?)?"
)

READERS: Mapping[Any, tuple[str, Callable[[Any, bool], Any]]] = {
    bool: ("true or false", _bool),
    int: ("a whole number", _int),
    float: ("a number", _float),
    str: ("a string", _str),
    bytes: ("a string in base64", _bytes),
    datetime.datetime: ("a date and time as ISO 8601 has it", _text(datetime.datetime.fromisoformat)),
    datetime.date: ("a date as ISO 8601 has it", _text(datetime.date.fromisoformat)),
    datetime.time: ("a time as ISO 8601 has it", _text(datetime.time.fromisoformat)),
    datetime.timedelta: ("a duration as ISO 8601 has it", _text(_duration)),
    decimal.Decimal: ("a decimal number", _decimal),
    uuid.UUID: ("a UUID", _text(uuid.UUID)),
    pathlib.Path: ("a path", _text(pathlib.Path)),
}
"""What each is called, and how it is read; a reader gives BAD or raises for what is none."""


def broken(keywords: Mapping[str, Any], value: Any) -> Iterable[str]:
    """Limits that a value does not keep."""
    number = value if isinstance(value, int | float) else None
    size = len(cast("Any", value)) if isinstance(value, str | list) else None
    checks: Mapping[str, Callable[[Any], bool]] = {
        "minimum": lambda limit: number is not None and number < limit,
        "exclusiveMinimum": lambda limit: number is not None and number <= limit,
        "maximum": lambda limit: number is not None and number > limit,
        "exclusiveMaximum": lambda limit: number is not None and number >= limit,
        "multipleOf": lambda limit: number is not None and abs(number / limit - round(number / limit)) > 1e-9,
        "minLength": lambda limit: isinstance(value, str) and len(value) < limit,
        "maxLength": lambda limit: isinstance(value, str) and len(value) > limit,
        "minItems": lambda limit: size is not None and size < limit,
        "maxItems": lambda limit: size is not None and size > limit,
        "pattern": lambda limit: isinstance(value, str) and re.search(limit, value) is None,
        "enum": lambda limit: value not in limit,
    }
    for keyword, limit in keywords.items():
        if keyword in checks and checks[keyword](limit):
            yield f"breaks {keyword} {limit!r} with {value!r:.80}"
