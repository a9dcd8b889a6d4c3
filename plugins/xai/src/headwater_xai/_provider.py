"""xAI as a provider: its data, and what of it depends on the protocol or on the end of an id."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from headwater import Capabilities, CompatibleProvider, Model, ModelConfig, hookimpl

from ._models import FIXED, ON_CHAT

CHAT = "openai-completions"


class Xai(CompatibleProvider):
    """A `CompatibleProvider` that knows two protocols."""

    @hookimpl
    def create_model(self, model_id: str, config: ModelConfig) -> Model:
        """The model of that id, described as it is over the protocol it will be asked over."""
        model = super().create_model(model_id, config)
        api = config.api or model.api
        if api != CHAT:
            return evolve(model, api=api)
        taken = tuple(kind for kind in model.input if kind != "document")
        return evolve(model, api=api, input=taken, compat={**model.compat, **ON_CHAT})

    @hookimpl
    def capabilities(self, model: Model) -> Capabilities:
        """What follows from the model's description; xAI's own tools run over Responses only."""
        found = super().capabilities(model)
        return evolve(found, builtin_tools=()) if model.api == CHAT else found

    def describe(self, model_id: str, api: str | None = None) -> dict[str, Any]:
        """What is known of an id; some say in their middle or at their end whether the model thinks."""
        known = super().describe(model_id, api)
        for part, fixed in FIXED.items():
            if part in model_id:
                return {**known, **fixed}
        return known
