"""Breakpoints of the prompt cache in chat completions, for endpoints that take them as the Messages protocol has them.

On the system prompt, the last tool, and the last words of the conversation, a tool's among them: so a loop
of calls reads what the turn before it wrote. Source: wire/openai-compatible, sections 1 and 3.9.
"""

from __future__ import annotations

from typing import Any


def mark_cache(body: dict[str, Any], *, long: bool) -> None:
    """Sets the breakpoints in a body; `long` asks for an hour."""
    mark: dict[str, str] = {"type": "ephemeral", "ttl": "1h"} if long else {"type": "ephemeral"}
    messages: list[dict[str, Any]] = body["messages"]
    prompts = [message for message in messages if message["role"] in ("system", "developer")]
    for message in prompts[:1]:
        _mark(message, mark)
    for tool in body.get("tools", ())[-1:]:
        tool["cache_control"] = mark
    spoken = (message for message in reversed(messages) if message["role"] not in ("system", "developer"))
    next((message for message in spoken if _mark(message, mark)), None)


def _mark(message: dict[str, Any], mark: dict[str, str]) -> bool:
    """Whether a message has a text that the breakpoint stands on now."""
    if isinstance(message["content"], str):
        message["content"] = [{"type": "text", "text": message["content"]}] if message["content"] else ""
    parts: list[dict[str, Any]] = message["content"] or []
    texts = [part for part in parts if part.get("type") == "text"]
    for part in texts[-1:]:
        part["cache_control"] = mark
    return bool(texts)
