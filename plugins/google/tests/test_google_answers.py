"""Answers written by hand: parts of every kind, and all the ways an answer can end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google_wire import (
    HUB,
    MODEL,
    OTHER_SIGNATURE,
    SIGNATURE,
    STOPPED,
    call,
    chunk,
    decode,
    failure,
    final,
    play,
    read,
    sse,
)

from headwater import CodeExecution, Image, ProviderBlock, Source, Status, Text, Thinking, ToolCall, loads
from headwater_google._reasons import FINISH_REASONS


def blocks(*events: Any) -> list[Any]:
    """The content of the message an answer ends in."""
    return list(read(*events).content)


# -- parts


def test_text_and_thinking_are_blocks_of_their_own() -> None:
    """A block lasts until another kind comes."""
    made = blocks(
        chunk({"text": "Hm", "thought": True}),
        chunk({"text": "m.", "thought": True}, {"text": "Yes"}),
        chunk({"text": "."}),
        STOPPED,
    )
    assert made == [Thinking("Hmm."), Text("Yes.")]


def test_a_signature_ends_the_block_it_is_on() -> None:
    """Parts that carry one are never joined to what follows."""
    made = blocks(
        chunk({"text": "One"}),
        chunk({"text": " two.", "thoughtSignature": SIGNATURE}),
        chunk({"text": " Three."}),
        STOPPED,
    )
    assert made == [Text("One two.", SIGNATURE), Text(" Three.")]


def test_a_signature_on_an_empty_part_belongs_to_the_text_before_it() -> None:
    """So it comes at the end of an answer."""
    made = blocks(chunk({"text": "Four."}), chunk({"text": "", "thoughtSignature": SIGNATURE}, finish="STOP"))
    assert made == [Text("Four.", SIGNATURE)]


def test_a_signature_on_an_empty_part_after_a_call_is_kept_on_its_own() -> None:
    """The call keeps its signature, and the empty part has one too."""
    made = blocks(
        chunk(call("f", id="1", signature=SIGNATURE)),
        chunk({"text": "", "thoughtSignature": OTHER_SIGNATURE}, finish="STOP"),
    )
    assert made == [ToolCall("1", "f", {}, SIGNATURE), Text("", OTHER_SIGNATURE)]


def test_a_signature_on_an_empty_thought_is_kept() -> None:
    """Thinking that is not shown is signed all the same."""
    made = blocks(chunk({"text": "", "thought": True, "thoughtSignature": SIGNATURE}), chunk({"text": "Hi"}), STOPPED)
    assert made == [Thinking("", SIGNATURE), Text("Hi")]


def test_parallel_calls_of_one_chunk() -> None:
    """The first is signed, the others are not, and all are to be run."""
    message = read(
        chunk(call("f", id="1", args={"a": 1}, signature=SIGNATURE), call("f", id="2", args={"a": 2})), STOPPED
    )
    assert list(message.content) == [ToolCall("1", "f", {"a": 1}, SIGNATURE), ToolCall("2", "f", {"a": 2})]
    assert (message.stop_reason, message.raw_stop_reason) == ("toolUse", "STOP")


def test_ids_that_are_missing_or_come_again_are_minted() -> None:
    """No two calls of a message share an id."""
    message = read(chunk(call("f", id="1"), call("f", id="1"), call("g"), call("g")), STOPPED)
    ids = [one.id for one in message.tool_calls]
    assert (ids[0], len(set(ids))) == ("1", 4)


def test_code_and_its_results() -> None:
    """The parts are kept as they came, several results are joined, and a failure counts."""
    code: dict[str, Any] = {"executableCode": {"language": "PYTHON", "code": "go()"}, "thoughtSignature": SIGNATURE}
    well: dict[str, Any] = {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}}
    badly: dict[str, Any] = {"codeExecutionResult": {"outcome": "OUTCOME_FAILED", "output": "oops"}}
    made = blocks(chunk({"text": "So:"}), chunk(code), chunk(well), chunk(badly), chunk({"text": "Oh."}), STOPPED)
    parts = [code, well, badly]
    execution = CodeExecution("go()", "python", "1\noops", False, "oops", None, {"parts": parts})
    assert made == [Text("So:"), execution, Text("Oh.")]


def test_code_that_took_too_long() -> None:
    """Without output, the outcome is the error."""
    late = {"codeExecutionResult": {"outcome": "OUTCOME_DEADLINE_EXCEEDED"}}
    (execution,) = blocks(chunk({"executableCode": {"code": "go()", "id": "c"}}), chunk(late), STOPPED)
    assert (execution.success, execution.error, execution.id) == (False, "OUTCOME_DEADLINE_EXCEEDED", "c")


def test_an_image_is_told_apart_from_its_drafts() -> None:
    """A draft belongs to the thinking and is not shown; the image keeps its signature."""
    draft = {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thought": True}
    image = {"inlineData": {"mimeType": "image/png", "data": "AQ=="}, "thoughtSignature": SIGNATURE}
    made = blocks(chunk(draft), chunk({"text": "Here:"}, image), STOPPED)
    assert made == [Text("Here:"), Image("AQ==", "image/png", extra={"thoughtSignature": SIGNATURE})]


@pytest.mark.parametrize(
    "part",
    [
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AA=="}},
        {"toolCall": {"id": "s1", "toolType": "FILE_SEARCH"}, "thoughtSignature": SIGNATURE},
        {"toolResponse": {"id": "s1", "toolType": "FILE_SEARCH", "response": {"a": 1}}},
        {"fileData": {"fileUri": "gs://bucket/a", "mimeType": "video/mp4"}},
        {"somethingNew": {"id": "n", "deep": [1, {"a": None}]}},
    ],
    ids=lambda part: next(iter(part)),
)
def test_other_parts_are_kept_as_they_came(part: dict[str, Any]) -> None:
    """Sound, the provider's own tools, and what nobody has heard of."""
    name = next(iter(part))
    made = blocks(chunk({"text": "a"}), chunk(part), chunk({"text": "b"}), STOPPED)
    assert made == [Text("a"), ProviderBlock(name, part, part[name].get("id")), Text("b")]


def test_a_chunk_of_many_unknown_parts_is_read_once_more_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each part, for which a long one would take the square of its length."""
    parts: list[dict[str, Any]] = [{"unheardOf": {"number": number}} for number in range(9)]
    read_again: list[bytes] = []

    def counted(data: bytes) -> Any:
        read_again.append(data)
        return loads(data)

    monkeypatch.setattr("headwater_google._generate_parser.loads", counted)
    assert blocks(chunk(*parts), STOPPED) == [ProviderBlock("unheardOf", part) for part in parts]
    assert len(read_again) == 1


def test_a_part_of_nothing_is_nothing() -> None:
    """Neither an empty part nor one with a signature alone opens a block."""
    assert blocks(chunk({}, {"thoughtSignature": SIGNATURE}, {"text": ""}), STOPPED) == []


def test_the_first_candidate_is_read() -> None:
    """Others are another answer."""
    two = [{"index": 0, "content": {"parts": [{"text": "a"}]}}, {"index": 1, "content": {"parts": [{"text": "b"}]}}]
    assert read({"candidates": two}, {"candidates": two[::-1]}, STOPPED).text == "aa"


# -- sources


def test_grounding_becomes_sources() -> None:
    """Pages, documents, places and images, each with what of the answer rests on it, and told once."""
    segment = {"startIndex": 0, "endIndex": 3, "text": "Yes"}
    metadata: dict[str, Any] = {
        "webSearchQueries": ["why"],
        "groundingChunks": [
            {"web": {"uri": "https://a.example", "title": "A", "domain": "a.example"}},
            {"retrievedContext": {"text": "Paris", "fileSearchStore": "fileSearchStores/x"}},
            {"maps": {"uri": "https://maps.example", "title": "Here", "placeId": "p"}},
            {"image": {"sourceUri": "https://b.example", "imageUri": "https://b.example/i.png"}},
        ],
        "groundingSupports": [{"segment": segment, "groundingChunkIndices": [0]}],
    }
    said = chunk({"text": "Yes"}, finish="STOP", groundingMetadata=metadata)
    events = play(chunk({"text": ""}, groundingMetadata={}), said, said)
    message = final(events)
    assert [block for block in message.content if isinstance(block, Source)] == [
        Source("https://a.example", "A", None, "web", {"domain": "a.example", "segments": [segment]}),
        Source("fileSearchStores/x", None, "Paris", "document", {"fileSearchStore": "fileSearchStores/x"}),
        Source("https://maps.example", "Here", None, "place", {"placeId": "p"}),
        Source("https://b.example", None, None, "image", {"imageUri": "https://b.example/i.png"}),
    ]
    assert message.extra["groundingMetadata"] == metadata
    assert [event.data for event in events if isinstance(event, Status)] == [{"queries": ["why"]}] * 2


def test_pages_that_were_read_and_not() -> None:
    """A page that was read is a source, one that was not is told of."""
    pages = [
        {"retrievedUrl": "https://a.example", "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"},
        {"retrievedUrl": "https://b.example", "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_PAYWALL"},
    ]
    events = play(chunk({"text": "a"}, urlContextMetadata={"urlMetadata": pages}), STOPPED)
    told = [event.data for event in events if isinstance(event, Status)]
    assert [block for block in final(events).content if isinstance(block, Source)] == [
        Source("https://a.example", kind="page")
    ]
    assert told == [{"url": "https://b.example", "reason": "URL_RETRIEVAL_STATUS_PAYWALL"}]


@pytest.mark.parametrize("field", ["citations", "citationSources"])
def test_citations_become_sources(field: str) -> None:
    """Under both names, by their title where they have no address."""
    cited = [{"startIndex": 3, "uri": "https://a.example", "license": "mit"}, {"title": "A book"}, {"startIndex": 9}]
    made = blocks(chunk({"text": "a"}, finish="STOP", citationMetadata={field: cited}))
    assert made[1:] == [
        Source("https://a.example", None, None, "citation", {"startIndex": 3, "license": "mit"}),
        Source("A book", "A book", None, "citation"),
    ]


# -- counts


def test_counts_are_typed_and_the_last_one_stays() -> None:
    """Cached tokens are part of the prompt, thinking is not part of the answer, and fields vanish in between."""
    first = {"promptTokenCount": 10, "cachedContentTokenCount": 4, "thoughtsTokenCount": 3, "totalTokenCount": 13}
    second = {"promptTokenCount": 10, "totalTokenCount": 10, "candidatesTokenCount": 2}
    third = {"candidatesTokenCount": 5, "toolUsePromptTokenCount": 7, "totalTokenCount": 25, "serviceTier": "flex"}
    usage = read(
        chunk({"text": "a"}, usage=first), chunk({"text": "b"}, usage=second), chunk({}, finish="STOP", usage=third)
    ).usage
    assert (usage.input, usage.output, usage.cache_read, usage.cache_write) == (13, 8, 4, 0)
    assert (usage.reasoning, usage.total_tokens, usage.service_tier, usage.provenance) == (3, 25, "flex", "reported")


def test_counts_of_an_answer_that_was_cut_are_partial() -> None:
    """They are the last that came, and marked."""
    usage = read(chunk({"text": "a"}, usage={"promptTokenCount": 9, "candidatesTokenCount": 1})).usage
    assert (usage.input, usage.output, usage.provenance) == (9, 1, "partial")


@pytest.mark.parametrize("traffic", ["ON_DEMAND", "SOMETHING_NEW"])
def test_the_kind_of_traffic_alone_counts_nothing(traffic: str) -> None:
    """Vertex AI begins with it."""
    assert read(chunk({"text": "a"}, finish="STOP", usage={"trafficType": traffic})).usage.provenance == "absent"


# -- endings


def test_the_answer_names_itself() -> None:
    """Id and model, as soon as they are known."""
    message = read({"candidates": [], "responseId": "r9"}, {"modelVersion": "gemini-3-flash-001"}, STOPPED)
    assert (message.response_id, message.response_model) == ("r9", "gemini-3-flash-001")


@pytest.mark.parametrize(("reason", "means"), FINISH_REASONS.items())
def test_every_finish_reason_has_a_meaning(reason: str, means: str) -> None:
    """A stop or the limit end well, others are errors of a kind that says what to do."""
    message = read(chunk({"text": "a"}, finish=reason, finishMessage="because"))
    got = message.stop_reason if message.error is None else message.error.kind
    assert (got, message.raw_stop_reason, message.text) == (means, reason, "a")


def test_the_vendors_finish_reasons_are_all_known() -> None:
    """None of the vendor's enumeration is unknown here, and none here unknown there."""
    types = pytest.importorskip("google.genai.types")
    assert {*FINISH_REASONS, "FINISH_REASON_UNSPECIFIED"} == {reason.value for reason in types.FinishReason}


def test_an_error_of_a_finish_reason_says_more() -> None:
    """The provider's words, and the categories that struck."""
    rating = {"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH", "blocked": True}
    kind, words = failure(chunk({"text": "a"}, finish="SAFETY", finishMessage="No.", safetyRatings=[rating]))
    assert (kind, "SAFETY: No., HARM_CATEGORY_HARASSMENT" in words) == ("content_filter", True)


def test_a_failed_answer_offers_no_calls() -> None:
    """A call beside a finish reason that is an error is not to be run."""
    message = read(chunk(call("f"), finish="MALFORMED_FUNCTION_CALL"))
    assert (message.error and message.error.kind, message.error and message.error.retryable) == ("malformed", True)
    assert message.stop_reason == "error"


def test_an_unknown_finish_reason_is_a_stop_when_there_is_content() -> None:
    """Without content it is an error."""
    assert read(chunk({"text": "a"}, finish="NEW")).stop_reason == "stop"
    assert failure(chunk(finish="NEW"))[0] == "unknown"


def test_a_stop_without_content_is_an_empty_answer() -> None:
    """It happens after results of tools."""
    message = read(chunk(finish="STOP", usage={"promptTokenCount": 3, "totalTokenCount": 3}))
    assert (message.stop_reason, message.content, message.error) == ("stop", (), None)


def test_a_blocked_prompt_is_an_error() -> None:
    """With the filter's reason and words, and what was counted."""
    feedback = {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "No."}
    message = read({"promptFeedback": feedback, "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 4}})
    error = message.error
    assert error is not None
    assert (error.kind, error.code, message.usage.input) == ("content_filter", "PROHIBITED_CONTENT", 4)
    assert "blocked the prompt: PROHIBITED_CONTENT (No.)" in error.message


def test_a_prompt_that_was_only_rated_is_not_blocked() -> None:
    """Feedback without a reason is no error."""
    feedback = {"blockReason": "BLOCKED_REASON_UNSPECIFIED", "safetyRatings": []}
    assert read({"promptFeedback": feedback}, STOPPED).error is None


def test_an_answer_without_an_end_was_cut() -> None:
    """The bytes end before a finish reason; an unspecified one is none."""
    assert failure(chunk({"text": "a"}))[0] == "truncated"
    assert failure(chunk({"text": "a"}, finish="FINISH_REASON_UNSPECIFIED"))[0] == "truncated"


def test_text_after_a_first_stop_is_read() -> None:
    """Some servers say STOP with every chunk; the last word counts."""
    said = [chunk({"text": "a"}, finish="STOP"), chunk({"text": "b"}, finish="STOP"), chunk(finish="MAX_TOKENS")]
    message = read(*said)
    assert (message.text, message.stop_reason) == ("ab", "length")


def test_an_answer_that_can_be_continued_says_how() -> None:
    """CONTINUATION is the limit of one request; the token for the next is kept."""
    message = read(chunk({"text": "a"}, finish="CONTINUATION", continuationToken="dG9r"))
    assert (message.stop_reason, message.extra["continuationToken"]) == ("length", "dG9r")


UNAVAILABLE = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}

IN_THE_MIDDLE = {
    "a data line": sse([UNAVAILABLE]),
    "an array of one": sse([[UNAVAILABLE]]),
    "bare JSON on many lines": json.dumps(UNAVAILABLE, indent=2).encode(),
    "bare JSON in an array": json.dumps([UNAVAILABLE], indent=2).encode(),
    "bare JSON on one line": json.dumps(UNAVAILABLE).encode() + b"\n",
}


@pytest.mark.parametrize("error", IN_THE_MIDDLE.values(), ids=IN_THE_MIDDLE)
@pytest.mark.parametrize("before", [[], [chunk({"text": "a"})], [chunk({"text": "a"}, finish="STOP")]])
def test_an_error_inside_the_stream_is_what_the_status_would_be(before: list[Any], error: bytes) -> None:
    """However it comes, also after a stop; what came before it is kept."""
    message = final(decode(sse(before) + error))
    told = message.error
    assert told is not None
    assert (told.kind, told.status, told.retryable, told.code) == ("overloaded", 503, True, "UNAVAILABLE")
    assert message.text == ("a" if before else "")


def test_an_answer_in_one_array() -> None:
    """Without server-sent events the chunks are elements of an array."""
    model = HUB.endpoint("http://127.0.0.1:1", "m", api="google-generative-ai", compat={"framing": "json-array"})
    body = json.dumps([chunk({"text": "a"}), chunk({"text": "b"}), STOPPED], indent=1).encode()
    message = final(decode(body, model))
    assert (message.text, message.stop_reason, message.usage.input) == ("ab", "stop", 9)
    cut = final(decode(body[: len(body) // 2], model))
    assert cut.error is not None


def test_think_tags_are_found_in_gemini_text() -> None:
    """The option works here as with every protocol."""
    message = read(chunk({"text": "<think>Hm"}), chunk({"text": "</think>Yes"}), STOPPED, think_tags=True)
    assert (message.thinking, message.text) == ("Hm", "Yes")


def test_the_model_is_found_by_its_family() -> None:
    """An id that is in no catalogue is sent anyway."""
    assert (HUB.model(MODEL).reasoning, HUB.model("google/gemini-9-new").reasoning) == (True, True)
