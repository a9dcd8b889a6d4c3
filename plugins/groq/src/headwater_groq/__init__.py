"""Groq for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    api="openai-completions",
    key_env="GROQ_API_KEY",
)

__all__ = ["provider"]
