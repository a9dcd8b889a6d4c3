"""What a stream shows of itself, the same for async and sync."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from ._drive import Drive
from ._events import PartialMessage
from ._messages import AssistantMessage, Note
from ._model import Model
from ._plan import Attempt, Command, Driver, Failed
from .errors import StreamError


class StreamView:
    """The state of one stream: what was asked, what came so far, how it went."""

    _closed = False

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._steps: Driver = drive.run()
        self._abort = False
        self._over = False

    @property
    def model(self) -> Model:
        """The model that was asked."""
        return self._drive.plan.model

    @property
    def notes(self) -> Sequence[Note]:
        """What was changed or dropped to fit the model."""
        return self._drive.plan.notes

    @property
    def partial(self) -> PartialMessage:
        """The message as it stands."""
        return self._drive.pen.partial

    @property
    def message(self) -> AssistantMessage:
        """The final message, or the message as it stands while there is none."""
        return self._drive.pen.final or self._drive.pen.partial.snapshot()

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The attempts that are over: their errors, and the seconds waited after each."""
        return tuple(self._drive.attempts)

    @property
    def status(self) -> int | None:
        """The HTTP status of the latest answer; None before there is one."""
        return self._drive.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers of the latest answer, names in lower case."""
        return self._drive.headers

    @property
    def cursor(self) -> Mapping[str, Any] | None:
        """Where an answer that is made in the background can be found again, as JSON data for `Hub.resume`.

        None while nothing is known of it, and for an answer that cannot be taken up.
        """
        model, position = self.model, self._drive.pen.resume_at
        if position is None:
            return None
        return {"model": str(model), "api": model.api, "base_url": model.base_url, "position": dict(position)}

    def raise_for_error(self) -> None:
        """Raises the `StreamError` the answer ended in, if it did."""
        if self._drive.pen.final is not None:
            self._drive.pen.final.raise_for_error()

    def __repr__(self) -> str:
        state = "over" if self._over else "closed" if self._closed else "open"
        return f"<{type(self).__name__} of {self.model}, {state}>"

    # -- inside

    def _advance(self, result: object) -> Command | list[object] | None:
        """The driver's next step; None when it is over."""
        try:
            return self._steps.send(result)  # pyright: ignore[reportReturnType]
        except StopIteration:
            self._over = True
            return None
        except StopAsyncIteration as error:  # of a function of the caller's: it would end the loop like a success
            raise RuntimeError("a condition or on_request raised StopAsyncIteration") from error

    def _cancelled(self) -> None:
        """The consumer's own task was cancelled in a read: the stream ends as aborted, its events are gone."""
        self._steps.close()
        self._over = True
        self._drive.left()

    def _warn_unclosed(self) -> None:
        warnings.warn(f"unclosed {self!r}; use it as a context manager", ResourceWarning, source=self, stacklevel=2)


ABORTED = Failed("aborted", "was aborted")
LATE = Failed("timeout", "took too long")

NOT_ENTERED = "a stream is read inside its context: `with hub.stream(...) as stream` (async with, for the async form)"
SECOND_READER = "this stream is being read already; a stream has one reader (see tee for several)"

__all__ = ["ABORTED", "LATE", "NOT_ENTERED", "SECOND_READER", "StreamError", "StreamView"]
