"""OpenRouter for headwater: models of many vendors over chat completions, Responses or Messages.

`routing` makes the fields by which OpenRouter is told who may serve a request.
"""

from __future__ import annotations

from ._models import APIS, CODES, DEFAULTS, ENDPOINT, FAMILIES
from ._provider import OpenRouter
from ._routing import routing as routing

provider = OpenRouter(
    name="openrouter",
    base_url="https://openrouter.ai/api/v1",
    api="openai-completions",
    key_env="OPENROUTER_API_KEY",
    quirks=ENDPOINT,
    catalogue_file="headwater_openrouter:models.json",
    families=FAMILIES,
    defaults=DEFAULTS,
    apis=APIS,
    codes=CODES,
)

__all__ = ["provider", "routing"]
