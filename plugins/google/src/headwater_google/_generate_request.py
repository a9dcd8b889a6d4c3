"""The body of a `streamGenerateContent` request.

What a model does not take is left out and noted, or refused where leaving it out would change what
was asked (a schema beside tools, functions beside the provider's own). Source:
wire/google-generative-ai, section 2 (November 2026).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from headwater import Context, Model, Note, RequestError, WireRequest, dumps

from ._compat import GoogleCompat
from ._contents import make_contents
from ._options import GoogleOptions
from ._schema import narrow, plain
from ._thinking import room_for, thinking_config
from ._tools import write_tools

TIER_HEADER = "x-vertex-ai-llm-shared-request-type"
"""Where Vertex AI is told the tier."""


def model_path(model: Model) -> str:
    """Where a model of the Gemini API is below the base URL, unless its id says so itself."""
    return model.id if model.id.startswith(("models/", "tunedModels/")) else f"models/{model.id}"


def generate_request(
    model: Model, compat: GoogleCompat, context: Context, options: GoogleOptions, path: str
) -> WireRequest:
    """The request for a conversation; raises `RequestError` for what the model cannot be asked.

    `path` is where the model is below the base URL (`models/gemini-x`).
    """
    notes: list[Note] = []
    body = generate_body(model, compat, context, options, notes)
    whole = options.simulate_streaming
    method = "generateContent" if whole else "streamGenerateContent"
    query = "?alt=sse" if compat.framing == "sse" and not whole else ""
    headers = dict(model.headers)
    if compat.service_tier == "header" and options.service_tier is not None:
        headers[TIER_HEADER] = options.service_tier
    if compat.session_header and options.session_id:
        headers[compat.session_header] = options.session_id
    return WireRequest(
        url=f"{model.base_url}/{quote(path, safe='/:@.-_~')}:{method}{query}",
        body=dumps(body),
        headers=headers,
        framing="json-array" if whole else compat.framing,
        notes=tuple(notes),
    )


def generate_body(
    model: Model, compat: GoogleCompat, context: Context, options: GoogleOptions, notes: list[Note]
) -> dict[str, Any]:
    """The body; what was changed is added to `notes`."""
    body: dict[str, Any] = {"contents": make_contents(model, compat, context, notes)}
    if context.system_prompt:
        _system(body, compat, context.system_prompt)
    config = _generation_config(model, compat, options, notes)
    _format(config, model, compat, context, options)
    config.update(options.generation_config)
    if config:
        body["generationConfig"] = config
    write_tools(body, model, compat, context, options, notes=notes)
    if options.safety_settings:
        settings = options.safety_settings.items()
        body["safetySettings"] = [{"category": category, "threshold": threshold} for category, threshold in settings]
    _service(body, model, compat, options, notes)
    if options.cached_content is not None:
        _cached(body, options.cached_content, notes)
    elif options.cache == "long":
        notes.append(Note("changed", "options.cache", LONG_CACHE))
    body.update(compat.extra_body)
    return body


LONG_CACHE = "what is cached long is a content made before (option cached_content); prompts are cached for minutes"


def _dropped(notes: list[Note], name: str, reason: str) -> None:
    notes.append(Note("dropped", f"options.{name}", reason))


def _system(body: dict[str, Any], compat: GoogleCompat, prompt: str) -> None:
    if compat.system_instruction:
        body["systemInstruction"] = {"parts": [{"text": prompt}]}
    elif body["contents"] and body["contents"][0]["role"] == "user":
        body["contents"][0]["parts"].insert(0, {"text": prompt})
    else:
        body["contents"].insert(0, {"role": "user", "parts": [{"text": prompt}]})


def _generation_config(model: Model, compat: GoogleCompat, options: GoogleOptions, notes: list[Note]) -> dict[str, Any]:
    thinking = thinking_config(model, compat, options, notes)
    config: dict[str, Any] = {
        "maxOutputTokens": room_for(model, options.max_tokens, thinking),
        "thinkingConfig": thinking or None,
        "stopSequences": list(options.stop) or None,
        "seed": options.seed,
        "responseModalities": [kind.upper() for kind in options.response_modalities] or None,
        "imageConfig": options.image_config,
        "speechConfig": options.speech_config,
        "mediaResolution": options.media_resolution,
        **_sampling(compat, options, notes),
    }
    if options.audio_timestamp is not None:
        if compat.audio_timestamps:
            config["audioTimestamp"] = options.audio_timestamp
        else:
            _dropped(notes, "audio_timestamp", "this surface marks no times")
    return {name: value for name, value in config.items() if value is not None}


def _sampling(compat: GoogleCompat, options: GoogleOptions, notes: list[Note]) -> dict[str, Any]:
    """Sampling parameters, as far as the model takes them; what it does not take is left out and noted."""
    given = {
        "temperature": ("temperature", compat.sampling),
        "top_p": ("topP", compat.sampling),
        "top_k": ("topK", compat.sampling),
        "presence_penalty": ("presencePenalty", compat.penalties),
        "frequency_penalty": ("frequencyPenalty", compat.penalties),
    }
    taken: dict[str, Any] = {}
    for name, (field, allowed) in given.items():
        value = getattr(options, name)
        if value is not None and allowed:
            taken[field] = value
        elif value is not None:
            _dropped(notes, name, "this model takes none")
    return taken


def _format(
    config: dict[str, Any], model: Model, compat: GoogleCompat, context: Context, options: GoogleOptions
) -> None:
    schema = options.response_format
    if schema is None:
        return
    if (context.tools or options.builtin_tools) and not compat.mixed_tools:
        raise RequestError(f"{model} cannot be held to a schema beside tools; leave out one of them, or take Gemini 3")
    config["responseMimeType"] = "application/json"
    if set(schema) <= {"type", "title"}:
        return
    if compat.json_schema:
        config["responseJsonSchema"] = plain(schema)
    else:
        config["responseSchema"] = narrow(schema)


def _service(
    body: dict[str, Any], model: Model, compat: GoogleCompat, options: GoogleOptions, notes: list[Note]
) -> None:
    if options.service_tier is not None and compat.service_tier == "body":
        body["serviceTier"] = options.service_tier
    elif options.service_tier is not None and compat.service_tier == "no":
        _dropped(notes, "service_tier", f"{model} is served in one tier")
    if options.metadata:
        body["labels"] = dict(options.metadata)
    if options.store is not None and compat.store:
        body["store"] = options.store
    elif options.store:
        _dropped(notes, "store", f"{model} stores nothing")
    if options.continuation_token is not None:
        body["continuationToken"] = options.continuation_token


def _cached(body: dict[str, Any], name: str, notes: list[Note]) -> None:
    """What a cache holds must not be said again."""
    body["cachedContent"] = name
    for field, path in (
        ("systemInstruction", "system_prompt"),
        ("tools", "tools"),
        ("toolConfig", "options.tool_choice"),
    ):
        if body.pop(field, None) is not None:
            notes.append(Note("dropped", path, f"it is part of the cache {name}"))
