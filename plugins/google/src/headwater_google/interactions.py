"""The api `google-interactions`: the Interactions API, asked without keeping anything at the provider.

Source: wire/google-generative-ai, section 10 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import (
    Assembly,
    Context,
    HandoffRules,
    Kind,
    Model,
    Note,
    Options,
    Parser,
    RequestError,
    WireRequest,
    dumps,
    hookimpl,
)

from ._compat import read_compat
from ._errors import ERROR_CODES
from ._interactions_input import make_steps
from ._interactions_parser import InteractionsParser
from ._options import BuiltinTool, InteractionsOptions
from ._schema import plain
from ._thinking import shows_thoughts, wire_level
from ._tools import NAME, check_name, chosen_mode

BUILTINS = ("google_search", "url_context", "code_execution", "google_maps", "file_search", "computer_use")
"""The provider's own tools that can be named without settings."""

Body = dict[str, Any]


class Interactions:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Interactions have options of their own."""
        return InteractionsOptions

    @hookimpl
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules:
        """Signatures hold for one model. Calls of an interaction that is kept may be answered without it."""
        kept = isinstance(options, InteractionsOptions) and options.previous_interaction_id is not None
        return HandoffRules(portable_thinking=False, name_pattern=NAME, history_is_kept=kept)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/interactions`."""
        if not isinstance(options, InteractionsOptions):
            raise RequestError(f"{model.api} takes InteractionsOptions, not {type(options).__name__}")
        notes: list[Note] = []
        whole = options.simulate_streaming
        body = interaction_body(model, context, options, notes)
        return WireRequest(
            url=f"{model.base_url}/interactions",
            body=dumps(body),
            headers={"accept": "application/json" if whole else "text/event-stream", **model.headers},
            framing="json-array" if whole else "sse",
            notes=tuple(notes),
        )

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the events of an interaction."""
        return InteractionsParser(out)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The names of google.rpc.Code."""
        return ERROR_CODES


def interaction_body(model: Model, context: Context, options: InteractionsOptions, notes: list[Note]) -> Body:
    """The body of a request; what was changed is added to `notes`."""
    body: Body = {
        "model": model.id,
        "input": make_steps(model, context, notes),
        "stream": not options.simulate_streaming,
        # What is sent whole every time need not be kept.
        "store": options.previous_interaction_id is not None if options.store is None else options.store,
    }
    if options.cache == "long":
        notes.append(Note("changed", "options.cache", "prompts are cached for minutes"))
    config = _config(model, context, options, notes)
    given: Body = {
        "system_instruction": context.system_prompt,
        "tools": _tools(model, context, options) or None,
        "generation_config": config or None,
        "response_format": _format(options),
        "previous_interaction_id": options.previous_interaction_id,
        "continuation_token": options.continuation_token,
        "service_tier": options.service_tier,
        "labels": dict(options.metadata) or None,
        "safety_settings": [_setting(*one) for one in options.safety_settings.items()] or None,
    }
    body.update({name: value for name, value in given.items() if value is not None})
    return body


def _config(model: Model, context: Context, options: InteractionsOptions, notes: list[Note]) -> Body:
    mode, name = chosen_mode(model, context.tools, options.tool_choice, strict=options.strict_tools)
    choice: Any = mode and mode.lower()
    if name:
        choice = {"allowed_tools": {"mode": choice, "tools": [name]}}
    level = _level(model, options, notes)
    # Asking to think is asking to see it, unless told otherwise.
    shown = shows_thoughts(options) if level is not None or options.include_thoughts is not None else None
    config: Body = {
        "max_output_tokens": options.max_tokens,
        "stop_sequences": list(options.stop) or None,
        "seed": options.seed,
        "thinking_level": level,
        "thinking_summaries": None if shown is None else "auto" if shown else "none",
        "tool_choice": choice,
    }
    sampling = read_compat(model).sampling
    for option in ("temperature", "top_p"):
        value = getattr(options, option)
        if value is not None and sampling:
            config[option] = value
        elif value is not None:
            notes.append(Note("dropped", f"options.{option}", "this model takes none"))
    if options.parallel_tool_calls is False:
        notes.append(Note("dropped", "options.parallel_tool_calls", "calls in parallel cannot be forbidden here"))
    return {name: value for name, value in config.items() if value is not None}


def _level(model: Model, options: InteractionsOptions, notes: list[Note]) -> str | None:
    if options.thinking_level is not None:
        return options.thinking_level
    if model.reasoning:
        level = wire_level(model, options, notes)
        return level and level.lower()
    if options.thinking not in (None, "off"):
        notes.append(Note("dropped", "options.thinking", f"{model} does not think on request"))
    return None


def _tools(model: Model, context: Context, options: InteractionsOptions) -> list[Body]:
    made: list[Body] = []
    for tool in context.tools:
        check_name(tool.name)
        said = {"description": tool.description} if tool.description else {}
        made.append({"type": "function", "name": tool.name, **said, "parameters": plain(tool.parameters)})
    return [*made, *(_builtin(model, tool) for tool in options.builtin_tools)]


def _builtin(model: Model, tool: BuiltinTool) -> Body:
    if not isinstance(tool, str):
        return dict(tool)
    if tool not in BUILTINS:
        raise RequestError(f"{model} has no tool {tool!r} of its own; it knows {', '.join(BUILTINS)}")
    return {"type": tool}


def _format(options: InteractionsOptions) -> Body | None:
    schema = options.response_format
    if schema is None:
        return None
    made: Body = {"type": "text", "mime_type": "application/json"}
    return made if set(schema) <= {"type", "title"} else {**made, "schema": plain(schema)}


def _setting(category: str, threshold: str) -> Body:
    """A safety setting; the names generateContent has are taken as well."""
    return {"type": category.lower().removeprefix("harm_category_"), "threshold": threshold.lower()}


api = Interactions()
