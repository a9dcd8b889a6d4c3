"""Who may serve a request: what the gateway reads beside the fields of the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal


def routing(
    *,
    order: Sequence[str] = (),
    only: Sequence[str] = (),
    models: Sequence[str] = (),
    caching: Literal["auto"] | None = None,
    zero_data_retention: bool | None = None,
    user: str | None = None,
    tags: Sequence[str] = (),
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The value for `extra_body=`, which is the same over each of the gateway's protocols.

    `order` and `only` are names of providers: asked in this order, these only. `models` are asked when the
    model fails. `caching="auto"` lets the gateway mark what can be cached. `user` and `tags` are for its reports.
    `options` are a provider's own, by its name.
    """
    given: dict[str, Any] = {
        "order": list(order),
        "only": list(only),
        "models": list(models),
        "caching": caching,
        "zeroDataRetention": zero_data_retention,
        "user": user,
        "tags": list(tags),
    }
    gateway = {name: value for name, value in given.items() if value not in (None, [])}
    made = {**({"gateway": gateway} if gateway else {}), **{name: dict(own) for name, own in (options or {}).items()}}
    return {"providerOptions": made} if made else {}
