"""An answer that is made in the background is taken up again where its connection was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from core_driver import ABORT, CUT, OK, RESET, Run, Scripted
from core_fake import DONE, events, fake_hub

from headwater import Deadlines, RequestError, Retry, WireRequest
from headwater._plan import Open, Opened

FRAMING_BROKE = b"data: {"


def said(text: str, at: int, **more: Any) -> bytes:
    """A piece of text and the place where the answer goes on after it."""
    return events({"text": text}, {"cursor": {"position": {"at": at}, **more}}, done=False)


def resume(position: Mapping[str, Any]) -> WireRequest:
    """The request that goes on at a position."""
    return WireRequest(f"https://fake.test/chat?after={position['at']}", method="GET")


def run(*script: Scripted, **settings: Any) -> Run:
    """An answer of this script, which can be taken up unless `settings` say otherwise."""
    return Run(list(script), **{"resume": resume, **settings})


def statuses(one: Run) -> list[str]:
    """The statuses that were told."""
    return [event.status for event in one.events if event.type == "status"]


@pytest.mark.parametrize("lost", [RESET, CUT, None], ids=["reset", "cut", "a clean end"])
def test_a_lost_connection_is_followed_by_another(lost: Any) -> None:
    """The same message goes on, and its reader sees one block."""
    one = run(OK, said("Hel", 1), lost, OK, said("lo", 2) + DONE, None)
    assert one.types == ["start", "text_start", "text_delta", "status", "text_delta", "text_end", "done"]
    assert (one.message.text, statuses(one), one.waits) == ("Hello", ["resuming"], [])
    assert [command.wire.url for command in one.commands if isinstance(command, Open)] == [
        "https://fake.test/chat",
        "https://fake.test/chat?after=1",
    ]


def test_what_was_cut_in_two_is_not_half_read() -> None:
    """The new connection brings that event again, whole."""
    one = run(OK, said("Hel", 1), FRAMING_BROKE, RESET, OK, said("lo", 2) + DONE, None)
    assert (one.message.text, one.message.error) == ("Hello", None)


def test_nothing_is_taken_up_without_a_place_to_go_on_from() -> None:
    """Nor where the api knows no way."""
    nowhere = run(OK, events({"text": "Hel"}, done=False), RESET)
    no_way = run(OK, said("Hel", 1), RESET, resume=lambda position: None)
    assert [(one.error.kind, len(one.opens)) for one in (nowhere, no_way)] == [("network", 1), ("network", 1)]


def test_nothing_is_taken_up_after_the_terminal_signal() -> None:
    """The answer is whole."""
    one = run(OK, said("Hello", 1) + DONE, RESET)
    assert (one.message.error, len(one.opens)) == (None, 1)


def test_a_provider_that_failed_is_not_asked_to_go_on() -> None:
    """What it says of the answer holds."""
    failing = events({"fail": {"kind": "server", "message": "broke"}}, done=False)
    one = run(OK, said("Hel", 1), failing, RESET, OK, DONE)
    assert (one.error.kind, len(one.opens)) == ("server", 1)


def test_connections_that_bring_nothing_are_waited_for_longer_and_longer() -> None:
    """In the end the failure stands, and what came is kept."""
    one = run(OK, said("Hel", 1), *[RESET] * 6)
    assert (one.error.kind, one.message.text, one.waits) == ("network", "Hel", [1.0, 2.0, 4.0, 8.0])


def test_progress_begins_the_patience_anew() -> None:
    """A connection that brought something was worth it."""
    one = run(OK, said("H", 1), RESET, RESET, OK, said("i", 2), RESET, RESET, OK, DONE, None)
    assert (one.message.text, one.message.error, one.waits) == ("Hi", None, [1.0, 1.0])


@pytest.mark.parametrize(
    ("status", "kind", "opens"),
    [(503, "overloaded", 6), (404, "invalid_request", 2), (401, "authentication", 2)],
)
def test_a_refusal_to_go_on_is_final_unless_it_may_pass(status: int, kind: str, opens: int) -> None:
    """With the error of the refusal."""
    one = run(OK, said("Hel", 1), RESET, *[Opened(status, {}), b"{}", None] * 5)
    assert (one.error.kind, one.error.status, len(one.opens)) == (kind, status, opens)


def test_the_provider_may_say_how_long_to_wait() -> None:
    """Before it is asked to go on."""
    busy: list[Scripted] = [Opened(503, {"retry-after": "7"}), b"{}", None]
    one = run(OK, said("Hel", 1), RESET, *busy, OK, said("lo", 2) + DONE, None)
    assert (one.message.text, one.waits) == ("Hello", [7.0])


def test_an_answer_in_the_making_is_not_asked_for_a_second_time() -> None:
    """Another attempt would make it twice."""
    quiet = events({"status": "queued"}, {"cursor": {"position": {"at": 0}}}, done=False)
    one = run(OK, quiet, RESET, *[RESET] * 5, OK, said("Hello", 1) + DONE, retry=Retry())
    assert (one.error.kind, len(one.attempts)) == ("network", 1)


def test_an_answer_can_be_asked_for_from_time_to_time() -> None:
    """The end of the bytes means to ask again, and no status tells of it."""
    waiting = events({"cursor": {"position": {"at": 0}, "again_in": 3.0}}, done=False)
    one = run(OK, waiting, None, OK, waiting, None, OK, said("Hello", 1) + DONE, None)
    assert (one.message.text, one.waits, statuses(one)) == ("Hello", [3.0, 3.0], [])


def test_asking_from_time_to_time_ends_with_the_total_time() -> None:
    """However often the answer was that there is none yet."""
    waiting = events({"cursor": {"position": {"at": 0}, "again_in": 3.0}}, done=False)
    script: list[Scripted] = [OK, waiting, None] * 4
    one = run(*script, 1.0, OK, deadlines=Deadlines(total=10.0))
    assert (one.error.kind, "Deadlines.total" in one.error.message) == ("timeout", True)


def test_silence_is_a_deadline_not_a_lost_connection() -> None:
    """The limit the caller set holds."""
    one = run(OK, said("Hel", 1), 61.0, b"", OK, DONE)
    assert (one.error.kind, len(one.opens)) == ("timeout", 1)


def test_an_abort_while_waiting_ends_the_answer() -> None:
    """Without another connection."""
    one = run(OK, said("Hel", 1), RESET, RESET, abort_sleep=True)
    assert (one.message.stop_reason, len(one.opens)) == ("aborted", 2)


def test_an_abort_is_not_a_lost_connection() -> None:
    """Nothing is taken up after it."""
    one = run(OK, said("Hel", 1), ABORT)
    assert (one.message.stop_reason, len(one.opens)) == ("aborted", 1)


def test_the_cursor_of_a_stream_says_where_the_answer_is() -> None:
    """As plain data; None until the parser said it."""
    hub = fake_hub()
    with hub.stream_sync("fake/m", "Hi") as stream:
        before = stream.cursor
        stream._drive.pen.cursor({"at": 3})
        after = stream.cursor
    assert (before, after) == (
        None,
        {"model": "fake/m", "api": "fake", "base_url": "http://127.0.0.1:9", "position": {"at": 3}},
    )


def test_an_api_without_a_way_to_go_on_refuses_a_cursor() -> None:
    """Before anything is sent."""
    cursor = {"model": "fake/m", "api": "fake", "base_url": "http://127.0.0.1:9", "position": {"at": 3}}
    with pytest.raises(RequestError, match="cannot find the answer"):
        fake_hub().resume_sync(cursor)
