"""generateContent in the envelope of Cloud Code Assist (wire/google-gemini-cli, sections 5 and 6)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from attrs import evolve

from headwater import (
    Assembly,
    Context,
    HandoffRules,
    Kind,
    Model,
    Options,
    Parser,
    RawEvent,
    WireRequest,
    decoder,
    dumps,
    hookimpl,
    loads,
    options,
)
from headwater_google.generate import GenerateParser, GoogleOptions, check_options
from headwater_google.generate import api as google

from ._compat import read_code_assist


@options
class CodeAssistOptions(GoogleOptions):
    """Options of the backend: those of generateContent, and what may be paid with (`enabled_credit_types`)."""

    enabled_credit_types: Sequence[str] = ()


class CodeAssist:
    """The hooks of the api; what is not said here is as in generateContent."""

    @hookimpl
    def options_type(self) -> type[Options]:
        """Those of generateContent, and a few."""
        return CodeAssistOptions

    @hookimpl
    def handoff_rules(self, model: Model, options: Options) -> HandoffRules:
        """The rules of generateContent."""
        return google.handoff_rules(model, options)

    @hookimpl
    def error_codes(self, model: Model) -> Mapping[str, Kind]:
        """The names of google.rpc.Code."""
        return google.error_codes(model)

    @hookimpl
    def transform_messages(self, model: Model, context: Context, options: Options) -> WireRequest:
        """`POST {base}/v1internal:streamGenerateContent` with the request in an envelope."""
        compat, plain = read_code_assist(model)
        given = check_options(model, options)
        wire = google.transform_messages(plain, context, given)
        request: dict[str, Any] = loads(wire.body)
        if "systemInstruction" in request:
            request["systemInstruction"]["role"] = "user"
        # The same request has the same id: nothing is drawn by lot here.
        named = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{model.id} {wire.body.decode()}"))
        snake = compat.names == "snake"
        if given.session_id:
            request["session_id" if snake else "sessionId"] = given.session_id
        body: dict[str, Any] = {
            "model": model.id,
            **({"project": compat.project} if compat.project else {}),
            "user_prompt_id" if snake else "requestId": named,
            "request": request,
        }
        if isinstance(given, CodeAssistOptions) and given.enabled_credit_types:
            body["enabled_credit_types"] = list(given.enabled_credit_types)
        method = wire.url.rpartition(":")[2]
        return evolve(wire, url=f"{model.base_url}/{compat.version}:{method}", body=dumps(body))

    @hookimpl
    def parse_event(self, model: Model, options: Options, out: Assembly) -> Parser:
        """Reads chunks out of their envelopes."""
        return _EnvelopeParser(out)


_NOTHING = msgspec.Raw()


class _Envelope(msgspec.Struct, gc=False, rename="camel"):
    """What is in it is left as it is; nothing else has a type that could be another."""

    response: msgspec.Raw = _NOTHING
    trace_id: Any = None
    remaining_credits: Any = None
    error: Any = None


_decode = decoder(_Envelope)


class _EnvelopeParser:
    """The parser of one response: what is in the envelopes is read as it is without them."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._inner = GenerateParser(out)

    def __call__(self, raw: RawEvent) -> None:
        """Takes one `data:` event."""
        envelope = _decode(raw.data)
        if isinstance(envelope.trace_id, str):
            self._out.start(envelope.trace_id)
        if envelope.remaining_credits:
            self._out.extra("remainingCredits", envelope.remaining_credits)
        if envelope.error:
            self._out.fail_with({"error": envelope.error})
        elif envelope.response is not _NOTHING:
            held = bytes(envelope.response)
            if held != b"null":
                self._inner(RawEvent(held))

    def end(self) -> None:
        """End of the bytes."""
        self._inner.end()


api = CodeAssist()
