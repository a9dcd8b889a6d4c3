"""Who may serve a request: the fields OpenRouter reads beside those of the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal


def routing(
    *,
    order: Sequence[str] = (),
    only: Sequence[str] = (),
    ignore: Sequence[str] = (),
    allow_fallbacks: bool | None = None,
    require_parameters: bool | None = None,
    data_collection: Literal["allow", "deny"] | None = None,
    zdr: bool | None = None,
    sort: Literal["price", "throughput", "latency"] | None = None,
    max_price: Mapping[str, float] | None = None,
    quantizations: Sequence[str] = (),
    preferred_min_throughput: float | None = None,
    preferred_max_latency: float | None = None,
    models: Sequence[str] = (),
    plugins: Sequence[str | Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The value for `extra_body=`, which is the same over each of OpenRouter's protocols.

    `order`, `only` and `ignore` are names of providers; `allow_fallbacks=False` asks the first ones only.
    `require_parameters` leaves out providers that would drop an option. `zdr` takes those that keep nothing.
    `max_price` is in US dollars per million tokens, by `prompt`, `completion`, `image`, `request`; throughput in
    tokens a second, latency in seconds. `models` are asked in this order when the model fails. `plugins` are
    `web`, `file-parser`, `response-healing` and so on, by name or as the wire has them.
    """
    given: dict[str, Any] = {
        "order": list(order),
        "only": list(only),
        "ignore": list(ignore),
        "allow_fallbacks": allow_fallbacks,
        "require_parameters": require_parameters,
        "data_collection": data_collection,
        "zdr": zdr,
        "sort": sort,
        # The vendor's types have prices as text.
        "max_price": {name: format(Decimal(str(price)), "f") for name, price in (max_price or {}).items()},
        "quantizations": list(quantizations),
        "preferred_min_throughput": preferred_min_throughput,
        "preferred_max_latency": preferred_max_latency,
    }
    provider = {name: value for name, value in given.items() if value not in (None, [], {})}
    body = {
        "provider": provider,
        "models": list(models),
        "plugins": [{"id": one} if isinstance(one, str) else dict(one) for one in plugins],
    }
    return {name: value for name, value in body.items() if value}
