"""The Gemini API as a provider."""

from __future__ import annotations

from typing import Any

from attrs import define

from headwater import CompatibleProvider, Flow, ModelConfig, hookimpl

from .manage import list_models


@define(eq=False, slots=False)
class GoogleProvider(CompatibleProvider):
    """A `CompatibleProvider` that can be asked for its models."""

    @hookimpl
    def list_models(self, config: ModelConfig) -> Flow | None:
        """Ids of the models that generate content."""
        model: Any = self.create_model("any", config)
        return list_models(model)
