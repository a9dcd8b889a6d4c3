"""OpenRouter for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="openrouter",
    base_url="https://openrouter.ai/api/v1",
    api="openai-completions",
    key_env="OPENROUTER_API_KEY",
)

__all__ = ["provider"]
