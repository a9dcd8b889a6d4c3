"""Values given as text: options of an api (`name=value`) and headers (`name: value`)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from headwater import DecodeError, RequestError, loads

_OWN = frozenset(("model", "prompt", "system", "tools", "key", "base_url", "retry", "deadlines", "raw", "on_request"))
"""Keywords of a request that are no options of an api, or cannot be said in text."""


def read_options(pairs: Sequence[str]) -> dict[str, Any]:
    """The options in `name=value` pairs; a value that is JSON is read as such, another is a string.

    Raises `RequestError`.
    """
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise RequestError("an option is given as -o name=value")
        if name in _OWN:
            raise RequestError(f"{name} is no option of an api; see headwater chat --help for its own way")
        options[name] = _read_value(value)
    return options


def _read_value(value: str) -> Any:
    try:
        return loads(value)
    except DecodeError:
        return value


def read_headers(given: Sequence[str]) -> dict[str, str]:
    """The headers in `name: value` lines and JSON files (an object, or a list of pairs), names in lower case.

    Raises `RequestError`.
    """
    headers: dict[str, str] = {}
    for one in given:
        name, colon, value = one.partition(":")
        if os.path.isfile(one):
            headers.update(_read_header_file(Path(one)))
        elif colon and name.strip():
            headers[name.strip().lower()] = value.strip()
        else:
            raise RequestError(f"--headers takes 'name: value' or a JSON file; {one[:80]!r} is neither")
    return headers


def _read_header_file(path: Path) -> Mapping[str, str]:
    try:
        found: Any = loads(path.read_bytes())
        pairs = cast("Mapping[str, Any]", found).items() if isinstance(found, dict) else found
        return {str(name).lower(): _joined(value) for name, value in pairs}
    except (DecodeError, OSError, TypeError, ValueError) as error:
        raise RequestError(f"{path} holds no headers ({error}); write a JSON object of them") from error


def _joined(value: Any) -> str:
    """A header's value as HTTP joins several."""
    return ", ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else str(value)
