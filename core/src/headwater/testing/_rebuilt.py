"""A message put together again from its events alone, to hold against what the pen shows.

Nothing of the pen is used: texts are joined from their deltas, arguments parsed from
theirs. Every method gives back the first difference in words, None where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define, field

from headwater import (
    AssistantMessage,
    BlockEnd,
    BlockStart,
    CodeExecuted,
    CodeExecution,
    Done,
    Error,
    Event,
    Image,
    ImageGenerated,
    ProviderBlock,
    Refusal,
    RefusalEnd,
    RefusalStart,
    Source,
    SourceFound,
    Text,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallEnd,
    ToolCallStart,
    UsageReported,
)
from headwater._arguments import Arguments
from headwater._content import AssistantBlock
from headwater.testing._cases import shown

EXACT = 1000
"""Characters of arguments up to which a look shows all of them (a larger one may lag behind)."""

_KINDS: dict[type[Any], type[Any]] = {
    TextStart: Text,
    ThinkingStart: Thinking,
    RefusalStart: Refusal,
    ToolCallStart: ToolCall,
    BlockStart: ProviderBlock,
    SourceFound: Source,
    CodeExecuted: CodeExecution,
    ImageGenerated: Image,
}


@define
class _Rebuilt:
    """One block: its kind, the event that opened it, its deltas, and what its end or latest version says."""

    kind: type[Any]
    opening: Any
    deltas: list[str] = field(factory=list[str])
    ended: bool = False
    final: Any = None

    @property
    def text(self) -> str:
        return "".join(self.deltas)


class Rebuilt:
    """Takes events one by one and knows what the message must be by then."""

    def __init__(self) -> None:
        self.blocks: dict[int, _Rebuilt] = {}
        self.calls: list[ToolCall] = []

    def take(self, event: Event) -> str | None:
        """Takes the next event; gives back what is wrong in it."""
        known: Any = event
        kind = _KINDS.get(type(event))
        if kind is not None and known.content_index not in self.blocks:
            self.blocks[known.content_index] = _Rebuilt(kind, event)
        block = self.blocks.get(getattr(event, "content_index", -1))
        if block is None:
            return None
        if hasattr(event, "delta"):
            block.deltas.append(known.delta)
        elif isinstance(event, ToolCallEnd):
            return self._call_ended(block, event)
        elif isinstance(event, TextEnd | ThinkingEnd | RefusalEnd):
            return _text_ended(block, event)
        elif isinstance(event, BlockEnd):
            block.ended, block.final = True, event.block
        elif kind is not None:
            value = getattr(event, "source", None) or getattr(event, "execution", None)
            block.final = value or getattr(event, "image", None) or block.final
        return None

    def _call_ended(self, block: _Rebuilt, event: ToolCallEnd) -> str | None:
        call, start = event.tool_call, block.opening
        block.ended, block.final = True, call
        self.calls.append(call)
        if (call.id, call.name) != (start.id, start.name):
            return f"the call {shown((start.id, start.name))} ends as {shown((call.id, call.name))}"
        said = _parse(block.text)
        if not event.replaced and said.finish().value != call.arguments:
            return f"arguments {shown(block.text)} end as {shown(call.arguments)}"
        return "a call that has ended is marked incomplete" if call.incomplete else None

    def differs(self, content: Sequence[AssistantBlock]) -> str | None:
        """The first block of a view at the latest event that is not what the events said."""
        if len(content) != len(self.blocks):
            return f"{len(content)} blocks where the events opened {len(self.blocks)}"
        for index, block in enumerate(content):
            known = self.blocks[index]
            words = _block_differs(known, block)
            if words is None and isinstance(block, ToolCall) and not known.ended:
                words = _look_differs(known, block)
            if words is not None:
                return f"block {index}: {words}"
        return None

    def ends_as(self, message: AssistantMessage) -> str | None:
        """The first thing in the final message that is not what the events said."""
        nameless = [one for one in message.content if isinstance(one, ToolCall) and not one.name]
        content = message.content[: len(self.blocks)]
        if len(content) + (len(nameless) if message.error else 0) < len(message.content):
            return f"{len(message.content)} blocks where the events opened {len(self.blocks)}"
        for index, block in enumerate(content):
            known = self.blocks[index]
            words = _block_differs(known, block)
            if words is None and isinstance(block, ToolCall) and not known.ended:
                same = block.raw_arguments == known.text
                words = None if same else f"arguments {shown(known.text)} are kept as {shown(block)}"
            if words is not None:
                return f"block {index} of the message: {words}"
        runnable = [] if message.error else [(call.id, call.name, call.arguments) for call in self.calls]
        told = [(call.id, call.name, call.arguments) for call in message.tool_calls]
        if sorted(map(repr, told)) != sorted(map(repr, runnable)):
            return f"calls to run are {shown(told)} where the events say {shown(runnable)}"
        return None


def joined_difference(told: Sequence[Event]) -> str | None:
    """What differs between the deltas, the ends and the final message of one whole stream."""
    rebuilt, usage = Rebuilt(), None
    for index, event in enumerate(told):
        words = rebuilt.take(event)
        if words is not None:
            return f"event {index} ({event.type}): {words}"
        if isinstance(event, UsageReported):
            usage = event.usage
    last = told[-1]
    if not isinstance(last, Done | Error):
        return f"the last event is {last.type}"
    message = last.message
    if usage is not None and usage != message.usage:
        return f"usage {shown(usage)} is {shown(message.usage)} in the message"
    if last.reason != message.stop_reason or (message.error is not None) != isinstance(last, Error):
        return f"{last.type} of reason {last.reason} carries {message.stop_reason}, {shown(message.error)}"
    return rebuilt.ends_as(message)


def _text_ended(block: _Rebuilt, event: Any) -> str | None:
    written, block.ended, block.final = block.text, True, event.content
    if not event.replaced and event.content != written:
        return f"deltas {shown(written)} end as {shown(event.content)}"
    return None


def _block_differs(known: _Rebuilt, block: Any) -> str | None:
    if not isinstance(block, known.kind):
        return f"{known.kind.__name__} became {shown(block)}"
    if known.kind in (Text, Thinking, Refusal):
        expected: Any = known.final if known.ended else known.text
        return None if block.text == expected else f"{shown(expected)} became {shown(block.text)}"
    if known.kind is ToolCall:
        expected = (known.opening.id, known.opening.name, not known.ended)
        got = (block.id, block.name, block.incomplete)
        if got == expected and known.ended and block.arguments != known.final.arguments:
            return f"arguments {shown(known.final.arguments)} became {shown(block.arguments)}"
        return None if got == expected else f"{shown(expected)} became {shown(got)}"
    if known.kind is ProviderBlock and not known.ended:
        expected, got = (known.opening.name, known.opening.id), (block.name, block.id)
        return None if got == expected else f"{shown(expected)} became {shown(got)}"
    same = known.final is None or known.final == block
    return None if same else f"{shown(known.final)} became {shown(block)}"


def _look_differs(known: _Rebuilt, block: ToolCall) -> str | None:
    if len(known.text) > EXACT:
        return None
    expected = _parse(known.text).look()
    same = block.arguments == expected
    return None if same else f"arguments so far {shown(expected)} are shown as {shown(block.arguments)}"


def _parse(text: str) -> Arguments:
    arguments = Arguments()
    arguments.append(text)
    return arguments
