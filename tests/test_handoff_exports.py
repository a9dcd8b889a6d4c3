"""Conversations in other programs' forms: what is written is legal there, and read again it is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import corpus
import pytest
import vendor_types
from handoff_histories import AS_IT_CAME, Conversation, conversations
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import (
    AssistantMessage,
    Context,
    InvalidMessage,
    Note,
    from_json,
    from_ui_messages,
    to_dict,
    to_json,
    to_ui_messages,
)
from headwater_anthropic.history import from_messages, to_messages
from headwater_openai.history import from_chat, to_chat

Read = tuple[Context, tuple[Note, ...]]


@pytest.fixture(scope="module")
def recorded() -> Sequence[Conversation]:
    """Every conversation of the corpus."""
    if not corpus.CORPUS.is_dir():
        pytest.skip("there are no recordings: set HEADWATER_CORPUS, or put them into ../shared/corpus")
    return conversations()


def chat_problems(context: Context) -> str:
    """What is wrong with a conversation as messages of chat completions."""
    made, _ = to_chat(context)
    if to_chat(from_chat(made)[0])[0] != made:
        return "read again it is another"
    judge: Any = vendor_types.JUDGES["openai-completions"]
    return judge({"model": "m", "stream": True, "messages": deepcopy(made)}, None)


def messages_problems(context: Context) -> str:
    """What is wrong with a conversation as Messages."""
    made, _ = to_messages(context)
    if to_messages(from_messages(made["messages"], system=made.get("system"))[0])[0] != made:
        return "read again it is another"
    return vendor_types._beside("anthropic", "messages_types").problems(
        {"model": "m", "max_tokens": 5, "stream": True, **made}, beta=True
    )


@pytest.mark.parametrize("problems", [chat_problems, messages_problems])
def test_what_is_written_is_legal_and_stays_the_same(
    problems: Callable[[Context], str], recorded: Sequence[Conversation]
) -> None:
    """But for blocks which the vendor's types do not know themselves."""
    found = {one.name: problems(one.context) for one in recorded if one.name not in AS_IT_CAME}
    assert {name: problem for name, problem in found.items() if problem} == {}


def test_what_cannot_be_written_is_told(recorded: Sequence[Conversation]) -> None:
    """Every thought that is in no message of the other form has its note."""
    silent = [
        one.name
        for one in recorded
        if not one.name.endswith(("/all", "/unanswered"))
        and any(isinstance(m, AssistantMessage) and m.thinking and m.error is None for m in one.context.messages)
        and not any(note.action == "dropped" for note in to_chat(one.context)[1])
    ]
    assert silent == []


def test_a_conversation_goes_through_a_page_and_back(recorded: Sequence[Conversation]) -> None:
    """All that was said, calls and their results included, with every mark."""
    changed = [
        one.name
        for one in recorded
        if not one.name.endswith("/all")
        and to_dict(from_ui_messages(to_ui_messages(one.context)[0])[0])["messages"] != to_dict(one.context)["messages"]
    ]
    assert changed == []


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    ["role", "content", "type", "text", "tool_calls", "function", "name", "arguments", "id", "tool_call_id"]
) | st.sampled_from(
    ["input", "tool_use_id", "image_url", "url", "source", "data", "thinking", "signature", "refusal", "function_call"]
)
words = st.sampled_from(
    ["user", "assistant", "system", "tool", "text", "tool_use", "tool_result", "image", "thinking", "function", "{}"]
)
messages = st.dictionaries(
    fields,
    words | odd | st.lists(st.dictionaries(fields, words | odd, max_size=4), max_size=3),
    max_size=5,
)


@pytest.mark.parametrize("read", [from_chat, from_messages])
def test_nothing_but_a_conversation_or_the_refusal_comes_out(read: Callable[[Any], Read]) -> None:
    """Of whatever somebody kept."""
    seen: set[type] = set()

    @settings(max_examples=300, deadline=None)
    @given(st.lists(messages, max_size=3))
    def check(stored: list[Any]) -> None:
        before = repr(stored)
        try:
            seen.add(type(read(stored)[0]))
        except InvalidMessage:
            seen.add(InvalidMessage)
        assert repr(stored) == before

    check()
    assert seen == {Context, InvalidMessage}


@pytest.mark.parametrize("read", [from_chat, from_messages])
@pytest.mark.parametrize("stored", [None, 5, "words"])
def test_what_is_no_list_of_messages_is_refused(read: Callable[[Any], Read], stored: Any) -> None:
    """By the same exception as what is in one."""
    with pytest.raises(InvalidMessage, match="a conversation is a list of messages"):
        read(stored)


@pytest.mark.parametrize("odd", [5, "x", [None], [[]], {}])
def test_odd_citations_and_signatures_are_left_behind(odd: Any) -> None:
    """What was read can be stored, and written again."""
    said = {"type": "text", "text": "a", "citations": odd}, {"type": "thinking", "thinking": "hm", "signature": odd}
    context, _ = from_messages([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": said}])
    assert from_json(to_json(context)) == context
    assert to_messages(context)[0]["messages"][1]["content"][0] == {"type": "text", "text": "a"}
