"""Breakpoints of the prompt cache: last tool, system prompt, last block of the user.

At most four; the fourth bridges a turn so wide that looking back from the last one would
not find the one before. Source: wire/anthropic-messages, section 7 (November 2026).
"""

from __future__ import annotations

from typing import Any

LOOKBACK = 20
"""Blocks before a breakpoint in which an earlier one is found."""


def mark_cache(body: dict[str, Any], *, long: bool) -> None:
    """Sets the breakpoints in a body whose content is all blocks."""
    mark: dict[str, Any] = {"type": "ephemeral", "ttl": "1h"} if long else {"type": "ephemeral"}
    marked = [tool for tool in body.get("tools", ()) if not tool.get("defer_loading")][-1:]
    marked += body.get("system", ())[-1:]
    marked += _blocks(body["messages"])
    for block in marked:
        block.setdefault("cache_control", mark)


def _blocks(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The user's last block, and after a wide turn the one before it."""
    turns = [position for position, message in enumerate(messages) if message["role"] == "user"]
    found = [messages[position]["content"][-1] for position in turns[-1:]]
    if len(turns) > 1:
        width = sum(len(message["content"]) for message in messages[turns[-2] + 1 : turns[-1] + 1])
        if width > LOOKBACK:
            found.append(messages[turns[-2]]["content"][-1])
    return found
