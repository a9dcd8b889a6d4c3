"""The provider `mock`: built-in scripts, or the responses it is given.

It writes the script of an answer into the request just before each attempt, so
that a retry gets the next response and a stream that is never read gets none.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from threading import Lock
from typing import Any

from attrs import evolve, field, frozen

from headwater import CompatibleProvider, Context, Flow, Model, WireRequest, hookimpl, to_json

from ._api import MockOptions, MockRequest
from ._reply import CHUNK_SIZE, Failure, Reply, Said, check_pace, count_tokens, make_info, make_reply, script
from ._scripts import ENDLESS, Endless, built_in, last_prompt

HOME = "mock://here"
"""Base URL of models whose answers are made in this process; with another, they are asked for over HTTP."""

Response = Said | Callable[[Context], Said]
"""What may be given as a response, or a function of the conversation that gives it."""


@frozen
class Call:
    """One request the mock got: the conversation as the model saw it, the options, the request as it stood."""

    model: Model
    context: Context
    options: MockOptions
    request: WireRequest = field(repr=False)


_DEFAULTS: Mapping[str, Any] = {
    "reasoning": True,
    "input": ("text", "image", "document", "audio"),
    "price": {"input": 1.0, "output": 4.0, "cache_read": 0.1, "cache_write": 1.25},
}
"""Models under any other name: they take everything, and cost something, so that a cost is seen."""


class BuiltInProvider(CompatibleProvider):
    """The provider that is installed: it keeps nothing, so it may be shared by everybody."""

    def __init__(self, name: str = "mock") -> None:
        super().__init__(
            name=name,
            base_url=HOME,
            api="mock",
            catalogue_file="headwater_mock:models.json",
            defaults=_DEFAULTS,
        )

    @hookimpl
    def prepare(self, model: Model, wire: WireRequest, secrets: Mapping[str, str]) -> Flow | None:
        """The request with the script of its answer; as it is when it goes to another host."""
        return self._prepared(model, wire) if isinstance(wire, MockRequest) else None

    def _prepared(self, model: Model, wire: MockRequest) -> Generator[Any, Any, WireRequest]:
        yield from ()  # a flow of no steps
        return self._answered(model, wire)

    def _answered(self, model: Model, wire: MockRequest) -> MockRequest:
        if not wire.url.startswith(HOME):
            return wire
        if model.id == ENDLESS:
            return evolve(wire, script=Endless("and on ", wire.options.delay or 0.0))
        return scripted(wire, built_in(model.id, wire.context))


def scripted(wire: MockRequest, reply: Reply, *, chunk_size: int = CHUNK_SIZE, delay: float = 0.0) -> MockRequest:
    """The request with that reply as its answer, at the pace of the request, the reply or the provider."""
    asked = wire.options
    reply = evolve(
        reply,
        chunk_size=asked.chunk_size or reply.chunk_size or chunk_size,
        delay=next(one for one in (asked.delay, reply.delay, delay) if one is not None),
    )
    return evolve(wire, script=script(reply, count_tokens(to_json(wire.context))))


class MockProvider(BuiltInProvider):
    """A provider for tests and demos, registered with `hub.register("mock", MockProvider([...]))`.

    `responses` answer one request each, in turn, and from the beginning again when
    all have been given: a string, a content block, a list of both, a `Reply`, a message
    to be said again, an error (`ErrorInfo` or exception), or a function of the
    conversation that gives one of these. What such a function raises is its response.
    Without responses the built-in models answer.

    `chunk_size` is the characters of a piece, `delay` the seconds before each. `error` with
    `error_after`, and `abort_after`, hold for every response that says nothing of its own;
    see `Reply`. Registered under another name than `mock`, it has to be told: `name=`.

    May be used from several threads. Raises `TypeError` for what is no response.
    """

    def __init__(
        self,
        responses: Sequence[Response] = (),
        *,
        chunk_size: int = CHUNK_SIZE,
        delay: float = 0.0,
        error: Failure | None = None,
        error_after: int = 0,
        abort_after: int | None = None,
        name: str = "mock",
    ) -> None:
        super().__init__(name)
        check_pace(chunk_size, delay)
        if isinstance(responses, str):
            raise TypeError(f"responses is a sequence; write responses=[{responses!r}]")
        self.calls: list[Call] = []
        self._responses = [_checked(one) for one in responses]
        self._chunk_size = chunk_size
        self._delay = delay
        self._error = None if error is None else make_info(error)
        self._error_after = error_after
        self._abort_after = abort_after
        self._lock = Lock()

    @property
    def call_count(self) -> int:
        """How many requests came; each attempt counts."""
        return len(self.calls)

    @property
    def last_prompt(self) -> str | None:
        """The text of the user's latest message in the latest request; None before the first."""
        return last_prompt(self.calls[-1].context) if self.calls else None

    @property
    def last_options(self) -> MockOptions | None:
        """The options of the latest request; None before the first."""
        return self.calls[-1].options if self.calls else None

    def reset(self) -> None:
        """Forgets the calls; the next request gets the first response."""
        with self._lock:
            self.calls.clear()

    def _answered(self, model: Model, wire: MockRequest) -> MockRequest:
        with self._lock:
            number = len(self.calls)
            self.calls.append(Call(model, wire.context, wire.options, wire))
        if not self._responses or not wire.url.startswith(HOME):
            return super()._answered(model, wire)
        response = self._responses[number % len(self._responses)]
        reply = _asked(response, wire.context) if callable(response) else response
        reply = self._with_endings(reply)
        return scripted(wire, reply, chunk_size=self._chunk_size, delay=self._delay)

    def _with_endings(self, reply: Reply) -> Reply:
        """The reply, ended as the provider was told where it does not say how it ends."""
        if reply.error is not None or reply.abort_after is not None:
            return reply
        return evolve(reply, error=self._error, error_after=self._error_after, abort_after=self._abort_after)


def _checked(response: Response) -> Reply | Callable[[Context], Said]:
    """The response, made a `Reply` already where that can be done ahead of time."""
    if isinstance(response, type):
        raise TypeError(f"a response is a value; give {response.__name__}(...), not the class")
    return response if callable(response) else make_reply(response)


def _asked(response: Callable[[Context], Said], context: Context) -> Reply:
    """The reply that a function gives; what it raises is the reply, too."""
    try:
        return make_reply(response(context))
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends the answer
        return Reply(error=error)


provider = BuiltInProvider()
