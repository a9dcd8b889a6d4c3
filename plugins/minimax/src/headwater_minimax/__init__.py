"""MiniMax for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="minimax",
    base_url="https://api.minimax.io/anthropic",
    api="anthropic-messages",
    key_env="MINIMAX_API_KEY",
)

__all__ = ["provider"]
