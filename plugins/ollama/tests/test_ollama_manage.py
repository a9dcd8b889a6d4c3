"""The models of a server: listed, shown, pulled, made, copied, removed."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest
from ollama_types import problems
from ollama_wire import lines

from headwater import Hub, ModelConfig, StreamError
from headwater.testing import Chunking, Fault, LoopbackServer, Reply
from headwater_ollama import manage, provider
from headwater_ollama.manage import Description, Installed, Progress, Running

JSON = {"content-type": "application/json"}


def answer(value: Any, status: int = 200) -> Reply:
    """A whole answer."""
    return Reply(json.dumps(value).encode(), status=status, headers=JSON)


def run(loopback: LoopbackServer, make: Any, name: str = "qwen3") -> Any:
    """What a flow gives that is made of a model of the server."""
    hub = Hub(environ={"OLLAMA_HOST": loopback.url})
    model = hub.model(f"ollama/{name}")
    try:
        return hub.run_sync(make(model), model)
    finally:
        hub.close()


def asked(loopback: LoopbackServer) -> list[tuple[str, str, Any]]:
    """Method, path and body of what reached the server."""
    return [
        (request.method, request.path, json.loads(request.body) if request.body else None)
        for request in loopback.requests
    ]


DETAILS = {"family": "qwen3", "parameter_size": "4B", "quantization_level": "Q4_K_M"}
TAGS = {
    "models": [
        {
            "name": "qwen3:4b",
            "model": "qwen3:4b",
            "modified_at": "2026-08-01T00:00:00Z",
            "size": 2_620_788_260,
            "digest": "abc",
            "details": DETAILS,
        },
        {"model": "bare"},
        "nonsense",
    ]
}


def test_the_models_of_a_server_are_listed(loopback: LoopbackServer) -> None:
    """With size and details; what is missing is empty."""
    loopback.route("/api/tags", answer(TAGS))
    assert run(loopback, manage.list_models) == [
        Installed("qwen3:4b", 2_620_788_260, "abc", "2026-08-01T00:00:00Z", DETAILS),
        Installed("bare"),
    ]
    assert asked(loopback) == [("GET", "/api/tags", None)]


def test_the_provider_lists_names(loopback: LoopbackServer) -> None:
    """By its own hook."""
    loopback.route("/api/tags", answer(TAGS))
    config = ModelConfig(variables={"OLLAMA_HOST": loopback.url})
    assert run(loopback, lambda model: provider.list_models(config)) == ["qwen3:4b", "bare"]


def test_loaded_models_are_told(loopback: LoopbackServer) -> None:
    """How much memory they take, and until when."""
    told = {"name": "qwen3:4b", "size": 5, "size_vram": 4, "context_length": 4096, "expires_at": "2026-11-20T00:00:00Z"}
    loopback.route("/api/ps", answer({"models": [told]}))
    assert run(loopback, manage.running) == [Running("qwen3:4b", 5, 4, 4096, "2026-11-20T00:00:00Z")]


def test_a_model_is_shown(loopback: LoopbackServer) -> None:
    """What it can do, and how much it can read."""
    told = {
        "capabilities": ["completion", "tools", "thinking"],
        "details": {"family": "qwen3"},
        "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
    }
    loopback.route("/api/show", answer(told))
    assert run(loopback, manage.show) == Description(
        ("completion", "tools", "thinking"), 40960, {"family": "qwen3"}, told
    )
    assert asked(loopback) == [("POST", "/api/show", {"model": "qwen3"})]


def test_the_version_of_a_server_is_told(loopback: LoopbackServer) -> None:
    """As a text."""
    loopback.route("/api/version", answer({"version": "0.14.1"}))
    assert run(loopback, manage.version) == "0.14.1"


CHANGES: dict[str, tuple[Any, str, str, dict[str, Any], str]] = {
    "delete": (manage.delete, "DELETE", "/api/delete", {"model": "qwen3"}, "DeleteRequest"),
    "copy": (
        lambda model: manage.copy(model, "mine"),
        "POST",
        "/api/copy",
        {"source": "qwen3", "destination": "mine"},
        "CopyRequest",
    ),
    "load": (
        lambda model: manage.load(model, "10m"),
        "POST",
        "/api/chat",
        {"model": "qwen3", "messages": [], "stream": False, "keep_alive": "10m"},
        "ChatRequest",
    ),
    "unload": (
        manage.unload,
        "POST",
        "/api/chat",
        {"model": "qwen3", "messages": [], "stream": False, "keep_alive": 0},
        "ChatRequest",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_models_are_removed_copied_and_loaded(loopback: LoopbackServer, change: str) -> None:
    """A status that is none of an error is enough."""
    make, method, path, body, kind = CHANGES[change]
    loopback.reply(Reply(b"", status=200))
    assert run(loopback, make) is None
    assert asked(loopback) == [(method, path, body)]
    assert problems(body, kind) == ""


@pytest.mark.parametrize("make", [manage.list_models, manage.show, manage.delete, manage.pull, manage.create])
def test_what_a_server_refuses_is_raised(loopback: LoopbackServer, make: Any) -> None:
    """By its kind, with the model's name."""
    loopback.reply(answer({"error": "model 'qwen3' not found"}, 404))
    with pytest.raises(StreamError) as caught:
        run(loopback, make)
    assert (caught.value.kind, caught.value.status, caught.value.model) == ("model_not_found", 404, "qwen3")


# -- what takes long

STEPS = (
    {"status": "pulling manifest"},
    {"status": "pulling abc", "digest": "sha256:abc", "total": 10},
    {"status": "pulling abc", "digest": "sha256:abc", "total": 10, "completed": 4},
    {"status": "verifying sha256 digest"},
    {"status": "success"},
)


@pytest.mark.parametrize("form", ["asyncio", "trio", "sync"])
def test_a_pull_tells_how_far_it_is(loopback: LoopbackServer, form: str) -> None:
    """Step by step, in every form."""
    loopback.route("/api/pull", Reply(lines(*STEPS), chunking=Chunking.every(13)))
    seen: list[Progress] = []

    async def inside() -> None:
        hub = Hub(environ={"OLLAMA_HOST": loopback.url})
        model = hub.model("ollama/qwen3")
        await hub.run(manage.pull(model, progress=seen.append), model)
        await hub.aclose()

    if form == "sync":
        run(loopback, lambda model: manage.pull(model, progress=seen.append))
    else:
        anyio.run(inside, backend=form)
    assert seen == [
        Progress("pulling manifest"),
        Progress("pulling abc", "sha256:abc", None, 10),
        Progress("pulling abc", "sha256:abc", 4, 10),
        Progress("verifying sha256 digest"),
        Progress("success"),
    ]
    assert asked(loopback) == [("POST", "/api/pull", {"model": "qwen3", "insecure": False, "stream": True})]


def test_an_error_in_the_middle_of_a_pull_is_raised(loopback: LoopbackServer) -> None:
    """With the server's words."""
    loopback.reply(Reply(lines(*STEPS[:2], {"error": "pull model manifest: file does not exist"})))
    with pytest.raises(StreamError, match="file does not exist"):
        run(loopback, manage.pull)


@pytest.mark.parametrize("count", [0, 2])
def test_a_pull_that_stops_short_of_success_has_failed(loopback: LoopbackServer, count: int) -> None:
    """And may be asked for again."""
    loopback.reply(Reply(lines(*STEPS[:count])))
    with pytest.raises(StreamError) as caught:
        run(loopback, manage.pull)
    assert (caught.value.kind, caught.value.retryable) == ("truncated", True)


def test_a_pull_whose_connection_breaks_has_failed(loopback: LoopbackServer) -> None:
    """What was told was told."""
    seen: list[Progress] = []
    loopback.reply(Reply(lines(*STEPS), fault=Fault.reset(40)))
    with pytest.raises(StreamError) as caught:
        run(loopback, lambda model: manage.pull(model, progress=seen.append))
    assert (caught.value.kind, [step.status for step in seen]) == ("network", ["pulling manifest"])


def test_a_push_is_followed_alike(loopback: LoopbackServer) -> None:
    """To the registry in the model's name."""
    loopback.route("/api/push", Reply(lines({"status": "success"})))
    run(loopback, lambda model: manage.push(model, insecure=True), "me/mine")
    body = {"model": "me/mine", "insecure": True, "stream": True}
    assert (asked(loopback), problems(body, "PushRequest")) == ([("POST", "/api/push", body)], "")


def test_a_model_is_made_of_another(loopback: LoopbackServer) -> None:
    """With whatever is to differ; what is not said is not sent."""
    loopback.route("/api/create", Reply(lines({"status": "success"})))
    run(
        loopback,
        lambda model: manage.create(
            model,
            source="llama3",
            system="Be brief.",
            parameters={"temperature": 0.1},
            messages=[{"role": "user", "content": "hi"}],
            license=["MIT"],
            quantize="q4_K_M",
        ),
        "mine",
    )
    body = asked(loopback)[0][2]
    assert body == {
        "model": "mine",
        "from": "llama3",
        "system": "Be brief.",
        "parameters": {"temperature": 0.1},
        "messages": [{"role": "user", "content": "hi"}],
        "license": ["MIT"],
        "quantize": "q4_K_M",
        "stream": True,
    }
    body["from_"] = body.pop("from")
    assert problems(body, "CreateRequest") == ""
