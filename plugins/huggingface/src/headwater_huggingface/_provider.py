"""The router as a provider: its data, and what the end of an id says."""

from __future__ import annotations

from typing import Any

from headwater import CompatibleProvider


class HuggingFace(CompatibleProvider):
    """A `CompatibleProvider` whose ids may name who serves the model: `owner/model:provider`."""

    def describe(self, model_id: str, api: str | None = None) -> dict[str, Any]:
        """What is known of an id; one that says who serves it is the model before the colon, of unknown price."""
        plain, _, chosen = model_id.partition(":")
        if not chosen or self.entry(model_id):
            return super().describe(model_id, api)
        return {**super().describe(plain, api), "price": None}
