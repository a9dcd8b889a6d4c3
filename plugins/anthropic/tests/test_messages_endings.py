"""How answers of Messages end: counts, stop reasons, and what stands beside the answer."""

from __future__ import annotations

from typing import Any

import pytest
from messages_wire import HUB, MODEL, START, STOP, ended, read, said

from headwater import from_json, to_json


def test_counts_are_cumulative_and_the_start_stands_where_nothing_new_is_said() -> None:
    """Null and missing counts change nothing; the hour's part of what was cached is told apart."""
    start = {
        **START,
        "message": {
            **START["message"],
            "usage": {
                "input_tokens": 10,
                "output_tokens": 1,
                "cache_creation_input_tokens": 30,
                "cache_read_input_tokens": 5,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
                "service_tier": "priority",
            },
        },
    }
    first = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 4, "input_tokens": None}}
    last = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 9, "input_tokens": 12, "output_tokens_details": {"thinking_tokens": 3}},
    }
    usage = read(start, *said(0, "Hi"), first, last, STOP).usage
    assert (
        (usage.input, usage.output, usage.cache_read, usage.cache_write, usage.cache_write_1h, usage.total_tokens),
        (usage.reasoning, usage.service_tier, usage.provenance),
    ) == ((12, 9, 5, 30, 20, 56), (3, "priority", "reported"))


def test_a_fast_answer_is_served_in_a_tier_of_its_own() -> None:
    """Fast answers have prices of their own."""
    start = {
        **START,
        "message": {**START["message"], "usage": {"input_tokens": 1, "output_tokens": 1, "speed": "fast"}},
    }
    assert read(start, *said(0, "Hi"), ended("end_turn"), STOP).usage.service_tier == "fast"


def test_counts_of_the_start_alone_are_partial() -> None:
    """A server that never says its last count has not counted the answer."""
    message = read(START, *said(0, "Hi"), {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, STOP)
    assert (message.stop_reason, message.usage.provenance) == ("stop", "partial")


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "stop"),
        ("compaction", "stop"),
        ("brand_new", "stop"),
    ],
)
def test_a_stop_reason_has_one_meaning_and_is_kept(reason: str, wanted: str) -> None:
    """Ours and the provider's own word."""
    message = read(START, *said(0, "Hi"), ended(reason, stop_sequence="END"), STOP)
    assert (message.stop_reason, message.raw_stop_reason, message.extra["stop_sequence"]) == (wanted, reason, "END")


def test_an_empty_answer_may_end_well() -> None:
    """The model had nothing to add."""
    message = read(START, ended("end_turn"), STOP)
    assert (message.stop_reason, message.content) == ("stop", ())


def test_a_refusal_is_an_error_with_its_reason() -> None:
    """The category is the code, the explanation is told, and the details are kept."""
    details = {"type": "refusal", "category": "bio", "explanation": "Not this.", "recommended_model": "claude-opus-4-8"}
    message = read(START, *said(0, "Well"), ended("refusal", stop_details=details), STOP)
    error = message.error
    assert error is not None
    assert (error.kind, error.code, error.message, message.text, message.raw_stop_reason, message.extra) == (
        "content_filter",
        "bio",
        f"{MODEL} refused (bio): Not this.",
        "Well",
        "refusal",
        {"stop_details": details},
    )


@pytest.mark.parametrize("odd", [5, True, [None], {"a": 1}, ""])
def test_a_refusal_of_an_odd_category_is_one_all_the_same(odd: Any) -> None:
    """The message can be stored and loaded."""
    message = read(START, *said(0, "Well"), ended("refusal", stop_details={"type": "refusal", "category": odd}), STOP)
    assert message.error is not None
    assert (message.error.code, from_json(to_json(message))) == ("refusal", message)


def test_an_endpoints_own_stop_reason_has_the_meaning_it_is_given() -> None:
    """A compat flag names it."""
    model = HUB.endpoint(
        "http://127.0.0.1:1",
        "local",
        api="anthropic-messages",
        compat={"stop_reasons": {"sensitive": "content_filter"}},
    )
    message = read(START, *said(0, "Hi"), ended("sensitive"), STOP, model=model)
    assert message.error is not None
    assert message.error.kind == "content_filter"


def test_an_endpoint_without_a_terminal_signal_ends_with_its_bytes() -> None:
    """A compat flag says so."""
    model = HUB.endpoint("http://127.0.0.1:1", "local", api="anthropic-messages", compat={"needs_stop": False})
    message = read(START, *said(0, "Hi"), ended("end_turn"), model=model)
    assert (message.stop_reason, message.text) == ("stop", "Hi")


def test_what_stands_beside_the_answer_is_kept() -> None:
    """Container, edits of the context, dropped thinking, and counts that are none of ours."""
    dropped = [{"type": "thinking_dropped", "path": "messages.1.content.0", "reason": "model_binding_mismatch"}]
    start = {**START, "message": {**START["message"], "input_transformations": dropped}}
    end: dict[str, Any] = ended("end_turn", container={"id": "c1"})
    end["context_management"] = {"applied_edits": []}
    end["usage"]["server_tool_use"] = {"web_search_requests": 1}
    assert read(start, *said(0, "Hi"), end, STOP).extra == {
        "container": {"id": "c1"},
        "context_management": {"applied_edits": []},
        "input_transformations": dropped,
        "usage_details": {"server_tool_use": {"web_search_requests": 1}},
    }


def test_think_tags_in_text_become_thinking() -> None:
    """The option works with blocks that have an index."""
    message = read(START, *said(0, "<think>hm</think>Hi"), ended("end_turn"), STOP, think_tags=True)
    assert (message.thinking, message.text) == ("hm", "Hi")
