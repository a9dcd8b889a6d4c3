"""What both requests say beside the conversation.

What a server does not take is left out and noted, or refused where leaving it out would change what was
asked (a forced tool). Source: wire/ollama-chat, sections 2 and 6 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from headwater import Context, Model, Note, RequestError, Tool, WireRequest, clamp_level, dumps

from ._options import OllamaOptions

RUNTIME: Mapping[str, str] = {
    "max_tokens": "num_predict",
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
    "num_ctx": "num_ctx",
    "top_k": "top_k",
    "min_p": "min_p",
    "repeat_penalty": "repeat_penalty",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
}
"""Options that go into the wire's `options`, by the names they have there."""

FIELDS = ("keep_alive", "truncate", "shift", "logprobs", "top_logprobs")
"""Options that stand beside them."""


@define
class Draft:
    """One request in the making."""

    model: Model
    context: Context
    options: OllamaOptions
    body: dict[str, Any] = field(factory=dict[str, Any])
    notes: list[Note] = field(factory=list[Note])

    def dropped(self, name: str, reason: str) -> None:
        """Notes an option that is left out."""
        self.notes.append(Note("dropped", f"options.{name}", reason))

    def finish(self, path: str) -> WireRequest:
        """The request to that path of the server."""
        return WireRequest(
            url=self.model.base_url + path,
            body=dumps(self.body),
            headers=self.model.headers,
            framing="json-array" if self.options.simulate_streaming else "ndjson",
            notes=tuple(self.notes),
        )


def write_settings(draft: Draft) -> None:
    """Writes limits, sampling, thinking and format; raises `RequestError` for a format nobody knows."""
    body, options = draft.body, draft.options
    runtime = {own: value for name, own in RUNTIME.items() if (value := getattr(options, name)) is not None}
    if options.stop:
        runtime["stop"] = list(options.stop)
    runtime.update(options.runtime)
    if runtime:
        body["options"] = runtime
    think = _think(draft)
    if think is not None:
        body["think"] = think
    schema = options.response_format
    if schema is not None:
        body["format"] = "json" if set(schema) <= {"type", "title"} else schema
    body.update({name: value for name in FIELDS if (value := getattr(options, name)) is not None})
    for name in ("service_tier", "parallel_tool_calls", "thinking_budget"):
        if getattr(options, name) is not None:
            draft.dropped(name, "Ollama does not take it")
    if options.metadata:
        draft.dropped("metadata", "Ollama keeps none")
    if options.cache == "long":
        words = "Ollama keeps a prompt as long as its model (option keep_alive)"
        draft.notes.append(Note("changed", "options.cache", words))


def _think(draft: Draft) -> bool | str | None:
    """What `think` says; None: nothing, and a model that can think does."""
    model, options = draft.model, draft.options
    wanted = options.thinking
    if options.think is not None:
        return options.think
    if wanted is None:
        return None
    if not model.reasoning:
        if wanted != "off":
            draft.dropped("thinking", f"{model} does not think")
        return None
    level = clamp_level(model, wanted)
    if level is None:
        return wanted != "off"
    if level != wanted:
        draft.notes.append(Note("changed", "options.thinking", f"{model} has no level {wanted}; {level} was asked"))
    word = model.levels.get(level) or level
    return {"on": True, "off": False}.get(str(word), str(word))


def write_tools(draft: Draft) -> None:
    """Writes `tools`; raises `RequestError` for one that cannot be forced."""
    choice, tools = draft.options.tool_choice, draft.context.tools
    kind = (choice or "auto").partition(":")[0]
    if kind in ("required", "tool"):
        raise RequestError(
            f"{draft.model} cannot be made to call a tool (tool_choice={choice!r}); ask for it in the prompt,"
            " or for its arguments with response_format"
        )
    if tools and kind != "none":
        draft.body["tools"] = [_tool(tool) for tool in tools]


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
