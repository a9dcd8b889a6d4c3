"""Callbacks for people who prefer them to a loop: a thin layer over a tap."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, overload

from headwater import (
    Done,
    Error,
    Event,
    EventStream,
    Start,
    StreamError,
    SyncEventStream,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    ToolCallEnd,
    Usage,
    UsageReported,
)

from ._tap import Tap, tapped

Callback = Callable[..., Any]


def _stream_error(event: Error) -> StreamError:
    """The failure as the exception it would be, with everything received as `.partial`."""
    try:
        event.message.raise_for_error()
    except StreamError as error:
        return error
    raise AssertionError("an error event without an error")


_CALLS: Mapping[str, tuple[type[Any], Callable[[Any], Any]]] = {
    "on_chunk": (TextDelta, lambda event: event.delta),
    "on_thinking": (ThinkingDelta, lambda event: event.delta),
    "on_tool_call": (ToolCallEnd, lambda event: event.tool_call),
    "on_usage": (UsageReported, lambda event: event.usage),
    "on_complete": (Done, lambda event: event.message.usage),
    "on_error": (Error, _stream_error),
}
"""Callback, the event it is called for, and what it is given."""


class Callbacks(Tap):
    """The transform behind `callbacks`; see there."""

    def __init__(self, given: Mapping[str, Callback], id: str, *, spare: bool = False) -> None:
        super().__init__(self._call, spare=spare)
        self._calls: dict[type[Any], tuple[str, Callback, Callable[[Any], Any]]] = {}
        for name, function in given.items():
            if name == "on_start":
                self._calls[Start] = (name, function, lambda event: id)
            else:
                kind, argument = _CALLS[name]
                self._calls[kind] = (name, function, argument)

    def _call(self, event: Event) -> Any:
        found = self._calls.get(event.__class__)
        if found is None:
            return None
        self.name, function, argument = found
        return function(argument(event))


@overload
def callbacks(
    stream: EventStream,
    *,
    on_start: Callable[[str], Any] | None = None,
    on_chunk: Callable[[str], Any] | None = None,
    on_thinking: Callable[[str], Any] | None = None,
    on_tool_call: Callable[[ToolCall], Any] | None = None,
    on_usage: Callable[[Usage], Any] | None = None,
    on_complete: Callable[[Usage], Any] | None = None,
    on_error: Callable[[StreamError], Any] | None = None,
    id: str | None = None,
    spare: bool = False,
) -> EventStream: ...
@overload
def callbacks(
    stream: SyncEventStream,
    *,
    on_start: Callable[[str], Any] | None = None,
    on_chunk: Callable[[str], Any] | None = None,
    on_thinking: Callable[[str], Any] | None = None,
    on_tool_call: Callable[[ToolCall], Any] | None = None,
    on_usage: Callable[[Usage], Any] | None = None,
    on_complete: Callable[[Usage], Any] | None = None,
    on_error: Callable[[StreamError], Any] | None = None,
    id: str | None = None,
    spare: bool = False,
) -> SyncEventStream: ...
def callbacks(stream: Any, *, id: str | None = None, spare: bool = False, **given: Callback | None) -> Any:
    """The stream with functions that are called as it is read; `await callbacks(...).result()` reads it through.

    | callback | is given | when |
    |---|---|---|
    | `on_start` | an id of this stream (`id`, or a new one) | first |
    | `on_chunk` | more text | |
    | `on_thinking` | more thinking | |
    | `on_tool_call` | the whole `ToolCall` | it ends |
    | `on_usage` | the `Usage` | the provider reports it |
    | `on_complete` | the `Usage` (provenance `absent` when nothing was reported) | last, all went well |
    | `on_error` | the `StreamError`, with `.partial` | last, it did not |

    With an async stream they may be async. One that raises closes the stream, whose last event is then
    `error(aborted)` with all that came; with `spare` the stream goes on, and the exception is logged (debug).
    """
    known = ("on_start", *_CALLS)
    for name in given:
        if name not in known:
            raise TypeError(f"callbacks: {name!r} is unknown; there are {', '.join(known)}")
    wanted = {name: function for name, function in given.items() if function is not None}
    step = Callbacks(wanted, id or f"stream_{secrets.token_hex(8)}", spare=spare)
    step.name = "callbacks"
    return tapped(stream, step, list(wanted.values()))
