"""Messages, tools and the context of a request: frozen data without behaviour of its own.

Timestamps are milliseconds since the epoch (Unix); costs are US dollars;
counts are tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from attrs import field, frozen

from ._content import AssistantBlock, ResultBlock, Text, Thinking, ToolCall, UserBlock
from .errors import ErrorInfo

StopReason = Literal["stop", "length", "toolUse", "error", "aborted"]
"""Why an answer ended: as it should, by its limit of tokens, to have tools called, badly (`error` says how), or by
who asked."""

Provenance = Literal["reported", "partial", "estimated", "absent"]
CostProvenance = Literal["computed", "partial", "estimated"]

SCHEMA_VERSION = 1
"""Number carried by every stored conversation."""


@frozen
class Cost:
    """US dollars for each part of the usage, and in all, at the prices of the model's catalogue.

    `provenance`: `computed` from reported counts and known prices, `partial` where the counts are not
    the last, `estimated` where a count or a price had to be assumed (a cache or a service tier without a price,
    a provider whose prices change with the hour or that charges for more than tokens).
    """

    input: float = 0.0
    output: float = 0.0
    cache_read: float = 0.0
    cache_write: float = 0.0
    total: float = 0.0
    provenance: CostProvenance = "computed"


@frozen
class Usage:
    """Tokens used.

    `input` excludes what was read from or written to a cache; `output`
    includes thinking, of which `reasoning` is the part that was told apart
    (None: not told). `cache_write_1h` is the part of `cache_write` kept for an
    hour. `cost` is None where a price is unknown; `reported_cost` is what the provider
    itself says it charges, in US dollars (None: it does not say). `provenance`: `reported` by
    the provider, `partial` (the stream ended before its last count),
    `estimated`, or `absent` (all counts are zero and mean nothing).
    """

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    total_tokens: int = 0
    cache_write_1h: int = 0
    reasoning: int | None = None
    service_tier: str | None = None
    cost: Cost | None = None
    provenance: Provenance = "absent"
    reported_cost: float | None = None


COUNTS = frozenset({"input", "output", "cache_read", "cache_write", "total_tokens", "cache_write_1h", "reasoning"})
"""The fields of `Usage` that count tokens."""


@frozen
class Note:
    """What was changed, dropped or kept in another form on the way to a model, and why.

    `path` leads to the place in the request (`messages.2.content.0`, `options.temperature`).
    """

    action: Literal["kept", "changed", "dropped", "added"]
    path: str
    reason: str


def _in_order(value: Any) -> Any:
    """What a sequence is compared by: a list holds what the tuple does that comes back from JSON."""
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


@frozen
class UserMessage:
    """What the user said: a string, or blocks."""

    role: ClassVar[Literal["user"]] = "user"
    content: str | Sequence[UserBlock] = field(eq=_in_order)
    timestamp: int = 0


@frozen
class AssistantMessage:
    """What a model answered, with all that is known of the answer.

    `model` is the id that was asked for, `response_model` the one the provider
    says answered. `raw_stop_reason` is the provider's own word, None where it
    said none. `error` is set exactly when `stop_reason` is `error` or `aborted`.
    """

    role: ClassVar[Literal["assistant"]] = "assistant"
    content: Sequence[AssistantBlock] = field(eq=_in_order)
    api: str = ""
    provider: str = ""
    model: str = ""
    usage: Usage = field(factory=Usage)
    stop_reason: StopReason = "stop"
    raw_stop_reason: str | None = None
    error: ErrorInfo | None = None
    response_id: str | None = None
    response_model: str | None = None
    timestamp: int = 0
    notes: Sequence[Note] = field(default=(), eq=_in_order)
    extra: Mapping[str, Any] = field(factory=dict[str, Any])

    @property
    def text(self) -> str:
        """All text, joined."""
        return "".join([block.text for block in self.content if isinstance(block, Text)])

    @property
    def thinking(self) -> str:
        """All thinking that can be read, joined."""
        return "".join([block.text for block in self.content if isinstance(block, Thinking)])

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls to run: those that came whole, and none of a message that failed."""
        if self.error is not None:
            return []
        return [block for block in self.content if isinstance(block, ToolCall) and not block.incomplete]

    @property
    def error_message(self) -> str | None:
        """The error in words, None when the answer ended well."""
        return self.error.message if self.error else None

    def raise_for_error(self) -> AssistantMessage:
        """The message itself; raises its `StreamError` (with `.partial`) when it ended in one."""
        if self.error is not None:
            raise self.error.to_exception(self)
        return self


@frozen
class ToolResultMessage:
    """What a tool gave back for one call."""

    role: ClassVar[Literal["toolResult"]] = "toolResult"
    tool_call_id: str
    tool_name: str
    content: str | Sequence[ResultBlock] = field(eq=_in_order)
    is_error: bool = False
    details: Any = None
    timestamp: int = 0


Message = UserMessage | AssistantMessage | ToolResultMessage

_MESSAGES = (UserMessage, AssistantMessage, ToolResultMessage)


@frozen
class Tool:
    """A tool the model may call; `parameters` is a JSON Schema of an object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(factory=lambda: {"type": "object", "properties": {}})


@frozen
class Context:
    """All a model is given: system prompt, messages, tools."""

    messages: Sequence[Message] = field(eq=_in_order)
    system_prompt: str | None = None
    tools: Sequence[Tool] = field(default=(), eq=_in_order)


def make_context(
    prompt: str | Message | Sequence[Message] | Context,
    *,
    system: str | None = None,
    tools: Sequence[Tool] = (),
) -> Context:
    """The `Context` for what a caller may give: a string, messages, or a context.

    Raises `TypeError` for anything else.
    """
    if isinstance(prompt, Context):
        messages, system, tools = prompt.messages, system or prompt.system_prompt, tools or prompt.tools
    elif isinstance(prompt, str):
        messages = [UserMessage(prompt)]
    elif isinstance(prompt, _MESSAGES):
        messages = [prompt]
    else:
        messages = list(prompt)
    for message in messages:
        if not isinstance(message, _MESSAGES):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a conversation is made of messages, not of {type(message).__name__}")
    return Context(tuple(messages), system, tuple(tools))
