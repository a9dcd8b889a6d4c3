"""Vertex AI as a provider: where its models are, and how a request shows who asks."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import define, evolve, field

from headwater import (
    Auth,
    Blocking,
    CompatibleProvider,
    Credential,
    Flow,
    Model,
    ModelConfig,
    RequestError,
    WireRequest,
    hookimpl,
)

from ._accounts import Accounts, Token
from ._place import EXPRESS_HOST, VERSION, VertexCompat, host_of, parent_of, read_place, read_vertex_compat

API_KEY_BEGINNINGS = ("AIza", "AQ.")
"""How keys begin that are no access tokens."""

_KEYS = tuple(Credential(header="x-goog-api-key", prefix="", key_prefix=start) for start in API_KEY_BEGINNINGS)
_TOKEN = Credential()

# With a project the account's credentials are asked; a key in the environment is not for this.
PROJECT_AUTH = Auth((*_KEYS, _TOKEN), required=False)
EXPRESS_AUTH = Auth((evolve(_KEYS[0], env="GOOGLE_API_KEY"), *_KEYS[1:], _TOKEN), required=False)


@define(eq=False, slots=False)
class VertexProvider(CompatibleProvider):
    """The provider: a `CompatibleProvider` that knows places and accounts."""

    accounts: Accounts = field(factory=Accounts)

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id in a project and location; raises `RequestError` for names that are none."""
        place = read_place(config)
        model = super().create_model(model_id, config)
        host = config.variables.get("GOOGLE_VERTEX_BASE_URL") or host_of(place["location"])
        return evolve(
            model,
            base_url=f"{host.rstrip('/')}/{VERSION}",
            auth=PROJECT_AUTH if place["project"] else EXPRESS_AUTH,
            compat={**model.compat, **place},
        )

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The request at the place that who asks it implies: an API key has none, an account has a project."""
        place, key = read_vertex_compat(model), secrets.get("key")
        if key is not None:
            return _at(express(model, wire, place)) if key.startswith(API_KEY_BEGINNINGS) else None
        return self._in_own_project(model, wire, place) if _asks_account(model, wire, secrets, place) else None

    @hookimpl
    def sign(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """A token of the account, unless the caller shows a key."""
        place = read_vertex_compat(model)
        return self._tokened(place) if _asks_account(model, wire, secrets, place) else None

    def _in_own_project(
        self, model: Model, wire: WireRequest, place: VertexCompat
    ) -> Generator[WireRequest | Blocking, Any, WireRequest]:
        rest = wire.url.removeprefix(f"{model.base_url}/")
        if place.project is not None or rest.startswith("projects/"):
            return wire
        token = cast("Token", (yield Blocking(lambda: self.accounts.token(place.credentials_file))))
        if not token.project:
            raise RequestError(
                "google-vertex does not know the project; set GOOGLE_CLOUD_PROJECT, or give project=... for the model"
            )
        return evolve(wire, url=f"{model.base_url}/{parent_of(token.project, place.location)}{rest}")

    def _tokened(self, place: VertexCompat) -> Generator[WireRequest | Blocking, Any, Mapping[str, str]]:
        token = cast("Token", (yield Blocking(lambda: self.accounts.token(place.credentials_file))))
        charged = {"x-goog-user-project": token.quota_project} if token.quota_project else {}
        return {"authorization": f"Bearer {token.value}", **charged}


def _at(wire: WireRequest) -> Generator[WireRequest | Blocking, Any, WireRequest]:
    """A flow that has nothing to ask."""
    yield from ()
    return wire


def express(model: Model, wire: WireRequest, place: VertexCompat) -> WireRequest:
    """The request as an API key needs it: without project, and at no region."""
    base, url = model.base_url, wire.url
    rest = url.removeprefix(f"{base}/").removeprefix(parent_of(place.project, place.location))
    home = host_of(place.location)
    if base.startswith(f"{home}/"):
        base = EXPRESS_HOST + base.removeprefix(home)
    return evolve(wire, url=f"{base}/{rest}")


def _asks_account(model: Model, wire: WireRequest, secrets: Mapping[str, str], place: VertexCompat) -> bool:
    """Whether the account is to be asked: nobody shows a key, and the request goes where the models are at home.

    Nowhere else goes an account's token.
    """
    shown = secrets.get("key") is not None or (place.project is None and "GOOGLE_API_KEY" in secrets)
    parts = urlsplit(wire.url)
    return not shown and f"{parts.scheme}://{parts.netloc}".lower() in model.auth.origins
