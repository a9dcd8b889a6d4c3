"""Perplexity for headwater: Sonar, over its own variety of chat completions (the api `perplexity-chat`)."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._models import CODES, DEFAULTS, FAMILIES, QUIRKS
from ._options import PerplexityOptions as PerplexityOptions

provider = CompatibleProvider(
    name="perplexity",
    base_url="https://api.perplexity.ai",
    api="perplexity-chat",
    # The second name is the one that other libraries read.
    key_env=("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
    quirks=QUIRKS,
    codes=CODES,
    catalogue_file="headwater_perplexity:models.json",
    defaults=DEFAULTS,
    families=FAMILIES,
)

__all__ = ["PerplexityOptions", "provider"]
