"""OpenRouter as a provider: its data, and what of it depends on the vendor of a model or on the end of an id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import CompatibleProvider

from ._models import ROUTES

MESSAGES = "anthropic-messages"


class OpenRouter(CompatibleProvider):
    """A `CompatibleProvider` that knows three protocols; chat completions unless another is asked for."""

    def describe(self, model_id: str, api: str | None = None) -> dict[str, Any]:
        """What is known of an id; one that ends in a way of routing is the model before it, of unknown price.

        Models that make images say so in their names.
        """
        plain = next((model_id.removesuffix(end) for end in ROUTES if model_id.endswith(end)), model_id)
        known = super().describe(plain, api or self.api)
        if plain != model_id and not self.entry(model_id):
            known["price"] = None
        if "-image" in plain and not self.entry(plain):
            known["output"] = ("text", "image")
        if "image" in known.get("output", ()) and known["api"] == self.api:
            # Images come only when they are asked for.
            body: Mapping[str, Any] = known["compat"].get("extra_body", {})
            known["compat"]["extra_body"] = {"modalities": ["image", "text"], **body}
        return known

    def place(self, model_id: str, api: str) -> Mapping[str, Any] | None:
        """Over Messages, a Claude thinks in the words of its generation."""
        place = super().place(model_id, api)
        if place is None or api != MESSAGES:
            return place
        from headwater_anthropic import with_claude  # only who asks over Messages needs that package

        return with_claude(place, model_id)
