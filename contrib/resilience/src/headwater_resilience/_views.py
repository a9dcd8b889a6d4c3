"""Messages that are shown as they stand: finished ones, joined ones, and those of answers never tried."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from headwater import AssistantMessage, Error, ErrorInfo, Start, Usage


class FixedView:
    """A message that changes no more, in the form of one that is being written (`PartialMessage`)."""

    def __init__(self, message: AssistantMessage) -> None:
        self._message = message

    @property
    def content(self) -> list[Any]:
        """Its blocks."""
        return list(self._message.content)

    @property
    def text(self) -> str:
        """Its text, joined."""
        return self._message.text

    @property
    def thinking(self) -> str:
        """Its thinking, joined."""
        return self._message.thinking

    @property
    def usage(self) -> Usage:
        """Its usage."""
        return self._message.usage

    def snapshot(self) -> AssistantMessage:
        """The message."""
        return self._message

    def view(self, position: int) -> FixedView:
        """Itself, at any position: what an event asks for its `partial`."""
        return self


def nothing_yet(name: str) -> AssistantMessage:
    """The message before anything came."""
    provider, _, model = name.partition("/")
    return AssistantMessage((), provider=provider, model=model or name)


def error_event(error: ErrorInfo, message: AssistantMessage) -> Error:
    """The last event of an answer that ended with this error; `message` holds what had come."""
    reason = "aborted" if error.kind == "aborted" else "error"
    ended = evolve(message, stop_reason=reason, error=error)
    return Error(reason, ended, FixedView(ended))


def start_event(name: str) -> Start:
    """The first event of an answer that was not even tried."""
    return Start(FixedView(nothing_yet(name)))
