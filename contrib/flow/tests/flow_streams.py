"""What the tests share: streams in memory that keep a log, random streams written by the pen, a clock by hand."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, Self

import anyio
import anyio.lowlevel
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from headwater import (
    NO_AUTH,
    Assembly,
    AssistantMessage,
    Done,
    Error,
    Event,
    Model,
    Start,
    Text,
    make_error,
)

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For hypothesis: other things run on the machine."""

LIMIT = 20.0
"""Seconds after which a wait counts as failed; nothing waits that long when all is well."""

MODEL = Model(id="m", provider="fake", api="fake", base_url="http://127.0.0.1:9", auth=NO_AUTH)


def make_pen() -> Assembly:
    """A pen with predictable ids and time."""
    numbers = count(1)
    return Assembly(MODEL, mint=lambda: f"minted-{next(numbers)}", now=lambda: 1.0)


def written(*said: tuple[Any, ...] | str, complete: bool = True, pen: Assembly | None = None) -> list[Event]:
    """The events of an answer: texts, or names of the pen's methods with their arguments."""
    pen = pen or make_pen()
    for one in said:
        if isinstance(one, str):
            pen.text(one)
        else:
            method, *arguments = one
            named = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
            getattr(pen, method)(*arguments, **named)
    if complete:
        pen.complete()
    pen.finish()
    return [Start(pen, 0), *pen.take()]


class InMemory:
    """What the async and the sync stream in memory share; `log` says how it fared.

    `gate` is awaited before each event, with its number; `aborted` and cancellation end it as the contract asks.
    """

    def __init__(
        self, events: Iterable[Event], *, gate: Callable[[int], Awaitable[Any]] | None = None, name: str = "m"
    ) -> None:
        self.events = list(events)
        self.gate = gate
        self.at = 0
        self.log: list[str] = []
        self.name = name
        self.attempts: Sequence[Any] = ()
        self.notes: Sequence[Any] = ()
        self.entered = False
        self.over = False
        self.aborted = False
        self.ended: AssistantMessage | None = None

    @property
    def message(self) -> AssistantMessage:
        return self.ended or self.partial.snapshot()

    @property
    def partial(self) -> Any:
        return self.events[max(self.at - 1, 0)].partial or _Nothing()

    def abort(self) -> None:
        self.log.append("abort")
        self.aborted = True

    def raise_for_error(self) -> None:
        self.message.raise_for_error()

    def step(self) -> Event | None:
        if not self.entered:
            raise RuntimeError("a stream is read inside its context")
        if self.over:
            return None
        if self.aborted and self.at:
            self.cut()
            assert self.ended is not None
            return Error("aborted", self.ended)
        if self.at == len(self.events):
            self.over = True
            return None
        event = self.events[self.at]
        self.at += 1
        if isinstance(event, Done | Error):
            self.over, self.ended = True, event.message
        return event

    def cut(self) -> None:
        """Ends it as aborted, unless it is over."""
        if not self.over:
            info = make_error("aborted", "fake/m was aborted")
            self.ended = evolve(self.partial.snapshot(), stop_reason="aborted", error=info)
            self.over = True


class Source(InMemory):
    """A stream in memory."""

    async def __aenter__(self) -> Self:
        self.entered = True
        self.log.append("enter")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        if self.gate is not None and not self.over:
            try:
                await self.gate(self.at)
            except BaseException:
                self.cut()
                self.log.append("cut in a read")
                raise
        event = self.step()
        if event is None:
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        self.cut()
        if "closed" not in self.log:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            self.log.append("closed")

    @property
    def text(self) -> Any:
        return (event.delta for event in self.events if event.type == "text_delta")

    async def result(self) -> AssistantMessage:
        async with self:
            async for _ in self:
                pass
        return self.message


class SyncSource(InMemory):
    """The sync form."""

    def __enter__(self) -> Self:
        self.entered = True
        self.log.append("enter")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = self.step()
        if event is None:
            raise StopIteration
        return event

    def close(self) -> None:
        self.cut()
        self.log.append("closed")


class _Nothing:
    def snapshot(self) -> AssistantMessage:
        return AssistantMessage((), model="m", provider="fake")


class Clock:
    """A clock that is moved by hand; `sleep` returns when it has been moved far enough."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleepers: list[tuple[float, anyio.Event]] = []
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        woken = anyio.Event()
        self.sleepers.append((self.now + seconds, woken))
        await woken.wait()

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for at, woken in self.sleepers:
            if at <= self.now:
                woken.set()


async def settle() -> None:
    """Lets all tasks go as far as they can."""
    await anyio.wait_all_tasks_blocked()


async def read(stream: Any) -> list[Event]:
    """All events of a stream."""
    with anyio.fail_after(LIMIT):
        async with stream:
            return [event async for event in stream]


def deltas(events: Iterable[Event], kind: str = "text_delta") -> list[str]:
    """The pieces of one kind."""
    return [event.delta for event in events if event.type == kind]  # type: ignore[union-attr]


def joined(events: Iterable[Event]) -> list[Any]:
    """The events with neighbouring deltas of a block joined, empty ones left out: what aggregation must not change."""
    made: list[Any] = []
    for event in events:
        if event.type.endswith("_delta"):
            key = (event.type, event.content_index)  # type: ignore[union-attr]
            if made and isinstance(made[-1], list) and made[-1][0] == key:
                made[-1][1] += event.delta  # type: ignore[union-attr]
            else:
                made.append([key, event.delta])  # type: ignore[union-attr]
        else:
            made.append(event)
    return made


TEXTS = st.sampled_from(
    ["", " ", "Hel", "lo", " world", ".", ". ", "! ", "?", "\n", "\n\n", "3.14", "你好", "。", "สวัสดี", "…", " e.g."]
) | st.text(max_size=6)  # fmt: skip
KEYS = st.sampled_from([None, 0, 1])


@st.composite
def streams(draw: st.DrawFn, texts: Any = TEXTS) -> list[Event]:
    """A whole legal stream, written by the pen."""
    pen = make_pen()
    for method in draw(st.lists(st.sampled_from(METHODS), max_size=25)):
        if method in ("text", "thinking", "refusal"):
            getattr(pen, method)(draw(texts), draw(KEYS))
        elif method == "tool_call":
            pen.tool_call(
                draw(st.sampled_from([2, 3])), None, "f", draw(st.sampled_from(["", "{", '{"a": ', "1}", "{}"]))
            )
        elif method == "close":
            pen.close(draw(st.sampled_from([None, 0, 1, 2, 3])))
        elif method == "source":
            pen.source(draw(st.sampled_from("uvw")))
        elif method == "code_execution":
            pen.code_execution(5, code="1")
        elif method == "image":
            pen.image("progress", 6, data="x")
        elif method == "block":
            pen.block("own", {"n": 1})
        else:
            pen.status(draw(st.sampled_from(["searching", "retrying"])))
    if draw(st.booleans()):
        pen.usage(input=3, output=2)
    if draw(st.booleans()):
        pen.complete()
    pen.finish()
    return [Start(pen, 0), *pen.take()]


ARGUMENTS = ["", "{", '{"a": ', "1}", "{}"]
METHODS = ["text"] * 6 + ["thinking"] * 2 + ["refusal", "tool_call", "close", "source", "image", "block", "status"]
METHODS += ["code_execution"]


def one_text(text: str) -> AssistantMessage:
    """A message that says this."""
    return AssistantMessage((Text(text),), model="m", provider="fake")


def chat(*texts: str) -> bytes:
    """A chat completion that streams these texts."""

    def line(data: dict[str, Any]) -> bytes:
        return b"data: " + json.dumps({"id": "r", "model": "m", **data}).encode() + b"\n\n"

    body = b"".join(line({"choices": [{"index": 0, "delta": {"content": text}}]}) for text in texts)
    body += line({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return body + line({"choices": [], "usage": usage}) + b"data: [DONE]\n\n"
