"""Judges of requests to providers that imitate chat completions, one for each provider.

Where a vendor's library has types of requests, they judge, closed to fields they do not name. For the others the
documented shape is written down here as JSON Schema. Source: wire/openai-compatible, section 3, and the pages
named beside each (November 2026).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import groupby, pairwise
from typing import Any

import jsonschema
import pytest

Schema = dict[str, Any]
Judge = Callable[[dict[str, Any]], str]
"""Says what is wrong with a body; empty when nothing is."""

# -- the vendors' types


def _typed(make: Callable[[], Any], body: dict[str, Any]) -> str:
    core = pytest.importorskip("pydantic_core")
    try:
        make().validate_python(body)
    except core.ValidationError as error:
        return str(error)
    return ""


def _validator(module: str, name: str, open: Sequence[str] = ()) -> Any:
    """The typed dictionary of that name as a judge; `open` are functions whose own keys are not looked at."""
    pydantic = pytest.importorskip("pydantic")
    from pydantic_core import SchemaValidator

    kind = getattr(importlib.import_module(module), name)
    return SchemaValidator(_closed(pydantic.TypeAdapter(kind).core_schema, frozenset(open)))


def _closed(schema: Any, open: frozenset[str]) -> Any:
    if isinstance(schema, list | tuple):
        return type(schema)(_closed(part, open) for part in schema)
    if not isinstance(schema, dict):
        return schema
    made = {
        name: part if name in ("metadata", "serialization") else _closed(part, open) for name, part in schema.items()
    }
    named = schema.get("cls_name") or getattr(schema.get("cls"), "__name__", "")
    if made.get("type") == "typed-dict" and "extras_schema" not in made and named not in open:
        made["extra_behavior"] = "forbid"
    if made.get("type") == "generator":
        made["type"] = "list"
    return made


@cache
def _groq() -> Any:
    return _validator("groq.types.chat.completion_create_params", "CompletionCreateParams")


@cache
def _cerebras() -> Any:
    return _validator("cerebras.cloud.sdk.types.chat.completion_create_params", "CompletionCreateParams")


@cache
def _perplexity() -> Any:
    # The types spell a schema's keywords in their own way (`additional_properties`).
    own = ("ToolFunctionParameters",)
    return _validator("perplexity.types.chat.completion_create_params", "CompletionCreateParamsStreaming", own)


def judge_groq(body: dict[str, Any]) -> str:
    """Groq's types leave out `stream_options`, which the words on its chunks speak of."""
    pytest.importorskip("groq")
    given = dict(body)
    usage = given.pop("stream_options", {"include_usage": True})
    told = [] if usage == {"include_usage": True} else ["stream_options"]
    if "reasoning_format" in body and "include_reasoning" in body:
        told.append("reasoning_format and include_reasoning exclude each other")
    if "tools" in body and body.get("response_format", {}).get("type") == "json_schema":
        told.append("a schema beside tools")
    told += [message for message in body["messages"] if isinstance(message, dict) and None in message.values()]
    return f"{told}" if told else _typed(_groq, given)


def judge_cerebras(body: dict[str, Any]) -> str:
    """Newer models take efforts that its types do not name yet."""
    pytest.importorskip("cerebras.cloud.sdk")
    newer = {"reasoning_effort": "high"} if body.get("reasoning_effort") == "max" else {}
    return _typed(_cerebras, {**body, **newer})


def judge_perplexity(body: dict[str, Any]) -> str:
    """The user and the assistant by turns, after the system's words."""
    pytest.importorskip("perplexity")
    told = _typed(_perplexity, body)
    roles = [] if told else [message["role"] for message in body["messages"] if message["role"] != "system"]
    turns = [side for role, run in groupby(roles) for side in (["user"] if role == "tool" else run)]
    alternating = all(one != two for one, two in pairwise(turns))
    return told or ("" if alternating else f"no alternation: {roles}")


# -- shapes written down


def closed(required: Mapping[str, Any], **optional: Any) -> Schema:
    """An object of these fields and no others."""
    properties = {**required, **optional}
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def some(kind: Schema, **limits: int) -> Schema:
    """A list of these."""
    return {"type": "array", "items": kind, **limits}


def one_of(*words: Any) -> Schema:
    """One of these values."""
    return {"enum": [*words]}


TEXT, NUMBER, COUNT, FLAG = (
    {"type": "string"},
    {"type": "number"},
    {"type": "integer", "minimum": 1},
    {"type": "boolean"},
)
OBJECT = {"type": "object"}
TEXT_PART = closed({"type": one_of("text"), "text": TEXT})
NAMED_CHOICE = closed({"type": one_of("function"), "function": closed({"name": TEXT})})
STREAM_OPTIONS = closed({"include_usage": FLAG})
CALL = closed({"id": TEXT, "type": one_of("function"), "function": closed({"name": TEXT, "arguments": TEXT})})
JSON_SCHEMA = closed(
    {
        "type": one_of("json_schema"),
        "json_schema": closed({"name": TEXT}, schema=OBJECT, strict=FLAG, description=TEXT),
    }
)


def image_part(pattern: str = "^(https?://|data:image/)") -> Schema:
    """An image by its address."""
    address = closed({"url": {"type": "string", "pattern": pattern}}, detail=TEXT)
    return closed({"type": one_of("image_url"), "image_url": address})


def formats(*kinds: str, schema: bool = False) -> Schema:
    """Response formats."""
    plain = closed({"type": one_of(*kinds)})
    return {"anyOf": [plain, JSON_SCHEMA]} if schema else plain


def chat(
    *,
    parts: Sequence[Schema] = (TEXT_PART,),
    tool: Schema = TEXT,
    assistant: Mapping[str, Any] | None = None,
    requires: Mapping[str, Any] | None = None,
    function: Mapping[str, Any] | None = None,
    parameters: Schema = OBJECT,
    **top: Any,
) -> Schema:
    """The shape of a body: parts of the user, what a tool says, fields of the assistant and of the body itself."""
    content: Schema = {"anyOf": [TEXT, some({"anyOf": [*parts]}, minItems=1)]}
    roles = [
        closed({"role": one_of("system"), "content": TEXT}),
        closed({"role": one_of("user"), "content": content}),
        closed(
            {"role": one_of("assistant"), **(requires or {})},
            content={"type": ["string", "null"]},
            tool_calls=some(CALL, minItems=1),
            **(assistant or {}),
        ),
        closed({"role": one_of("tool"), "tool_call_id": TEXT, "content": tool}),
    ]
    declared = closed({"name": TEXT}, description=TEXT, parameters=parameters, **(function or {}))
    tools = some(closed({"type": one_of("function"), "function": declared}), maxItems=128)
    needed = {"model": TEXT, "messages": some({"anyOf": roles}, minItems=1)}
    usual = {"stream": FLAG, "stream_options": STREAM_OPTIONS, "temperature": NUMBER, "top_p": NUMBER, "tools": tools}
    return closed(needed, **{name: shape for name, shape in {**usual, **top}.items() if shape is not None})


def never(*names: str) -> Schema:
    """A body without these fields."""
    return {"not": {"anyOf": [{"required": [name]} for name in names]}}


EFFORT = one_of("low", "high", "max")
SWITCH = closed({"type": one_of("enabled", "disabled")})
NO_SAMPLING = never("temperature", "top_p")

DEEPSEEK = chat(
    parts=(TEXT_PART, image_part()),
    tool={"anyOf": [TEXT, some({"anyOf": [TEXT_PART, image_part()]})]},
    requires={"reasoning_content": TEXT},
    function={"strict": FLAG},
    max_tokens=COUNT,
    stop=some(TEXT, maxItems=16),
    response_format=formats("text", "json_object"),
    tool_choice={"anyOf": [one_of("none", "auto", "required"), NAMED_CHOICE]},
    thinking=SWITCH,
    reasoning_effort=EFFORT,
    logprobs=FLAG,
    top_logprobs={"type": "integer"},
    user_id={"type": "string", "pattern": "^[A-Za-z0-9_-]{1,512}$"},
)
"""Section 3.5, and the options of @ai-sdk/deepseek 2.0.69."""

DEEPSEEK_RULES: Schema = {
    # While it thinks, which it does unless told otherwise, nothing can be forced and nothing sampled.
    "if": {"not": {"properties": {"thinking": closed({"type": one_of("disabled")})}, "required": ["thinking"]}},
    "then": {"properties": {"tool_choice": one_of("none", "auto")}, **NO_SAMPLING},
    "else": never("reasoning_effort"),
}

MOONSHOT = chat(
    parts=(TEXT_PART, image_part("^(ms://|data:image/)")),
    assistant={"reasoning_content": TEXT, "partial": FLAG},
    max_tokens=COUNT,
    stop=some(TEXT, maxItems=5),
    frequency_penalty=NUMBER,
    presence_penalty=NUMBER,
    response_format=formats("text", "json_object", schema=True),
    tool_choice={"anyOf": [one_of("none", "auto"), NAMED_CHOICE]},
    thinking=closed({"type": one_of("enabled", "disabled")}, keep=one_of("all")),
    reasoning_effort=EFFORT,
    prediction=OBJECT,
    prompt_cache_key=TEXT,
    safety_identifier=TEXT,
)
"""Section 3.6, and the options of @ai-sdk/moonshotai 2.0.61."""

_KIMI = never("temperature", "top_p", "frequency_penalty", "presence_penalty")


def _of_models(pattern: str, rule: Schema) -> Schema:
    return {"if": {"properties": {"model": {"pattern": pattern}}}, "then": rule}


MOONSHOT_RULES: Schema = {
    "allOf": [
        _of_models("^k", _KIMI),
        _of_models("^(kimi-)?k3|^kimi-for-coding$", never("thinking")),
        _of_models("^kimi-k2", never("reasoning_effort")),
        _of_models("^kimi-k2.7", {"properties": {"thinking": closed({"type": one_of("enabled")})}}),
    ]
}

ZAI = chat(
    parts=(TEXT_PART, image_part()),
    assistant={"reasoning_content": TEXT},
    function={"strict": FLAG},
    temperature={"type": "number", "minimum": 0, "maximum": 1},
    max_tokens=COUNT,
    seed={"type": "integer"},
    do_sample=FLAG,
    stop=some(TEXT, maxItems=1),
    response_format=formats("text", "json_object"),
    tool_choice=one_of("auto"),
    tool_stream=FLAG,
    thinking=closed({"type": one_of("enabled", "disabled")}, clear_thinking=FLAG),
    reasoning_effort=one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    request_id=TEXT,
    user_id=TEXT,
)
"""Section 3.7, and the parameters of zai-sdk 0.2.3, `chat.completions.create`."""

ZAI_RULES: Schema = _of_models("^glm-5.3", {"properties": {"reasoning_effort": EFFORT}})

TOGETHER = chat(
    parts=(TEXT_PART, image_part()),
    assistant={"reasoning": TEXT, "reasoning_content": TEXT},
    max_tokens=COUNT,
    seed={"type": "integer"},
    stop=some(TEXT),
    frequency_penalty=NUMBER,
    presence_penalty=NUMBER,
    logit_bias=OBJECT,
    response_format=formats("text", "json_object", schema=True),
    tool_choice={"anyOf": [one_of("none", "auto", "required"), NAMED_CHOICE]},
    reasoning=closed({"enabled": FLAG}),
    reasoning_effort=one_of("low", "medium", "high"),
)
"""Section 3.15, and the types of together 3.1.1 (its library wants other versions of what the tools here use)."""

FIREWORKS = chat(
    parts=(TEXT_PART, image_part()),
    assistant={"reasoning_content": TEXT},
    function={"strict": FLAG},
    max_completion_tokens=COUNT,
    seed={"type": "integer"},
    stop=some(TEXT, maxItems=4),
    frequency_penalty=NUMBER,
    presence_penalty=NUMBER,
    logit_bias=OBJECT,
    response_format=formats("text", "json_object", schema=True),
    tool_choice={"anyOf": [one_of("none", "auto", "required"), NAMED_CHOICE]},
    parallel_tool_calls=FLAG,
    reasoning_effort={"anyOf": [one_of("none", "low", "medium", "high", "xhigh", "max"), COUNT]},
    prediction=OBJECT,
    metadata=OBJECT,
    prompt_cache_key=TEXT,
    service_tier=one_of("auto", "default", "flex", "priority"),
    user=TEXT,
)
"""Section 3.15, and the types of fireworks-ai 1.2.30 (its library brings a tree of others)."""

FIREWORKS_RULES: Schema = _of_models("gpt-oss", {"properties": {"reasoning_effort": one_of("low", "medium", "high")}})


@cache
def _checker(name: str) -> Any:
    shape, rules = SHAPES[name]
    return jsonschema.Draft202012Validator({"allOf": [shape, rules]})


def _shaped(name: str, body: dict[str, Any]) -> str:
    found = sorted(_checker(name).iter_errors(body), key=lambda error: [str(step) for step in error.path])
    return "; ".join(f"{list(error.path)}: {error.message:.300}" for error in found)


SHAPES: Mapping[str, tuple[Schema, Schema]] = {
    "deepseek": (DEEPSEEK, DEEPSEEK_RULES),
    "fireworks": (FIREWORKS, FIREWORKS_RULES),
    "moonshot": (MOONSHOT, MOONSHOT_RULES),
    "together": (TOGETHER, {}),
    "zai": (ZAI, ZAI_RULES),
}
"""The shape of a body at a provider, and what holds between its fields."""

JUDGES: Mapping[str, Judge] = {
    "groq": judge_groq,
    "cerebras": judge_cerebras,
    "perplexity": judge_perplexity,
    **{name: partial(_shaped, name) for name in SHAPES},
    **{name: partial(_shaped, "zai") for name in ("zai-cn", "zai-coding", "zai-coding-cn")},
    **{name: partial(_shaped, "moonshot") for name in ("moonshot-cn", "kimi-coding")},
}
"""Who judges a provider's requests, as it speaks by itself."""
