"""Cerebras for headwater, over chat completions."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._models import CODES, DEFAULTS, FAMILIES, QUIRKS

provider = CompatibleProvider(
    name="cerebras",
    base_url="https://api.cerebras.ai/v1",
    api="openai-completions",
    key_env="CEREBRAS_API_KEY",
    quirks=QUIRKS,
    codes=CODES,
    catalogue_file="headwater_cerebras:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["provider"]
