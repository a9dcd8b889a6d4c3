"""A provider that speaks a protocol somebody else owns, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from attrs import define, evolve, field

from ._catalogue import Catalogue, CatalogueInfo, read_catalogue, read_price
from ._error_fields import ERROR_FIELDS, read_error
from ._model import NO_AUTH, Auth, Capabilities, Credential, Model, default_capabilities
from ._plugin_checks import check_kinds
from ._prices import Price
from ._settings import near_names
from .errors import ErrorParts, Kind, ProviderBroken
from .hookspecs import Answer, ModelConfig, hookimpl

OF_ONE_API = frozenset({"base_url", "compat", "headers", "levels"})
"""What is said of a model in the terms of the api it is described for."""


_TERMS = frozenset(
    ("name", "api", "base_url", "reasoning", "input", "output", "price", "context_window", "max_tokens", "levels")
) | {"headers", "compat", "retires", "capabilities", "approximate_price"}
"""What may be said of a model, in the catalogue's terms; and whether the catalogue's price is not the whole truth."""


@define(eq=False, slots=False)
class CompatibleProvider:
    """A provider made of data: where it is, which api it speaks, how it wants its key, and its oddities.

    `quirks` are the api owner's compat flags for this endpoint. `catalogue_file` names a
    JSON file beside a package, as `package:models.json`; it is read at first use (see `Catalogue`).
    `families` describe ids by how they begin (the longest beginning wins) and `defaults`
    the rest, in the catalogue's own terms. `apis` says, in the same terms, what holds over
    each further api that the provider speaks: `compat` in place of `quirks`, another `base_url`.
    `codes` maps the service's own codes of errors, in any case, to kinds. `error_fields` says where a refusal
    of another shape than the usual ones has its `code` and `message` (names with dots between them, such as
    `fault.name`), and which header says in seconds (`retry_after`) or milliseconds (`retry_after_ms`) how long to wait.
    `key_env` are variables in order; `auth` says more where a bearer token is not enough.

    Registered or offered as an entry point of group `headwater.providers`.
    """

    name: str
    base_url: str
    api: str
    key_env: str | Sequence[str] = ()
    auth: Auth | None = None
    quirks: Mapping[str, Any] = field(factory=dict[str, Any])
    headers: Mapping[str, str] = field(factory=dict[str, str])
    catalogue_file: str | None = None
    codes: Mapping[str, Kind] = field(factory=dict[str, Kind])
    error_fields: Mapping[str, str] = field(factory=dict[str, str])
    base_url_env: str | None = None
    defaults: Mapping[str, Any] = field(factory=dict[str, Any])
    families: Mapping[str, Mapping[str, Any]] = field(factory=dict[str, Mapping[str, Any]])
    apis: Mapping[str, Mapping[str, Any]] = field(factory=dict[str, Mapping[str, Any]])
    today: Callable[[], date] = date.today

    def __attrs_post_init__(self) -> None:
        checked = [(where, said, _TERMS) for where, said in self._terms()]
        for where, said, known in [*checked, ("error_fields", self.error_fields, ERROR_FIELDS)]:
            for term in said:
                if term not in known:
                    hint = near_names(str(term), known)
                    raise ProviderBroken(f"{self.name!r} says {term!r} in {where}, which nothing reads; {hint}")
        check_kinds(f"{self.name!r}: codes", self.codes)
        if self.auth is not None and not isinstance(self.auth, Auth):  # pyright: ignore[reportUnnecessaryIsInstance]
            given = type(self.auth).__name__
            raise ProviderBroken(
                f"{self.name!r} has an auth of type {given}; write auth=Auth((Credential(env=..., header=...),))"
            )
        if self.catalogue_file is not None and not all(self.catalogue_file.partition(":")):
            raise ProviderBroken(
                f"{self.name!r} has catalogue_file={self.catalogue_file!r}; write it as package:file,"
                " such as headwater_acme:models.json"
            )

    def _terms(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """All that is said of models here, and where."""
        yield "defaults", self.defaults
        for kind, said in (("families", self.families), ("apis", self.apis)):
            for name, terms in said.items():
                yield f"{kind}[{name!r}]", terms

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id: from the catalogue, or with the provider's defaults."""
        known = self.describe(model_id, config.api)
        home = known.get("base_url") or self.base_url
        override = config.variables.get(self.base_url_env) if self.base_url_env else None
        return Model(
            id=model_id,
            provider=self.name,
            api=known.get("api") or self.api,
            base_url=(override or home).rstrip("/"),
            name=known.get("name") or model_id,
            auth=self._auth(),
            reasoning=bool(known.get("reasoning", False)),
            input=tuple(known.get("input", ("text",))),
            output=tuple(known.get("output", ("text",))),
            price=_price(known),
            context_window=known.get("context_window"),
            max_tokens=known.get("max_tokens"),
            levels=known.get("levels", {}),
            headers={**self.headers, **known.get("headers", {})},
            compat=known["compat"],
            known=bool(self.entry(model_id)),
            retires=known.get("retires"),
        )

    def describe(self, model_id: str, api: str | None = None) -> dict[str, Any]:
        """What is known of an id over `api` (None: its own): the catalogue's entry over its family's over the defaults.

        What these say of one api (`OF_ONE_API`) does not hold over another that `apis` has terms for.
        """
        family = self.family(model_id)
        layers: list[Mapping[str, Any]] = [self.defaults]
        layers += [] if family is None else [family]
        layers += [self.entry(model_id)]
        owners = [self.api]
        for layer in layers:
            owners.append(layer.get("api") or owners[-1])
        api = owners[-1] if api is None else api
        place = self.place(model_id, api)
        known: dict[str, Any] = {} if place is None else dict(place)
        compat = dict(self.quirks if place is None else place.get("compat", {}))
        capabilities = dict(known.get("capabilities", {}))
        for layer, owner in zip(layers, owners[1:], strict=True):
            if place is None or owner == api:
                known.update(layer)
                compat.update(layer.get("compat", {}))
            else:
                known.update({name: value for name, value in layer.items() if name not in OF_ONE_API})
            capabilities.update(layer.get("capabilities", {}))
        return {**known, "api": api, "compat": compat, "capabilities": capabilities}

    def family(self, model_id: str) -> Mapping[str, Any] | None:
        """What is said of the family an id belongs to; None where it belongs to none."""
        start = max((start for start in self.families if model_id.startswith(start)), key=len, default=None)
        return None if start is None else self.families[start]

    def place(self, model_id: str, api: str) -> Mapping[str, Any] | None:
        """What holds for an id over an api before anything else is said; None: there are no terms for it."""
        return {"compat": self.quirks} if api == self.api and self.apis else self.apis.get(api)

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What follows from the model's description, its family and its catalogue entry."""
        return evolve(default_capabilities(model), **self.describe(model.id, model.api).get("capabilities", {}))

    @hookimpl
    def catalogue(self) -> Sequence[str]:
        """Ids of the models in the catalogue that are not retired yet."""
        return self.entries.current(self.today())

    @hookimpl
    def catalogue_info(self) -> CatalogueInfo:
        """How old the catalogue is, what it was made from, and what is wrong with it."""
        return self.entries.info

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The provider's own codes of errors."""
        return self.codes

    @hookimpl
    def parse_error(self, model: Model, answer: Answer) -> ErrorParts | None:
        """What a refusal says where `error_fields` point; None without them."""
        return read_error(self.error_fields, answer) if self.error_fields else None

    @cached_property
    def entries(self) -> Catalogue:
        """Catalogue entries by model id; empty without a catalogue."""
        return Catalogue() if self.catalogue_file is None else read_catalogue(self.catalogue_file)

    def entry(self, model_id: str) -> Mapping[str, Any]:
        """The catalogue's entry of an id; empty where there is none."""
        return self.entries.get(model_id, {})

    def _auth(self) -> Auth:
        names = [self.key_env] if isinstance(self.key_env, str) else self.key_env
        return self.auth or (Auth(tuple(Credential(env=name) for name in names)) if names else NO_AUTH)


def _price(known: Mapping[str, Any]) -> Price | None:
    """The catalogue's price, `approximate` where the provider says that its prices are."""
    price = read_price(known.get("price"))
    return evolve(price, approximate=True) if price and known.get("approximate_price") else price
