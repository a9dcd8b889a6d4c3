"""What the backend is sent, whose account is named, and what it answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from headwater import AssistantMessage, Done, Error, Hub, RequestError, Tool
from headwater.testing import LoopbackServer, Reply

MODEL = "openai-codex/gpt-6-sol"


def token_for(claims: Any) -> str:
    """An unsigned token with these claims."""
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJub25lIn0.{body}.c2lnbmF0dXJl"


TOKEN = token_for({"https://api.openai.com/auth": {"chatgpt_account_id": "account-1"}})


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub without keys."""
    hub = Hub(environ={})
    yield hub
    hub.close()


def asked(hub: Hub, reply: Reply, **arguments: Any) -> tuple[Any, AssistantMessage]:
    """What a real server was sent, and the message its reply became."""
    with LoopbackServer() as server:
        server.reply(reply)
        with hub.stream_sync(MODEL, "hi", base_url=server.url, key=TOKEN, **arguments) as stream:
            last = list(stream)[-1]
        hub.close()
        assert isinstance(last, Done | Error)
        return server.requests[0], last.message


def ending(kind: str) -> bytes:
    """An answer whose text comes with its item, and whose last event has no output."""
    content = [{"type": "output_text", "text": "hello", "annotations": []}]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    usage = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    response = {"id": "resp_1", "model": "gpt-6-sol", "status": "completed", "output": [], "usage": usage}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "status": "in_progress", "usage": None}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": kind, "response": response},
    ]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


@pytest.mark.parametrize("kind", ["response.completed", "response.done"])
def test_an_answer_is_read_from_its_items(hub: Hub, kind: str) -> None:
    """Either terminal event ends the answer, and an empty output in it takes nothing away."""
    request, message = asked(hub, Reply(ending(kind)))
    assert (message.text, message.usage.output, message.error) == ("hello", 2, None)
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["chatgpt-account-id"] == "account-1"
    assert request.headers["originator"] == request.headers["user-agent"].split("/")[0] == "headwater"


def test_the_body_keeps_to_the_backends_rules(hub: Hub) -> None:
    """Never stored, always with instructions and encrypted reasoning, without a limit of tokens - and said so."""
    request, message = asked(hub, Reply(ending("response.completed")), max_tokens=100, tools=[Tool("look")])
    body = request.json
    assert (body["store"], body["stream"], body["parallel_tool_calls"], body["tool_choice"]) == (
        False,
        True,
        True,
        "auto",
    )
    assert body["instructions"]
    assert "reasoning.encrypted_content" in body["include"]
    assert "max_output_tokens" not in body
    assert "options.max_output_tokens" in [note.path for note in message.notes]


@pytest.mark.parametrize(
    "token", ["plain", "a.b.c", token_for({}), token_for([]), token_for({"https://api.openai.com/auth": 1})]
)
def test_a_token_without_an_account_is_refused_before_sending(hub: Hub, token: str) -> None:
    """Nothing is sent for a token that names no account, and the token is not repeated."""
    with LoopbackServer() as server, hub.stream_sync(MODEL, "hi", base_url=server.url, key=token) as stream:
        message = stream.result()
        assert server.requests == []
    assert message.error is not None
    assert "names no ChatGPT account" in message.error.message
    assert token not in repr(message)


def test_a_used_up_plan_is_a_quota(hub: Hub) -> None:
    """The backend's own codes are known."""
    error = {"error": {"code": "usage_limit_reached", "plan_type": "plus", "resets_at": 1795221383}}
    _, message = asked(hub, Reply(json.dumps(error).encode(), status=429, headers={"content-type": "application/json"}))
    assert message.error is not None
    assert (message.error.kind, message.error.retryable) == ("quota", False)


def test_no_key_of_openai_goes_there() -> None:
    """A key for OpenAI's own API is not taken for the backend's token."""
    with pytest.raises(RequestError, match="OPENAI_CODEX_TOKEN"):
        Hub(environ={"OPENAI_API_KEY": "sk-x"}).stream_sync(MODEL, "hi")


def test_a_token_of_the_environment_goes_nowhere_else() -> None:
    """A base URL given in code gets neither the token nor the account that it names."""
    with LoopbackServer() as server:
        server.reply(Reply(ending("response.completed")))
        hub = Hub(environ={"OPENAI_CODEX_TOKEN": TOKEN})
        hub.complete_sync(MODEL, "hi", base_url=server.url)
        hub.close()
        headers = server.requests[0].headers
    assert "authorization" not in headers
    assert "chatgpt-account-id" not in headers
