"""The pen: how an answer ends - stop reasons, failures, usage - and what comes beside text and calls."""

from __future__ import annotations

from typing import Any

import pytest
from core_fake import fake_model
from core_pen import end, make_pen, told

from headwater import CodeExecution, Cost, Image, Note, Price, Source, Usage

# -- stop reasons


@pytest.mark.parametrize("reason", ["stop", "length", "toolUse"])
def test_a_stop_reason_is_kept_with_the_providers_word(reason: Any) -> None:
    """Our word decides the event, the provider's own stands beside it."""
    pen = make_pen()
    pen.text("a")
    pen.stop(reason, "their_word")
    message = end(pen)[1]
    assert (message.stop_reason, message.raw_stop_reason, message.error) == (reason, "their_word", None)


@pytest.mark.parametrize("reason", [None, "stop"])
def test_a_stop_with_calls_is_a_use_of_tools(reason: Any) -> None:
    """Servers that say stop, or nothing, after a call mean that it is to be run."""
    pen = make_pen()
    pen.tool_call(0, "a", "f", "{}")
    if reason:
        pen.stop(reason)
    assert end(pen)[1].stop_reason == "toolUse"


def test_an_answer_without_a_word_is_a_stop() -> None:
    """A terminal signal without any reason ends well, and no reason is made up for the provider."""
    pen = make_pen()
    pen.text("a")
    message = end(pen)[1]
    assert (message.stop_reason, message.raw_stop_reason) == ("stop", None)


def test_an_unknown_reason_after_content_is_a_stop() -> None:
    """A word nobody knows does not spoil an answer."""
    pen = make_pen()
    pen.text("a")
    pen.stop(None, "new_word")
    message = end(pen)[1]
    assert (message.stop_reason, message.raw_stop_reason, message.error) == ("stop", "new_word", None)


def test_an_unknown_reason_without_content_is_an_error() -> None:
    """No answer and a word nobody knows is no success."""
    pen = make_pen()
    pen.stop(None, "new_word")
    message = end(pen)[1]
    assert message.error is not None
    assert (message.stop_reason, message.error.kind) == ("error", "unknown")
    assert "new_word" in message.error.message


@pytest.mark.parametrize(
    ("reason", "kind", "stop_reason"),
    [
        ("content_filter", "content_filter", "error"),
        ("overloaded", "overloaded", "error"),
        ("aborted", "aborted", "aborted"),
        ("error", "unknown", "error"),
    ],
)
def test_a_reason_that_is_a_failure_makes_the_message_one(reason: Any, kind: str, stop_reason: str) -> None:
    """Content filters and the like end as errors of their kind, with all that came."""
    pen = make_pen()
    pen.text("a")
    pen.stop(reason, "their_word")
    message = end(pen)[1]
    assert message.error is not None
    assert (message.error.kind, message.stop_reason, message.text, message.raw_stop_reason) == (
        kind,
        stop_reason,
        "a",
        "their_word",
    )


# -- failures


def test_without_the_terminal_signal_an_answer_is_truncated() -> None:
    """A reason alone is not the signal; what came is kept, nothing is closed."""
    pen = make_pen()
    pen.text("a")
    pen.stop("stop")
    events, message = end(pen, complete=False)
    assert message.error is not None
    assert (message.error.kind, message.error.retryable, message.text) == ("truncated", True, "a")
    assert events == [("text_start", 0), ("text_delta", 0, "a")]


def test_the_first_failure_stays() -> None:
    """What follows a failure explains nothing."""
    pen = make_pen()
    pen.fail("server", "broke")
    pen.fail("network", "went away")
    pen.fail_with({"error": {"message": "later", "code": "insufficient_quota"}})
    error = end(pen)[1].error
    assert error is not None
    assert (error.kind, error.message, error.provider, error.model) == ("server", "fake/m broke", "fake", "m")


def test_an_error_after_the_signal_wins() -> None:
    """A provider may still fail after its finish reason."""
    pen = make_pen()
    pen.text("a")
    pen.stop("stop")
    pen.complete()
    pen.fail_with({"error": {"message": "boom", "type": "overloaded_error"}})
    error = end(pen)[1].error
    assert error is not None
    assert error.kind == "overloaded"


def test_the_providers_own_codes_come_first() -> None:
    """A code the provider explains is worth more than its common meaning."""
    pen = make_pen(codes={"overloaded": "quota"})
    pen.fail_with({"error": {"code": "Overloaded", "message": "no"}})
    assert pen.error is not None
    assert (pen.error.kind, pen.error.code) == ("quota", "Overloaded")


def test_no_secret_gets_into_a_failure() -> None:
    """Words of the provider that repeat the key come without it."""
    pen = make_pen()
    pen.secrets = ("s3cret-s3cret",)
    pen.fail("server", "said s3cret-s3cret")
    other = make_pen()
    other.secrets = ("s3cret-s3cret",)
    other.fail_with({"error": {"message": "bad key s3cret-s3cret", "code": "x-s3cret-s3cret"}}, 401)
    assert pen.error is not None
    assert other.error is not None
    assert "s3cret" not in repr((pen.error, other.error))


def test_finishing_twice_changes_nothing() -> None:
    """The message is made once."""
    pen = make_pen()
    pen.complete()
    pen.finish()
    first, written = pen.final, pen.take()
    pen.fail("server", "too late")
    pen.finish()
    assert (pen.final is first, len(written), pen.take()) == (True, 1, [])


def test_what_describes_the_request_is_in_the_message() -> None:
    """Provider, api, the model asked for, the time and the notes."""
    pen = make_pen()
    pen.notes = (Note("dropped", "options.seed", "unknown here"),)
    message = end(pen)[1]
    assert (message.provider, message.api, message.model, message.timestamp, message.notes) == (
        "fake",
        "fake",
        "m",
        1000,
        (Note("dropped", "options.seed", "unknown here"),),
    )


# -- usage


def test_usage_is_told_once_before_the_end() -> None:
    """Counts are cumulative: the latest wins, None keeps what was there, the total is their sum."""
    pen = make_pen()
    pen.usage(input=3, cache_read=4)
    pen.usage(input=5, output=1)
    pen.usage(input=None, output=7, reasoning=2)
    events, message = end(pen)
    expected = Usage(input=5, output=7, cache_read=4, total_tokens=16, reasoning=2, provenance="reported")
    assert (events, message.usage) == ([("usage", expected)], expected)


def test_a_reported_total_is_kept() -> None:
    """A total that is no sum is the provider's business."""
    pen = make_pen()
    pen.usage(input=1, output=1, total_tokens=9)
    assert end(pen)[1].usage.total_tokens == 9


def test_no_usage_is_absent_and_not_told() -> None:
    """Nothing is made up where the provider told nothing."""
    pen = make_pen()
    events, message = end(pen)
    assert (events, message.usage) == ([], Usage(provenance="absent"))


def test_usage_that_is_missing_after_a_break_is_partial() -> None:
    """The signal came, the connection broke before the counts: zero means nothing here."""
    pen = make_pen()
    pen.text("a")
    message = end(pen, clean=False)[1]
    assert (message.stop_reason, message.usage) == ("stop", Usage(provenance="partial"))


def test_usage_that_came_before_a_break_is_reported() -> None:
    """The counts were there, the break after the signal takes nothing away."""
    pen = make_pen()
    pen.usage(input=1, output=2)
    assert end(pen, clean=False)[1].usage.provenance == "reported"


@pytest.mark.parametrize("clean", [True, False])
def test_counts_of_an_answer_that_was_cut_are_partial(clean: bool) -> None:
    """A count from the beginning of the answer is not its last, however the bytes ended."""
    pen = make_pen()
    pen.usage(input=5, output=1)
    pen.text("a")
    message = end(pen, complete=False, clean=clean)[1]
    assert (message.usage.provenance, message.usage.input, message.usage.output) == ("partial", 5, 1)


def test_counts_of_a_whole_answer_that_failed_are_reported() -> None:
    """A content filter at the end does not make the last count less than the last."""
    pen = make_pen()
    pen.text("a")
    pen.usage(input=5, output=1)
    pen.stop("content_filter")
    assert end(pen)[1].usage.provenance == "reported"


def test_a_parser_may_know_that_its_counts_are_partial() -> None:
    """The protocol tells when the last count is missing."""
    pen = make_pen()
    pen.usage(input=1, provenance="partial", service_tier="flex")
    usage = end(pen)[1].usage
    assert (usage.provenance, usage.service_tier) == ("partial", "flex")


def test_usage_is_priced_by_its_tier() -> None:
    """The cost follows the model's price and the tier that served the request."""
    price = Price(input=1.0, output=2.0, service_tiers={"flex": 0.5})
    pen = make_pen(model=fake_model(price=price))
    pen.usage(input=1_000_000, output=500_000, service_tier="flex")
    assert end(pen)[1].usage.cost == Cost(input=0.5, output=0.5, total=1.0)


def test_a_count_of_unknown_name_is_refused_where_it_is_written() -> None:
    """The mistake shows in the parser that made it, not at the end of the stream."""
    pen = make_pen()
    with pytest.raises(TypeError, match="tokens"):
        pen.usage(tokens=3)
    assert end(pen)[1].usage.provenance == "absent"


# -- sources, code, images, status


def test_a_source_is_told_once_and_leaves_the_text_open() -> None:
    """Citations come between deltas of the same text; the same one twice is one."""
    pen = make_pen()
    pen.text("a")
    pen.source("https://x", "X", rank=1)
    pen.source("https://x", "X again")
    pen.source("https://x", "X", "another passage")
    pen.text("b")
    events, message = end(pen)
    first = Source("https://x", "X", extra={"rank": 1})
    assert [event[0] for event in events] == ["text_start", "text_delta", "source", "source", "text_delta", "text_end"]
    assert (events[2], message.text, message.content[1]) == (("source", 1, first), "ab", first)


def test_code_comes_again_when_its_result_is_known() -> None:
    """The same key is the same block, each time with all that is known."""
    pen = make_pen()
    pen.code_execution("k", code="1+1")
    pen.code_execution("k", output="2", success=True)
    pen.code_execution("other", output="?")
    events, message = end(pen)
    done = CodeExecution("1+1", output="2", success=True)
    assert events == [
        ("code_execution", 0, CodeExecution("1+1")),
        ("code_execution", 0, done),
        ("code_execution", 1, CodeExecution("", output="?")),
    ]
    assert message.content == (done, CodeExecution("", output="?"))


def test_an_image_goes_through_its_stages() -> None:
    """A preview is replaced by the final image; without a key each image is its own."""
    pen = make_pen()
    pen.image("start", "k")
    pen.image("progress", "k", progress=0.5, data="cHJl", mime_type="image/png")
    pen.image("complete", "k", data="ZmluYWw=", mime_type="image/png")
    pen.image("complete", url="https://x/i.png")
    events, message = end(pen)
    final = Image("ZmluYWw=", "image/png")
    assert [event[1:5] for event in events] == [
        (0, "start", None, None),
        (0, "progress", Image("cHJl", "image/png"), 0.5),
        (0, "complete", final, None),
        (1, "complete", Image(url="https://x/i.png"), None),
    ]
    assert message.content == (final, Image(url="https://x/i.png"))


def test_an_image_that_failed_says_why() -> None:
    """The stage error carries the provider's words; a preview that came is kept."""
    pen = make_pen()
    pen.image("progress", "k", data="cHJl")
    pen.image("error", "k", message="no capacity")
    events, message = end(pen)
    assert (events[1], message.content) == (("image", 0, "error", None, None, "no capacity"), (Image("cHJl"),))


def test_status_is_no_content() -> None:
    """It is told and not kept."""
    pen = make_pen()
    pen.status("queued", place=3)
    assert (told(pen.take()), end(pen)[1].content) == ([("status", "queued", {"place": 3})], ())
