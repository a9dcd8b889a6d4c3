"""Cohere for headwater, over its own v2 chat protocol (the api `cohere-chat`)."""

from __future__ import annotations

from headwater import CompatibleProvider

from ._options import CohereOptions as CohereOptions

_LEVELS = {level: level for level in ("off", "minimal", "low", "medium", "high", "xhigh")}

provider = CompatibleProvider(
    name="cohere",
    base_url="https://api.cohere.com/v2",
    api="cohere-chat",
    key_env=("CO_API_KEY", "COHERE_API_KEY"),
    catalogue_file="headwater_cohere:models.json",
    families={
        # Source: wire/cohere-mistral, section A2 (November 2026).
        "command-a-reasoning": {"reasoning": True, "levels": _LEVELS},
        "command-a-plus": {"reasoning": True, "levels": _LEVELS},
        "command-a-vision": {"input": ("text", "image")},
        "c4ai-aya-vision": {"input": ("text", "image")},
    },
    defaults={"capabilities": {"structured_output": True}},
    codes={"invalid_tool_generation": "server"},
)

__all__ = ["CohereOptions", "provider"]
