"""One answer on the screen: its text on standard output, all the rest on standard error.

So a pipe gets the text alone, and a terminal shows both in the order in which they came.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, assert_never

from rich.console import Console

from headwater import (
    AssistantMessage,
    BlockDelta,
    BlockEnd,
    BlockStart,
    CodeExecuted,
    CodeExecution,
    Done,
    Error,
    Event,
    ImageGenerated,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    Source,
    SourceFound,
    Start,
    Status,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    UsageReported,
    dumps,
)

from ._output import clean, is_terminal, one_line
from ._summary import summary

LONGEST = 2_000
"""Characters of a tool call's arguments or a program's output that are shown."""


class Screen:
    """Shows the events of one answer as they come; then `close` it with the final message."""

    def __init__(self) -> None:
        self._out = sys.stdout
        self._aside = Console(stderr=True)
        self._cleaning = is_terminal(self._out)
        self._shared = self._cleaning and self._aside.is_terminal
        self._text_open = False
        self._aside_open = False
        self._last: str | None = None
        self._sources: dict[str, Source] = {}

    def show(self, event: Event) -> None:  # noqa: PLR0912 - an arm for each kind of event
        """Shows one event."""
        match event:
            case TextDelta(delta=delta):
                self._text(delta)
            case ThinkingDelta(delta=delta):
                self._grow(delta, "dim italic")
            case RefusalDelta(delta=delta):
                self._grow(delta, "yellow")
            case ThinkingEnd() | RefusalEnd():
                self._end_aside()
            case TextEnd(replaced=True, content=content):
                self._line(f"the provider replaced this text by: {content}", "yellow")
            case ToolCallEnd(tool_call=call):
                self._line(tool_call_line(call), "cyan")
            case BlockEnd(block=block):
                self._line(f"[{block.name}]", "dim")
            case CodeExecuted(execution=execution):
                self._code(execution)
            case ImageGenerated(stage="complete" | "error" as stage, message=words):
                self._line(f"[image: {stage}{': ' + words if words else ''}]", "dim")
            case SourceFound(source=source):
                self._sources.setdefault(source.uri, source)
            case Status(status=status, data=data):
                self._line(_status_line(status, data), "dim")
            case Start() | TextStart() | TextEnd() | ThinkingStart() | RefusalStart() | ImageGenerated():
                pass
            case ToolCallStart() | ToolCallDelta() | BlockStart() | BlockDelta():
                pass
            case UsageReported() | Done() | Error():
                pass
            case _:
                assert_never(event)

    def close(self, message: AssistantMessage, hint: str | None = None) -> None:
        """Ends the answer: calls that were cut off, sources, what was changed to fit, errors, usage and cost."""
        self._end_text()
        self._end_aside()
        for block in message.content:
            if isinstance(block, ToolCall) and block.incomplete:
                self._line(f"{tool_call_line(block)} - incomplete, not to be run", "yellow")
        if self._sources:
            self._line("sources:", "dim")
        for number, source in enumerate(self._sources.values(), 1):
            self._line(f"  {number}. {source.title + ' - ' if source.title else ''}{source.uri}", "dim")
        for note in message.notes:
            if note.action in ("changed", "dropped"):
                self._line(f"{note.action} {note.path}: {note.reason}", "dim")
        if message.stop_reason == "aborted":
            self._line(f"aborted: {message.error_message}; what came before is kept", "yellow")
        elif message.error is not None:
            self._line(f"error: {message.error_message}", "red")
            if hint:
                self._line(hint, "dim")
        if message.error is None or message.usage.input or message.usage.output:
            self._line(summary(message), "dim")

    # -- inside

    def _turn_to(self, place: str) -> None:
        """On a terminal that shows both, ends the line of the other place and leaves one empty."""
        if self._shared and self._last not in (None, place):
            self._end_text()
            self._end_aside()
            self._aside.out("")
        self._last = place

    def _text(self, delta: str) -> None:
        """More of the answer's text: untouched into a pipe, cleaned onto a terminal."""
        if delta:
            self._turn_to("text")
        self._out.write(clean(delta) if self._cleaning else delta)
        self._out.flush()
        if delta:
            self._text_open = not delta.endswith("\n")

    def _end_text(self) -> None:
        if self._text_open:
            self._out.write("\n")
            self._out.flush()
            self._text_open = False

    def _grow(self, delta: str, style: str) -> None:
        """More of what stands beside the text."""
        self._turn_to("aside")
        self._aside.out(clean(delta), style=style, highlight=False, end="")
        if delta:
            self._aside_open = not delta.endswith("\n")

    def _end_aside(self) -> None:
        if self._aside_open:
            self._aside.out("")
            self._aside_open = False

    def _line(self, text: str, style: str) -> None:
        """One line beside the text."""
        self._turn_to("aside")
        self._end_aside()
        self._aside.out(one_line(text) if "\n" in text.strip() else clean(text), style=style, highlight=False)

    def _code(self, execution: CodeExecution) -> None:
        """Code the provider ran, when it comes; its outcome, when that is known."""
        if execution.output is None and execution.error is None and execution.success is None:
            self._block(execution.code, f"[{execution.language}]")
        else:
            self._block(execution.error or execution.output or "", "[output]")

    def _block(self, text: str, head: str) -> None:
        self._line(head, "dim")
        self._grow(_shortened(text), "dim")
        self._end_aside()


def tool_call_line(call: ToolCall) -> str:
    """A tool call on one line: its name and arguments as JSON, cut where they are long."""
    arguments = call.raw_arguments if call.incomplete and call.raw_arguments else dumps(dict(call.arguments)).decode()
    return f"-> {call.name} {_shortened(arguments)}"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"


def _status_line(status: str, data: Mapping[str, Any]) -> str:
    if status == "retrying":
        return f"{data.get('message')}; trying again in {data.get('delay', 0):.1f} s"
    return f"[{status}]"
