"""Answers that stop early: cut by the network, or aborted from this side."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from headwater import NO_RETRY, AssistantMessage, Done, Event, Hub, RefusalEnd, TextEnd, ThinkingEnd, Usage
from headwater._content import AssistantBlock
from headwater._plan import Failed
from headwater.testing._cases import Case, Effort, Probe, Trace, final_message, shown
from headwater.testing._rebuilt import joined_difference
from headwater.testing._server import Fault, LoopbackServer, Reply
from headwater.testing._wire import is_closed, pieces

EVERY: Mapping[Effort, int] = {"quick": 250, "usual": 3000, "full": 1_000_000}
"""Bytes up to which a body is cut at every byte."""

SAMPLE: Mapping[Effort, int] = {"quick": 40, "usual": 400, "full": 400}
"""Cuts of a longer body, and the bytes at its end that are all tried."""

ABORTS: Mapping[Effort, int] = {"quick": 15, "usual": 60, "full": 1_000_000}
"""Events of one answer at which it is aborted."""

BYTES = 24_000_000
"""Bytes played in all for the cuts of one body; fewer cuts of a body that is very long."""

BROKEN = Failed("network", "the connection was reset")
ABORTED = Failed("aborted", "was aborted")


def check_cuts(case: Case, hub: Hub) -> None:
    """Cut anywhere before its terminal signal, an answer ends in one `error` that keeps what came.

    After the signal it is `done`, with its usage marked where it is missing. Both for a clean
    end of the bytes and for a connection that breaks.
    """
    probe = Probe("cuts", case, hub)
    trace, whole = probe.trace(), probe.play(case.body)
    judge = _Judge(probe, trace, whole)
    error = judge.message.error
    if error is not None and error.kind == "truncated" and case.terminal_offset is not None:
        probe.fail("the whole body", f"is taken for cut, though its terminal signal is said: {error.message}")
    for offset in _offsets(trace, len(case.body), case.effort):
        if offset < len(case.body):
            judge.cut(offset, None)
        judge.cut(offset, BROKEN)


def _offsets(trace: Trace, length: int, effort: Effort) -> list[int]:
    """Where to cut: everywhere, or around the events, at the end, and at random places between."""
    if length <= EVERY[effort]:
        return list(range(length + 1))
    size = max(24, min(SAMPLE[effort], BYTES // length))
    dice = random.Random(length)
    found = {0, 1, length - 1, length, *range(length - min(size, 300), length)}
    found.update(dice.randrange(length) for _ in range(size))
    near = dice.sample(trace.boundaries, min(len(trace.boundaries), size // 3))
    found.update(offset + step for offset in near for step in (-2, -1, 0, 1))
    return sorted(offset for offset in found if 0 <= offset <= length)


class _Judge:
    """What a cut of one answer may end in."""

    def __init__(self, probe: Probe, trace: Trace, whole: Sequence[Event]) -> None:
        self.probe = probe
        self.trace = trace
        self.message = final_message(whole)
        ends = [event for event in whole if isinstance(event, TextEnd | ThinkingEnd | RefusalEnd)]
        self.replaced = {event.content_index for event in ends if event.replaced}
        self.known = {repr(call) for call in self.message.tool_calls}
        self.signal = probe.case.terminal_offset
        self.settled = _settled(probe)

    def cut(self, offset: int, ending: Failed | None) -> None:
        """Cuts at `offset` and reports what must not come of it."""
        probe = self.probe
        how = "a clean end" if ending is None else "a broken connection"
        where = f"cut after {offset} of {len(probe.case.body)} bytes, {how}"
        events = probe.play(probe.case.body[:offset], ending, where=where)
        probe.begins(self.trace.events[: self.trace.after(offset)], events, where)
        message = final_message(events)
        if isinstance(events[-1], Done):
            words = self._done(message, offset, ending)
        else:
            words = self._error(message, offset, ending)
        words = words or self._kept(message) or joined_difference(events)
        if words is not None:
            probe.fail(where, words)

    def _done(self, message: AssistantMessage, offset: int, ending: Failed | None) -> str | None:
        signal = self.signal
        if ending is None and not self.probe.plan.wire.needs_signal:
            return None
        if signal is not None and offset < signal:
            return f"ends in done, but the terminal signal is said at byte {signal}"
        if signal is None and _differ(message, self.message):
            return f"ends in done without all the content: {shown(message.content)}"
        return None

    def _error(self, message: AssistantMessage, offset: int, ending: Failed | None) -> str | None:
        error = message.error
        assert error is not None
        if self.message.error is not None:
            allowed = {"truncated", "network", self.message.error.kind}
        else:
            allowed = {"truncated"} if ending is None else {"truncated", ending.kind}
            said = self.signal if ending is None else self.settled
            if said is not None and offset >= said:
                return f"ends in {error.kind} after its terminal signal (byte {said}): {error.message}"
        if error.kind not in allowed:
            return f"is called {error.kind}, not {' or '.join(sorted(allowed))}: {error.message}"
        return None

    def _kept(self, message: AssistantMessage) -> str | None:
        """What holds for `done` and `error` alike."""
        whole = self.message
        words = None if self.probe.case.options.get("think_tags") else self._begins(message)
        if words is not None:
            return words
        made_up = [call for call in message.tool_calls if whole.error is None and repr(call) not in self.known]
        if made_up:
            return f"offers a call to run that the whole answer does not have: {shown(made_up)}"
        if message.usage.provenance == "reported" and _counts(message.usage) != _counts(whole.usage):
            return f"calls its usage reported, though it is {shown(message.usage)}"
        return None

    def _begins(self, message: AssistantMessage) -> str | None:
        """Every block is the beginning of the whole answer's block, but for one that was replaced in the end."""
        whole = self.message.content
        for index, block in enumerate(message.content):
            if index in self.replaced or (block.type == "toolCall" and not getattr(block, "name", "")):
                continue
            if index >= len(whole) or whole[index].type != block.type:
                return f"holds what the whole answer does not: {shown(block)}"
            part, all_of_it = getattr(block, "text", ""), getattr(whole[index], "text", "")
            if not all_of_it.startswith(part):
                return f"{shown(part)} does not begin {shown(all_of_it)}"
        return None


def _settled(probe: Probe) -> int | None:
    """Bytes after which the wire event with the terminal signal is over, so that no broken connection undoes it."""
    signal, end = probe.case.terminal_offset, 0
    if signal is None:
        return None
    for piece in pieces(probe.case.body, probe.framing):
        end += len(piece)
        if end >= signal and is_closed(piece, probe.framing):
            return end
    return len(probe.case.body) + 1


def _counts(usage: Usage) -> tuple[int, ...]:
    return usage.input, usage.output, usage.cache_read, usage.cache_write


def _differ(one: AssistantMessage, whole: AssistantMessage) -> bool:
    """Whether a `done` holds less than the whole answer."""
    if whole.error is None and one.stop_reason != whole.stop_reason:
        return True
    return [_shape(block) for block in one.content] != [_shape(block) for block in whole.content]


def _shape(block: AssistantBlock) -> tuple[str, object]:
    known = getattr(block, "text", None) or getattr(block, "arguments", None) or getattr(block, "uri", None)
    return block.type, known


def check_abort(case: Case, hub: Hub) -> None:
    """Aborted at any event, an answer ends in one `error` of reason `aborted` that keeps what came."""
    probe = Probe("abort", case, hub)
    trace, whole = probe.trace(), final_message(probe.play(case.body))
    boundaries = trace.boundaries
    every = max(1, len(boundaries) // ABORTS[case.effort])
    for offset in (0, *boundaries[::every]):
        where = f"aborted after {offset} bytes"
        events = probe.play(case.body[:offset], ABORTED, where=where)
        probe.begins(trace.events[: trace.after(offset)], events, where)
        message = final_message(events)
        ended_before = whole.error is not None and message.error == whole.error
        if message.stop_reason != "aborted" and not ended_before:
            probe.fail(where, f"ends as {message.stop_reason}: {shown(message.error)}")
        words = joined_difference(events)
        if words is not None:
            probe.fail(where, words)
    _abort_over_http(probe, boundaries)


def _abort_over_http(probe: Probe, boundaries: Sequence[int]) -> None:
    """Aborts while the server holds back the rest: the last event is the error, the connection is closed."""
    plan, case = probe.plan, probe.case
    if case.status != 200 or len(boundaries) < 2 or plan.answer_locally(plan.wire) is not None:
        return
    half = boundaries[len(boundaries) // 2]
    with LoopbackServer() as server:
        server.reply(Reply(case.body, headers=dict(case.headers), fault=Fault.stall(half)))
        stream = probe.hub.stream_sync(
            case.model, "(aborted)", key="loopback", base_url=server.url, retry=NO_RETRY, **case.options
        )
        with stream:
            kinds: list[str] = []
            for event in stream:
                kinds.append(event.type)
                if len(kinds) == 2:
                    stream.abort()
        message = stream.message
        where = f"aborted over HTTP after {half} bytes"
        if kinds[-1:] != ["error"] or message.stop_reason != "aborted":
            probe.fail(where, f"ends in {kinds[-1:]} as {message.stop_reason}: {shown(message.error)}")
        if not server.connections.wait_closed():
            probe.fail(where, "leaves its connection open")
