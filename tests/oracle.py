"""What a message must be, according to what the provider's own SDK made of the same bytes.

`compare` holds a message against an `expected.json`, field by field; no field may stay
unlooked at. What of the usage our `Usage` has no place for is held against the wire itself.
`EXCEPTIONS` says where the two may differ, and why; a stream that no longer differs there
fails as well.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from headwater import (
    AssistantMessage,
    ProviderBlock,
    Refusal,
    Source,
    Text,
    Thinking,
    ToolCall,
)


def count_sources(message: AssistantMessage) -> int:
    """The sources an answer names."""
    return sum(isinstance(block, Source) for block in message.content)


def read_raw_stop(message: AssistantMessage) -> Any:
    """Why an answer stopped, in the provider's word."""
    return message.raw_stop_reason


def read_call_id(call: ToolCall) -> dict[str, Any]:
    """What a call is told by."""
    return {"id": call.id}


def read_response_model(message: AssistantMessage) -> str | None:
    """Who the provider says answered."""
    return message.response_model


def unchanged(event: Any) -> Any:
    """A wire event that holds nothing but itself."""
    return event


@attrs.frozen
class Reading:
    """How the oracle of one family of protocols is read.

    `usage`: the fields of `Usage` that its last usage object amounts to. `signal`: how many
    bytes of a body are enough for its terminal signal to be said, None where it is not.
    `items`: the protocol's word for the kind of a block, None for one it has no block for.
    `citations`: how often the answer cites. `stop`, `call_id` and `model`: why the answer stopped, what
    a call is told by, and who answered, as the oracle writes them. `unwrap`: what a wire event holds.
    """

    usage: Callable[[Mapping[str, Any]], dict[str, Any]]
    signal: Callable[[bytes], int | None]
    items: Callable[[Any], str | None]
    citations: Callable[[AssistantMessage], int] = count_sources
    stop: Callable[[AssistantMessage], Any] = read_raw_stop
    call_id: Callable[[ToolCall], dict[str, Any]] = read_call_id
    model: Callable[[AssistantMessage], str | None] = read_response_model
    unwrap: Callable[[Any], Any] = unchanged


# -- chat completions


def read_chat_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Input excludes what was read from or written to a cache; output includes reasoning.

    A server that counts more cached tokens than prompt tokens (xAI's models on Azure) counts them apart.
    """
    details = raw.get("prompt_tokens_details") or {}
    output = raw.get("completion_tokens_details") or {}
    cached = details.get("cached_tokens") or raw.get("prompt_cache_hit_tokens") or 0
    written = details.get("cache_write_tokens") or 0
    prompt = raw.get("prompt_tokens") or 0
    return {
        "input": prompt - cached - written if cached + written <= prompt else prompt,
        "output": raw.get("completion_tokens") or 0,
        "cache_read": cached,
        "cache_write": written,
        "reasoning": output.get("reasoning_tokens"),
        "total_tokens": raw["total_tokens"],
    }


def find_chat_signal(body: bytes) -> int | None:
    """A finish reason of the first choice, or `[DONE]`."""
    first: int | None = None
    for text, end in data_lines(body):
        if text == b"[DONE]":
            return end
        for choice in _object(text).get("choices") or ():
            first = choice.get("index", 0) if first is None else first
            if choice.get("index", 0) == first and choice.get("finish_reason"):
                return end
    return None


def no_items(block: Any) -> str | None:
    """Chat completions know no blocks."""
    raise ValueError("this protocol has no items")


CHAT = Reading(read_chat_usage, find_chat_signal, no_items)


def read_xai_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Reasoning comes on top of the output where only so the total is right."""
    counts = read_chat_usage(raw)
    parts = (raw.get("prompt_tokens") or 0, counts["output"], counts["reasoning"] or 0)
    return {**counts, "output": parts[1] + parts[2]} if sum(parts) == raw["total_tokens"] else counts


XAI_CHAT = Reading(read_xai_usage, find_chat_signal, no_items)


# -- Responses


def read_responses_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Input excludes what was read from or written to a cache, unless more was cached than there is of it."""
    details, output = raw.get("input_tokens_details") or {}, raw.get("output_tokens_details") or {}
    cached, written = details.get("cached_tokens") or 0, details.get("cache_write_tokens") or 0
    given = raw["input_tokens"]
    return {
        "input": given - cached - written if cached + written <= given else given,
        "output": raw["output_tokens"],
        "cache_read": cached,
        "cache_write": written,
        "reasoning": output.get("reasoning_tokens"),
        "total_tokens": raw["total_tokens"],
    }


def find_responses_signal(body: bytes) -> int | None:
    """The event that brings the finished answer."""
    endings = {f"response.{name}" for name in ("completed", "incomplete", "failed", "cancelled", "done")}
    return next((end for text, end in data_lines(body) if _object(text).get("type") in endings), None)


def name_responses_item(block: Any) -> str | None:
    """The protocol's word for a block; None for what is told beside the items."""
    if isinstance(block, ToolCall):
        return str(block.extra.get("type", "function_call"))
    if isinstance(block, ProviderBlock):
        return block.name
    return {Text: "message", Refusal: "message", Thinking: "reasoning"}.get(type(block))


def count_annotations(message: AssistantMessage) -> int:
    """The citations that stand with the texts, also where several show one source."""
    return sum(len(block.extra.get("annotations", ())) for block in message.content if isinstance(block, Text))


def read_responses_stop(message: AssistantMessage) -> dict[str, Any] | None:
    """The status, and why an answer is incomplete."""
    said = message.raw_stop_reason
    if said is None:
        return None
    if said in ("completed", "failed", "cancelled"):
        return {"status": said, "incomplete_details": None}
    return {"status": "incomplete", "incomplete_details": {"reason": said}}


def read_item_id(call: ToolCall) -> dict[str, Any]:
    """The id of the call and that of its item."""
    id, _, item_id = call.id.partition("|")
    return {"id": id, "item_id": item_id}


RESPONSES = Reading(
    read_responses_usage,
    find_responses_signal,
    name_responses_item,
    count_annotations,
    read_responses_stop,
    read_item_id,
)


# -- Anthropic's Messages


def read_anthropic_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Input excludes what was cached as it is; thinking is told apart where details come."""
    cached, written = raw.get("cache_read_input_tokens") or 0, raw.get("cache_creation_input_tokens") or 0
    counts = {"input": raw["input_tokens"] or 0, "output": raw["output_tokens"] or 0}
    return {
        **counts,
        "cache_read": cached,
        "cache_write": written,
        "cache_write_1h": (raw.get("cache_creation") or {}).get("ephemeral_1h_input_tokens") or 0,
        "reasoning": (raw.get("output_tokens_details") or {}).get("thinking_tokens"),
        "service_tier": raw.get("service_tier"),
        "total_tokens": sum(counts.values()) + cached + written,
    }


def find_anthropic_signal(body: bytes) -> int | None:
    """`message_stop`."""
    return next((end for text, end in data_lines(body) if _object(text).get("type") == "message_stop"), None)


def name_anthropic_item(block: Any) -> str | None:
    """The Messages protocol's word for a block; None for what stands inside another there."""
    if isinstance(block, Thinking):
        return "redacted_thinking" if block.redacted else "thinking"
    if isinstance(block, ProviderBlock):
        return block.name
    return {Text: "text", ToolCall: "tool_use"}.get(type(block))


def count_anthropic_citations(message: AssistantMessage) -> int:
    """The citations that stand with the texts, also where several show one source."""
    return sum(len(block.extra.get("citations", ())) for block in message.content if isinstance(block, Text))


ANTHROPIC = Reading(read_anthropic_usage, find_anthropic_signal, name_anthropic_item, count_anthropic_citations)


# -- Cohere's chat


def read_cohere_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Input excludes what was cached; an answer that failed counts nothing."""
    tokens, cached = raw.get("tokens") or {}, raw.get("cached_tokens") or 0
    return {
        "input": tokens.get("input_tokens", 0) - cached,
        "output": tokens.get("output_tokens", 0),
        "cache_read": cached,
        "reasoning": tokens.get("reasoning_tokens"),
    }


def find_cohere_signal(body: bytes) -> int | None:
    """`message-end`."""
    return next((end for text, end in data_lines(body) if _object(text).get("type") == "message-end"), None)


COHERE = Reading(read_cohere_usage, find_cohere_signal, no_items)


# -- Bedrock's frames


def frames(body: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Headers and payload of each binary frame, and the offset where it ends."""
    start = 0
    while start + 12 <= len(body):
        length, headers = struct.unpack_from("!II", body, start)
        end = start + length
        yield body[start + 12 : start + 12 + headers], body[start + 12 + headers : end - 4], end
        start = end


def read_converse_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Input excludes what was cached as it is."""
    return {
        "input": raw["inputTokens"],
        "output": raw["outputTokens"],
        "cache_read": raw.get("cacheReadInputTokens") or 0,
        "cache_write": raw.get("cacheWriteInputTokens") or 0,
        "total_tokens": raw["totalTokens"],
    }


def find_converse_signal(body: bytes) -> int | None:
    """`messageStop`; without the `metadata` after it, usage is not known."""
    return next((end for headers, _, end in frames(body) if b"messageStop" in headers), None)


def read_asked_model(message: AssistantMessage) -> str:
    """No event of ConverseStream names the model; the oracle has it from the request."""
    return message.model


CONVERSE = Reading(read_converse_usage, find_converse_signal, no_items, model=read_asked_model)


def unwrap_chunk(event: Any) -> Any:
    """The event in a chunk of InvokeModel's answer."""
    held = event.get("bytes") if isinstance(event, dict) else None
    return json.loads(base64.b64decode(held)) if isinstance(held, str) else event


def find_invoke_signal(body: bytes) -> int | None:
    """`message_stop`."""
    for _, payload, end in frames(body):
        event = unwrap_chunk(_object(payload))
        if isinstance(event, dict) and event.get("type") == "message_stop":
            return end
    return None


INVOKE = attrs.evolve(ANTHROPIC, signal=find_invoke_signal, unwrap=unwrap_chunk)


# -- Ollama's lines


def read_ollama_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """All that was evaluated of the prompt, and all that was written."""
    return {"input": raw.get("prompt_eval_count") or 0, "output": raw.get("eval_count") or 0}


def find_ollama_signal(body: bytes) -> int | None:
    """A line with `done`."""
    ends = re.finditer(rb"^.+$", body, re.MULTILINE)
    return next((found.end() for found in ends if _object(found.group()).get("done") is True), None)


def read_no_call_id(call: ToolCall) -> dict[str, Any]:
    """The vendor's client has no field for the id of a call."""
    return {"id": None}


OLLAMA = Reading(read_ollama_usage, find_ollama_signal, no_items, call_id=read_no_call_id)


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
    return _same(got, [_wanted_call(call) for call in wanted])


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


def _server_items(seen: Seen, wanted: Any) -> str | None:
    blocks = [block for block in seen.message.content if isinstance(block, ProviderBlock)]
    return _same([{"type": block.name, "id": block.id, "name": block.raw.get("name")} for block in blocks], wanted)


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
    words = str(wanted).partition(": ")[2]
    return None if error is not None and words[:200] in error.message else f"{error!r} where the SDK raises {wanted!r}"


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
    "response_id": _field(lambda message: message.response_id),
    "model": lambda seen, wanted: _same(seen.reading.model(seen.message), wanted),
    "payloads": lambda seen, wanted: _same(len(seen.wire), wanted),
    "items": _items,
    "server_items": _server_items,
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
}
"""Streams whose message is not what the SDK makes of it, by protocol and case."""

FAILURES: Mapping[str, str] = {
    "bedrock-converse/openllmetry-test-guardrail-converse-stream": "content_filter",
    "bedrock-converse/openllmetry-test-nova-converse-stream": "content_filter",
    "bedrock-invoke/dd-trace-js-bedrock-runtime-model-ai21-jamba-1-5-mini-v1-0-invok-b52349": "malformed",
    "bedrock-invoke/dd-trace-js-bedrock-runtime-model-anthropic-claude-v2-1-invoke-w-0e27a0": "malformed",
    "bedrock-invoke/otel-js-bedrock-invokemodelwithstreams-adds-cohere-command-r-mod-4fbe93-1": "malformed",
    "openai-responses/mirascope-openai-gpt-4o-responses-async-stream": "content_filter",
    "openai-responses/vercel-ai-openai-error-1": "quota",
    "cohere-chat/langchain-cohere-test-sql-agent": "server",
    "anthropic-messages/anthropic-sdk-fable-fallback-stream-a-refusal": "content_filter",
    "anthropic-messages/anthropic-sdk-fable-fallback-stream-a-toolrefusal": "content_filter",
    "anthropic-messages/vercel-ai-anthropic-refusal": "content_filter",
    "openai-chat/openai-sdk-569c877e": "content_filter",
    "openai-compat-chat/ruby-llm-chat-with-extended-thinking-gpustack-qwen3-streams-thin-81a435": "context_overflow",
}
"""Streams that end in an error of that kind, by policy (refusals) or because the server says so. Others end well."""


def data_lines(body: bytes) -> Iterator[tuple[bytes, int]]:
    """What follows `data:` on each line, and the offset where it ends."""
    for found in re.finditer(rb"^data:[ \t]*(.*?)[ \t]*\r?$", body, re.MULTILINE):
        yield found.group(1), found.end(1)


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
