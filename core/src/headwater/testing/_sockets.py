"""Whether an answer that goes wrong on a real connection ends as it must, on each of the three forms of a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from headwater import NO_RETRY, AssistantMessage, Deadlines, Error, Event, Hub
from headwater.testing._cases import Case, Probe, final_message, shown
from headwater.testing._faults import Chunking, Fault, Reply
from headwater.testing._server import LoopbackServer

FORMS = ("sync", "asyncio", "trio")

LIMIT = 30.0
"""Seconds after which an answer counts as stuck."""

_SOON = Deadlines(idle=0.15, silence=0.15, first_event=0.15)


@frozen
class _Trouble:
    """One thing that goes wrong: the reply, and whether all of the answer can have come."""

    reply: Callable[[Case, int], Reply]
    whole: bool = False
    soon: bool = False


def _plain(case: Case, **more: Any) -> Reply:
    return Reply(case.body, headers=dict(case.headers) or {"content-type": "text/event-stream"}, **more)


_HTML = {"content-type": "text/html"}

_TROUBLES: Mapping[str, _Trouble] = {
    "nothing": _Trouble(lambda case, half: _plain(case), whole=True),
    "one byte at a time": _Trouble(lambda case, half: _plain(case, chunking=Chunking.every(3)), whole=True),
    "gzip": _Trouble(lambda case, half: _plain(case, encoding="gzip"), whole=True),
    "a missing last chunk": _Trouble(lambda case, half: _plain(case, fault=Fault.missing_last_chunk())),
    "a reset": _Trouble(lambda case, half: _plain(case, fault=Fault.reset(half))),
    "a half that is closed": _Trouble(lambda case, half: _plain(case, fault=Fault.half_close(half))),
    "a bad chunk size": _Trouble(lambda case, half: _plain(case, fault=Fault.bad_chunk_size(half))),
    "a stall": _Trouble(lambda case, half: _plain(case, fault=Fault.stall(half)), soon=True),
    "a garbage status line": _Trouble(lambda case, half: Reply(fault=Fault.garbage_status_line())),
    "gzip that is cut": _Trouble(lambda case, half: _plain(case, encoding="gzip", fault=Fault.cut_gzip())),
    "too many requests": _Trouble(lambda case, half: Reply(b"{}", status=429, headers={"retry-after": "7"})),
    "an HTML page": _Trouble(
        lambda case, half: Reply(b"<html></html>", status=502, headers={"content-type": "text/html"})
    ),
}


def check_sockets(case: Case, hub: Hub) -> None:
    """On real connections: what goes wrong ends in one error, what goes well in the same events, and all is closed."""
    probe = Probe("sockets", case, hub)
    plan = probe.plan
    if case.status != 200 or plan.answer_locally(plan.wire) is not None:
        return
    expected = final_message(probe.play(case.body))
    boundaries = probe.trace().boundaries
    half = boundaries[len(boundaries) // 2] if boundaries else 0
    for number, (name, trouble) in enumerate(_TROUBLES.items()):
        forms = FORMS if case.effort == "full" else FORMS[number % 3 :][:1]
        for form in forms:
            where = f"{name}, {form}"
            with LoopbackServer() as server:
                server.reply(trouble.reply(case, half))
                events = _read(form, probe, server.url, _SOON if trouble.soon else None)
                _judge(probe, where, events, expected, trouble)
                if not server.connections.wait_closed():
                    probe.fail(where, "leaves its connection open")


def _judge(probe: Probe, where: str, events: Sequence[Event], expected: AssistantMessage, trouble: _Trouble) -> None:
    message = final_message(events)
    if trouble.whole and expected.error is None:
        same = message.text == expected.text and message.thinking == expected.thinking
        if not same or message.stop_reason != expected.stop_reason:
            probe.fail(where, f"ends as {message.stop_reason}, {message.error_message}, with {message.text!r}")
    elif not trouble.whole and not isinstance(events[-1], Error) and _said(message) != _said(expected):
        probe.fail(where, f"ends in {events[-1].type} with {shown(message.content)}")
    if sum(event.type in ("done", "error") for event in events) != 1:
        probe.fail(where, "has more than one ending")


def _said(message: AssistantMessage) -> tuple[object, ...]:
    """What compares between two readings: ids may be made up anew."""
    return message.text, message.thinking, [(call.name, call.arguments) for call in message.tool_calls]


def _read(form: str, probe: Probe, url: str, deadlines: Deadlines | None) -> list[Event]:
    case, hub = probe.case, probe.hub
    asked: dict[str, Any] = {"key": "loopback", "base_url": url, "retry": NO_RETRY, **case.options}
    if deadlines is not None:
        asked["deadlines"] = deadlines
    if form == "sync":
        with hub.stream_sync(case.model, "(asked)", **asked) as stream:
            events = list(stream)
        hub.close()
        return events
    import anyio  # here, so that what reads cassettes outside of tests loads no event loop

    return anyio.run(_read_async, hub, case, asked, backend=form)


async def _read_async(hub: Hub, case: Case, asked: dict[str, Any]) -> list[Event]:
    import anyio

    with anyio.fail_after(LIMIT):
        async with hub.stream(case.model, "(asked)", **asked) as stream:
            events = [event async for event in stream]
        await hub.aclose()
    return events
