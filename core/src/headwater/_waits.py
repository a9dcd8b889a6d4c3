"""How long a provider asks to wait where it sends no `retry-after`: when its limits reset, or in words. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

_UNITS: Mapping[str, float] = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

_PART = re.compile(
    r"(\d{1,9}(?:\.\d{1,9})?)\s?(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)(?![a-z])"
)
_TOLD = re.compile(
    r"(?:try(?:ing)?(?: it)? again|retry(?: your request| the request)?|please wait|wait|available|resets?)"
    r"(?: (?:in|after|for|about|at least)){0,2} ((?:\d{1,9}(?:\.\d{1,9})?\s?[a-z]{1,12}[,\s]{0,2}(?:and )?){1,4})",
    re.IGNORECASE,
)
"""Where words name a time to wait, such as "try again in 20s" or "Please retry after 1 minute and 5 seconds"."""

_LIMIT = re.compile(r"(?:x-|anthropic-)?ratelimit-(?:(?P<whose>.+)-)?reset(?:-(?P<what>.+))?")
"""Headers that say when a limit resets, as `x-ratelimit-reset-requests` and `anthropic-ratelimit-tokens-reset`."""

MOMENTS = 1e9
"""From here on, a number of seconds is no span but a moment since the epoch (2001 and later)."""


def parse_duration(text: str) -> float | None:
    """Seconds of a duration such as `1m30s`, `12ms`, `1 minute and 5 seconds`; None for what is none."""
    folded = text.strip().lower()
    parts = _PART.findall(folded)
    if not parts or re.sub(r"[\s,]|and", "", _PART.sub("", folded)):
        return None
    return sum(float(number) * _UNITS[_unit(word)] for number, word in parts)


def told_wait(words: str) -> float | None:
    """Seconds to wait that words ask for; None where they name no time."""
    found = _TOLD.search(words)
    if found is None:
        return None
    # the last word may be another sentence's: "in 20s visit"
    said = found.group(1).lower()
    parts = list(_PART.finditer(said))
    if not parts or parts[0].start() != 0:
        return None
    return sum(float(part.group(1)) * _UNITS[_unit(part.group(2))] for part in parts)


def reset_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds until the limits that are used up reset, by the headers about limits; None where nothing is said.

    Of several limits those count of which nothing remains, and the longest wait; one that stands alone counts in
    any case. Values are durations (`6m0s`), seconds, moments (seconds or milliseconds since the epoch) or dates.
    """
    waits: list[float] = []
    for name, value in headers.items():
        found = _LIMIT.fullmatch(name)
        if found is None:
            continue
        remaining = headers.get(name.replace("reset", "remaining"))
        alone = not (found["whose"] or found["what"])
        now = time.time() if now is None else now  # looked at only where a moment may be said
        seconds = _until(value, now)
        if seconds is not None and (remaining in ("0", "0.0") or (alone and remaining is None)):
            waits.append(seconds)
    return max(waits, default=None)


def _until(value: str, now: float) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return parse_duration(value) if _PART.match(value.strip().lower()) else _date(value, now)
    if not 0 <= number < MOMENTS * 10_000:
        return None
    if number >= MOMENTS * 100:
        number /= 1000
    return max(number - now, 0.0) if number >= MOMENTS else number


def _date(value: str, now: float) -> float | None:
    try:
        moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now, 0.0)


def _unit(word: str) -> str:
    return "ms" if word.startswith(("ms", "milli")) else word[0]
