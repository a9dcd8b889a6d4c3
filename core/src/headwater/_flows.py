"""A flow by itself: several requests that are no answer of a model, such as the list of a server's models.

The same driver and the same runners as for an answer, so that deadlines, cancellation and
credentials are what they are there. What comes of it is what the flow returns, or an exception.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from ._drive import Drive
from ._framing import FramingError, make_framing
from ._model import WireRequest
from ._plan import Batch, Command, Driver, Failed, Plan
from ._reading import Over
from .hookspecs import Flow, Following


class FlowDrive(Drive):
    """One flow on its way. Its requests are prepared and carry credentials as those to the plan's model do."""

    def __init__(self, plan: Plan, flow: Flow) -> None:
        super().__init__(plan)
        self._flow = flow
        self._value: Any = None
        self._raised: BaseException | None = None

    def run(self) -> Driver:
        """The commands of the whole flow; hands out no event."""
        try:
            self._value = yield from self.run_flow(self._flow, self._ask_as_the_model_is)
        except Over:
            pass
        finally:
            self._flow.close()
        yield from self.close()

    def outcome(self) -> Any:
        """What the flow returned; raises what it raised, or the `StreamError` of a request that failed."""
        if self._raised is not None:
            raise self._raised
        if self.pen.error is not None:
            raise self.pen.error.to_exception()
        return self._value

    def not_asked(self, error: BaseException, *, answering: bool = False) -> None:
        """Keeps what was raised, to be raised again."""
        self._raised = error
        super().not_asked(error, answering=answering)

    def _ask_as_the_model_is(self, step: WireRequest | Following) -> Generator[Command | Batch, Any, bytes]:
        """The body of the answer; empty when it was told while it came."""
        self.waiting.begin_attempt()
        wire = yield from self.prepared(step.wire if isinstance(step, Following) else step)
        yield from self.send(wire)
        if isinstance(step, Following) and 200 <= (self.status or 0) < 300:
            yield from self._follow(step, wire.framing)
            return b""
        return (yield from self.read_body())

    def _follow(self, step: Following, framing: str) -> Generator[Command | Batch, Any, None]:
        """Tells a flow the wire events of an answer as they come."""
        frames = make_framing(framing, self.plan.limits.event_bytes)
        chunk: bytes | Failed | None = b""
        while chunk is not None:
            chunk = yield from self.pull()
            if isinstance(chunk, Failed):
                raise self.failed(chunk)
            try:
                for raw in frames.end() if chunk is None else frames.feed(chunk):
                    self.waiting.event_came()
                    step.tell(raw)
            except FramingError as error:
                raise self.failed(Failed("malformed", str(error))) from None
            except Exception as error:  # noqa: BLE001 - a plugin's mistake is the flow's failure
                self.not_asked(error)
                raise Over from None
