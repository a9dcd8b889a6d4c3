"""The report of a handoff on requests and answers, its paths, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any, cast

import pytest
from core_fake import FakeApi, events, fake_hub, play

from headwater import (
    AssistantMessage,
    Context,
    HandoffRules,
    Image,
    Model,
    Note,
    Options,
    ProviderBroken,
    RequestError,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    WireRequest,
    dumps,
    hookimpl,
    to_dict,
)

HI, ON = UserMessage("Hi"), UserMessage("go on")
EMPTY = UserMessage("")


def answer(*blocks: Any) -> AssistantMessage:
    """An answer of another maker."""
    return AssistantMessage(blocks, provider="acme", api="acme-api", model="x")


class Writing(FakeApi):
    """Writes the whole conversation as JSON, and has something to say about places in it."""

    paths: tuple[str, ...] = ()
    rules: HandoffRules | None = None
    asked: Options

    @hookimpl
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules | None:
        self.asked = options
        return self.rules

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        calls = [
            dict(block.arguments)
            for message in context.messages
            if isinstance(message, AssistantMessage)
            for block in message.content
            if isinstance(block, ToolCall)
        ]
        body = dumps({"calls": calls, "tools": [dict(tool.parameters) for tool in context.tools]})
        return WireRequest(
            f"{model.base_url}/chat", body, notes=tuple(Note("kept", path, "said so") for path in self.paths)
        )


def told(hub: Any, *messages: Any, **asked: Any) -> list[tuple[str, str]]:
    """What the request says was done, and where."""
    return [(note.action, note.path) for note in hub.request("fake/m", messages, **asked).notes]


def test_the_report_is_on_the_request_and_on_the_answer() -> None:
    """The same one."""
    prompt = [HI, answer(Thinking("hm"), Text("a")), ON]
    hub = fake_hub(api=FakeApi(local=lambda: [events({"text": "b"}, {"stop": "stop"})]))
    wire = hub.request("fake/m", prompt)
    outcome = play("sync", hub, prompt=prompt)
    assert [(note.action, note.path) for note in wire.notes] == [("changed", "messages.1.content.0")]
    assert tuple(outcome.message.notes) == tuple(outcome.stream.notes) == tuple(wire.notes)


def test_paths_lead_into_the_conversation_that_was_given() -> None:
    """Also those of the api, which sees the one that fits."""
    api = Writing()
    api.paths = ("messages.1.content.0", "messages.2", "messages.3.content.1.signature", "messages.9", "options.seed")
    call = ToolCall("a", "f")
    messages = (EMPTY, HI, answer(Thinking("", "x"), Text("a"), call), ToolResultMessage("a", "f", "1"), EMPTY)
    shown = UserMessage((Text(" "), Text("b"), Text("c")))
    assert told(fake_hub(api=api), *messages, shown)[-5:] == [
        ("kept", "messages.2.content.1"),
        ("kept", "messages.3"),
        ("kept", "messages.5.content.2.signature"),
        ("kept", "messages.9"),
        ("kept", "options.seed"),
    ]


def test_an_api_may_look_at_the_options_before_it_says_its_rules() -> None:
    """As where a provider keeps the calls itself."""
    api = Writing()
    api.rules = HandoffRules(history_is_kept=True)
    fake_hub(api=api).request("fake/m", [ToolResultMessage("a", "f", "1")], seed=3)
    assert api.asked.seed == 3


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ((HI, answer(Thinking("hm"), Text("a")), ON), r"messages\.1\.content\.0: thinking of acme"),
        ((HI, answer(ToolCall("a", "f")), ON), r"messages\.1\.content\.0: a result for call 'a', which has none"),
        ((HI, EMPTY, ON), r"messages\.1: an empty turn"),
        ((HI, UserMessage((Text("a"), Image("x")))), r"messages\.1\.content\.1: fake/m takes no image"),
    ],
)
def test_a_strict_caller_is_refused_with_the_reasons(messages: Any, words: str) -> None:
    """Dropped, changed and added alike."""
    with pytest.raises(RequestError, match=words):
        fake_hub().request("fake/m", messages, strict=True)


def test_a_strict_caller_gets_what_needs_no_change() -> None:
    """And what is only written otherwise."""
    api = Writing()
    api.paths = ("messages.0",)
    assert told(fake_hub(api=api), HI, strict=True) == [("kept", "messages.0")]


def test_a_conversation_of_which_nothing_is_left_is_refused() -> None:
    """With the reasons; no request is made of it."""
    with pytest.raises(RequestError, match=r"nothing is left to send to fake/m \(an empty turn\)"):
        fake_hub().request("fake/m", [EMPTY])


@pytest.mark.parametrize("system", [None, "Be brief."])
def test_an_empty_conversation_is_refused(system: str | None) -> None:
    """No provider answers to nothing, and a system prompt is nothing to answer to."""
    with pytest.raises(RequestError, match=r"nothing is left to send to fake/m \(the conversation is empty\)"):
        fake_hub().request("fake/m", [], system=system)


def test_a_conversation_may_be_empty_where_the_provider_keeps_the_earlier_turns() -> None:
    """It goes on from there."""
    api = Writing()
    api.rules = HandoffRules(history_is_kept=True)
    assert told(fake_hub(api=api)) == []


def cyclic() -> dict[str, Any]:
    """An object that contains itself."""
    made: dict[str, Any] = {}
    made["self"] = made
    return made


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (cyclic(), "contains itself"),
        ({"x": object()}, "cannot be written as JSON"),
        ({"x": {1: {2: complex(1)}}}, "cannot be written as JSON"),
        ({"x": [1, {"y": float("nan")}]}, "NaN or infinity"),
        ({"x": float("-inf")}, "NaN or infinity"),
        ([1], "is list, where Mapping has to stand"),
        ("{}", "is str, where Mapping has to stand"),
        (None, "is NoneType, where Mapping has to stand"),
    ],
    ids=["cyclic", "object", "deep", "nan", "infinity", "list", "string", "none"],
)
def test_arguments_that_are_no_json_are_refused_with_their_place(arguments: Any, words: str) -> None:
    """The stored conversation stays as it is."""
    call = ToolCall("a", "f", arguments)
    with pytest.raises(RequestError, match=rf"messages\.1\.content\.0\.arguments .*{words}"):
        fake_hub(api=Writing()).request("fake/m", [HI, answer(call), ON])
    assert call.arguments is arguments


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (answer(ToolCall(cast("Any", 1), "f")), r"content\.0\.id is int"),
        (answer(ToolCall("a", cast("Any", None))), r"content\.0\.name is NoneType"),
        (answer(Text(cast("Any", None))), r"content\.0\.text is NoneType"),
        (answer(Thinking(cast("Any", None))), r"content\.0\.text is NoneType"),
        (ToolResultMessage(cast("Any", None), "f", "1"), "tool_call_id is NoneType"),
        (UserMessage((Image(cast("Any", b"raw"), "image/png"),)), r"content\.0\.data is bytes, where base64 text"),
    ],
)
def test_what_is_of_the_wrong_type_is_refused_with_its_place(message: Any, words: str) -> None:
    """In one sentence, not by whatever stumbles over it."""
    with pytest.raises(RequestError, match=rf"messages\.1\.{words}"):
        fake_hub(api=Writing()).request("fake/m", [HI, message, ON])


def test_the_place_of_what_is_no_json_is_that_in_the_stored_conversation() -> None:
    """Also where an empty turn before it is left out."""
    with pytest.raises(RequestError, match=r"messages\.2\.content\.0\.arguments"):
        fake_hub(api=Writing()).request("fake/m", [EMPTY, HI, answer(ToolCall("a", "f", {"x": float("inf")})), ON])


def test_a_schema_that_is_no_json_is_refused_with_its_place() -> None:
    """Tools are written as well."""
    with pytest.raises(RequestError, match=r"tools\.f\.parameters cannot be written as JSON"):
        fake_hub(api=Writing()).request("fake/m", "Hi", tools=[Tool("f", "", cyclic())])


def test_a_fault_of_the_api_is_not_blamed_on_the_conversation() -> None:
    """Its exception is told as the api's, and kept as the cause."""

    class Faulty(FakeApi):
        @hookimpl
        def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
            raise TypeError("mine")

    with pytest.raises(ProviderBroken, match="transform_messages raised TypeError: mine"):
        fake_hub(api=Faulty()).request("fake/m", [HI, answer(Text("a"), ToolCall("a", "f", {"x": 1})), ON])


def test_nothing_is_lost_from_the_stored_conversation() -> None:
    """Whatever had to be left out of the request."""
    said = answer(Thinking("hm", "s"), ToolCall("x y", "f"))
    context = Context((HI, said, EMPTY, ToolResultMessage("z", "f", "1"), ON))
    before = to_dict(context)
    assert len(fake_hub().request("fake/m", context).notes) > 3
    assert to_dict(context) == before
