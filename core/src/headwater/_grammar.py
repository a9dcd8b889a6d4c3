"""The order of events as a table, and what checks a stream against it.

The documentation's diagram is drawn from these tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from ._events import EVENTS, Event, Status

STREAM_GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "new": {"start": "open"},
    "open": {
        **{name: "open" for name in EVENTS if name not in ("start", "usage", "done", "error")},
        "usage": "counted",
        "done": "over",
        "error": "over",
    },
    "counted": {"done": "over", "error": "over"},
    "over": {},
}
"""State of a stream and event: the next state. What is not in here must not happen."""

BLOCK_GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "absent": {
        "text_start": "text",
        "thinking_start": "thinking",
        "refusal_start": "refusal",
        "toolcall_start": "toolcall",
        "block_start": "block",
        "source": "source",
        "code_execution": "code_execution",
        "image": "image",
    },
    "text": {"text_delta": "text", "text_end": "closed"},
    "thinking": {"thinking_delta": "thinking", "thinking_end": "closed"},
    "refusal": {"refusal_delta": "refusal", "refusal_end": "closed"},
    "toolcall": {"toolcall_delta": "toolcall", "toolcall_end": "closed"},
    "block": {"block_delta": "block", "block_end": "closed"},
    "source": {},
    "code_execution": {"code_execution": "code_execution"},
    "image": {"image": "image"},
    "closed": {},
}
"""State of the block at one content index and event: the next state."""

COMMITTING: frozenset[str] = frozenset(EVENTS) - {"start", "status"}
"""Events after which a request is never sent again."""


RESET = "reset"
"""The status that says: all content so far is void, what follows is the answer from its beginning."""


class GrammarViolation(AssertionError):
    """An event that must not come here."""


class Grammar:
    """Checks events against the grammar one by one: `feed` raises `GrammarViolation`."""

    def __init__(self) -> None:
        self.state: str = "new"
        self.blocks: dict[int, str] = {}

    def feed(self, event: Event) -> Self:
        """Takes the next event; raises `GrammarViolation` when it must not come here."""
        following = STREAM_GRAMMAR[self.state].get(event.type)
        if following is None:
            raise GrammarViolation(f"{event.type} in a stream that is {self.state}")
        self.state = following
        if isinstance(event, Status) and event.status == RESET:
            self.blocks.clear()
        index: int | None = getattr(event, "content_index", None)
        if index is not None:
            self._feed_block(index, event.type)
        if event.type == "done" and any(state in ("text", "thinking", "refusal") for state in self.blocks.values()):
            raise GrammarViolation("done while a block is open")
        return self

    def _feed_block(self, index: int, kind: str) -> None:
        state = self.blocks.get(index, "absent")
        following = BLOCK_GRAMMAR[state].get(kind)
        if following is None:
            raise GrammarViolation(f"{kind} at content index {index}, where the block is {state}")
        self.blocks[index] = following


def check_grammar(events: Iterable[Event]) -> None:
    """Raises `GrammarViolation` unless `events` is one whole stream in the right order."""
    grammar = Grammar()
    for event in events:
        grammar.feed(event)
    if grammar.state != "over":
        raise GrammarViolation(f"the stream stops while it is {grammar.state}, without done or error")
