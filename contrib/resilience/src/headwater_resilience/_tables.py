"""Which failures mean what: tables, one row a kind of error, so that they can be read and changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from headwater import Kind, RequestError
from headwater.errors import KINDS

MOVES_ON: Mapping[Kind, bool] = MappingProxyType(
    {
        "network": True,
        "timeout": True,
        "rate_limit": True,
        "overloaded": True,
        "server": True,
        "malformed": True,
        "truncated": True,
        "circuit_open": True,
        # the next provider has another account, and other models
        "quota": True,
        "authentication": True,
        "permission": True,
        "model_not_found": True,
        "unknown": True,
        # another model may take more, or refuse less; whoever wants that says so
        "context_overflow": False,
        "content_filter": False,
        # the same request is as wrong elsewhere
        "invalid_request": False,
        # the caller's own wish
        "aborted": False,
    }
)
"""Whether another source may help where one failed before anything of its answer came."""

COUNTED: Mapping[Kind, bool] = MappingProxyType(
    {
        "network": True,
        "timeout": True,
        "overloaded": True,
        "server": True,
        "malformed": True,
        "truncated": True,
        # they say something of the request, the key or the account, and nothing of the provider's health
        "rate_limit": False,
        "quota": False,
        "authentication": False,
        "permission": False,
        "model_not_found": False,
        "invalid_request": False,
        "context_overflow": False,
        "content_filter": False,
        "aborted": False,
        # another breaker's word, or nobody's
        "circuit_open": False,
        "unknown": False,
    }
)
"""Whether an opening that failed so counts against a circuit breaker."""

RECOVERABLE: frozenset[Kind] = frozenset(
    {"network", "timeout", "rate_limit", "overloaded", "server", "malformed", "truncated"}
)
"""How an answer must have broken off for it to be gone on with, or begun anew."""


def changed(table: Mapping[Kind, bool], also: Iterable[Kind], but: Iterable[Kind], whose: str) -> frozenset[Kind]:
    """The kinds a table says yes to, with those of `also` and without those of `but`."""
    also, but = frozenset(_kinds(also, f"{whose}: also")), frozenset(_kinds(but, f"{whose}: never"))
    if also & but:
        raise RequestError(f"{whose}: also and never both name {', '.join(sorted(also & but))}; name each kind once")
    yes: frozenset[Kind] = frozenset(kind for kind, said in table.items() if said)
    return (yes | also) - but


def _kinds(given: Iterable[Kind], where: str) -> Iterable[Kind]:
    if isinstance(given, str):
        raise RequestError(f"{where} is a sequence of kinds; write [{given!r}]")
    given = tuple(given)
    for kind in given:
        if kind not in KINDS:
            raise RequestError(f"{where} names {kind!r}, which is no kind of error; use {', '.join(sorted(KINDS))}")
    return given
