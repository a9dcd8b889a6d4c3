"""The body of a chat-completions request.

What an endpoint does not take is left out and noted, or refused where leaving
it out would change what was asked (a forced tool, a schema). Source:
wire/openai-chat sections 2 to 4, wire/openai-compatible section 1.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve

from headwater import (
    Context,
    Model,
    Note,
    RequestError,
    SchemaRules,
    Tool,
    WireRequest,
    dumps,
    narrow_schema,
)

from ._chat_caching import mark_cache
from ._chat_messages import chat_messages
from ._chat_options import ChatOptions
from ._chat_thinking import write_no_thinking, write_thinking
from ._compat import ChatCompat, read_compat
from ._long_cache import long_cache
from ._notes import changed, dropped
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
    thinking = write_thinking(body, model, compat, options, notes)
    if context.tools and thinking and not compat.thinks_with_tools:
        thinking = write_no_thinking(body, model, compat, options, notes)
    _sampling(body, compat, options, notes, thinking=thinking)
    _steering(body, compat, options, notes)
    _tools(body, model, compat, context, options, notes=notes, thinking=thinking)
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
        changed(notes, "max_tokens", f"{model} writes at most {limit} tokens")
    body[compat.max_tokens_field] = limit


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
            dropped(notes, name, refusal)
    highest = compat.max_temperature
    if highest is not None and body.get("temperature", 0) > highest:
        body["temperature"] = highest
        changed(notes, "temperature", f"this model takes a temperature of at most {highest}")
    if options.seed is not None:
        if compat.seed_field:
            body[compat.seed_field] = options.seed
        else:
            dropped(notes, "seed", "this endpoint takes no seed")
    _stops(body, compat, options, notes)


def _stops(body: dict[str, Any], compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> None:
    if not options.stop:
        return
    if not compat.stop_sequences:
        dropped(notes, "stop", "this model takes no stop sequences")
        return
    body["stop"] = list(options.stop)[: compat.max_stops]
    if len(body["stop"]) < len(options.stop):
        changed(notes, "stop", f"this endpoint takes at most {compat.max_stops} stop sequences; the rest is left out")


def _steering(body: dict[str, Any], compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> None:
    """What an answer is like, and for whom it is, where the endpoint can be told."""
    fields = {"verbosity": "verbosity", "prediction": "prediction", "safety_identifier": compat.user_field}
    for name, field in fields.items():
        value = getattr(options, name)
        if value is not None and (field is None or name in compat.refuses):
            dropped(notes, name, "this endpoint does not know it")
        elif value is not None:
            body[str(field)] = value


_PENALTIES = frozenset({"frequency_penalty", "presence_penalty", "logit_bias"})


def _refusal(name: str, compat: ChatCompat, *, thinking: bool) -> str | None:
    """Why the model does not take this sampling parameter; None where it does."""
    if compat.sampling == "no" or (compat.sampling == "not-thinking" and thinking):
        return "this model takes no sampling parameters" + (" while it thinks" if thinking else "")
    if name in _PENALTIES and not compat.penalties:
        return "this model takes no penalties"
    if name == "logit_bias" and not compat.logit_bias:
        return "this model takes no logit_bias"
    return None


def _tools(
    body: dict[str, Any],
    model: Model,
    compat: ChatCompat,
    context: Context,
    options: ChatOptions,
    *,
    notes: list[Note],
    thinking: bool,
) -> None:
    hidden = options.tool_choice == "none" and "none" not in compat.tool_choices
    if not context.tools or hidden:
        _no_tools(body, model, compat, options)
        return
    if compat.max_tools is not None and len(context.tools) > compat.max_tools:
        raise RequestError(f"{model} takes at most {compat.max_tools} tools, not {len(context.tools)}; leave some out")
    tools = context.tools if compat.schema_references else [_without_references(tool) for tool in context.tools]
    body["tools"] = [chat_tool(tool, strict=_is_held(tool, compat, options, notes)) for tool in tools]
    if compat.tool_stream and body["stream"]:
        body["tool_stream"] = True
    if options.parallel_tool_calls is not None:
        if compat.parallel_tool_calls:
            body["parallel_tool_calls"] = options.parallel_tool_calls
        else:
            dropped(notes, "parallel_tool_calls", "this endpoint cannot be told how many calls to make")
    if options.tool_choice is not None:
        body["tool_choice"] = _choice(model, compat, context, options.tool_choice, thinking=thinking)


def _choice(model: Model, compat: ChatCompat, context: Context, choice: str, *, thinking: bool) -> Any:
    """Which tool to call, as chat completions has it; raises `RequestError` where it cannot be asked for."""
    kind, _, name = choice.partition(":")
    if kind not in compat.tool_choices:
        raise RequestError(
            f"{model} cannot be made to follow tool_choice={choice!r}; it takes {', '.join(compat.tool_choices)}"
        )
    if kind in ("required", "tool") and thinking and not compat.forced_while_thinking:
        raise RequestError(f"{model} cannot be made to call a tool while it thinks; ask with thinking='off'")
    if kind == "tool" and name not in {tool.name for tool in context.tools}:
        raise RequestError(f"tool_choice names {name!r}, which is none of the tools of this request")
    return {"type": "function", "function": {"name": name}} if kind == "tool" else choice


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
    if is_any_object(schema) and compat.json_object:
        body["response_format"] = {"type": "json_object"}
        if compat.json_word and b"json" not in dumps(body["messages"]).lower():
            raise RequestError(f"{model} answers in JSON only when told so in words; say JSON in the prompt")
        return
    if not compat.json_schema:
        raise RequestError(
            f"{model} cannot be held to a schema; use response_format={{'type': 'object'}} and check the answer"
        )
    if body.get("tools") and not compat.schema_with_tools:
        raise RequestError(
            f"{model} cannot be held to a schema while it has tools; ask without tools, or make the answer a tool"
        )
    strict = compat.strict_tools and is_strict(schema)
    named = {"name": schema_name(schema), "schema": schema, "strict": strict}
    body["response_format"] = {"type": "json_schema", "json_schema": named}


def _service(body: dict[str, Any], compat: ChatCompat, options: ChatOptions, notes: list[Note]) -> None:
    if options.cache != "off" and options.session_id and compat.cache_key:
        body["prompt_cache_key"] = options.session_id[:64]
    if options.cache == "long":
        body.update(long_cache(compat.long_cache))
        if compat.long_cache == "no" and not compat.cache_control:
            changed(notes, "cache", "this endpoint cannot be told how long to cache")
    if options.service_tier is not None:
        if compat.service_tiers:
            body["service_tier"] = options.service_tier
        else:
            dropped(notes, "service_tier", "this endpoint has no service tiers")
    if options.metadata:
        if compat.metadata:
            body["metadata"] = dict(options.metadata)
        else:
            dropped(notes, "metadata", "this endpoint keeps no metadata")
    if options.store is not None:
        if compat.store:
            body["store"] = options.store
        else:
            dropped(notes, "store", "this endpoint stores no answers on request")
