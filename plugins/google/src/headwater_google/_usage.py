"""Tokens as Gemini counts them.

The prompt's count includes what was cached, the answer's excludes thinking; what the provider's own
tools put in comes on top of the prompt (wire/google-generative-ai, section 4, November 2026).
"""

from __future__ import annotations

from headwater import Assembly

from ._chunks import UsageMetadata
from ._reasons import TRAFFIC


class UsageReader:
    """The counts of one response. They are cumulative and may be missing later: what was said last stays."""

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._prompt: int | None = None
        self._cached = 0
        self._answer = 0
        self._thoughts: int | None = None
        self._tools = 0

    def __call__(self, usage: UsageMetadata) -> None:
        """Takes the counts of one chunk."""
        if usage.prompt_token_count is not None:
            self._prompt = usage.prompt_token_count
        if usage.cached_content_token_count is not None:
            self._cached = usage.cached_content_token_count
        if usage.candidates_token_count is not None:
            self._answer = usage.candidates_token_count
        if usage.thoughts_token_count is not None:
            self._thoughts = usage.thoughts_token_count
        if usage.tool_use_prompt_token_count is not None:
            self._tools = usage.tool_use_prompt_token_count
        if self._prompt is None and usage.total_token_count is None:
            # Vertex AI begins with the kind of traffic alone.
            return
        self._out.usage(
            input=max((self._prompt or 0) - self._cached, 0) + self._tools,
            output=self._answer + (self._thoughts or 0),
            cache_read=self._cached,
            reasoning=self._thoughts,
            total_tokens=usage.total_token_count,
            service_tier=usage.service_tier or TRAFFIC.get(usage.traffic_type or ""),
        )
