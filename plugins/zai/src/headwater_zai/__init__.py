"""Z.ai for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="zai",
    base_url="https://api.z.ai/api/paas/v4",
    api="openai-completions",
    key_env="ZAI_API_KEY",
)

__all__ = ["provider"]
