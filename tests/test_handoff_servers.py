"""One conversation that goes from server to server: the mock, a real llama.cpp over both of its protocols, and back."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import vendor_types

from headwater import (
    AssistantMessage,
    Hub,
    Message,
    Model,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    from_json,
    to_json,
)

FIXTURES = Path(os.environ.get("HEADWATER_FIXTURES") or Path(__file__).parents[2] / "shared" / "fixtures")
PACKED = FIXTURES / "scripted.gguf.gz"

WEATHER = Tool(
    "get_weather",
    "The weather in a city.",
    {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
)
TIME = Tool("get_time", "The time somewhere.", {"type": "object", "properties": {"tz": {"type": "string"}}})

ODD = "an id/of somebody else's|" + "x" * 200
"""An id that no other protocol takes."""


@attrs.define
class Talk:
    """A conversation that is stored as JSON after every turn."""

    hub: Hub
    said: list[Message] = attrs.field(factory=list)

    def ask(self, model: Model | str, words: str | None, **options: Any) -> AssistantMessage:
        """The answer to the user's words (None: to results of tools), which joins the conversation with its results."""
        if words is not None:
            self.said.append(UserMessage(words))
        wire = self.hub.request(model, self.said, tools=[WEATHER, TIME])
        api = self.hub.model(model).api
        assert vendor_types.problems(api, wire) == ""
        answer = self.hub.complete_sync(model, self.said, tools=[WEATHER, TIME], **options)
        self.said = [from_json(to_json(message)) for message in (*self.said, answer)]
        self.said += [ToolResultMessage(call.id, call.name, "7 °C") for call in answer.tool_calls]
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real llama.cpp server with the scripted model."""
    llamacpp = pytest.importorskip("headwater_llamacpp")
    pytest.importorskip("xllamacpp")
    if not PACKED.is_file():
        pytest.skip(f"there is no {PACKED.name}; HEADWATER_FIXTURES says where it lies")
    path = tmp_path_factory.mktemp("model") / "scripted.gguf"
    path.write_bytes(gzip.decompress(PACKED.read_bytes()))
    with llamacpp.serve(path, n_ctx=16_384, n_threads=1) as running:
        yield running


@pytest.fixture
def talk() -> Iterator[Talk]:
    """A conversation, begun on the mock with thinking and a call."""
    mock = pytest.importorskip("headwater_mock")
    call = ToolCall(ODD, "get_weather", {"city": "Zürich"})
    hub = Hub(environ={})
    hub.register("mock", mock.MockProvider([[Thinking("A city."), Text("I look."), call], "Back here."]))
    made = Talk(hub)
    made.ask("mock/any", "What is the weather?")
    yield made
    hub.close()


def endpoint(hub: Hub, server: Any, api: str) -> Model:
    """The running server over one of its protocols."""
    compat: dict[str, Any] = {"unsigned_thinking": True} if api == "anthropic-messages" else {}
    if api == "openai-completions":
        compat = {"reasoning_field": "reasoning_content"}
    return hub.endpoint(server.base_url, "scripted", api=api, compat=compat)


def test_a_conversation_goes_from_server_to_server_and_back(server: Any, talk: Talk) -> None:
    """With thinking and tools on the way; nobody refuses what the others said."""
    chat, messages = (endpoint(talk.hub, server, api) for api in ("openai-completions", "anthropic-messages"))
    after_the_mock = talk.ask(chat, None)
    thought = talk.ask(chat, "THINK about it")
    called = talk.ask(messages, "BOTH please")
    closed = talk.ask(messages, None)
    two = talk.ask(chat, "TWO of them")
    again = talk.ask(chat, None)
    back = talk.ask("mock/any", "And you?")
    assert [answer.stop_reason for answer in (after_the_mock, thought, called, closed, two, again, back)] == [
        "stop",
        "stop",
        "toolUse",
        "stop",
        "toolUse",
        "stop",
        "stop",
    ]
    assert ("weigh" in thought.thinking, [call.name for call in called.tool_calls]) == (True, ["get_weather"])
    assert len({call.id for call in two.tool_calls}) == 2
    assert (after_the_mock.text.strip(), back.text) == (closed.text.strip(), "Back here.")


def test_the_next_server_says_what_was_changed_for_it(server: Any, talk: Talk) -> None:
    """On the request, and on the message that answers it."""
    model = endpoint(talk.hub, server, "openai-completions")
    wire = talk.hub.request(model, talk.said)
    answer = talk.ask(model, None)
    told = [(note.action, note.path) for note in answer.notes]
    assert told == [("changed", "messages.1.content.0"), ("changed", "messages.1.content.2.id")]
    assert list(wire.notes) == list(answer.notes)
