"""Moonshot for headwater: Kimi over chat completions, here and in China, paid by use or by the coding plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import CompatibleProvider

from ._models import CODES, CODING_FAMILIES, DEFAULTS, FAMILIES, QUIRKS


def _at(
    name: str, base_url: str, *key_env: str, catalogue: str, families: Mapping[str, Mapping[str, Any]] = FAMILIES
) -> CompatibleProvider:
    """Kimi at one of the endpoints (wire/openai-compatible, section 3.6)."""
    return CompatibleProvider(
        name=name,
        base_url=base_url,
        api="openai-completions",
        key_env=key_env,
        quirks=QUIRKS,
        codes=CODES,
        catalogue_file=f"headwater_moonshot:{catalogue}",
        defaults=DEFAULTS,
        families=families,
    )


provider = _at("moonshot", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY", catalogue="models.json")
china = _at(
    "moonshot-cn",
    "https://api.moonshot.cn/v1",
    "MOONSHOT_CN_API_KEY",
    "MOONSHOT_API_KEY",
    catalogue="models-cn.json",
)
coding = _at(
    "kimi-coding",
    "https://api.kimi.com/coding/v1",
    "KIMI_API_KEY",
    catalogue="models-coding.json",
    families=CODING_FAMILIES,
)

__all__ = ["china", "coding", "provider"]
