"""`headwater chat` as a process of its own, against a real server."""

from __future__ import annotations

import json
import subprocess

import pytest
from chat_process import CHAT, LIMIT, USAGE, Body, Command, Spawn, at, read_until
from typer.testing import CliRunner

from headwater import Grammar, Hub, RequestError, from_json
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_cli._app import app
from headwater_cli._asking import Wish, settle

CANARY = "sk-canary-5f1d2c"

CALL = {"index": 0, "id": "call_1", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}

NOWHERE = ["-m", "openai/x", "--base-url", "http://127.0.0.1:1", *CHAT]


# -- one answer


def test_the_text_goes_to_standard_output_and_all_else_to_standard_error(
    server: LoopbackServer, run: Command, chat_body: Body
) -> None:
    """A pipe gets the text alone; thinking, tool call, usage and reason stand beside it."""
    deltas = ({"reasoning_content": "Hmm."}, {"content": "Hel"}, {"content": "lo"}, {"tool_calls": [CALL]})
    server.reply(Reply(chat_body(*deltas, finish="tool_calls", usage=USAGE)))
    done = run("chat", "Hi", *at(server))
    assert (done.returncode, done.stdout) == (0, "Hello\n")
    assert done.stderr.splitlines() == [
        "Hmm.",
        '-> weather {"city":"Paris"}',
        "openai/some-model | 12 in, 34 out tokens | cost unknown | toolUse",
    ]


def test_the_text_appears_as_it_comes(server: LoopbackServer, spawn: Spawn, chat_body: Body) -> None:
    """The first words are there while the server still holds back the rest."""
    pieces = chat_body({"content": "first "}, {"content": "second"})
    server.reply(Reply(pieces, fault=Fault.stall(len(pieces[0]))))
    process = spawn("chat", "Hi", *at(server), stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    assert read_until(process.stdout.raw.read, b"first ") == b"first "  # type: ignore[attr-defined]
    server.release()
    assert process.stdout.read() == b"second\n"
    assert process.wait(LIMIT) == 0


def test_the_options_of_the_command_reach_the_request(server: LoopbackServer, run: Command, chat_body: Body) -> None:
    """System prompt, limits, temperature and an option of the api stand in the body that is sent."""
    server.reply(Reply(chat_body({"content": "ok"})))
    run("chat", "Hi", *at(server), "--system", "Be brief.", "--temperature", "0.5", "-o", 'stop=["END"]')
    sent = server.requests[0].json
    assert [message["content"] for message in sent["messages"]] == ["Be brief.", "Hi"]
    assert (sent["temperature"], sent["stop"], sent["model"]) == (0.5, ["END"], "some-model")


def test_piped_input_joins_the_prompt(server: LoopbackServer, run: Command, chat_body: Body) -> None:
    """The prompt comes first, then what was piped in, without the newline at its end."""
    server.reply(Reply(chat_body({"content": "ok"})))
    run("chat", "Sum up:", *at(server), stdin="a long text\n")
    assert server.requests[0].json["messages"] == [{"role": "user", "content": "Sum up:\n\na long text"}]


@pytest.mark.parametrize("prompt", [[], ["-"]])
def test_piped_input_alone_is_a_prompt(
    server: LoopbackServer, run: Command, chat_body: Body, prompt: list[str]
) -> None:
    """Without a prompt, or with a dash, standard input is what is asked."""
    server.reply(Reply(chat_body({"content": "ok"})))
    run("chat", *prompt, *at(server), stdin="What is 2 + 2?\n")
    assert server.requests[0].json["messages"] == [{"role": "user", "content": "What is 2 + 2?"}]


def test_json_prints_the_events_of_the_stream(server: LoopbackServer, run: Command, chat_body: Body) -> None:
    """Each line is an event; together they are one whole stream in the right order."""
    server.reply(Reply(chat_body({"content": "Hello"}, usage=USAGE)))
    done = run("chat", "Hi", *at(server), "--json")
    grammar = Grammar()
    for line in done.stdout.splitlines():
        grammar.feed(from_json(line))
    assert (grammar.state, done.returncode, done.stderr) == ("over", 0, "")


def test_an_endpoint_by_url_needs_no_plugin_of_its_own(server: LoopbackServer, run: Command, chat_body: Body) -> None:
    """With a base URL and an api, the provider's name is the caller's choice."""
    server.reply(Reply(chat_body({"content": "local"})))
    done = run("chat", "Hi", "-m", "mine/m", "--base-url", server.url, "--api", "openai-completions")
    assert (done.returncode, done.stdout) == (0, "local\n")


def test_control_characters_reach_a_pipe_untouched(server: LoopbackServer, run: Command, chat_body: Body) -> None:
    """What is piped on is the model's text, to the byte."""
    server.reply(Reply(chat_body({"content": "a\x1b[31mb\x00"})))
    assert run("chat", "Hi", *at(server)).stdout == "a\x1b[31mb\x00\n"


# -- failures


def test_an_error_is_one_line_and_code_1(server: LoopbackServer, run: Command) -> None:
    """The provider's own words come along."""
    body = json.dumps({"error": {"message": "No such\nmodel", "code": "model_not_found"}}).encode()
    server.reply(Reply(body, status=404, headers={"content-type": "application/json"}))
    done = run("chat", "Hi", *at(server))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("error: openai/some-model answered model not found (404): No such model")


def test_an_answer_that_is_cut_off_keeps_its_text_and_is_a_failure(
    server: LoopbackServer, run: Command, chat_body: Body
) -> None:
    """The text so far goes out, the last line says what happened."""
    server.reply(Reply(chat_body({"content": "half an ans"})[:1]))
    done = run("chat", "Hi", *at(server))
    assert (done.returncode, done.stdout) == (1, "half an ans\n")
    assert done.stderr.startswith("error: openai/some-model ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-m", "nobody/x"], "no installed package offers provider 'nobody'"),
        (["-m", "some-model"], "names no provider"),
        (["-m", "openai/x", *CHAT], "OPENAI_API_KEY"),
        (["-m", "openai/x", "--base-url", "nonsense", *CHAT], "no base URL"),
        ([*NOWHERE, "-o", "colour=red"], "no option 'colour'"),
        ([*NOWHERE, "-o", "colour"], "-o name=value"),
        ([*NOWHERE, "-o", f"key={CANARY}"], "key is no option"),
        ([*NOWHERE, "-o", "metadata=5"], "metadata is of type int"),
        ([*NOWHERE, "-o", "prediction=5", "-o", "logit_bias=[]", "-o", "stop=5"], "check the options that were given"),
        ([*NOWHERE, "--thinking", "hard"], "is no level"),
        (["-m", "openai/x", "--key-env", CANARY], "--key-env names a variable that is not set"),
        (["--base-url", "http://127.0.0.1:1"], "-m provider/model"),
    ],
)
@pytest.mark.usefixtures("no_keys")
def test_what_cannot_be_asked_is_one_line_and_code_2(arguments: list[str], words: str) -> None:
    """Nothing was sent, and no key is repeated."""
    done = CliRunner().invoke(app, ["chat", "Hi", *arguments])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr
    assert CANARY not in done.stderr


def test_nothing_to_ask_is_code_2(run: Command) -> None:
    """No prompt and an empty pipe."""
    done = run("chat", "-m", "openai/x")
    assert (done.returncode, done.stderr) == (2, "error: there is nothing to ask: give a prompt, or pipe text in\n")


# -- keys


def test_a_key_of_the_environment_does_not_go_to_another_address(
    server: LoopbackServer, run: Command, chat_body: Body
) -> None:
    """The provider's variable is set, and the request to another base URL carries no key."""
    server.reply(Reply(chat_body({"content": "ok"})))
    done = run("chat", "Hi", *at(server), OPENAI_API_KEY=CANARY)
    assert done.returncode == 0
    assert "authorization" not in server.requests[0].headers


def test_a_key_is_sent_where_its_variable_is_named(server: LoopbackServer, run: Command, chat_body: Body) -> None:
    """`--key-env` names the variable, the request carries its value."""
    server.reply(Reply(chat_body({"content": "ok"})))
    run("chat", "Hi", *at(server), "--key-env", "MY_KEY", MY_KEY=CANARY)
    assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"


def test_a_missing_key_at_another_address_is_explained(server: LoopbackServer, run: Command) -> None:
    """Where no key was sent and one is wanted, the way to send it is told."""
    server.reply(Reply(b'{"error": {"message": "who are you"}}', status=401))
    done = run("chat", "Hi", *at(server), OPENAI_API_KEY=CANARY)
    assert "no key was sent" in done.stderr
    assert "--key-env" in done.stderr


def test_a_server_that_repeats_the_key_does_not_bring_it_to_the_screen(server: LoopbackServer, run: Command) -> None:
    """The words of an error are shown without the key in them."""
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {CANARY}."}}).encode()
    server.reply(Reply(body, status=401, headers={"content-type": "application/json"}))
    for form in ([], ["--json"]):
        done = run("chat", "Hi", *at(server), "--key-env", "MY_KEY", *form, MY_KEY=CANARY)
        assert done.returncode == 1
        assert "Incorrect API key provided" in done.stderr
        assert CANARY not in done.stdout + done.stderr


# -- whom to ask


def test_without_any_key_the_tour_shows_everything(run: Command) -> None:
    """Text, thinking, a tool call and usage, and the variable that switches a real provider on."""
    done = run("chat", "Why is the sky blue?")
    said = done.stderr
    assert done.returncode == 0
    assert done.stdout.strip()
    assert said.startswith("No key is set, so this is the tour of the mock provider.")
    assert "see headwater providers --keys" in said.splitlines()[0]
    assert "-> " in said
    assert "mock/tour | " in said.splitlines()[-1]


def test_the_tour_is_a_whole_stream(run: Command) -> None:
    """As JSON, the tour has thinking, text, a tool call and usage."""
    events = [json.loads(line)["type"] for line in run("chat", "Hi", "--json").stdout.splitlines()]
    assert {"thinking_delta", "text_delta", "toolcall_end", "usage", "done"} <= set(events)


def test_a_key_without_a_model_says_what_to_pass(run: Command) -> None:
    """The owner of the key is known; which model is meant is not guessed."""
    done = run("chat", "Hi", OPENAI_API_KEY=CANARY)
    assert done.returncode == 2
    assert done.stderr.startswith("error: OPENAI_API_KEY is set; say which model to ask: -m openai/MODEL")
    assert CANARY not in done.stderr


def test_the_environment_may_name_the_model(run: Command) -> None:
    """HEADWATER_MODEL stands for -m."""
    done = run("chat", "Hi", HEADWATER_MODEL="nobody/x")
    assert (done.returncode, "'nobody'" in done.stderr) == (2, True)


def test_a_list_of_models_is_named_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for it should find something in it."""
    hub = Hub()
    for listed, told in (((), False), (("a", "b"), True)):
        monkeypatch.setattr(hub, "models", lambda provider, listed=listed: listed)  # pyright: ignore[reportUnknownLambdaType]
        with pytest.raises(RequestError) as refused:
            settle(hub, Wish(), {"OPENAI_API_KEY": CANARY})
        assert ("headwater models openai" in str(refused.value)) is told


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (404, b'{"detail": "Not Found"}', True),
        (404, b"<html>", True),
        (404, b'{"error": {"message": "no", "code": "model_not_found"}}', False),
        (400, b'{"detail": "no"}', False),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(
    server: LoopbackServer, run: Command, status: int, body: bytes, told: bool
) -> None:
    """Most often the end of the base URL is missing."""
    server.reply(Reply(body, status=status))
    done = run("chat", "Hi", *at(server))
    assert ("many end in /v1" in done.stderr, done.returncode) == (told, 1)
