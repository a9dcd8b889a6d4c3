"""How each family of protocols writes what its provider's own SDK read: usage, terminal signal, items, ids.

A `Reading` for each; `corpus.PROTOCOLS` says which protocol takes which.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
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


def read_server_items(message: AssistantMessage) -> list[dict[str, Any]]:
    """The items of tools that the provider ran: type, id and name."""
    blocks = [block for block in message.content if isinstance(block, ProviderBlock)]
    return [{"type": block.name, "id": block.id, "name": block.raw.get("name")} for block in blocks]


def read_words(raised: str) -> str:
    """The words of an error the SDK raised, after the name of its class."""
    return raised.partition(": ")[2]


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
    `server_items`: what the provider's own tools did. `words`: what of a raised error the message passes on.
    """

    usage: Callable[[Mapping[str, Any]], dict[str, Any]]
    signal: Callable[[bytes], int | None]
    items: Callable[[Any], str | None]
    citations: Callable[[AssistantMessage], int] = count_sources
    stop: Callable[[AssistantMessage], Any] = read_raw_stop
    call_id: Callable[[ToolCall], dict[str, Any]] = read_call_id
    model: Callable[[AssistantMessage], str | None] = read_response_model
    unwrap: Callable[[Any], Any] = unchanged
    server_items: Callable[[AssistantMessage], Any] = read_server_items
    words: Callable[[str], str] = read_words


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
        for choice in object_in(text).get("choices") or ():
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


def read_vercel_usage(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Google's thinking is in no count of output, nor in the total; what was charged shows that it is beside it."""
    counts = read_chat_usage(raw)
    output = counts["output"] + (counts["reasoning"] or 0)
    return {**counts, "output": output, "total_tokens": raw["prompt_tokens"] + output}


VERCEL_CHAT = Reading(read_vercel_usage, find_chat_signal, no_items)


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
    return next((end for text, end in data_lines(body) if object_in(text).get("type") in endings), None)


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
    return next((end for text, end in data_lines(body) if object_in(text).get("type") == "message_stop"), None)


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
    return next((end for text, end in data_lines(body) if object_in(text).get("type") == "message-end"), None)


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
        event = unwrap_chunk(object_in(payload))
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
    return next((found.end() for found in ends if object_in(found.group()).get("done") is True), None)


def read_no_call_id(call: ToolCall) -> dict[str, Any]:
    """The vendor's client has no field for the id of a call."""
    return {"id": None}


OLLAMA = Reading(read_ollama_usage, find_ollama_signal, no_items, call_id=read_no_call_id)


# -- lines


def data_lines(body: bytes) -> Iterator[tuple[bytes, int]]:
    """What follows `data:` on each line, and the offset where it ends."""
    for found in re.finditer(rb"^data:[ \t]*(.*?)[ \t]*\r?$", body, re.MULTILINE):
        yield found.group(1), found.end(1)


def object_in(text: bytes) -> Mapping[str, Any]:
    """The JSON object that a line holds; an empty one where it holds none."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
