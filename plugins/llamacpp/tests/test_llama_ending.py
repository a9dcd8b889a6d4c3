"""Ending an answer that would go on for ever: the server stops working on it, and nothing is left open."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import psutil
import pytest
from llama_scripts import FORMS, PROTOCOLS, Llama, wait_for

from headwater import AssistantMessage, Error, Event, TextDelta

LOOPS = ("asyncio", "trio")
PIECES = 5
"""Pieces of text after which an answer is ended."""

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)

ASKED: dict[str, Any] = {"max_tokens": 250_000}


def test_abort_is_the_last_event_and_frees_the_slot(llama: Llama, form: str, protocol: str) -> None:
    """From within the loop: what came is kept, nothing follows, and the server stops."""
    last, message, busy = _abort_within(form, llama, protocol)
    assert isinstance(last, Error)
    llama.wait_until_free()
    assert (last.reason, message.stop_reason, message.text != "", busy) == ("aborted", "aborted", True, 1)


@pytest.mark.parametrize("form", FORMS)
def test_abort_from_another_thread_frees_the_slot(llama: Llama, form: str, protocol: str) -> None:
    """The reader is waiting for bytes when somebody else ends its answer."""
    message = _abort_from_outside(form, llama, protocol)
    llama.wait_until_free()
    assert (message.stop_reason, message.text != "") == ("aborted", True)


def test_leaving_the_loop_frees_the_slot(llama: Llama, form: str, protocol: str) -> None:
    """A `break` and the end of the stream's block are enough."""
    message, busy = _break(form, llama, protocol)
    llama.wait_until_free()
    assert (message.stop_reason, message.text != "", busy) == ("aborted", True, 1)


def test_an_exception_in_the_loop_frees_the_slot(llama: Llama, form: str, protocol: str) -> None:
    """What the program raises while it reads goes through, and the answer ends."""
    with pytest.raises(LookupError, match="the program's own"):
        _raise(form, llama, protocol)
    llama.wait_until_free()
    assert llama.busy() == 0


@pytest.mark.parametrize("backend", LOOPS)
def test_cancelling_the_reader_frees_the_slot(llama: Llama, backend: str, protocol: str) -> None:
    """The cancellation goes through, and the partial message stays readable."""

    async def main() -> AssistantMessage:
        with anyio.CancelScope() as scope:
            async with llama.hub.stream(llama.model(protocol), "LOOP", **ASKED) as stream:
                pieces = 0
                async for event in stream:
                    pieces += isinstance(event, TextDelta)
                    if pieces == PIECES:
                        scope.cancel()
        return stream.message

    message = anyio.run(main, backend=backend)
    llama.wait_until_free()
    assert (message.stop_reason, message.text != "") == ("aborted", True)


@pytest.mark.parametrize("backend", LOOPS)
def test_other_answers_go_on_when_one_is_aborted(llama: Llama, backend: str, protocol: str) -> None:
    """Two at once on two slots: the one that is left alone comes whole."""

    async def endless(group: Any) -> None:
        async with llama.hub.stream(llama.model(protocol), "LOOP", **ASKED) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    group.start_soon(whole, stream)
                    break
            async for _ in stream:
                pass

    async def whole(other: Any) -> None:
        async with llama.hub.stream(llama.model(protocol), "Hello", **ASKED) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    other.abort()
            texts.append(stream.message.text)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            await endless(group)

    texts: list[str] = []
    anyio.run(main, backend=backend)
    llama.wait_until_free()
    assert texts == ["Hello from llama.cpp 👩‍🚀 日本語 café 🇩🇪 done."]


def test_streams_that_were_left_leave_no_connection(llama: Llama, form: str, protocol: str) -> None:
    """Twenty answers broken off, then none of this process's sockets leads to the server."""
    port = int(llama.server.base_url.rpartition(":")[2])
    for _ in range(20):
        _break(form, llama, protocol)
    llama.hub.close()
    llama.wait_until_free()
    wait_for(lambda: not _connections_to(port), "the connections to end")
    assert _connections_to(port) == []


# -- the three forms


def _abort_within(form: str, llama: Llama, protocol: str) -> tuple[Event, AssistantMessage, int]:
    """Aborts after some pieces and reads to the end: the last event, the message, the slots busy before."""
    model = llama.model(protocol)
    if form == "sync":
        pieces, busy, last = 0, 0, None
        with llama.hub.stream_sync(model, "LOOP", **ASKED) as stream:
            for event in stream:
                last = event
                pieces += isinstance(event, TextDelta)
                if pieces == PIECES and not busy:
                    busy = llama.busy()
                    stream.abort()
            assert last is not None
            return last, stream.message, busy

    async def main() -> tuple[Event, AssistantMessage, int]:
        pieces, busy, last = 0, 0, None
        async with llama.hub.stream(model, "LOOP", **ASKED) as stream:
            async for event in stream:
                last = event
                pieces += isinstance(event, TextDelta)
                if pieces == PIECES and not busy:
                    busy = llama.busy()
                    stream.abort()
            assert last is not None
            return last, stream.message, busy

    return anyio.run(main, backend=form)


def _abort_from_outside(form: str, llama: Llama, protocol: str) -> AssistantMessage:
    """A thread aborts as soon as the first piece came; the reader reads on meanwhile."""
    model = llama.model(protocol)
    begun = threading.Event()

    def abort() -> None:
        assert begun.wait(20)
        stream.abort()

    helper = threading.Thread(target=abort)
    helper.start()
    if form == "sync":
        with llama.hub.stream_sync(model, "LOOP", **ASKED) as stream:
            for event in stream:
                if isinstance(event, TextDelta):
                    begun.set()
            message = stream.message
        helper.join()
        return message

    stream: Any = llama.hub.stream(model, "LOOP", **ASKED)

    async def main() -> AssistantMessage:
        async with stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    begun.set()
            return stream.message

    message = anyio.run(main, backend=form)
    helper.join()
    return message


def _break(form: str, llama: Llama, protocol: str) -> tuple[AssistantMessage, int]:
    """Leaves after some pieces: the message, and the slots that were busy just before."""
    model = llama.model(protocol)
    if form == "sync":
        with llama.hub.stream_sync(model, "LOOP", **ASKED) as stream:
            for _, event in zip(range(1000), stream, strict=False):
                if isinstance(event, TextDelta):
                    break
            busy = llama.busy()
        return stream.message, busy

    async def main() -> tuple[AssistantMessage, int]:
        async with llama.hub.stream(model, "LOOP", **ASKED) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    break
            busy = llama.busy()
        return stream.message, busy

    return anyio.run(main, backend=form)


def _raise(form: str, llama: Llama, protocol: str) -> None:
    """Raises while an answer comes."""
    model = llama.model(protocol)
    if form == "sync":
        with llama.hub.stream_sync(model, "LOOP", **ASKED) as stream:
            for event in stream:
                if isinstance(event, TextDelta):
                    raise LookupError("the program's own")

    async def main() -> None:
        async with llama.hub.stream(model, "LOOP", **ASKED) as stream:
            async for event in stream:
                if isinstance(event, TextDelta):
                    raise LookupError("the program's own")

    anyio.run(main, backend=form)


def _connections_to(port: int) -> list[Any]:
    """This process's connections to a port of this machine, as the side that opened them."""
    found = psutil.Process().net_connections(kind="tcp")
    return [one for one in found if one.raddr and one.raddr.port == port]
