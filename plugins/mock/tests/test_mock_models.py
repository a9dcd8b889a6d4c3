"""The models that are built in."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from headwater import (
    NO_RETRY,
    AssistantMessage,
    Event,
    Hub,
    Registry,
    TextDelta,
    ToolResultMessage,
    UserMessage,
)
from headwater.errors import KINDS
from headwater.testing import LoopbackServer, Reply
from headwater_mock import MockProvider, provider


def ask(model: str, prompt: Any = "Why is the sky blue?", **options: Any) -> AssistantMessage:
    """The final message of a built-in model, without its pauses."""
    return Hub().stream_sync(f"mock/{model}", prompt, delay=0.0, retry=NO_RETRY, **options).result()


def test_the_tour_shows_thinking_text_a_call_and_what_it_cost() -> None:
    """Everything a user without a key should see once."""
    message = ask("tour")
    assert message.usage.cost is not None
    shown = (
        "sky blue" in message.thinking,
        "Why is the sky blue?" in message.text,
        [call.name for call in message.tool_calls],
        message.stop_reason,
        message.usage.provenance,
        message.usage.cost.total > 0,
    )
    assert shown == (True, True, ["get_weather"], "toolUse", "reported", True)


def test_the_tour_ends_once_its_call_is_answered() -> None:
    """A program that runs tools gets a closing answer, and no call for ever."""
    question = UserMessage("Why?")
    first = ask("tour", question)
    result = ToolResultMessage(first.tool_calls[0].id, "get_weather", "18 degrees")
    closing = ask("tour", [question, first, result])
    assert ("18 degrees" in closing.text, closing.tool_calls, closing.stop_reason) == (True, [], "stop")


def test_the_same_question_gets_the_same_events() -> None:
    """Nothing is left to chance."""
    runs: list[list[Event]] = []
    for _ in range(2):
        with Hub().stream_sync("mock/tour", "Why?", delay=0.0) as stream:
            runs.append(list(stream)[:-1])  # the last holds the time
    assert runs[0] == runs[1]


def test_echo_says_what_it_was_asked() -> None:
    """The latest words of the user."""
    assert ask("echo", "Hello there").text == "Hello there"


def test_slow_pauses_before_every_piece() -> None:
    """The pauses stand in its script; this test waits for none of them."""
    pauses: list[float] = []

    def look_and_leave(wire: Any) -> None:
        pauses.extend(step for step in wire.script if isinstance(step, float))
        stream.abort()

    stream = Hub().stream_sync("mock/slow", "word", on_request=look_and_leave)
    stream.result()
    assert (len(pauses) > 1, set(pauses)) == (True, {0.25})


def test_cut_ends_in_the_middle() -> None:
    """The bytes end without the terminal signal."""
    message = ask("cut")
    assert (message.error.kind if message.error else None, message.text != "") == ("truncated", True)


def test_error_fails_in_the_middle() -> None:
    """What came before is kept."""
    message = ask("error")
    assert (message.error.kind if message.error else None, message.text != "") == ("server", True)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_there_is_a_model_for_every_kind_of_error(kind: str) -> None:
    """`mock/error-KIND` fails with it before the first event."""
    message = ask(f"error-{kind}")
    assert (message.error.kind if message.error else None, message.content) == (kind, ())


def test_a_model_that_there_is_none_of_is_not_found() -> None:
    """As at a real provider, and it says which there are."""
    error = ask("tuor").error
    assert error is not None
    assert (error.kind, "tour, echo" in error.message) == ("model_not_found", True)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_endless_ends_when_it_is_aborted(backend: str) -> None:
    """From within, by `abort`: the last event is the error, what came is kept."""

    async def main() -> AssistantMessage:
        pieces = 0
        async with Hub().stream("mock/endless", "?") as stream:
            async for event in stream:
                pieces += isinstance(event, TextDelta)
                if pieces == 50:
                    stream.abort()
            return stream.message

    message = anyio.run(main, backend=backend)
    assert (message.stop_reason, message.text.startswith("and on and on ")) == ("aborted", True)


def test_endless_ends_when_a_plain_program_leaves_it() -> None:
    """Leaving the stream's context is enough."""
    with Hub().stream_sync("mock/endless", "?") as stream:
        for event in stream:
            if isinstance(event, TextDelta):
                break
    assert stream.message.stop_reason == "aborted"


def test_all_models_are_listed() -> None:
    """What the catalogue names is what there is."""
    assert Hub().models("mock") == ["tour", "echo", "slow", "endless", "cut", "error"]


def test_no_key_is_needed_and_none_is_looked_for() -> None:
    """Also where the environment is empty."""
    hub = Hub(environ={})
    assert hub.stream_sync("mock/echo", "Hi", delay=0.0).result().text == "Hi"


def test_the_installed_provider_keeps_nothing() -> None:
    """It is shared by all hubs of a process, so it has no log."""
    assert not hasattr(provider, "calls")


def test_a_mock_without_responses_says_what_is_built_in() -> None:
    """And keeps its log."""
    hub, mock = Hub(), MockProvider()
    hub.register("mock", mock)
    assert (hub.stream_sync("mock/echo", "Hi").result().text, mock.last_prompt) == ("Hi", "Hi")


def test_a_base_url_leads_to_a_server_that_speaks_the_wire() -> None:
    """Pointed elsewhere, the mock is asked over HTTP, and still keeps its log."""
    hub, mock = Hub(), MockProvider(["not this"])
    hub.register("mock", mock)
    with LoopbackServer() as server:
        server.reply(Reply(b'{"text":"from afar"}\n{"stop":"stop"}\n'))
        message = hub.stream_sync("mock/any", "Hi", base_url=server.url).result()
    hub.close()
    assert (message.text, mock.call_count, server.requests[0].path) == ("from afar", 1, "/reply")


def test_an_endpoint_by_url_speaks_the_wire_without_the_provider() -> None:
    """The api is enough."""
    hub = Hub()
    with LoopbackServer() as server:
        server.reply(Reply(b'{"text":"from afar"}\n{"stop":"stop"}\n'))
        message = hub.stream_sync(hub.endpoint(server.url, "any", api="mock"), "Hi").result()
    hub.close()
    assert (message.text, message.provider) == ("from afar", "custom")


def test_it_is_found_by_name_and_its_api_with_it() -> None:
    """The distribution offers both under the name `mock`."""
    registry = Registry()
    assert ("mock" in registry.names(), registry.load("mock")) == (True, provider)
