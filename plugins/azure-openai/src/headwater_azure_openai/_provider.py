"""Where a deployment is, what is deployed there, and how its key is shown (wire/azure-openai, November 2026)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from attrs import evolve, frozen

from headwater import (
    Auth,
    Capabilities,
    Catalogue,
    CatalogueInfo,
    Credential,
    Flow,
    Kind,
    Model,
    ModelConfig,
    RequestError,
    WireRequest,
    default_capabilities,
    hookimpl,
    read_catalogue,
    read_price,
)
from headwater_openai import provider as openai

CHAT = "openai-completions"

AUTH = Auth(
    (
        Credential(env="AZURE_OPENAI_AD_TOKEN", key_prefix="eyJ"),
        Credential(env="AZURE_OPENAI_API_KEY", header="api-key", prefix=""),
        Credential(env="AZURE_API_KEY", header="api-key", prefix=""),
    )
)
"""A token of Entra ID (which begins as every JWT does) goes before a key; never both."""

CODES: Mapping[str, Kind] = {
    "deploymentnotfound": "model_not_found",
    "responsibleaipolicyviolation": "content_filter",
    "content_filter": "content_filter",
    "too_many_requests": "rate_limit",
    "429": "rate_limit",
    "401": "authentication",
    "timeout": "timeout",
}
"""Codes of errors (wire section 5)."""

OTHERS = ("deepseek", "mistral", "ministral", "codestral", "llama", "meta-", "grok", "kimi", "phi", "cohere", "jais")
"""How ids of models begin that are not OpenAI's: they are asked over chat completions, plainly."""

SETTINGS = ("resource", "endpoint", "deployed", "api_version")
"""A deployment's own keywords."""

FIGURES = ("context_window", "max_tokens")
"""Limits that Azure may have of its own."""

NOWHERE = "https://openai.azure.com"
"""What stands for the resource where none is named: no key of the environment goes anywhere."""

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@frozen
class AzureModel(Model):
    """A deployment. `deployed` is the model behind it; `api_version` the dated form's, None on `v1`."""

    deployed: str = ""
    api_version: str | None = None


class AzureOpenAI:
    """The hooks of the provider: OpenAI's models, at prices and to limits of Azure's own."""

    @cached_property
    def entries(self) -> Catalogue:
        """Azure's catalogue, by the name of what is deployed. What lists of it hold are models, not deployments."""
        return read_catalogue("headwater_azure_openai:models.json")

    @hookimpl
    def catalogue_info(self) -> CatalogueInfo:
        """How old the catalogue is, what it was made from, and what is wrong with it."""
        return self.entries.info

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """A deployment of that name, described as the model behind it."""
        unknown = sorted(set(config.settings) - set(SETTINGS))
        if unknown:
            raise RequestError(f"azure-openai knows no setting {unknown[0]!r}; it has {', '.join(SETTINGS)}")
        deployed = str(config.settings.get("deployed") or _mapped(config).get(model_id) or model_id)
        version = config.settings.get("api_version") or config.variables.get("OPENAI_API_VERSION")
        version = None if version in (None, "v1", "preview", "latest") else str(version)
        foreign = deployed.lower().startswith(OTHERS)
        own = self.entries.get(deployed, {})
        known: Mapping[str, Any] = {"compat": {}} if foreign else openai.describe(deployed)
        known = {**known, **{name: own[name] for name in FIGURES if name in own}}
        api = config.api or (CHAT if foreign else openai.api)
        compat = dict(known["compat"])
        inputs = tuple(known.get("input", ("text", "image")))
        if api == CHAT:
            compat["documents"] = False
            inputs = tuple(kind for kind in inputs if kind != "document")
        return AzureModel(
            id=model_id,
            provider="azure-openai",
            api=api,
            base_url=_base_url(config, dated=version is not None),
            name=deployed,
            auth=AUTH,
            reasoning=bool(known.get("reasoning", foreign)),
            input=inputs,
            output=tuple(known.get("output", ("text",))),
            price=read_price(own.get("price")),
            retires=own.get("retires"),
            context_window=known.get("context_window"),
            max_tokens=known.get("max_tokens"),
            levels=known.get("levels", {}),
            compat=compat,
            known=bool(own),
            deployed=deployed,
            api_version=version,
        )

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What OpenAI's model of that name can do."""
        deployed = model.deployed if isinstance(model, AzureModel) else model.id
        if deployed.lower().startswith(OTHERS):
            return default_capabilities(model)
        described = openai.describe(deployed).get("capabilities", {})
        return evolve(default_capabilities(model), structured_output=True, prompt_caching=True, **described)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """Azure's own codes of errors."""
        return CODES

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The dated URL, where a version was asked for: the deployment in the path, the version in the query."""
        if not isinstance(model, AzureModel) or model.api_version is None:
            return None
        return _dated(model, wire)


def _dated(model: AzureModel, wire: WireRequest) -> Flow:
    path = wire.url.removeprefix(model.base_url)
    deployment = f"/deployments/{quote(model.id, safe='')}" if model.api == CHAT else ""
    mark = "&" if "?" in path else "?"
    return evolve(wire, url=f"{model.base_url}{deployment}{path}{mark}api-version={quote(str(model.api_version))}")
    yield  # a flow that asks for nothing


def _mapped(config: ModelConfig) -> Mapping[str, str]:
    """Deployments and their models, from `model=deployment` pairs."""
    pairs = config.variables.get("AZURE_OPENAI_DEPLOYMENT_NAME_MAP", "").split(",")
    found = (pair.partition("=") for pair in pairs if "=" in pair)
    return {deployment.strip(): model.strip() for model, _, deployment in found}


def _base_url(config: ModelConfig, *, dated: bool) -> str:
    """The resource's URL: a whole one, an endpoint, or a resource's name; raises `RequestError` without any."""
    said = config.settings.get
    whole = config.variables.get("AZURE_OPENAI_BASE_URL")
    endpoint = said("endpoint") or (None if said("resource") else config.variables.get("AZURE_OPENAI_ENDPOINT"))
    if whole and not endpoint and not said("resource"):
        return _trimmed(whole, dated=dated)
    if endpoint:
        return _trimmed(str(endpoint), dated=dated)
    names = ("AZURE_OPENAI_RESOURCE_NAME", "AZURE_RESOURCE_NAME")
    resource = said("resource") or next((config.variables[name] for name in names if config.variables.get(name)), None)
    if resource is None and config.base_url is not None:
        return NOWHERE  # the caller's base URL comes in its place, and its own key with it
    if resource is None:
        raise RequestError(
            "azure-openai needs to know the resource; set AZURE_OPENAI_ENDPOINT or AZURE_OPENAI_RESOURCE_NAME,"
            " or give resource=..."
        )
    if not _LABEL.fullmatch(str(resource)):
        raise RequestError(f"{str(resource)[:80]!r} is no name of a resource; letters, digits and hyphens, at most 63")
    return _trimmed(f"https://{resource}.openai.azure.com", dated=dated)


def _trimmed(url: str, *, dated: bool) -> str:
    """A URL down to what the protocols' paths are added to."""
    parts = urlsplit(url.strip())
    path = parts.path.rstrip("/").removesuffix("/responses").removesuffix("/chat/completions")
    if path in ("", "/openai", "/openai/v1"):
        path = "/openai" if dated else "/openai/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"
