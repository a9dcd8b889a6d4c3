"""Finds what in a conversation cannot be written as JSON, once writing it has failed.

Looking at every value of every request would cost as much as writing it; so this is asked only afterwards. For
numbers that JSON has not, which are written as `null`, it is asked only where a request holds that word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from ._content import Refusal, Text, Thinking, ToolCall
from ._json import dumps
from ._messages import AssistantMessage, Context, ToolResultMessage, UserMessage
from .errors import RequestError


def check_sendable(context: Context, place: Callable[[str], str] = str) -> None:
    """Raises `RequestError` that names the first thing in a conversation that no request can carry.

    `place` gives what a path is called in the error.
    """
    for path, value, wanted in _parts(context):
        if not isinstance(value, wanted):
            expected = " or ".join(kind.__name__ for kind in wanted)
            raise RequestError(f"{place(path)} is {type(value).__name__}, where {expected} has to stand")
        if isinstance(value, Mapping):
            _check_json(place(path), value)  # pyright: ignore[reportUnknownArgumentType]


def check_numbers(context: Context, place: Callable[[str], str] = str) -> None:
    """Raises `RequestError` for arguments with a number that JSON has not: it would be written as `null`."""
    for number, message in enumerate(context.messages):
        if not isinstance(message, AssistantMessage):
            continue
        for part, block in enumerate(message.content):
            if isinstance(block, ToolCall) and not _is_finite(block.arguments):
                path = place(f"messages.{number}.content.{part}.arguments")
                raise RequestError(f"{path} cannot be written as JSON (NaN or infinity in them); give plain data")


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_is_finite, cast("Mapping[Any, Any]", value).values()))
    return not isinstance(value, list | tuple) or all(map(_is_finite, cast("list[Any]", value)))


def _check_json(path: str, value: Any) -> None:
    try:
        dumps(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise RequestError(f"{path} cannot be written as JSON ({error}); give plain data") from error


def _parts(context: Context) -> Iterator[tuple[str, Any, tuple[type, ...]]]:
    """Path, value and permitted types of everything that is written of a conversation."""
    yield "system_prompt", context.system_prompt, (str, type(None))
    for tool in context.tools:
        yield f"tools.{tool.name}.name", tool.name, (str,)
        yield f"tools.{tool.name}.description", tool.description, (str,)
        yield f"tools.{tool.name}.parameters", tool.parameters, (Mapping,)
    for number, message in enumerate(context.messages):
        path = f"messages.{number}"
        if isinstance(message, ToolResultMessage):
            yield f"{path}.tool_call_id", message.tool_call_id, (str,)
            yield f"{path}.tool_name", message.tool_name, (str,)
        if isinstance(message, UserMessage | ToolResultMessage) and isinstance(message.content, str):
            continue
        for place, block in enumerate(message.content):
            yield from _block(f"{path}.content.{place}", block)
        if isinstance(message, AssistantMessage):
            yield f"{path}.extra", message.extra, (Mapping,)


def _block(path: str, block: Any) -> Iterator[tuple[str, Any, tuple[type, ...]]]:
    if isinstance(block, ToolCall):
        yield f"{path}.id", block.id, (str,)
        yield f"{path}.name", block.name, (str,)
        yield f"{path}.arguments", block.arguments, (Mapping,)
    if isinstance(block, Text | Thinking | Refusal):
        yield f"{path}.text", block.text, (str,)
    for name in ("text", "data", "url", "mime_type", "signature"):
        yield f"{path}.{name}", getattr(block, name, None), (str, type(None))
    for name in ("extra", "raw"):
        yield f"{path}.{name}", getattr(block, name, {}), (Mapping,)
