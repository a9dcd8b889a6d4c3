"""What a hook does beside giving back its answer: clocks, environment, sockets, threads, files, chance.

The interpreter's profiler sees each call of a hook, also of names that were imported from elsewhere; what happens
while a module is imported is the import's business and is not looked at here.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Mapping
from types import CodeType, FrameType
from typing import Any

_BUILTINS: Mapping[tuple[str, str], str] = {
    **{("time", name): "reads the clock" for name in ("time", "time_ns", "monotonic", "monotonic_ns")},
    **{("time", name): "reads the clock" for name in ("perf_counter", "perf_counter_ns", "localtime", "gmtime")},
    ("time", "sleep"): "sleeps",
    ("datetime", "now"): "reads the clock",
    ("datetime", "utcnow"): "reads the clock",
    ("datetime", "today"): "reads the clock",
    ("posix", "urandom"): "asks for random bytes",
    ("nt", "urandom"): "asks for random bytes",
    ("_random", "random"): "asks for a random number",
    ("_random", "getrandbits"): "asks for a random number",
    ("_socket", "getaddrinfo"): "looks up an address",
    ("_thread", "start_new_thread"): "starts a thread",
    ("_thread", "start_joinable_thread"): "starts a thread",
    ("_posixsubprocess", "fork_exec"): "starts a process",
    ("builtins", "print"): "prints",
    ("_io", "open"): "opens a file",
    ("io", "open"): "opens a file",
    ("posix", "open"): "opens a file",
}
"""Functions written in C, by the module of the function or of what it belongs to."""

_ENVIRON: Any = type(os.environ)
_IN_PYTHON: Mapping[CodeType, str] = {
    _ENVIRON.__getitem__.__code__: "reads the environment",
    _ENVIRON.__iter__.__code__: "reads the environment",
    _ENVIRON.__setitem__.__code__: "changes the environment",
    _ENVIRON.__delitem__.__code__: "changes the environment",
}
"""Functions written in Python, by their code."""

_EXCUSED = (logging.__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")


class Watch:
    """Between entering and leaving: what was done in this thread that a hook must not do, each thing once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __enter__(self) -> Watch:
        self._before = sys.getprofile()
        self._collecting = gc.isenabled()
        gc.disable()  # others may look at the clock whenever garbage is collected
        sys.setprofile(self._see)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(self._before)
        if self._collecting:
            gc.enable()

    def _see(self, frame: FrameType, event: str, argument: Any) -> None:
        words = None
        if event == "c_call":
            owner = getattr(argument, "__self__", None)
            module = getattr(argument, "__module__", None)
            if module is None and owner is not None:
                kind = owner if isinstance(owner, type) else type(owner)
                module = next(
                    (base.__module__ for base in kind.__mro__ if base.__module__ in _MODULES), kind.__module__
                )
            words = _BUILTINS.get((str(module), getattr(argument, "__name__", "")))
            if words is None and module == "_socket":
                words = "uses a socket"
        elif event == "call":
            words = _IN_PYTHON.get(frame.f_code)
        if words is not None and words not in self.found and not _excused(frame):
            self.found.append(words)


_MODULES = frozenset(module for module, _ in _BUILTINS)


def _excused(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename in _EXCUSED:
            return True
        frame = frame.f_back
    return False
