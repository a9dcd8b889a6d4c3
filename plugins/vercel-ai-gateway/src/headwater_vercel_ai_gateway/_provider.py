"""The gateway as a provider: its data, and what of it depends on the vendor of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import CompatibleProvider
from headwater_anthropic import with_claude

from ._models import MESSAGES_LEVELS, UNCOUNTED

CHAT = "openai-completions"


class VercelGateway(CompatibleProvider):
    """A `CompatibleProvider` that knows three protocols; Messages unless another is asked for."""

    def describe(self, model_id: str, api: str | None = None) -> dict[str, Any]:
        """What is known of an id; documents go over the other protocols."""
        known = super().describe(model_id, api)
        if known["api"] == CHAT:
            known["input"] = tuple(kind for kind in known["input"] if kind != "document")
        return known

    def place(self, model_id: str, api: str) -> Mapping[str, Any] | None:
        """Over Messages a Claude thinks in the words of its generation; elsewhere some vendors count otherwise."""
        place = super().place(model_id, api)
        if place is None:
            return None
        if api == self.api:
            return with_claude({**place, "levels": MESSAGES_LEVELS}, model_id)
        if api == CHAT and model_id.startswith(UNCOUNTED):
            return {**place, "compat": {**place["compat"], "reasoning_uncounted": True}}
        return place
