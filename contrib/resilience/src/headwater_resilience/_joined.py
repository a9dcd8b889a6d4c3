"""One answer of two: the beginning that reached the consumer, and what another request went on with."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from headwater import AssistantMessage, Context, Done, Error, Event, Text, TextEnd, Usage, UserMessage

from ._accounts import add_usage
from ._delivered import STARTS, Contradiction, Delivered
from ._views import FixedView


def begun(message: AssistantMessage, delivered: Delivered) -> AssistantMessage | None:
    """The beginning of an answer as a model may be given it; None where it cannot be gone on with.

    It is text that came last, without white space at its end; thinking before it is left out.
    """
    kinds = delivered.kinds
    last = max(kinds, default=-1)
    if last < 0 or delivered.whole or kinds[last] != "text" or set(kinds.values()) - {"text", "thinking"}:
        return None
    if any(index not in delivered.ended for index in kinds if index != last):
        return None
    text = "".join(delivered.text(index) for index, kind in sorted(kinds.items()) if kind == "text").rstrip()
    if not text:
        return None
    return AssistantMessage((Text(text),), api=message.api, provider=message.provider, model=message.model)


def with_beginning(prompt: Any, beginning: AssistantMessage) -> Any:
    """The prompt, ended by the beginning of its answer."""
    if isinstance(prompt, Context):
        return evolve(prompt, messages=(*prompt.messages, beginning))
    if isinstance(prompt, str):
        return [UserMessage(prompt), beginning]
    return [prompt, beginning] if hasattr(prompt, "role") else [*prompt, beginning]


class Joining:
    """Makes the events of a continuation those of one answer; `feed` gives what is handed out, or None."""

    def __init__(self, base: AssistantMessage, delivered: Delivered, sent: str, *, repeats: bool) -> None:
        self._base = base
        self._places = len(delivered.kinds)
        last = max(delivered.kinds)
        self._open = None if last in delivered.ended else last
        self._had = delivered.text(last)
        whole = "".join(delivered.text(index) for index, kind in sorted(delivered.kinds.items()) if kind == "text")
        self._repeated = sent if repeats else ""
        self._space = whole[len(sent) :]
        self._indexes: dict[int, int] = {}
        self._seam: int | None = None
        self._again = ""
        self._new = ""

    def feed(self, event: Event) -> Event | None:
        """The event at its place in the joined answer; None for what the consumer has already."""
        if isinstance(event, Done | Error):
            return self._ending(event)
        index: int | None = getattr(event, "content_index", None)
        if index is None:
            return event
        return self._place(event, index)

    def message(self, message: AssistantMessage) -> AssistantMessage:
        """The joined answer, of the continuation's message."""
        return evolve(message, content=tuple(self._content(message.content)), usage=self._usage(message.usage))

    def missing_end(self, last: Event) -> Event | None:
        """The end of the text that was open, where a continuation ends well without having gone on with it."""
        if self._open is None or self._seam is not None or not isinstance(last, Done):
            return None
        return TextEnd(self._open, self._had, False, FixedView(last.message))

    # -- inside

    def _place(self, event: Any, index: int) -> Event | None:
        if event.type in STARTS or index not in self._indexes:
            if event.type == "text_start" and self._seam is None:
                self._seam = index
                if self._open is not None:
                    self._indexes[index] = self._open
                    return None
            self._indexes[index] = self._places
            self._places += 1
        changes: dict[str, Any] = {"content_index": self._indexes[index], "pen": self._viewer(event)}
        if index == self._seam:
            if event.type == "text_delta":
                new = self._grow(event.delta)
                if not new:
                    return None
                changes["delta"] = new
            elif event.type == "text_end":
                changes["content"] = self._joined_text(event.content)
        return evolve(event, **changes)

    def _grow(self, delta: str) -> str:
        """What is new of more text at the seam: not what was repeated, nor white space that was there."""
        before, self._again = self._new, self._again + delta
        self._new = self._after_seam(self._again)
        return self._new[len(before) :]

    def _after_seam(self, text: str) -> str:
        repeated = self._repeated
        if not (text.startswith(repeated) or repeated.startswith(text)):
            raise Contradiction("the continuation does not begin with what it was to go on with")
        rest, space = text[len(repeated) :], self._space
        same = 0
        while same < min(len(rest), len(space)) and rest[same] == space[same]:
            same += 1
        return rest[same:]

    def _joined_text(self, text: str) -> str:
        return (self._had if self._open is not None else "") + self._after_seam(text)

    def _shown_text(self, text: str) -> str:
        """The text at the seam; where it contradicts what was to be gone on with, what was handed out of it."""
        try:
            return self._joined_text(text)
        except Contradiction:
            return (self._had if self._open is not None else "") + self._new

    def _content(self, further: Any) -> list[Any]:
        content: list[Any] = list(self._base.content)
        for index, block in enumerate(further):
            if index == self._seam and isinstance(block, Text):
                joined = evolve(block, text=self._shown_text(block.text))
                if self._open is not None:
                    content[self._open] = joined
                    continue
                block = joined
            content.append(block)
        return content

    def _usage(self, usage: Usage) -> Usage:
        known = [one for one in (self._base.usage, usage) if one.provenance != "absent"]
        return add_usage(known, complete=len(known) == 2)

    def _viewer(self, event: Event) -> Any:
        return _Joined(self, event)

    def _ending(self, event: Done | Error) -> Event:
        message = self.message(event.message)
        return type(event)(event.reason, message, FixedView(message))


class _Joined:
    """Shows the joined message as it stood at an event of the continuation."""

    def __init__(self, joining: Joining, event: Event) -> None:
        self._joining = joining
        self._event = event

    def view(self, position: int) -> FixedView:
        partial = self._event.partial
        assert partial is not None
        return FixedView(self._joining.message(partial.snapshot()))
