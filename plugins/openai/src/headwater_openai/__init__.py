"""OpenAI for headwater, and the chat-completions protocol for everybody who speaks it.

`provider` is OpenAI itself. Other plugins and endpoints by URL use the api
`openai-completions` with compat flags of their own (`ChatCompat`).
"""

from __future__ import annotations

from headwater import CompatibleProvider

from ._compat import ChatCompat as ChatCompat
from ._families import FAMILIES, FIRST_PARTY

provider = CompatibleProvider(
    name="openai",
    base_url="https://api.openai.com/v1",
    api="openai-completions",
    key_env="OPENAI_API_KEY",
    quirks=FIRST_PARTY,
    families=FAMILIES,
    defaults={"input": ("text", "image", "document", "audio")},
)

__all__ = ["ChatCompat", "provider"]
