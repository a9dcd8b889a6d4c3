"""Options of Messages beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from attrs import field

from headwater import Options, options

Effort = Literal["low", "medium", "high", "xhigh", "max"]


@options
class MessagesOptions(Options):
    """Options of Messages; see Anthropic's reference for what each does.

    `effort` wins over the effort that `thinking` stands for. `thinking_display` says how much of the
    thinking is shown; a level of `thinking` asks for a summary unless told otherwise. `block_binding`
    says what becomes of old thinking after its conversation was edited.

    `builtin_tools` are tools the provider knows, as the wire has them; `tool_fields` adds fields to
    tools by name (`defer_loading`, `allowed_callers`, `input_examples`). `eager_input_streaming` asks for
    arguments as they are written, unchecked; `strict_tools` for arguments that keep to the schema.

    `citations` lets the model cite all documents of the request. Of `metadata`, `user_id` is sent.
    `container` is an id or an object; a call made from code takes the container it came from.
    `task_budget` is in tokens. `previous_message_id` asks why the cache did not hit.
    Betas that an option needs are added; `betas` adds more.
    """

    top_k: int | None = None
    effort: Effort | None = None
    thinking_display: Literal["summarized", "omitted", "updates"] | None = None
    block_binding: Literal["error", "drop_block"] | None = None
    betas: Sequence[str] = ()
    builtin_tools: Sequence[Mapping[str, Any]] = ()
    tool_fields: Mapping[str, Mapping[str, Any]] = field(factory=dict[str, Mapping[str, Any]])
    eager_input_streaming: bool | None = None
    strict_tools: bool = False
    citations: bool = False
    mcp_servers: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    container: str | Mapping[str, Any] | None = None
    context_management: Mapping[str, Any] | None = None
    compaction: Mapping[str, Any] | None = None
    fallbacks: Literal["default"] | Sequence[Mapping[str, Any]] | None = None
    fallback_credit_token: str | None = field(default=None, repr=False)
    task_budget: int | None = None
    speed: Literal["standard", "fast"] | None = None
    inference_geo: str | None = None
    previous_message_id: str | None = None
