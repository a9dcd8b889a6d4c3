"""The driver without a runner: a clock that only scripts move, and answers for every command.

A script is a list of results in the order the commands `Open` and `Read` ask for them. A number in it lets so
many seconds pass before the next result; where a deadline comes first, the command fails as a runner's would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core_fake import FakeParser, fake_model

from headwater import (
    Assembly,
    AssistantMessage,
    Attempt,
    Capabilities,
    Deadlines,
    ErrorInfo,
    Event,
    Limits,
    Retry,
    WireRequest,
    check_grammar,
)
from headwater._auth import Credentials
from headwater._drive import Drive
from headwater._plan import Call, Called, Close, Failed, Open, Opened, Plan, Read, Sleep

OK = Opened(200, {})
ABORT = Failed("aborted", "was aborted")
RESET = Failed("network", "connection reset")
CUT = Failed("truncated", "peer closed the connection")
TOO_SLOW = Failed("timeout", "took too long")

Scripted = Opened | bytes | Failed | float | int | None


class Clock:
    """Seconds that pass only when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def make_plan(clock: Callable[[], float], **settings: Any) -> Plan:
    """A plan of the fake protocol: one attempt and no jitter unless `settings` (fields of `Plan`) say more."""
    model = fake_model()
    plain: dict[str, Any] = {
        "model": model,
        "wire": WireRequest("https://fake.test/chat"),
        "capabilities": Capabilities(first_event_timeout=30.0, silence_timeout=60.0),
        "make_parser": FakeParser,
        "make_pen": lambda: Assembly(model),
        "key": None,
        "credentials": lambda wire, key: Credentials({"authorization": f"Bearer {key}"} if key else {}),
        "prepare": lambda wire: None,
        "answer_locally": lambda wire: None,
        "on_request": None,
        "codes": {},
        "deadlines": Deadlines(),
        "retry": Retry(attempts=1),
        "limits": Limits(),
        "notes": (),
        "raw": False,
        "clock": clock,
        "random": lambda: 0.5,
    }
    return Plan(**{**plain, **settings})


class Run:
    """One request driven to its end. `think` seconds pass in the consumer after each batch of events."""

    def __init__(
        self, script: list[Scripted], *, think: float = 0.0, abort_sleep: bool = False, **settings: Any
    ) -> None:
        self.clock = Clock()
        self.drive = Drive(make_plan(self.clock, **settings))
        self.script = list(script)
        self.events: list[Event] = []
        self.commands: list[Any] = []
        self.open = False
        self._think = think
        self._abort_sleep = abort_sleep
        steps = self.drive.run()
        result: Any = None
        while True:
            try:
                step = steps.send(result)
            except StopIteration:
                break
            result = self._answer(step)
        check_grammar(self.events)
        assert not self.open, "the connection was left open"

    def _answer(self, step: Any) -> Any:
        if isinstance(step, list):
            self.events += step
            if any(event.type in ("done", "error") for event in step):
                assert not self.open, "the last event came before the connection was closed"
            self.clock.now += self._think
            return None
        self.commands.append(step)
        if isinstance(step, Sleep):
            self.clock.now += step.seconds
            return ABORT if self._abort_sleep and step.seconds else None
        if isinstance(step, Call):
            try:
                return Called(step.function())
            except Exception as error:  # noqa: BLE001 - as a runner does
                return Called(error=error)
        if isinstance(step, Close):
            assert self.open
            self.open = False
            return None
        return self._next(step)

    def _next(self, step: Open | Read) -> Any:
        passed = 0.0
        while self.script and isinstance(self.script[0], int | float):
            passed += self.script.pop(0)  # pyright: ignore[reportOperatorIssue]
        if step.timeout is not None and passed > step.timeout:
            self.clock.now += step.timeout
            if passed - step.timeout > 0:
                self.script.insert(0, passed - step.timeout)
            return TOO_SLOW
        self.clock.now += passed
        result = self.script.pop(0) if self.script else None
        if isinstance(step, Open) and isinstance(result, Opened):
            assert not self.open, "a second connection while the first is open"
            self.open = True
        assert isinstance(result, Opened | Failed) == isinstance(step, Open) or isinstance(result, Failed), (
            f"the script has {result!r} where the driver asks {step!r}"
        )
        return result

    # -- what came of it

    @property
    def types(self) -> list[str]:
        """The events' names."""
        return [event.type for event in self.events]

    @property
    def message(self) -> AssistantMessage:
        """The final message."""
        assert self.drive.pen.final is not None
        return self.drive.pen.final

    @property
    def error(self) -> ErrorInfo:
        """The error the message ended in."""
        assert self.message.error is not None
        return self.message.error

    @property
    def waits(self) -> list[float]:
        """Seconds waited between attempts."""
        return [command.seconds for command in self.commands if isinstance(command, Sleep) and command.seconds]

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts as recorded."""
        return self.drive.attempts

    @property
    def opens(self) -> list[Open]:
        """The requests that were sent."""
        return [command for command in self.commands if isinstance(command, Open)]

    def said(self, kind: str) -> list[Mapping[str, Any]]:
        """The data of the status events of that kind."""
        return [event.data for event in self.events if event.type == "status" and event.status == kind]
