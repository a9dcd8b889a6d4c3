"""GitHub Copilot for headwater: a subscription's models over chat completions, Responses or Messages.

There is no public contract for this service. It is asked under headwater's own name, with a token the user brings.
"""

from __future__ import annotations

from ._models import APIS, CHAT, CODES, DEFAULTS, FAMILIES, HEADERS, HOME
from ._provider import Copilot

provider = Copilot(
    name="github-copilot",
    base_url=HOME,
    api="openai-completions",
    key_env="COPILOT_GITHUB_TOKEN",
    quirks=CHAT,
    headers=HEADERS,
    catalogue_file="headwater_github_copilot:models.json",
    families=FAMILIES,
    defaults=DEFAULTS,
    apis=APIS,
    codes=CODES,
)

__all__ = ["provider"]
