"""Options of Perplexity's chat beyond those of chat completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from headwater import options
from headwater_openai.chat import ChatOptions


@options
class PerplexityOptions(ChatOptions):
    """Options of Perplexity's chat; see Perplexity's reference for what each does.

    Dates of filters are written `11/30/2026`. `search_domain_filter` lists domains to search in, or with a `-`
    before each, to leave out. `web_search_options` says how much is searched (`search_context_size`) and
    where the user is (`user_location`). `return_images` and `return_related_questions` give sources of
    kind `image` and the message's `extra["related_questions"]`. `stream_mode="concise"` sends each thing once.
    Of chat completions' own, `seed`, `logit_bias`, `verbosity`, `prediction` and `safety_identifier`
    are left out with a note.
    """

    search_mode: Literal["web", "academic", "sec"] | None = None
    search_domain_filter: Sequence[str] | None = None
    search_language_filter: Sequence[str] | None = None
    search_recency_filter: Literal["hour", "day", "week", "month", "year"] | None = None
    search_after_date_filter: str | None = None
    search_before_date_filter: str | None = None
    last_updated_after_filter: str | None = None
    last_updated_before_filter: str | None = None
    web_search_options: Mapping[str, Any] | None = None
    disable_search: bool | None = None
    enable_search_classifier: bool | None = None
    return_images: bool | None = None
    image_domain_filter: Sequence[str] | None = None
    image_format_filter: Sequence[str] | None = None
    return_related_questions: bool | None = None
    language_preference: str | None = None
    stream_mode: Literal["full", "concise"] | None = None
    top_k: int | None = None
