"""The reducer tells of any stream how it stands; its twin in JavaScript says the same."""

# pyright: reportArgumentType=false, reportCallIssue=false, reportAttributeAccessIssue=false, reportOptionalMemberAccess=false

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.resources import files
from itertools import accumulate
from typing import Any

import pytest
from attrs import evolve
from flow_streams import UNHURRIED, make_pen, streams, written
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import headwater_flow
from headwater import (
    EVENTS,
    AssistantMessage,
    Done,
    Event,
    Grammar,
    GrammarViolation,
    Start,
    Status,
    TextDelta,
    TextEnd,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageReported,
    to_dict,
)
from headwater_flow import StreamState, reduce
from headwater_flow._reducer_table import EFFECTS, STATUS_EFFECTS, module


def states(events: Any) -> list[StreamState]:
    """Every state on the way; each event comes a second after the other."""
    numbered = enumerate(events)
    return list(
        accumulate(numbered, lambda state, one: reduce(state, one[1], now=float(one[0])), initial=StreamState())
    )


def last(events: Any) -> StreamState:
    """The state after these events."""
    return states(events)[-1]


def answered() -> list[Event]:
    """An answer with something of everything."""
    pen = make_pen()
    pen.status("searching", query="sky")
    pen.thinking("Let me ")
    pen.thinking("see")
    pen.text("The sky ")
    pen.text("is blue.")
    pen.tool_call(2, None, "look", '{"at": ')
    pen.tool_call(2, None, None, '"sky"}')
    pen.close(2)
    pen.source("http://sky")
    pen.code_execution(5, code="1+1")
    pen.image("progress", 6, data="x")
    pen.usage(input=3, output=2, cache_read=4)
    pen.complete()
    pen.finish()
    return [Start(pen, 0), *pen.take()]


def test_a_whole_answer() -> None:
    """Content, tools, counts, times and the ending are those of the message."""
    events = answered()
    state = last(events)
    message = events[-1].message  # type: ignore[union-attr]
    assert (state.text, state.thinking, state.thinking_complete) == (message.text, message.thinking, True)
    assert (state.status, state.phase, state.reason, state.problem) == ("complete", "complete", "toolUse", None)
    assert [(tool.name, tool.arguments, tool.state) for tool in state.completed_tools] == [
        ("look", {"at": "sky"}, "complete")
    ]
    assert (state.input_tokens, state.output_tokens, state.usage_provenance) == (7, 2, "reported")
    assert (state.start_time, state.duration, state.events) == (0.0, len(events) - 1.0, len(events))
    assert (state.provider, state.model, state.error) == ("fake", "m", None)
    assert state.processing_status == {"status": "searching", "data": {"query": "sky"}}
    assert [source["uri"] for source in state.sources] == ["http://sky"]
    assert state.code_executions[0]["execution"]["code"] == "1+1"


def test_phases_on_the_way() -> None:
    """Each event shows what is going on, the last one how it ended."""
    seen = [(state.status, state.phase, state.activity) for state in states(answered())]
    kept = [one for one, before in zip(seen, [None, *seen], strict=False) if one != before]
    assert kept == [
        ("idle", "idle", None),
        ("connecting", "connecting", None),
        ("streaming", "streaming", "thinking"),
        ("streaming", "streaming", None),
        ("streaming", "streaming", "text"),
        ("streaming", "streaming", None),
        ("streaming", "tool-execution", "tool_call"),
        ("streaming", "streaming", None),
        ("streaming", "streaming", "source"),
        ("streaming", "tool-execution", "code_execution"),
        ("streaming", "image-generation", "image"),
        ("streaming", "finalizing", None),
        ("complete", "complete", None),
    ]


def test_a_tool_shows_its_arguments_as_they_come() -> None:
    """An active tool has their text, a complete one the arguments, one that was cut neither."""
    begun = [
        Start(),
        ToolCallStart(0, "a", "f"),
        ToolCallStart(1, "b", "g"),
        ToolCallDelta(0, '{"x"'),
        ToolCallDelta(0, ":"),
    ]
    state = last(begun)
    assert [(tool.id, tool.arguments_text) for tool in state.active_tools] == [("a", '{"x":'), ("b", "")]
    state = reduce(state, ToolCallEnd(0, ToolCall("a", "f", {"x": 1})))
    assert state.phase == "tool-execution"
    state = reduce(state, Done("stop", AssistantMessage(())))
    assert [(tool.id, tool.state, tool.arguments) for tool in state.completed_tools] == [
        ("a", "complete", {"x": 1}),
        ("b", "cut", None),
    ]


def test_another_attempt_is_counted() -> None:
    """`retrying` and its like count, and the stream connects again."""
    state = last([Start(), Status("retrying", {"attempt": 1}), Status("failing_over"), Status("queued")])
    assert (state.retry_count, state.status, state.phase) == (2, "paused", "connecting")


def test_a_reset_drops_the_content() -> None:
    """What came is void; what follows is the answer from its beginning, without a problem."""
    events = answered()
    again = [*events[:-2], Status("reset"), *events[1:]]
    state, plain = last(again), last(events)
    assert state.problem is None
    kept = {"events": plain.events, "duration": plain.duration}
    assert evolve(state, **kept) == plain


def test_a_replaced_text_takes_the_place_of_its_deltas() -> None:
    """Only that block changes, and the order is the message's."""
    events = written(("text", "one", 0), ("text", "two", 1), complete=False)[:-1]
    kept = [event for event in events if event.type != "text_end"]
    state = last([*kept, TextEnd(0, "ONE ", replaced=True)])
    assert state.text == "ONE two"


def test_a_failure_says_whether_to_ask_again() -> None:
    """The error as plain data."""
    pen = make_pen()
    pen.text("Half")
    pen.fail("overloaded", "busy", retry_after=3.0)
    pen.finish()
    state = last([Start(pen, 0), *pen.take()])
    assert (state.status, state.text) == ("error", "Half")
    assert state.error == {"kind": "overloaded", "message": "fake/m busy", "recoverable": True, "retryAfter": 3.0}


def test_notes_that_were_retrieved() -> None:
    """An application tells of them by a status."""
    state = last([Start(), Status("retrieved", {"notes": [{"title": "a"}]}), Status("retrieved", {"notes": ["b"]})])
    assert state.retrieved_notes == ({"title": "a"}, "b")


@pytest.mark.parametrize(
    "given", [None, 3, "text_delta", {}, {"type": "no_such"}, {"type": "text_delta", "contentIndex": "x", "delta": "a"},
              {"type": "done"}, TextDelta(0, None), Done("stop", None), Status("reset", None)],
)  # fmt: skip
def test_what_is_no_event_is_reported(given: Any) -> None:
    """Nothing is raised; the state tells."""
    before = last([Start(), TextDelta(0, "a")])
    after = reduce(before, given)
    assert (after.problems, after.text, after.status) == (before.problems + 1, "a", before.status)


@UNHURRIED
@given(streams(), st.data())
def test_legal_streams_have_no_problem(events: list[Event], data: st.DataObject) -> None:
    """The state at each event shows what `partial` shows, and is JSON from which reducing goes on."""
    cut = data.draw(st.integers(0, len(events)))
    state = StreamState()
    for number, event in enumerate(events):
        if number == cut:
            state = StreamState.from_dict(json.loads(json.dumps(state.to_dict())))
        state = reduce(state, event, now=float(number))
        assert event.partial is not None
        assert (state.text, state.thinking) == (event.partial.text, event.partial.thinking)
    assert (state.problem, state) == (None, last(events))


@UNHURRIED
@given(streams())
def test_events_as_json_give_the_same_state(events: list[Event]) -> None:
    """As objects or as plain data."""
    assert last([to_dict(event) for event in events]) == last(events)


@UNHURRIED
@given(streams())
def test_states_are_values(events: list[Event]) -> None:
    """Going on from a state does not change it, also when two go on from the same one."""
    on_the_way = states(events)
    stored = [state.to_dict() for state in on_the_way]
    for number, state in enumerate(on_the_way):
        reduce(state, TextDelta(0, "other"), now=0.0)
        reduce(state, ToolCallDelta(2, "other"), now=0.0)
        assert state.to_dict() == stored[number]
    assert states(events) == on_the_way


ANY_EVENTS = st.lists(
    st.sampled_from(
        [
            *answered(),
            *written("a", ("refusal", "no"), complete=False),
            *(Status("reset"), TextDelta(7, "x"), TextEnd(8, "whole"), ToolCallDelta(9, "{")),
            UsageReported(Usage(1, 1, provenance="reported")),
        ]
    ),
    max_size=30,
)


class Reducing(RuleBasedStateMachine):
    """Events in any order: the reducer has a problem exactly where the grammar has one."""

    @initialize()
    def begin(self) -> None:
        self.state, self.grammar, self.legal, self.seen = StreamState(), Grammar(), True, 0

    @rule(event=st.sampled_from([*answered(), *written("a", ("refusal", "no")), Status("reset"), Status("retrying")]))
    def feed(self, event: Event) -> None:
        before = self.state
        self.state = reduce(before, event, now=1.0)
        self.seen += 1
        if self.legal:
            said = None
            try:
                self.grammar.feed(event)
            except GrammarViolation as violation:
                self.legal = False
                said = str(violation)
            assert self.state.problem == said
        if before.course == "over":
            assert (self.state.text, self.state.status) == (before.text, before.status)

    @invariant()
    def is_told(self) -> None:
        state = self.state
        assert (state.problems == 0) == self.legal
        assert state.events == self.seen
        assert {state.status} | {state.phase} <= {
            one for effect in EFFECTS.values() for one in (effect.status, effect.phase)
        } | {"idle", *(effect.status for effect in STATUS_EFFECTS.values())}
        assert len({tool.content_index for tool in state.active_tools}) == len(state.active_tools)

    @invariant()
    def is_json(self) -> None:
        assert StreamState.from_dict(json.loads(json.dumps(self.state.to_dict()))) == self.state


Reducing.TestCase.settings = settings(UNHURRIED, max_examples=60, stateful_step_count=30)
TestReducing = Reducing.TestCase


def test_every_event_has_its_effect() -> None:
    """The table knows the events there are, no more."""
    assert set(EFFECTS) == set(EVENTS)


def test_appending_does_not_copy_the_text() -> None:
    """The pieces are shared between states, so that an event costs the same late as early."""
    first = reduce(reduce(StreamState(), Start()), TextDelta(0, "a"))
    second = reduce(first, TextDelta(0, "b"))
    assert first.texts._log is second.texts._log  # pyright: ignore[reportPrivateUsage]
    assert (first.text, second.text) == ("a", "ab")


# -- the twin


def test_the_shipped_table_is_the_one_of_python() -> None:
    """What the module for browsers works from; `python -m headwater_flow._reducer_table` writes it."""
    shipped = (files(headwater_flow) / "reducer_table.mjs").read_text(encoding="utf-8")
    assert shipped == module()


RUN = """
import {{ initialState, reduce }} from {url};
let text = "";
for await (const piece of process.stdin.setEncoding("utf8")) text += piece;
const walk = (events) => {{
  const states = [initialState()];
  events.forEach((event, number) => states.push(reduce(states.at(-1), event, number)));
  return states;
}};
const frozen = (key, value) => typeof value === "object" && value !== null ? Object.freeze(value) : value;
console.log(JSON.stringify(JSON.parse(text, frozen).map(walk)));
"""


def twins(runs: list[list[Any]]) -> Any:
    """The states the JavaScript reducer goes through."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("the reducer for browsers is run by node, which is not installed")
    url = (files(headwater_flow) / "reducer.mjs").as_uri()  # type: ignore[attr-defined]
    done = subprocess.run(
        [node, "--input-type=module", "-e", RUN.format(url=json.dumps(url))],
        input=json.dumps(runs),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@settings(UNHURRIED, max_examples=5, phases=[Phase.generate])
@given(st.lists(streams() | ANY_EVENTS, min_size=20, max_size=60))
def test_the_twin_goes_through_the_same_states(runs: list[list[Event]]) -> None:
    """Legal and illegal orders, state by state, with the problems told in the same words."""
    data = [[to_dict(event) for event in events] for events in runs]
    assert twins(data) == [[json.loads(json.dumps(state.to_dict())) for state in states(events)] for events in data]


def test_the_twin_reports_what_is_no_event() -> None:
    """Broken JSON events have the same effect on both."""
    broken: list[Any] = [
        {"type": "start"}, None, 3, "x", {}, {"type": "constructor"}, {"type": "text_delta"}, {"type": "done"},
        {"type": "text_delta", "contentIndex": "x", "delta": "a"},
        {"type": "text_delta", "contentIndex": 0, "delta": "a"},
        {"type": "usage", "usage": 3}, {"type": "status"},
    ]  # fmt: skip
    assert twins([broken]) == [[json.loads(json.dumps(state.to_dict())) for state in states(broken)]]
