"""xAI for headwater: Grok over Responses, or over chat completions with `api="openai-completions"`.

Both protocols are those of headwater-openai; what is xAI's own is data here.
"""

from __future__ import annotations

from ._models import CODES, DEFAULTS, ENDPOINT, FAMILIES
from ._provider import Xai

provider = Xai(
    name="xai",
    base_url="https://api.x.ai/v1",
    api="openai-responses",
    key_env="XAI_API_KEY",
    quirks=ENDPOINT,
    catalogue_file="headwater_xai:models.json",
    families=FAMILIES,
    defaults=DEFAULTS,
    codes=CODES,
)

__all__ = ["provider"]
