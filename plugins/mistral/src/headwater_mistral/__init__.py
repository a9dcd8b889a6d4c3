"""Mistral for headwater, over its own chat protocol (the api `mistral-chat`)."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._families import CODES, DEFAULTS, FAMILIES, QUIRKS
from ._options import MistralOptions as MistralOptions

provider = CompatibleProvider(
    name="mistral",
    base_url="https://api.mistral.ai/v1",
    api="mistral-chat",
    key_env="MISTRAL_API_KEY",
    quirks=QUIRKS,
    codes=CODES,
    catalogue_file="headwater_mistral:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["MistralOptions", "provider"]
