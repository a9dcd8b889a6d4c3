"""The body of a Responses request, and of those that go on with an answer made in the background.

What an endpoint does not take is left out and noted, or refused where leaving
it out would change what was asked. Source: wire/openai-responses, sections 1 to
4 and 8 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from headwater import (
    AssistantMessage,
    Context,
    Model,
    Note,
    RequestError,
    Tool,
    WireRequest,
    clamp_level,
    dumps,
)

from ._compat import ResponsesCompat, read_responses_compat
from ._long_cache import long_cache
from ._notes import changed
from ._responses_input import input_items
from ._responses_options import ResponsesOptions
from ._schemas import is_any_object, is_strict, schema_name

LEAST_TOKENS = 16
"""`max_output_tokens` below this is refused."""

RESULTS: Mapping[str, str] = {
    "web_search": "web_search_call.action.sources",
    "web_search_preview": "web_search_call.action.sources",
    "file_search": "file_search_call.results",
    "code_interpreter": "code_interpreter_call.outputs",
}
"""Built-in tool and what has to be included to see what it found."""

NAMEABLE = frozenset(
    {
        "apply_patch",
        "code_interpreter",
        "computer",
        "computer_use_preview",
        "file_search",
        "image_generation",
        "programmatic_tool_calling",
        "shell",
        "web_search_preview",
    }
)
"""Built-in tools that can be chosen by their type alone; others are chosen as the only one that is allowed."""


def responses_request(model: Model, context: Context, options: ResponsesOptions) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what the endpoint cannot be asked."""
    made = _Body(model, context, options)
    made.state()
    made.limits()
    made.reasoning()
    made.sampling()
    made.tools()
    made.tool_choice()
    made.text_format()
    made.service()
    made.beside()
    whole = options.background == "poll" or options.simulate_streaming
    headers = dict(model.headers)
    if made.compat.session_header and options.session_id:
        headers[made.compat.session_header] = options.session_id
    return WireRequest(
        url=f"{model.base_url}/responses",
        body=dumps({**made.body, "stream": not whole, **made.compat.extra_body}),
        headers=headers,
        framing="json-array" if whole else "sse",
        notes=tuple(made.notes),
    )


class _Body:
    """The body while it is written, and what had to be left out of it."""

    def __init__(self, model: Model, context: Context, options: ResponsesOptions) -> None:
        self.model = model
        self.context = context
        self.options = options
        self.compat: ResponsesCompat = read_responses_compat(model)
        self.notes: list[Note] = []
        self.body: dict[str, Any] = {"model": model.id}
        self.thinks = False

    def dropped(self, name: str, reason: str) -> None:
        self.notes.append(Note("dropped", f"options.{name}", reason))

    # -- what it goes on from, and what it is given

    def state(self) -> None:
        """Input, instructions, and whether the answer is stored or made in the background."""
        options, context = self.options, self.context
        previous = self._previous()
        items = input_items(self.model, self.compat, context, self.notes, after=previous)
        items += [dict(item) for item in options.input_items]
        if context.system_prompt and self.compat.instructions:
            self.body["instructions"] = context.system_prompt
        self.body["input"] = items
        self.body["store"] = bool(options.store or options.background)
        if previous is not None:
            self.body["previous_response_id"] = previous
        if options.conversation is not None:
            self.body["conversation"] = options.conversation
        if options.background:
            self.body["background"] = True
        self._check_state(previous)

    def _previous(self) -> str | None:
        if self.options.previous_response_id != "auto":
            return self.options.previous_response_id
        mine = (self.model.provider, self.model.api)
        answers = [message for message in self.context.messages if isinstance(message, AssistantMessage)]
        ids = [answer.response_id for answer in answers if (answer.provider, answer.api) == mine]
        return ids[-1] if ids else None

    def _check_state(self, previous: str | None) -> None:
        options, compat, model = self.options, self.compat, self.model
        if previous is not None and options.conversation is not None:
            raise RequestError("previous_response_id and conversation exclude each other; give one of them")
        if (options.previous_response_id or options.conversation) and not compat.stateful:
            raise RequestError(f"{model} keeps no answers to go on from; send the whole conversation")
        if options.background and not compat.background:
            raise RequestError(f"{model} cannot answer in the background; leave background out")
        if options.background and options.store is False:
            raise RequestError("an answer made in the background has to be stored; leave store out")
        if options.store and not compat.stateful:
            self.body["store"] = False
            self.dropped("store", "this endpoint stores no answers")

    def limits(self) -> None:
        """How long the answer may be."""
        asked = self.options.max_tokens
        if asked is None:
            return
        limit = max(min(asked, self.model.max_tokens or asked), LEAST_TOKENS)
        if limit > asked:
            self.notes.append(Note("changed", "options.max_tokens", f"at least {LEAST_TOKENS} have to be allowed"))
        self.body["max_output_tokens"] = limit

    # -- thinking and sampling

    def reasoning(self) -> None:
        """How much to think, and what of it is shown."""
        options, model = self.options, self.model
        said: dict[str, Any] = {}
        if options.reasoning_effort is not None:
            said["effort"] = options.reasoning_effort
        elif options.thinking is not None:
            said |= self._level(options.thinking)
        for name in ("mode", "context"):
            value = getattr(options, f"reasoning_{name}")
            if value is not None:
                said[name] = value
        on = said.get("effort", "none") != "none"
        if options.reasoning_summary != "off" and self.compat.reasoning_summary:
            wanted = options.reasoning_summary or ("auto" if on else None)
            said |= {"summary": wanted} if wanted else {}
        if options.thinking_budget is not None:
            self.dropped("thinking_budget", f"{model} takes levels of thinking, no budget")
        self.thinks = on if "effort" in said else model.reasoning and self.compat.thinks_unasked
        if said:
            self.body["reasoning"] = said

    def _level(self, asked: Any) -> dict[str, Any]:
        model = self.model
        level = clamp_level(model, asked) if model.reasoning else None
        if level is None:
            if model.reasoning:
                self.dropped("thinking", f"{model} cannot be told how much to think")
            elif asked != "off":
                self.dropped("thinking", f"{model} does not think on request")
            return {}
        if level != asked:
            reason = f"{model} has no level {asked}; {level} was asked"
            self.notes.append(Note("changed", "options.thinking", reason))
        word = model.levels.get(level)
        if word == "":
            return {}  # what the model does when nothing is said
        return {"effort": str(word or ("none" if level == "off" else level))}

    def sampling(self) -> None:
        """Sampling parameters, as far as the model takes them."""
        options = self.options
        refused = self.compat.sampling == "no" or (self.compat.sampling == "not-thinking" and self.thinks)
        for name in ("temperature", "top_p", "top_logprobs"):
            value = getattr(options, name)
            if value is None:
                continue
            if refused:
                while_ = " while it thinks" if self.compat.sampling == "not-thinking" else ""
                self.dropped(name, f"this model takes no sampling parameters{while_}")
            else:
                self.body[name] = value
        if options.stop:
            self.dropped("stop", "Responses knows no stop sequences")
        if options.seed is not None:
            self.dropped("seed", "Responses knows no seed")

    # -- tools

    def tools(self) -> None:
        """Functions of the caller, then tools as the wire has them."""
        for tool in self.options.builtin_tools:
            if not isinstance(tool.get("type"), str):
                raise RequestError(f"a built-in tool has a type, such as web_search; this has none: {dict(tool)!r}")
        tools = [self._function(tool) for tool in self.context.tools]
        tools += [dict(tool) for tool in self.options.builtin_tools]
        if not tools:
            return
        self.body["tools"] = tools
        if self.options.parallel_tool_calls is not None and self.compat.parallel_tool_calls:
            self.body["parallel_tool_calls"] = self.options.parallel_tool_calls
        if self.options.max_tool_calls is not None:
            self.body["max_tool_calls"] = self.options.max_tool_calls

    def _function(self, tool: Tool) -> dict[str, Any]:
        """A function, flat. `strict` is always said: left out, the server may rewrite the schema."""
        strict = self.options.strict_tools and self.compat.strict_tools and is_strict(tool.parameters)
        if self.options.strict_tools and not strict:
            self.notes.append(Note("changed", f"tools.{tool.name}", "its schema cannot be sent as strict"))
        return {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
            "strict": strict,
        }

    def tool_choice(self) -> None:
        """`tool:NAME` may name a function, a custom tool, an MCP server by its label, or a built-in tool's type."""
        choice = self.options.tool_choice
        if choice is None:
            return
        if "tools" not in self.body:
            if choice in ("auto", "none"):
                return
            raise RequestError(f"tool_choice={choice!r} needs tools; give tools=[...] to {self.model}")
        kind, _, name = choice.partition(":")
        self._check_choice(kind, choice)
        self.body["tool_choice"] = self._named(name) if kind == "tool" else choice

    def _check_choice(self, kind: str, choice: str) -> None:
        if kind not in self.compat.tool_choices:
            taken = ", ".join(self.compat.tool_choices)
            raise RequestError(f"{self.model} cannot be made to follow tool_choice={choice!r}; it takes {taken}")

    def _named(self, name: str) -> dict[str, Any]:
        for tool in self.body["tools"]:
            kind = tool["type"]
            if kind in ("function", "custom") and tool.get("name") == name:
                return {"type": kind, "name": name}
            if kind == "mcp" and tool.get("server_label") == name:
                self._check_choice("builtin", name)
                return {"type": kind, "server_label": name}
            if kind == name:
                self._check_choice("builtin", name)
                chosen = {"type": kind}
                return chosen if kind in NAMEABLE else {"type": "allowed_tools", "mode": "required", "tools": [chosen]}
        raise RequestError(f"tool_choice names {name!r}, which is none of the tools of this request")

    # -- the rest

    def text_format(self) -> None:
        """The form of the text: a schema, any JSON object, and how wordy it is."""
        text: dict[str, Any] = {}
        schema = self.options.response_format
        if schema is not None and is_any_object(schema):
            text["format"] = {"type": "json_object"}
            self._check_json_word()
        elif schema is not None and self.compat.json_schema:
            strict = self.compat.strict_tools and is_strict(schema)
            text["format"] = {"type": "json_schema", "name": schema_name(schema), "schema": schema, "strict": strict}
        elif schema is not None:
            advice = "use response_format={'type': 'object'} and check the answer"
            raise RequestError(f"{self.model} cannot be held to a schema; {advice}")
        if self.options.verbosity is not None:
            text["verbosity"] = self.options.verbosity
        if text:
            self.body["text"] = text

    def _check_json_word(self) -> None:
        given = dumps([self.body.get("instructions"), self.body["input"]])
        if self.compat.json_word and b"json" not in given.lower():
            raise RequestError(f"{self.model} answers in JSON only when told so in words; say JSON in the prompt")

    def service(self) -> None:
        """Caching, service tier and metadata."""
        options, compat = self.options, self.compat
        key = options.prompt_cache_key or (options.session_id if options.cache != "off" else None)
        if key and compat.cache_key:
            self.body["prompt_cache_key"] = key[:64]
        if options.cache == "long":
            self.body |= long_cache(compat.long_cache)
            if compat.long_cache == "no":
                changed(self.notes, "cache", "this endpoint cannot be told how long to cache")
        for name, value, taken in (
            ("service_tier", options.service_tier, compat.service_tiers),
            ("metadata", dict(options.metadata), compat.metadata),
        ):
            if value and taken:
                self.body[name] = value
            elif value:
                self.dropped(name, f"this endpoint takes no {name}")
        for name in ("truncation", "safety_identifier"):
            value = getattr(options, name)
            if value is not None:
                self.body[name] = value
        if options.context_management:
            self.body["context_management"] = [dict(one) for one in options.context_management]

    def beside(self) -> None:
        """What is to be told beside the answer."""
        include: list[str] = []
        if self.model.reasoning and self.compat.encrypted_reasoning:
            include.append("reasoning.encrypted_content")
        if self.compat.builtin_results:
            include += [RESULTS[tool["type"]] for tool in self.options.builtin_tools if tool["type"] in RESULTS]
        if "top_logprobs" in self.body:
            include.append("message.output_text.logprobs")
        include += self.options.include
        if include:
            self.body["include"] = list(dict.fromkeys(include))


def resume_request(
    model: Model, cursor: Mapping[str, Any], purpose: Literal["rest", "whole", "cancel"]
) -> WireRequest | None:
    """The request that goes on with an answer made in the background; None where it cannot be found again."""
    response_id = cursor.get("response_id")
    if not isinstance(response_id, str) or not response_id:
        return None
    url = f"{model.base_url}/responses/{quote(response_id, safe='')}"
    if purpose == "cancel":
        return WireRequest(f"{url}/cancel", method="POST", headers=dict(model.headers), framing="json-array")
    if cursor.get("polled"):
        return WireRequest(url, method="GET", headers=dict(model.headers), framing="json-array")
    number = cursor.get("sequence_number")
    after = f"&starting_after={int(number)}" if purpose == "rest" and isinstance(number, int) else ""
    return WireRequest(f"{url}?stream=true{after}", method="GET", headers=dict(model.headers))
