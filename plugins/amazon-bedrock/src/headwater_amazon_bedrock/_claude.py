"""What a Claude is asked beside the conversation: limits, sampling, thinking, effort, tools, a schema.

The rules are those of the Messages protocol, so its owner is asked for a body with everything but the
conversation, and the parts of that body are put where Converse has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater import AssistantMessage, Context, Text, UserMessage, dumps
from headwater_anthropic import MessagesCompat
from headwater_anthropic.messages import MessagesBody, MessagesOptions, messages_body

from ._draft import Draft

INFERENCE: Mapping[str, str] = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop_sequences": "stopSequences",
}
"""What `inferenceConfig` has a name for."""

FIELDS = ("thinking", "top_k")
"""What is sent as a field of the model's own."""


def write_claude(draft: Draft) -> None:
    """Writes all but system prompt and messages; raises `RequestError` for what the model cannot be asked."""
    made = _asked(draft)
    body = made.body
    draft.notes += made.notes
    draft.infer(**{name: body[own] for own, name in INFERENCE.items() if own in body})
    draft.fields.update({name: body[name] for name in FIELDS if name in body})
    output = body.get("output_config", {})
    if "effort" in output:
        draft.fields["output_config"] = {"effort": output["effort"]}
    if "format" in output:
        title = str((draft.options.response_format or {}).get("title", "answer"))
        write_schema(draft, output["format"]["schema"], title)
    if made.betas:
        draft.fields["anthropic_beta"] = list(made.betas)
    _write_tools(draft, body)


def write_schema(draft: Draft, schema: Mapping[str, Any], title: str) -> None:
    """Writes the schema of the answer, which Converse wants as text."""
    named = {"schema": dumps(schema).decode(), "name": title}
    draft.output(textFormat={"type": "json_schema", "structure": {"jsonSchema": named}})


def _asked(draft: Draft) -> MessagesBody:
    options = draft.options
    asked = MessagesOptions(
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        top_p=options.top_p,
        top_k=options.top_k,
        stop=options.stop,
        seed=options.seed,
        tool_choice=options.tool_choice,
        parallel_tool_calls=options.parallel_tool_calls,
        response_format=options.response_format,
        thinking=options.thinking,
        thinking_budget=options.thinking_budget,
        thinking_display=options.thinking_display,
        effort=options.effort,
        betas=options.betas,
        strict_tools=options.strict_tools,
        cache="off",
    )
    compat = MessagesCompat(**(draft.compat.claude or {}))
    return messages_body(draft.model, _outline(draft.context), asked, compat)


def _outline(context: Context) -> Context:
    """A conversation that ends as this one does, and its tools."""
    messages: list[Any] = [UserMessage("?")]
    last = context.messages[-1] if context.messages else None
    if isinstance(last, AssistantMessage):
        messages.append(AssistantMessage([Text("!")], raw_stop_reason=last.raw_stop_reason))
    return Context(messages, tools=context.tools)


def _write_tools(draft: Draft, body: Mapping[str, Any]) -> None:
    tools = [{"toolSpec": _spec(tool)} for tool in body.get("tools", ())]
    if not tools:
        return
    config: dict[str, Any] = {"tools": tools}
    draft.body["toolConfig"] = config
    choice = body.get("tool_choice")
    if choice is None:
        return
    if choice["type"] == "none" or "disable_parallel_tool_use" in choice:
        draft.fields["tool_choice"] = dict(choice)  # Converse has no word for it
    else:
        named = {"name": choice["name"]} if choice["type"] == "tool" else {}
        config["toolChoice"] = {choice["type"]: named}


def _spec(tool: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": tool["name"], "inputSchema": {"json": tool["input_schema"]}}
    made.update({name: tool[name] for name in ("description", "strict") if name in tool})
    return made
