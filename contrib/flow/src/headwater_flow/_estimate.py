"""Token estimates: before a stream from what is sent, during it from what came, until the provider gives its count.

A rule of thumb, for progress shown and budgets warned of; never for bills. Characters are weighed by their script
(`WEIGHTS`), what is no text has a fixed number (`FIXED`), each message and tool a few tokens around it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, cast, overload

from attrs import evolve

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Document,
    Done,
    Error,
    Event,
    EventStream,
    Image,
    Message,
    RefusalDelta,
    Source,
    Status,
    SyncEventStream,
    TextDelta,
    ThinkingDelta,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolCallStart,
    Usage,
    UsageReported,
    derive,
    dumps,
)

from ._shape import is_async
from ._transform import SyncTransformedStream, TransformedStream

WEIGHTS: Sequence[tuple[int, float]] = (
    (0x0000, 0.25),  # ASCII: four characters a token
    (0x0080, 0.4),  # other Latin, Greek, Cyrillic, Hebrew, Arabic
    (0x0800, 0.6),  # scripts of India and Southeast Asia
    (0x2000, 0.5),  # punctuation and symbols
    (0x2E80, 0.8),  # Chinese, Japanese, Korean
    (0x10000, 2.0),  # emoji, rare characters
)
"""First code point of a range, and tokens for each of its characters."""

FIXED: Mapping[type[Any], int] = {Image: 1000, Document: 2000, Audio: 500}
"""Tokens of what is no text, whatever its size."""

AROUND = 4
"""Tokens around each message and tool."""

_STARTS = [start for start, _ in WEIGHTS]
_OTHER = re.compile(r"[^\x00-\x7f]")


def estimate_tokens(given: str | Message | Sequence[Message] | Context, *, tools: Sequence[Tool] = ()) -> int:
    """About how many tokens a text, message, conversation or context has; an estimate (see the module)."""
    if isinstance(given, str):
        return _round(_weight(given))
    if isinstance(given, Context):
        total = _weight(given.system_prompt or "") + sum(map(_message, given.messages))
        tools = [*given.tools, *tools]
    elif isinstance(given, Sequence):
        total = sum(map(_message, given))
    else:
        total = _message(given)
    return _round(total + sum(map(_tool, tools)))


def _round(weight: float) -> int:
    return int(weight + 0.999)


def _weight(text: str) -> float:
    if text.isascii():
        return len(text) * WEIGHTS[0][1]
    others = _OTHER.findall(text)
    weight = (len(text) - len(others)) * WEIGHTS[0][1]
    return weight + sum(WEIGHTS[bisect_right(_STARTS, ord(one)) - 1][1] for one in others)


def _message(message: Message) -> float:
    content: Any = message.content
    if isinstance(content, str):
        return AROUND + _weight(content)
    return AROUND + sum(map(_block, content))


def _block(block: Any) -> float:
    kind: type[Any] = block.__class__
    fixed = FIXED.get(kind)
    if fixed is not None:
        return fixed
    if isinstance(block, ToolCall):
        return AROUND + _weight(block.name) + _json(block.arguments)
    if isinstance(block, CodeExecution):
        return _weight(block.code) + _weight(block.output or "")
    if isinstance(block, Source):
        return _weight(block.uri) + _weight(block.snippet or "")
    text = getattr(block, "text", None)
    return _weight(text) if isinstance(text, str) else _json(getattr(block, "raw", None))


def _tool(tool: Tool) -> float:
    return AROUND + _weight(tool.name) + _weight(tool.description) + _json(tool.parameters)


def _json(value: Any) -> float:
    """The weight of JSON; what cannot be written has none."""
    try:
        return _weight(dumps(dict(value)).decode())
    except (TypeError, ValueError, RecursionError):
        return 0.0


class Estimator:
    """The transform behind `estimate`; see there."""

    name = "estimate"

    def __init__(self, input: int = 0, *, report: bool = True) -> None:
        self._input = input
        self._report = report
        self._told: Usage | None = None
        self._came = False
        self._written: list[str] = []  # since the last look
        self._thought: list[str] = []
        self._output = self._reasoning = 0.0

    @property
    def usage(self) -> Usage:
        """The provider's count, and until there is one, the estimate (`provenance` says which)."""
        if self._told is not None:
            return self._told
        self._output += _weight("".join(self._written))
        self._reasoning += _weight("".join(self._thought))
        self._written, self._thought = [], []
        output = _round(self._output + self._reasoning)
        reasoning = _round(self._reasoning) or None
        total = self._input + output
        return Usage(self._input, output, total_tokens=total, reasoning=reasoning, provenance="estimated")

    def feed(self, event: Event) -> Sequence[Event]:
        """The event; before a last one without the provider's count, an estimated one."""
        kind = event.__class__
        if kind is TextDelta or kind is ToolCallDelta or kind is RefusalDelta:
            self._written.append(cast("TextDelta", event).delta)
            self._came = True
        elif kind is ThinkingDelta:
            self._thought.append(cast("ThinkingDelta", event).delta)
            self._came = True
        elif isinstance(event, ToolCallStart):
            self._written.append(event.name)
            self._came = True
        elif isinstance(event, UsageReported):
            if event.usage.provenance != "absent":
                self._told = event.usage
        elif isinstance(event, Status):
            if event.status == "reset":
                self._written, self._thought, self._output, self._reasoning = [], [], 0.0, 0.0
        elif isinstance(event, Done | Error):
            return self._ending(event)
        return (event,)

    def flush(self) -> Sequence[Event]:
        """Nothing: nothing is held back."""
        return ()

    def _ending(self, event: Done | Error) -> Sequence[Event]:
        message: AssistantMessage = event.message
        if message.usage.provenance != "absent":
            self._told = message.usage
        nothing_came = isinstance(event, Error) and not self._came
        if self._told is not None or not self._report or nothing_came:
            return (event,)
        usage = self.usage
        message = evolve(message, usage=usage)
        return derive(event, UsageReported, usage), derive(event, type(event), event.reason, message)


class EstimatedStream(TransformedStream):
    """An async stream that knows about how many tokens it has cost so far."""

    _step: Estimator

    @property
    def estimate(self) -> Usage:
        """The tokens up to the last event handed out: estimated, then the provider's own."""
        return self._step.usage


class SyncEstimatedStream(SyncTransformedStream):
    """A sync stream that knows about how many tokens it has cost so far."""

    _step: Estimator

    @property
    def estimate(self) -> Usage:
        """The tokens up to the last event handed out: estimated, then the provider's own."""
        return self._step.usage


@overload
def estimate(
    stream: EventStream, context: str | Message | Sequence[Message] | Context | None = None, *, report: bool = True
) -> EstimatedStream: ...
@overload
def estimate(
    stream: SyncEventStream, context: str | Message | Sequence[Message] | Context | None = None, *, report: bool = True
) -> SyncEstimatedStream: ...
def estimate(
    stream: Any, context: str | Message | Sequence[Message] | Context | None = None, *, report: bool = True
) -> Any:
    """The stream with `estimate`: a `Usage` of `provenance` `estimated` until the provider tells its own.

    `context` is what was sent, of which the input is estimated, before the first event. A stream whose provider
    never tells ends with an estimated `usage` event, and its message carries it; not so with `report=False`, nor
    when it failed before anything came.
    """
    step = Estimator(0 if context is None else estimate_tokens(context), report=report)
    return EstimatedStream(stream, step) if is_async(stream, "estimate") else SyncEstimatedStream(stream, step)
