"""Keys: where they come from, where they may go, and how they are shown.

A key is read when the request is sent and lives in no repr, log or error. One
from the environment goes only to its provider's own origins; another base URL
needs an explicit key, or gets none. Plain HTTP carries keys to loopback only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from ._model import Credential, Model, WireRequest
from .errors import MissingKey, RequestError

Key = str | Callable[[], Any]
"""A key, or something that is asked for it at each request (it may give back an awaitable)."""


@frozen
class Credentials:
    """Headers that prove who asks, and the secrets in them (for scrubbing); shown by nobody."""

    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def origin_of(url: str) -> str:
    """`scheme://host:port` of a URL, in lower case, the default port left out."""
    parts = urlsplit(url)
    port = parts.port
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, default) else "")


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def may_use_environment(model: Model) -> bool:
    """Whether keys from the environment may go where this model lives."""
    return origin_of(model.base_url) in model.auth.origins


def environment_key(model: Model, environ: Mapping[str, str]) -> tuple[Credential, str] | None:
    """The first key of the environment that the model's provider names, None where none is set or none may go there."""
    if not may_use_environment(model):
        return None
    for credential in model.auth.credentials:
        if credential.env and environ.get(credential.env, "").strip():
            return credential, environ[credential.env]
    return None


def check_key(model: Model, key: Key | None, environ: Mapping[str, str]) -> None:
    """Raises `MissingKey` when the model needs a key and there is none to be had."""
    if key is not None or not model.auth.required or not may_use_environment(model):
        return
    if environment_key(model, environ) is None:
        del environ  # whoever shows a traceback with its variables shows no other key
        names = " or ".join(credential.env for credential in model.auth.credentials if credential.env)
        raise MissingKey(
            f"{model.provider} needs a key; set {names or 'one'}, or give key=... (key='' asks without one)"
        )


def credentials_for(
    model: Model,
    key: str | None,
    environ: Mapping[str, str],
    wire: WireRequest,
    *,
    allow_plain_http: bool = False,
) -> Credentials:
    """The headers that show the key; none for an empty key, where no key may go, or where the request shows one itself.

    Raises `RequestError` for a key that cannot stand in a header, and for plain HTTP beyond this machine.
    """
    if key is None:
        found = environment_key(model, environ)
        # a request that was sent elsewhere on its way (by a flow, or `on_request`) leaves the key behind
        if found is None or origin_of(wire.url) not in model.auth.origins:
            return Credentials()
        credential, secret = found
    else:
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance] - what a function gave
            raise RequestError(f"the key for {model.provider} is of type {type(key).__name__}; give a string")
        secret = key
        credential = _credential_of(model, key)
    secret = secret.strip()
    if not secret:
        return Credentials()
    _check_sendable(model, secret, wire, allow_plain_http=allow_plain_http)
    present = {name.lower(): value for name, value in wire.headers.items()}
    shown = present.get(credential.header.lower())
    if shown is not None:
        return Credentials({}, (secret,))
    headers = {credential.header.lower(): credential.prefix + secret}
    for name, value in credential.headers.items():
        before = present.get(name.lower())
        parts = [*(before.split(",") if before else []), value]
        headers[name.lower()] = ",".join(dict.fromkeys(part.strip() for part in parts))
    return Credentials(headers, (secret,))


def signed(
    model: Model,
    headers: Mapping[str, str],
    secrets: Mapping[str, str],
    wire: WireRequest,
    *,
    allow_plain_http: bool = False,
) -> Credentials:
    """Headers that the provider's own `sign` made of `secrets`, as credentials; refused where a key would be."""
    for value in headers.values():
        _check_sendable(model, value, wire, allow_plain_http=allow_plain_http)
    hidden = [*secrets.values(), *headers.values(), *(value.rpartition(" ")[2] for value in headers.values())]
    return Credentials(headers, tuple(dict.fromkeys(hidden)))


def secrets_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Values of headers that by their name prove who asks, with and without the word before them."""
    shown = [value for name, value in headers.items() if _SECRET_NAME.search(name)]
    return tuple(part for value in shown for part in (value, value.rpartition(" ")[2]))


_SECRET_NAME = re.compile("auth|key|token|secret|cookie|credential|password", re.IGNORECASE)


def _check_sendable(model: Model, secret: str, wire: WireRequest, *, allow_plain_http: bool) -> None:
    """Raises `RequestError` for a secret that cannot stand in a header, and for plain HTTP beyond this machine."""
    if not secret.isascii() or not secret.isprintable():
        raise RequestError(f"the key for {model.provider} holds characters that no header can; check how it was copied")
    if urlsplit(wire.url).scheme == "http" and not is_loopback(wire.url) and not allow_plain_http:
        raise RequestError(
            f"a key for {model.provider} would cross the network unencrypted to {origin_of(wire.url)};"
            " use https, or Hub(allow_plain_http=True)"
        )


def _credential_of(model: Model, key: str) -> Credential:
    """The way to show an explicit key: told by how it begins, else the provider's last way."""
    for credential in model.auth.credentials:
        if credential.key_prefix and key.startswith(credential.key_prefix):
            return credential
    plain = [credential for credential in model.auth.credentials if not credential.key_prefix]
    return plain[-1] if plain else Credential()
