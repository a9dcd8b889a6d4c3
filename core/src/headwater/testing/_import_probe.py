"""Run as a script by `_imports`: imports modules and prints, as JSON, what that did.

Standard input holds `path` (for `sys.path`), `modules` and `own`, the packages whose reading of the environment counts.
"""

# Nothing of headwater.testing is imported here: this process must hold as little as possible beside the plugin.
import atexit
import json
import logging
import os
import signal
import sys
import threading
import time
import warnings
from typing import Any

_STARTING = ("subprocess.Popen", "os.system", "os.fork", "os.posix_spawn")


def main() -> None:
    """Imports what standard input names, and tells what was seen."""
    settings: dict[str, Any] = json.loads(sys.stdin.read())
    sys.path[:] = settings["path"]
    __import__("headwater").Hub  # noqa: B018 - resolves what every plugin needs of core
    found: list[str] = []
    _watch(found, settings["own"])
    before, loaded = _state(), set(sys.modules)
    begun = time.process_time()
    for name in settings["modules"]:
        __import__(name)
    seconds = time.process_time() - begun
    after = _state()
    found += [words for words, value in before.items() if after[words] != value]
    told = {"found": list(found), "modules": sorted(set(sys.modules) - loaded), "seconds": seconds}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)  # threads that the plugin began must not keep this process


def _state() -> dict[str, Any]:
    known = [one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    return {
        "leaves threads running": sorted(thread.name for thread in threading.enumerate()),
        "adds log handlers": sum(len(one.handlers) for one in (logging.getLogger(), *known)),
        "sets the root logger's level": logging.getLogger().level,
        "changes the environment": os.environ.copy(),
        "handles a signal": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "does something at the end of the process": atexit._ncallbacks(),  # pyright: ignore[reportPrivateUsage]
        "filters warnings": list(warnings.filters),
        "sets a timeout for all sockets": _timeout(),
        "changes the working folder": os.getcwd(),
        "changes sys.path": list(sys.path),
    }


def _timeout() -> float | None:
    """The limit of sockets that say none, where there can be sockets."""
    known: Any = sys.modules.get("socket")
    return known.getdefaulttimeout() if known is not None else None


def _watch(found: list[str], own: list[str]) -> None:
    """From now on notes in `found` what is read, opened and started."""

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith("socket."):
            found.append(f"uses a socket ({event})")
        elif event in _STARTING:
            found.append("starts a process")
        elif event == "open" and set(str(arguments[1] or "r")) & set("wax+") and "__pycache__" not in str(arguments[0]):
            found.append(f"writes a file ({arguments[0]})")

    started = threading.Thread.start

    def start(self: threading.Thread) -> None:
        found.append("starts a thread")
        started(self)

    slept = time.sleep

    def sleep(seconds: float) -> None:
        found.append("sleeps")
        slept(seconds)

    class Environ(type(os.environ)):
        """The environment, which notes who of the plugin reads it."""

        def __getitem__(self, name: str) -> Any:
            if _reader() in own:
                found.append(f"reads the environment ({name})")
            return super().__getitem__(name)

    os.environ.__class__ = Environ
    threading.Thread.start = start
    time.sleep = sleep
    sys.addaudithook(audit)


def _reader() -> str:
    """The package whose code reads the environment: the first caller that is neither os nor this script."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_globals.get("__name__") in ("os", "_collections_abc", "collections.abc"):
        frame = frame.f_back
    return "" if frame is None else str(frame.f_globals.get("__name__")).partition(".")[0]


if __name__ == "__main__":
    main()
