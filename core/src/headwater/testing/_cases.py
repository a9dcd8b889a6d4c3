"""A recorded answer, and the probe with which every check looks at it.

A `Case` is data. A `Probe` plays bytes through the case's plugin in the same driver
as a live answer, as often as a check likes: no network, no clock; ids that the pen
mints are counted and timestamps are zero, so that events of two plays compare. What
differs becomes a `ConformanceFailure` that names the case, the check and the first
difference.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise, zip_longest
from typing import Any, Literal, NoReturn, cast

from attrs import evolve, field, frozen

from headwater import (
    Answer,
    Assembly,
    AssistantMessage,
    DecodeError,
    ErrorParts,
    Event,
    GrammarViolation,
    Hub,
    Model,
    Parser,
    RawEvent,
    StreamError,
    check_grammar,
    to_dict,
)
from headwater._asking import make_ask, make_plan
from headwater._plan import Failed, Plan
from headwater._recorded import decode_recorded
from headwater.testing._faults import Chunking

Effort = Literal["quick", "usual", "full"]
"""How much is tried of what is too much to be tried in whole, such as all the places where a body can be cut."""

SHOWN = 300
"""Characters of a value that a report shows."""


@frozen
class Case:
    """One recorded answer, and how its model is asked.

    `model`: the name (or `Model`) whose plugin reads `body`. `options`: keywords of
    `Hub.stream`. `terminal_offset`: how many bytes of `body` are enough for the protocol's
    terminal signal to have been said; None: not known, then an answer that was cut may be
    `done` only where all its content is there. `unknown_events`: whole wire events that the
    protocol does not know. `add_unknown`: `body` with unknown fields put into its events;
    None: one is put at the top of each JSON object, where the framing is of lines. `expected`:
    what must come of it, as in `Cassette.expected`. `error_events`: whole wire events with which the provider
    ends an answer that fails.
    """

    name: str
    model: str | Model
    body: bytes = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str])
    options: Mapping[str, Any] = field(factory=dict[str, Any])
    terminal_offset: int | None = None
    unknown_events: Sequence[bytes] = ()
    error_events: Sequence[bytes] = ()
    add_unknown: Callable[[bytes], bytes] | None = None
    expected: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    effort: Effort = "usual"


class ConformanceFailure(AssertionError):
    """A case that a plugin does not pass: which case, which check, and what differs first."""

    def __init__(self, case: str, check: str, difference: str) -> None:
        super().__init__(case, check, difference)
        self.case = case
        self.check = check
        self.difference = difference

    def __str__(self) -> str:
        return f"case {self.case!r} fails the check {self.check!r}\n  {self.difference}"


@frozen
class Trace:
    """All events of one play, and how many had been handed out after each number of bytes."""

    events: list[Event]
    marks: list[tuple[int, int]]

    def after(self, offset: int) -> int:
        """How many events at least are known once `offset` bytes have come."""
        place = bisect_right(self.marks, (offset, len(self.events) + 1)) - 1
        return self.marks[place][1] if place >= 0 else 0

    @property
    def boundaries(self) -> list[int]:
        """Offsets at which something was handed out."""
        steps = pairwise(self.marks)
        return [offset for (_, before), (offset, now) in steps if now > before]


class Probe:
    """One check's view of one case: plays bytes, compares, reports."""

    def __init__(self, check: str, case: Case, hub: Hub) -> None:
        self.check = check
        self.case = case
        self.hub = hub
        self.raised: list[BaseException] = []
        self.failed_hook: str | None = None
        plan = plan_for(hub, case.model, {"key": "", **case.options})
        self.plan = evolve(
            plan,
            make_pen=_still(plan),
            make_parser=self._watched(plan.make_parser),
            parse_error=self._noted(plan.parse_error),
        )

    @property
    def framing(self) -> str:
        """How the answer is cut into wire events."""
        return self.plan.wire.framing

    def play(
        self,
        body: bytes | Iterable[bytes],
        ending: Failed | None = None,
        *,
        status: int | None = None,
        where: str = "the whole body",
    ) -> list[Event]:
        """The events of a body, whole or in chunks; `ending` is how the connection broke, None: it did not.

        Reports an exception, of the driver or of the parser, and events against the grammar.
        """
        return list(self.step(body, ending, status=status, where=where))

    def step(
        self,
        body: bytes | Iterable[bytes],
        ending: Failed | None = None,
        *,
        status: int | None = None,
        where: str = "the whole body",
    ) -> Iterator[Event]:
        """`play`, one event after the other."""
        chunks = (body,) if isinstance(body, bytes) else body
        status = self.case.status if status is None else status
        seen: list[Event] = []
        try:
            steps = decode_recorded(self.plan, chunks, status=status, headers=self.case.headers, broken=ending)
            for event in steps:
                seen.append(event)
                yield event
            check_grammar(seen)
        except GrammarViolation as violation:
            self.fail(where, f"breaks the grammar: {violation}")
        except Exception as error:
            if isinstance(error, ConformanceFailure):
                raise
            self.fail(where, f"raises {type(error).__name__}: {error}", error)
        if self.failed_hook is not None:
            self.fail(where, self.failed_hook)
        if self.raised:
            error = self.raised.pop()
            self.fail(where, f"the parser raises {type(error).__name__}: {error}", error)

    def follow(self, body: bytes, size: int = 1) -> Trace:
        """The events of a body that comes `size` bytes at a time, and when each came."""
        events: list[Event] = []
        marks: list[tuple[int, int]] = []

        def chunks() -> Iterator[bytes]:
            for start in range(0, len(body), size):
                marks.append((start, len(events)))
                yield body[start : start + size]
            marks.append((len(body), len(events)))

        for event in self.step(chunks(), where=f"the body in pieces of {size} bytes"):
            events.append(event)
        return Trace(events, marks)

    def trace(self) -> Trace:
        """`follow` for the case's body, in pieces so small that it takes no long time."""
        return self.follow(self.case.body, max(1, len(self.case.body) // 16_384))

    def same(self, expected: Sequence[Event], got: Sequence[Event], where: str) -> None:
        """Reports the first event that differs."""
        if expected == got:
            return
        for index, (one, other) in enumerate(zip_longest(expected, got)):
            if one != other:
                self.fail(where, f"event {index} differs: {difference(one, other)}")

    def begins(self, expected: Sequence[Event], got: Sequence[Event], where: str) -> None:
        """Reports the first of the expected events that is not there, or not the same."""
        self.same(expected, got[: len(expected)], where)

    def fail(self, where: str, words: str, cause: BaseException | None = None) -> NoReturn:
        """Ends the check with what differs, and where."""
        raise ConformanceFailure(self.case.name, self.check, f"{where}: {words}") from cause

    def _watched(self, make: Callable[[Assembly], Parser]) -> Callable[[Assembly], Parser]:
        def watched(pen: Assembly) -> Parser:
            try:
                return _Watched(make(pen), self.raised)
            except Exception as error:
                self.raised.append(error)
                raise

        return watched

    def _noted(self, parse: Callable[[Answer], ErrorParts | None]) -> Callable[[Answer], ErrorParts | None]:
        """`parse_error`, whose mistakes the driver would pass over: a refusal is read without it."""

        def noted(answer: Answer) -> ErrorParts | None:
            try:
                return parse(answer)
            except DecodeError:
                raise
            except Exception as error:
                said = error.__cause__ or error
                self.failed_hook = f"parse_error raises {type(said).__name__}: {said}"
                raise

        return noted


class _Watched:
    """A parser whose own mistakes are noted; the driver would turn them into an error event."""

    def __init__(self, parser: Parser, raised: list[BaseException]) -> None:
        self._parser = parser
        self._raised = raised

    def __call__(self, raw: RawEvent) -> None:
        try:
            self._parser(raw)
        except Exception as error:
            self._note(error)
            raise

    def end(self) -> None:
        try:
            self._parser.end()
        except Exception as error:
            self._note(error)
            raise

    def _note(self, error: Exception) -> None:
        if not isinstance(error, DecodeError | StreamError):
            self._raised.append(error)


def plan_for(hub: Hub, model: str | Model, arguments: Mapping[str, Any]) -> Plan:
    """What the hub would do for `Hub.stream(model, prompt, **arguments)`."""
    return make_plan(hub, model, "(recorded)", make_ask(arguments))


def final_message(events: Sequence[Event]) -> AssistantMessage:
    """The message of the terminal event."""
    message: AssistantMessage = cast("Any", events[-1]).message
    return message


def pieces_of(body: bytes, chunking: Chunking) -> list[bytes]:
    """The body as `chunking` cuts it."""
    return chunking.cut([body])


def shown(value: Any) -> str:
    """A value in a report, shortened."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def difference(expected: Any, got: Any) -> str:
    """Where two values begin to differ, and what stands there."""
    if type(expected) is not type(got):
        return f"{shown(expected)} became {shown(got)}"
    if hasattr(expected, "__attrs_attrs__"):
        expected, got = to_dict(expected), to_dict(got)
    path, one, other = _first(expected, got, "")
    return f"{path.lstrip('.') or 'the value'} is {shown(other)} instead of {shown(one)}"


def _first(expected: Any, got: Any, path: str) -> tuple[str, Any, Any]:
    if isinstance(expected, dict) and isinstance(got, dict):
        left, right = cast("dict[str, Any]", expected), cast("dict[str, Any]", got)
        for key in {**left, **right}:
            if left.get(key) != right.get(key):
                return _first(left.get(key), right.get(key), f"{path}.{key}")
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        pairs = zip_longest(cast("list[Any]", expected), cast("list[Any]", got))
        for index, (one, other) in enumerate(pairs):
            if one != other:
                return _first(one, other, f"{path}.{index}")
    return path, cast("Any", expected), cast("Any", got)


def _still(plan: Plan) -> Callable[[], Assembly]:
    """Makes pens whose ids are counted and whose clock stands."""
    kind = type(plan.make_pen())

    def make_pen() -> Assembly:
        numbers = count(1)
        return kind(plan.model, codes=plan.codes, mint=lambda: f"minted-{next(numbers)}", now=lambda: 0.0)

    return make_pen
