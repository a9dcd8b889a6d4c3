"""Ctrl-C as an event of the program instead of an exception anywhere in it. The same on Windows."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_interrupt(act: Callable[[], object] | None) -> Generator[None, None, None]:
    """Inside, Ctrl-C calls `act`, and the second one raises `KeyboardInterrupt`; with None the first does.

    Only the main thread can say so, and a program told to ignore Ctrl-C goes on ignoring it.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if act is not None:
            act()

    signal.signal(signal.SIGINT, signal.default_int_handler if act is None else handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
