"""DeepSeek for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="deepseek",
    base_url="https://api.deepseek.com",
    api="openai-completions",
    key_env="DEEPSEEK_API_KEY",
)

__all__ = ["provider"]
