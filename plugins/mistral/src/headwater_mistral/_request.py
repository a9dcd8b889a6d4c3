"""The body of a request: chat completions, but for what Mistral words otherwise (wire/cohere-mistral, section B2)."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from headwater import Context, Model, Note, RequestError, WireRequest
from headwater_openai.chat import chat_body, chat_wire, read_compat

from ._messages import MistralWriter
from ._options import MistralOptions

UNKNOWN = ("logit_bias", "verbosity", "safety_identifier", "store")
"""Options of chat completions that Mistral answers with 422."""

OWN = ("prompt_mode", "safe_prompt", "top_k", "min_tokens", "repetition_penalty")
"""Options that go into the body by their own names."""


def mistral_request(model: Model, context: Context, options: MistralOptions) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what cannot be asked."""
    notes: list[Note] = []
    options = _without_unknown(options, notes)
    if options.tool_choice == "none":
        # Tools together with `none` give garbled answers; without tools none can be called.
        context, options = evolve(context, tools=()), evolve(options, tool_choice=None)
    if options.prompt_mode is not None:
        options = evolve(options, thinking=None)
    compat = read_compat(model)
    messages = MistralWriter(model, compat).write(context)
    if options.prefix is not None:
        if messages and messages[-1].get("prefix"):
            raise RequestError(f"the conversation ends with an answer for {model} to go on with; leave out prefix=")
        messages.append({"role": "assistant", "content": options.prefix, "prefix": True})
    body = chat_body(model, compat, context, options, messages=messages, notes=notes)
    if body.get("tool_choice") == "required":
        body["tool_choice"] = "any"  # the older word, which every deployment knows
    body.update(_own(options))
    return chat_wire(model, compat, options, body, notes)


def _without_unknown(options: MistralOptions, notes: list[Note]) -> MistralOptions:
    given = [name for name in UNKNOWN if getattr(options, name) is not None]
    notes += [Note("dropped", f"options.{name}", "Mistral's chat has no such thing") for name in given]
    return evolve(options, **dict.fromkeys(given))


def _own(options: MistralOptions) -> dict[str, Any]:
    own = {name: getattr(options, name) for name in OWN if getattr(options, name) is not None}
    return {**own, "guardrails": list(options.guardrails)} if options.guardrails else own
