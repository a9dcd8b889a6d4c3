"""Where requests go, how keys are shown, and what Azure adds to the stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from headwater import ContentFiltered, Hub, ModelNotFound, RequestError, Status
from headwater.testing import LoopbackServer, Reply
from headwater_azure_openai import entra_token

CHAT = "openai-completions"
ENVIRON = {"AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com/", "AZURE_OPENAI_API_KEY": "key-0123456789"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub that knows one resource and its key."""
    hub = Hub(environ=ENVIRON)
    yield hub
    hub.close()


def chunk(**fields: Any) -> bytes:
    """One event of chat completions."""
    return f"data: {json.dumps({'id': 'c', 'model': 'gpt-4.1', **fields})}\n\n".encode()


@pytest.mark.parametrize(
    ("environ", "settings", "url"),
    [
        ({"AZURE_OPENAI_ENDPOINT": "https://a.openai.azure.com/"}, {}, "https://a.openai.azure.com/openai/v1"),
        ({"AZURE_OPENAI_RESOURCE_NAME": "b"}, {}, "https://b.openai.azure.com/openai/v1"),
        (
            {"AZURE_OPENAI_BASE_URL": "https://c.services.ai.azure.com/openai"},
            {},
            "https://c.services.ai.azure.com/openai/v1",
        ),
        (
            {"AZURE_OPENAI_BASE_URL": "https://c.services.ai.azure.com/api/projects/p/openai/v1/"},
            {},
            "https://c.services.ai.azure.com/api/projects/p/openai/v1",
        ),
        (
            {"AZURE_OPENAI_ENDPOINT": "https://a.openai.azure.com"},
            {"resource": "d"},
            "https://d.openai.azure.com/openai/v1",
        ),
        (
            {"AZURE_OPENAI_BASE_URL": "https://c.example"},
            {"endpoint": "https://e.example"},
            "https://e.example/openai/v1",
        ),
    ],
)
def test_the_resource_is_found(environ: dict[str, str], settings: dict[str, str], url: str) -> None:
    """What is said in code wins over the environment; each form leads to the v1 URLs."""
    assert Hub(environ=environ).model("azure-openai/dep", **settings).base_url == url


@pytest.mark.parametrize("resource", ["evil.example/", "a.b", "", "x" * 64, "-a", "a@b", "a/../b"])
def test_a_resource_that_is_no_label_is_refused(resource: str) -> None:
    """A name that could lead the key to another host is refused."""
    with pytest.raises(RequestError, match="resource"):
        Hub(environ={"AZURE_OPENAI_RESOURCE_NAME": resource}).model("azure-openai/dep")


def test_an_unknown_setting_is_refused(hub: Hub) -> None:
    """A misspelt setting is named with those there are."""
    with pytest.raises(RequestError, match="deployed"):
        hub.model("azure-openai/dep", deploid="gpt-5.1")


def test_a_deployment_is_described_as_the_model_behind_it() -> None:
    """Levels come from the model, by setting or by the map in the environment; the name goes on the wire."""
    hub = Hub(environ={**ENVIRON, "AZURE_OPENAI_DEPLOYMENT_NAME_MAP": "gpt-5.1=one, gpt-4.1=two"})
    assert hub.model("azure-openai/one").levels == hub.model("openai/gpt-5.1").levels
    assert not hub.model("azure-openai/two").reasoning
    assert hub.model("azure-openai/three", deployed="o3").reasoning
    body = json.loads(hub.request("azure-openai/one", "hi").body)
    assert body["model"] == "one"


def test_models_of_others_are_asked_over_chat(hub: Hub) -> None:
    """A model that is not OpenAI's gets chat completions with `max_tokens`."""
    wire = hub.request(hub.model("azure-openai/m", deployed="mistral-large"), "hi", max_tokens=7)
    assert wire.url == "https://mine.openai.azure.com/openai/v1/chat/completions"
    assert json.loads(wire.body)["max_tokens"] == 7


def answered(hub: Hub, reply: Reply, **arguments: Any) -> tuple[Any, list[Any]]:
    """The request a real server saw, and the events of its reply."""
    with LoopbackServer() as server:
        server.reply(reply)
        model = hub.model("azure-openai/dep", api=CHAT, endpoint=server.url, **arguments.pop("settings", {}))
        with hub.stream_sync(model, "hi", **arguments) as stream:
            events = list(stream)
        hub.close()
        return server.requests[0], events


DONE = chunk(choices=[{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]) + b"data: [DONE]\n\n"


def test_a_key_goes_in_its_own_header(hub: Hub) -> None:
    """A key is shown as `api-key` and never as a bearer token."""
    request, _ = answered(hub, Reply(DONE), key="abc-key")
    assert request.headers["api-key"] == "abc-key"
    assert "authorization" not in request.headers


def test_a_token_of_entra_goes_as_bearer(hub: Hub) -> None:
    """A token is told by how it begins; it is asked for at each request."""

    class Credential:
        def get_token(self, scope: str) -> Any:
            return type("Token", (), {"token": f"eyJ{len(scope)}.payload.signature"})

    request, _ = answered(hub, Reply(DONE), key=entra_token(Credential(), scope="12345"))
    assert request.headers["authorization"] == "Bearer eyJ5.payload.signature"
    assert "api-key" not in request.headers


def test_the_dated_form_names_deployment_and_version(hub: Hub) -> None:
    """With `api_version` the deployment stands in the path and the version in the query."""
    request, events = answered(hub, Reply(DONE), key="k", settings={"api_version": "2024-10-21"})
    assert request.path == "/openai/deployments/dep/chat/completions"
    assert request.query == "api-version=2024-10-21"
    assert events[-1].message.text == "ok"


def test_what_the_filter_found_comes_as_a_status(hub: Hub) -> None:
    """Verdicts that struck are told; those that did not are passed over; an empty first chunk is no end."""
    hate = {"hate": {"filtered": False, "severity": "safe"}, "violence": {"filtered": True, "severity": "high"}}
    first = chunk(
        model="", id="", choices=[], prompt_filter_results=[{"prompt_index": 0, "content_filter_results": hate}]
    )
    _, events = answered(hub, Reply([first, DONE]), key="k")
    told = [event.data["categories"] for event in events if isinstance(event, Status)]
    assert told == [["violence"]]
    assert events[-1].message.response_model == "gpt-4.1"


def test_an_answer_the_filter_stopped_is_an_error_that_keeps_it(hub: Hub) -> None:
    """`finish_reason: content_filter` ends as content_filter with what came before."""
    body = chunk(choices=[{"index": 0, "delta": {"content": "par"}}]) + chunk(
        choices=[{"index": 0, "delta": {}, "finish_reason": "content_filter"}]
    )
    _, events = answered(hub, Reply([body, b"data: [DONE]\n\n"]), key="k")
    assert (events[-1].message.error.kind, events[-1].message.text) == ("content_filter", "par")


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}}, ContentFiltered),
        (404, {"code": "DeploymentNotFound", "message": "no such deployment"}, ModelNotFound),
    ],
)
def test_refusals_are_told_apart(hub: Hub, status: int, error: dict[str, Any], kind: type[Exception]) -> None:
    """A blocked prompt and a missing deployment are what they are, by their codes."""
    reply = Reply(json.dumps({"error": error}).encode(), status=status, headers={"content-type": "application/json"})
    _, events = answered(hub, reply, key="k")
    with pytest.raises(kind):
        events[-1].message.raise_for_error()


@pytest.mark.parametrize("named", [{}, {"AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com/"}])
def test_a_key_of_the_environment_goes_to_the_resource_alone(named: dict[str, str]) -> None:
    """A base URL given in code gets no key of the environment, whether a resource is named there or not."""
    keys = {"AZURE_OPENAI_API_KEY": "key-0123456789", "AZURE_OPENAI_AD_TOKEN": "eyJ0123456789"}
    with LoopbackServer() as server:
        server.reply(Reply(chunk(choices=[{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}])))
        hub = Hub(environ={**keys, **named})
        hub.complete_sync("azure-openai/gpt-4.1", "hi", api=CHAT, base_url=server.url)
        hub.close()
        headers = server.requests[0].headers
    assert "api-key" not in headers
    assert "authorization" not in headers
