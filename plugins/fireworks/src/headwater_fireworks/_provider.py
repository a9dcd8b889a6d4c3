"""Fireworks as a provider: its ids are paths, at whose end the model's name stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import CompatibleProvider


class Fireworks(CompatibleProvider):
    """A `CompatibleProvider` whose families go by the name at the end of an id."""

    def family(self, model_id: str) -> Mapping[str, Any] | None:
        """What is known of the family of `accounts/ACCOUNT/models/NAME`, or of `NAME` alone."""
        return super().family(model_id.rpartition("/")[2])
