"""The events of a Responses stream, as far as they are read (wire/openai-responses, sections 5 to 7)."""

from __future__ import annotations

from typing import Any

import msgspec

from headwater import decoder


class InputDetails(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(msgspec.Struct, gc=False):
    reasoning_tokens: int | None = None


class UsageObject(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class IncompleteDetails(msgspec.Struct, gc=False):
    reason: str | None = None


class ResponseObject(msgspec.Struct):
    """The answer as a whole; comes with the first events and the last one."""

    id: str | None = None
    object: str | None = None
    model: str | None = None
    status: str | None = None
    background: bool | None = None
    error: Any = None
    incomplete_details: IncompleteDetails | None = None
    output: list[dict[str, Any]] | None = None
    usage: UsageObject | None = None
    service_tier: str | None = None
    content_filters: list[dict[str, Any]] | None = None


class StreamEvent(msgspec.Struct):
    """Any event: all of them share these fields."""

    type: str = ""
    delta: str | None = None
    output_index: int | None = None
    content_index: int | None = None
    summary_index: int | None = None
    sequence_number: int | None = None
    item_id: str | None = None
    item: dict[str, Any] | None = None
    annotation: dict[str, Any] | None = None
    response: ResponseObject | None = None
    code: str | None = None
    partial_image_b64: str | None = None
    output_format: str | None = None
    error: Any = None
    object: str | None = None


decode_event = decoder(StreamEvent)
decode_response = decoder(ResponseObject)
