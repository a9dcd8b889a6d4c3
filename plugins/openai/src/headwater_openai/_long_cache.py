"""How a prompt cache is asked to last."""

from __future__ import annotations

from typing import Any


def long_cache(way: str) -> dict[str, Any]:
    """The fields that ask for a cache kept long (wire/openai-chat, section 2)."""
    if way == "retention":
        return {"prompt_cache_retention": "24h"}
    return {"prompt_cache_options": {"mode": "implicit", "ttl": "12h"}} if way == "options" else {}
