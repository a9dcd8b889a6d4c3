"""The provider: models described without a look at their files, servers started at first use."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_scripts import FORMS, SCRIPTS, TOOLS, Llama, get, play, said

from headwater import Hub, RequestError, UserMessage
from headwater_llamacpp import LlamaModel, LlamaProvider, LlamaServer, Settings, serve

CHAT_BODY = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


@pytest.fixture
def own() -> Iterator[LlamaProvider]:
    """A provider without servers yet."""
    made = LlamaProvider()
    yield made
    made.close()


def hub_of(provider: LlamaProvider) -> Hub:
    """A hub with that provider."""
    hub = Hub(environ={})
    hub.register("llamacpp", provider)
    return hub


# -- describing


def test_a_model_is_described_without_its_file() -> None:
    """The id is the path as it was written; nothing is looked up."""
    model = Hub().model("llamacpp//srv/models/tiny.gguf", n_ctx=4096, n_parallel=2)
    assert isinstance(model, LlamaModel)
    described = (model.id, model.name, model.context_window, model.settings.n_parallel, model.input)
    assert described == ("/srv/models/tiny.gguf", "tiny", 2048, 2, ("text",))


def test_a_model_is_data() -> None:
    """It pickles and compares, with its settings."""
    model = Hub().model("llamacpp/a.gguf", n_ctx=4096, params={"n_keep": 1})
    assert (pickle.loads(pickle.dumps(model)), model == Hub().model("llamacpp/a.gguf")) == (model, False)


def test_a_model_with_a_projector_sees_images() -> None:
    """Then images are not left out of the conversation."""
    assert Hub().model("llamacpp/a.gguf", mmproj="mmproj.gguf").input == ("text", "image")


def test_no_key_is_needed() -> None:
    """Nothing leaves the machine."""
    assert Hub(environ={}).model("llamacpp/a.gguf").auth.required is False


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_ctxt": 1}, "did you mean n_ctx"),
        ({"n_ctx": -1}, "n_ctx=-1; it is a whole number from 0"),
        ({"n_ctx": "4096"}, "n_ctx='4096'"),
        ({"n_ctx": True}, "n_ctx=True"),
        ({"n_parallel": 0}, "n_parallel=0"),
        ({"n_parallel": 100_000}, "from 1 to 256"),
        ({"n_threads": 0}, "n_threads=0"),
        ({"n_batch": 1}, "n_batch=1"),
        ({"chat_template": 5}, "it is text"),
        ({"params": 5}, "it is a mapping"),
        ({"params": {"n_keep": [1]}}, "use tuples for lists"),
    ],
)
def test_settings_that_there_are_none_of_are_refused_at_once(settings: dict[str, Any], words: str) -> None:
    """Before anything is loaded, with the name that was probably meant."""
    with pytest.raises(RequestError, match=words):
        Hub().model("llamacpp/a.gguf", **settings)


def test_a_setting_that_is_none_was_not_given() -> None:
    """Its default holds."""
    assert Hub().model("llamacpp/a.gguf", n_ctx=None, mmproj=None) == Hub().model("llamacpp/a.gguf")


@pytest.mark.parametrize(("level", "thinks"), [("off", False), ("high", True)])
def test_thinking_is_switched_in_the_template(level: Any, thinks: bool) -> None:
    """llama.cpp hands the switch to the model's own chat template."""
    body = json.loads(Hub().request("llamacpp/a.gguf", "Hi", thinking=level).body)
    assert body["chat_template_kwargs"] == {"enable_thinking": thinks}


@pytest.mark.parametrize("api", ["openai-completions", "anthropic-messages"])
def test_a_tool_cannot_be_forced_by_name(api: str) -> None:
    """The server would take it for `auto`, so it is refused instead of ignored."""
    hub = Hub()
    model = hub.model("llamacpp/a.gguf", api=api)
    with pytest.raises(RequestError, match="tool_choice"):
        hub.request(model, "Hi", tools=TOOLS, tool_choice="tool:get_time")


def test_recorded_bytes_are_read_without_a_file() -> None:
    """Reading what a server said once needs no server."""
    events = list(Hub().decode("llamacpp/any.gguf", CHAT_BODY))
    assert [event.type for event in events][-1] == "done"


# -- serving


def test_the_first_request_starts_the_server_and_others_share_it(scripted: Path, own: LlamaProvider, form: str) -> None:
    """In every form: one file and one set of settings is one server."""
    hub = hub_of(own)
    answers = [play(form, hub, f"llamacpp/{scripted}", "Hello")[1].text for _ in range(2)]
    hub.close()
    assert (answers, own.running) == ([SCRIPTS["Hello"].text] * 2, 1)


def test_other_settings_are_another_server(scripted: Path, own: LlamaProvider) -> None:
    """Each with the context it was asked for."""
    servers = [own.start(scripted, n_ctx=size) for size in (512, 1024, 512)]
    sizes = [get(server.base_url, "/slots")[0]["n_ctx"] for server in servers]
    assert (sizes, servers[0] is servers[2], own.running) == ([512, 1024, 512], True, 2)


def test_threads_that_ask_at_once_get_one_server(scripted: Path, own: LlamaProvider) -> None:
    """The second waits for what the first has loaded."""
    found: list[LlamaServer] = []
    threads = [threading.Thread(target=lambda: found.append(own.start(scripted))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(map(id, found))), own.running) == (4, 1, 1)


def test_close_ends_the_servers_and_the_next_request_starts_anew(scripted: Path, own: LlamaProvider) -> None:
    """A provider may be closed at any time."""
    first = own.start(scripted)
    own.close()
    own.close()
    with pytest.raises(ConnectionRefusedError):
        get(first.base_url, "/health")
    hub = hub_of(own)
    _, message = play("sync", hub, f"llamacpp/{scripted}", "Hello")
    hub.close()
    assert (message.text, own.running) == (SCRIPTS["Hello"].text, 1)


def test_a_base_url_leads_to_a_server_that_runs_already(llama: Llama, own: LlamaProvider) -> None:
    """Pointed at one, the provider starts none."""
    hub = hub_of(own)
    _, message = play("sync", hub, hub.model("llamacpp/any", base_url=llama.server.base_url), "Hello")
    hub.close()
    assert (message.text, own.running) == (SCRIPTS["Hello"].text, 0)


def test_serve_runs_a_server_for_as_long_as_its_block(scripted: Path) -> None:
    """For tests and for endpoints by URL; afterwards nobody listens."""
    hub = Hub(environ={})
    with serve(scripted, n_ctx=2048) as server:
        model = hub.endpoint(server.base_url, "any", api="openai-completions")
        _, message = play("sync", hub, model, "THINK")
    hub.close()
    with pytest.raises(ConnectionRefusedError):
        get(server.base_url, "/health")
    assert said(message) == SCRIPTS["THINK"]


def test_a_server_may_be_ended_at_once(scripted: Path) -> None:
    """Starting and ending ten times over ends every time."""
    for _ in range(10):
        with serve(scripted, n_ctx=512) as server:
            pass
        assert "closed" in repr(server)


def test_a_template_of_ones_own_takes_the_place_of_the_files(scripted: Path) -> None:
    """The one of this test always asks for the closing answer."""
    hub = Hub(environ={})
    with serve(scripted, n_ctx=2048, chat_template="{{ '<|go_after|>' }}") as server:
        model = hub.endpoint(server.base_url, "any", api="openai-completions")
        _, message = play("sync", hub, model, UserMessage("THINK"))
    hub.close()
    assert said(message).text == "After the tool: it is 7 °C in the city."


# -- what cannot be served


def spoiled(scripted: Path, folder: Path, kind: str) -> Path:
    """A file that cannot be served."""
    path = folder / f"{kind}.gguf"
    if kind == "junk":
        path.write_bytes(b"PK\x03\x04 no model at all")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "cut":
        path.write_bytes(scripted.read_bytes()[:600_000])
    elif kind == "folder":
        path.mkdir()
    return path


SPOILED = [
    ("missing", "there is no file"),
    ("junk", "is no GGUF file"),
    ("empty", "is no GGUF file"),
    ("folder", "cannot be read"),
    ("cut", "llama.cpp cannot serve"),
]


@pytest.mark.parametrize(("kind", "words"), SPOILED)
def test_a_file_that_cannot_be_served_is_a_request_error(
    scripted: Path, tmp_path: Path, kind: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """It says what is wrong with which file, and nothing is written to the terminal."""
    path = spoiled(scripted, tmp_path, kind)
    with pytest.raises(RequestError, match=words) as refused, serve(path):
        pass
    shown = capfd.readouterr()
    assert (path.name in str(refused.value), shown.out, shown.err) == (True, "", "")


def test_a_projector_that_is_not_there_is_named(scripted: Path, tmp_path: Path) -> None:
    """llama.cpp itself would not say which of its files it misses."""
    with (
        pytest.raises(RequestError, match=r"no file .*mmproj\.gguf"),
        serve(scripted, mmproj=str(tmp_path / "mmproj.gguf")),
    ):
        pass


@pytest.mark.parametrize(("kind", "words"), SPOILED)
def test_a_stream_from_a_file_that_cannot_be_served_ends_in_an_error(
    scripted: Path, tmp_path: Path, own: LlamaProvider, kind: str, words: str
) -> None:
    """A failure once the stream exists is its last event; it is not tried again."""
    path = spoiled(scripted, tmp_path, kind)
    for form in FORMS:
        _, message = play(form, hub_of(own), f"llamacpp/{path}", "Hello")
        assert message.error is not None
        found = (message.error.kind, message.error.retryable, words in message.error.message, own.running)
        assert found == ("invalid_request", False, True, 0)


@pytest.mark.parametrize(
    "params", [{"n_nonsense": 1}, {"n_ctx": "many"}, {"sampling.nothing.here": 1}, {"n_keep": 10**30}]
)
def test_a_parameter_that_llama_cpp_does_not_take_is_refused(scripted: Path, params: dict[str, Any]) -> None:
    """By its name, before the file is loaded."""
    with pytest.raises(RequestError, match=f"does not take {next(iter(params))}"), serve(scripted, params=params):
        pass


def test_settings_are_data() -> None:
    """They compare and hash, whatever the order of the parameters."""
    one, other = Settings(params={"a": 1, "b": 2}), Settings(params={"b": 2, "a": 1})  # pyright: ignore[reportArgumentType]
    assert (one == other, hash(one) == hash(other)) == (True, True)


# -- the process


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python program of its own, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_importing_the_plugin_does_not_load_llama_cpp() -> None:
    """The library of a hundred megabytes comes with the first server."""
    ended = run("import sys, headwater_llamacpp; print('xllamacpp' in sys.modules)")
    assert (ended.stdout.strip(), ended.stderr) == ("False", "")


def test_a_process_that_ends_with_a_server_running_ends_well(scripted: Path) -> None:
    """Nobody has to close anything, also where an answer was left in the middle."""
    program = """
import sys, headwater
with headwater.stream_sync("llamacpp/" + sys.argv[1], "LOOP") as stream:
    for piece in stream.text:
        print(len(piece) > 0)
        break
"""
    ended = run(program, str(scripted))
    assert (ended.stdout.strip(), ended.stderr, ended.returncode) == ("True", "", 0)
