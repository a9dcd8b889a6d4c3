"""OpenAI for headwater, and its two protocols for everybody who speaks them.

`provider` is OpenAI itself. Other plugins and endpoints by URL use the apis
`openai-completions` and `openai-responses` with compat flags of their own
(`ChatCompat`, `ResponsesCompat`).
"""

from __future__ import annotations

from ._compat import ChatCompat as ChatCompat
from ._compat import ResponsesCompat as ResponsesCompat
from ._families import FAMILIES, FIRST_PARTY
from ._provider import OpenAI

provider = OpenAI(
    name="openai",
    base_url="https://api.openai.com/v1",
    api="openai-responses",
    key_env="OPENAI_API_KEY",
    quirks=FIRST_PARTY,
    catalogue_file="headwater_openai:models.json",
    families=FAMILIES,
    defaults={"input": ("text", "image", "document", "audio")},
)

__all__ = ["ChatCompat", "ResponsesCompat", "provider"]
