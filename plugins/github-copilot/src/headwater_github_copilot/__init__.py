"""GitHub Copilot for headwater."""

from __future__ import annotations

from headwater import CompatibleProvider

provider = CompatibleProvider(
    name="github-copilot",
    base_url="https://api.githubcopilot.com",
    api="openai-completions",
    key_env="COPILOT_GITHUB_TOKEN",
)

__all__ = ["provider"]
