"""Moonshot for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="moonshot",
    base_url="https://api.moonshot.ai/v1",
    api="openai-completions",
    key_env="MOONSHOT_API_KEY",
)

__all__ = ["provider"]
