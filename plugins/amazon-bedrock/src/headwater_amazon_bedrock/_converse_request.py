"""The request of ConverseStream: a body, and the model in its URL.

Source: wire/bedrock-converse, sections 1 and 3 (November 2026).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from headwater import Context, Model, RequestError, WireRequest, dumps

from ._caching import mark_cache
from ._claude import write_claude
from ._compat import read_compat
from ._converse_messages import write_messages
from ._draft import Draft
from ._options import SERVICE_TIERS, ConverseOptions
from ._others import declare_called, write_other

EVENT_STREAM = "application/vnd.amazon.eventstream"


def model_url(model: Model, operation: str) -> str:
    """The URL of an operation of a model; its id is one segment of the path, an ARN's slashes encoded.

    Raises `RequestError` for an id of dots alone, which would lead elsewhere.
    """
    if not model.id.strip("."):
        raise RequestError(f"{model.id!r} is no id of a model; write one such as amazon.nova-lite-v1:0")
    return f"{model.base_url}/model/{quote(model.id, safe='')}/{operation}"


def converse_request(model: Model, context: Context, options: ConverseOptions) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what the model cannot be asked."""
    draft = Draft(model, read_compat(model), context, options)
    write_messages(draft)
    (write_other if draft.compat.claude is None else write_claude)(draft)
    declare_called(draft)
    _add_system_tools(draft)
    mark_cache(draft)
    _write_service(draft)
    fields = {**draft.fields, **options.model_fields}
    if fields:
        draft.body["additionalModelRequestFields"] = fields
    whole = options.simulate_streaming
    return WireRequest(
        url=model_url(model, "converse" if whole else "converse-stream"),
        body=dumps(draft.body),
        headers={"accept": "application/json" if whole else EVENT_STREAM, **model.headers},
        framing="json-array" if whole else "aws-event-stream",
        notes=tuple(draft.notes),
    )


def _add_system_tools(draft: Draft) -> None:
    tools = [{"systemTool": {"name": name}} for name in draft.options.system_tools]
    if tools:
        draft.body.setdefault("toolConfig", {"tools": []})["tools"] += tools


def _write_service(draft: Draft) -> None:
    """What Bedrock itself is told beside the model."""
    body, options = draft.body, draft.options
    if options.service_tier is not None:
        tier = SERVICE_TIERS.get(options.service_tier)
        if tier:
            body["serviceTier"] = {"type": tier}
        else:
            draft.dropped("service_tier", f"Bedrock has no service tier {options.service_tier}")
    if options.latency:
        body["performanceConfig"] = {"latency": options.latency}
    if options.metadata:
        body["requestMetadata"] = dict(options.metadata)
    if options.prompt_variables:
        body["promptVariables"] = {name: {"text": text} for name, text in options.prompt_variables.items()}
    if options.response_fields:
        body["additionalModelResponseFieldPaths"] = list(options.response_fields)
    guardrail = options.guardrail
    if guardrail is not None:
        told: dict[str, Any] = {
            "guardrailIdentifier": guardrail.id,
            "guardrailVersion": guardrail.version,
            "trace": guardrail.trace,
            "streamProcessingMode": guardrail.mode,
        }
        body["guardrailConfig"] = {name: value for name, value in told.items() if value is not None}
