"""Perplexity for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="perplexity",
    base_url="https://api.perplexity.ai",
    api="openai-completions",
    key_env="PERPLEXITY_API_KEY",
)

__all__ = ["provider"]
