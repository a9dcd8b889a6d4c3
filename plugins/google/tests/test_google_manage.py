"""What the Gemini API has beside answers, over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google_requests import LIST
from google_types import problems
from google_wire import MODEL

from headwater import AuthenticationFailed, Context, Hub, ModelConfig, UserMessage
from headwater.testing import LoopbackServer, Reply
from headwater_google import manage, provider
from headwater_google.manage import Cache

CONTEXT = Context((UserMessage("Hi"),), "Be brief.", (LIST,))


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub that is closed afterwards."""
    made = Hub(environ={})
    yield made
    made.close()


def run(hub: Hub, server: LoopbackServer, flow: Any) -> Any:
    """What a flow gives, run where the server is."""
    return hub.run_sync(flow, MODEL, base_url=server.url, key="AIza-mine")


def answered(body: Any, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(json.dumps(body).encode(), status=status, headers={"content-type": "application/json"})


def test_models_come_in_pages(hub: Hub, loopback: LoopbackServer) -> None:
    """Those that generate content, each by its id; the key is shown, and not in the URL."""
    first = [{"name": "models/a", "supportedGenerationMethods": ["generateContent"]}, {"name": "models/b"}]
    embedder = [{"name": "models/e", "supportedGenerationMethods": ["embedContent"]}, {"name": "models/c"}]
    loopback.reply(answered({"models": first, "nextPageToken": "next"}), answered({"models": embedder}))
    assert run(hub, loopback, manage.list_models(hub.model(MODEL, base_url=loopback.url))) == ["a", "b", "c"]
    assert [request.query for request in loopback.requests] == ["pageSize=1000", "pageSize=1000&pageToken=next"]
    assert {request.headers["x-goog-api-key"] for request in loopback.requests} == {"AIza-mine"}


def test_the_provider_lists_its_models() -> None:
    """The hook asks where the provider is at home."""
    flow = provider.list_models(ModelConfig())
    assert flow is not None
    wire: Any = next(flow)
    assert wire.url == "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000"


def test_tokens_of_a_prompt_are_counted(hub: Hub, loopback: LoopbackServer) -> None:
    """With system prompt and tools."""
    loopback.reply(answered({"totalTokens": 42}))
    assert run(hub, loopback, manage.count_tokens(hub.model(MODEL, base_url=loopback.url), CONTEXT)) == 42
    (request,) = loopback.requests
    asked = request.json["generateContentRequest"]
    assert (request.path, asked.pop("model")) == ("/models/gemini-3-flash:countTokens", "models/gemini-3-flash")
    assert (problems(asked), set(asked)) == ("", {"contents", "systemInstruction", "tools"})


def test_a_cache_is_made_kept_and_ended(hub: Hub, loopback: LoopbackServer) -> None:
    """Its name is what an answer is asked with."""
    made = {"name": "cachedContents/1", "usageMetadata": {"totalTokenCount": 9}, "expireTime": "2026-11-20T10:00:00Z"}
    loopback.reply(answered(made), answered({**made, "expireTime": "2026-11-20T11:00:00Z"}), answered({}))
    model = hub.model(MODEL, base_url=loopback.url)
    cache = run(hub, loopback, manage.create_cache(model, CONTEXT, seconds=600, display_name="long"))
    longer = run(hub, loopback, manage.extend_cache(model, cache.name, seconds=3600))
    assert run(hub, loopback, manage.delete_cache(model, cache.name)) is None
    assert cache == Cache("cachedContents/1", 9, "2026-11-20T10:00:00Z")
    assert longer.expires == "2026-11-20T11:00:00Z"
    assert [(request.method, request.path) for request in loopback.requests] == [
        ("POST", "/cachedContents"),
        ("PATCH", "/cachedContents/1"),
        ("DELETE", "/cachedContents/1"),
    ]
    body = loopback.requests[0].json
    assert (body["model"], body["ttl"], body["displayName"]) == ("models/gemini-3-flash", "600s", "long")


def test_a_refusal_is_what_it_is_elsewhere(hub: Hub, loopback: LoopbackServer) -> None:
    """The same codes and kinds as of an answer."""
    error = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}
    loopback.reply(answered(error, 400))
    with pytest.raises(AuthenticationFailed):
        run(hub, loopback, manage.list_models(hub.model(MODEL, base_url=loopback.url)))


def test_capabilities_say_what_can_be_asked() -> None:
    """Tools of the provider's own, tiers, and the most a budget can be."""
    able = Hub(environ={}).capabilities("google/gemini-2.5-flash")
    assert (able.max_thinking_tokens, able.structured_output, able.thinking) == (24_576, True, True)
    assert "google_search" in able.builtin_tools
    assert able.response_modes == ("standard", "flex", "priority")
