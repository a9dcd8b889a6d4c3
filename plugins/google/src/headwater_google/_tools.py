"""Tools, and which of them the model may or must call (wire/google-generative-ai, section 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from headwater import Context, Model, Note, RequestError, Tool

from ._compat import GoogleCompat
from ._options import BuiltinTool, GoogleOptions
from ._schema import narrow, plain

NAME = "[A-Za-z_][A-Za-z0-9_.:-]{0,127}"
"""What the name of a function must match as a whole."""

BUILTINS: Mapping[str, str] = {
    "google_search": "googleSearch",
    "url_context": "urlContext",
    "code_execution": "codeExecution",
    "google_maps": "googleMaps",
    "enterprise_web_search": "enterpriseWebSearch",
    "google_search_retrieval": "googleSearchRetrieval",
    "computer_use": "computerUse",
    "file_search": "fileSearch",
    "mcp_servers": "mcpServers",
}
"""Names of the provider's own tools, and what the wire calls them."""


def write_tools(
    body: dict[str, Any],
    model: Model,
    compat: GoogleCompat,
    context: Context,
    options: GoogleOptions,
    *,
    notes: list[Note],
) -> None:
    """Writes `tools` and `toolConfig`; raises `RequestError` for what the model cannot be made to do."""
    functions = [declare(tool, compat) for tool in context.tools]
    builtins = [_builtin(model, tool) for tool in options.builtin_tools]
    if functions and builtins and not compat.mixed_tools:
        raise RequestError(
            f"{model} cannot have functions beside its own tools; give tools=... or builtin_tools=..., or take Gemini 3"
        )
    if options.parallel_tool_calls is False:
        notes.append(Note("dropped", "options.parallel_tool_calls", "calls in parallel cannot be forbidden here"))
    tools = [*([{"functionDeclarations": functions}] if functions else []), *builtins]
    if tools:
        body["tools"] = tools
    config = _calling(model, compat, context, options, notes)
    if functions and builtins and compat.announces_tools:
        config["includeServerSideToolInvocations"] = True
    if config:
        body["toolConfig"] = config


def declare(tool: Tool, compat: GoogleCompat) -> dict[str, Any]:
    """A function's declaration; raises `RequestError` for a name the provider refuses."""
    check_name(tool.name)
    made: dict[str, Any] = {"name": tool.name}
    if tool.description:
        made["description"] = tool.description
    if compat.json_schema:
        made["parametersJsonSchema"] = plain(tool.parameters)
    elif tool.parameters.get("properties"):
        made["parameters"] = narrow(tool.parameters)
    return made


def check_name(name: str) -> None:
    """Raises `RequestError` for a name of a function that is none."""
    if not re.fullmatch(NAME, name):
        raise RequestError(
            f"{name!r} cannot be the name of a function; begin with a letter or underscore,"
            " go on with letters, digits and _ . : -, 128 characters at most"
        )


def chosen_mode(model: Model, tools: Sequence[Tool], choice: str | None, *, strict: bool) -> tuple[str | None, str]:
    """The mode of calling (None: say nothing) and the one function it is about.

    Raises `RequestError` for a choice that needs tools, or names none of them.
    """
    if not tools:
        if choice not in (None, "auto", "none"):
            raise RequestError(f"tool_choice={choice!r} needs tools; give tools=[...] to {model}")
        return None, ""
    kind, _, name = (choice or "").partition(":")
    if kind == "tool" and name not in {tool.name for tool in tools}:
        raise RequestError(f"tool_choice names {name!r}, which is none of the tools of this request")
    if strict and kind in ("", "auto"):
        return "VALIDATED", ""
    return {"": None, "auto": "AUTO", "none": "NONE", "required": "ANY", "tool": "ANY"}[kind], name


def _calling(
    model: Model, compat: GoogleCompat, context: Context, options: GoogleOptions, notes: list[Note]
) -> dict[str, Any]:
    """The `toolConfig`; without functions there must be no word about calling them."""
    mode, name = chosen_mode(model, context.tools, options.tool_choice, strict=options.strict_tools)
    calling: dict[str, Any] = {}
    if mode is not None:
        calling["mode"] = mode
    if name:
        calling["allowedFunctionNames"] = [name]
    if options.stream_arguments and context.tools:
        if compat.streams_arguments and compat.signed_calls:
            calling["streamFunctionCallArguments"] = True
        else:
            notes.append(Note("dropped", "options.stream_arguments", f"{model} does not stream arguments"))
    return {"functionCallingConfig": calling} if calling else {}


def _builtin(model: Model, tool: BuiltinTool) -> dict[str, Any]:
    if not isinstance(tool, str):
        return dict(tool)
    if tool not in BUILTINS:
        raise RequestError(f"{model} has no tool {tool!r} of its own; it knows {', '.join(BUILTINS)}")
    return {BUILTINS[tool]: {}}
