"""What a message must be, according to what the provider's own SDK made of the same bytes.

`compare` holds a message against an `expected.json`, field by field; no field may stay
unlooked at. What of the usage our `Usage` has no place for is held against the wire itself.
`EXCEPTIONS` says where the two may differ, and why; a stream that no longer differs there
fails as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
from readings import Reading

from headwater import (
    AssistantMessage,
    Refusal,
    Source,
    Text,
    Thinking,
    ToolCall,
)

# -- comparing


@attrs.frozen
class Seen:
    """A message, the JSON values of the wire it came from, and how its oracle is read."""

    message: AssistantMessage
    wire: list[Any]
    reading: Reading


def judge(id: str, seen: Seen, expected: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the message of one stream: fields that differ, or no longer do, and how it ends."""
    found = compare(seen, expected)
    excepted = EXCEPTIONS.get(id)
    for name in () if excepted is None else excepted.fields:
        if found.pop(name, None) is None:
            found[name] = "does not differ any more: take it out of EXCEPTIONS"
    error = seen.message.error
    kind, wanted = None if error is None else error.kind, FAILURES.get(id)
    if kind != wanted:
        found["ending"] = f"{error!r} where FAILURES says {wanted}"
    return found


def compare(seen: Seen, expected: Mapping[str, Any]) -> dict[str, str]:
    """The fields of `expected` that differ, each with what stands there instead."""
    found: dict[str, str] = {}
    for name, wanted in expected.items():
        if name in ABOUT_THE_ORACLE:
            continue
        look = FIELDS.get(name)
        words = f"nobody looks at the field {name}" if look is None else look(seen, wanted)
        if words is not None:
            found[name] = words
    return found


ABOUT_THE_ORACLE = frozenset({"method", "sdk", "accumulator_error", "note", "delta_text_differs"})
"""Fields that say how an `expected.json` was made, and nothing of the stream."""


def _same(got: Any, wanted: Any) -> str | None:
    return None if got == wanted else f"{got!r:.300} where the SDK reads {wanted!r:.300}"


def _tool_calls(seen: Seen, wanted: Any) -> str | None:
    told_by = seen.reading.call_id
    got = [{**told_by(block), **_call(block)} for block in seen.message.content if isinstance(block, ToolCall)]
    return _same(got, [_wanted_call(call) for call in wanted or ()])


def _wanted_call(call: Any) -> Any:
    """A call as the oracle has it; arguments that are no text at all are none."""
    return {**call, "arguments_raw": call.get("arguments_raw") or None} if isinstance(call, dict) else call


def _call(block: ToolCall) -> dict[str, Any]:
    known = {"name": block.name, "arguments_raw": block.raw_arguments}
    return {**known, "arguments": None if block.incomplete else dict(block.arguments)}


def _usage(seen: Seen, wanted: Any) -> str | None:
    usage = seen.message.usage
    if not wanted:
        return None if usage.provenance != "reported" else f"{usage} where the SDK reads nothing"
    if usage.provenance != "reported":
        return f"{usage} where the SDK reads {wanted}"
    said = set(_leaves(seen.wire))
    for leaf in _leaves(wanted):
        if leaf not in said and leaf[1] is not None:
            return f"the wire has no {leaf[0]} of {leaf[1]!r}"
    expected = seen.reading.usage(wanted)
    return _same({name: getattr(usage, name) for name in expected}, expected)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar with the key it stands under, as SDKs of all spellings have it (`cachedTokens`)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key.replace("_", "").lower())
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, (value, type(value)) if isinstance(value, bool) else value


def _items(seen: Seen, wanted: Any) -> str | None:
    named = [seen.reading.items(block) for block in seen.message.content]
    return _same([name for name in named if name is not None], wanted)


def _choices(seen: Seen, wanted: Any) -> str | None:
    """The message holds the first choice; what the oracle says of the others is held against the wire."""
    texts: dict[int, str] = {}
    for chunk in seen.wire:
        for choice in (chunk.get("choices") if isinstance(chunk, dict) else None) or ():
            said = (choice.get("delta") or {}).get("content") or ""
            texts[choice["index"]] = texts.get(choice["index"], "") + said
    return _same([seen.message.text, *(texts[index] for index in sorted(texts)[1:])], wanted)


def _error(seen: Seen, wanted: Any) -> str | None:
    """The SDK raised: the message failed too, and passes on the same words."""
    error = seen.message.error
    words = seen.reading.words(str(wanted))
    return None if error is not None and words[:200] in error.message else f"{error!r} where the SDK raises {wanted!r}"


def _block_reason(message: AssistantMessage) -> str | None:
    """Why the prompt was blocked; None where the answer failed otherwise or not."""
    error = message.error
    return error.code if error is not None and "blocked the prompt" in error.message else None


def _grounding(message: AssistantMessage) -> int:
    """The sources an answer rests on; one it repeats is another kind."""
    kinds = ("web", "document", "place")
    return sum(isinstance(block, Source) and block.kind in kinds for block in message.content)


def _joined(kind: type[Text | Thinking | Refusal]) -> Callable[[AssistantMessage], str]:
    return lambda message: "".join(block.text for block in message.content if isinstance(block, kind))


def _thought(message: AssistantMessage, *, planned: bool) -> str:
    """Thinking, or the plan that some models make before their calls."""
    thoughts = (block for block in message.content if isinstance(block, Thinking))
    return "".join(block.text for block in thoughts if bool(block.extra.get("plan")) == planned)


def _field(read: Callable[[AssistantMessage], Any]) -> Callable[[Seen, Any], str | None]:
    return lambda seen, wanted: _same(read(seen.message), wanted)


FIELDS: Mapping[str, Callable[[Seen, Any], str | None]] = {
    "text": _field(_joined(Text)),
    "thinking": _field(lambda message: _thought(message, planned=False)),
    "tool_plan": _field(lambda message: _thought(message, planned=True)),
    "refusal": _field(_joined(Refusal)),
    "tool_calls": _tool_calls,
    "stop_reason_raw": lambda seen, wanted: _same(seen.reading.stop(seen.message), wanted),
    "usage_raw": _usage,
    "response_id": lambda seen, wanted: _same(seen.message.response_id, wanted or None),
    "model": lambda seen, wanted: _same(seen.reading.model(seen.message), wanted),
    "payloads": lambda seen, wanted: _same(len(seen.wire), wanted),
    "items": _items,
    "server_items": lambda seen, wanted: _same(seen.reading.server_items(seen.message), wanted),
    "block_reason": _field(_block_reason),
    "grounding_chunks": _field(_grounding),
    "citations": lambda seen, wanted: _same(seen.reading.citations(seen.message), wanted),
    "choices_text": _choices,
    "error": _error,
}
"""How each field of an `expected.json` is held against a message."""


# -- where the two may differ


@attrs.frozen
class Difference:
    """Fields of one stream that differ, and why. `named`: the corpus itself says so."""

    fields: Iterable[str]
    reason: str
    named: bool = True


RUN_BY_THE_CALLER = "the corpus counts it among the tools the provider runs; the caller runs it"

ANOTHER_VENDORS = Difference(
    ("text",), "a body in the protocol of another vendor, which has no oracle; ours is an error"
)

EXCEPTIONS: Mapping[str, Difference] = {
    "bedrock-invoke/dd-trace-js-bedrock-runtime-model-ai21-jamba-1-5-mini-v1-0-invok-b52349": ANOTHER_VENDORS,
    "bedrock-invoke/dd-trace-js-bedrock-runtime-model-anthropic-claude-v2-1-invoke-w-0e27a0": ANOTHER_VENDORS,
    "bedrock-invoke/otel-js-bedrock-invokemodelwithstreams-adds-cohere-command-r-mod-4fbe93-1": ANOTHER_VENDORS,
    "openai-responses/vercel-ai-openai-apply-patch-tool-1": Difference(
        ("tool_calls", "server_items"), RUN_BY_THE_CALLER
    ),
    "openai-responses/vercel-ai-openai-apply-patch-tool-delete-1": Difference(
        ("tool_calls", "server_items"), RUN_BY_THE_CALLER
    ),
    "openai-responses/vercel-ai-openai-custom-tool-1": Difference(("tool_calls", "server_items"), RUN_BY_THE_CALLER),
    "openai-responses/vercel-ai-openai-error-1": Difference(
        ("response_id", "model"), "the SDK stops at the error; the event after it names the answer and its model"
    ),
    "anthropic-messages/anthropic-sdk-incomplete-partial-json-response": Difference(
        ("tool_calls",), "the SDK repairs the arguments of a call that max_tokens cut; ours stay raw, marked incomplete"
    ),
    "deepseek-chat/rig-agent-streaming-empty-arguments-on-length-are-not-invoked": Difference(
        ("tool_calls",), "the SDK takes no arguments for an empty object; cut by the length, ours are incomplete", False
    ),
    "openrouter-chat/pydantic-ai-test-openrouter-stream-error": Difference(
        ("usage_raw",), "the SDK stops at the error, which brings the usage along"
    ),
    "google-generative-ai/vercel-ai-google-stream-tool-call-arguments": Difference(
        ("tool_calls",), "the SDK leaves arguments that come as partial values as they are; ours joins them"
    ),
}
"""Streams whose message is not what the SDK makes of it, by protocol and case."""

FAILURES: Mapping[str, str] = {
    "bedrock-converse/openllmetry-test-guardrail-converse-stream": "content_filter",
    "bedrock-converse/openllmetry-test-nova-converse-stream": "content_filter",
    "bedrock-invoke/dd-trace-js-bedrock-runtime-model-ai21-jamba-1-5-mini-v1-0-invok-b52349": "malformed",
    "bedrock-invoke/dd-trace-js-bedrock-runtime-model-anthropic-claude-v2-1-invoke-w-0e27a0": "malformed",
    "bedrock-invoke/otel-js-bedrock-invokemodelwithstreams-adds-cohere-command-r-mod-4fbe93-1": "malformed",
    "google-generative-ai/firebase-ai-streaming-failure-empty-content": "truncated",
    "google-generative-ai/firebase-ai-streaming-failure-error-mid-stream": "server",
    "google-generative-ai/firebase-ai-streaming-failure-finish-reason-safety": "content_filter",
    "google-generative-ai/firebase-ai-streaming-failure-invalid-json": "truncated",
    "google-generative-ai/firebase-ai-streaming-failure-prompt-blocked-safety-with-message": "content_filter",
    "google-generative-ai/firebase-ai-streaming-failure-recitation-no-content": "content_filter",
    "groq-chat/pydantic-ai-test-tool-use-failed-error-streaming-with-text": "invalid_request",
    "openrouter-chat/pydantic-ai-test-openrouter-stream-error": "invalid_request",
    "openrouter-chat/rig-streaming-raw-model-surfaces-refusal": "content_filter",
    "openai-responses/mirascope-openai-gpt-4o-responses-async-stream": "content_filter",
    "openai-responses/vercel-ai-openai-error-1": "quota",
    "cohere-chat/langchain-cohere-test-sql-agent": "server",
    "anthropic-messages/anthropic-sdk-fable-fallback-stream-a-refusal": "content_filter",
    "anthropic-messages/anthropic-sdk-fable-fallback-stream-a-toolrefusal": "content_filter",
    "anthropic-messages/vercel-ai-anthropic-refusal": "content_filter",
    "openai-chat/openai-sdk-569c877e": "content_filter",
    "openai-compat-chat/ruby-llm-chat-with-extended-thinking-gpustack-qwen3-streams-thin-81a435": "context_overflow",
}
"""Streams that end in an error of that kind. Others end well.

So it is by policy (refusals), because the server says so, or because they have no end.
"""
