"""What can be asked of Claudes, by generation."""

from __future__ import annotations

import pytest

from headwater import Hub


@pytest.mark.parametrize(
    ("name", "thinking", "structured", "cached", "patience"),
    [
        ("claude-haiku-5-5", True, True, True, 120.0),
        ("claude-sonnet-4-5", True, True, True, 120.0),
        ("claude-3-5-haiku-20241022", False, False, True, 30.0),
    ],
)
def test_capabilities_follow_from_the_family(
    name: str, *, thinking: bool, structured: bool, cached: bool, patience: float
) -> None:
    """And so does the time to wait for the first event."""
    found = Hub(environ={}).capabilities(f"anthropic/{name}")
    assert (found.thinking, found.structured_output, found.prompt_caching) == (thinking, structured, cached)
    assert (found.first_event_timeout, "web_search" in found.builtin_tools) == (patience, True)


def test_a_budget_is_the_most_a_model_is_asked_to_think() -> None:
    """Where it is told in tokens; elsewhere no number is known."""
    hub = Hub(environ={})
    most = [
        hub.capabilities(f"anthropic/{name}").max_thinking_tokens for name in ("claude-sonnet-4-5", "claude-opus-5")
    ]
    assert most == [16_384, None]
