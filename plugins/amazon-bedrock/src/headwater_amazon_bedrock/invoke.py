"""The api `bedrock-invoke`: Claude in its own protocol, through InvokeModelWithResponseStream.

What Converse flattens comes through unchanged: stop reasons, citations, counts of both caches. The body
is that of Messages without model and stream, the answer is its events in frames.
Source: wire/bedrock-converse section 9, wire/anthropic-messages section 14 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import evolve

from headwater import (
    Assembly,
    Context,
    DecodeError,
    HandoffRules,
    Kind,
    Model,
    Note,
    Options,
    Parser,
    RawEvent,
    RequestError,
    WireRequest,
    decoder,
    dumps,
    hookimpl,
)
from headwater_anthropic import ERROR_CODES, MessagesCompat
from headwater_anthropic.messages import RULES, MessagesParser, messages_body

from ._compat import read_compat
from ._converse_request import EVENT_STREAM, model_url
from ._families import CLAUDES
from ._faults import EXCEPTIONS, fail_with_fault, is_fault
from ._options import SERVICE_TIERS, InvokeOptions


class _Chunk(msgspec.Struct, gc=False):
    held: bytes | None = msgspec.field(default=None, name="bytes")  # base64 on the wire


class _Head(msgspec.Struct, gc=False):
    type: str | None = None


_read_chunk = decoder(_Chunk)
_read_head = decoder(_Head)


class InvokeParser:
    """The parser of one answer: takes the events out of their frames."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._messages = MessagesParser(out)
        self._read = self._messages.__call__
        self._begun = False

    def __call__(self, raw: RawEvent) -> None:
        """Takes one frame."""
        if raw.name == "chunk":
            held = _read_chunk(raw.data).held
            if held:
                if not self._begun:
                    self._begin(held)
                self._read(RawEvent(held))
            elif held is None and b'"bytes"' in raw.data:
                raise DecodeError(raw.data, "a chunk that is no base64")
        elif is_fault(raw):
            fail_with_fault(self._out, raw)
        elif not raw.name and not raw.headers:
            self._read(raw)  # an answer that is not streamed comes without a frame

    def end(self) -> None:
        """End of the bytes."""
        self._messages.end()

    def _begin(self, event: bytes) -> None:
        """Says so when the first event is none of Messages: other models answer in their own vendor's protocol."""
        self._begun = True
        if _read_head(event).type in (None, "completion"):
            self._out.fail("malformed", "answered in another protocol than Messages; ask it over ConverseStream")


class Invoke:
    """The hooks of the api."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """InvokeModel has the options of Messages, and Bedrock's own."""
        return InvokeOptions

    @hookimpl
    def handoff_rules(self, model: Model) -> HandoffRules:
        """Those of Messages; thinking of a Claude is read, whoever hosts it."""
        return evolve(RULES, portable_thinking=False, thinking_from=CLAUDES)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/model/{id}/invoke-with-response-stream`."""
        if not isinstance(options, InvokeOptions):
            raise RequestError(f"{model.api} takes InvokeOptions, not {type(options).__name__}")
        return invoke_request(model, context, options)

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads the frames of one answer."""
        return InvokeParser(out)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """Names of exceptions, and the types of errors in the events."""
        return {**ERROR_CODES, **EXCEPTIONS}


def invoke_request(model: Model, context: Context, options: InvokeOptions) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what the model cannot be asked."""
    flags = read_compat(model).claude
    if flags is None:
        raise RequestError(f"{model} is no Claude; ask it over the api bedrock-converse-stream")
    made = messages_body(model, context, evolve(options, service_tier=None, metadata={}), MessagesCompat(**flags))
    body = {name: value for name, value in made.body.items() if name not in ("model", "stream")}
    body["anthropic_version"] = made.version
    if made.betas:
        body["anthropic_beta"] = list(made.betas)
    notes = list(made.notes)
    whole = options.simulate_streaming
    accept = "application/json" if whole else EVENT_STREAM
    return WireRequest(
        url=model_url(model, "invoke" if whole else "invoke-with-response-stream"),
        body=dumps(body),
        headers={"accept": accept, **_service(options, notes), **model.headers},
        framing="json-array" if whole else "aws-event-stream",
        notes=tuple(notes),
    )


def _service(options: InvokeOptions, notes: list[Note]) -> dict[str, str]:
    """What Bedrock itself is told, in headers."""
    told: dict[str, Any] = {"x-amzn-bedrock-performanceconfig-latency": options.latency}
    if options.service_tier is not None:
        told["x-amzn-bedrock-service-tier"] = SERVICE_TIERS.get(options.service_tier)
        if options.service_tier not in SERVICE_TIERS:
            notes.append(Note("dropped", "options.service_tier", f"Bedrock has no service tier {options.service_tier}"))
    if options.metadata:
        told["x-amzn-bedrock-request-metadata"] = dumps(dict(options.metadata)).decode()
    guardrail = options.guardrail
    if guardrail is not None:
        told["x-amzn-bedrock-guardrailidentifier"] = guardrail.id
        told["x-amzn-bedrock-guardrailversion"] = guardrail.version
        told["x-amzn-bedrock-trace"] = guardrail.trace.upper() if guardrail.trace else None
    return {name: value for name, value in told.items() if value}


api = Invoke()
