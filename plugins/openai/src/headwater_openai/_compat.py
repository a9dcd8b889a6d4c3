"""What chat-completions endpoints differ in, as a table of flags.

The defaults suit an endpoint nobody has described: they send only what nearly
every server takes. Source of the flags: wire/openai-compatible, section 1
(November 2026).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, fields_dict, frozen

from headwater import Model, RequestError

ThinkingFormat = Literal[
    "none", "openai", "openrouter", "deepseek", "zai", "qwen", "chat-template", "together", "string"
]


@frozen(kw_only=True)
class ChatCompat:
    """Flags of one endpoint (or model). Names follow the field's usual ones, in snake case."""

    developer_role: bool = False
    """The system prompt may go as `developer`."""
    store: bool = False
    """`store` may be sent."""
    usage_in_stream: bool = True
    """`stream_options.include_usage` may be sent."""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    strict_tools: bool = False
    """`strict` may be sent with a tool."""
    thinking_format: ThinkingFormat = "openai"
    """How a thinking level is written; `none`: the model cannot be told."""
    reasoning_effort: bool = True
    """`reasoning_effort` may go beside the thinking format's own switch."""
    reasoning_field: str | None = None
    """Field of an assistant message in which thinking goes back; None: the one it came in."""
    requires_reasoning_field: bool = False
    """Every assistant message of the history carries that field, if only empty."""
    requires_thinking_as_text: bool = False
    requires_tool_result_name: bool = False
    requires_assistant_after_tool_result: bool = False
    requires_tools_with_tool_history: bool = False
    tool_result_images: bool = False
    """A tool message may hold images; else they follow in a message of the user."""
    tool_choices: tuple[str, ...] = ("auto", "none", "required", "tool")
    sampling: Literal["yes", "not-thinking", "no"] = "yes"
    """Whether temperature and its like are taken."""
    stop_sequences: bool = True
    seed_field: str | None = "seed"
    parallel_tool_calls: bool = True
    json_schema: bool = True
    """`response_format` may be a schema; else any JSON object."""
    cache_key: bool = False
    """`prompt_cache_key` may be sent."""
    cache_control: bool = False
    """`cache_control` goes on content parts, as the Messages protocol has it."""
    session_header: str | None = None
    """Header that carries the session's id for routing."""
    service_tiers: bool = False
    metadata: bool = False
    documents: bool = True
    reasoning_outside_output: bool = False
    """`reasoning_tokens` come on top of `completion_tokens`."""
    needs_finish: bool = True
    """The server sends a finish reason or `[DONE]`; else a clean end of the body is the end."""
    extra_body: Mapping[str, Any] = field(factory=dict[str, Any])
    """Fields every request to this endpoint carries."""
    finish_reasons: Mapping[str, str] = field(factory=dict[str, str])
    """The endpoint's own finish reasons, over the usual ones."""


def read_compat(model: Model) -> ChatCompat:
    """The flags of a model; raises `RequestError` for one that does not exist."""
    try:
        return ChatCompat(**model.compat)
    except TypeError:
        unknown = sorted(set(model.compat) - set(fields_dict(ChatCompat)))
        near = difflib.get_close_matches(unknown[0] if unknown else "", fields_dict(ChatCompat))
        hint = f"did you mean {near[0]!r}?" if near else "see headwater_openai.ChatCompat"
        raise RequestError(f"{model} has compat flags chat completions does not know: {unknown}; {hint}") from None
