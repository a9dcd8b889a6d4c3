"""The provider: which region is asked for a model, and how a request shows who asks.

A bearer token goes into a header; keys of AWS sign the request. They come with the request (`key=`),
from the environment, or from botocore's chain where that is installed, and are looked for when the
request is sent. None of the environment's goes to another base URL than the region's own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen

from headwater import (
    Auth,
    Blocking,
    Capabilities,
    CompatibleProvider,
    Credential,
    Flow,
    Model,
    ModelConfig,
    WireRequest,
    hookimpl,
)

from ._compat import read_compat
from ._families import claude_terms, family_id
from ._keys import (
    ACCESS_KEY_ID,
    BEARER,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
    Chain,
    environment_keys,
    has_chain,
    read_key,
)
from ._places import find_endpoint, find_region, read_settings
from ._signing import AwsKeys, sign_request


@frozen
class BedrockModel(Model):
    """A model at Bedrock: the region that is signed for, and the profiles to look for keys in.

    `profile` was named in code and wins over keys in variables; `usual_profile` does not.
    """

    region: str = ""
    profile: str | None = None
    usual_profile: str | None = None


def utc_now() -> datetime:
    """The time with which requests are signed."""
    return datetime.now(UTC)


@define(eq=False, slots=False)
class Bedrock(CompatibleProvider):
    """The hooks of the provider. May be used from several threads."""

    chain: Chain = field(factory=Chain)
    now: Callable[[], datetime] = utc_now

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id in a region; `config.settings` are those of `Settings`."""
        settings = read_settings(config.settings)
        region = find_region(model_id, settings, config.variables)
        plain = super().create_model(settings.family or model_id, config)
        kept = {name: getattr(plain, name) for name in _KEPT}
        return BedrockModel(
            **kept,
            id=model_id,
            name=model_id if settings.family else plain.name,
            base_url=find_endpoint(region, settings, config.variables),
            api=config.api or plain.api,
            region=region,
            profile=settings.profile,
            usual_profile=config.variables.get("AWS_PROFILE") or None,
        )

    def describe(self, model_id: str, api: str | None = None) -> dict[str, Any]:
        """What is known of an id, whatever region or account it is addressed in."""
        name = family_id(model_id)
        known, claude, own = super().describe(name, api), claude_terms(name), self.entry(model_id)
        compat = {**known["compat"], **claude.get("compat", {}), **own.get("compat", {})}
        return {**known, **claude, **own, "compat": compat}

    def entry(self, model_id: str) -> Mapping[str, Any]:
        """The catalogue's entry of a foundation model, under that of the geography with its own price."""
        return {**self.entries.get(family_id(model_id), {}), **self.entries.get(model_id.rpartition("/")[2], {})}

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What follows from the model's description and its flags."""
        compat = read_compat(model)
        return evolve(
            super().capabilities(model),
            tools=compat.tools,
            structured_output=compat.json_schema,
            prompt_caching=compat.cache_points,
            response_modes=("standard", "flex", "priority"),
        )

    @hookimpl
    def sign(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The token in a header, or a signature."""
        return self._signed(model, wire, secrets) if isinstance(model, BedrockModel) else None

    def _signed(
        self, model: BedrockModel, wire: WireRequest, secrets: Mapping[str, str]
    ) -> Generator[Any, Any, Mapping[str, str]]:
        key = secrets.get("key", "").strip()
        if key:
            keys = read_key(key)
        elif not _is_home(model):
            return {}
        else:
            key = secrets.get(BEARER, "").strip()
            keys = None if key or model.profile else environment_keys(secrets)
            if not key and keys is None:
                profile = model.profile or model.usual_profile
                look: Callable[[], AwsKeys] = lambda: self.chain.keys(profile)  # noqa: E731
                keys = yield Blocking(look)
        if keys is None:
            return {"authorization": f"Bearer {key}"}
        return sign_request(wire, keys, model.region, self.now())


_KEPT = (
    "provider",
    "reasoning",
    "input",
    "output",
    "price",
    "context_window",
    "max_tokens",
    "levels",
    "headers",
    "compat",
    "known",
    "retires",
    "auth",
)
"""What a model here has in common with one described by its family."""


def make_auth() -> Auth:
    """What is looked for in the environment; without botocore there is nowhere else to look."""
    names = (BEARER, ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN)
    return Auth(tuple(Credential(env=name) for name in names), required=not has_chain())


def _is_home(model: Model) -> bool:
    """Whether a model is asked where its provider is, and not elsewhere by a base URL given in code."""
    parts = urlsplit(model.base_url)
    port = "" if parts.port in (None, {"https": 443, "http": 80}.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}" in model.auth.origins
