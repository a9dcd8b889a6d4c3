"""Every event of a stream.

A stream is one `start`, then blocks that open, grow and close (several may be
open at once), and exactly one `done` or `error`. `type` is the event's name in
JSON; matching on the class works as well. `content_index` is the position of
the block in the message. `partial` is the message as it stood at this event: a
view that costs nothing until it is looked at.

Events are immutable to a type checker only: freezing them at run time costs
more than everything else about them (0.38 us against 0.14).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from attrs import define, field, fields

from ._content import CodeExecution, Image, ProviderBlock, Source, ToolCall
from ._messages import AssistantMessage, StopReason, Usage

if TYPE_CHECKING:
    from attrs import frozen as event
else:
    event = define


class PartialMessage(Protocol):
    """The message as it stood at one event; lists are new at each look, text is joined when read."""

    @property
    def content(self) -> list[Any]:
        """The blocks as far as they had come."""
        ...

    @property
    def text(self) -> str:
        """All text so far, joined."""
        ...

    @property
    def thinking(self) -> str:
        """All thinking so far, joined."""
        ...

    @property
    def usage(self) -> Usage:
        """The counts of tokens that were known."""
        ...

    def snapshot(self) -> AssistantMessage:
        """The message of this moment, frozen."""
        ...


class Viewer(Protocol):
    """Who can show the message as it stood at a position (the pen)."""

    def view(self, position: int) -> PartialMessage: ...


@event
class _Event:
    """What all events share. `raw` is the provider's wire event behind it, where that was asked for.

    The place an event looks back from is left out of comparison, repr and pickles.
    """

    type: ClassVar[str] = ""
    raw: Any = field(default=None, init=False, eq=False, repr=False)

    @property
    def partial(self) -> PartialMessage | None:
        """The message as it stood at this event; None for an event that was loaded from storage."""
        pen: Viewer | None = getattr(self, "_pen", None)
        return None if pen is None else pen.view(getattr(self, "_position", 0))

    def __reduce__(self) -> tuple[Any, ...]:
        kind = self.__class__
        return kind, tuple(getattr(self, part.name) for part in fields(kind) if part.eq)


def _pen() -> Any:
    return field(default=None, eq=False, repr=False, alias="pen")


def _position() -> Any:
    return field(default=0, eq=False, repr=False, alias="position")


@event
class Start(_Event):
    """The request is on its way; always first."""

    type: ClassVar[Literal["start"]] = "start"
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class TextStart(_Event):
    """A block of text opens."""

    type: ClassVar[Literal["text_start"]] = "text_start"
    content_index: int
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class TextDelta(_Event):
    """More text of an open block."""

    type: ClassVar[Literal["text_delta"]] = "text_delta"
    content_index: int
    delta: str
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class TextEnd(_Event):
    """A block of text is whole; `replaced` when the provider's final word contradicts the deltas."""

    type: ClassVar[Literal["text_end"]] = "text_end"
    content_index: int
    content: str
    replaced: bool = False
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ThinkingStart(_Event):
    """A block of thinking opens."""

    type: ClassVar[Literal["thinking_start"]] = "thinking_start"
    content_index: int
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ThinkingDelta(_Event):
    """More thinking of an open block."""

    type: ClassVar[Literal["thinking_delta"]] = "thinking_delta"
    content_index: int
    delta: str
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ThinkingEnd(_Event):
    """A block of thinking is whole; `content` is empty for thinking that is kept hidden."""

    type: ClassVar[Literal["thinking_end"]] = "thinking_end"
    content_index: int
    content: str
    replaced: bool = False
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class RefusalStart(_Event):
    """The model begins to say why it does not answer."""

    type: ClassVar[Literal["refusal_start"]] = "refusal_start"
    content_index: int
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class RefusalDelta(_Event):
    """More of a refusal."""

    type: ClassVar[Literal["refusal_delta"]] = "refusal_delta"
    content_index: int
    delta: str
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class RefusalEnd(_Event):
    """A refusal is whole."""

    type: ClassVar[Literal["refusal_end"]] = "refusal_end"
    content_index: int
    content: str
    replaced: bool = False
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ToolCallStart(_Event):
    """A tool call opens: its name is known, its arguments are to come."""

    type: ClassVar[Literal["toolcall_start"]] = "toolcall_start"
    content_index: int
    id: str
    name: str
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ToolCallDelta(_Event):
    """More of a call's arguments, as text; `partial` shows them parsed as far as they go."""

    type: ClassVar[Literal["toolcall_delta"]] = "toolcall_delta"
    content_index: int
    delta: str
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ToolCallEnd(_Event):
    """A tool call is whole: its arguments are a JSON object. A call that was cut never gets here."""

    type: ClassVar[Literal["toolcall_end"]] = "toolcall_end"
    content_index: int
    tool_call: ToolCall
    replaced: bool = False
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class BlockStart(_Event):
    """A provider's own block opens (a tool the provider runs itself, say); `name` is its kind."""

    type: ClassVar[Literal["block_start"]] = "block_start"
    content_index: int
    name: str
    id: str | None = None
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class BlockDelta(_Event):
    """More of the input of a provider's own block, as text."""

    type: ClassVar[Literal["block_delta"]] = "block_delta"
    content_index: int
    delta: str
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class BlockEnd(_Event):
    """A provider's own block is whole."""

    type: ClassVar[Literal["block_end"]] = "block_end"
    content_index: int
    block: ProviderBlock
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class SourceFound(_Event):
    """Something the answer rests on: a page, a document, a search result."""

    type: ClassVar[Literal["source"]] = "source"
    content_index: int
    source: Source
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class CodeExecuted(_Event):
    """Code the provider ran; comes again with the same `content_index` when its result is known."""

    type: ClassVar[Literal["code_execution"]] = "code_execution"
    content_index: int
    execution: CodeExecution
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class ImageGenerated(_Event):
    """An image the model makes: `stage` is start, progress (a preview may come along), complete or error."""

    type: ClassVar[Literal["image"]] = "image"
    content_index: int
    stage: Literal["start", "progress", "complete", "error"]
    image: Image | None = None
    progress: float | None = None
    message: str | None = None
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class Status(_Event):
    """Something happens that is no content: queued, searching, another attempt, a filter's result."""

    type: ClassVar[Literal["status"]] = "status"
    status: str
    data: Mapping[str, Any] = field(factory=dict[str, Any])
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class UsageReported(_Event):
    """The count of tokens, once, just before the end; absent when the provider told nothing."""

    type: ClassVar[Literal["usage"]] = "usage"
    usage: Usage
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class Done(_Event):
    """The answer is whole as far as the model took it: stop, length or toolUse. Always last."""

    type: ClassVar[Literal["done"]] = "done"
    reason: StopReason
    message: AssistantMessage
    _pen: Viewer | None = _pen()
    _position: int = _position()


@event
class Error(_Event):
    """The answer ended badly (`error`, `aborted`); `message` holds all that came. Always last."""

    type: ClassVar[Literal["error"]] = "error"
    reason: StopReason
    message: AssistantMessage
    _pen: Viewer | None = _pen()
    _position: int = _position()


Event = (
    Start
    | TextStart
    | TextDelta
    | TextEnd
    | ThinkingStart
    | ThinkingDelta
    | ThinkingEnd
    | RefusalStart
    | RefusalDelta
    | RefusalEnd
    | ToolCallStart
    | ToolCallDelta
    | ToolCallEnd
    | BlockStart
    | BlockDelta
    | BlockEnd
    | SourceFound
    | CodeExecuted
    | ImageGenerated
    | Status
    | UsageReported
    | Done
    | Error
)

EVENTS: Mapping[str, type[Event]] = {
    kind.type: kind
    for kind in (
        Start,
        TextStart,
        TextDelta,
        TextEnd,
        ThinkingStart,
        ThinkingDelta,
        ThinkingEnd,
        RefusalStart,
        RefusalDelta,
        RefusalEnd,
        ToolCallStart,
        ToolCallDelta,
        ToolCallEnd,
        BlockStart,
        BlockDelta,
        BlockEnd,
        SourceFound,
        CodeExecuted,
        ImageGenerated,
        Status,
        UsageReported,
        Done,
        Error,
    )
}

_Made = TypeVar("_Made", bound=_Event)


def derive(event: Event, kind: type[_Made], *fields: Any) -> _Made:
    """An event of `kind` with these fields, made of another: its `partial` and `raw` are those of `event`.

    For what changes streams: a joined delta shows the message as it stood at the last delta in it.
    """
    origin: Any = event
    make: Any = kind
    made: Any = make(*fields)
    made._pen, made._position = origin._pen, origin._position  # sooner than by keyword
    if origin.raw is not None:
        made.raw = origin.raw
    return made
