"""`MockProvider`: what it is told to say, and what it keeps of what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Any

import anyio
import attrs
import pytest

from headwater import (
    NO_RETRY,
    AssistantMessage,
    Audio,
    Context,
    Done,
    ErrorInfo,
    Hub,
    RateLimited,
    RequestError,
    Retry,
    Text,
    TextDelta,
    Thinking,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolResultMessage,
    Usage,
    UserMessage,
    make_error,
)
from headwater_mock import MockProvider, MockRequest, Reply, Response


def hub_of(*responses: Response, name: str = "mock", **settings: Any) -> tuple[Hub, MockProvider]:
    """A hub whose mock says this."""
    hub, mock = Hub(), MockProvider(responses, name=name, **settings)
    hub.register(name, mock)
    return hub, mock


def ask(hub: Hub, prompt: Any = "?", model: str = "mock/any", **options: Any) -> AssistantMessage:
    """The final message, however it ended."""
    with hub.stream_sync(model, prompt, **options) as stream:
        return stream.result()


def kind_of(message: AssistantMessage) -> str | None:
    """The kind of the message's error."""
    return message.error.kind if message.error else None


# -- responses


def test_responses_come_in_turn_and_begin_again() -> None:
    """Each request gets the next response."""
    hub, _ = hub_of("one", "two")
    assert [ask(hub).text for _ in range(5)] == ["one", "two", "one", "two", "one"]


@pytest.mark.parametrize(
    ("response", "content"),
    [
        ("words", (Text("words"),)),
        (Thinking("hm"), (Thinking("hm"),)),
        (["a", Text("b")], (Text("a"), Text("b"))),
        (Reply("r"), (Text("r"),)),
        (lambda context: f"{len(context.messages)} messages", (Text("1 messages"),)),
        ("", (Text(""),)),
    ],
)
def test_a_response_may_be_given_in_many_forms(response: Response, content: tuple[Any, ...]) -> None:
    """Text, blocks, lists, replies and functions all become content."""
    hub, _ = hub_of(response)
    assert ask(hub).content == content


def test_text_and_arguments_come_in_pieces_of_the_chunk_size() -> None:
    """Ten characters at a time unless told otherwise."""
    hub, _ = hub_of(["twenty-two characters!", ToolCall("c", "f", {"long": "argument"})])
    with hub.stream_sync("mock/any", "?") as stream:
        events = list(stream)
    deltas = [event.delta for event in events if isinstance(event, TextDelta | ToolCallDelta)]
    assert deltas == ["twenty-two", " character", "s!", '{"long":"a', 'rgument"}']


@pytest.mark.parametrize(("provider", "reply", "request_", "size"), [(4, None, None, 4), (4, 3, None, 3), (4, 3, 2, 2)])
def test_the_pace_of_the_request_wins_over_the_replys_and_that_over_the_providers(
    provider: int, reply: int | None, request_: int | None, size: int
) -> None:
    """The nearest word counts."""
    hub, _ = hub_of(Reply("x" * 12, chunk_size=reply), chunk_size=provider)
    with hub.stream_sync("mock/any", "?", chunk_size=request_) as stream:
        pieces = [event.delta for event in stream if isinstance(event, TextDelta)]
    assert pieces == ["x" * size] * (12 // size)


def test_delays_stand_before_each_piece() -> None:
    """The script that is played holds the pauses; this test waits for none of them."""
    hub, _ = hub_of("abcdef", chunk_size=2, delay=0.5)
    pauses: list[float] = []

    def without_pauses(wire: Any) -> MockRequest:
        assert isinstance(wire, MockRequest)
        steps = list(wire.script or ())
        pauses.extend(step for step in steps if isinstance(step, float))
        return attrs.evolve(wire, script=tuple(step for step in steps if isinstance(step, bytes)))

    assert (ask(hub, on_request=without_pauses).text, pauses) == ("abcdef", [0.5, 0.5, 0.5])


def test_usage_is_counted_where_none_is_given_and_costs_something() -> None:
    """Four characters are a token; thinking is output."""
    hub, _ = hub_of([Thinking("12345678"), "1234"])
    usage = ask(hub).usage
    assert usage.cost is not None
    kept = (usage.output, usage.reasoning, usage.input > 0, usage.total_tokens, usage.cost.total > 0)
    assert kept == (3, 2, True, usage.input + 3, True)


def test_given_usage_is_reported_as_it_stands() -> None:
    """No count of the mock's own is added."""
    hub, _ = hub_of(Reply("Hi", usage=Usage(input=5, output=6, cache_read=7, total_tokens=18)))
    usage = ask(hub).usage
    assert (usage.input, usage.output, usage.cache_read, usage.total_tokens, usage.provenance) == (
        5,
        6,
        7,
        18,
        "reported",
    )


def test_an_empty_usage_reports_nothing() -> None:
    """A server that counts nothing can be played too."""
    hub, _ = hub_of(Reply("Hi", usage=Usage()))
    assert ask(hub).usage.provenance == "absent"


@pytest.mark.parametrize(("stop", "reason"), [(None, "stop"), ("length", "length")])
def test_the_stop_reason_is_what_the_reply_says(stop: str | None, reason: str) -> None:
    """By default it follows from the content."""
    hub, _ = hub_of(Reply("Hi", stop=stop))
    assert ask(hub).stop_reason == reason


def test_a_tool_call_stops_for_tool_use() -> None:
    """Calls to run end the turn."""
    hub, _ = hub_of(ToolCall("c1", "f", {"x": 1}))
    message = ask(hub)
    assert (message.stop_reason, message.tool_calls) == ("toolUse", [ToolCall("c1", "f", {"x": 1})])


def test_a_call_that_is_incomplete_never_ends() -> None:
    """Its arguments were cut off, so there is nothing to run."""
    cut = ToolCall("c1", "f", incomplete=True, raw_arguments='{"x": ')
    hub, _ = hub_of(Reply(cut, stop="length"))
    with hub.stream_sync("mock/any", "?") as stream:
        ends = [event for event in stream if isinstance(event, ToolCallEnd)]
        message = stream.message
    assert (ends, message.tool_calls, message.stop_reason) == ([], [], "length")


def test_a_message_that_was_received_once_is_said_again() -> None:
    """Content, usage, stop reason and ids are the same; the time is not."""
    hub, _ = hub_of(Reply([Thinking("hm", signature="s"), "Hello"], response_id="r1", usage=Usage(input=2, output=3)))
    first = ask(hub)
    again, _ = hub_of(first)
    second = ask(again)
    same = ("content", "usage", "stop_reason", "response_id")
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]


def test_a_message_that_failed_fails_again_after_its_content() -> None:
    """A recorded failure can be a response."""
    failed = AssistantMessage((Text("Half"),), stop_reason="error", error=make_error("overloaded", "is full"))
    hub, _ = hub_of(failed)
    message = ask(hub)
    assert (message.text, kind_of(message)) == ("Half", "overloaded")


# -- errors and cuts


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (make_error("quota", "no credit"), "quota"),
        (RateLimited(make_error("rate_limit", "slow down")), "rate_limit"),
        (TimeoutError("too slow"), "timeout"),
        (ConnectionResetError("reset"), "network"),
        (ValueError("what?"), "unknown"),
    ],
)
def test_an_error_is_a_response(failure: ErrorInfo | BaseException, kind: str) -> None:
    """It ends the stream before the first event; exceptions of Python's own get the kind they mean."""
    hub, _ = hub_of(failure)
    message = ask(hub, retry=NO_RETRY)
    assert (message.content, kind_of(message)) == ((), kind)


def test_an_error_may_come_after_some_pieces() -> None:
    """What came before it is kept, and nothing is tried again."""
    hub, mock = hub_of(Reply("one two three", error="server", error_after=2, chunk_size=4))
    message = ask(hub)
    assert (message.text, kind_of(message), mock.call_count) == ("one two ", "server", 1)


def test_an_error_after_more_pieces_than_there_are_comes_at_the_end() -> None:
    """The whole content, and yet no success."""
    hub, _ = hub_of(Reply("all of it", error="overloaded", error_after=99))
    message = ask(hub)
    assert (message.text, kind_of(message)) == ("all of it", "overloaded")


def test_the_providers_error_holds_for_every_response_that_says_nothing_of_its_own() -> None:
    """One setting makes everything fail; a reply with an ending keeps its own."""
    hub, _ = hub_of("fine", Reply("cut here", abort_after=1, chunk_size=3), error="authentication")
    assert [kind_of(ask(hub, retry=NO_RETRY)) for _ in range(2)] == ["authentication", "truncated"]


@pytest.mark.parametrize(("after", "text"), [(0, ""), (1, "one "), (3, "one two thre"), (99, "one two three")])
def test_an_abort_cuts_the_bytes(after: int, text: str) -> None:
    """The answer just ends, as from a server that died: never a success."""
    hub, _ = hub_of("one two three", abort_after=after, chunk_size=4)
    message = ask(hub, retry=NO_RETRY)
    assert (message.text, kind_of(message)) == (text, "truncated")


def test_a_retry_gets_the_next_response() -> None:
    """Two failures before content, then the answer: three calls, one stream."""
    waits_nothing = Retry(first_delay=0.0, rate_limit_delay=0.0)
    hub, mock = hub_of(RateLimited(make_error("rate_limit", "wait")), ConnectionError("gone"), "at last")
    message = ask(hub, retry=waits_nothing)
    assert (message.text, kind_of(message), mock.call_count) == ("at last", None, 3)


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (RateLimited(make_error("rate_limit", "not you")), "rate_limit", "not you"),
        (ConnectionError("gone"), "network", "gone"),
        (LookupError("no such city"), "unknown", "LookupError: no such city"),
    ],
)
def test_what_a_function_raises_is_its_response(raised: Exception, kind: str, words: str) -> None:
    """A function can decide to fail; a mistake of its own is named."""

    def refuse(context: Context) -> str:
        raise raised

    hub, _ = hub_of(refuse)
    error = ask(hub, retry=NO_RETRY).error
    assert error is not None
    assert (error.kind, words in error.message) == (kind, True)


@pytest.mark.parametrize(
    ("responses", "words"),
    [
        ("a string", "responses=\\['a string'\\]"),
        ([Audio("aGk=")], "cannot say Audio"),
        ([42], "cannot say 42"),
        ([TimeoutError], "not the class"),
        ([Reply("x", error="boredom")], "no kind of error"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_what_is_no_response_is_refused_at_once(responses: Any, words: str) -> None:
    """The mistake shows where it is made, not when the stream is read."""
    with pytest.raises(TypeError, match=words):
        MockProvider(responses)


@pytest.mark.parametrize("settings", [{"chunk_size": 0}, {"delay": -1.0}])
def test_a_pace_that_nothing_can_keep_is_refused(settings: dict[str, Any]) -> None:
    """By the provider when it is made, and by a request before anything is sent."""
    with pytest.raises(RequestError):
        MockProvider(**settings)
    with pytest.raises(RequestError):
        MockProvider([Reply("x", **settings)])
    hub, mock = hub_of("x")
    with pytest.raises(RequestError):
        hub.stream_sync("mock/any", "?", **settings)
    assert mock.call_count == 0


# -- the log


def test_calls_are_kept_with_conversation_options_and_request() -> None:
    """Everything that was asked can be looked at afterwards."""
    hub, mock = hub_of("Hi")
    conversation: Sequence[Any] = [UserMessage("First"), AssistantMessage((Text("Yes?"),)), UserMessage("Second")]
    ask(hub, conversation, "mock/large", system="Be brief", temperature=0.3)
    call = mock.calls[0]
    assert mock.last_options is not None
    kept = (call.context.system_prompt, len(call.context.messages), call.model.id, mock.last_options.temperature)
    assert (kept, mock.last_prompt, mock.call_count) == (("Be brief", 3, "large", 0.3), "Second", 1)


def test_the_request_shows_the_conversation_as_json() -> None:
    """The body is headwater's own JSON, with the options that were given."""
    hub, mock = hub_of("Hi")
    ask(hub, "Why?", max_tokens=5, extra_body={"beside": 1})
    body = json.loads(mock.calls[0].request.body)
    assert (body["options"], body["beside"], body["context"]["messages"][0]["content"]) == (
        {"max_tokens": 5},
        1,
        "Why?",
    )


def test_a_mock_that_was_not_asked_has_no_last_prompt() -> None:
    """Nothing before the first call."""
    mock = MockProvider(["x"])
    assert (mock.call_count, mock.last_prompt, mock.last_options) == (0, None, None)


def test_a_stream_that_is_never_read_is_no_call() -> None:
    """Nothing is sent before the stream is read, so no response is used up."""
    hub, mock = hub_of("one", "two")
    hub.stream_sync("mock/any", "?")
    assert (mock.call_count, ask(hub).text) == (0, "one")


def test_reset_forgets_the_calls_and_begins_again() -> None:
    """The first response is the next."""
    hub, mock = hub_of("one", "two")
    ask(hub)
    mock.reset()
    assert (mock.call_count, ask(hub).text) == (0, "one")


def test_two_mocks_in_one_hub_share_nothing() -> None:
    """Each is addressed by its own name."""
    hub = Hub()
    left, right = MockProvider(["from left"], name="left"), MockProvider(["from right"], name="right")
    hub.register("left", left)
    hub.register("right", right)
    answers = [ask(hub, model="left/x").text, ask(hub, model="right/x").text]
    assert (answers, left.call_count, right.call_count) == (["from left", "from right"], 1, 1)


def test_threads_get_each_response_once() -> None:
    """No response is given twice and none is skipped, however the threads run."""
    hub, mock = hub_of(*(f"answer {number}" for number in range(40)))
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.extend(ask(hub).text for _ in range(10))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(answers), mock.call_count) == (sorted(f"answer {number}" for number in range(40)), 40)


def test_an_agents_turns_can_be_scripted() -> None:
    """A call, its result, the closing answer: what a program built on headwater is tested with."""
    hub, _ = hub_of(
        ToolCall("call_1", "add", {"a": 2, "b": 3}),
        lambda context: f"It is {context.messages[-1].content}.",
    )
    question = UserMessage("2 + 3?")
    first = ask(hub, question)
    result = ToolResultMessage(first.tool_calls[0].id, "add", "5")
    assert ask(hub, [question, first, result]).text == "It is 5."


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_answers_on_every_event_loop(backend: str) -> None:
    """The same events as in a plain program."""
    hub, _ = hub_of([Thinking("hm"), "Hello"], delay=0.001)

    async def main() -> Any:
        async with hub.stream("mock/any", "?") as stream:
            return [event async for event in stream][-1]

    last = anyio.run(main, backend=backend)
    assert isinstance(last, Done)
    assert (last.message.thinking, last.message.text) == ("hm", "Hello")
