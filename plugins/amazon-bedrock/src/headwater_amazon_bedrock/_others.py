"""What a model that is no Claude is asked beside the conversation.

What it does not take is left out and noted, or refused where leaving it out would change what was
asked (a forced tool, a schema). Source: wire/bedrock-converse section 3 (November 2026).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from headwater import AssistantMessage, RequestError, Tool, ToolCall, clamp_level

from ._claude import write_schema
from ._draft import Draft


def write_other(draft: Draft) -> None:
    """Writes all but system prompt and messages; raises `RequestError` for what the model cannot be asked."""
    model, options = draft.model, draft.options
    if options.max_tokens is not None:
        draft.infer(maxTokens=min(options.max_tokens, model.max_tokens or options.max_tokens))
    thinking = _thinking(draft)
    _sampling(draft, thinking=thinking)
    _tools(draft)
    _format(draft)
    for name in ("thinking_display", "betas", "parallel_tool_calls", "seed"):
        if getattr(options, name) not in (None, ()):
            draft.dropped(name, f"{model} does not take it")


# -- thinking


def _thinking(draft: Draft) -> bool:
    """Writes how much to think; gives back whether the model will."""
    model, options = draft.model, draft.options
    wanted = options.effort or options.thinking
    if options.thinking_budget is not None:
        draft.dropped("thinking_budget", f"{model} takes no budget")
    if wanted is None:
        return model.reasoning and model.levels.get("off") is None
    if not model.reasoning or draft.compat.thinking == "none":
        if wanted != "off":
            draft.dropped("thinking", f"{model} does not think on request")
        return model.reasoning
    level = clamp_level(model, wanted)
    if level is None:
        draft.dropped("thinking", f"{model} cannot be told how much to think")
        return True
    if level != wanted:
        draft.note("changed", "options.thinking", f"{model} has no level {wanted}; {level} was asked")
    word = str(model.levels.get(level) or level)
    _WAYS[draft.compat.thinking](draft.fields, level != "off", word)
    return level != "off"


Writer = Callable[[dict[str, Any], bool, str], None]


def _effort(fields: dict[str, Any], on: bool, word: str) -> None:
    fields["reasoning_effort"] = word


def _reasoning(fields: dict[str, Any], on: bool, word: str) -> None:
    fields["reasoning"] = {"effort": word}


def _config(fields: dict[str, Any], on: bool, word: str) -> None:
    fields["reasoning_config"] = word


def _nova(fields: dict[str, Any], on: bool, word: str) -> None:
    fields["reasoningConfig"] = {"type": "enabled", "maxReasoningEffort": word} if on else {"type": "disabled"}


_WAYS: Mapping[str, Writer] = {"effort": _effort, "reasoning": _reasoning, "config": _config, "nova": _nova}
"""How each family is told how much to think."""


# -- the rest


def _sampling(draft: Draft, *, thinking: bool) -> None:
    compat, options = draft.compat, draft.options
    refused = compat.sampling == "no" or (compat.sampling == "not-thinking" and thinking)
    given = {"temperature": options.temperature, "top_p": options.top_p, "top_k": options.top_k}
    for name, value in given.items():
        if value is None:
            continue
        if refused or (name == "top_k" and compat.top_k == "no"):
            draft.dropped(name, f"{draft.model} does not take it" + (" while it thinks" if thinking else ""))
        elif name == "temperature":
            draft.infer(temperature=value)
        elif name == "top_p":
            draft.infer(topP=value)
        elif compat.top_k == "nova":
            draft.fields["inferenceConfig"] = {"topK": value}
        else:
            draft.fields["top_k"] = value
    if options.stop and compat.stop_sequences:
        draft.infer(stopSequences=list(options.stop))
    elif options.stop:
        draft.dropped("stop", f"{draft.model} takes no stop sequences")


def _tools(draft: Draft) -> None:
    model, choice, tools = draft.model, draft.options.tool_choice, draft.context.tools
    kind, _, name = (choice or "auto").partition(":")
    if tools and not draft.compat.tools:
        raise RequestError(f"{model} cannot be given tools; leave them out, or take another model")
    if kind in ("required", "tool"):
        _check_forced(draft, kind, name)
    if kind == "none":
        if tools and _calls(draft):
            raise RequestError(
                f"{model} cannot be kept from calling tools (tool_choice='none') once the conversation has calls"
            )
        return
    if not tools:
        return
    config: dict[str, Any] = {"tools": [{"toolSpec": _spec(draft, tool)} for tool in tools]}
    if choice is not None:
        config["toolChoice"] = {"tool": {"name": name}} if kind == "tool" else {_CHOICES[kind]: {}}
    draft.body["toolConfig"] = config


_CHOICES: Mapping[str, str] = {"auto": "auto", "required": "any"}


def _check_forced(draft: Draft, kind: str, name: str) -> None:
    model, choice, tools = draft.model, draft.options.tool_choice, draft.context.tools
    if not tools:
        raise RequestError(f"tool_choice={choice!r} needs tools; give tools=[...] to {model}")
    if kind not in draft.compat.tool_choices:
        raise RequestError(f"{model} cannot be made to call a tool (tool_choice={choice!r}); ask for it in the prompt")
    if kind == "tool" and name not in {tool.name for tool in tools}:
        raise RequestError(f"tool_choice names {name!r}, which is none of the tools of this request")


def _spec(draft: Draft, tool: Tool) -> dict[str, Any]:
    spec: dict[str, Any] = {"name": tool.name, "inputSchema": {"json": {"type": "object", **tool.parameters}}}
    if tool.description:
        spec["description"] = tool.description
    if draft.options.strict_tools:
        if draft.compat.strict_tools:
            spec["strict"] = True
        else:
            draft.dropped("strict_tools", f"{draft.model} cannot be held to a tool's schema")
    return spec


def _calls(draft: Draft) -> list[ToolCall]:
    """The calls in the conversation."""
    answers = (message for message in draft.context.messages if isinstance(message, AssistantMessage))
    return [block for message in answers for block in message.content if isinstance(block, ToolCall)]


def declare_called(draft: Draft) -> None:
    """Declares the tools that the conversation has calls of, where the request has none: without it is refused."""
    if "toolConfig" in draft.body:
        return
    called = dict.fromkeys(call.name for call in _calls(draft))
    if not called:
        return
    schema = {"json": {"type": "object"}}
    specs = [{"toolSpec": {"name": name, "inputSchema": schema}} for name in called]
    draft.body["toolConfig"] = {"tools": specs}
    draft.note("added", "tools", f"the tools called before ({', '.join(called)}), which {draft.model} wants declared")
    if draft.compat.claude is not None:
        draft.fields["tool_choice"] = {"type": "none"}


def _format(draft: Draft) -> None:
    schema = draft.options.response_format
    if schema is None:
        return
    if not draft.compat.json_schema or set(schema) <= {"type", "title"}:
        reason = "any JSON object; give a schema with properties" if draft.compat.json_schema else "a schema"
        raise RequestError(f"{draft.model} cannot be held to {reason}")
    write_schema(draft, schema, str(schema.get("title", "answer")))
