"""Messages, contexts and events to JSON and back (cattrs).

Keys are camelCase. A field this version does not know is ignored, one it
misses takes its default, so files of older and newer versions load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ._content import BLOCKS, Text, Thinking, ToolCall
from ._events import EVENTS, Event
from ._json import DecodeError, dumps_text, loads
from ._messages import (
    SCHEMA_VERSION,
    AssistantMessage,
    Context,
    Cost,
    Message,
    Note,
    Tool,
    ToolResultMessage,
    Usage,
    UserMessage,
)
from .errors import ErrorInfo, InvalidMessage

ROLES: Mapping[str, type[Message]] = {kind.role: kind for kind in (UserMessage, AssistantMessage, ToolResultMessage)}

_NAMES: Mapping[type, Mapping[str, str]] = {
    Text: {"signature": "textSignature"},
    Thinking: {"text": "thinking", "signature": "thinkingSignature"},
    ToolCall: {"signature": "thoughtSignature"},
    Usage: {"cache_write_1h": "cacheWrite1h"},
    AssistantMessage: {"raw_stop_reason": "rawStopReason"},
}
"""Names in JSON that are not the field's own in camelCase."""

_ALWAYS: Mapping[type, frozenset[str]] = {
    ToolCall: frozenset({"arguments"}),
    Usage: frozenset({"input", "output", "cache_read", "cache_write", "total_tokens", "cost", "provenance"}),
    Cost: frozenset({"input", "output", "cache_read", "cache_write", "total"}),
    AssistantMessage: frozenset({"api", "provider", "model", "usage", "stop_reason", "timestamp"}),
    UserMessage: frozenset({"timestamp"}),
    ToolResultMessage: frozenset({"is_error", "timestamp"}),
    Tool: frozenset({"description", "parameters"}),
}
"""Fields that are written even when they have their default."""


def camel(name: str) -> str:
    """`tool_call_id` as `toolCallId`."""
    head, *rest = name.lstrip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)


def to_dict(value: Message | Context | Event | Any, *, partial: bool = False) -> dict[str, Any]:
    """A message, context, tool, content block, usage or event as plain JSON data.

    With `partial`, an event carries the message as it stood.
    """
    made: dict[str, Any] = _converter().unstructure(value)
    if partial:
        view = getattr(value, "partial", None)
        if view is not None:
            made["partial"] = to_dict(view.snapshot())
    return made


def to_json(value: Message | Context | Event | Any, *, partial: bool = False) -> str:
    """`to_dict` as JSON text; raises `InvalidMessage` for what holds values that are no JSON.

    NaN and infinities become `null`, lone surrogates U+FFFD.
    """
    try:
        return dumps_text(to_dict(value, partial=partial))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidMessage(f"{type(value).__name__} cannot be stored as JSON: {_reason(error)}") from error


def from_json(text: str | bytes) -> Any:
    """The message, context or event in a JSON text; raises `InvalidMessage`."""
    try:
        return from_dict(loads(text))
    except DecodeError as error:
        raise InvalidMessage(f"this is no JSON: {error}") from error


def from_dict(data: Any) -> Any:
    """The message, context or event in plain data, told by `role`, `messages` or `type`; raises `InvalidMessage`."""
    if not isinstance(data, dict):
        raise InvalidMessage(f"a message is stored as an object, not as {type(data).__name__}")
    stored = cast("dict[str, Any]", data)
    version = stored.get("schema", SCHEMA_VERSION)
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise InvalidMessage(f"schema {version!r:.40} is newer than {SCHEMA_VERSION}; upgrade headwater to read it")
    kind: type[Any] | None
    if "role" in stored:
        kind = ROLES.get(str(stored["role"]))
        if kind is None:
            raise InvalidMessage(f"role {stored['role']!r} is none of {', '.join(ROLES)}")
    elif "messages" in stored:
        kind = Context
    else:
        said = str(stored.get("type"))
        # an image or a source is told from the event that brings it by the place it has in a message
        kind = BLOCKS.get(said) if "contentIndex" not in stored and said in BLOCKS else EVENTS.get(said)
        if kind is None:
            raise InvalidMessage(f"neither role, nor messages, nor a known type: {list(stored)[:8]}")
    try:
        return _converter().structure(stored, kind)
    except InvalidMessage:
        raise
    except Exception as error:
        raise InvalidMessage(f"{kind.__name__} cannot be read: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """The innermost reason of a cattrs error group."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseException", error.exceptions[0])  # pyright: ignore[reportUnknownMemberType]
    return f"{type(error).__name__}: {error}"[:300]


@cache
def _converter() -> Converter:
    converter = Converter(omit_if_default=True)
    for plain in _PLAIN:
        converter.register_structure_hook(plain, _read_plain)
    converter.register_structure_hook_func(_holds_blocks, _read_blocks)
    converter.register_structure_hook_func(lambda kind: kind == Message, _read_message)
    for kind in (
        ErrorInfo,
        Cost,
        Usage,
        Note,
        Tool,
        *BLOCKS.values(),
        *ROLES.values(),
        Context,
        *EVENTS.values(),
    ):
        _register(converter, kind)
    # A tool that can be run is stored as what a model is told of it.
    converter.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, Tool) and kind is not Tool,
        lambda tool: converter.unstructure(tool, unstructure_as=Tool),
    )
    return converter


_PLAIN: Mapping[type, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int, float), float: (int, float)}
"""Kinds of plain values, and what may stand for them in JSON; converted, `null` would become the text `None`."""


def _read_plain(data: Any, kind: Any) -> Any:
    if not isinstance(data, _PLAIN[kind]) or (isinstance(data, bool) and kind is not bool):
        raise InvalidMessage(f"{dumps_text(data)[:80]} stands where {kind.__name__} belongs")
    return kind(data)


def _register(converter: Converter, kind: type[Any]) -> None:
    names, always = _NAMES.get(kind, {}), _ALWAYS.get(kind, frozenset())
    rules: dict[str, Any] = {
        one.name: override(rename=names.get(one.name, _name_in(kind, one.name))) if one.eq else override(omit=True)
        for one in attrs.fields(kind)
    }
    sparse: dict[str, Any] = {
        name: attrs.evolve(rule, omit_if_default=name not in always) for name, rule in rules.items()
    }
    write = make_dict_unstructure_fn(kind, converter, **sparse)
    tag = _tag(kind)
    converter.register_unstructure_hook(kind, _tagged(write, tag) if tag else write)
    read = make_dict_structure_fn(kind, converter, **rules)
    converter.register_structure_hook(kind, _reader(converter, kind, read))


def _name_in(kind: type[Any], name: str) -> str:
    return "error" if kind is EVENTS["error"] and name == "message" else camel(name)


def _tag(kind: type[Any]) -> dict[str, Any]:
    if kind is Context:
        return {"schema": SCHEMA_VERSION}
    role = getattr(kind, "role", None)
    if isinstance(role, str):
        return {"role": role}
    said = getattr(kind, "type", None)
    return {"type": said} if isinstance(said, str) else {}


def _tagged(write: Callable[[Any], dict[str, Any]], tag: dict[str, Any]) -> Callable[[Any], dict[str, Any]]:
    def unstructure(value: Any) -> dict[str, Any]:
        made = write(value)
        if isinstance(value, AssistantMessage) and value.error is not None:
            made["errorMessage"] = value.error.message
        return {**tag, **made}

    return unstructure


def _reader(converter: Converter, kind: type[Any], read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def structure(data: Any, _: Any) -> Any:
        if not isinstance(data, Mapping):
            raise InvalidMessage(f"{kind.__name__} is stored as an object, not as {type(data).__name__}")
        return read(data, kind)

    return structure


def _read_blocks(data: Any, kind: Any) -> Any:
    """Content: a string where the message takes one, else blocks told by `type`.

    A type this version does not know is kept as a provider's block where one may stand.
    """
    members = {member.type: member for member in _members(kind)}
    if isinstance(data, str) and str in get_args(kind):
        return data
    if not isinstance(data, list | tuple):
        raise InvalidMessage(f"content is stored as a list of blocks, not as {type(data).__name__}")
    return tuple(_read_block(block, members) for block in cast("list[Any]", data))


def _read_block(block: Any, members: Mapping[str, Any]) -> Any:
    if not isinstance(block, dict):
        raise InvalidMessage(f"a content block is stored as an object, not as {type(block).__name__}")
    stored = cast("dict[str, Any]", block)
    said = str(stored.get("type"))
    if said in members:
        return _converter().structure(stored, members[said])
    if "providerBlock" in members:
        return members["providerBlock"](name=said, raw=stored)
    raise InvalidMessage(f"a block of type {said!r} cannot stand here; there are {', '.join(members)}")


def _members(kind: Any) -> list[Any]:
    """The block classes in `str | Sequence[A | B]` or `Sequence[A | B]`."""
    found: list[Any] = []
    for part in get_args(kind):
        if part in BLOCKS.values():
            found.append(part)
        else:
            found += _members(part)
    return found


def _holds_blocks(kind: Any) -> bool:
    """Whether `kind` is a sequence of blocks, or a sequence or a string; not one block, or none."""
    parts = (kind, *get_args(kind))
    return bool(_members(kind)) and any(get_origin(part) is Sequence for part in parts)


def _read_message(data: Any, _: Any) -> Any:
    found = from_dict(data)
    if not isinstance(found, UserMessage | AssistantMessage | ToolResultMessage):
        raise InvalidMessage(f"a conversation is made of messages, not of {type(found).__name__}")
    return found
