"""Tokens as Gemini counts them.

The prompt's count includes what was cached, the answer's excludes thinking; what the provider's own
tools put in comes on top of the prompt (wire/google-generative-ai, section 4, November 2026).
"""

from __future__ import annotations

from headwater import Assembly

from ._chunks import UsageMetadata
from ._reasons import TRAFFIC


class UsageReader:
    """The counts of one response. They are cumulative and may be missing later: what was said last stays.

    Every chunk has counts, so they are only kept as they come; `tell` writes them.
    """

    def __init__(self, out: Assembly) -> None:
        self._out = out
        self._last: UsageMetadata | None = None

    def __call__(self, usage: UsageMetadata) -> None:
        """Takes the counts of one chunk."""
        last, self._last = self._last, usage
        if last is None:
            return
        if usage.prompt_token_count is None:
            usage.prompt_token_count = last.prompt_token_count
        if usage.cached_content_token_count is None:
            usage.cached_content_token_count = last.cached_content_token_count
        if usage.candidates_token_count is None:
            usage.candidates_token_count = last.candidates_token_count
        if usage.thoughts_token_count is None:
            usage.thoughts_token_count = last.thoughts_token_count
        if usage.tool_use_prompt_token_count is None:
            usage.tool_use_prompt_token_count = last.tool_use_prompt_token_count
        if usage.total_token_count is None:
            usage.total_token_count = last.total_token_count

    def tell(self) -> None:
        """Writes the counts; nothing where none were said (Vertex AI begins with the kind of traffic alone)."""
        last = self._last
        if last is None or (last.prompt_token_count is None and last.total_token_count is None):
            return
        cached, thoughts = last.cached_content_token_count or 0, last.thoughts_token_count
        self._out.usage(
            input=max((last.prompt_token_count or 0) - cached, 0) + (last.tool_use_prompt_token_count or 0),
            output=(last.candidates_token_count or 0) + (thoughts or 0),
            cache_read=cached,
            reasoning=thoughts,
            total_tokens=last.total_token_count,
            service_tier=last.service_tier or TRAFFIC.get(last.traffic_type or ""),
        )
