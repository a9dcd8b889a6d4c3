"""`headwater chat` ended from outside, with an output that fails, and at a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import threading

import pytest
from chat_process import LIMIT, USAGE, Body, Spawn, Terminal, at, posix, read_until

from headwater.testing import Fault, LoopbackServer, Reply


@posix
def test_an_output_that_was_closed_before_is_no_failure(spawn: Spawn) -> None:
    """As with `>&-`: the answer goes nowhere, the rest is said."""
    process = spawn("chat", "Hi", "-m", "mock/echo", stdin=subprocess.DEVNULL, preexec_fn=lambda: os.close(1))
    _, said = process.communicate(timeout=LIMIT)
    assert (process.returncode, said.splitlines()[-1][:9]) == (0, b"mock/echo")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [("chat", "Hi", "-m", "mock/echo"), ("doctor",), ("chat", "Hi", "--json")])
def test_a_full_disk_is_one_line_and_code_1(spawn: Spawn, arguments: tuple[str, ...]) -> None:
    """What cannot be written is said, without a traceback."""
    with open("/dev/full", "wb") as full:
        process = spawn(*arguments, stdin=subprocess.DEVNULL, stdout=full)
        _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert b"error: input or output failed: No space left on device\n" in said
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said


@posix
def test_ctrl_c_ends_the_answer_and_keeps_its_text(server: LoopbackServer, spawn: Spawn, chat_body: Body) -> None:
    """In the middle of a stream: the text stays, the last line says aborted, the connection is closed, code 130."""
    pieces = chat_body({"content": "half "}, {"content": "never"})
    server.reply(Reply(pieces, fault=Fault.stall(len(pieces[0]))))
    process = spawn("chat", "Hi", *at(server), stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    read_until(process.stdout.raw.read, b"half ")  # type: ignore[attr-defined]
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=LIMIT)
    assert (process.returncode, rest) == (130, b"\n")
    assert said.startswith(b"aborted: openai/some-model was aborted")
    assert server.connections.wait_closed()


@posix
def test_ctrl_c_before_the_answer_begins_ends_it_too(server: LoopbackServer, spawn: Spawn) -> None:
    """The server has the request and says nothing yet."""
    arrived = threading.Event()
    server.reply(Reply(b"", fault=Fault.stall(-1, gate=lambda offset: arrived.set())))
    process = spawn("chat", "Hi", *at(server), stdin=subprocess.DEVNULL)
    assert arrived.wait(LIMIT)
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=LIMIT)
    assert (process.returncode, rest, said.startswith(b"aborted: ")) == (130, b"", True)
    assert server.connections.wait_closed()


@posix
def test_a_reader_that_leaves_ends_the_command_quietly(server: LoopbackServer, spawn: Spawn, chat_body: Body) -> None:
    """As with `| head -1`: no traceback, and the connection is closed."""
    pieces = chat_body({"content": "first\n"}, *({"content": f"{number}\n"} for number in range(50)))
    server.reply(Reply(pieces, fault=Fault.stall(len(pieces[0]))))
    process = spawn("chat", "Hi", *at(server), stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    read_until(process.stdout.raw.read, b"first\n")  # type: ignore[attr-defined]
    process.stdout.close()
    process.stdout = None
    server.release()
    assert process.wait(LIMIT) == 1
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert server.connections.wait_closed()


@posix
def test_a_conversation_keeps_its_history(server: LoopbackServer, spawn: Spawn, chat_body: Body) -> None:
    """At a terminal: question and answer in turn; Ctrl-C leads back to the prompt, Ctrl-D ends it."""
    cut = chat_body({"content": "Partly"}, {"content": " never"})
    refused = Reply(b'{"error": {"message": "not that"}}', status=400)
    server.reply(
        Reply(chat_body({"content": "One."})),
        Reply(cut, fault=Fault.stall(len(cut[0]))),
        refused,
        Reply(chat_body({"content": "Three."})),
    )
    terminal = Terminal()
    process = terminal.start(spawn, "chat", *at(server))
    terminal.wait_for(b"> ")
    terminal.interrupt(process, b"Ctrl-D ends the conversation")
    terminal.wait_for(b"> ")
    terminal.type(b"first?\n")
    terminal.wait_for(b"> ")
    terminal.type(b"second?\n")
    terminal.wait_for(b"Partly")
    process.send_signal(signal.SIGINT)
    for question in (b"bad?\n", b"third?\n", b"\x04"):
        terminal.wait_for(b"> ")
        terminal.type(question)
    assert process.wait(LIMIT) == 0
    seen = terminal.end()
    assert b"aborted: " in seen
    assert b"not that" in seen
    assert seen.endswith(b"> \r\n")
    assert [(message["role"], message["content"]) for message in server.requests[3].json["messages"]] == [
        ("user", "first?"),
        ("assistant", "One."),
        ("user", "second?"),
        ("assistant", "Partly"),
        ("user", "third?"),
    ]


@posix
def test_a_terminal_shows_text_and_thinking_in_order(server: LoopbackServer, spawn: Spawn, chat_body: Body) -> None:
    """Thinking is dim, the answer plain, usage at the end is dim; an empty line stands between them."""
    server.reply(Reply(chat_body({"reasoning_content": "Hmm."}, {"content": "Blue."}, usage=USAGE)))
    terminal = Terminal()
    process = terminal.start(spawn, "chat", "Hi", *at(server), TERM="xterm")
    assert process.wait(LIMIT) == 0
    lines = terminal.end().decode().split("\r\n")
    assert lines == [
        "\x1b[2;3mHmm.\x1b[0m",
        "",
        "Blue.",
        "",
        "\x1b[2mopenai/some-model | 12 in, 34 out tokens | cost unknown | stop\x1b[0m",
        "",
    ]


@posix
def test_a_model_cannot_command_the_terminal(server: LoopbackServer, spawn: Spawn, chat_body: Body) -> None:
    """Control characters in text, thinking and errors are shown as signs."""
    title = "\x1b]0;owned\x07"
    server.reply(Reply(chat_body({"reasoning_content": title}, {"content": f"a{title}\x9b1mb"})))
    terminal = Terminal()
    process = terminal.start(spawn, "chat", "Hi", *at(server))
    assert process.wait(LIMIT) == 0
    seen = terminal.end().decode()
    assert ("\x1b" in seen, "\x07" in seen, "\x9b" in seen) == (False, False, False)
    assert "a\u241b]0;owned\u2407\ufffd1mb" in seen
