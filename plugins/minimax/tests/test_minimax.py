"""MiniMax: two services, two protocols, thinking that is split off, and failures inside a 200."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from headwater import AssistantMessage, Done, Error, Hub, UserMessage, loads
from headwater.testing import Case, conformance_tests

HUB = Hub(environ={})
CHAT = "openai-completions"
M3 = HUB.model("minimax/MiniMax-M3")
M3_CHAT = HUB.model("minimax/MiniMax-M3", api=CHAT)
WELL = {"base_resp": {"status_code": 0, "status_msg": "success"}}
BROKE = {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}


def sse(*events: Mapping[str, Any], done: bool = False) -> bytes:
    """Server-sent events of these."""
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def choice(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """A chunk with one choice, as MiniMax sends it when all is well."""
    return {
        "id": "c1",
        "model": "MiniMax-M3",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **WELL,
    }


def message_of(model: Any, body: bytes, **asked: Any) -> AssistantMessage:
    """The message at the end of a body."""
    last = list(HUB.decode(model, body, **asked))[-1]
    assert isinstance(last, Done | Error)
    return last.message


@pytest.mark.parametrize(
    ("name", "api", "url"),
    [
        ("minimax", None, "https://api.minimax.io/anthropic/v1/messages"),
        ("minimax", CHAT, "https://api.minimax.io/v1/chat/completions"),
        ("minimax-cn", None, "https://api.minimaxi.com/anthropic/v1/messages"),
        ("minimax-cn", CHAT, "https://api.minimaxi.com/v1/chat/completions"),
    ],
)
def test_each_service_has_its_places(name: str, api: str | None, url: str) -> None:
    """One distribution, two entry points."""
    assert HUB.request(HUB.model(f"{name}/MiniMax-M3", api=api), "Hi").url == url
    assert HUB.registry.distributions(name)[0].startswith("headwater-minimax ")


DETAILS = [
    {"type": "reasoning.text", "id": "r1", "format": "MiniMax-response-v1", "index": 0, "text": text}
    for text in ("I ought", " to add.")
]
THOUGHT = sse(
    *(choice(reasoning_details=[detail]) for detail in DETAILS),
    choice(content="Two."),
    {**choice("stop"), "usage": {"prompt_tokens": 5, "completion_tokens": 9, "total_tokens": 14}},
    done=True,
)


def test_thinking_is_split_off_and_goes_back_whole() -> None:
    """In the details it came in."""
    message = message_of(M3_CHAT, THOUGHT)
    sent = loads(HUB.request(M3_CHAT, [UserMessage("Add"), message, UserMessage("On")]).body)
    assert (message.thinking, message.text, sent["reasoning_split"]) == ("I ought to add.", "Two.", True)
    assert sent["messages"][1]["reasoning_details"] == [{**DETAILS[0], "text": "I ought to add."}]


def test_thinking_between_tags_can_be_split_off_here() -> None:
    """For older models behind the same protocol."""
    tagged = sse(choice(content="<mm:think>Hm.</mm:think>Two."), choice("stop"), done=True)
    message = message_of(M3_CHAT, tagged, think_tags=True)
    assert (message.thinking, message.text) == ("Hm.", "Two.")


BEGUN = {"type": "message_start", "message": {"id": "m1", "model": "MiniMax-M3", "usage": {"input_tokens": 5}}}
TEXT: list[Mapping[str, Any]] = [
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Two."}},
    {"type": "content_block_stop", "index": 0},
]
ENDED: list[Mapping[str, Any]] = [
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}, **WELL},
    {"type": "message_stop"},
]


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (M3, json.dumps(BROKE).encode()),
        (M3, sse(BROKE)),
        (M3, sse(BEGUN, *TEXT, BROKE)),
        (M3_CHAT, json.dumps(BROKE).encode()),
        (M3_CHAT, sse(BROKE)),
        (M3_CHAT, sse(choice(content="Two."), BROKE)),
    ],
)
def test_a_failure_inside_a_200_is_a_failure(model: Any, body: bytes) -> None:
    """Alone or after content, in an event or as all there is."""
    error = message_of(model, body).error
    assert error is not None
    assert (error.kind, error.retryable, "insufficient balance" in error.message) == ("quota", False, True)


@pytest.mark.parametrize(("model", "body"), [(M3, sse(BEGUN, *TEXT, *ENDED)), (M3_CHAT, THOUGHT)])
def test_a_word_that_all_is_well_is_none_of_a_failure(model: Any, body: bytes) -> None:
    """It comes with every answer."""
    assert message_of(model, body).stop_reason == "stop"


def test_what_is_ignored_there_is_left_out_and_told() -> None:
    """Over Messages, stop sequences and `top_k`; over chat completions, forced tools are refused."""
    wire = HUB.request(M3, "Hi", stop=["END"], top_k=5)
    assert ([note.path for note in wire.notes], b"END" in wire.body) == (["options.top_k", "options.stop"], False)


def test_a_picture_is_for_models_that_see() -> None:
    """M2 reads only."""
    assert ("image" in M3.input, HUB.model("minimax/MiniMax-M2.7").input) == (True, ("text",))


CASES = [
    Case("Messages", M3, sse(BEGUN, *TEXT, *ENDED)),
    Case("Messages, a failure", M3, sse(BEGUN, *TEXT, BROKE)),
    Case("thinking split off", M3_CHAT, THOUGHT),
    Case("a failure", M3_CHAT, sse(choice(content="Two."), BROKE)),
]

test_conformance = conformance_tests(CASES, lambda: HUB)
