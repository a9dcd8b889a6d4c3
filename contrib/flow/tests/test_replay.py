"""A message as a stream: whole, in pieces, by the grammar, and the same message at the end."""

from __future__ import annotations

from typing import Any

import pytest
from flow_streams import UNHURRIED, deltas, one_text, read, streams, written
from hypothesis import given
from hypothesis import strategies as st

from headwater import AssistantMessage, Event, RequestError, Text, Thinking, ToolCall, check_grammar
from headwater_flow import reduce, replay_message, replay_message_sync
from headwater_flow._state import StreamState


def replayed(message: AssistantMessage, **options: Any) -> list[Event]:
    """The events of a message."""
    with replay_message_sync(message, **options) as stream:
        return list(stream)


@UNHURRIED
@given(streams(), st.integers(1, 60))
def test_any_message_is_a_legal_stream(events: list[Event], chunk_size: int) -> None:
    """Also one that failed; the last event carries the message that was given."""
    message: AssistantMessage = events[-1].message  # type: ignore[union-attr]
    made = replayed(message, chunk_size=chunk_size)
    check_grammar(made)
    assert made[-1].message is message  # type: ignore[union-attr]


@UNHURRIED
@given(streams(), st.integers(1, 60))
def test_partial_shows_what_was_handed_out(events: list[Event], chunk_size: int) -> None:
    """Text and thinking at each event are those of the deltas up to it."""
    state = StreamState()
    for event in replayed(events[-1].message, chunk_size=chunk_size):  # type: ignore[union-attr]
        state = reduce(state, event, now=0.0)
        assert event.partial is not None
        assert (event.partial.text, event.partial.thinking) == (state.text, state.thinking)
    assert state.problem is None


def test_pieces_have_fifty_characters() -> None:
    """Unless another size is asked for; the last one has the rest."""
    assert [len(piece) for piece in deltas(replayed(one_text("a" * 120)))] == [50, 50, 20]
    assert deltas(replayed(one_text("abcde"), chunk_size=2)) == ["ab", "cd", "e"]


def test_an_empty_message_is_a_stream() -> None:
    """Begun and ended."""
    assert [event.type for event in replayed(AssistantMessage(()))] == ["start", "done"]


def test_a_call_is_whole_only_when_it_was() -> None:
    """One that was cut gets no end."""
    whole = replayed(AssistantMessage((ToolCall("a", "f", {"x": 1}),), stop_reason="toolUse"))
    cut = replayed(AssistantMessage((ToolCall("a", "f", {}, incomplete=True, raw_arguments='{"x'),)))
    kinds = [[event.type for event in events if event.type.startswith("toolcall")] for events in (whole, cut)]
    assert kinds == [["toolcall_start", "toolcall_delta", "toolcall_end"], ["toolcall_start", "toolcall_delta"]]


@pytest.mark.anyio
async def test_async_and_sync_are_the_same() -> None:
    """The same events, text and result."""
    message = AssistantMessage((Thinking("hm"), Text("Hello " * 30)), model="m")
    assert await read(replay_message(message)) == replayed(message)
    assert await replay_message(message).result() is message
    async with replay_message(message) as stream:
        assert "".join([piece async for piece in stream.text]) == message.text


@pytest.mark.anyio
async def test_an_aborted_replay_ends_with_what_came() -> None:
    """By `error(aborted)`, as any stream does."""
    events: list[Event] = []
    async with replay_message(one_text("a" * 200)) as stream:
        async for event in stream:
            events.append(event)
            if len(deltas(events)) == 2:
                stream.abort()
    check_grammar(events)
    assert (events[-1].type, stream.message.text, stream.message.stop_reason) == ("error", "a" * 100, "aborted")


def test_leaving_early_leaves_what_came() -> None:
    """The message is aborted and holds what was read."""
    with replay_message_sync(one_text("a" * 200)) as stream:
        for event in stream:
            if event.type == "text_delta":
                break
    assert (stream.message.text, stream.message.stop_reason, list(stream)) == ("a" * 50, "aborted", [])


def test_an_error_is_replayed_as_one() -> None:
    """With its words."""
    message: AssistantMessage = written("Half", complete=False)[-1].message  # type: ignore[union-attr]
    last = replayed(message)[-1]
    assert (last.type, last.message.error) == ("error", message.error)  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, -1, 1.5, True, None])
def test_a_piece_has_a_size(size: Any) -> None:
    """Else it is refused at construction."""
    with pytest.raises(RequestError, match="give a whole number of characters") as caught:
        replay_message(one_text("a"), size)
    assert repr(size) in str(caught.value)
