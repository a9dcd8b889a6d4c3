"""Options of Responses beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import field

from headwater import Options, options


@options
class ResponsesOptions(Options):
    """Options of Responses; see OpenAI's reference for what each does.

    `reasoning_effort` is sent as it stands and wins over `thinking`; `reasoning_summary`
    is `auto` where thinking is asked for (`off`: none), for without one thinking stays
    hidden. `builtin_tools` are tools as the wire has them: those the provider runs
    (`{"type": "web_search"}`), `mcp`, `custom` and others. `include` is added to what their
    results need. `input_items` follow the conversation untouched (an `mcp_approval_response`).

    Answers are not stored unless `store` says so. `previous_response_id` goes on from a
    stored answer: what follows that answer in the conversation is sent, or all of it
    where the answer is not in there; `auto` means the last answer of this provider.

    `background`: the provider goes on when the connection is lost, and the stream takes
    the answer up again; `poll` asks for it from time to time instead of streaming it.
    """

    verbosity: Literal["low", "medium", "high"] | None = None
    reasoning_effort: str | None = None
    reasoning_summary: Literal["auto", "concise", "detailed", "off"] | None = None
    reasoning_mode: Literal["standard", "pro"] | None = None
    reasoning_context: Literal["auto", "current_turn", "all_turns"] | None = None
    builtin_tools: Sequence[Mapping[str, Any]] = ()
    include: Sequence[str] = ()
    input_items: Sequence[Mapping[str, Any]] = ()
    strict_tools: bool = False
    max_tool_calls: int | None = None
    store: bool | None = None
    previous_response_id: str | None = None
    conversation: str | None = None
    background: bool | Literal["poll"] = False
    truncation: Literal["auto", "disabled"] | None = None
    context_management: Sequence[Mapping[str, Any]] = field(factory=tuple[Mapping[str, Any], ...])
    top_logprobs: int | None = None
    prompt_cache_key: str | None = None
    safety_identifier: str | None = None
