"""What OpenRouter's answers hold beyond those of chat completions, and what of it goes back."""

from __future__ import annotations

from typing import Any

import pytest
from openrouter_types import problems
from openrouter_wire import HUB, USAGE, body, chat, choice, decode, find, message_of

from headwater import AssistantMessage, Image, Source, Text, Thinking, ToolResultMessage, UserMessage
from headwater.testing import Case, conformance_tests

MODEL = find()
CALL = {"index": 0, "id": "tool_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
SEARCHED = {"type": "url_citation", "url_citation": {"url": "https://a.test", "title": "A", "content": "Of A."}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}


def detail(kind: str, index: int = 0, **fields: Any) -> dict[str, Any]:
    """One of the details in which reasoning comes for replay."""
    return {"type": f"reasoning.{kind}", "format": "anthropic-claude-v1", "index": index, **fields}


def thought(text: str, *details: dict[str, Any]) -> dict[str, Any]:
    """A chunk of thinking: the text, and the details that say the same."""
    return choice(reasoning=text, reasoning_details=list(details))


THOUGHT = (
    thought("I ought", detail("text", text="I ought")),
    thought(" to add.", detail("text", text=" to add.")),
    thought("", detail("text", signature="c2ln", text="")),
    thought("Then", detail("summary", 1, summary="Then")),
    thought(" say it.", detail("summary", 1, summary=" say it.")),
    choice(reasoning_details=[detail("encrypted", 2, data="ZW5j", id="tool_1")]),
    choice(reasoning_details=[detail("encrypted", 2, data="ZW5kLg==", id="tool_2")]),
)
MERGED = [
    detail("text", text="I ought to add.", signature="c2ln"),
    detail("summary", 1, summary="Then say it."),
    detail("encrypted", 2, data="ZW5j", id="tool_1"),
    detail("encrypted", 2, data="ZW5kLg==", id="tool_2"),
]


def test_details_of_reasoning_are_merged_and_go_back_unchanged() -> None:
    """Pieces of one index are joined, encrypted ones stay by themselves, with the call they belong to."""
    answer = message_of(decode(MODEL, chat(*THOUGHT, choice(tool_calls=[CALL]), choice("tool_calls", "tool_use"))))
    prompt = [UserMessage("Add"), answer, ToolResultMessage("tool_1", "add", "2")]
    sent = body(MODEL, prompt)
    assert (answer.thinking, answer.extra["reasoning_details"]) == ("I ought to add.Then say it.", MERGED)
    assert (sent["messages"][1]["reasoning_details"], problems(MODEL.api, sent)) == (MERGED, "")


def test_one_models_reasoning_does_not_go_to_another() -> None:
    """It is told as text there, without the details that only its maker reads."""
    answer = message_of(decode(MODEL, chat(*THOUGHT, choice(content="Two."), choice("stop"))))
    sent = body(find("openai/gpt-6-sol"), [UserMessage("Add"), answer, UserMessage("Go on")])["messages"][1]
    assert (sorted(sent), "I ought to add." in sent["content"]) == (["content", "role"], True)


def test_reasoning_in_details_alone_is_thinking() -> None:
    """Some models send no text beside them."""
    answer = message_of(decode(MODEL, chat(choice(reasoning_details=[detail("text", text="Hm.")]), choice("stop"))))
    assert [block.text for block in answer.content if isinstance(block, Thinking)] == ["Hm."]


def test_images_come_with_the_answer_and_go_back_with_it() -> None:
    """A model that makes images is asked for them, and sees what it made."""
    model = find("google/gemini-3-image")
    answer = message_of(decode(model, chat(choice(content="Here."), choice(images=[PICTURE]), choice("stop"))))
    sent = body(model, [UserMessage("Draw"), answer, UserMessage("Larger")])
    assert [block for block in answer.content if isinstance(block, Image)] == [Image("QUJD", "image/png")]
    assert (sent["messages"][1]["images"], sent["modalities"]) == (
        [{"image_url": PICTURE["image_url"]}],
        ["image", "text"],
    )
    assert problems(model.api, sent) == ""


def test_citations_are_sources() -> None:
    """With title and what was found there."""
    answer = message_of(decode(MODEL, chat(choice(content="So."), choice(annotations=[SEARCHED]), choice("stop"))))
    found = [block for block in answer.content if isinstance(block, Source)]
    assert [(one.uri, one.title) for one in found] == [("https://a.test", "A")]


def test_what_was_charged_is_kept_beside_our_own_figure() -> None:
    """Tokens read from and written to a cache are told apart; who served it and how it stopped is kept."""
    answer = message_of(decode(MODEL, chat(choice(content="Hi"), choice("stop", "end_turn"))))
    usage, details = answer.usage, answer.extra["usage_details"]
    assert (usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning) == (20, 60, 20, 30, 12)
    assert (details["cost"], details["is_byok"], details["cost_details"]) == (0.00042, False, USAGE["cost_details"])
    assert usage.reported_cost == details["cost"]
    assert (answer.extra["served_by"], answer.extra["native_finish_reason"]) == ("Novita", "end_turn")


def failed(code: Any, message: str, **metadata: Any) -> dict[str, Any]:
    """A chunk that ends an answer because the provider behind the router failed."""
    return {**choice("error", "error"), "error": {"code": code, "message": message, "metadata": metadata}}


@pytest.mark.parametrize(
    ("chunk", "kind", "words"),
    [
        (failed(502, "Provider returned error", provider_name="Novita", raw="no capacity"), "server", "no capacity"),
        (failed(429, "Rate limited", error_type="rate_limit_exceeded"), "rate_limit", "Rate limited"),
        (failed(400, "Too long", error_type="token_limit_exceeded"), "context_overflow", "shorten"),
        (failed(503, "Busy", error_type="provider_overloaded"), "overloaded", "Busy"),
        (choice("error", "internal"), "server", "error"),
    ],
)
def test_a_failure_in_the_middle_is_the_end(chunk: dict[str, Any], kind: str, words: str) -> None:
    """What came before is kept, and the words of the provider behind it are told."""
    answer = message_of(decode(MODEL, chat(choice(content="So far"), chunk, usage=None)))
    assert answer.error is not None
    assert (answer.error.kind, answer.text, words in answer.error.message) == (kind, "So far", True)


def test_nothing_but_comments_is_no_answer() -> None:
    """They say that somebody works on it, not that it is there."""
    answer: AssistantMessage = message_of(decode(MODEL, chat(usage=None, done=False)))
    assert (answer.stop_reason, answer.error and answer.error.kind) == ("error", "truncated")


RESPONSES = find("openai/gpt-6-sol", api="openai-responses")

CASES = [
    Case("thinking and calls", MODEL, chat(*THOUGHT, choice(tool_calls=[CALL]), choice("tool_calls", "tool_use"))),
    Case(
        "images and citations",
        MODEL,
        chat(choice(content="Hi", images=[PICTURE], annotations=[SEARCHED]), choice("stop")),
    ),
    Case("a failure", MODEL, chat(choice(content="So far"), failed(502, "no", raw="none"), usage=None)),
    Case(
        "usage on the last chunk",
        MODEL,
        chat(choice(content="Hi"), {**choice("stop", "stop"), "usage": USAGE}, usage=None),
    ),
]

test_conformance = conformance_tests(CASES, lambda: HUB)


def test_a_text_of_two_pieces_is_one_block() -> None:
    """Chunks without choices, or with a null content, come between."""
    pieces = [choice(content="Hel"), {"choices": None}, choice(content=None), choice(content="lo"), choice("stop")]
    assert message_of(decode(MODEL, chat(*pieces))).content == (Text("Hello"),)
