"""DeepSeek for headwater: chat completions, and with `api=` its Messages and Responses endpoints."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._models import APIS, DEFAULTS, FAMILIES, QUIRKS

provider = CompatibleProvider(
    name="deepseek",
    base_url="https://api.deepseek.com",
    api="openai-completions",
    key_env="DEEPSEEK_API_KEY",
    quirks=QUIRKS,
    apis=APIS,
    catalogue_file="headwater_deepseek:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["provider"]
