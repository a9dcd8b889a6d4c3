"""What went wrong, from a status, headers and a body: the same answer wherever an error arrives.

First the provider's own codes (a table its api gives), then the codes and words
in common use, then the status. Words are read only to tell apart what a status
leaves open: a prompt that is too long, an empty account, a model that is not there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, cast

from ._json import DecodeError, loads
from ._waits import reset_wait, told_wait
from .errors import KINDS, RETRYABLE, ErrorInfo, ErrorParts, Kind, make_error

MAX_WORDS = 500
"""Characters of the provider's own words that are passed on."""

MAX_CODE = 100
"""Characters of a code or an id that are passed on."""

READ_WORDS = 16 * MAX_WORDS
"""Characters of them that are looked at: what is searched for in words takes longer than the words are long."""

BY_STATUS: Mapping[int, Kind] = {
    400: "invalid_request",
    401: "authentication",
    402: "quota",
    403: "permission",
    404: "invalid_request",
    405: "invalid_request",
    408: "timeout",
    409: "server",
    410: "model_not_found",
    413: "context_overflow",
    415: "invalid_request",
    422: "invalid_request",
    424: "server",
    425: "overloaded",
    429: "rate_limit",
    498: "overloaded",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}

BY_CODE: Mapping[str, Kind] = {
    "context_length_exceeded": "context_overflow",
    "exceed_context_size_error": "context_overflow",
    "string_above_max_length": "context_overflow",
    "request_too_large": "context_overflow",
    "too_many_prompt_tokens": "context_overflow",
    "insufficient_quota": "quota",
    "billing_hard_limit_reached": "quota",
    "billing_error": "quota",
    "insufficient_balance": "quota",
    "payment_required": "quota",
    "invalid_api_key": "authentication",
    "authentication_error": "authentication",
    "invalid_authentication": "authentication",
    "unauthorized": "authentication",
    "unauthenticated": "authentication",
    "permission_error": "permission",
    "permission_denied": "permission",
    "forbidden": "permission",
    "model_not_found": "model_not_found",
    "not_found_error": "model_not_found",
    "deploymentnotfound": "model_not_found",
    "rate_limit_error": "rate_limit",
    "rate_limit_exceeded": "rate_limit",
    "ratelimitreached": "rate_limit",
    "too_many_requests": "rate_limit",
    "tokens_per_minute": "rate_limit",
    "overloaded_error": "overloaded",
    "overloaded": "overloaded",
    "service_unavailable": "overloaded",
    "unavailable": "overloaded",
    "engine_overloaded": "overloaded",
    "timeout_error": "timeout",
    "timeout": "timeout",
    "deadline_exceeded": "timeout",
    "content_filter": "content_filter",
    "content_policy_violation": "content_filter",
    "responsibleaipolicyviolation": "content_filter",
    "moderation_blocked": "content_filter",
}
"""Codes and types that mean the same at every provider that uses them (lower case)."""

VAGUE_CODES: frozenset[str] = frozenset(
    {"api_error", "server_error", "internal_server_error", "internal_error", "internal", "server"}
)
"""Codes that mean a failure inside the provider where no status says more."""

_OVERFLOW = re.compile(
    r"context (?:length|window|size|limit)|maximum context|(?:prompt|input) is too long|maximum prompt length"
    r"|too many (?:prompt |input )?tokens|exceeds? the maximum number of tokens|exceeds? the limit of \d+ tokens"
    r"|(?:exceeded|exceeds the) model'?s? token limit|reduce the length of the (?:messages|prompt)"
    r"|too large for model|input token count",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"credit balance|insufficient (?:balance|quota|credits?|funds)|exceeded your current quota|billing"
    r"|used all available credits|spending limit|(?:no|any) credits|your usage limit",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"\bmodels?\b.{0,200}?(?:\b(?:not|doesn't) (?:be )?(?:found|exist)|\bdoes not exist|\bunknown\b|\bwas removed\b"
    r"|\bdecommissioned\b|\bis not supported by any\b)|supported (?:api )?model names"
    r"|(?:no such|unknown|invalid) model\b|\bnot a valid model\b|model identifier is invalid",
    re.IGNORECASE | re.DOTALL,
)
_BAD_KEY = re.compile(
    r"api key not valid|(?:incorrect|invalid|missing|no) (?:api[ -]?key|authentication|access token)|security token"
    r"|unauthorized",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"rate limit|(?:tokens|requests) per (?:minute|day)|too many requests",
    re.IGNORECASE,
)

_SECRETS = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|key|csk|pplx|hf|gh[opsu]|github_pat|r8|nvapi|AIza)[-_]?[A-Za-z0-9_\-]{16,}"
    r"|(?i:bearer)\s+[A-Za-z0-9._\-~+/=]{8,}|\bAKIA[A-Z0-9]{16}\b|\beyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-.]{10,}"
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """The beginning of `text`, without the given secrets and without what looks like a key.

    A key such as `x` or `none`, which servers that want none are given, is no secret.
    """
    text = text[:READ_WORDS]
    for secret in secrets:
        if len(secret) > len("none"):
            text = text.replace(secret, "***")
    return _SECRETS.sub("***", text)


def shorten(text: str, limit: int = MAX_WORDS) -> str:
    """`text` on one line and at most `limit` characters long."""
    text = " ".join(text[: limit * 8].split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def parse_retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds to wait according to `retry-after-ms` or `retry-after` (seconds or an HTTP date).

    None where nothing (or nonsense) is said; `now` is the time in seconds since the epoch.
    A zero in `retry-after-ms` gives way to `retry-after`.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds:
        return milliseconds / 1000
    said = headers.get("retry-after", "").strip()
    seconds = _number(said)
    if seconds is not None:
        return seconds
    try:
        date = parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(date - (time.time() if now is None else now), 0.0)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None


def classify(
    status: int | None,
    body: bytes | str | Any,
    headers: Mapping[str, str] | None = None,
    *,
    codes: Mapping[str, Kind] | None = None,
    parts: ErrorParts | None = None,
    secrets: Iterable[str] = (),
    provider: str | None = None,
    model: str | None = None,
) -> ErrorInfo:
    """What a refused request means.

    `body` is the body's bytes or an object already decoded; `headers` have lower-case
    names; `codes` is the api's own table of codes, in any case, in which `no_body_400` stands for
    a refusal of that status without a word; `parts` is what the plugin read out of the body itself.
    Pure; never raises.
    """
    headers, parts = headers or {}, _usable(parts)
    payload = _decode(body)
    words, said = _read(payload)
    words, said = parts.message or words, [*([parts.code] if parts.code else []), *said]
    said += [value for name in ("x-amzn-errortype",) if (value := headers.get(name, "").split(":")[0])]
    if not words and isinstance(body, bytes | str):
        words = describe_body(body)
    words = words[:READ_WORDS]
    status = status if status is not None and status >= 400 else _embedded_status(said) or status
    waits = (parts.retry_after, parse_retry_after(headers), _retry_delay(payload))
    retry_after = next((wait for wait in waits if wait is not None), None)
    silent = [f"no_body_{status}"] if not body and status is not None else []
    kind = parts.kind or _kind(status, [*said, *silent], words, codes or {}, waiting_helps=retry_after is not None)
    if retry_after is None and kind in ("rate_limit", "overloaded"):
        retry_after = reset_wait(headers)
        retry_after = told_wait(words) if retry_after is None else retry_after
    code = next((one for one in said if not one.isdigit()), said[0] if said else None)
    told = headers.get("x-should-retry", "").lower()
    retryable = told == "true" if told in ("true", "false") else kind in RETRYABLE and status != 501
    whom = "/".join(name for name in (provider, model) if name) or "the provider"
    seen = f" ({status})" if status else ""
    words = shorten(scrub(words, secrets)) or "no reason given"
    return make_error(
        kind,
        f"{whom} answered {kind.replace('_', ' ')}{seen}: {words}{_ADVICE.get(kind, '')}",
        status=status,
        code=scrub(code, secrets)[:MAX_CODE] if code else None,
        request_id=request_id_in(headers, payload, secrets),
        retryable=retryable,
        retry_after=retry_after,
        provider=provider,
        model=model,
    )


def _usable(parts: ErrorParts | None) -> ErrorParts:
    """The parts that are what they should be: they come out of a body that anybody may have written."""
    if parts is None:
        return ErrorParts()
    given: Any = parts
    code = str(given.code) if type(given.code) in (str, int) else None
    message = given.message if isinstance(given.message, str) else None
    wait = given.retry_after if type(given.retry_after) in (int, float) else None
    kind: Any = given.kind if isinstance(given.kind, str) and given.kind in KINDS else None
    return ErrorParts(code, message, _number(str(wait)), kind)


_ADVICE: Mapping[str, str] = {
    "authentication": " - check the key",
    "quota": " - check the account's credit",
    "model_not_found": " - check the model's id",
    "context_overflow": " - shorten the conversation or take a model with a longer context",
}


def _kind(status: int | None, said: list[str], words: str, codes: Mapping[str, Kind], *, waiting_helps: bool) -> Kind:
    folded = [one.lower() for one in said]
    own: Mapping[str, Kind] = {code.lower(): kind for code, kind in codes.items()}
    for table in (own, BY_CODE):
        found: Kind | None = next((table[one] for one in folded if one in table), None)
        if found is not None:
            return _refine(found, words, waiting_helps)
    if status is None or status < 400:
        return "server" if VAGUE_CODES.intersection(folded) else _refine("unknown", words, waiting_helps)
    by_status = BY_STATUS.get(status) or ("server" if status >= 500 else "invalid_request")
    return _refine(by_status, words, waiting_helps)


def _refine(kind: Kind, words: str, waiting_helps: bool) -> Kind:
    """Tells apart by words what a status or a general code leaves open."""
    if kind == "rate_limit":
        empty = _QUOTA.search(words) and not _RATE.search(words) and not waiting_helps
        return "quota" if empty else kind
    if kind == "permission" and _QUOTA.search(words):
        return "quota"
    if kind == "permission" and _OVERFLOW.search(words):
        return "context_overflow"  # Together refuses with 403 what does not fit (wire/openai-compatible, section 3.15)
    if kind in ("invalid_request", "unknown", "model_not_found"):
        for better, sign in _SIGNS:
            if sign.search(words):
                return better
    return kind


_SIGNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("rate_limit", _RATE),
    ("context_overflow", _OVERFLOW),
    ("quota", _QUOTA),
    ("authentication", _BAD_KEY),
    ("model_not_found", _NO_MODEL),
)
"""What the words of a refusal may show, the most telling first."""


def _decode(body: Any) -> Any:
    if not isinstance(body, bytes | str):
        return body
    try:
        return loads(body)
    except DecodeError:
        return None


def _read(payload: Any) -> tuple[str, list[str]]:
    """The provider's words, and its codes and types from the most to the least specific."""
    if isinstance(payload, list) and payload:
        payload = cast("list[Any]", payload)[0]
    if isinstance(payload, str):
        return payload, []
    if not isinstance(payload, dict):
        return "", []
    outer = cast("dict[str, Any]", payload)
    inner = outer.get("error") or outer.get("base_resp")
    if isinstance(inner, str):
        words = str(outer.get("error_description") or outer.get("message") or inner)
        return words, _codes(outer, ("code", "status_code")) + ([inner] if "error_description" in outer else [])
    source = cast("dict[str, Any]", inner) if isinstance(inner, dict) else outer
    said: list[str] = []
    for place, name in (("details", "error_code"), ("metadata", "error_type")):
        more = source.get(place)
        if isinstance(more, dict):
            said += _codes(cast("dict[str, Any]", more), (name,))
    said += _codes(source, ("code", "status", "type", "status_code"))
    if isinstance(inner, dict):
        said += _codes(outer, ("type", "status_code"))
    return _words(source), said


def _words(source: Mapping[str, Any]) -> str:
    for name in ("message", "Message", "detail", "error_msg", "msg", "status_msg", "raw"):
        value = source.get(name)
        if value:
            text = value if isinstance(value, str) else _complaints(value) or repr(value)
            return text + _beside(source)
    return ""


def _beside(source: Mapping[str, Any]) -> str:
    """What stands beside a message, in brackets: the words of a provider behind a router, a call that was none."""
    metadata, failed = source.get("metadata"), source.get("failed_generation")
    said = cast("dict[str, Any]", metadata) if isinstance(metadata, dict) else {}
    told = [said[name] for name in ("provider_name", "raw") if isinstance(said.get(name), str) and said[name]]
    told += [failed] if isinstance(failed, str) and failed else []
    return f" ({': '.join(told)})" if told else ""


def _complaints(value: Any) -> str:
    """What is wrong with each field, of a list of `{loc, msg}`; empty for anything else.

    Such lists echo the field's value too: words of the conversation, which say nothing of the error.
    """
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("detail")
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    known = [cast("dict[str, Any]", one) for one in listed if isinstance(one, dict) and "msg" in one]
    return "; ".join(f"{_place(one.get('loc'))}{one['msg']}" for one in known)


def _place(loc: Any) -> str:
    return ".".join(map(str, cast("list[Any]", loc))) + ": " if isinstance(loc, list) else ""


def _codes(source: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    found = (source.get(name) for name in names)
    return [str(value) for value in found if isinstance(value, str | int) and value not in ("", "error")]


def _embedded_status(said: list[str]) -> int | None:
    statuses = (int(one) for one in said if len(one) == 3 and one.isdecimal())
    return next((status for status in statuses if 400 <= status <= 599), None)


def describe_body(body: bytes | str) -> str:
    """What a body that is no JSON is, in words: an HTML page by its title, else its text."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        title = re.search(r"<title>([^<]*)", text[:20_000], re.IGNORECASE)
        return "an HTML page" + (f" ({title.group(1).strip()})" if title else "")
    return text


def _retry_delay(payload: Any) -> float | None:
    """Seconds from a `retryDelay` ("12s") among an error's details."""
    if isinstance(payload, list) and payload:
        payload = cast("list[Any]", payload)[0]
    error = cast("dict[str, Any]", payload).get("error") if isinstance(payload, dict) else None
    if not isinstance(error, dict):
        return None
    details = cast("dict[str, Any]", error).get("details")
    for detail in cast("list[Any]", details) if isinstance(details, list) else []:
        said = cast("dict[str, Any]", detail).get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(said, str) and said.endswith("s"):
            return _number(said[:-1])
    return None


def request_id_in(headers: Mapping[str, str], payload: Any = None, secrets: Iterable[str] = ()) -> str | None:
    """The provider's id of the request, from its headers or an error's body; without the given secrets."""
    said = next((headers[name] for name in REQUEST_ID_HEADERS if headers.get(name)), None)
    if said is None and isinstance(payload, dict):
        said = cast("dict[str, Any]", payload).get("request_id")
    return scrub(said, secrets)[:MAX_CODE] if isinstance(said, str) else None


REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "cf-ray")
