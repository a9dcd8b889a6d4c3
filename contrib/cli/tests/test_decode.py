"""`headwater decode`: captured bodies, written by hand, from files and from standard input."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater import AssistantMessage, Grammar, from_json
from headwater_cli._app import app

Body = Callable[..., list[bytes]]
Spawn = Callable[..., "subprocess.Popen[bytes]"]

CHAT = ["--api", "openai-completions"]
CALL = {"index": 0, "id": "call_1", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}

pytestmark = pytest.mark.usefixtures("no_keys")


def decode(*arguments: str, stdin: bytes = b"", api: bool = True) -> Any:
    """What the command gave back for chat completions."""
    return CliRunner().invoke(app, ["decode", *arguments, *(CHAT if api else [])], input=stdin)


def events(output: str) -> list[dict[str, Any]]:
    """The lines as JSON, held against the grammar."""
    grammar = Grammar()
    for line in output.splitlines():
        grammar.feed(from_json(line))
    assert grammar.state == "over"
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def recording(tmp_path: Path, chat_body: Body) -> str:
    """A file with thinking, text and a tool call in it."""
    deltas = ({"reasoning_content": "Hmm."}, {"content": "Hello"}, {"tool_calls": [CALL]})
    file = tmp_path / "stream.sse"
    file.write_bytes(b"".join(chat_body(*deltas, finish="tool_calls")))
    return str(file)


def test_the_events_are_printed_in_the_documents_json(recording: str) -> None:
    """One event a line, by their documented names."""
    done = decode("openai/some-model", recording)
    found = events(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")
    assert [event["type"] for event in found] == [
        "start",
        *(f"thinking_{part}" for part in ("start", "delta", "end")),
        *(f"text_{part}" for part in ("start", "delta", "end")),
        *(f"toolcall_{part}" for part in ("start", "delta", "end")),
        "done",
    ]
    assert found[-2]["toolCall"] == {
        "type": "toolCall",
        "id": "call_1",
        "name": "weather",
        "arguments": {"city": "Paris"},
    }
    assert found[-1]["message"]["model"] == "some-model"


def test_standard_input_is_read_for_a_dash(recording: str) -> None:
    """The same bytes, piped, give the same events."""
    piped = events(decode("openai", "-", stdin=Path(recording).read_bytes()).stdout)
    filed = events(decode("openai", recording).stdout)
    for found in (piped, filed):
        del found[-1]["message"]["timestamp"]
    assert piped == filed


@pytest.mark.parametrize("size", ["1", "2", "3", "7", "100000"])
def test_any_size_of_pieces_gives_the_same_message(recording: str, size: str) -> None:
    """`--chunk` cuts the bytes; what they say stays."""
    message = from_json(decode("openai", recording, "--message", "--chunk", size).stdout)
    assert (message.text, message.thinking, len(message.tool_calls)) == ("Hello", "Hmm.", 1)


def test_message_prints_only_the_final_message(recording: str) -> None:
    """One line: the message in the documents' JSON."""
    done = decode("openai", recording, "--message")
    message = from_json(done.stdout)
    assert done.stdout.count("\n") == 1
    assert isinstance(message, AssistantMessage)
    assert message.stop_reason == "toolUse"


def test_partial_prints_the_message_as_it_stood(recording: str) -> None:
    """With each event, what had come until then."""
    found = [json.loads(line) for line in decode("openai", recording, "--partial").stdout.splitlines()]
    text = next(event for event in found if event["type"] == "text_start")
    assert [block["type"] for block in text["partial"]["content"]] == ["thinking", "text"]


def test_events_come_before_the_input_ends(spawn: Spawn, chat_body: Body) -> None:
    """What is piped in live is shown live."""
    process = spawn("decode", "openai", "-", *CHAT)
    assert process.stdin is not None
    assert process.stdout is not None
    first, *rest = chat_body({"content": "early"}, {"content": "late"})
    process.stdin.write(first)
    process.stdin.flush()
    seen = [json.loads(process.stdout.readline()) for _ in range(3)]
    process.stdin.write(b"".join(rest))
    process.stdin.close()
    process.stdin = None
    assert seen[-1] == {"type": "text_delta", "contentIndex": 0, "delta": "early"}
    assert process.wait(30) == 0


# -- answers that end in an error


def test_a_stream_that_is_cut_ends_with_code_1_and_keeps_what_came(chat_body: Body) -> None:
    """The last event is the error, which is printed to standard error too."""
    done = decode("openai", "-", stdin=b"".join(chat_body({"content": "half"})[:1]))
    last = events(done.stdout)[-1]
    assert (done.exit_code, last["type"], last["error"]["content"]) == (1, "error", [{"type": "text", "text": "half"}])
    assert done.stderr == f"error: {last['error']['errorMessage']}\n"


def test_an_error_body_is_classified_by_status_and_headers(tmp_path: Path) -> None:
    """A header on the command line and headers in a file count alike."""
    named = tmp_path / "headers.json"
    named.write_text('{"Retry-After": "7", "X-Request-Id": ["req_1"]}')
    body = b'{"error": {"message": "Slow down"}}'
    line = ["--headers", "Retry-After: 7", "--headers", "x-request-id: req_1"]
    for headers in (line, ["--headers", str(named)]):
        done = decode("openai", "-", "--status", "429", *headers, "--message", stdin=body)
        error = from_json(done.stdout).error
        assert (done.exit_code, error.kind, error.retry_after, error.request_id) == (1, "rate_limit", 7.0, "req_1")
        assert "Slow down" in done.stderr


def test_a_stream_of_another_protocol_says_how_to_name_it(run: Callable[..., Any]) -> None:
    """Where nothing could be read, the apis that are installed are listed."""
    done = run("decode", "mock", "-", stdin="this is no stream")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("error: ")
    assert "openai-completions" in done.stderr.splitlines()[1]


# -- what cannot be decoded


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody/x", "-"], "no installed package offers provider 'nobody'"),
        (["openai", "/no/such/file"], "/no/such/file cannot be read"),
        (["openai", "."], ". cannot be read"),
        (["openai", "-", "--api", "smoke-signals"], "no installed package offers api 'smoke-signals'"),
        (["openai", "-", "--headers", "neither"], "'neither' is neither"),
        (["openai", "-", *CHAT, "-o", "colour=red"], "no option 'colour'"),
    ],
)
def test_what_cannot_be_decoded_is_one_line_and_code_2(arguments: list[str], words: str) -> None:
    """A wrong provider, a missing file, a header that is none: said on standard error."""
    done = decode(*arguments, api=False)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_headers_that_are_no_headers_are_refused(tmp_path: Path) -> None:
    """A JSON file that holds something else."""
    file = tmp_path / "headers.json"
    file.write_text("[1, 2]")
    done = decode("openai", "-", "--headers", str(file))
    assert (done.exit_code, "holds no headers" in done.stderr) == (2, True)


def test_a_provider_that_is_not_installed_is_read_by_its_api(recording: str) -> None:
    """The protocol is enough to read a recording."""
    message = from_json(decode("elsewhere/m", recording, "--message").stdout)
    assert (message.provider, message.text) == ("elsewhere", "Hello")


def test_an_option_of_the_api_is_honoured(chat_body: Body) -> None:
    """Inline think tags become thinking when asked for."""
    body = b"".join(chat_body({"content": "<think>Hmm.</think>Hello"}))
    message = from_json(decode("openai", "-", "--message", "-o", "think_tags=true", stdin=body).stdout)
    assert (message.thinking, message.text) == ("Hmm.", "Hello")
