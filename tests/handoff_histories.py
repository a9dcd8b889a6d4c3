"""Conversations to hand over: those that the recorded answers make, and random ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
import corpus
from hypothesis import strategies as st

from headwater import (
    AssistantMessage,
    Audio,
    CodeExecution,
    Context,
    Document,
    Done,
    Error,
    ErrorInfo,
    HeadwaterError,
    Hub,
    Image,
    Message,
    Model,
    ProviderBlock,
    Refusal,
    Source,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResultMessage,
    UserMessage,
)

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
"""The smallest PNG."""

READERS: Mapping[str, tuple[str, str | None]] = {
    "bedrock-converse": ("amazon-bedrock/us.anthropic.claude-opus-4-6-v1", None),
    "bedrock-invoke": ("amazon-bedrock/us.anthropic.claude-opus-4-6-v1", "bedrock-invoke"),
    "google-generative-ai": ("google/gemini-3-flash", None),
    "google-interactions": ("google/gemini-3-flash", "google-interactions"),
    "mistral-chat": ("mistral/mistral-large-latest", None),
    "ollama-chat": ("ollama/qwen3", None),
}
"""Who reads a protocol for which `corpus` has no line yet."""


AS_IT_CAME: Mapping[str, str] = {
    "anthropic-messages/vercel-ai-anthropic-web-fetch-tool-20260209-1": "the result of a program",
    "openai-responses/pydantic-ai-test-openai-responses-model-web-search-tool-stream": "sources that are no pages",
    "xai-responses/vercel-ai-xai-image-generation-tool-1": "fields of an image of this provider's",
    "xai-responses/vercel-ai-xai-web-search-tool-1": "fields of a search of this provider's",
}
"""Answers with blocks which the vendor's types of requests do not know; they go back to their maker as they came."""


@attrs.frozen
class Conversation:
    """A conversation, and the recordings its answers are from."""

    name: str
    context: Context


@cache
def answers() -> tuple[tuple[corpus.Recording, AssistantMessage], ...]:
    """The message that each recorded stream ends in, for all whose protocol somebody here reads."""
    hub = corpus.make_hub()
    read: list[tuple[corpus.Recording, AssistantMessage]] = []
    for recording in corpus.recordings():
        model = _reader(recording.protocol, hub)
        if model is not None:
            *_, last = hub.decode(model, recording.body, headers=recording.headers)
            assert isinstance(last, Done | Error)
            read.append((recording, last.message))
    return tuple(read)


def _reader(protocol: str, hub: Hub) -> Model | None:
    known = corpus.PROTOCOLS.get(protocol)
    try:
        if known is not None and known.missing is None:
            return known.find_model(hub)
        if protocol in READERS:
            name, api = READERS[protocol]
            return hub.model(name, api=api)
        if protocol.endswith("-chat"):  # a dialect of chat completions whose own plugin is not installed
            return hub.endpoint("http://127.0.0.1:9/v1", "any", api="openai-completions", provider=protocol)
    except HeadwaterError:
        pass
    return None


@cache
def conversations() -> tuple[Conversation, ...]:
    """Every recorded answer, its calls answered, followed by a turn of the user; and longer ones made of many."""
    made = [Conversation(recording.id, _context([message])) for recording, message in answers()]
    usual = [(recording, message) for recording, message in answers() if recording.id not in AS_IT_CAME]
    for protocol in sorted({recording.protocol for recording, _ in usual}):
        of_one = [message for recording, message in usual if recording.protocol == protocol]
        made.append(Conversation(f"{protocol}/all", _context(of_one, image=True)))
        made.append(Conversation(f"{protocol}/unanswered", _context(of_one, answered=False)))
    made.append(Conversation("all/all", _context([message for _, message in usual])))
    return tuple(made)


def _context(messages: Sequence[AssistantMessage], *, answered: bool = True, image: bool = False) -> Context:
    turns: list[Message] = [UserMessage("Begin.")]
    names: set[str] = set()
    for message in messages:
        turns.append(message)
        calls = [block for block in message.content if isinstance(block, ToolCall)]
        names |= {call.name for call in calls}
        if answered:
            turns += [ToolResultMessage(call.id, call.name, _result(image)) for call in calls]
        turns.append(UserMessage("Go on."))
    tools = tuple(Tool(name, "A tool.", {"type": "object", "properties": {}}) for name in sorted(names))
    return Context(tuple(turns), "Be brief.", tools)


def _result(image: bool) -> Any:
    return (Text("42"), Image(PIXEL, "image/png")) if image else "42"


# ---------------------------------------------------------------- random histories

words = st.text(max_size=12) | st.sampled_from(["", " ", "a", "Hello", "\n", "\ud800", "{}", "日本語"])
"""Text of all kinds; lone halves of surrogate pairs come from programs that cut text anywhere."""

odd_ids = st.one_of(
    st.sampled_from(["a", "a", "b", "call_0", "call_0", "call_1|fc_2", "x.y:z", "", "functions.f:0", "-"]),
    st.integers(0, 3).map(lambda number: "x" * 10_000 + str(number)),
    st.text(max_size=70),
)
"""Ids as servers and programs give them: twice the same, empty, of thousands of characters."""

names = st.sampled_from(["f", "get_weather", "ns.tool", "a b", "1st", "", "x" * 200, "ütf"])

values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "v", "\ud83d"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "$ref"]), inner, max_size=2),
    max_leaves=4,
)
arguments = st.dictionaries(st.sampled_from(["a", "input", "$ref", ""]), values, max_size=3)

media = st.sampled_from(
    [
        Image(PIXEL, "image/png"),
        Image(url=f"data:image/png;base64,{PIXEL}"),
        Image(url="https://example.com/a.webp"),
        Image(PIXEL, "image/x-odd"),
        Document("cGRm", "application/pdf", name="a.pdf"),
        Document("aGk=", "text/plain"),
        Document("aGk=", "application/x-odd", name="odd [1].bin"),
        Document(url="https://example.com/a.pdf"),
        Audio("c25k", "audio/wav"),
        Audio("c25k", "audio/x-odd", transcript="la la"),
    ]
)

MAKERS: Sequence[Mapping[str, str]] = (
    {"provider": "anthropic", "api": "anthropic-messages", "model": "claude-haiku-4-5"},
    {"provider": "amazon-bedrock", "api": "bedrock-converse-stream", "model": "us.anthropic.claude-opus-4-6-v1"},
    {"provider": "google", "api": "google-generative-ai", "model": "gemini-3-flash"},
    {"provider": "google", "api": "google-interactions", "model": "gemini-3-flash"},
    {"provider": "openai", "api": "openai-completions", "model": "gpt-4o"},
    {"provider": "openai", "api": "openai-responses", "model": "gpt-5"},
    {"provider": "nobody", "api": "unknown", "model": "m"},
    {"provider": "", "api": "", "model": ""},
)
"""Who may have given an answer. Blocks are random, so they are given names of makers that do not own them too."""

texts = st.one_of(st.builds(Text, words), st.builds(Text, words, st.just("c2ln"), st.just({"phase": "final_answer"})))

blocks = st.one_of(
    texts,
    st.builds(Thinking, words, st.none() | st.just("c2ln")),
    st.builds(Thinking, st.just(""), st.just("c2ln"), st.just(True)),
    st.builds(ToolCall, odd_ids, names, arguments, st.none() | st.just("c2ln")),
    st.builds(ToolCall, odd_ids, names, arguments, incomplete=st.just(True)),
    st.builds(Refusal, words),
    st.builds(Source, st.just("https://example.com")),
    st.builds(CodeExecution, st.just("1+1"), output=words, success=st.booleans()),
    st.just(Image(PIXEL, "image/png")),
    st.just(Audio("c25k", transcript="la")),
)

foreign_blocks = st.builds(ProviderBlock, st.just("odd_block"), st.just({"type": "odd_block"}))
"""Blocks of a maker's own, of which only the maker knows whether they are whole: other makers' answers hold them."""


@st.composite
def assistant_messages(draw: st.DrawFn) -> AssistantMessage:
    """An answer of anybody's, perhaps one that failed."""
    maker: Mapping[str, Any] = draw(st.sampled_from(MAKERS))
    known = maker["provider"] in ("nobody", "")
    content = draw(st.lists(blocks | foreign_blocks if known else blocks, max_size=4))
    reason: Any = draw(st.sampled_from(["stop", "stop", "toolUse", "length", "error", "aborted"]))
    failed: dict[str, Any] = {"error": ErrorInfo("server", "broke")} if reason == "error" else {}
    extra = draw(st.sampled_from([{}, {"reasoning_field": "reasoning"}, {"reasoning_details": [{"data": "x"}]}]))
    return AssistantMessage(tuple(content), **maker, stop_reason=reason, extra=extra, **failed)


user_messages = st.one_of(
    st.builds(UserMessage, words),
    st.builds(UserMessage, st.lists(st.builds(Text, words) | media, max_size=3).map(tuple)),
)

shown = st.builds(Text, words) | media.filter(lambda one: not isinstance(one, Audio))

result_messages = st.builds(
    ToolResultMessage,
    odd_ids,
    names,
    st.one_of(words, st.lists(shown, max_size=3).map(tuple)),
    is_error=st.booleans(),
)


@st.composite
def histories(draw: st.DrawFn) -> Context:
    """A conversation in which anything may follow anything; it ends with words of the user's."""
    messages: list[Any] = []
    for _ in range(draw(st.integers(0, 6))):
        message = draw(st.one_of(assistant_messages(), user_messages, result_messages))
        messages.append(message)
        if isinstance(message, AssistantMessage) and draw(st.booleans()):
            messages += _answered(message, draw)
    # What is asked now is the api's own to refuse; here, all is answered already.
    messages.append(AssistantMessage((Text("So."),)))
    return Context((*messages, UserMessage("Go on.")), draw(st.none() | words))


def _answered(message: AssistantMessage, draw: st.DrawFn) -> Iterator[ToolResultMessage]:
    """Results of the calls in an answer, in any order, some of them missing or twice."""
    calls = [block for block in message.content if isinstance(block, ToolCall)]
    for call in draw(st.permutations(calls)):
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            yield ToolResultMessage(call.id, call.name, "42")
