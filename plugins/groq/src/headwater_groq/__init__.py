"""Groq for headwater, over chat completions."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._models import CODES, DEFAULTS, FAMILIES, QUIRKS

provider = CompatibleProvider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    api="openai-completions",
    key_env="GROQ_API_KEY",
    quirks=QUIRKS,
    codes=CODES,
    catalogue_file="headwater_groq:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["provider"]
