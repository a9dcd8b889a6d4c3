"""What a line of an answer may hold: only what is read here."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater import decoder


class Function(msgspec.Struct, gc=False):
    """What is called, and with what."""

    name: str | None = None
    arguments: Any = None


class Call(msgspec.Struct, gc=False):
    """A call, which always comes whole."""

    id: str | None = None
    function: Function | None = None


class Message(msgspec.Struct, gc=False):
    """More of the answer."""

    content: str | None = None
    thinking: str | None = None
    tool_calls: list[Call] | None = None


class Line(msgspec.Struct, gc=False):
    """One line; `response` and `thinking` are those of `/api/generate`."""

    message: Message | None = None
    model: str | None = None
    done: bool = False
    response: str | None = None
    thinking: str | None = None
    error: Any = None
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    total_duration: int | None = None
    load_duration: int | None = None
    prompt_eval_duration: int | None = None
    eval_duration: int | None = None
    logprobs: list[Any] | None = None


read_line = decoder(Line)
"""A line from its bytes."""

DURATIONS = ("total_duration", "load_duration", "prompt_eval_duration", "eval_duration")
"""What a server measures, in nanoseconds."""
