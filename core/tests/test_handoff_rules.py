"""What an api says of histories is kept: kin, kinds, media, names, turns; and every loss is told with its place."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, cast

import attrs
import pytest
from core_fake import fake_model

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Document,
    ErrorInfo,
    HandoffRules,
    Image,
    Message,
    Model,
    Note,
    ProviderBlock,
    RequestError,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
    fit,
)

HERE = fake_model(input=("text", "image", "document"))
SAME = {"provider": "fake", "api": "fake", "model": "m"}
SIBLING = {**SAME, "model": "other"}
FOREIGN = {"provider": "acme", "api": "acme-api", "model": "x-1"}
HI, ON = UserMessage("Hi"), UserMessage("go on")


def answer(*blocks: Any, **said: Any) -> AssistantMessage:
    """An answer of these blocks, of another maker unless `said` names one."""
    return AssistantMessage(blocks, **{**FOREIGN, **said})


def fitted(*messages: Message, model: Model = HERE, tools: tuple[Tool, ...] = (), **rules: Any) -> list[Any]:
    """The messages as the model may see them."""
    return list(fit(Context(messages, tools=tools), model, HandoffRules(**rules))[0].messages)


def notes(*messages: Message, model: Model = HERE, **rules: Any) -> list[tuple[str, str]]:
    """What was done, and where."""
    return [(note.action, note.path) for note in fit(Context(messages), model, HandoffRules(**rules))[1]]


def words(message: Any) -> list[str]:
    """The texts in a message."""
    return [block.text for block in message.content if isinstance(block, Text)]


# -- whose thinking is read


def test_thinking_of_the_same_model_elsewhere_is_kept_and_told() -> None:
    """Where the api knows that signatures hold; redacted thinking is its maker's alone."""
    said = answer(Thinking("hm", "s"), Thinking("", "sealed", redacted=True), Text("a"))
    (message,) = fitted(said, thinking_from=("acme/*/x-*",))
    assert message.content == (Thinking("hm", "s"), Text("a"))
    assert notes(said, thinking_from=("acme/*/x-*",)) == [
        ("kept", "messages.0.content.0"),
        ("dropped", "messages.0.content.1"),
    ]


def test_the_readable_part_of_sealed_thinking_is_told() -> None:
    """A summary beside the encrypted form is text like other thinking."""
    assert words(fitted(answer(Thinking("in short", "sealed", redacted=True), Text("a")))[0]) == ["in short\n\n", "a"]


def test_thinking_as_text_is_set_apart_from_the_answer() -> None:
    """Apis join the texts of an answer."""
    assert words(fitted(answer(Thinking("hm\n"), Text("a"), Thinking("so")))[0]) == ["hm\n\n", "a", "so"]


def test_an_api_may_want_no_thinking_of_others() -> None:
    """Then it is left out, and told."""
    said = answer(Thinking("hm"), Text("a"))
    assert (words(fitted(said, tells_thinking=False)[0]), notes(said, tells_thinking=False)) == (
        ["a"],
        [("dropped", "messages.0.content.0")],
    )


def test_an_api_that_takes_no_thinking_back_is_not_given_its_own() -> None:
    """What it said itself is dropped, not told as text."""
    said = answer(Thinking("hm", "s"), Text("a"), **SAME)
    taken = frozenset({"text", "toolCall"})
    assert (words(fitted(said, takes_back=taken)[0]), notes(said, takes_back=taken)) == (
        ["a"],
        [("dropped", "messages.0.content.0")],
    )


def test_what_stood_beside_an_answer_stays_with_its_maker() -> None:
    """A sibling gets it where thinking is portable; others never."""
    beside = {"extra": {"details": 1}}
    kept = [fitted(answer(Text("a"), **maker, **beside))[0] for maker in (SAME, SIBLING, FOREIGN)]
    bound = fitted(answer(Text("a"), **SIBLING, **beside), portable_thinking=False)[0]
    assert [bool(message.extra) for message in (*kept, bound)] == [True, True, False, False]


# -- what a provider did of its own


def test_executed_code_is_told_in_words() -> None:
    """With what came of it; its maker gets it back as it was."""
    ran = CodeExecution("1/0", success=False, error="ZeroDivisionError")
    assert words(fitted(answer(ran, Text("It failed.")))[0]) == [
        "Code that was run (python):\n1/0\n\nIt failed:\nZeroDivisionError\n\n",
        "It failed.",
    ]
    assert fitted(answer(ran, **SAME))[0].content == (ran,)
    assert fitted(answer(ran), adopts=frozenset({"codeExecution"}))[0].content == (ran,)


def test_blocks_of_a_providers_own_may_be_bound_to_a_model() -> None:
    """As an api says that hosts models of many makers."""
    said = answer(ProviderBlock("search", {}), Source("https://x"), Text("a"), **SIBLING)
    assert len(fitted(said)[0].content) == 3
    assert fitted(said, portable_blocks=False)[0].content == (Text("a"),)


def test_images_of_an_answer_become_a_note_where_they_cannot_stand() -> None:
    """Sound becomes its words."""
    said = answer(Image("aW1n", "image/png"), Audio("c25k", transcript="la la"), Text("a"))
    assert words(fitted(said)[0]) == ["[image left out]", "la la", "a"]
    painter = fake_model(output=("text", "image"))
    assert fitted(said, model=painter)[0].content[0] == Image("aW1n", "image/png")


# -- calls


def test_a_name_no_api_takes_is_rewritten_in_call_and_result() -> None:
    """Models call what is not there; a tool that is sent keeps its name."""
    messages = (answer(ToolCall("a", "ns.tool"), **SAME), ToolResultMessage("a", "ns.tool", "1"))
    call, result = fitted(*messages)
    assert (call.content[0].name, result.tool_name) == ("ns_tool", "ns_tool")
    assert fitted(*messages, tools=(Tool("ns.tool"),)) == list(messages)


@pytest.mark.parametrize(
    ("name", "given"), [("f", "f"), ("a b", "a_b"), ("", "tool"), ("ü", "tool"), ("1st", "_1st"), ("x" * 80, "x" * 64)]
)
def test_names_are_made_of_what_they_were(name: str, given: str) -> None:
    """As far as something legal is left of them."""
    (call, _) = fitted(answer(ToolCall("a", name)), name_pattern="[A-Za-z_][A-Za-z0-9_-]{0,63}")
    assert call.content[0].name == given


def test_the_first_part_of_a_pair_of_ids_is_kept() -> None:
    """`call|item` is written by one api only."""
    call, result = fitted(answer(ToolCall("call_1|fc_1", "f")), ToolResultMessage("call_1|fc_1", "f", "1"))
    assert (call.content[0].id, result.tool_call_id) == ("call_1", "call_1")


def test_an_id_of_ten_thousand_characters_is_rewritten_and_not_repeated_in_the_report() -> None:
    """Its result follows it."""
    long = "x" * 10_000
    context, report = fit(Context((answer(ToolCall(long, "f")), ToolResultMessage(long, "f", "1"))), HERE)
    call, result = cast("Any", context.messages)
    assert (len(call.content[0].id) <= 64, result.tool_call_id) == (True, call.content[0].id)
    assert sum(len(note.reason) for note in report) < 500


def test_ids_stay_the_same_when_the_conversation_grows() -> None:
    """So that a provider's cache of the beginning holds."""
    turns: list[Message] = []
    for _ in range(5):
        turns += [answer(ToolCall("call_0", "f")), ToolResultMessage("call_0", "f", "1"), ON]
    whole = fitted(*turns)
    assert [fitted(*turns[:count]) for count in (3, 6, 9)] == [whole[:count] for count in (3, 6, 9)]


def test_a_result_that_came_after_the_users_words_is_moved_up() -> None:
    """The user may speak while tools run."""
    call, result = answer(ToolCall("a", "f")), ToolResultMessage("a", "f", "1")
    assert fitted(HI, call, ON, result) == [HI, call, result, ON]
    assert notes(HI, call, ON, result) == [("changed", "messages.3")]


def test_words_said_between_two_results_come_after_both() -> None:
    """In the order they were said."""
    call = answer(ToolCall("a", "f"), ToolCall("b", "g"))
    one, two = ToolResultMessage("a", "f", "1"), ToolResultMessage("b", "g", "2")
    assert fitted(call, one, HI, two, ON) == [call, one, two, HI, ON]


def test_the_second_of_two_results_is_dropped_and_told() -> None:
    """The first one stands."""
    call = answer(ToolCall("a", "f"))
    messages = (call, ToolResultMessage("a", "f", "1"), ToolResultMessage("a", "f", "2"), ON)
    assert fitted(*messages) == [call, ToolResultMessage("a", "f", "1"), ON]
    assert notes(*messages) == [("dropped", "messages.2")]


def test_a_result_for_a_call_that_never_was_is_dropped_unless_the_provider_keeps_calls() -> None:
    """As where an answer is gone on from by its id."""
    alone = ToolResultMessage("a", "f", "1")
    assert (fitted(HI, alone), notes(HI, alone)) == ([HI], [("dropped", "messages.1")])
    assert fitted(alone, history_is_kept=True) == [alone]


def test_results_of_one_id_go_to_the_call_of_their_tool() -> None:
    """Some servers number the calls of every answer from nought, or give all of them one id."""
    call = answer(ToolCall("0", "f"), ToolCall("0", "g"))
    _, of_g, of_f = fitted(call, ToolResultMessage("0", "g", "2"), ToolResultMessage("0", "f", "1"))
    assert [(one.tool_name, one.content) for one in (of_g, of_f)] == [("g", "2"), ("f", "1")]


# -- media


def test_a_data_url_is_taken_apart() -> None:
    """Not every provider reads one; nothing is lost, so nothing is noted."""
    shown = UserMessage((Image(url="data:image/png;base64,aW1n"),))
    assert (fitted(shown)[0].content, notes(shown)) == ([Image("aW1n", "image/png")], [])


def test_a_text_document_is_told_in_words_to_a_model_that_reads_none() -> None:
    """With its name."""
    plain = fake_model()
    document = Document(base64.b64encode("Grüße".encode()).decode(), "text/plain", name="a.txt")
    assert fitted(UserMessage((document,)), model=plain)[0].content == [Text("a.txt:\nGrüße")]


@pytest.mark.parametrize(
    ("block", "rules"),
    [
        (Image("aW1n", "image/bmp"), {"media": {"image": ("image/png",)}}),
        (Document("cGRm"), {"media": {"document": ()}}),
        (Image(url="https://x"), {"by_url": frozenset()}),
        (Document("cGRm"), {"by_data": frozenset({"image"})}),
    ],
)
def test_media_that_an_api_refuses_are_told_of_once_they_were_answered(block: Any, rules: Any) -> None:
    """What is asked now is the api's own to refuse."""
    shown = UserMessage((Text("see"), block))
    assert words(fitted(shown, answer(Text("a")), ON, **rules)[0])[1].endswith("left out: this model cannot read it]")
    assert fitted(shown, **rules) == [shown]
    assert fitted(HI, answer(Text("a"), stop_reason="aborted"), shown, **rules)[-1] == shown


def test_addresses_that_are_the_apis_own_stay() -> None:
    """Such as those of files that the provider keeps, where others are not fetched."""
    shown = [UserMessage((Text("see"), Image(url=url))) for url in ("own://1", "https://x")]
    rules = {"by_url": frozenset[str](), "own_urls": ("own://",)}
    kept = [fitted(one, answer(Text("a")), ON, **rules)[0] == one for one in shown]
    assert kept == [True, False]


def test_media_of_results_are_always_told_of() -> None:
    """A tool made them, and nobody can be asked for others."""
    result = ToolResultMessage("a", "f", (Image("aW1n", "image/bmp"),))
    _, fit_result = fitted(answer(ToolCall("a", "f")), result, media={"image": ("image/png",)})
    assert words(fit_result) == ["[image left out: this model cannot read it]"]


@pytest.mark.parametrize("block", [Image(), Document(url="")])
def test_media_without_data_are_refused(block: Any) -> None:
    """Nobody could say what was meant."""
    with pytest.raises(RequestError, match=r"messages\.0\.content\.1: .* without data"):
        fitted(UserMessage((Text("see"), block)))


# -- turns


def test_turns_of_the_user_in_a_row_are_joined_where_they_have_to_alternate() -> None:
    """Nothing is lost by it."""
    failed = answer(Text("half"), stop_reason="error", error=ErrorInfo("server", "broke"))
    assert fitted(HI, failed, ON, alternate=True) == [UserMessage((Text("Hi"), Text("go on")))]
    assert notes(HI, failed, ON, alternate=True) == [("dropped", "messages.1"), ("kept", "messages.2")]
    assert fitted(HI, failed, ON) == [HI, ON]


def test_answers_in_a_row_are_parted_by_a_word_of_the_user() -> None:
    """Where they have to alternate, and where the user has to begin."""
    one, two = answer(Text("a")), answer(Text("b"))
    assert fitted(one, two, alternate=True, begins_with_user=True) == [
        UserMessage("Continue."),
        one,
        UserMessage("Continue."),
        two,
    ]
    assert fitted(one, two) == [one, two]


def test_an_empty_system_prompt_is_left_out() -> None:
    """No provider takes one."""
    context, report = fit(Context((HI,), " "), HERE)
    assert (context, report) == (Context((HI,)), (Note("dropped", "system_prompt", "an empty system prompt"),))


# -- what is no conversation


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"role": "system"}, r"messages\.0 is no message"),
        (AssistantMessage("a"), r"messages\.0\.content: a list of blocks"),  # pyright: ignore[reportArgumentType]
        (AssistantMessage(({"type": "text"},)), r"messages\.0\.content\.0: dict is no content block"),  # pyright: ignore[reportArgumentType]
        (UserMessage((ToolCall("a", "f"),)), r"messages\.0\.content\.0: ToolCall cannot stand here"),  # pyright: ignore[reportArgumentType]
        (UserMessage(None), r"messages\.0\.content: a list of blocks"),  # pyright: ignore[reportArgumentType]
    ],
    ids=str,
)
def test_what_is_no_conversation_is_refused_with_its_place(message: Any, words: str) -> None:
    """Rather than half of it sent."""
    with pytest.raises(RequestError, match=words):
        fit(Context((message,)), HERE)


# -- cost


def test_calls_of_one_id_are_told_apart_in_one_step_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the work grows with the conversation and not faster."""
    made: list[bytes] = []
    digest = hashlib.sha256

    def counted(data: bytes) -> Any:
        made.append(data)
        return digest(data)

    monkeypatch.setattr(hashlib, "sha256", counted)
    turns: list[Message] = []
    for _ in range(500):
        turns += [answer(ToolCall("call_0", "f")), ToolResultMessage("call_0", "f", "1")]
    context, _ = fit(Context(tuple(turns)), HERE)
    ids = {block.id for message in cast("Any", context.messages[::2]) for block in message.content}
    assert (len(ids), len(made)) == (500, 499)


def test_nothing_of_the_stored_conversation_is_touched() -> None:
    """What is given is another conversation; what needs no change is the very same object."""
    kept = answer(Text("a"), **SAME)
    context = Context((HI, kept, answer(Thinking("hm", "s")), ON))
    before = attrs.asdict(context)
    made, _ = fit(context, HERE)
    assert attrs.asdict(context) == before
    assert (made.messages[0] is HI, made.messages[1] is kept) == (True, True)
