"""Whatever a parser does with the pen, the order of events is legal and nothing is raised."""

from __future__ import annotations

from typing import Any

from core_pen import make_pen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from headwater import Assembly, Event, Grammar, Start
from headwater import _tagged as tagged
from headwater._grammar import BLOCK_GRAMMAR

KEYS = st.sampled_from([None, 0, 1, (0, 1), "x"])
IDS = st.sampled_from([None, "", "a", "b"])
NAMES = st.sampled_from([None, "", "f", "g"])
TEXTS = st.sampled_from(["", "a", "<think>", "</think>", "{", "}", '{"x":', "1}", "[]", "null", '"\\ud800', "\ud800"])
DATA = st.dictionaries(st.sampled_from("xy"), st.integers(0, 9), max_size=2)
COUNTS = st.integers(0, 99) | st.none()
REASONS = st.sampled_from([None, "stop", "length", "toolUse", "error", "aborted", "content_filter", "no such reason"])


class Pen(RuleBasedStateMachine):
    """Random calls of the pen, the events taken now and then as the driver takes them."""

    pen: Assembly

    @initialize(tagged_pen=st.booleans())
    def begin(self, tagged_pen: bool) -> None:
        self.grammar = Grammar().feed(Start())
        self.events: list[Event] = []
        self.shown: list[list[Any]] = []
        self.pen = make_pen()
        if tagged_pen:
            self.pen = tagged.TaggedAssembly(self.pen.model)

    @rule(method=st.sampled_from(["text", "thinking", "refusal"]), delta=TEXTS, key=KEYS)
    def write(self, method: str, delta: str, key: Any) -> None:
        getattr(self.pen, method)(delta, key=key)

    @rule(key=KEYS, id=IDS, name=NAMES, arguments=TEXTS | DATA | st.none())
    def call(self, key: Any, id: str | None, name: str | None, arguments: Any) -> None:
        self.pen.tool_call(key, id, name, arguments)

    @rule(delta=TEXTS | DATA, key=KEYS)
    def grow_arguments(self, delta: Any, key: Any) -> None:
        self.pen.arguments(delta, key=key)

    @rule(name=st.sampled_from("mn"), raw=DATA, key=KEYS, id=IDS)
    def block(self, name: str, raw: dict[str, Any], key: Any, id: str | None) -> None:
        self.pen.block(name, raw, key=key, id=id)

    @rule(key=KEYS, content=TEXTS | DATA | st.none(), raw=DATA | st.none())
    def close(self, key: Any, content: Any, raw: Any) -> None:
        self.pen.close(key, content=content, raw=raw)

    @rule(value=TEXTS, key=KEYS, redacted=st.booleans())
    def sign(self, value: str, key: Any, redacted: bool) -> None:
        self.pen.signature(value, key=key, redacted=redacted)

    @rule(uri=st.sampled_from("uv"), key=KEYS)
    def beside(self, uri: str, key: Any) -> None:
        self.pen.source(uri)
        self.pen.extra(uri, 1, key=key)
        self.pen.status("working", on=uri)

    @rule(key=KEYS, code=TEXTS, stage=st.sampled_from(["start", "progress", "complete", "error"]))
    def whole(self, key: Any, code: str, stage: Any) -> None:
        self.pen.code_execution(key, code=code)
        self.pen.image(stage, key, data=code)

    @rule(input=COUNTS, output=COUNTS)
    def count(self, input: int | None, output: int | None) -> None:
        self.pen.usage(input=input, output=output)

    @rule(reason=REASONS)
    def stop(self, reason: Any) -> None:
        self.pen.stop(reason, "raw")

    @rule()
    def complete(self) -> None:
        self.pen.complete()

    @rule(payload=st.sampled_from([{"error": {"message": "no"}}, b"<html>", "words", None, 3]))
    def fail(self, payload: Any) -> None:
        self.pen.fail_with(payload)

    @rule()
    def take(self) -> None:
        self.take_in(self.pen.take())

    @precondition(lambda self: self.grammar.state != "over")
    @rule(clean=st.booleans())
    def finish(self, clean: bool) -> None:
        self.pen.finish(clean=clean)
        self.take_in(self.pen.take())
        assert self.grammar.state == "over"
        self.check_ending()

    def take_in(self, events: list[Event]) -> None:
        over = self.grammar.state == "over"
        for event in events:
            if not over:
                self.grammar.feed(event)
                self.events.append(event)

    def check_ending(self) -> None:
        message = self.pen.final
        assert message is not None
        failed = message.error is not None
        assert self.events[-1].type == ("error" if failed else "done")
        assert failed == (message.stop_reason in ("error", "aborted"))
        ended = [event.content_index for event in self.events if event.type == "toolcall_end"]
        runnable = [message.content.index(call) for call in message.tool_calls]
        assert failed or len(runnable) == len(ended)

    @invariant()
    def looks_are_harmless(self) -> None:
        """Every event can be looked at, at any time."""
        for event in self.events[-3:]:
            assert event.partial is not None
            snapshot = event.partial.snapshot()
            assert list(snapshot.content) == event.partial.content


Pen.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
test_no_illegal_order_can_be_written = Pen.TestCase


def test_every_state_of_a_block_is_reached_by_an_event() -> None:
    """The table of blocks leads nowhere that it does not describe."""
    reached = {state for following in BLOCK_GRAMMAR.values() for state in following.values()}
    assert reached == set(BLOCK_GRAMMAR) - {"absent"}
