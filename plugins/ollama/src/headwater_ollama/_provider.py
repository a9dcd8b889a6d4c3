"""The provider: a server on this machine, where `OLLAMA_HOST` says, or the vendor's own.

A server of one's own wants no key. `OLLAMA_API_KEY` goes to the vendor's, and to another that the
environment names by https.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from attrs import evolve

from headwater import (
    Auth,
    Capabilities,
    CompatibleProvider,
    Credential,
    Flow,
    Model,
    ModelConfig,
    hookimpl,
)

from ._host import CLOUD, parse_host
from .manage import list_models

FIRST_EVENT = 600.0
"""Seconds for the first event: a model is loaded before it answers, which takes minutes."""


class Ollama(CompatibleProvider):
    """The hooks of the provider."""

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id at the server that the environment names."""
        home = parse_host(config.variables.get("OLLAMA_HOST"))
        origins = [CLOUD] + ([_origin(home)] if home.startswith("https://") else [])
        auth = Auth((Credential(env="OLLAMA_API_KEY"),), required=False, origins=tuple(dict.fromkeys(origins)))
        return evolve(super().create_model(model_id, config), base_url=home, auth=auth)

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What a server can do with any model, and how long it may take to load one."""
        return evolve(super().capabilities(model), structured_output=True, first_event_timeout=FIRST_EVENT)

    @hookimpl
    def list_models(self, config: ModelConfig) -> Flow | None:
        """Names of the models that the server has."""
        return self._names(self.create_model("any", config))

    def _names(self, model: Model) -> Generator[Any, Any, list[str]]:
        installed = yield from list_models(model)
        return [one.name for one in installed]


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
