"""Bedrock's exceptions: as a refusal's header names them, and as frames in the middle of an answer.

Source: wire/bedrock-converse section 7 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headwater import Assembly, DecodeError, Kind, RawEvent, loads

EXCEPTIONS: Mapping[str, Kind] = {
    "validationexception": "invalid_request",
    "accessdeniedexception": "permission",
    "resourcenotfoundexception": "model_not_found",
    "modeltimeoutexception": "timeout",
    "servicequotaexceededexception": "quota",
    "modelerrorexception": "server",
    "modelstreamerrorexception": "server",
    "throttlingexception": "rate_limit",
    "toomanyrequestsexception": "rate_limit",
    "modelnotreadyexception": "overloaded",
    "internalserverexception": "server",
    "internalfailure": "server",
    "serviceunavailableexception": "overloaded",
    # Who asks, and whether it can be shown; AWS answers these before the service sees the request.
    "expiredtokenexception": "authentication",
    "expiredtoken": "authentication",
    "unrecognizedclientexception": "authentication",
    "invalidclienttokenid": "authentication",
    "invalidsignatureexception": "authentication",
    "signaturedoesnotmatch": "authentication",
    "incompletesignatureexception": "authentication",
    "incompletesignature": "authentication",
    "missingauthenticationtokenexception": "authentication",
    "missingauthenticationtoken": "authentication",
    "requestexpired": "authentication",
    "requesttimetooskewed": "authentication",
    "optinrequired": "permission",
}
"""Names of exceptions, in lower case, and what they mean."""


def is_fault(raw: RawEvent) -> bool:
    """Whether a frame is no event but the end of the answer."""
    return (raw.headers or {}).get(":message-type", "event") != "event"


def fail_with_fault(out: Assembly, raw: RawEvent) -> None:
    """Ends the answer with what an exception's or error's frame says; its status is 200, its name tells the kind."""
    headers = raw.headers or {}
    told, plain = _read(raw.data)
    words = told.get("message") or told.get("Message") or headers.get(":error-message") or plain
    more = told.get("originalMessage")
    if isinstance(more, str) and more:
        words = f"{words or 'the model failed'} ({more})"
    out.fail_with({"code": raw.name, "message": words or f"ended the answer with {raw.name or 'an error'}"})


def _read(payload: bytes) -> tuple[dict[str, Any], str]:
    """The object in a payload, or else its words."""
    try:
        value: Any = loads(payload)
    except DecodeError:
        return {}, payload.decode("utf-8", "replace")
    return (cast("dict[str, Any]", value), "") if isinstance(value, dict) else ({}, str(value))
