"""An answer that is made in this process (`answer_locally`), read like one that comes over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Protocol

from ._assembly import Assembly
from ._plan import Batch, Called, Command, Failed, Sleep
from ._reading import Over, Pull, Steps
from ._waiting import Waiting
from .errors import StreamError
from .hookspecs import Answer, Blocking, LocalAnswer


class Request(Protocol):
    """The request that is answered, as far as its answer is made here."""

    pen: Assembly
    waiting: Waiting

    def call(self, function: Callable[[], Any], **details: Any) -> Generator[Command | Batch, Any, Called]: ...
    def not_asked(self, error: BaseException, *, answering: bool = False) -> None: ...
    def begin(self, status: int, headers: Mapping[str, str], pull: Pull) -> Steps: ...


class Answering:
    """The steps of a local answer, one after the other; what they wait for counts like any waiting."""

    def __init__(self, drive: Request, answer: LocalAnswer) -> None:
        steps: Any = iter(answer)
        self._drive = drive
        self._send: Callable[[Any], Any] = getattr(steps, "send", lambda _: next(steps))
        self._throw: Callable[[BaseException], Any] = getattr(steps, "throw", _raise)
        self.close: Callable[[], object] = getattr(steps, "close", lambda: None)
        self._given: Any = None
        self._raised: BaseException | None = None
        self._began: list[bytes] = []

    def pull(self) -> Generator[Command | Batch, Any, bytes | Failed | None]:
        """The next bytes, how they failed, or None at their end."""
        drive = self._drive
        while True:
            if self._began:
                return self._began.pop()
            given, raised = self._given, self._raised
            self._given = self._raised = None
            try:
                step = self._send(given) if raised is None else self._throw(raised)
            except StopIteration:
                return None
            except Exception as error:  # noqa: BLE001 - a plugin's mistake must not break the stream
                if isinstance(error, StreamError) and error.kind in ("network", "truncated"):
                    return Failed(error.kind, error.info.message)  # as a connection breaks: no harm after the end
                drive.not_asked(error, answering=True)
                raise Over from None
            if isinstance(step, bytes):
                failed = yield Sleep(0)
                return failed if isinstance(failed, Failed) else step
            if isinstance(step, Blocking):
                # what was left runs on: another attempt would run beside it
                called = yield from drive.call(step.call, retryable=False)
                self._given, self._raised = called.value, called.error
            elif isinstance(step, Answer):
                self._began[:] = [step.body] if step.body else []
                yield from drive.begin(step.status, step.headers, self.pull)
            elif isinstance(step, int | float):
                failed = yield from self._pause(step)
                if failed is not None:
                    return failed
            else:
                raise TypeError(
                    f"answer_locally gave {type(step).__name__}; give bytes, seconds, Blocking or an Answer"
                )

    def _pause(self, seconds: float) -> Generator[Command | Batch, Any, Failed | None]:
        waiting = self._drive.waiting
        pause = min(max(0.0, seconds), waiting.nearest(completed=self._drive.pen.settled))
        failed = yield Sleep(pause)
        waiting.waited(pause)
        if isinstance(failed, Failed):
            return failed
        return Failed("timeout", "took too long") if pause < seconds else None


def _raise(error: BaseException) -> Any:
    """What a call raised, where nothing can be told of it: no `StopIteration`, which would say that all is well."""
    raise RuntimeError("it raised StopIteration") if isinstance(error, StopIteration) else error
