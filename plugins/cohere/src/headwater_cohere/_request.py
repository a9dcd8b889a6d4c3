"""The body of a v2 chat request (wire/cohere-mistral, section A2, November 2026)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater import (
    AssistantMessage,
    Context,
    Image,
    Model,
    Note,
    RequestError,
    Text,
    Thinking,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    clamp_level,
    default_max_tokens,
    dumps,
    fit_budget,
)

from ._options import CohereOptions

BUDGETS: Mapping[str, int] = {"minimal": 512, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 31000}
"""Thinking tokens of each level."""

STOPS = 5
"""How many stop sequences are taken."""


def cohere_request(model: Model, context: Context, options: CohereOptions) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what cannot be asked."""
    notes: list[Note] = []
    body: dict[str, Any] = {
        "model": model.id,
        "messages": _messages(model, context),
        "stream": not options.simulate_streaming,
    }
    _tools(body, model, context, options)
    _format(body, model, options)
    _thinking(body, model, options, notes)
    _sampling(body, model, options)
    if options.documents:
        body["documents"] = list(options.documents)
    if options.citations is not None:
        body["citation_options"] = {"mode": options.citations}
    for name, given in (
        ("parallel_tool_calls", options.parallel_tool_calls),
        ("service_tier", options.service_tier),
        ("metadata", options.metadata or None),
    ):
        if given is not None:
            notes.append(Note("dropped", f"options.{name}", "Cohere's chat has no such thing"))
    if options.cache == "long":
        notes.append(Note("changed", "options.cache", "Cohere cannot be told how long to cache"))
    return WireRequest(
        url=f"{model.base_url}/chat",
        body=dumps(body),
        headers=dict(model.headers),
        framing="json-array" if options.simulate_streaming else "sse",
        notes=tuple(notes),
    )


# -- messages


def _messages(model: Model, context: Context) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    if context.system_prompt:
        made.append({"role": "system", "content": context.system_prompt})
    images: list[dict[str, Any]] = []
    for message in context.messages:
        if not isinstance(message, ToolResultMessage) and images:
            made.append(_attached(images))
            images = []
        if isinstance(message, UserMessage):
            made.append({"role": "user", "content": _content(model, message)})
        elif isinstance(message, AssistantMessage):
            answer = _answer(message)
            if len(answer) > 1:
                made.append(answer)
        else:
            made.append(_result(message))
            images += _images(model, message)
    return [*made, _attached(images)] if images else made


def _content(model: Model, message: UserMessage) -> str | list[dict[str, Any]]:
    if isinstance(message.content, str):
        return message.content
    return [_part(model, block) for block in message.content]


def _part(model: Model, block: Any) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"type": "text", "text": block.text}
    if isinstance(block, Image):
        url = block.url or f"data:{block.mime_type};base64,{block.data}"
        return {"type": "image_url", "image_url": {"url": url}}
    raise RequestError(f"{model} cannot be given a {type(block).__name__}; give documents as documents=[...]")


def _answer(message: AssistantMessage) -> dict[str, Any]:
    """An answer; with calls, what was said beside them goes as the plan (text content is refused there)."""
    made: dict[str, Any] = {"role": "assistant"}
    calls = [_call(block) for block in message.content if isinstance(block, ToolCall)]
    plan = "".join(block.text for block in message.content if isinstance(block, Thinking) and block.extra.get("plan"))
    thoughts = [
        {"type": "thinking", "thinking": block.text}
        for block in message.content
        if isinstance(block, Thinking) and block.text and not block.extra.get("plan")
    ]
    texts = [{"type": "text", "text": block.text} for block in message.content if isinstance(block, Text)]
    if calls:
        made["tool_calls"] = calls
        said = "\n\n".join(part for part in (plan, "".join(text["text"] for text in texts)) if part)
        if said:
            made["tool_plan"] = said
        if thoughts:
            made["content"] = thoughts
    elif thoughts or texts:
        made["content"] = [*thoughts, *texts]
    return made


def _call(block: ToolCall) -> dict[str, Any]:
    function = {"name": block.name, "arguments": dumps(block.arguments).decode()}
    return {"id": block.id, "type": "function", "function": function}


def _result(message: ToolResultMessage) -> dict[str, Any]:
    content = message.content
    if not isinstance(content, str):
        texts = [block.text for block in content if isinstance(block, Text)]
        content = "\n".join(texts) or "(see the attachment)"
    return {"role": "tool", "tool_call_id": message.tool_call_id, "content": content or "(no output)"}


def _images(model: Model, message: ToolResultMessage) -> list[dict[str, Any]]:
    if isinstance(message.content, str):
        return []
    return [_part(model, block) for block in message.content if not isinstance(block, Text)]


def _attached(images: Sequence[dict[str, Any]]) -> dict[str, Any]:
    note = {"type": "text", "text": "Attached to the tool results above:"}
    return {"role": "user", "content": [note, *images]}


# -- options


def _tools(body: dict[str, Any], model: Model, context: Context, options: CohereOptions) -> None:
    choice = options.tool_choice
    tools = context.tools
    if choice not in (None, "auto", "none") and not tools:
        raise RequestError(f"tool_choice={choice!r} needs tools; give tools=[...] to {model}")
    if choice is not None and choice.startswith("tool:"):
        # A tool cannot be named on the wire; offering only that one, and asking for a call, is the same.
        tools = [tool for tool in tools if tool.name == choice[5:]]
        if not tools:
            raise RequestError(f"tool_choice names {choice[5:]!r}, which is none of the tools of this request")
    if not tools:
        return
    body["tools"] = [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
        }
        for tool in tools
    ]
    if options.strict_tools:
        body["strict_tools"] = True
    if choice == "none":
        body["tool_choice"] = "NONE"
    elif choice not in (None, "auto"):
        body["tool_choice"] = "REQUIRED"


def _format(body: dict[str, Any], model: Model, options: CohereOptions) -> None:
    schema = options.response_format
    if schema is None:
        return
    if "tools" in body or options.documents:
        raise RequestError(f"{model} cannot be held to a schema while it has tools or documents; leave one out")
    made: dict[str, Any] = {"type": "json_object"}
    if not set(schema) <= {"type", "title"}:
        made["json_schema"] = dict(schema)
    body["response_format"] = made


def _thinking(body: dict[str, Any], model: Model, options: CohereOptions, notes: list[Note]) -> None:
    if options.max_tokens is not None:
        body["max_tokens"] = default_max_tokens(model, options.max_tokens)
    if options.thinking is None and options.thinking_budget is None:
        return
    if not model.reasoning:
        if options.thinking != "off":
            notes.append(Note("dropped", "options.thinking", f"{model} does not think on request"))
        return
    level = clamp_level(model, options.thinking or "medium")
    if level in (None, "off"):
        body["thinking"] = {"type": "disabled"}
        return
    if level != options.thinking and options.thinking is not None:
        notes.append(Note("changed", "options.thinking", f"{model} has no level {options.thinking}; {level} was asked"))
    budget = options.thinking_budget or BUDGETS[level]
    if options.max_tokens is not None:
        body["max_tokens"], budget = fit_budget(model, options.max_tokens, budget)
    body["thinking"] = {"type": "enabled", "token_budget": budget}


def _sampling(body: dict[str, Any], model: Model, options: CohereOptions) -> None:
    if len(options.stop) > STOPS:
        raise RequestError(f"{model} takes {STOPS} stop sequences, not {len(options.stop)}")
    given = {
        "temperature": options.temperature,
        "p": options.top_p,
        "k": options.top_k,
        "seed": options.seed,
        "stop_sequences": list(options.stop) or None,
        "frequency_penalty": options.frequency_penalty,
        "presence_penalty": options.presence_penalty,
        "safety_mode": options.safety_mode,
        "priority": options.priority,
    }
    body.update({name: value for name, value in given.items() if value is not None})
