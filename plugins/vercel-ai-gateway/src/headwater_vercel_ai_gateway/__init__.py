"""Vercel AI Gateway for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="vercel-ai-gateway",
    base_url="https://ai-gateway.vercel.sh",
    api="anthropic-messages",
    key_env="AI_GATEWAY_API_KEY",
)

__all__ = ["provider"]
