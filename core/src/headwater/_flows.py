"""A flow by itself: several requests that are no answer of a model, such as the list of a server's models.

The same driver and the same runners as for an answer, so that deadlines, cancellation and
credentials are what they are there. What comes of it is what the flow returns, or an exception.
"""

from __future__ import annotations

from typing import Any

from ._drive import Drive, Over
from ._plan import Driver, Plan
from .hookspecs import Flow


class FlowDrive(Drive):
    """One flow on its way. Its requests are prepared and carry credentials as those to the plan's model do."""

    def __init__(self, plan: Plan, flow: Flow) -> None:
        super().__init__(plan)
        self._own = flow
        self._value: Any = None
        self._raised: BaseException | None = None

    def run(self) -> Driver:
        """The commands of the whole flow; hands out no event."""
        try:
            self._value = yield from self.run_flow(self._own, as_asked=True)
        except Over:
            pass
        finally:
            self._own.close()
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
