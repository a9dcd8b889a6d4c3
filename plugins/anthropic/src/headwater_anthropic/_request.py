"""The body of a Messages request, and the request around it.

What a model does not take is left out and noted, or refused where leaving it out would
change what was asked (a forced tool, a schema, the beginning of the answer). Source:
wire/anthropic-messages, sections 2 to 4 (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from headwater import (
    AssistantMessage,
    Context,
    Model,
    Note,
    RequestError,
    ToolCall,
    WireRequest,
    default_max_tokens,
    dumps,
)

from ._body import Draft, MessagesBody
from ._caching import mark_cache
from ._compat import MessagesCompat, read_compat
from ._messages import write_messages
from ._options import MessagesOptions
from ._thinking import write_thinking
from ._tools import closed, write_choice, write_tools


def messages_request(model: Model, context: Context, options: MessagesOptions) -> WireRequest:
    """The request for a conversation over HTTP; raises `RequestError` for what the model cannot be asked."""
    compat = read_compat(model)
    made = messages_body(model, context, options, compat)
    headers = {name.lower(): value for name, value in model.headers.items()}
    if made.version:
        headers.setdefault("anthropic-version", made.version)
    betas = dict.fromkeys([*_tokens(headers.get("anthropic-beta", "")), *made.betas])
    if betas:
        headers["anthropic-beta"] = ",".join(betas)
    if compat.session_header and options.session_id:
        headers[compat.session_header.lower()] = options.session_id
    return WireRequest(
        url=model.base_url.removesuffix("/v1") + compat.path,
        body=dumps(made.body),
        headers=headers,
        framing="json-array" if options.simulate_streaming else "sse",
        needs_signal=compat.needs_stop,
        notes=made.notes,
    )


def messages_body(
    model: Model, context: Context, options: MessagesOptions, compat: MessagesCompat | None = None
) -> MessagesBody:
    """The body of a request for any envelope; raises `RequestError` for what the model cannot be asked.

    `compat` is read from the model unless given. Pure.
    """
    compat = compat or read_compat(model)
    draft = Draft(model, compat, context, options, betas=list(compat.betas))
    body = draft.body
    body["model"] = model.id
    body["max_tokens"] = _max_tokens(draft)
    write_messages(draft)
    write_tools(draft)
    thinking = write_thinking(draft)
    write_choice(draft, thinking)
    _ending(draft, thinking)
    sampled = _sampling(draft, thinking)
    _format(draft)
    _service(draft)
    _features(draft)
    _cache(draft)
    body["stream"] = not options.simulate_streaming
    body.update(compat.extra_body)
    version = compat.sampling_version if sampled and compat.sampling_version else compat.version
    betas = tuple(dict.fromkeys([*draft.betas, *options.betas]))
    return MessagesBody(body, version, betas, tuple(draft.notes))


def _tokens(header: str) -> list[str]:
    return [token.strip() for token in header.split(",") if token.strip()]


def _max_tokens(draft: Draft) -> int:
    most, asked = draft.model.max_tokens, draft.options.max_tokens
    if asked is not None and most is not None and asked > most:
        draft.changed("max_tokens", f"{draft.model} writes at most {most} tokens")
        return most
    return default_max_tokens(draft.model, asked)


def _ending(draft: Draft, thinking: str | None) -> None:
    """A conversation that ends with an answer asks to go on with it, which only older models do.

    A paused turn goes on in any case; it is sent back as it was.
    """
    last, sent = draft.context.messages[-1:], draft.body["messages"][-1:]
    if not sent or sent[0]["role"] != "assistant":
        return
    if isinstance(last[0], AssistantMessage) and last[0].raw_stop_reason == "pause_turn":
        return
    if not draft.compat.prefill or thinking == "enabled":
        while_thinking = " while it thinks" if draft.compat.prefill else ""
        raise RequestError(
            f"{draft.model} cannot go on with the beginning of an answer{while_thinking};"
            " end the conversation with a message of the user"
        )
    block = sent[0]["content"][-1]
    if block["type"] == "text" and block["text"] != block["text"].rstrip():
        block["text"] = block["text"].rstrip()
        draft.notes.append(Note("changed", "messages", "white space at the end of the answer's beginning is refused"))


def _sampling(draft: Draft, thinking: str | None) -> bool:
    """Writes sampling parameters, as far as the model takes them; gives back whether there are any."""
    compat, options = draft.compat, draft.options
    for name in compat.refuses:
        if getattr(options, name) not in (None, ()):
            draft.dropped(name, f"{draft.model} does not heed it")
            options = evolve(options, **{name: () if name == "stop" else None})
    refused = compat.sampling == "no" or (compat.sampling == "not-thinking" and thinking is not None)
    given = {"temperature": options.temperature, "top_p": options.top_p, "top_k": options.top_k}
    given = {name: value for name, value in given.items() if value is not None}
    for name in given if refused else ():
        draft.dropped(name, f"{draft.model} takes no sampling parameters" + (" while it thinks" if thinking else ""))
    if refused:
        given = {}
    elif not compat.both_samplers and "temperature" in given and "top_p" in given:
        del given["top_p"]
        draft.dropped("top_p", "this model takes either temperature or top_p")
    draft.body.update(given)
    if options.stop:
        draft.body["stop_sequences"] = list(options.stop)
    if options.seed is not None:
        draft.dropped("seed", "this protocol has no seed")
    return bool(given)


def _format(draft: Draft) -> None:
    schema = draft.options.response_format
    if schema is None:
        return
    if not draft.compat.json_schema or set(schema) <= {"type", "title"}:
        raise RequestError(
            f"{draft.model} cannot be held to "
            + ("any JSON object; give a schema with properties" if draft.compat.json_schema else "a schema")
        )
    made = closed(schema)
    if made != schema:
        draft.notes.append(Note("added", "options.response_format", "objects are closed to further properties"))
    draft.output_config(format={"type": "json_schema", "schema": made})


TIERS: Mapping[str, str] = {
    "auto": "auto",
    "priority": "auto",
    "standard": "standard_only",
    "standard_only": "standard_only",
}
"""What the wire calls a service tier."""


def _service(draft: Draft) -> None:
    compat, options = draft.compat, draft.options
    if options.service_tier is not None:
        tier = TIERS.get(options.service_tier) if compat.service_tiers else None
        if tier:
            draft.body["service_tier"] = tier
        else:
            draft.dropped("service_tier", f"{draft.model} has no service tier {options.service_tier}")
    for name, value in options.metadata.items():
        if name == "user_id" and compat.metadata:
            draft.body["metadata"] = {"user_id": value}
        else:
            draft.dropped(f"metadata.{name}", "this endpoint keeps no such metadata")


def _features(draft: Draft) -> None:
    """Fields that one option asks for, each with the beta it needs."""
    options = draft.options
    fields: dict[str, Any] = {
        "container": options.container or _container(draft.context),
        "mcp_servers": [dict(server) for server in options.mcp_servers] or None,
        "context_management": options.context_management,
        "compaction": options.compaction,
        "fallbacks": options.fallbacks if isinstance(options.fallbacks, str) else list(options.fallbacks or ()) or None,
        "fallback_credit_token": options.fallback_credit_token,
        "speed": options.speed,
        "inference_geo": options.inference_geo,
        "diagnostics": {"previous_message_id": options.previous_message_id} if options.previous_message_id else None,
    }
    for name, value in fields.items():
        if value is not None:
            draft.body[name] = value
            draft.betas += FEATURE_BETAS.get(name, ())
    edits = (options.context_management or {}).get("edits", ())
    if any(edit.get("type") == "compact_20260112" for edit in edits):
        draft.betas.append("compact-2026-01-12")
    if options.task_budget is not None:
        draft.output_config(task_budget={"type": "tokens", "total": options.task_budget})
        draft.betas.append("task-budgets-2026-03-13")


FEATURE_BETAS: Mapping[str, tuple[str, ...]] = {
    "mcp_servers": ("mcp-client-2025-11-20",),
    "context_management": ("context-management-2025-06-27",),
    "compaction": ("compact-2026-09-04",),
    "fallbacks": ("server-side-fallback-2026-07-01",),
    "fallback_credit_token": ("fallback-credit-2026-07-01",),
    "speed": ("fast-mode-2026-02-01",),
}
"""Betas without which a field is refused (wire section 2)."""


def _container(context: Context) -> str | None:
    """The container in which code waits for the result of a call it made, None where none does."""
    answers = [message for message in context.messages if isinstance(message, AssistantMessage)]
    if not answers:
        return None
    called_by = [block.extra.get("caller") for block in answers[-1].content if isinstance(block, ToolCall)]
    waits = any(isinstance(caller, Mapping) and "tool_id" in caller for caller in called_by)
    found = answers[-1].extra.get("container")
    return found["id"] if waits and isinstance(found, Mapping) and "id" in found else None  # pyright: ignore[reportUnknownVariableType]


def _cache(draft: Draft) -> None:
    retention, compat = draft.options.cache, draft.compat
    if retention == "long" and not compat.cache_control:
        draft.changed("cache", "this endpoint cannot be told to cache")
    if retention == "off" or not compat.cache_control:
        return
    if retention == "long" and not compat.long_cache:
        draft.changed("cache", "this endpoint caches for minutes only")
    mark_cache(draft.body, long=retention == "long" and compat.long_cache)
