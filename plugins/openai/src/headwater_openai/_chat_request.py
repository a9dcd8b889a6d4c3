"""The body of a chat-completions request.

What an endpoint does not take is left out and noted, or refused where leaving
it out would change what was asked (a forced tool, a schema). Source:
wire/openai-chat sections 2 to 4, wire/openai-compatible section 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from headwater import (
    BUDGETS,
    Context,
    Model,
    Note,
    RequestError,
    SchemaRules,
    Tool,
    WireRequest,
    clamp_level,
    default_max_tokens,
    dumps,
    fit_budget,
    narrow_schema,
)

from ._chat_caching import mark_cache
from ._chat_messages import chat_messages
from ._chat_options import ChatOptions
from ._compat import ChatCompat, read_compat
from ._long_cache import long_cache
from ._schemas import is_any_object, is_strict, schema_name


def chat_request(model: Model, context: Context, options: ChatOptions) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what the endpoint cannot be asked."""
    compat = read_compat(model)
    notes: list[Note] = []
    messages = chat_messages(model, compat, context)
    body = chat_body(model, compat, context, options, messages=messages, notes=notes)
    if compat.cache_control and options.cache != "off":
        mark_cache(body, long=options.cache == "long")
    return chat_wire(model, compat, options, body, notes)


def chat_body(
    model: Model,
    compat: ChatCompat,
    context: Context,
    options: ChatOptions,
    *,
    messages: list[dict[str, Any]],
    notes: list[Note],
) -> dict[str, Any]:
    """The body around messages that are written already; what is left out is added to the notes."""
    body: dict[str, Any] = {"model": model.id, "messages": messages, "stream": not options.simulate_streaming}
    if compat.usage_in_stream and not options.simulate_streaming:
        body["stream_options"] = {"include_usage": True}
    _limits(body, model, compat, options, notes)
    thinking = _thinking(body, model, compat, options, notes)
    if context.tools and thinking and not compat.thinks_with_tools:
        thinking = _not_thinking(body, model, compat, options, notes)
    _sampling(body, compat, options, notes, thinking=thinking)
    _tools(body, model, compat, context, options, notes=notes)
    _format(body, model, compat, options)
    _service(body, compat, options, notes)
    body.update(compat.extra_body)
    return body


def chat_wire(
    model: Model, compat: ChatCompat, options: ChatOptions, body: dict[str, Any], notes: list[Note]
) -> WireRequest:
    """`POST {base}/chat/completions` with that body."""
    headers = dict(model.headers)
    if compat.session_header and options.session_id:
        headers[compat.session_header] = options.session_id
    return WireRequest(
        url=f"{model.base_url}/chat/completions",
        body=dumps(body),
        headers=headers,
        framing="json-array" if options.simulate_streaming else "sse",
        needs_signal=compat.needs_finish,
        notes=tuple(notes),
    )


def _limits(body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> None:
    asked = options.max_tokens
    if asked is None:
        return
    limit = min(asked, model.max_tokens or asked)
    if limit < asked:
        _changed(notes, "max_tokens", f"{model} writes at most {limit} tokens")
    body[compat.max_tokens_field] = limit


def _dropped(notes: list[Note], name: str, reason: str) -> None:
    notes.append(Note("dropped", f"options.{name}", reason))


def _changed(notes: list[Note], name: str, reason: str) -> None:
    notes.append(Note("changed", f"options.{name}", reason))


# -- thinking


def _thinking(body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> bool:
    """Writes how much to think; gives back whether the model will."""
    budget = _budget(model, compat, options, notes)
    if options.reasoning_effort is not None:
        body["reasoning_effort"] = options.reasoning_effort
        return options.reasoning_effort != "none"
    asked = options.thinking or ("high" if budget else None)
    if budget and compat.thinking_format == "openrouter" and asked != "off":
        # In tokens or by effort, never both (wire/openai-compatible, section 3.9).
        limit, budget = fit_budget(model, options.max_tokens or default_max_tokens(model, None), budget)
        body["reasoning"] = {"max_tokens": budget}
        body.update({compat.max_tokens_field: limit} if options.max_tokens else {})
        return True
    if asked is None:
        return model.reasoning and compat.thinks_unasked
    if not model.reasoning or compat.thinking_format == "none":
        if asked != "off":
            _dropped(notes, "thinking", f"{model} does not think on request")
        return False
    level = clamp_level(model, asked)
    if level is None:
        _dropped(notes, "thinking", f"{model} cannot be told how much to think")
        return model.reasoning
    if options.thinking not in (None, level):
        _changed(notes, "thinking", f"{model} has no level {asked}; {level} was asked")
    word = model.levels.get(level) or ("none" if level == "off" else level)
    _FORMATS[compat.thinking_format](body, compat, level != "off", str(word), budget or BUDGETS.get(level))
    if budget and options.max_tokens and "thinking_budget" in body:
        body[compat.max_tokens_field], body["thinking_budget"] = fit_budget(model, options.max_tokens, budget)
    return level != "off"


def _budget(model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> int | None:
    """The tokens to think with, where they were given and the endpoint takes such a number."""
    if not options.thinking_budget:
        return None
    if compat.thinking_format in _BUDGETED and model.reasoning and options.reasoning_effort is None:
        return options.thinking_budget
    _dropped(notes, "thinking_budget", f"{model} takes levels of thinking, no budget")
    return None


def _not_thinking(
    body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions, notes: list[Note]
) -> bool:
    """Tells a model that refuses tools while it thinks not to (wire/openai-chat, section 3)."""
    if options.thinking is not None or options.reasoning_effort is not None:
        reason = f"{model} does not think while it has tools over {model.api}; ask with api='openai-responses'"
        _dropped(notes, "thinking" if options.reasoning_effort is None else "reasoning_effort", reason)
    _FORMATS[compat.thinking_format](body, compat, False, str(model.levels.get("off") or "none"), None)
    return False


_BUDGETED = ("qwen", "openrouter")
"""Thinking formats in which the tokens to think with can be given."""

Writer = Callable[[dict[str, Any], ChatCompat, bool, str, int | None], None]


def _openai(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    if compat.reasoning_effort:
        body["reasoning_effort"] = word


def _openrouter(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["reasoning"] = {"effort": word if on else "none"}


def _switch(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["thinking"] = {"type": "enabled" if on else "disabled"}
    if on and compat.reasoning_effort:
        body["reasoning_effort"] = word


def _zai(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    _switch(body, compat, on, word, budget)
    if on:
        body["thinking"]["clear_thinking"] = False


def _qwen(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["enable_thinking"] = on
    if on and budget:
        body["thinking_budget"] = budget


def _template(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["chat_template_kwargs"] = {"enable_thinking": on}


def _together(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["reasoning"] = {"enabled": on}
    if on and compat.reasoning_effort:
        body["reasoning_effort"] = word


def _string(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    body["thinking"] = word if on else "none"


def _prompt_mode(body: dict[str, Any], compat: ChatCompat, on: bool, word: str, budget: int | None) -> None:
    if on:
        body["prompt_mode"] = word


_FORMATS: Mapping[str, Writer] = {
    "openai": _openai,
    "openrouter": _openrouter,
    "deepseek": _switch,
    "zai": _zai,
    "qwen": _qwen,
    "chat-template": _template,
    "together": _together,
    "string": _string,
    "prompt-mode": _prompt_mode,
}
"""How each thinking format is written (wire/openai-compatible, section 1)."""


# -- the rest


def _sampling(
    body: dict[str, Any], compat: ChatCompat, options: ChatOptions, notes: list[Note], *, thinking: bool
) -> None:
    """Sampling parameters, as far as the model takes them; what it does not take is left out and noted."""
    given: dict[str, Any] = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "frequency_penalty": options.frequency_penalty,
        "presence_penalty": options.presence_penalty,
        "logit_bias": options.logit_bias,
    }
    for name, value in given.items():
        if value is None:
            continue
        refusal = _refusal(name, compat, thinking=thinking)
        if refusal is None:
            body[name] = value
        else:
            _dropped(notes, name, refusal)
    if options.stop:
        if compat.stop_sequences:
            body["stop"] = list(options.stop)
        else:
            _dropped(notes, "stop", "this model takes no stop sequences")
    if options.seed is not None:
        if compat.seed_field:
            body[compat.seed_field] = options.seed
        else:
            _dropped(notes, "seed", "this endpoint takes no seed")
    for name in ("verbosity", "prediction", "safety_identifier"):
        _by_its_own_name(body, name, compat, options, notes)


def _by_its_own_name(
    body: dict[str, Any], name: str, compat: ChatCompat, options: ChatOptions, notes: list[Note]
) -> None:
    """An option that stands in the body as it is, where the endpoint knows it."""
    value = getattr(options, name)
    if value is not None and name in compat.refuses:
        _dropped(notes, name, "this endpoint does not know it")
    elif value is not None:
        body[name] = value


_PENALTIES = frozenset({"frequency_penalty", "presence_penalty", "logit_bias"})


def _refusal(name: str, compat: ChatCompat, *, thinking: bool) -> str | None:
    """Why the model does not take this sampling parameter; None where it does."""
    if compat.sampling == "no" or (compat.sampling == "not-thinking" and thinking):
        return "this model takes no sampling parameters" + (" while it thinks" if thinking else "")
    if name in _PENALTIES and not compat.penalties:
        return "this model takes no penalties"
    return None


def _tools(
    body: dict[str, Any], model: Model, compat: ChatCompat, context: Context, options: ChatOptions, *, notes: list[Note]
) -> None:
    if not context.tools:
        _no_tools(body, model, compat, options)
        return
    tools = context.tools if compat.schema_references else [_without_references(tool) for tool in context.tools]
    body["tools"] = [chat_tool(tool, strict=_is_held(tool, compat, options, notes)) for tool in tools]
    if options.parallel_tool_calls is not None:
        if compat.parallel_tool_calls:
            body["parallel_tool_calls"] = options.parallel_tool_calls
        else:
            _dropped(notes, "parallel_tool_calls", "this endpoint cannot be told how many calls to make")
    choice = options.tool_choice
    if choice is None:
        return
    kind, _, name = choice.partition(":")
    if kind not in compat.tool_choices:
        raise RequestError(
            f"{model} cannot be made to follow tool_choice={choice!r}; it takes {', '.join(compat.tool_choices)}"
        )
    if kind == "tool" and name not in {tool.name for tool in context.tools}:
        raise RequestError(f"tool_choice names {name!r}, which is none of the tools of this request")
    body["tool_choice"] = {"type": "function", "function": {"name": name}} if kind == "tool" else choice


def _is_held(tool: Tool, compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> bool:
    """Whether arguments are to keep to the tool's schema, as was asked; says so where they cannot be held to it."""
    strict = options.strict_tools and compat.strict_tools and is_strict(tool.parameters)
    if options.strict_tools and not strict:
        notes.append(Note("changed", f"tools.{tool.name}", "its schema cannot be sent as strict"))
    return strict


def _without_references(tool: Tool) -> Tool:
    return evolve(tool, parameters=narrow_schema(tool.parameters, SchemaRules(references=False))[0])


def _no_tools(body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions) -> None:
    if options.tool_choice not in (None, "auto", "none"):
        raise RequestError(f"tool_choice={options.tool_choice!r} needs tools; give tools=[...] to {model}")
    if compat.requires_tools_with_tool_history and any(message["role"] == "tool" for message in body["messages"]):
        body["tools"] = []


def chat_tool(tool: Tool, *, strict: bool) -> dict[str, Any]:
    """A tool as chat completions has it."""
    function: dict[str, Any] = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    if strict:
        function["strict"] = True
    return {"type": "function", "function": function}


def _format(body: dict[str, Any], model: Model, compat: ChatCompat, options: ChatOptions) -> None:
    schema = options.response_format
    if schema is None:
        return
    if is_any_object(schema):
        body["response_format"] = {"type": "json_object"}
        if compat.json_word and b"json" not in dumps(body["messages"]).lower():
            raise RequestError(f"{model} answers in JSON only when told so in words; say JSON in the prompt")
    elif compat.json_schema:
        strict = compat.strict_tools and is_strict(schema)
        named = {"name": schema_name(schema), "schema": schema, "strict": strict}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    else:
        raise RequestError(
            f"{model} cannot be held to a schema; use response_format={{'type': 'object'}} and check the answer"
        )


def _service(body: dict[str, Any], compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> None:
    if options.cache != "off" and options.session_id and compat.cache_key:
        body["prompt_cache_key"] = options.session_id[:64]
    if options.cache == "long":
        body.update(long_cache(compat.long_cache))
        if compat.long_cache == "no" and not compat.cache_control:
            _changed(notes, "cache", "this endpoint cannot be told how long to cache")
    if options.service_tier is not None:
        if compat.service_tiers:
            body["service_tier"] = options.service_tier
        else:
            _dropped(notes, "service_tier", "this endpoint has no service tiers")
    if options.metadata:
        if compat.metadata:
            body["metadata"] = dict(options.metadata)
        else:
            _dropped(notes, "metadata", "this endpoint keeps no metadata")
    if options.store is not None:
        if compat.store:
            body["store"] = options.store
        else:
            _dropped(notes, "store", "this endpoint stores no answers on request")
