"""Answers made in the background, over real sockets: cut, taken up again, asked for, found again, cancelled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import anyio
import attrs
import pytest
from openai_wire import (
    RESPONSES,
    added,
    call_events,
    completed,
    created,
    delta,
    find,
    finished,
    make_hub,
    message_item,
    response,
    sse_events,
    text_events,
)

from headwater import AssistantMessage, Event, Hub, RequestError, Status, UsageReported, check_grammar, loads
from headwater.testing import Chunking, Fault, LoopbackServer, Reply, Request

REASONING = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
CODE = {"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "code": "1+1", "outputs": None}

EVENTS = [
    created(background=True),
    {"type": "response.queued", "response": response("queued", usage=None, background=True)},
    {"type": "response.in_progress", "response": response("in_progress", usage=None, background=True)},
    added(0, {**REASONING, "summary": []}),
    delta("reasoning_summary_text", 0, "Hm", summary_index=0),
    delta("reasoning_summary_text", 0, ".", summary_index=0),
    finished(0, {**REASONING, "encrypted_content": "gAAAA"}),
    added(1, CODE),
    delta("code_interpreter_call_code", 1, "1+1"),
    finished(1, CODE),
    *text_events(2, "Hel", "lo", " you"),
    *call_events(3, '{"a":', "1}"),
    completed(background=True),
]
WIRE = sse_events(*EVENTS)
FORMS = ("asyncio", "trio", "sync")
Cut = Callable[[list[bytes]], Fault]


def _number(request: Request) -> int:
    """The number after which the request wants the events; -1 for all."""
    asked = parse_qs(request.query)
    return int(asked["starting_after"][0]) if "starting_after" in asked else -1


def target(request: Request) -> str:
    """Path and query of a request."""
    return f"{request.path}?{request.query}" if request.query else request.path


class Backend:
    """Makes one answer; every connection gets the events that it asks for, and is cut as told.

    A cut makes a fault of the events that the connection is to get; when they are used up, all is sent.
    """

    def __init__(self, *cuts: Cut) -> None:
        self.cuts = list(cuts)
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append((request.method, target(request)))
        wire = WIRE[_number(request) + 1 :] if request.method == "GET" else WIRE
        body = b"".join(wire)
        fault = self.cuts.pop(0)(wire) if self.cuts else None
        return Reply(body, chunking=Chunking.every(50), fault=fault)


@attrs.frozen
class Read:
    """One stream that was read to its end."""

    events: list[Event]
    message: AssistantMessage
    cursor: Any


def play(form: str, hub: Hub, open_stream: Callable[[Hub, bool], Any]) -> Read:
    """Reads a stream in that form and closes the hub."""

    async def read() -> Read:
        with anyio.fail_after(20):
            async with open_stream(hub, False) as stream:
                events = [event async for event in stream]
            await hub.aclose()
        return Read(events, stream.message, stream.cursor)

    if form != "sync":
        return anyio.run(read, backend=form)
    with open_stream(hub, True) as stream:
        events = list(stream)
    hub.close()
    return Read(events, stream.message, stream.cursor)


def ask(server: LoopbackServer, **asked: Any) -> Callable[[Hub, bool], Any]:
    """What opens a stream of an answer in the background."""
    model = find("openai/gpt-5.4", api=RESPONSES, base_url=f"{server.url}/v1")
    given = {"key": "k", "background": True, **asked}
    return lambda hub, sync: (hub.stream_sync if sync else hub.stream)(model, "Hi", **given)


def told(events: list[Event]) -> list[Event]:
    """The events but for statuses and the timestamp of the last."""
    return [event for event in events[:-1] if not isinstance(event, Status)]


def same(message: AssistantMessage) -> AssistantMessage:
    """The message without its time."""
    return attrs.evolve(message, timestamp=0)


@pytest.fixture(scope="module")
def whole() -> Read:
    """The answer when nothing goes wrong."""
    with LoopbackServer() as server:
        server.reply(Backend())
        return play("sync", make_hub(), ask(server))


def _reset(after: int) -> Cut:
    return lambda wire: Fault.half_close(min(after, sum(map(len, wire))))


def boundaries() -> Iterator[int]:
    """The offset after each event, the first and the last left out."""
    length = 0
    for event in WIRE[:-1]:
        length += len(event)
        yield length


@pytest.mark.parametrize("cut", list(boundaries()), ids=range(len(WIRE) - 1))
def test_a_connection_cut_after_any_event_changes_nothing(loopback: LoopbackServer, whole: Read, cut: int) -> None:
    """The message is the same, and no event comes twice."""
    backend = Backend(_reset(cut))
    loopback.reply(backend)
    read = play("sync", make_hub(), ask(loopback))
    check_grammar(read.events)
    assert (same(read.message), told(read.events)) == (same(whole.message), told(whole.events))
    assert [method for method, _ in backend.asked] == ["POST", "GET"]


@pytest.mark.parametrize("form", FORMS)
def test_a_connection_cut_inside_every_event_changes_nothing(loopback: LoopbackServer, whole: Read, form: str) -> None:
    """Each connection brings one event and a half; what was cut in two is sent again."""
    loopback.reply(Backend(*[lambda wire: Fault.half_close(len(wire[0]) + 40)] * (len(WIRE) - 1)))
    read = play(form, make_hub(), ask(loopback))
    check_grammar(read.events)
    assert (same(read.message), told(read.events)) == (same(whole.message), told(whole.events))
    assert len(loopback.requests) == len(WIRE)


def test_events_the_server_repeats_are_not_told_again(loopback: LoopbackServer, whole: Read) -> None:
    """Though it was asked for those that follow."""
    first = b"".join(WIRE[:8])
    loopback.reply(Reply(first, fault=Fault.half_close(None)), Reply(b"".join(WIRE[3:])))
    read = play("sync", make_hub(), ask(loopback))
    assert (same(read.message), told(read.events)) == (same(whole.message), told(whole.events))


def test_each_connection_goes_on_where_the_last_one_stopped(loopback: LoopbackServer) -> None:
    """By the number of the last event that came whole, with the key it was begun with."""
    loopback.reply(Backend(_reset(sum(map(len, WIRE[:5])))))
    play("sync", make_hub(), ask(loopback))
    begun, gone_on = loopback.requests
    assert target(gone_on) == "/v1/responses/resp_1?stream=true&starting_after=4"
    assert gone_on.headers["authorization"] == begun.headers["authorization"] == "Bearer k"


def test_a_connection_that_is_lost_is_told_as_a_status(loopback: LoopbackServer) -> None:
    """So that somebody who waits knows why."""
    loopback.reply(Backend(_reset(len(WIRE[0]))))
    read = play("sync", make_hub(), ask(loopback))
    assert [event.status for event in read.events if isinstance(event, Status)] == ["resuming", "queued", "in_progress"]


def test_an_answer_that_is_not_made_in_the_background_is_not_taken_up(loopback: LoopbackServer) -> None:
    """It ended with its connection."""
    plain = [{**event, "response": {**event["response"], "background": False}} for event in EVENTS[:1]]
    wire = b"".join(sse_events(*plain, *EVENTS[3:6]))
    loopback.reply(Reply(wire, fault=Fault.half_close(None)))
    read = play("sync", make_hub(), ask(loopback, background=False))
    assert (read.message.error and read.message.error.kind, read.cursor, len(loopback.requests)) == (
        "truncated",
        None,
        1,
    )


def test_an_answer_that_is_gone_is_an_error(loopback: LoopbackServer) -> None:
    """Nobody knows it any more; what came is kept, and it is not made a second time."""
    gone = Reply(b'{"error":{"message":"No response found.","code":null}}', status=404)
    loopback.reply(Backend(_reset(sum(map(len, WIRE[:12])))), gone)
    read = play("sync", make_hub(), ask(loopback))
    assert (read.message.error and read.message.error.status, read.message.thinking) == (404, "Hm.")
    assert [request.method for request in loopback.requests] == ["POST", "GET"]


# -- asked for from time to time


def _polled(status: str, **fields: Any) -> Reply:
    made = response(status, background=True, **fields)
    body = json.dumps(made, indent=2).encode()
    return Reply(body, headers={"content-type": "application/json"})


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asks again at once."""
    monkeypatch.setattr("headwater_openai._responses_parser.POLL_SECONDS", 0.0)


OUTPUT = [event["item"] for event in EVENTS if event["type"] == "response.output_item.done"]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("form", FORMS)
def test_an_answer_can_be_asked_for_until_it_is_there(loopback: LoopbackServer, whole: Read, form: str) -> None:
    """The same message comes of it, in one piece."""
    waiting = [_polled(status, usage=None) for status in ("queued", "queued", "in_progress")]
    loopback.reply(*waiting, _polled("completed", output=OUTPUT))
    read = play(form, make_hub(), ask(loopback, background="poll"))
    check_grammar(read.events)
    assert same(read.message) == same(whole.message)
    assert [event.status for event in read.events if isinstance(event, Status)] == ["queued", "in_progress"]
    assert [(request.method, target(request)) for request in loopback.requests] == [
        ("POST", "/v1/responses"),
        *[("GET", "/v1/responses/resp_1")] * 3,
    ]


def test_an_answer_in_one_piece_is_handed_out_in_pieces(loopback: LoopbackServer) -> None:
    """For an endpoint that cannot stream, and without the background."""
    text = "All work and no play makes Jack a dull boy. " * 5
    loopback.reply(_polled("completed", output=[{**message_item(text)}]))
    read = play("sync", make_hub(), ask(loopback, background=False, simulate_streaming=True))
    pieces = [event.delta for event in read.events if event.type == "text_delta"]
    assert (read.message.text, "".join(pieces), len(pieces)) == (text, text, 5)
    assert loads(loopback.requests[0].body)["stream"] is False


@pytest.mark.usefixtures("hasty")
def test_a_poll_that_fails_is_made_again(loopback: LoopbackServer) -> None:
    """The answer goes on meanwhile."""
    busy = Reply(b'{"error":{"message":"Busy.","code":"overloaded"}}', status=503, headers={"retry-after": "0"})
    loopback.reply(_polled("queued", usage=None), busy, _polled("completed", output=OUTPUT))
    read = play("sync", make_hub(), ask(loopback, background="poll"))
    assert (read.message.stop_reason, read.message.text) == ("toolUse", "Hello you")


@pytest.mark.usefixtures("hasty")
def test_an_answer_that_failed_meanwhile_is_an_error(loopback: LoopbackServer) -> None:
    """Of the kind the provider says."""
    failed = _polled("failed", error={"code": "bio_policy", "message": "No."}, usage=None)
    loopback.reply(_polled("queued", usage=None), failed)
    read = play("sync", make_hub(), ask(loopback, background="poll"))
    assert (read.message.error and read.message.error.kind) == "content_filter"


# -- found again, and cancelled


def _lost(server: LoopbackServer) -> Any:
    """The cursor of a stream that its reader left in the middle."""
    server.reply(Backend())
    model = find("openai/gpt-5.4", api=RESPONSES, base_url=f"{server.url}/v1")
    hub = make_hub()
    with hub.stream_sync(model, "Hi", key="k", background=True) as stream:
        for event in stream:
            if event.type == "text_delta":
                break
        cursor = stream.cursor
    hub.close()
    return cursor


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_found_again_by_its_cursor(loopback: LoopbackServer, whole: Read, form: str) -> None:
    """Also in another process: it is plain JSON; the answer is told from its beginning."""
    cursor = json.loads(json.dumps(_lost(loopback)))

    def again(hub: Hub, sync: bool) -> Any:
        return (hub.resume_sync if sync else hub.resume)(cursor, key="k")

    read = play(form, make_hub(), again)
    check_grammar(read.events)
    assert (same(read.message), told(read.events)) == (same(whole.message), told(whole.events))
    assert target(loopback.requests[-1]) == "/v1/responses/resp_1?stream=true"


def test_an_answer_that_was_found_again_is_taken_up_as_well(loopback: LoopbackServer, whole: Read) -> None:
    """When that connection is lost, too."""
    cursor = _lost(loopback)
    backend = Backend(_reset(sum(map(len, WIRE[:9]))))
    loopback.route("/v1/responses/resp_1", backend)
    read = play("sync", make_hub(), lambda hub, sync: hub.resume_sync(cursor, key="k"))
    assert (same(read.message), len(backend.asked)) == (same(whole.message), 2)


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_is_cancelled_by_its_cursor(loopback: LoopbackServer, form: str) -> None:
    """What there is of it comes back."""
    cursor = _lost(loopback)
    loopback.route("/v1/responses/resp_1/cancel", _polled("cancelled", output=OUTPUT[:3], usage=None))

    async def cancel() -> AssistantMessage:
        hub = make_hub()
        message = await hub.cancel(cursor, key="k")
        await hub.aclose()
        return message

    if form == "sync":
        hub = make_hub()
        message = hub.cancel_sync(cursor, key="k")
        hub.close()
    else:
        message = anyio.run(cancel, backend=form)
    assert (message.stop_reason, message.raw_stop_reason, message.text) == ("aborted", "cancelled", "Hello you")
    assert loopback.requests[-1].method == "POST"


def test_an_answer_of_an_endpoint_by_url_is_found_again(loopback: LoopbackServer, whole: Read) -> None:
    """Its provider is no plugin; the cursor says where it is."""
    loopback.reply(Backend())
    position = {"response_id": "resp_1", "sequence_number": 3}
    cursor = {"model": "mine/gpt", "api": RESPONSES, "base_url": f"{loopback.url}/v1", "position": position}
    read = play("sync", make_hub(), lambda hub, sync: hub.resume_sync(cursor, key="k"))
    assert (read.message.text, read.message.provider) == (whole.message.text, "mine")


BAD_CURSORS: dict[str, Any] = {
    "nothing": {},
    "no position": {"model": "openai/gpt-5.4", "api": RESPONSES, "base_url": "https://api.openai.com/v1"},
    "no response": {
        "model": "openai/gpt-5.4",
        "api": RESPONSES,
        "base_url": "https://api.openai.com/v1",
        "position": {},
    },
    "another api": {
        "model": "openai/gpt-5.4",
        "api": "openai-completions",
        "base_url": "https://api.openai.com/v1",
        "position": {"response_id": "resp_1"},
    },
}


@pytest.mark.parametrize("cursor", BAD_CURSORS.values(), ids=BAD_CURSORS.keys())
def test_what_is_no_cursor_is_refused(cursor: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(RequestError):
        make_hub().resume_sync(cursor, key="k")


def test_usage_is_told_once(whole: Read) -> None:
    """By the last event."""
    assert sum(isinstance(event, UsageReported) for event in whole.events) == 1
