"""What may be written of an exchange, and whether a secret is left in it.

Headers are written by name, from a list of harmless ones; in URLs and bodies what names a person, an account
or a project is replaced. A body is kept byte for byte, so a secret in it cannot be taken out: then
nothing is written.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from headwater import HeadwaterError

REMOVED = "-"
"""What stands in the place of something personal."""

SHORTEST = 8
"""Characters a header's value must have to count as a secret: shorter ones would be found everywhere."""

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
    {"user", "user_id", "safety_identifier", "prompt_cache_key", "session_id", "metadata", "account_id", "project"}
)
"""Fields of a request's body whose values are not written."""

_PLACES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"/projects/[^/?]+"), f"/projects/{REMOVED}"),
    (re.compile(r"/accounts?/[^/?]+"), f"/accounts/{REMOVED}"),
    (re.compile(r"(arn(?::|%3A)[a-z-]+(?::|%3A)[^:%/]*(?::|%3A)[^:%/]*(?::|%3A))\d{12}"), r"\g<1>000000000000"),
)
"""Parts of a path that name an account, and what is written instead."""

PATTERNS: Sequence[tuple[str, re.Pattern[bytes]]] = tuple(
    (name, re.compile(rb"(?<![A-Za-z0-9_+/=-])" + pattern))
    for name, pattern in (
        ("a key that begins with sk-", rb"sk-[A-Za-z0-9_-]{20,}"),
        ("a Google API key", rb"AIza[0-9A-Za-z_-]{35}"),
        ("a Google access token", rb"ya29\.[0-9A-Za-z_.-]{20,}"),
        ("a GitHub token", rb"(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"),
        ("an AWS access key id", rb"(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
        ("a Groq key", rb"gsk_[A-Za-z0-9]{20,}"),
        ("an xAI key", rb"xai-[A-Za-z0-9]{20,}"),
        ("a Hugging Face token", rb"hf_[A-Za-z0-9]{30,}"),
        ("a bearer token", rb"[Bb]earer\s+[A-Za-z0-9._~+/=-]{16,}"),
        ("a JSON web token", rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
        ("a private key", rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    )
)
"""What keys look like; from their issuers' documentation (November 2026)."""


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
    path = parts.path
    for pattern, instead in _PLACES:
        path = pattern.sub(instead, path)
    query = [(name, value if name in QUERY else REMOVED) for name, value in parse_qsl(parts.query)]
    return f"{path}?{urlencode(query)}" if query else path


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
    return {name: REMOVED if name in PERSONAL_FIELDS and one else one for name, one in fields.items()}


def secrets_of(headers: Mapping[str, str], more: Iterable[str] = ()) -> set[str]:
    """The secrets an exchange was made with: values of the request's headers, and those the user names."""
    found = {value for name, value in headers.items() if name.lower() not in UNSECRET}
    words = {word for value in found for word in re.split(r"[\s,;]+", value)}
    return {secret for secret in (*found, *words, *more) if len(secret) >= SHORTEST and not secret.isdigit()}


def find_secret(data: bytes, secrets: Iterable[str], forgiven: Collection[str] = ()) -> str | None:
    """What kind of secret `data` holds, in words that do not tell it; None when there is none.

    Secrets are looked for as they are, in JSON, in URLs and in Base64; what looks like anybody's key as well,
    unless it is `forgiven` (an example key in a prompt, say).
    """
    for secret in secrets:
        if any(form in data for form in _forms(secret)):
            return "the value of a header of the request, or a secret that was named"
    for name, pattern in PATTERNS:
        for found in pattern.finditer(data):
            if found.group().decode("ascii", "replace") not in forgiven:
                return name
    return None


def _forms(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    yield json.dumps(secret)[1:-1].encode()
    yield quote(secret, safe="").encode()
    raw = secret.encode()
    for shift in range(3):
        # Base64 depends on where in a group of three bytes it begins; its first and last signs on what is around it.
        coded = base64.b64encode(b"\0" * shift + raw)
        middle = coded[4 if shift else 0 : len(coded) - 4]
        if len(middle) >= SHORTEST:
            yield middle
            yield middle.translate(bytes.maketrans(b"+/", b"-_"))
