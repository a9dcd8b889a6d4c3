"""An answer of Converse, which is not streamed, as the events that it would have been streamed in. Pure.

Source: wire/bedrock-converse, sections 4 and 6 (November 2026): both have the same content, told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from headwater import dumps

Events = Iterator[tuple[str, dict[str, Any]]]


def events_of(answer: Mapping[str, Any]) -> Events:
    """Names and payloads of events, in their order; none for an object that is no answer."""
    message = _object(_object(answer.get("output")).get("message"))
    if not message:
        return
    for index, block in enumerate(_objects(message.get("content"))):
        yield from ((name, {"contentBlockIndex": index, **told}) for name, told in _block(block))
        yield "contentBlockStop", {"contentBlockIndex": index}
    yield "messageStop", _only(answer, "stopReason", "additionalModelResponseFields")
    yield "metadata", _only(answer, "usage", "metrics", "trace", "serviceTier", "performanceConfig")


def _block(block: Mapping[str, Any]) -> Events:
    """The beginning of a block, where it has one, and its deltas."""
    call, result, image = (_object(block.get(name)) for name in ("toolUse", "toolResult", "image"))
    if call:
        yield "contentBlockStart", {"start": {"toolUse": _without(call, "input")}}
        yield _delta(toolUse={"input": dumps(call.get("input") or {}).decode()})
    elif result:
        yield "contentBlockStart", {"start": {"toolResult": _without(result, "content")}}
        yield _delta(toolResult=_objects(result.get("content")))
    elif image:
        yield "contentBlockStart", {"start": {"image": _only(image, "format")}}
        yield _delta(image=_only(image, "source", "error"))
    else:
        yield from _words(block)


def _words(block: Mapping[str, Any]) -> Events:
    """The deltas of a text, with its citations, or of thinking."""
    if isinstance(block.get("text"), str):
        yield _delta(text=block["text"])
    thought = _object(block.get("reasoningContent"))
    if thought:
        yield _delta(reasoningContent={**_object(thought.get("reasoningText")), **_only(thought, "redactedContent")})
    cited = _object(block.get("citationsContent"))
    for part in _objects(cited.get("content")):
        yield _delta(text=part.get("text"))
    for citation in _objects(cited.get("citations")):
        yield _delta(citation=citation)


def _delta(**delta: Any) -> tuple[str, dict[str, Any]]:
    return "contentBlockDelta", {"delta": delta}


def _only(raw: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: raw[name] for name in names if raw.get(name) is not None}


def _without(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key != name}


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in cast("list[Any]", value) if isinstance(one, dict)] if isinstance(value, list) else []
