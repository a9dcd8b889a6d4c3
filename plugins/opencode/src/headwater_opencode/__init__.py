"""opencode Zen and Go for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="opencode",
    base_url="https://opencode.ai/inference/openai/v1",
    api="openai-completions",
    key_env="OPENCODE_API_KEY",
)

__all__ = ["provider"]
