"""The models that are built in, by id: what each of them says. Pure; the same question gets the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from headwater import Context, Text, Thinking, ToolCall, ToolResultMessage, UserMessage, make_error

from ._reply import Reply, Step
from ._wire import KINDS, line

TOUR_DELAY = 0.015
"""Seconds before each piece of the tour: about as fast as one reads along."""

SLOW_DELAY = 0.25

RETRY_AFTER = 0.1
"""What a mocked rate limit asks to wait, in seconds."""


def last_prompt(context: Context) -> str:
    """The text of the latest message of the user; empty without one."""
    asked = next((one for one in reversed(context.messages) if isinstance(one, UserMessage)), None)
    if asked is None:
        return ""
    if isinstance(asked.content, str):
        return asked.content
    return "\n".join(block.text for block in asked.content if isinstance(block, Text))


def result_text(message: ToolResultMessage) -> str:
    """The text of a tool's result."""
    if isinstance(message.content, str):
        return message.content
    return "\n".join(block.text for block in message.content if isinstance(block, Text))


def _tour(context: Context) -> Reply:
    """Thinking, text and a tool call; after the tool's result, a closing answer."""
    last = context.messages[-1] if context.messages else None
    if isinstance(last, ToolResultMessage):
        closing = f"The tool answered: {result_text(last)}\nThat was the tour."
        return Reply(closing, delay=TOUR_DELAY)
    asked = last_prompt(context) or "nothing at all"
    thought = (
        f"The question is: {asked}\n"
        "I am a script, not a model, so I cannot know. I can show what an answer looks like on its way."
    )
    answer = (
        f"You asked: {asked}\n\n"
        "I am the mock provider: no key, no network, the same answer every time. "
        "What you just saw was thinking; this is text, and it comes in pieces: café, 日本語, 🚀. "
        "Next comes a tool call, which a program would run and answer, "
        "and after it what was used and what it would have cost.\n"
    )
    call = ToolCall("call_tour", "get_weather", {"city": "Paris", "days": 3})
    return Reply((Thinking(thought), answer, call), delay=TOUR_DELAY)


def _echo(context: Context) -> Reply:
    return Reply(last_prompt(context))


def _slow(context: Context) -> Reply:
    return Reply(f"One piece at a time: {last_prompt(context)}", delay=SLOW_DELAY)


def _cut(context: Context) -> Reply:
    return Reply("This answer ends in the middle of", abort_after=3)


def _error(context: Context) -> Reply:
    said = make_error("server", "failed in the middle of an answer, as its script says")
    return Reply("This answer fails half-way through, and", error=said, error_after=3)


SCRIPTS: Mapping[str, Callable[[Context], Reply]] = {
    "tour": _tour,
    "echo": _echo,
    "slow": _slow,
    "cut": _cut,
    "error": _error,
}
"""The built-in models that say something and end. `endless` does not end, `error-KIND` says nothing."""

ENDLESS = "endless"
ERROR_PREFIX = "error-"


@frozen
class Endless:
    """Steps of an answer that never ends: the same piece of text again and again."""

    piece: str
    delay: float

    def __iter__(self) -> Iterator[Step]:
        said = line(text=self.piece)
        while True:
            if self.delay > 0:
                yield self.delay
            yield said


def built_in(model_id: str, context: Context) -> Reply:
    """The reply of a built-in model; one that there is none of fails as at a real provider."""
    script = SCRIPTS.get(model_id)
    if script is not None:
        return script(context)
    kind = next((kind for kind in KINDS if model_id == ERROR_PREFIX + kind), None)
    if kind is None:
        there_are = f"there are {', '.join((*SCRIPTS, ENDLESS))} and {ERROR_PREFIX}KIND"
        return Reply(error=make_error("model_not_found", f"has no script; {there_are}"))
    wait = RETRY_AFTER if kind == "rate_limit" else None
    return Reply(error=make_error(kind, f"failed with {kind}, as its name says", retry_after=wait))  # pyright: ignore[reportArgumentType]
