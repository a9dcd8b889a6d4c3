"""Thinking and effort, generation by generation, and what is known of ids anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from messages_wire import HUB, body, request

from headwater_anthropic import claude_family

SUMMARY = {"type": "adaptive", "display": "summarized"}


def asked(model: str, **options: Any) -> tuple[Any, Any]:
    """Thinking and effort of a request."""
    made = body(model=f"anthropic/{model}", **options)
    return made.get("thinking"), made.get("output_config", {}).get("effort")


@pytest.mark.parametrize(
    "model", ["claude-sonnet-4-5-20250929", "claude-opus-4-5", "claude-opus-4-1", "claude-3-7-sonnet-20250219"]
)
@pytest.mark.parametrize(
    ("level", "budget"), [("minimal", 1024), ("low", 2048), ("medium", 8192), ("high", 16384), ("xhigh", 16384)]
)
def test_older_models_are_given_a_budget(model: str, level: str, budget: int) -> None:
    """Each level is a number of tokens."""
    assert asked(model, thinking=level) == ({"type": "enabled", "budget_tokens": budget}, None)


@pytest.mark.parametrize(
    ("model", "level", "thinking", "effort"),
    [
        ("claude-sonnet-4-5", "off", {"type": "disabled"}, None),
        ("claude-opus-4-6", "medium", {"type": "adaptive"}, "medium"),
        ("claude-sonnet-4-6", "xhigh", {"type": "adaptive"}, "max"),
        ("claude-opus-4-7", "minimal", SUMMARY, "low"),
        ("claude-opus-4-8", "xhigh", SUMMARY, "xhigh"),
        ("claude-opus-4-8", "off", {"type": "disabled"}, None),
        ("claude-sonnet-5", "max", SUMMARY, "max"),
        ("claude-opus-5", "off", {"type": "disabled"}, None),
        ("claude-opus-5-5", "off", {"type": "adaptive"}, "low"),
        ("claude-sonnet-5-5", "off", {"type": "between_tools"}, None),
        ("claude-haiku-5-5", "off", {"type": "disabled"}, None),
        ("claude-fable-5-1", "off", {"type": "adaptive"}, "low"),
        ("claude-mythos-5", "high", SUMMARY, "high"),
        ("claude-zeta-9", "high", SUMMARY, "high"),
        ("claude-zeta-9", "off", {"type": "disabled"}, None),
        ("claude-3-5-haiku-20241022", "high", None, None),
    ],
)
def test_a_level_is_written_as_the_family_wants_it(model: str, level: str, thinking: Any, effort: Any) -> None:
    """Adaptive thinking with an effort, or what comes nearest to off."""
    assert asked(model, thinking=level) == (thinking, effort)


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-4-8", "claude-sonnet-5-5"])
def test_nothing_is_said_of_thinking_unasked(model: str) -> None:
    """The model's own default stands."""
    assert asked(model) == (None, None)


def test_a_budget_grows_the_limit_and_leaves_room_for_the_answer() -> None:
    """The limit grows by the budget up to the model's own; then the budget shrinks."""
    small = body(model="anthropic/claude-sonnet-4-5", thinking_budget=2000, max_tokens=1500)
    tiny = body(model="anthropic/claude-sonnet-4-5", thinking="minimal", max_tokens=100)
    large = body(model="anthropic/claude-opus-4-1", thinking_budget=40_000, max_tokens=8000)
    assert [(made["max_tokens"], made["thinking"]["budget_tokens"]) for made in (small, tiny, large)] == [
        (3500, 2000),
        (1124, 1024),
        (32_000, 30_976),
    ]


def test_a_budget_too_small_to_think_with_switches_thinking_off() -> None:
    """The least is 1,024 tokens; what is left out is noted."""
    wire = request(model="anthropic/claude-sonnet-4-5", thinking_budget=100)
    assert ([note.path for note in wire.notes], asked("claude-sonnet-4-5", thinking_budget=100)) == (
        ["options.thinking"],
        ({"type": "disabled"}, None),
    )


def test_a_budget_is_given_to_the_last_models_that_take_one() -> None:
    """4.6 thinks as it sees fit, or with a budget; its thinking is shown by itself."""
    assert asked("claude-opus-4-6", thinking_budget=4096)[0] == {"type": "enabled", "budget_tokens": 4096}


def test_an_effort_wins_over_that_of_the_level() -> None:
    """The level still says that the model thinks."""
    assert asked("claude-opus-4-8", thinking="low", effort="max") == (SUMMARY, "max")


def test_an_effort_without_thinking_is_limited_where_the_family_says_so() -> None:
    """Opus 5 takes at most high while it does not think, Opus 4.8 any."""
    limited, free = (asked(model, thinking="off", effort="max")[1] for model in ("claude-opus-5", "claude-opus-4-8"))
    assert (limited, free) == ("high", "max")


def test_a_model_that_thinks_unasked_is_told_how_to_show_it() -> None:
    """Where a level was not asked for, the display is."""
    assert asked("claude-sonnet-5", thinking_display="summarized")[0] == SUMMARY


def test_who_asks_for_thinking_may_leave_it_hidden() -> None:
    """The option wins over the summary."""
    assert asked("claude-opus-4-8", thinking="high", thinking_display="omitted")[0] == {
        "type": "adaptive",
        "display": "omitted",
    }


@pytest.mark.parametrize(
    ("compat", "level", "thinking"),
    [
        ({}, "medium", {"type": "enabled", "budget_tokens": 8192}),
        ({}, "off", {"type": "disabled"}),
        ({"thinking": "adaptive", "efforts": ("low", "high")}, "minimal", {"type": "adaptive"}),
        ({"thinking": "none"}, "high", None),
    ],
)
def test_an_endpoint_by_url_thinks_as_its_flags_say(compat: dict[str, Any], level: str, thinking: Any) -> None:
    """A budget unless described otherwise, for that is what most imitate."""
    model = HUB.endpoint("http://127.0.0.1:1", "local", api="anthropic-messages", compat=compat)
    assert body(model=model, thinking=level).get("thinking") == thinking


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("us.anthropic.claude-opus-4-6-v1", "claude-opus-4-6"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4-20250514"),
        ("claude-opus-4-5@20251101", "claude-opus-4-5"),
        ("anthropic/claude-haiku-4.5", "claude-haiku-4-5"),
        ("anthropic.claude-v2:1", "claude-2"),
        ("Claude-Opus-5-5", "claude-opus-5-5"),
    ],
)
def test_a_family_is_known_at_every_host(one: str, other: str) -> None:
    """Ids of Bedrock, Vertex and gateways lead to the same family."""
    assert claude_family(one)["max_tokens"] == claude_family(other)["max_tokens"]
    assert claude_family(one)["compat"] == claude_family(other)["compat"]


def test_what_is_no_claude_has_no_family() -> None:
    """Other models of a host are left alone."""
    assert claude_family("meta.llama4-maverick") == {}


@pytest.mark.parametrize(
    ("model", "limit"),
    [
        ("claude-opus-4-20250514", 32_000),
        ("claude-sonnet-4-5", 32_000),
        ("claude-opus-5-5", 32_000),
        ("claude-3-haiku-20240307", 4096),
        ("claude-3-5-sonnet-20241022", 8192),
    ],
)
def test_a_request_always_has_a_limit(model: str, limit: int) -> None:
    """The smaller of the model's own and 32,000 tokens."""
    assert body(model=f"anthropic/{model}")["max_tokens"] == limit
