"""Answers of ConverseStream: every event, and what unified events come of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from bedrock_wire import (
    HUB,
    START,
    chunk,
    closed,
    delta,
    event,
    final,
    frame,
    metadata,
    opened,
    play,
    read,
    said,
    stopped,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater import CodeExecution, Image, ProviderBlock, Source, Text, Thinking, ToolCall, check_grammar
from headwater.testing import CHECKS, Case

END = stopped("end_turn") + metadata()


def base64_of(data: bytes) -> str:
    """Bytes as JSON carries them."""
    return base64.b64encode(data).decode()


def test_blocks_open_with_their_first_delta() -> None:
    """Text and thinking say nothing when they begin; indexes may have gaps, empty text opens nothing."""
    message = read(
        START,
        delta(0, text=""),
        closed(0),
        delta(2, reasoningContent={"text": "so"}),
        delta(2, reasoningContent={"signature": "c2ln"}),
        closed(2),
        event("contentBlockStart", {"contentBlockIndex": 5, "start": {}}),
        said(5, "Hi"),
        END,
    )
    assert message.content == (Thinking("so", "c2ln"), Text("Hi"))


def test_a_signature_without_text_is_a_block() -> None:
    """Models that hide their thinking sign it all the same."""
    message = read(START, delta(0, reasoningContent={"signature": "c2ln"}), closed(0), said(1, "Hi"), END)
    assert message.content == (Thinking("", "c2ln"), Text("Hi"))


def test_redacted_thinking_is_put_together() -> None:
    """Each piece is base64 by itself."""
    pieces = [delta(0, reasoningContent={"redactedContent": base64_of(piece)}) for piece in (b"a", b"bcd", b"e")]
    message = read(START, *pieces, closed(0), delta(1, reasoningContent={"data": base64_of(b"x")}), closed(1), END)
    assert message.content == (
        Thinking("", base64_of(b"abcde"), redacted=True),
        Thinking("", base64_of(b"x"), redacted=True),
    )


@pytest.mark.parametrize("ending", [closed(0) + END, END], ids=["a block that ends", "a block that never does"])
def test_redacted_thinking_of_many_pieces_is_encoded_once(monkeypatch: pytest.MonkeyPatch, ending: bytes) -> None:
    """Not anew with each piece, for which a long one would take the square of its length."""
    pieces = [delta(0, reasoningContent={"redactedContent": base64_of(b"abc")}) for _ in range(9)]
    encode, encoded = base64.b64encode, list[bytes]()

    def counted(data: bytes) -> bytes:
        encoded.append(data)
        return encode(data)

    monkeypatch.setattr(base64, "b64encode", counted)
    assert read(START, *pieces, ending).content == (Thinking("", encode(b"abc" * 9).decode(), redacted=True),)
    assert encoded == [b"abc" * 9]


def test_calls_stream_and_end_with_their_block() -> None:
    """Two of them, the second without arguments."""
    events = play(
        START,
        opened(0, toolUse={"toolUseId": "t1", "name": "weather"}),
        delta(0, toolUse={"input": ""}),
        delta(0, toolUse={"input": '{"place":'}),
        delta(0, toolUse={"input": '"Oslo"}'}),
        closed(0),
        opened(1, toolUse={"toolUseId": "t2", "name": "clock", "type": "tool_use"}),
        closed(1),
        stopped("end_turn"),
        metadata(),
    )
    kinds = [one.type for one in events if one.type.startswith("toolcall")]
    message = final(events)
    assert kinds == [
        *("toolcall_start", "toolcall_delta", "toolcall_delta", "toolcall_end"),
        *("toolcall_start", "toolcall_end"),
    ]
    assert (message.stop_reason, message.tool_calls) == (
        "toolUse",
        [ToolCall("t1", "weather", {"place": "Oslo"}), ToolCall("t2", "clock", {})],
    )


def test_a_call_that_was_cut_is_not_to_be_run() -> None:
    """By the most tokens there may be."""
    message = read(
        START,
        opened(0, toolUse={"toolUseId": "t1", "name": "weather"}),
        delta(0, toolUse={"input": '{"place":'}),
        closed(0),
        stopped("max_tokens"),
        metadata(),
    )
    block = message.content[0]
    assert isinstance(block, ToolCall)
    assert (message.stop_reason, block.incomplete, message.tool_calls) == ("length", True, [])


@pytest.mark.parametrize(
    ("raw", "reason", "kind"),
    [
        ("end_turn", "stop", None),
        ("stop_sequence", "stop", None),
        ("max_tokens", "length", None),
        ("model_context_window_exceeded", "length", None),
        ("guardrail_intervened", "error", "content_filter"),
        ("content_filtered", "error", "content_filter"),
        ("malformed_model_output", "error", "malformed"),
        ("malformed_tool_use", "error", "malformed"),
        ("a_new_reason", "stop", None),
    ],
)
def test_stop_reasons_have_their_meaning(raw: str, reason: str, kind: str | None) -> None:
    """The provider's word is kept; one that nobody knows is a stop where there is content."""
    message = read(START, said(0, "Hi"), stopped(raw), metadata())
    assert (message.stop_reason, message.error.kind if message.error else None) == (reason, kind)
    assert message.raw_stop_reason == raw


def test_a_guardrail_says_why_it_stopped_the_answer() -> None:
    """In the trace, which comes after the stop; it is kept."""
    trace = {"guardrail": {"actionReason": "Guardrail masked."}}
    message = read(START, said(0, "{NAME}"), stopped("guardrail_intervened"), metadata(trace=trace))
    assert message.error is not None
    assert (message.error.code, "Guardrail masked." in message.error.message, message.extra["trace"]) == (
        "guardrail_intervened",
        True,
        trace,
    )


def test_counts_exclude_the_cache_and_tell_its_hours_apart() -> None:
    """With the tier that served the request, and what else stands beside."""
    usage = {
        "inputTokens": 3,
        "outputTokens": 5,
        "totalTokens": 38,
        "cacheReadInputTokens": 10,
        "cacheWriteInputTokens": 20,
        "cacheDetails": [{"ttl": "1h", "inputTokens": 15}, {"ttl": "5m", "inputTokens": 5}],
    }
    latency = {"latency": "optimized"}
    end = metadata(usage, serviceTier={"type": "flex"}, performanceConfig=latency)
    message = read(START, said(0, "Hi"), stopped("end_turn", additionalModelResponseFields={"a": 1}), end)
    counts = message.usage
    assert (counts.input, counts.output, counts.cache_read, counts.cache_write, counts.cache_write_1h) == (
        3,
        5,
        10,
        20,
        15,
    )
    assert (counts.total_tokens, counts.service_tier, counts.provenance) == (38, "flex", "reported")
    assert message.extra == {
        "additionalModelResponseFields": {"a": 1},
        "metrics": {"latencyMs": 5},
        "performanceConfig": latency,
    }


def test_metadata_may_come_before_the_stop() -> None:
    """Its place is not promised."""
    message = read(START, said(0, "Hi"), metadata(), stopped("end_turn"))
    assert (message.stop_reason, message.usage.output) == ("stop", 7)


def test_without_metadata_the_answer_is_whole_and_its_usage_is_not_known() -> None:
    """Where the bytes end as they should."""
    message = read(START, said(0, "Hi"), stopped("end_turn"))
    assert (message.stop_reason, message.usage.provenance) == ("stop", "partial")


@pytest.mark.parametrize("frames", [[START], [START, said(0, "Hi")], [START, said(0, "Hi"), metadata()]])
def test_without_a_stop_the_answer_is_cut(frames: list[bytes]) -> None:
    """What came is kept."""
    message = read(*frames)
    assert message.error is not None
    assert message.error.kind == "truncated"


def test_cited_text_shows_its_sources_and_keeps_them() -> None:
    """Documents by their number, search results by their source, pages by their URL."""
    citations = [
        {
            "title": "Report",
            "sourceContent": [{"text": "It "}, {"text": "rains."}],
            "location": {"documentChar": {"documentIndex": 1, "start": 2, "end": 4}},
        },
        {"source": "s1", "title": "Found", "location": {"searchResultLocation": {"searchResultIndex": 0}}},
        {"location": {"web": {"url": "https://example.org", "domain": "example.org"}}},
    ]
    message = read(START, delta(0, text="Rain"), *(delta(0, citation=one) for one in citations), closed(0), END)
    text = message.content[0]
    assert isinstance(text, Text)
    assert (text.text, text.extra["citations"]) == ("Rain", citations)
    sources = [block for block in message.content if isinstance(block, Source)]
    assert [(one.uri, one.title, one.snippet, one.kind) for one in sources] == [
        ("document:1", "Report", "It rains.", "document"),
        ("s1", "Found", None, "search_result"),
        ("https://example.org", None, None, "web"),
    ]


def test_a_picture_comes_in_pieces() -> None:
    """Put together when its block is over."""
    message = read(
        START,
        opened(0, image={"format": "jpeg"}),
        delta(0, image={"source": {"bytes": base64_of(b"abc")}}),
        delta(0, image={"source": {"bytes": base64_of(b"d")}}),
        closed(0),
        opened(1, image={"format": "png"}),
        delta(1, image={"error": {"message": "too dark"}}),
        closed(1),
        END,
    )
    assert message.content == (Image(base64_of(b"abcd"), "image/jpeg"), Image())


CODE_RESULT = {"stdOut": "42", "stdErr": "", "exitCode": 0, "isError": False}


def test_code_that_bedrock_ran_is_shown_and_kept() -> None:
    """The call as a block of the provider's, the result with the executed code."""
    message = read(
        START,
        opened(0, toolUse={"toolUseId": "s1", "name": "nova_code_interpreter", "type": "server_tool_use"}),
        delta(0, toolUse={"input": '{"snippet": "6*7"}'}),
        closed(0),
        opened(1, toolResult={"toolUseId": "s1", "type": "nova_code_interpreter_result", "status": "success"}),
        delta(1, toolResult=[{"json": CODE_RESULT}]),
        closed(1),
        said(2, "42"),
        END,
    )
    call, code, _ = message.content
    assert isinstance(call, ProviderBlock)
    assert isinstance(code, CodeExecution)
    assert (call.name, call.id, call.raw["input"]) == ("server_tool_use", "s1", {"snippet": "6*7"})
    assert (code.code, code.output, code.error, code.success) == ("6*7", "42", None, True)
    assert code.extra["toolResult"]["content"] == [{"json": CODE_RESULT}]
    assert message.tool_calls == []


def test_the_result_of_another_tool_of_bedrocks_is_kept() -> None:
    """As a block of its own."""
    message = read(
        START,
        opened(0, toolUse={"toolUseId": "s1", "name": "nova_grounding", "type": "server_tool_use"}),
        closed(0),
        opened(1, toolResult={"toolUseId": "s1", "type": "nova_grounding_result"}),
        delta(1, toolResult=[{"text": "a"}]),
        delta(1, toolResult=[{"text": "b"}]),
        closed(1),
        END,
    )
    result = message.content[1]
    assert isinstance(result, ProviderBlock)
    assert (result.name, result.raw["content"]) == ("nova_grounding_result", [{"text": "a"}, {"text": "b"}])


def test_what_nobody_knows_is_passed_over() -> None:
    """Events, deltas and fields."""
    message = read(
        event("futureEvent", {"a": [1]}),
        START,
        delta(0, hologram={"x": 1}),
        said(0, "Hi"),
        frame(b"", message_type="event"),
        chunk({"type": "message_start"}),
        END,
    )
    assert (message.text, message.stop_reason) == ("Hi", "stop")


def test_a_value_of_an_unexpected_type_is_used_not_lost() -> None:
    """Numbers where text belongs."""
    message = read(START, delta(0, text=7), closed(0), END)
    assert message.text == "7"


@given(
    st.lists(
        st.sampled_from(
            ["contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]
        ).flatmap(
            lambda name: st.tuples(
                st.just(name),
                st.dictionaries(
                    st.sampled_from(["contentBlockIndex", "start", "delta", "stopReason", "usage", "trace"]),
                    st.recursive(
                        st.none() | st.integers() | st.text(max_size=5),
                        lambda inner: (
                            st.lists(inner, max_size=2)
                            | st.dictionaries(
                                st.sampled_from(
                                    ["toolUse", "toolResult", "text", "image", "citation", "reasoningContent"]
                                ),
                                inner,
                                max_size=2,
                            )
                        ),
                        max_leaves=6,
                    ),
                ),
            )
        ),
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_frames_however_strange_break_the_order_of_events(frames: list[tuple[str, Any]]) -> None:
    """There is always one terminal event."""
    body = b"".join(event(name, payload) for name, payload in frames)
    events = list(HUB.decode("amazon-bedrock/any.model", body))
    check_grammar(events)
    assert events[-1].type in ("done", "error")
    json.dumps([one.type for one in events])


BODY = START + delta(0, reasoningContent={"text": "so"}) + closed(0) + said(1, "Hi") + stopped("end_turn")


@pytest.mark.parametrize("check", CHECKS)
def test_an_answer_passes_the_conformance_check(check: str) -> None:
    """Split, cut, aborted, damaged, with its key searched for."""
    case = Case("converse", "amazon-bedrock/any.model", BODY + metadata(), terminal_offset=len(BODY))
    CHECKS[check](case, HUB)
