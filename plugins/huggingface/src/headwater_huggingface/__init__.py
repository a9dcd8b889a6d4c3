"""Hugging Face for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="huggingface",
    base_url="https://router.huggingface.co/v1",
    api="openai-completions",
    key_env="HF_TOKEN",
)

__all__ = ["provider"]
