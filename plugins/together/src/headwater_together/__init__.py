"""Together for headwater, over chat completions."""

from __future__ import annotations

from headwater import Auth, CompatibleProvider, Credential

from ._models import CODES, DEFAULTS, FAMILIES, QUIRKS

HOME = "https://api.together.ai"
ALIAS = "https://api.together.xyz"
"""The older name of the same host, to which the key may go as well."""

provider = CompatibleProvider(
    name="together",
    base_url=f"{HOME}/v1",
    api="openai-completions",
    auth=Auth(
        # The second name is the one that other libraries read.
        (Credential(env="TOGETHER_API_KEY"), Credential(env="TOGETHER_AI_API_KEY")),
        origins=(HOME, ALIAS),
    ),
    quirks=QUIRKS,
    codes=CODES,
    catalogue_file="headwater_together:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["provider"]
