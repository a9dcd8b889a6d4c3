"""Hugging Face for headwater: the router to inference providers, over chat completions or Responses."""

from __future__ import annotations

from ._models import APIS, CODES, DEFAULTS, ENDPOINT
from ._provider import HuggingFace

provider = HuggingFace(
    name="huggingface",
    base_url="https://router.huggingface.co/v1",
    api="openai-completions",
    key_env="HF_TOKEN",
    quirks=ENDPOINT,
    catalogue_file="headwater_huggingface:models.json",
    defaults=DEFAULTS,
    apis=APIS,
    codes=CODES,
)

__all__ = ["provider"]
