"""Fireworks for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="fireworks",
    base_url="https://api.fireworks.ai/inference/v1",
    api="openai-completions",
    key_env="FIREWORKS_API_KEY",
)

__all__ = ["provider"]
