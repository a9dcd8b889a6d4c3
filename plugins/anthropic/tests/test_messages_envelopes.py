"""Messages in the envelopes of others: the body and the parser by themselves."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve
from messages_wire import HUB, START, STOP, ended, said

from headwater import Assembly, Context, RawEvent, Tool, UserMessage
from headwater_anthropic import MessagesCompat
from headwater_anthropic.messages import MessagesOptions, MessagesParser, messages_body, read_compat

MODEL = HUB.model("anthropic/claude-sonnet-4-5")
CONTEXT = Context((UserMessage("hi"),), "Be brief.", (Tool("weather"),))


def test_a_body_can_be_put_into_another_envelope() -> None:
    """A host that names model and version elsewhere takes them out, and finds betas to put in."""
    compat = evolve(read_compat(MODEL), version="bedrock-2023-05-31", eager_tools="beta", cache_control=False)
    made = messages_body(MODEL, CONTEXT, evolve(MessagesOptions(), eager_input_streaming=True, max_tokens=9), compat)
    inner = {name: value for name, value in made.body.items() if name not in ("model", "stream")}
    assert ({**inner, "anthropic_version": made.version, "anthropic_beta": list(made.betas)}) == {
        "max_tokens": 9,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "tools": [{"name": "weather", "input_schema": {"type": "object", "properties": {}}}],
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": ["fine-grained-tool-streaming-2025-05-14"],
    }


def test_an_endpoints_own_fields_and_headers_are_added() -> None:
    """Flags of the endpoint: fields of every request, betas, a path, no version, the session's header."""
    compat = {
        "extra_body": {"region": "eu"},
        "betas": ("a-1",),
        "path": "/messages",
        "version": None,
        "session_header": "X-Session",
    }
    model = HUB.endpoint(
        "https://example.org/x", "m", api="anthropic-messages", compat=compat, headers={"Anthropic-Beta": "b-2, a-1"}
    )
    wire = HUB.request(model, "hi", session_id="s1")
    body: dict[str, Any] = json.loads(wire.body)
    assert (wire.url, body["region"], dict(wire.headers)) == (
        "https://example.org/x/messages",
        "eu",
        {"anthropic-beta": "b-2,a-1", "x-session": "s1"},
    )


def test_events_in_another_framing_are_read() -> None:
    """The name of a frame is not the type of its event; counts of the host beside the events are nothing."""
    pen = Assembly(MODEL)
    parser = MessagesParser(pen)
    metrics = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 1}}
    for event in (START, *said(0, "Hi"), ended("end_turn"), STOP, metrics):
        parser(RawEvent(json.dumps(event).encode(), "chunk"))
    parser.end()
    pen.finish()
    message = pen.final
    assert message is not None
    assert (message.text, message.stop_reason, message.usage.output) == ("Hi", "stop", 7)


def test_the_defaults_are_those_of_an_endpoint_nobody_described() -> None:
    """Nothing of the first party's own is sent."""
    made = messages_body(MODEL, CONTEXT, MessagesOptions(), MessagesCompat())
    assert (made.version, made.betas, sorted(made.body)) == (
        "2023-06-01",
        (),
        ["max_tokens", "messages", "model", "stream", "system", "tools"],
    )
