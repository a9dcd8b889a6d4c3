"""Cache points: after the tools, the system prompt and the last turn of the user.

Source: wire/bedrock-converse section 4 (November 2026). Three of the four that are allowed.
"""

from __future__ import annotations

from typing import Any

from ._draft import Draft

MARKABLE = ("text", "image", "toolResult")
"""What a cache point may follow; after some documents it is refused."""


def mark_cache(draft: Draft) -> None:
    """Sets the points in a body that is written."""
    retention, compat = draft.options.cache, draft.compat
    if retention == "long" and not compat.cache_points:
        draft.note("changed", "options.cache", f"{draft.model} cannot be told to cache")
    if retention == "off" or not compat.cache_points:
        return
    point: dict[str, Any] = {"type": "default"}
    if retention == "long" and compat.long_cache:
        point["ttl"] = "1h"
    elif retention == "long":
        draft.note("changed", "options.cache", f"{draft.model} caches for minutes only")
    places: list[list[dict[str, Any]]] = []
    if "toolConfig" in draft.body and compat.cache_tools:
        places.append(draft.body["toolConfig"]["tools"])
    if "system" in draft.body:
        places.append(draft.body["system"])
    turns = [turn["content"] for turn in draft.body["messages"] if turn["role"] == "user"]
    places += [content for content in turns[-1:] if any(kind in content[-1] for kind in MARKABLE)]
    for place in places:
        place.append({"cachePoint": point})
