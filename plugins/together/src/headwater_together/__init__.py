"""Together for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="together",
    base_url="https://api.together.ai/v1",
    api="openai-completions",
    key_env="TOGETHER_API_KEY",
)

__all__ = ["provider"]
