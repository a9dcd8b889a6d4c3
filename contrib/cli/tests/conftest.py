"""What the tests of the command share: a bare environment, the command as a process, a server, recorded bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

# Under importlib mode a test cannot import its neighbour; `chat_process` is for several of them.
sys.path.insert(0, str(Path(__file__).parent))

from headwater.testing import LoopbackServer

LIMIT = 30.0  # seconds after which a wait counts as failed; nothing waits that long when all is well

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A real server on this machine."""
    with LoopbackServer() as running:
        yield running


@pytest.fixture
def bare_environment(tmp_path: Path) -> dict[str, str]:
    """An environment without keys, proxies and settings of the machine's user."""
    kept = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "PYTHONPATH", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    home = str(tmp_path)
    return {**environment, "HOME": home, "USERPROFILE": home, "TERM": "dumb", "PYTHONUTF8": "1", "COLUMNS": "100"}


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process's own environment without keys and without a model of choice."""
    for name in list(os.environ):
        if name.endswith(("_KEY", "_TOKEN")) or name.startswith("HEADWATER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def run(bare_environment: dict[str, str]) -> Command:
    """Runs the command as a process and waits for it: `run("chat", "hello", stdin="", KEY="...")`."""

    def run(
        *arguments: str, stdin: str = "", options: tuple[str, ...] = (), **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *options, "-m", "headwater_cli", *arguments],
            input=stdin,
            env={**bare_environment, **variables},
            capture_output=True,
            encoding="utf-8",
            timeout=LIMIT,
            check=False,
        )

    return run


@pytest.fixture
def spawn(bare_environment: dict[str, str]) -> Generator[Spawn, None, None]:
    """Starts the command as a process with pipes, or the given files and variables; ends it with the test."""
    started: list[subprocess.Popen[bytes]] = []
    # A child of a process that ignores Ctrl-C (one started in the background) would ignore it too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def spawn(*arguments: str, **files: Any) -> subprocess.Popen[bytes]:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        command = [sys.executable, "-m", "headwater_cli", *arguments]
        variables = {name: files.pop(name) for name in list(files) if name.isupper()}
        start: Any = subprocess.Popen  # the type of its overloads does not survive keywords in a dictionary
        process: subprocess.Popen[bytes] = start(command, env={**bare_environment, **variables}, **{**pipes, **files})
        started.append(process)
        return process

    yield spawn
    signal.signal(signal.SIGINT, before)
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def chat_body() -> Callable[..., list[bytes]]:
    """Chat completions as a server streams them: `chat_body({"content": "Hi"}, ..., finish="stop")`, one piece each."""

    def body(*deltas: dict[str, Any], finish: str = "stop", usage: dict[str, Any] | None = None) -> list[bytes]:
        chunks: list[Any] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if usage is not None:
            chunks.append({"choices": [], "usage": usage})
        lines = [json.dumps({"id": "chatcmpl-1", "model": "served", **chunk}) for chunk in chunks]
        return [f"data: {line}\n\n".encode() for line in [*lines, "[DONE]"]]

    return body
