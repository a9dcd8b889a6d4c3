"""Signature version 4 of AWS, for the one kind of request that is sent here: a POST without a query.

Pure. The path is signed encoded once more than it is sent, so that a colon of a model's id
(`%3A` on the wire) is `%253A` in what is signed. Source: wire/bedrock-converse section 2; the
oracle of the tests is botocore (November 2026).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

from attrs import field, frozen

from headwater import WireRequest

SERVICE = "bedrock"
"""What Bedrock's own service signs as, its runtime included."""

ALGORITHM = "AWS4-HMAC-SHA256"


@frozen
class AwsKeys:
    """What a request to AWS is signed with; `session_token` belongs to keys that expire."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def sign_request(wire: WireRequest, keys: AwsKeys, region: str, when: datetime) -> dict[str, str]:
    """The headers that prove who asks: `authorization`, `x-amz-date` and, with a session, its token.

    `when` is in UTC. Further headers of the request are not signed.
    """
    stamp = when.strftime("%Y%m%dT%H%M%SZ")
    added = {"x-amz-date": stamp}
    if keys.session_token:
        added["x-amz-security-token"] = keys.session_token
    named = {"content-type": _content_type(wire.headers), "host": _host(wire.url), **added}
    names = ";".join(sorted(named))
    canonical = "\n".join(
        (
            wire.method,
            quote(urlsplit(wire.url).path or "/", safe="/~"),
            "",
            *(f"{name}:{named[name]}" for name in sorted(named)),
            "",
            names,
            hashlib.sha256(wire.body).hexdigest(),
        )
    )
    scope = f"{stamp[:8]}/{region}/{SERVICE}/aws4_request"
    signed = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_signing_key(keys, stamp[:8], region), signed.encode(), hashlib.sha256).hexdigest()
    proof = f"Credential={keys.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {"authorization": f"{ALGORITHM} {proof}", **added}


def _signing_key(keys: AwsKeys, day: str, region: str) -> bytes:
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in (day, region, SERVICE, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _content_type(headers: Mapping[str, str]) -> str:
    """The content type as it will be sent, which is JSON where the request says nothing."""
    named = {name.lower(): value for name, value in headers.items()}
    return " ".join(named.get("content-type", "application/json").split())


def _host(url: str) -> str:
    """The `host` header that a client sends for a URL: without the scheme's own port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"
