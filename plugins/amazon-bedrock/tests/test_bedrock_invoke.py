"""Claude in its own protocol: the body, the headers, and events in frames."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bedrock_wire import CLAUDE, HUB, chunk, event, frame, notes, read, request

from headwater import RequestError, Thinking, Tool, UserMessage
from headwater.testing import CHECKS, Case
from headwater_amazon_bedrock import Guardrail

MODEL = HUB.model(CLAUDE, api="bedrock-invoke")
WEATHER = Tool("weather")

HEAD = chunk(
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "model": "claude-opus-4-6",
            "content": [],
            "usage": {"input_tokens": 9, "output_tokens": 1},
        },
    }
)
BLOCK = (
    chunk({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    + chunk({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}})
    + chunk({"type": "content_block_stop", "index": 0})
)
TAIL = chunk({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}}) + chunk(
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"inputTokenCount": 9}}
)


def body(**options: Any) -> dict[str, Any]:
    """The body that would be sent."""
    made: dict[str, Any] = json.loads(request(model=MODEL, **{"cache": "off", **options}).body)
    return made


def test_the_body_is_that_of_messages_without_model_and_stream() -> None:
    """The model stands in the URL, the version and betas in the body."""
    made = body(system="s", tools=[WEATHER], eager_input_streaming=True, max_tokens=9)
    assert made == {
        "anthropic_version": "bedrock-2023-05-31",
        "anthropic_beta": ["fine-grained-tool-streaming-2025-05-14"],
        "max_tokens": 9,
        "system": [{"type": "text", "text": "s"}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "tools": [{"name": "weather", "input_schema": {"type": "object", "properties": {}}}],
    }
    assert request(model=MODEL).url.endswith("/model/us.anthropic.claude-opus-4-6-v1/invoke-with-response-stream")


def test_what_bedrock_itself_is_told_stands_in_headers() -> None:
    """Tier, latency, guardrail and metadata."""
    wire = request(
        model=MODEL,
        service_tier="priority",
        latency="optimized",
        metadata={"team": "a"},
        guardrail=Guardrail("abc", "2", trace="enabled"),
    )
    assert dict(wire.headers) == {
        "accept": "application/vnd.amazon.eventstream",
        "x-amzn-bedrock-service-tier": "priority",
        "x-amzn-bedrock-performanceconfig-latency": "optimized",
        "x-amzn-bedrock-request-metadata": '{"team":"a"}',
        "x-amzn-bedrock-guardrailidentifier": "abc",
        "x-amzn-bedrock-guardrailversion": "2",
        "x-amzn-bedrock-trace": "ENABLED",
    }


def test_headers_are_those_botocore_knows() -> None:
    """Every name is one of the operation's."""
    session: Any = pytest.importorskip("botocore.session").get_session()
    operation = session.get_service_model("bedrock-runtime").operation_model("InvokeModelWithResponseStream")
    shapes = operation.input_shape.members.values()
    known = {shape.serialization["name"].lower() for shape in shapes if shape.serialization.get("location") == "header"}
    guardrail = Guardrail("abc", trace="enabled")
    wire = request(model=MODEL, service_tier="flex", latency="standard", metadata={"a": "b"}, guardrail=guardrail)
    assert set(wire.headers) - {"accept"} <= known


def test_a_tier_nobody_knows_is_left_out_and_noted() -> None:
    """The rest is sent."""
    assert notes(request(model=MODEL, service_tier="gold")) == [("dropped", "options.service_tier")]


def test_tools_of_anthropics_are_refused() -> None:
    """They are not run here."""
    with pytest.raises(RequestError, match="builtin_tools"):
        body(builtin_tools=[{"type": "web_search_20260318", "name": "web_search"}])


def test_only_a_claude_is_asked_this_way() -> None:
    """All others speak ConverseStream."""
    with pytest.raises(RequestError, match="bedrock-converse-stream"):
        request(model=HUB.model("amazon-bedrock/amazon.nova-pro-v1:0", api="bedrock-invoke"))


def test_thinking_crosses_from_one_api_to_the_other() -> None:
    """A signature holds for both."""
    message = read(
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "so"}}}),
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}}),
        event("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Hi"}}),
        event("messageStop", {"stopReason": "end_turn"}),
    )
    assert message.content[0] == Thinking("so", "c2ln")
    made = json.loads(request([UserMessage("a"), message, UserMessage("b")], model=MODEL, cache="off").body)
    assert made["messages"][1]["content"][0] == {"type": "thinking", "thinking": "so", "signature": "c2ln"}


def test_events_are_taken_out_of_their_frames() -> None:
    """With the provider's own id, model, stop reason and counts."""
    message = read(HEAD, BLOCK, TAIL, model=MODEL)
    assert (message.text, message.response_id, message.response_model, message.raw_stop_reason) == (
        "Hi",
        "msg_1",
        "claude-opus-4-6",
        "end_turn",
    )
    assert (message.usage.input, message.usage.output, message.usage.provenance) == (9, 4, "reported")


def test_frames_that_hold_nothing_are_passed_over() -> None:
    """Counts without a type, chunks without bytes, other events."""
    message = read(
        HEAD,
        chunk({"amazon-bedrock-invocationMetrics": {}}),
        event("chunk", {}),
        frame(b"{}", event_type="future", message_type="event"),
        BLOCK,
        TAIL,
        model=MODEL,
    )
    assert (message.text, message.stop_reason) == ("Hi", "stop")


@pytest.mark.parametrize("held", ["*", "e30", "bnVsbA=="])
def test_a_chunk_that_cannot_be_read_is_malformed(held: str) -> None:
    """No base64, or no event in it."""
    error = read(HEAD, event("chunk", {"bytes": held}), TAIL, model=MODEL).error
    assert error is not None
    assert error.kind == "malformed"


def test_an_error_among_the_events_ends_the_answer() -> None:
    """By its type, as at home."""
    oops = chunk({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})
    error = read(HEAD, BLOCK, oops, model=MODEL).error
    assert error is not None
    assert (error.kind, error.retryable) == ("overloaded", True)


@pytest.mark.parametrize("check", CHECKS)
def test_an_answer_passes_the_conformance_check(check: str) -> None:
    """Split, cut, aborted, damaged, with its key searched for."""
    body = HEAD + BLOCK + TAIL
    CHECKS[check](Case("invoke", MODEL, body, terminal_offset=len(body)), HUB)
