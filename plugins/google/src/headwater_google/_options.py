"""Options of Gemini's two protocols beyond those every api has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field

from headwater import Options, options

BuiltinTool = str | Mapping[str, Any]
"""A tool of the provider's own by name (`google_search`), or with its settings as the wire has them
(`{"googleSearch": {...}}`, in the Interactions API `{"type": "google_search", ...}`)."""


@options
class GoogleOptions(Options):
    """Options of generateContent; see Google's reference for what each does.

    `thinking_level` is sent as it stands and wins over `thinking`; `include_thoughts` asks for
    summaries of the thinking (a level of `thinking` asks for them unless told otherwise).
    `builtin_tools` are tools the provider runs itself. `strict_tools` asks for arguments that keep
    to the schema, `stream_arguments` for arguments as they are written (Vertex AI only).

    `cached_content` names a cache; what the cache holds (system prompt, tools, tool choice) is then
    left out. `safety_settings` maps categories to thresholds. `metadata` becomes labels.
    `response_modalities`, `image_config`, `speech_config`, `media_resolution` and
    `audio_timestamp` are fields of `generationConfig`; `generation_config` adds others, untouched.
    `continuation_token` goes on with an answer that stopped with CONTINUATION.
    """

    top_k: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    thinking_level: str | None = None
    include_thoughts: bool | None = None
    builtin_tools: Sequence[BuiltinTool] = ()
    strict_tools: bool = False
    stream_arguments: bool = False
    cached_content: str | None = None
    safety_settings: Mapping[str, str] = field(factory=dict[str, str])
    response_modalities: Sequence[str] = ()
    image_config: Mapping[str, Any] | None = None
    speech_config: Mapping[str, Any] | None = None
    media_resolution: str | None = None
    audio_timestamp: bool | None = None
    generation_config: Mapping[str, Any] = field(factory=dict[str, Any])
    continuation_token: str | None = None
    store: bool | None = None


@options
class InteractionsOptions(Options):
    """Options of the Interactions API; see Google's reference for what each does.

    The whole conversation is sent and nothing is stored, unless `store` or
    `previous_interaction_id` says otherwise. The rest is as in `GoogleOptions`.
    """

    thinking_level: str | None = None
    include_thoughts: bool | None = None
    builtin_tools: Sequence[BuiltinTool] = ()
    strict_tools: bool = False
    safety_settings: Mapping[str, str] = field(factory=dict[str, str])
    previous_interaction_id: str | None = None
    continuation_token: str | None = None
    store: bool | None = None
