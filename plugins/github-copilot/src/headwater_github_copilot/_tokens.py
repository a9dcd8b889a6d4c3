"""The exchange of a GitHub token for one of Copilot's, which lives half an hour (wire/github-copilot, sections 1, 2).

A token of Copilot's says where its account is served. Because the host comes out of a token, only https and hosts
of Copilot's, or of the GitHub that made the token, are believed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import evolve, frozen

from headwater import (
    Answer,
    DecodeError,
    ErrorInfo,
    Flow,
    Kind,
    Model,
    RequestError,
    StreamError,
    WireRequest,
    classify,
    loads,
)

from ._models import HEADERS

EARLY = 300.0
"""Seconds before its end at which a token is exchanged anew."""

PATH = "/copilot_internal/v2/token"

ADVICE: Mapping[int, tuple[Kind, str]] = {
    401: ("authentication", "the GitHub token was refused; make a new one and set COPILOT_GITHUB_TOKEN"),
    403: ("permission", "this account has no Copilot; check its subscription, or the policy of its organisation"),
    404: ("authentication", "this kind of token cannot be exchanged; give exchange=False to use it as it is"),
}

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@frozen
class Session:
    """A token of Copilot's, where it is used (None: where the provider is), and when it ends (seconds)."""

    token: str
    base_url: str | None = None
    ends: float = float("inf")

    def __repr__(self) -> str:
        return f"Session(base_url={self.base_url!r}, ends={self.ends!r})"


def exchange(
    kept: dict[str, Session], github_api: str | None, token: str, model: Model, clock: Callable[[], float]
) -> Flow:
    """A flow that gives the session of an account: one that is kept, or a new one.

    A token that is Copilot's own, and any where `github_api` is None, is used as it is. Raises `StreamError` where
    GitHub refuses, `RequestError` for an answer that is none.
    """
    if github_api is None or "tid=" in token:
        return Session(token, _told_in(token))
    account = hashlib.sha256(f"{github_api} {token}".encode()).hexdigest()
    known = kept.get(account)
    if known is None or known.ends - EARLY <= clock():
        kept[account] = known = yield from _exchanged(github_api, token, model)
    return known


def _exchanged(github_api: str, token: str, model: Model) -> Flow:
    _check_sendable(github_api)
    headers = {"authorization": f"Bearer {token}", "accept": "application/json", **HEADERS}
    answer: Answer = yield WireRequest(github_api + PATH, method="GET", headers=headers)
    if not 200 <= answer.status < 300:
        info = classify(
            answer.status, answer.body, answer.headers, secrets=(token,), provider=model.provider, model=model.id
        )
        raise info.to_exception() if answer.status not in ADVICE else _advised(info, answer.status)
    try:
        told = cast("dict[str, Any]", loads(answer.body))
        made, ends = str(told["token"]), float(told["expires_at"])
        said = cast("dict[str, Any]", told.get("endpoints") or {}).get("api")
    except (DecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise RequestError(
            f"{model.provider}: GitHub's answer holds no token ({type(error).__name__}); try again"
        ) from None
    home = _told_in(made) or (said if isinstance(said, str) else None)
    return Session(made, _believed(home, github_api), ends)


def _advised(info: ErrorInfo, status: int) -> StreamError:
    """The refusal of an exchange, with what to do about it."""
    kind, advice = ADVICE[status]
    return evolve(info, message=f"{info.message} - {advice}", kind=kind, retryable=False).to_exception()


def _told_in(token: str) -> str | None:
    """The host that a token names for its account: `proxy-ep=proxy.X` stands for `api.X`."""
    found = re.search(r"(?:^|;)proxy-ep=(?:https?://)?proxy\.([A-Za-z0-9.-]+)", token)
    return _believed(f"https://api.{found.group(1)}", "https://api.github.com") if found else None


def _believed(url: str | None, github_api: str) -> str | None:
    """A base URL that a token may lead to; None for any other."""
    if url is None:
        return None
    parts, github = urlsplit(url), urlsplit(github_api)
    host, own = parts.hostname or "", (github.hostname or "").removeprefix("api.")
    if host in _LOOPBACK and github.hostname in _LOOPBACK:
        return url.rstrip("/")
    known = host.endswith((".githubcopilot.com", f".{own}"))
    return url.rstrip("/") if parts.scheme == "https" and known else None


def _check_sendable(github_api: str) -> None:
    parts = urlsplit(github_api)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise RequestError(f"a GitHub token would cross the network unencrypted to {parts.netloc}; give https")
