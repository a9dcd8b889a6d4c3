"""A call in a thread of its own, for plain programs that must be able to stop waiting for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """Runs `function` beside its caller; what it gives after nobody waits any more goes to `unwanted`.

    A blocked call cannot be ended from outside, but the caller can leave it. The thread is a daemon: it holds up
    no program that ends. The function sees the caller's context variables.
    """

    def __init__(self, function: Callable[[], T], unwanted: Callable[[T], object]) -> None:
        self._function = function
        self._unwanted = unwanted
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._given: list[T] = []
        self._error: BaseException | None = None
        self._left = False
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name="headwater-call", daemon=True
        )

    def wait(self, seconds: float | None) -> T | None:
        """What the function gives, or raises; None when the time was up, or `wake` was called, before."""
        self._thread.start()
        try:
            self._woken.wait(seconds)
        finally:
            with self._lock:
                self._left = True
        if self._error is not None:
            raise self._error
        return self._given[0] if self._given else None

    def wake(self) -> None:
        """Ends the waiting, from any thread."""
        self._woken.set()

    def _run(self) -> None:
        given: list[T] = []
        try:
            given.append(self._function())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        with self._lock:
            late = self._left
            if not late:
                self._given = given
        if late:
            for one in given:
                self._unwanted(one)
        self._woken.set()
