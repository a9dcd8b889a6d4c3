"""What sources have in common: a name, a form for each kind of program, and how they are given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from headwater import Askable, RequestError

from ._course import Course
from ._runner import ComposedStream, ComposedSyncStream


def as_source(given: Any, whose: str) -> Askable:
    """The source that was given; a text names a model of the default hub. Raises `RequestError` for what is none."""
    if isinstance(given, str):
        from headwater import bind  # making the default hub is for those who use it

        return bind(given)
    if callable(getattr(given, "stream", None)) and callable(getattr(given, "stream_sync", None)):
        return given
    raise RequestError(f"{whose}: {type(given).__name__} cannot be asked; give hub.bind('provider/model-id')")


class Composed(ABC):
    """A source made of others: an `Askable`. `course` says what is to be done for one answer."""

    name: str

    @abstractmethod
    def course(self, prompt: Any, arguments: dict[str, Any], *, sync: bool) -> Course:
        """What happens for one answer; raises what a source raises that cannot be asked."""

    def stream(self, prompt: Any, **arguments: Any) -> ComposedStream:
        """An answer as it comes; takes what `Hub.stream` takes beside the model."""
        return ComposedStream(self.course(prompt, arguments, sync=False))

    def stream_sync(self, prompt: Any, **arguments: Any) -> ComposedSyncStream:
        """`stream` for plain programs."""
        return ComposedSyncStream(self.course(prompt, arguments, sync=True))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


PASSED_ON = frozenset({"capabilities", "resume", "resume_sync"})
"""What a source of one model may have beside the two ways to ask it."""


class AroundOne(Composed):
    """A source made of one other: what that is capable of, and how its answers are taken up again, hold for it too."""

    source: Askable

    def __getattr__(self, name: str) -> Any:
        if name in PASSED_ON:
            return getattr(self.source, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
