"""Z.ai (Zhipu) for headwater: its GLM models over chat completions, here and in China, paid by use or by plan."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._models import CODES, DEFAULTS, FAMILIES, QUIRKS


def _at(name: str, base_url: str, *key_env: str, catalogue: str = "models-plan.json") -> CompatibleProvider:
    """The same models at one of the endpoints (wire/openai-compatible, section 3.7)."""
    return CompatibleProvider(
        name=name,
        base_url=base_url,
        api="openai-completions",
        key_env=key_env,
        quirks=QUIRKS,
        codes=CODES,
        catalogue_file=f"headwater_zai:{catalogue}",
        defaults=DEFAULTS,
        families=FAMILIES,
    )


provider = _at("zai", "https://api.z.ai/api/paas/v4", "ZAI_API_KEY", catalogue="models.json")
# What is paid by plan has no price per token, and the prices in China are not in dollars.
coding = _at("zai-coding", "https://api.z.ai/api/coding/paas/v4", "ZAI_API_KEY")
# The vendor's library reads one variable for both of its hosts, and an older one read the second.
china = _at("zai-cn", "https://open.bigmodel.cn/api/paas/v4", "ZAI_CN_API_KEY", "ZHIPUAI_API_KEY", "ZAI_API_KEY")
coding_china = _at("zai-coding-cn", "https://open.bigmodel.cn/api/coding/paas/v4", "ZAI_CODING_CN_API_KEY")

__all__ = ["china", "coding", "coding_china", "provider"]
