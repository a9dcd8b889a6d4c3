"""An answer that broke off is gone on with, on the providers whose models say that they go on with a beginning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from headwater import AssistantMessage, BoundModel, Hub, RequestError, Retry, Text, UserMessage
from headwater.testing import Fault, LoopbackServer, Reply
from headwater_resilience import Continue, recover

SAID = "The sky is blue."
BEGUN, REST = "The sky", " is blue."


def chat(*pieces: str) -> list[bytes]:
    """A chat completion in frames, without its end."""
    frames = ({"id": "c1", "choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces)
    return [b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames]


CHAT_END = b'data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def messages(*pieces: str) -> list[bytes]:
    """An answer of the Messages api in frames, without its end."""
    frames: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "m1", "role": "assistant", "content": [], "usage": {}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ]
    frames += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces
    ]
    return [f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in frames]


MESSAGES_END = (
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{}}\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
)

GOES_ON = [
    ("anthropic/claude-sonnet-4-5", "/v1/messages", messages, MESSAGES_END, REST, {"role": "assistant"}),
    ("mistral/mistral-large-latest", "/v1/chat/completions", chat, CHAT_END, SAID, {"prefix": True}),
    ("moonshot/kimi-k2.6", "/v1/chat/completions", chat, CHAT_END, REST, {"partial": True}),
]
"""Model, path, frames, what ends them, what the continuation says, and how the beginning is marked."""


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    """A real HTTP server on this machine."""
    with LoopbackServer() as running:
        yield running


def bound(hub: Hub, name: str, server: LoopbackServer) -> BoundModel:
    """The model, at the loopback server."""
    version = "/v1" if hub.model(name).base_url.endswith("/v1") else ""
    return hub.bind(hub.model(name, base_url=server.url + version), key="not-a-key")


@pytest.mark.parametrize("row", GOES_ON, ids=[row[0] for row in GOES_ON])
def test_what_broke_off_is_gone_on_with(row: tuple[Any, ...], server: LoopbackServer) -> None:
    """The whole text once, without being told what the model does with the beginning of its answer."""
    name, path, frames, end, further, mark = row
    begun = frames(BEGUN)
    server.route(path, Reply(begun, fault=Fault.reset(sum(map(len, begun)))), Reply([*frames(further), end]))
    hub = Hub(environ={}, retry=Retry(attempts=1))
    model = recover(bound(hub, name, server), Continue(), retry=Retry(2, 0.0))
    with model.stream_sync("Why?") as stream:
        text = "".join(stream.text)
    hub.close()
    last = server.requests[-1].json["messages"][-1]
    assert (text, stream.message.text) == (SAID, SAID)
    assert BEGUN in json.dumps(last)
    assert mark.items() <= last.items()


def test_a_model_that_refuses_a_beginning_does_not_claim_to_go_on(server: LoopbackServer) -> None:
    """The answer ends with its error, and nothing more is asked."""
    begun = messages(BEGUN)
    server.route("/v1/messages", Reply(begun, fault=Fault.reset(sum(map(len, begun)))))
    hub = Hub(environ={}, retry=Retry(attempts=1))
    model = recover(bound(hub, "anthropic/claude-sonnet-5", server), Continue(), retry=Retry(2, 0.0))
    message = model.stream_sync("Why?").result()
    hub.close()
    assert (message.text, message.stop_reason, len(server.requests)) == (BEGUN, "error", 1)


def test_while_it_thinks_an_older_claude_ends_as_it_broke_off(server: LoopbackServer) -> None:
    """Its api refuses a beginning then; the request is not sent, and what came is kept."""
    begun = messages(BEGUN)
    server.route("/v1/messages", Reply(begun, fault=Fault.reset(sum(map(len, begun)))))
    hub = Hub(environ={}, retry=Retry(attempts=1))
    model = recover(bound(hub, "anthropic/claude-sonnet-4-5", server), Continue(), retry=Retry(2, 0.0))
    message = model.stream_sync("Why?", thinking="high").result()
    hub.close()
    assert (message.text, message.stop_reason, len(server.requests)) == (BEGUN, "error", 1)


def test_every_model_that_claims_it_can_be_given_a_beginning() -> None:
    """Over all listed models: those that claim it take a conversation that ends with an answer."""
    hub = Hub(environ={"AZURE_OPENAI_RESOURCE_NAME": "acme", "GOOGLE_CLOUD_PROJECT": "acme", "AWS_REGION": "us-east-1"})
    history = [UserMessage("Why?"), AssistantMessage((Text(BEGUN),))]
    claiming, refused = 0, list[str]()
    for model in hub.find_models(where=lambda model: hub.capabilities(model).prefill is not None):
        claiming += 1
        try:
            wire = hub.request(model, history)
        except RequestError:
            refused.append(str(model))
        else:
            assert BEGUN in json.dumps(json.loads(wire.body)["messages"][-1])
    hub.close()
    assert claiming > 20
    assert refused == []
