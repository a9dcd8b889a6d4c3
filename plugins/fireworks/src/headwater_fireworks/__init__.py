"""Fireworks for headwater: chat completions, and with `api=` its Messages endpoint."""

from __future__ import annotations

from ._models import APIS, DEFAULTS, FAMILIES, QUIRKS
from ._provider import Fireworks

provider = Fireworks(
    name="fireworks",
    base_url="https://api.fireworks.ai/inference/v1",
    api="openai-completions",
    key_env="FIREWORKS_API_KEY",
    quirks=QUIRKS,
    apis=APIS,
    catalogue_file="headwater_fireworks:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["provider"]
