"""Chunks whose fields are of a type nobody expects: what can be read is read, and nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from openai_wire import chat, chunk, compatible, decode, message_of

from headwater import AssistantMessage, Image, Source

MODEL = compatible()


def read(*chunks: Any) -> AssistantMessage:
    """What comes of a body of these chunks; its answer ended well."""
    message = message_of(decode(MODEL, chat(*chunks, chunk({"content": "!"}, "stop"))))
    assert message.error is None
    return message


@pytest.mark.parametrize(
    ("thought", "words"),
    [
        ("Hm.", "Hm."),
        (["H", "m."], "Hm."),
        ([{"text": "Hm."}, {"text": None}, {"type": "text"}, None], "Hm."),
        ([{"text": 5}, {"text": ["x"]}], '5["x"]'),
        ([1, True], "1true"),
        ({"text": "Hm."}, "Hm."),
        (None, ""),
    ],
)
def test_a_part_of_thinking_may_be_anything(thought: Any, words: str) -> None:
    """A string, pieces of text, or what nobody has seen yet."""
    message = read(chunk({"content": [{"type": "thinking", "thinking": thought}]}))
    assert (message.thinking, message.text) == (words, "!")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": "text", "text": "Hi"}, "Hi"),
        ({"text": 5}, "5"),
        ([{"type": "text", "text": 5}], "5"),
        (True, "true"),
        (1.5, "1.5"),
        ([None, 7, [], {}], ""),
    ],
)
def test_content_of_another_type_is_read_as_it_stands_in_the_bytes(content: Any, words: str) -> None:
    """A single part, a number, a word of JSON."""
    assert read(chunk({"content": content})).text == f"{words}!"


@pytest.mark.parametrize("odd", [5, {"a": 1}, ["x"], None])
def test_a_source_needs_no_more_than_its_address(odd: Any) -> None:
    """Title and snippet are taken where they are text."""
    said = {"url": "https://a.test", "title": odd, "snippet": odd, "content": odd}
    for beside in (
        {"search_results": [said]},
        {"citations": [said, odd, {"url": odd}]},
        {"choices": [{"index": 0, "delta": {"annotations": [{"url_citation": said}, {"url_citation": odd}]}}]},
    ):
        assert [block for block in read(beside).content if isinstance(block, Source)] == [Source("https://a.test")]


def test_arguments_that_are_no_object_are_shown_as_they_came() -> None:
    """They are no call to run, and the message keeps them as JSON."""
    call = {"index": 0, "id": "c", "function": {"name": "add", "arguments": [1, None]}}
    message = message_of(decode(MODEL, chat(chunk({"tool_calls": [call]}, "tool_calls"))))
    shown = [getattr(block, "raw_arguments", None) for block in message.content]
    assert (message.tool_calls, shown) == ([], ["[1,null]"])


@pytest.mark.parametrize(
    ("url", "image"),
    [
        ("data:image/png;base64,aGk=", Image("aGk=", "image/png")),
        ("https://a.test/cat.png", Image(url="https://a.test/cat.png")),
    ],
)
def test_an_image_the_model_made_is_content(url: str, image: Image) -> None:
    """Routers send it beside the text, as a data URL or as an address (wire/openai-compatible, section 3.9)."""
    message = read(chunk({"images": [{"type": "image_url", "image_url": {"url": url}}, {"image_url": 5}, {}]}))
    assert [block for block in message.content if isinstance(block, Image)] == [image]


def test_sound_is_joined() -> None:
    """Data and transcript grow; the id stays."""
    parts = [{"id": "a1", "data": "AA", "transcript": "He"}, {"id": "a1", "data": "BB", "transcript": "y"}]
    message = read(*(chunk({"audio": part}) for part in parts))
    assert message.extra["audio"] == {"id": "a1", "data": "AABB", "transcript": "Hey"}


def test_encrypted_reasoning_is_never_joined() -> None:
    """Each comes whole and belongs to something of its own; text of one index grows."""
    details: list[dict[str, Any]] = [
        {"type": "reasoning.encrypted", "data": "AA", "index": 0, "id": "c1"},
        {"type": "reasoning.encrypted", "data": "BB", "index": 0, "id": "c2"},
        {"type": "reasoning.text", "text": "H", "index": 0, "id": None},
        {"type": "reasoning.text", "text": "m.", "index": 0, "signature": "s"},
        {"type": "reasoning.summary", "summary": "Hm", "id": "r1"},
        {"type": "reasoning.summary", "summary": "Ah", "id": "r2"},
    ]
    kept = read(*(chunk({"reasoning_details": [detail]}) for detail in details)).extra["reasoning_details"]
    joined = {"type": "reasoning.text", "text": "Hm.", "index": 0, "id": None, "signature": "s"}
    assert kept == [*details[:2], joined, *details[4:]]


def test_thinking_goes_back_in_the_field_that_held_it() -> None:
    """An empty field of another name beside it does not count."""
    message = read(chunk({"reasoning_content": "", "reasoning": "Hm."}))
    assert (message.thinking, message.extra["reasoning_field"]) == ("Hm.", "reasoning")
