"""The one place that decodes and encodes JSON.

Parsers decode into structs of only the fields they read (msgspec: half the
time of a dictionary). Providers change types without notice; then the same
bytes are decoded plainly and the struct is filled field by field, so that
content of an unexpected type is used and not lost.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

T = TypeVar("T")

MISSING = object()


class DecodeError(ValueError):
    """The bytes are no JSON; `snippet` shows how they begin."""

    def __init__(self, data: bytes, reason: str) -> None:
        data = data[:200]
        super().__init__(data, reason)
        self.snippet: str = data.decode("utf-8", "replace")
        self.reason = reason

    def __str__(self) -> str:
        return f"no JSON ({self.reason}): {self.snippet!r}"


def loads(data: bytes | str) -> Any:
    """The value of a JSON text; raises `DecodeError`. Lone surrogates are refused."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        pass
    try:
        value = json.loads(data)
        msgspec.json.encode(value)
    except (ValueError, RecursionError, TypeError) as error:
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        raise DecodeError(raw, type(error).__name__) from None
    return value


def dumps(value: Any) -> bytes:
    """`value` as compact JSON; lone surrogates become U+FFFD.

    Raises `TypeError` or `ValueError` for what is no JSON.
    """
    try:
        try:
            return msgspec.json.encode(value)
        except UnicodeEncodeError:
            return msgspec.json.encode(_encodable(value))
    except RecursionError:
        raise ValueError("a value that contains itself, or is nested too deeply, is no JSON") from None


def dumps_text(value: Any) -> str:
    """`value` as compact JSON text."""
    return dumps(value).decode()


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def decoder(kind: type[T]) -> Callable[[bytes], T]:
    """A function that decodes bytes into the struct `kind`, field by field where types differ.

    It raises `DecodeError` for what is no JSON or no JSON object.
    """
    strict = msgspec.json.Decoder(kind).decode

    def decode(data: bytes) -> T:
        try:
            return strict(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return fill(kind, loads(data), data)

    return decode


def fill(kind: type[T], value: Any, data: bytes = b"") -> T:
    """The struct `kind` from a decoded object, each field as well as it can be; raises `DecodeError`."""
    if not isinstance(value, dict):
        raise DecodeError(data, f"{type(value).__name__} instead of an object")
    given: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
    filled: dict[str, Any] = {}
    for part in msgspec.structs.fields(kind):  # pyright: ignore[reportArgumentType]
        if part.encode_name in given:
            fitted = fit(given[part.encode_name], part.type)
            if fitted is not MISSING:
                filled[part.name] = fitted
    return kind(**filled)


def fit(value: Any, kind: Any) -> Any:
    """`value` as `kind` as well as it can be, or MISSING."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        pass
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        fitted = (fit(value, member) for member in get_args(kind) if member is not type(None))
        return next((one for one in fitted if one is not MISSING), MISSING)
    if origin is list and isinstance(value, list):
        (item,) = get_args(kind)
        fitted_items = [fit(one, item) for one in value]  # pyright: ignore[reportUnknownVariableType]
        return [one for one in fitted_items if one is not MISSING]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return fill(kind, value) if isinstance(value, dict) else MISSING
    if kind is str and value is not None:
        return dumps_text(value)
    return MISSING
