"""Responses as the ChatGPT backend wants them (wire/openai-responses, section 10, November 2026)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from headwater import (
    Assembly,
    Context,
    HandoffRules,
    Kind,
    Model,
    Note,
    Options,
    Parser,
    WireRequest,
    dumps,
    hookimpl,
    loads,
)
from headwater_openai.responses import api as responses

INSTRUCTIONS = "You are a helpful assistant."
"""What stands in for a system prompt, which may not be empty."""

NEVER_SENT = ("max_output_tokens", "metadata", "prompt_cache_options", "prompt_cache_retention")
"""Fields the backend refuses."""

STREAMS = "the ChatGPT backend gives no answer in one piece"

CODES: Mapping[str, Kind] = {
    "usage_limit_reached": "quota",
    "usage_not_included": "quota",
    "rate_limit_exceeded": "rate_limit",
}
"""Codes of errors, over those of Responses."""


class CodexResponses:
    """The hooks of the api; what is not said here is as in Responses."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """The options of Responses."""
        return responses.options_type()

    @hookimpl
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules:
        """The rules of Responses."""
        return responses.handoff_rules(model, options)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The codes of Responses and the backend's own."""
        return {**responses.error_codes(model), **CODES}

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/responses`: always streamed, never stored, always with instructions."""
        if not context.system_prompt:
            context = evolve(context, system_prompt=INSTRUCTIONS)
        wire = responses.transform_messages(model, context, evolve(options, simulate_streaming=False))
        body: dict[str, Any] = loads(wire.body)
        notes = [Note("dropped", "options.simulate_streaming", STREAMS)] if options.simulate_streaming else []
        notes += [
            Note("dropped", f"options.{name}", "the ChatGPT backend refuses it")
            for name in NEVER_SENT
            if body.pop(name, None) is not None
        ]
        body["store"] = False
        if "tools" in body:
            body.setdefault("tool_choice", "auto")
            body.setdefault("parallel_tool_calls", True)
        headers = {**wire.headers, "openai-beta": "responses=experimental", "originator": "headwater"}
        if options.session_id:
            headers["session-id"] = options.session_id
        return evolve(wire, body=dumps(body), headers=headers, notes=(*wire.notes, *notes))

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """The parser of Responses, which takes `response.done` for the end as well."""
        return responses.parse_event(model, options, out)
