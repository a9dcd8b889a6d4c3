"""MiniMax for headwater: `minimax` is the international service, `minimax-cn` the one in China.

They are two services with accounts and keys of their own, and speak the same protocols.
"""

from __future__ import annotations

from headwater import CompatibleProvider

from ._models import CODES, DEFAULTS, FAMILIES, MESSAGES, apis_at


def _service(name: str, host: str, key_env: str, catalogue: str) -> CompatibleProvider:
    return CompatibleProvider(
        name=name,
        base_url=f"https://{host}/anthropic",
        api="anthropic-messages",
        key_env=key_env,
        quirks=MESSAGES,
        catalogue_file=f"headwater_minimax:{catalogue}",
        families=FAMILIES,
        defaults=DEFAULTS,
        apis=apis_at(host),
        codes=CODES,
    )


provider = _service("minimax", "api.minimax.io", "MINIMAX_API_KEY", "models.json")
china = _service("minimax-cn", "api.minimaxi.com", "MINIMAX_CN_API_KEY", "models-cn.json")

__all__ = ["china", "provider"]
