"""What may be written of an exchange.

Headers are written by name, from a list of harmless ones; in URLs and bodies what names a person, an account
or a project is replaced. Whether a secret is left is looked for in `_search`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from headwater import HeadwaterError

REMOVED = "-"
"""What stands in the place of something personal."""

HARMLESS = frozenset(
    (
        "accept",
        "anthropic-beta",
        "anthropic-version",
        "content-encoding",
        "content-type",
        "date",
        "openai-beta",
        "retry-after",
        "retry-after-ms",
        "user-agent",
        "x-should-retry",
    )
)
"""Headers that are written."""

HARMLESS_BEGINNINGS = ("x-ratelimit-", "anthropic-ratelimit-", "ratelimit")

UNSECRET = HARMLESS | {"accept-encoding", "connection", "content-length", "host", "transfer-encoding"}
"""Headers of a request whose values are no secrets."""

QUERY = frozenset({"alt", "api-version", "beta"})
"""Parameters of a URL that are written with their values."""

PERSONAL_FIELDS = frozenset(
    (
        *(
            "user",
            "user_id",
            "safety_identifier",
            "prompt_cache_key",
            "session_id",
            "metadata",
            "account_id",
            "project",
        ),
        *("sessionId", "user_prompt_id", "requestMetadata"),
    )
)
"""Fields of a request's body whose values are not written."""

ENVELOPES = frozenset({"request"})
"""Fields in which some put the request itself (wire/google-antigravity-and-gemini-cli, Request)."""

_PLACES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(^|/)projects/[^/?]+"), rf"\g<1>projects/{REMOVED}"),
    (re.compile(r"(^|/)accounts?/[^/?]+"), rf"\g<1>accounts/{REMOVED}"),
    (re.compile(r"(arn(?::|%3A)[a-z-]+(?::|%3A)[^:%/]*(?::|%3A)[^:%/]*(?::|%3A))\d{12}"), r"\g<1>000000000000"),
)
"""Parts of a path, or of a model's id, that name an account, and what is written instead."""


class SecretLeft(HeadwaterError):
    """A recording holds a secret and was not written. Says where, never what."""


def harmless(headers: Mapping[str, str], more: Collection[str] = ()) -> dict[str, str]:
    """The headers that may be written; `more` are names (lower case) that the user vouches for."""
    named = {name.lower(): value for name, value in headers.items()}
    return {
        name: value
        for name, value in named.items()
        if name in HARMLESS or name in more or name.startswith(HARMLESS_BEGINNINGS)
    }


def plain_url(url: str) -> str:
    """Path and harmless parameters of a URL: no host, no account."""
    parts = urlsplit(url)
    path = plain_place(parts.path)
    query = [(name, value if name in QUERY else REMOVED) for name, value in parse_qsl(parts.query)]
    return f"{path}?{urlencode(query)}" if query else path


def plain_place(place: str) -> str:
    """A path, or a model's id, without the account or project it is of."""
    for pattern, instead in _PLACES:
        place = pattern.sub(instead, place)
    return place


def plain_body(body: bytes) -> Any:
    """A request's body as JSON without what is personal; as text where it is no JSON."""
    try:
        return _impersonal(json.loads(body))
    except ValueError:
        return body.decode("utf-8", "replace")


def _impersonal(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    plain = {name: REMOVED if name in PERSONAL_FIELDS and one else one for name, one in fields.items()}
    if isinstance(fields.get("model"), str):
        plain["model"] = plain_place(fields["model"])
    return plain | {name: _impersonal(one) for name, one in plain.items() if name in ENVELOPES}
