"""What may be done when an answer broke off after its first content, and what each way may cost."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, Literal

from attrs import define, field, frozen

from headwater import RequestError

from ._numbers import is_number

Way = Literal["continue", "repeat"]


@frozen
class Resume:
    """The same answer goes on where it is: for one made in the background, which the provider keeps.

    Nothing is made twice. Where there is nothing to resume, the next policy is tried.
    """

    name: ClassVar[str] = "resume"
    cost: ClassVar[str] = "nothing more: the provider goes on with the answer it is making"


@frozen
class Continue:
    """The model goes on from the text that came: given the prompt and the beginning of its answer again.

    `way` says what the model does with such a beginning: `continue`, its answer holds what follows; `repeat`,
    its answer begins with it again (None: what the capabilities of a bound model say). Where the model does
    not accept it, or something other than text came, the next policy is tried.
    """

    name: ClassVar[str] = "continue"
    cost: ClassVar[str] = "the prompt and the beginning of the answer as input once more, then what is new"
    way: Way | None = None

    def __attrs_post_init__(self) -> None:
        if self.way not in (None, "continue", "repeat"):
            raise RequestError(f"Continue(way={self.way!r}): write 'continue' or 'repeat', or leave it out")


@frozen
class Restart:
    """The answer is made anew; a `reset` status tells the consumer to throw away what came.

    The reset is told when the new answer begins: until then what came stands.
    """

    name: ClassVar[str] = "restart"
    cost: ClassVar[str] = "the whole request again: the prompt, and all of the answer"


Policy = Resume | Continue | Restart


def _positive(instance: Any, attribute: Any, value: float) -> None:
    if not is_number(value) or value <= 0:
        raise RequestError(f"Reconnects: {attribute.name}={value!r} is no limit; give a number above 0")


@define(eq=False)
class Reconnects:
    """At most so many recoveries within so many seconds, of all answers of a source together."""

    times: int = field(default=30, validator=_positive)
    seconds: float = field(default=60.0, validator=_positive)
    clock: Callable[[], float] = time.monotonic
    _made: deque[float] = field(factory=deque[float], init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def take(self) -> bool:
        """Whether there may be one more now; it is counted then."""
        with self._lock:
            now = self.clock()
            while self._made and now - self._made[0] >= self.seconds:
                self._made.popleft()
            if len(self._made) >= self.times:
                return False
            self._made.append(now)
            return True
