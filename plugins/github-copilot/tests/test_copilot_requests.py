"""What Copilot is asked otherwise than the protocols' owners, and what its answers hold besides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from headwater import (
    NO_RETRY,
    AssistantMessage,
    Hub,
    Image,
    Message,
    Text,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    __version__,
    loads,
)
from headwater.testing import Case, LoopbackServer, Reply, conformance_tests
from headwater_github_copilot import provider

HUB = Hub(environ={})
CALL = ToolCall("call_1", "look", {})
PNG = Image("iVBORw0=", "image/png")


def chat(*chunks: Mapping[str, Any]) -> bytes:
    """A body of these chunks, as Copilot sends them: without `object` and `created`, with padding."""
    return b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks) + b"data: [DONE]\n\n"


def told(messages: list[Message], model: str = "github-copilot/gemini-3.8-flash") -> dict[str, str]:
    """The headers of a request."""
    with LoopbackServer() as server:
        server.reply(Reply(b"{}", status=400, headers={"content-type": "application/json"}))
        found = HUB.model(model, base_url=server.url, exchange=False)
        with HUB.stream_sync(found, messages, key="t", retry=NO_RETRY) as stream:
            stream.result()
        HUB.close()
        return {name.lower(): value for name, value in dict(server.requests[0].headers).items()}


def answered(*result: Any) -> list[Message]:
    """A conversation that ends with the result of a tool."""
    call = AssistantMessage((CALL,), "openai-completions", "github-copilot", "m", stop_reason="toolUse")
    return [UserMessage("Look"), call, ToolResultMessage("call_1", "look", result)]


@pytest.mark.parametrize("model", ["gemini-3.8-flash", "gpt-6-sol", "claude-opus-4.8"])
@pytest.mark.parametrize(
    ("messages", "initiator", "vision"),
    [
        ([UserMessage("Hi")], "user", None),
        ([UserMessage((Text("See"), PNG))], "user", "true"),
        (answered(Text("Nothing")), "agent", None),
        # Over chat completions the image moves into a message of the user's, who did not speak.
        (answered(Text("See"), PNG), "agent", "true"),
        ([*answered(Text("Nothing")), UserMessage("And?")], "user", None),
    ],
)
def test_copilot_is_told_who_speaks_and_whether_there_are_images(
    model: str, messages: list[Message], initiator: str, vision: str | None
) -> None:
    """From the conversation, whatever the protocol makes of it."""
    headers = told(messages, f"github-copilot/{model}")
    assert (headers["x-initiator"], headers.get("copilot-vision-request")) == (initiator, vision)


def test_requests_carry_headwaters_own_name() -> None:
    """No editor's, and no integration unless the user names one."""
    headers = told([UserMessage("Hi")])
    assert (headers["editor-version"], "copilot-integration-id" in headers) == (f"headwater/{__version__}", False)
    assert "vscode" not in str(headers).lower()
    named = HUB.model("github-copilot/kimi-k3", integration_id="my-app")
    assert named.headers["copilot-integration-id"] == "my-app"
    hub = Hub(environ={"GITHUB_COPILOT_INTEGRATION_ID": "theirs"})
    assert hub.model("github-copilot/kimi-k3").headers["copilot-integration-id"] == "theirs"


def test_a_catalogue_does_not_rename_us() -> None:
    """Public lists of Copilot's models come with headers of an editor's."""
    made = evolve(provider, families={"kimi-": {"headers": {"editor-version": "vscode/1.0"}}})
    hub = Hub(environ={})
    hub.register("github-copilot", made)
    assert hub.model("github-copilot/kimi-k3").headers["editor-version"] == f"headwater/{__version__}"


@pytest.mark.parametrize(
    ("id", "path"),
    [
        ("claude-opus-4.8", "/v1/messages"),
        ("gpt-6-sol", "/responses"),
        ("grok-4.6", "/responses"),
        ("mai-code-1.1-flash", "/responses"),
        ("gemini-4-argon", "/chat/completions"),
        ("gpt-4.1", "/chat/completions"),
        ("whatever", "/chat/completions"),
    ],
)
def test_the_protocol_is_a_property_of_the_model(id: str, path: str) -> None:
    """All under one host, chat completions and Responses without `/v1`."""
    assert HUB.request(f"github-copilot/{id}", "Hi").url == f"https://api.githubcopilot.com{path}"


def test_thinking_of_gemini_goes_back_in_its_field() -> None:
    """`reasoning_text`; the opaque mark beside it is not needed."""
    model = HUB.model("github-copilot/gemini-3.8-flash")
    answer = list(HUB.decode(model, THOUGHT))[-1]
    message: AssistantMessage = answer.message  # type: ignore[union-attr]
    sent = loads(HUB.request(model, [UserMessage("Hi"), message, UserMessage("On")]).body)["messages"][1]
    assert sent == {"role": "assistant", "content": "Hi", "reasoning_text": "Hm."}


THOUGHT = chat(
    {"choices": [], "prompt_filter_results": [{"content_filter_results": {}, "prompt_index": 0}]},
    {"choices": [{"delta": {"reasoning_text": "Hm.", "reasoning_opaque": "b3BhcXVl", "padding": "abc"}}]},
    {"choices": [{"delta": {"content": "Hi", "padding": "ab"}}], "id": "c1", "model": "m"},
    {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
)
CALLED = chat(
    {"choices": [{"delta": {"tool_calls": [{"id": "c1", "function": {"name": "look", "arguments": "{"}}]}}]},
    {"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "}"}}]}}]},
    {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
)
CASES = [
    Case("thinking, padding, filters", "github-copilot/gemini-3.8-flash", THOUGHT),
    Case("a call without an index", "github-copilot/kimi-k3", CALLED),
]

test_conformance = conformance_tests(CASES, lambda: HUB)
