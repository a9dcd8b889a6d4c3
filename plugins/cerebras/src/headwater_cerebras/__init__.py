"""Cerebras for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="cerebras",
    base_url="https://api.cerebras.ai/v1",
    api="openai-completions",
    key_env="CEREBRAS_API_KEY",
)

__all__ = ["provider"]
