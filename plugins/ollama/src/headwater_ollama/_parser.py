"""Reads the lines of an answer, of `/api/chat` and of `/api/generate`.

A line may hold text, thinking and calls at once; calls come whole, and older servers give them no id. A
line with `done` is the terminal signal, and may still hold the last of the answer. An error is a line of
its own, with status 200. Source: wire/ollama-chat, sections 3 to 5 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import Assembly, Kind, RawEvent, StopReason, classify

from ._lines import DURATIONS, Call, Line, read_line

DONE_REASONS: Mapping[str, StopReason | Kind] = {"stop": "stop", "length": "length", "load": "stop", "unload": "stop"}
"""Why a server is done; others are unknown."""


class OllamaParser:
    """The parser of one answer."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._started = False
        self._calls = 0
        self._logprobs: list[Any] = []

    def __call__(self, raw: RawEvent) -> None:
        """Takes one line."""
        line, out = read_line(raw.data), self._out
        if not self._started and line.model:
            self._started = True
            out.start(None, line.model)
        message = line.message
        if message is not None:
            if message.thinking:
                out.thinking(message.thinking)
            if message.content:
                out.text(message.content)
            if message.tool_calls:
                for call in message.tool_calls:
                    self._call(call)
        if line.thinking:
            out.thinking(line.thinking)
        if line.response:
            out.text(line.response)
        if line.logprobs:
            self._logprobs += line.logprobs
        if line.error:
            self._fail(line.error)
        if line.done:
            self._finish(line)

    def end(self) -> None:
        """End of the bytes."""
        if self._logprobs:
            self._out.extra("logprobs", self._logprobs)

    # -- inside

    def _call(self, call: Call) -> None:
        """A whole call; an index is not to be trusted, so each one is another."""
        function = call.function
        if function is None:
            return
        self._calls += 1
        arguments: Any = {} if function.arguments is None else function.arguments
        if not isinstance(arguments, str | dict):
            arguments = str(arguments)
        self._out.tool_call(self._calls, call.id, function.name, cast("str | dict[str, Any]", arguments))
        self._out.close(self._calls)

    def _finish(self, line: Line) -> None:
        out = self._out
        # A server that evaluated nothing anew says nothing of the prompt.
        out.usage(input=line.prompt_eval_count or 0, output=line.eval_count or 0)
        metrics = {name: value for name in DURATIONS if (value := getattr(line, name)) is not None}
        if metrics:
            out.extra("metrics", metrics)
        reason = line.done_reason
        # Servers before 2024 give no reason.
        out.stop(DONE_REASONS.get(reason) if reason else "stop", reason or None)
        out.complete()

    def _fail(self, error: Any) -> None:
        """An error in the middle: words without a code. What they do not tell is the server's fault."""
        known = classify(None, {"error": error})
        code = {"code": "server_error"} if known.kind == "unknown" else {}
        self._out.fail_with({"error": error, **code})
