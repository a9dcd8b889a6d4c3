"""`headwater chat`: one answer, or a conversation.

An event loop runs for the whole conversation, so that its connection is used again. Ctrl-C
aborts the stream, which then ends like any other: with its last event and what had come.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence

import anyio
from attrs import evolve

from headwater import (
    AssistantMessage,
    Event,
    Hub,
    Message,
    RequestError,
    Stream,
    Text,
    UserMessage,
    to_json,
)

from ._asking import Asking, Wish, settle
from ._failures import FAILED, INTERRUPTED
from ._interrupt import on_interrupt
from ._output import complain, remark, say
from ._prompt import read_line, read_prompt
from ._screen import Screen

Show = Callable[[Event], None]


def run_chat(prompt: str | None, wish: Wish, *, json: bool, hub: Hub | None = None) -> int:
    """Asks, and gives back the exit code. Without a prompt, on a terminal, it converses."""
    hub = hub or Hub()
    asked = read_prompt(prompt)
    if asked is None and json:
        raise RequestError("--json shows one answer; give a prompt")
    asking = settle(hub, wish, os.environ)
    if asked is None:
        return anyio.run(_converse, hub, asking, backend="asyncio")
    return anyio.run(_answer_once, hub, asking, asked, json, backend="asyncio")


async def _answer_once(hub: Hub, asking: Asking, prompt: str, json: bool) -> int:
    try:
        if json:
            message = await _ask(hub, asking, [UserMessage(prompt)], lambda event: say(to_json(event)))
            if message.error is not None:
                complain(message.error_message)
        else:
            message = await _show(hub, asking, [UserMessage(prompt)])
    finally:
        await hub.aclose()
    return exit_code(message)


def exit_code(message: AssistantMessage) -> int:
    """0 for an answer that ended well, 130 for one that was aborted, 1 for any other."""
    if message.stop_reason == "aborted":
        return INTERRUPTED
    return 0 if message.error is None else FAILED


async def _converse(hub: Hub, asking: Asking) -> int:
    """Question and answer in turn, until the input ends."""
    remark(f"{asking.model}. Ctrl-C ends an answer, Ctrl-D the conversation.")
    history: list[Message] = []
    try:
        while (question := _next_question()) is not None:
            history.append(UserMessage(question))
            kept = _kept(await _show(hub, asking, history))
            if kept is None:
                history.pop()
            else:
                history.append(kept)
    finally:
        await hub.aclose()
    return 0


def _next_question() -> str | None:
    """What is asked next, None at the end of the input. Nothing else runs on the loop meanwhile."""
    with on_interrupt(None):
        while True:
            try:
                line = read_line()
            except KeyboardInterrupt:
                sys.stderr.write("\n")
                remark("Ctrl-D ends the conversation")
                continue
            if line is None or line.strip():
                return line


def _kept(message: AssistantMessage) -> AssistantMessage | None:
    """The answer as the conversation goes on with it: an aborted one as far as its text came, a failed one not."""
    if message.error is None:
        return message
    text = tuple(block for block in message.content if isinstance(block, Text) and block.text)
    if message.stop_reason != "aborted" or not text:
        return None
    return evolve(message, content=text, stop_reason="stop", error=None)


async def _show(hub: Hub, asking: Asking, messages: Sequence[Message]) -> AssistantMessage:
    """One answer on the screen; gives back the final message."""
    screen = Screen()
    message = await _ask(hub, asking, messages, screen.show)
    screen.close(message, asking.hint(message.error) if message.error else None)
    return message


async def _ask(hub: Hub, asking: Asking, messages: Sequence[Message], show: Show) -> AssistantMessage:
    """The final message, after each of its events was shown. Ctrl-C aborts it."""
    loop = asyncio.get_running_loop()
    stream = _open(hub, asking, messages)
    # From inside a signal handler only this wakes the loop, on Windows too.
    with on_interrupt(lambda: loop.call_soon_threadsafe(stream.abort)):
        async with stream:
            async for event in stream:
                show(event)
            return stream.message


def _open(hub: Hub, asking: Asking, messages: Sequence[Message]) -> Stream:
    return hub.stream(asking.model, messages, system=asking.system, key=asking.key, **asking.options)
