"""Tools of a request: those the caller runs, those the provider runs, and who must be called.

Source: wire/anthropic-messages, section 6 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import RequestError, Tool

from ._body import Draft

EAGER_BETA = "fine-grained-tool-streaming-2025-05-14"


def write_tools(draft: Draft) -> None:
    """Writes `tools`; raises `RequestError` for tools the endpoint cannot be given."""
    options, compat = draft.options, draft.compat
    if options.builtin_tools and not compat.server_tools:
        raise RequestError(f"{draft.model} takes no builtin_tools; leave them out, or run them yourself as tools")
    eager = _eager(draft)
    strict = options.strict_tools and compat.strict_tools
    if options.strict_tools and not strict:
        draft.dropped("strict_tools", "this model cannot be held to a tool's schema")
    tools = [
        {**_tool(tool, eager=eager, strict=strict), **options.tool_fields.get(tool.name, {})}
        for tool in draft.context.tools
    ]
    tools += [dict(tool) for tool in options.builtin_tools]
    if tools:
        draft.body["tools"] = tools


def _tool(tool: Tool, *, eager: bool | None, strict: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", **tool.parameters}
    made: dict[str, Any] = {"name": tool.name, "input_schema": closed(schema) if strict else schema}
    if tool.description:
        made["description"] = tool.description
    if eager is not None:
        made["eager_input_streaming"] = eager
    if strict:
        made["strict"] = True
    return made


def _eager(draft: Draft) -> bool | None:
    """What each tool says of it; the older beta speaks for all of them."""
    wanted, way = draft.options.eager_input_streaming, draft.compat.eager_tools
    if wanted is None or way == "field":
        return wanted
    if way == "no":
        draft.dropped("eager_input_streaming", "this endpoint decides itself how arguments are streamed")
    elif wanted and draft.context.tools:
        draft.betas.append(EAGER_BETA)
    return None


def write_choice(draft: Draft, thinking: str | None) -> None:
    """Writes `tool_choice`; `thinking` is the type of thinking. Raises `RequestError` for what cannot be forced."""
    choice, names = draft.options.tool_choice, [tool.get("name") for tool in draft.body.get("tools", ())]
    kind, _, name = (choice or "auto").partition(":")
    if kind in ("required", "tool"):
        _check_forced(draft, thinking, names)
    if kind == "tool" and name not in names:
        raise RequestError(f"tool_choice names {name!r}, which is none of the tools of this request")
    if not names:
        return
    made: dict[str, Any] = {"type": "any" if kind == "required" else kind}
    if kind == "tool":
        made["name"] = name
    if draft.options.parallel_tool_calls is False and kind != "none":
        if draft.compat.parallel_tool_calls:
            made["disable_parallel_tool_use"] = True
        else:
            draft.dropped("parallel_tool_calls", "this endpoint cannot be held to one call")
    if choice is not None or len(made) > 1:
        draft.body["tool_choice"] = made


def _check_forced(draft: Draft, thinking: str | None, names: list[Any]) -> None:
    model, choice, forced = draft.model, draft.options.tool_choice, draft.compat.forced_tools
    if not names:
        raise RequestError(f"tool_choice={choice!r} needs tools; give tools=[...] to {model}")
    if forced == "no":
        raise RequestError(f"{model} cannot be made to call a tool (tool_choice={choice!r}); ask for it in the prompt")
    if forced == "not-budget" and thinking == "enabled":
        raise RequestError(
            f"{model} cannot be made to call a tool while it thinks (tool_choice={choice!r}); use thinking='off'"
        )


def closed(schema: Any) -> Any:
    """A copy of a JSON Schema in which objects that do not say so take no further properties.

    Structured output refuses objects that are left open. Pure.
    """
    if isinstance(schema, list):
        return [closed(part) for part in cast("list[Any]", schema)]
    if not isinstance(schema, Mapping):
        return schema
    given = cast("Mapping[str, Any]", schema)
    made: dict[str, Any] = {}
    for name, part in given.items():
        if name in _NAMED and isinstance(part, Mapping):
            made[name] = {key: closed(value) for key, value in cast("Mapping[str, Any]", part).items()}
        else:
            made[name] = part if name in _VALUES else closed(part)
    if made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


_NAMED = frozenset({"properties", "$defs", "definitions", "patternProperties"})
"""Keywords that hold schemas by name."""

_VALUES = frozenset({"const", "default", "enum", "examples"})
"""Keywords that hold values, in which nothing is a schema."""
