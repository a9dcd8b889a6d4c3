"""From what was said on the command line to what is asked: whom, where, with which key and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from attrs import field, frozen

from headwater import ErrorInfo, Hub, Model, RequestError

from ._output import remark
from ._pairs import read_options
from ._plugins import examine_providers, find_local

TOUR = "mock/tour"
"""Who answers where no key is set: the mock provider, with everything a stream can hold."""


@frozen
class Wish:
    """What the command line said. `options` of None were not given; `pairs` are `name=value`."""

    model: str | None = None
    system: str | None = None
    base_url: str | None = None
    api: str | None = None
    key_env: str | None = None
    pairs: Sequence[str] = ()
    options: Mapping[str, Any] = field(factory=dict[str, Any])


@frozen
class Asking:
    """What is asked of whom, but for the prompt. `key` is None where the provider's own variable holds it."""

    model: Model
    system: str | None = None
    key: str | None = field(default=None, repr=False)
    options: Mapping[str, Any] = field(factory=dict[str, Any])
    moved: bool = False

    def hint(self, error: ErrorInfo) -> str | None:
        """What may be wrong at another base URL: the key, or the address."""
        if not self.moved:
            return None
        if error.kind in ("authentication", "permission") and self.key is None:
            return "no key was sent: one from the environment goes to its own provider only; --key-env sends it here"
        if error.status == HTTPStatus.NOT_FOUND and error.kind == "invalid_request":
            return f"{self.model.base_url} may be no base URL of {self.model.api}; many end in /v1"
        return None


def settle(hub: Hub, wish: Wish, environ: Mapping[str, str]) -> Asking:
    """What will be asked. Says so where it is the tour; raises `RequestError` and `ProviderError`."""
    options = read_options(wish.pairs)
    options |= {name: value for name, value in wish.options.items() if value is not None}
    key = None if wish.key_env is None else _read_key(wish.key_env, environ)
    if wish.model is None and (wish.base_url or wish.api or wish.key_env):
        raise RequestError("say which model to ask: -m provider/model")
    name = wish.model or choose(hub, environ)
    model = find_model(hub, name, wish.base_url, wish.api)
    return Asking(model, wish.system, key, options, moved=wish.base_url is not None)


def choose(hub: Hub, environ: Mapping[str, str]) -> str:
    """The model to ask when none was named: the tour when no key is set, which it says.

    Raises `RequestError` when there is a key: whom it belongs to is known, which model is not.
    """
    installed = examine_providers(hub)
    for plugin in installed:
        for variable in plugin.keys(environ):
            listed = f" (headwater models {plugin.name} lists them)" if hub.models(plugin.name) else ""
            raise RequestError(
                f"{variable} is set; say which model to ask: -m {plugin.name}/MODEL, or set HEADWATER_MODEL{listed}"
            )
    variables = [name for plugin in installed for name in plugin.variables]
    here = find_local(installed)
    step = next_step(variables) if here is None else f"Without a key there is: headwater chat -m {here}"
    remark(f"No key is set, so this is the tour of the mock provider. {step}")
    return TOUR


FEW = 6
"""Variables that are listed in one line; of more it is said where they are listed."""


def next_step(variables: Sequence[str]) -> str:
    """What switches a real provider on."""
    if not variables:
        return "For a real model, install the package of its provider: pip install headwater-NAME."
    names = list(dict.fromkeys(variables))
    said = " or ".join(names) if len(names) <= FEW else "its provider's key (see headwater providers --keys)"
    return f"For a real model, set {said}, then: headwater chat -m PROVIDER/MODEL"


def find_model(hub: Hub, name: str, base_url: str | None, api: str | None) -> Model:
    """The model of that name. With a base URL and an api, its provider need not be installed."""
    provider, slash, model_id = name.partition("/")
    if base_url and api and slash and model_id and provider not in hub.providers():
        return hub.endpoint(base_url, model_id, api=api, provider=provider)
    return hub.model(name, base_url=base_url, api=api)


def _read_key(variable: str, environ: Mapping[str, str]) -> str:
    """The key in a variable; the message names nothing, as it may be the key itself that was given."""
    key = environ.get(variable)
    if not key:
        raise RequestError("--key-env names a variable that is not set; it takes the variable's name, not the key")
    return key
