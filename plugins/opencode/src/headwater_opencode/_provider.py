"""opencode as a provider: its data, and what of it depends on the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from headwater import Auth, CompatibleProvider, Credential, Model, ModelConfig, hookimpl
from headwater_anthropic import with_claude

HEADERS: Mapping[str, str] = {"anthropic-messages": "x-api-key", "google-generative-ai": "x-goog-api-key"}
"""How the key is shown where it is no bearer token: as the protocol's owner has it."""


class OpenCode(CompatibleProvider):
    """A `CompatibleProvider` whose models are asked over the protocol of who made them."""

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id, with the key shown as its protocol wants it."""
        model = super().create_model(model_id, config)
        header = HEADERS.get(model.api)
        if header is None:
            return model
        shown = [evolve(one, header=header, prefix="") for one in model.auth.credentials]
        return evolve(model, auth=Auth(tuple[Credential, ...](shown)))

    def place(self, model_id: str, api: str) -> Mapping[str, Any] | None:
        """Over Messages, a Claude thinks in the words of its generation."""
        place = super().place(model_id, api)
        return with_claude(place, model_id) if place is not None and api == "anthropic-messages" else place
