"""`headwater record` and `headwater replay`, as processes against a real server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.testing import LoopbackServer, Reply

Body = Callable[..., list[bytes]]
Command = Callable[..., Any]

KEY = "canary-key-0123456789"


@pytest.fixture
def answer(server: LoopbackServer, chat_body: Body) -> bytes:
    """What the server answers."""
    body = b"".join(chat_body({"content": "Hel"}, {"content": "lo"}))
    server.reply(Reply(body, headers={"content-type": "text/event-stream", "x-request-id": "mine"}))
    return body


def record(run: Command, server: LoopbackServer, folder: Path, *more: str, prompt: str = "Hi") -> Any:
    """The command's outcome."""
    where = ("--base-url", server.url, "--api", "openai-completions", "--key-env", "MY_KEY")
    return run("record", "hello", prompt, "-m", "openai/m", "-f", str(folder), *where, *more, MY_KEY=KEY)


def test_an_answer_is_shown_and_written(run: Command, server: LoopbackServer, answer: bytes, tmp_path: Path) -> None:
    """The text to standard output, where it went to standard error, the bytes into the folder."""
    done = record(run, server, tmp_path / "made")
    written = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    assert (done.returncode, done.stdout.strip(), "recorded" in done.stderr) == (0, "Hello", True)
    assert (sorted(written), written["hello.sse"]) == (["hello.meta.json", "hello.sse"], answer)
    assert KEY.encode() not in b"".join(written.values())


def test_what_was_recorded_is_played_back(run: Command, server: LoopbackServer, answer: bytes, tmp_path: Path) -> None:
    """Without a key; as text, or as events."""
    record(run, server, tmp_path)
    text = run("replay", str(tmp_path / "hello"), "--speed", "0")
    lines = run("replay", str(tmp_path / "hello.sse"), "--json", "--speed", "0").stdout.splitlines()
    assert (text.returncode, text.stdout.strip()) == (0, "Hello")
    assert [json.loads(line)["type"] for line in lines] == [
        "start",
        "text_start",
        "text_delta",
        "text_delta",
        "text_end",
        "done",
    ]


def test_a_secret_is_not_written(run: Command, server: LoopbackServer, answer: bytes, tmp_path: Path) -> None:
    """It is said where it is, and nothing is there afterwards."""
    done = record(run, server, tmp_path / "made", prompt="My key is sk-abcdefghijklmnopqrstuvwx")
    assert (done.returncode, (tmp_path / "made").exists()) == (2, False)
    assert "holds a key that begins with sk- in the request; nothing was written" in done.stderr


def test_a_recording_that_is_not_there_is_named(run: Command, tmp_path: Path) -> None:
    """With how one is made."""
    done = run("replay", str(tmp_path / "none"))
    assert (done.returncode, "names no recording" in done.stderr, "headwater record" in done.stderr) == (2, True, True)


def test_without_the_package_it_says_what_to_install(run: Command, tmp_path: Path) -> None:
    """The commands are there; what they need may not be."""
    tmp_path.joinpath("sitecustomize.py").write_text("import sys\nsys.modules['headwater_record'] = None\n")
    done = run("replay", "x", PYTHONPATH=str(tmp_path))
    assert (done.returncode, "pip install headwater-record" in done.stderr) == (2, True), sys.version


def test_a_model_of_this_process_is_refused_before_it_is_asked(run: Command, tmp_path: Path) -> None:
    """Nothing of it comes over HTTP; nothing is shown as if it had been recorded."""
    done = run("record", "hello", "Hi", "-m", "mock/tour", "-f", str(tmp_path / "made"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "answers in this process" in done.stderr
    assert not (tmp_path / "made").exists()
