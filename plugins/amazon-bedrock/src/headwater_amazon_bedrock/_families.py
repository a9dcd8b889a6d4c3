"""The families of models at Bedrock, for ids that are in no catalogue.

Source: wire/bedrock-converse sections 3, 4 and 8, and Bedrock's user guide on tools, prompt caching
and structured output (November 2026). A level that is missing from `levels` is refused by that family.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater_anthropic import claude_family

GEOGRAPHIES = ("us.", "eu.", "apac.", "jp.", "au.", "ca.", "in.", "us-gov.", "global.")
"""How ids of inference profiles begin, which serve a model from several regions."""


def family_id(model_id: str) -> str:
    """The id of the foundation model behind an id: without geography, the last part of an ARN."""
    name = model_id.rpartition("/")[2] if model_id.startswith("arn:") else model_id
    geography = next((one for one in GEOGRAPHIES if name.startswith(one)), "")
    return name.removeprefix(geography)


_UNSTRUCTURED: Mapping[str, Any] = {"json_schema": False, "strict_tools": False}


def _kind(*inputs: str, levels: Mapping[str, str] | None = None, thinks: bool = False, **compat: Any) -> dict[str, Any]:
    """A family: what it reads besides text, the words for its levels, and its flags."""
    known: dict[str, Any] = {"input": ("text", *inputs), "compat": compat}
    return {**known, "reasoning": bool(levels) or thinks, "levels": levels or {}}


_NOVA: Mapping[str, Any] = {
    **_UNSTRUCTURED,
    "top_k": "nova",
    "result_media": True,
    "beside_results": "text",
    "cache_points": True,
}
_OPENAI: Mapping[str, Any] = {"stop_sequences": False, "replays_thinking": "redacted"}
_UP_TO_HIGH = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}
_UP_TO_MAX = {**_UP_TO_HIGH, "xhigh": "xhigh", "max": "max"}
_SWITCHED = {"off": "none", "high": "high"}
_ALONE: Mapping[str, Any] = {"tool_choices": ("auto",)}
_MISTRAL: Mapping[str, Any] = {"exact_ids": True, "json_results": True, "tool_choices": ("auto", "required")}
_TALKER: Mapping[str, Any] = {**_UNSTRUCTURED, "tools": False, "system_prompt": False}

FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "amazon.nova": _kind("image", "document", **_NOVA),
    "amazon.nova-micro": _kind(**_NOVA),
    "amazon.nova-2": _kind(
        "image",
        "document",
        levels={"off": "disabled", "low": "low", "medium": "medium", "high": "high"},
        thinking="nova",
        sampling="not-thinking",
        **_NOVA,
    ),
    "amazon.titan": _kind(**_TALKER),
    "ai21.": _kind(**_UNSTRUCTURED, **_ALONE),
    "cohere.": _kind(**_UNSTRUCTURED, **_ALONE),
    "deepseek.r1": _kind(thinks=True, tools=False, **_UNSTRUCTURED),
    "deepseek.v3": _kind(levels=_SWITCHED, thinking="effort"),
    "meta.": _kind(**_UNSTRUCTURED, **_ALONE),
    "meta.llama3-2-11b": _kind("image", **_UNSTRUCTURED, **_ALONE),
    "meta.llama3-2-90b": _kind("image", **_UNSTRUCTURED, **_ALONE),
    "meta.llama4": _kind("image", **_UNSTRUCTURED, **_ALONE),
    "mistral.": _kind("image", **_MISTRAL),
    "mistral.mistral-7b": _kind(**_TALKER),
    "mistral.mixtral-8x7b": _kind(**_TALKER),
    "mistral.mistral-large-2402": _kind(**_MISTRAL, **_UNSTRUCTURED),
    "mistral.mistral-large-2407": _kind(**_MISTRAL, **_UNSTRUCTURED),
    "mistral.mistral-small-2402": _kind(**_MISTRAL, **_UNSTRUCTURED),
    "mistral.pixtral": _kind("image", **_MISTRAL, **_UNSTRUCTURED),
    "mistral.voxtral": _kind("audio", **_MISTRAL),
    "openai.": _kind("image", levels=_UP_TO_MAX, thinking="reasoning", sampling="no", **_OPENAI),
    "openai.gpt-oss": _kind(levels=_UP_TO_HIGH, thinking="effort", **_OPENAI),
    "qwen.": _kind(levels={"off": "none", "low": "low", "high": "high"}, thinking="config"),
    "writer.": _kind(result_status=False, **_UNSTRUCTURED, **_ALONE),
    "xai.": _kind(
        "image", levels={**_UP_TO_HIGH, "xhigh": "xhigh"}, thinking="reasoning", sampling="no", stop_sequences=False
    ),
    "zai.": _kind(levels=_SWITCHED, thinking="effort"),
    "zai.glm-5.3": _kind(levels=_UP_TO_MAX, thinking="effort"),
}
"""Beginning of an id and what its family is like; the longest beginning wins."""

_TEXT_ONLY = ("claude-v", "claude-2", "claude-instant")
_UNCACHED = (*_TEXT_ONLY, "claude-3-opus", "claude-3-sonnet", "claude-3-haiku", "claude-3-5-sonnet")
_MINUTES_ONLY = (
    "claude-3",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-2025",
    "claude-sonnet-4-0",
    "claude-sonnet-4-2025",
)

CLAUDES = ("amazon-bedrock/*claude-*", "anthropic/anthropic-messages/claude-*", "google-vertex/*/claude-*")
"""Whose thinking a Claude reads, as patterns of provider, api and model: that of Claudes, whoever hosts them."""

_HERE: Mapping[str, Any] = {
    "version": "bedrock-2023-05-31",
    "both_samplers": False,
    "cache_control": True,
    "strict_tools": True,
    "eager_tools": "beta",
    "server_tools": False,
    "json_schema": True,
}
"""What Messages flags of a Claude are here, beneath those of its family (wire/anthropic-messages sections 6 and 14)."""


def claude_terms(name: str) -> dict[str, Any]:
    """What is known of a Claude by the id of its foundation model; empty for what is no Claude."""
    family = claude_family(name)
    if not family or "claude-" not in name:
        return {}
    claude = "claude-" + name.partition("claude-")[2]
    cached = not claude.startswith(_UNCACHED)
    long_cache = cached and not claude.startswith(_MINUTES_ONLY)
    caching = {"cache_control": cached, "long_cache": long_cache}
    messages = {**_HERE, **caching, **family["compat"]}
    compat = {
        "claude": messages,
        "assistant_first": True,
        "json_schema": messages["json_schema"],
        "strict_tools": messages["strict_tools"],
        "result_media": True,
        "beside_results": "text",
        "cache_points": cached,
        "cache_tools": cached,
        "long_cache": long_cache,
        "replays_thinking": "signed",
    }
    inputs = ("text",) if claude.startswith(_TEXT_ONLY) else ("text", "image", "document")
    return {**family, "input": inputs, "compat": compat}
