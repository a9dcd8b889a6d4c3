"""The provider's own blocks in an answer: kept for replay, and shown as sources and executed code."""

from __future__ import annotations

from typing import Any

from messages_wire import HUB, MODEL, START, STOP, closed, delta, ended, final, opened, play, read

from headwater import (
    Assembly,
    CodeExecuted,
    CodeExecution,
    ProviderBlock,
    RawEvent,
    Source,
    SourceFound,
    Status,
    Text,
    dumps,
)
from headwater_anthropic.messages import MessagesParser


def own(index: int, **block: Any) -> list[dict[str, Any]]:
    """A block of the provider's that comes whole."""
    return [opened(index, **block), closed(index)]


def call(index: int, name: str, *pieces: str, kind: str = "server_tool_use") -> list[dict[str, Any]]:
    """A call of the provider's own, its input in pieces."""
    start = opened(index, type=kind, id=f"srvtoolu_{index}", name=name, input={})
    return [start, *(delta(index, "input_json_delta", partial_json=piece) for piece in pieces), closed(index)]


def executions(*events: dict[str, Any]) -> list[tuple[int, CodeExecution]]:
    """What an answer shows of executed code."""
    made = play(START, *events, ended("end_turn"), STOP)
    return [(event.content_index, event.execution) for event in made if isinstance(event, CodeExecuted)]


def sources(*events: dict[str, Any]) -> list[Source]:
    """What an answer rests on."""
    made = play(START, *events, ended("end_turn"), STOP)
    return [event.source for event in made if isinstance(event, SourceFound)]


def test_a_call_of_the_providers_own_is_kept_with_its_input() -> None:
    """It opens, its input streams, and the block as a whole is what a replay needs."""
    events = play(START, *call(0, "web_search", '{"query": ', '"rain"}'), ended("pause_turn"), STOP)
    raw = {"type": "server_tool_use", "id": "srvtoolu_0", "name": "web_search", "input": {"query": "rain"}}
    assert (
        [event.type for event in events[1:5]],
        list(final(events).content),
    ) == (
        ["block_start", "block_delta", "block_delta", "block_end"],
        [ProviderBlock("server_tool_use", raw, "srvtoolu_0")],
    )


def test_results_of_a_search_are_sources() -> None:
    """Each page once, by its URL and title."""
    results = [
        {"type": "web_search_result", "url": "https://a", "title": "A", "encrypted_content": "x", "page_age": "1 day"},
        {"type": "web_search_result", "url": "https://b", "title": None, "encrypted_content": "y"},
        {"type": "web_search_result", "url": "https://a", "title": "A", "encrypted_content": "z"},
    ]
    found = sources(*own(0, type="web_search_tool_result", tool_use_id="s", content=results))
    assert found == [Source("https://a", "A", extra={"page_age": "1 day"}), Source("https://b")]


def test_a_page_that_was_fetched_is_a_source() -> None:
    """By its URL, with the document's title."""
    content = {"type": "web_fetch_result", "url": "https://a", "content": {"type": "document", "title": "A"}}
    assert sources(*own(0, type="web_fetch_tool_result", tool_use_id="s", content=content)) == [
        Source("https://a", "A")
    ]


def test_a_tool_of_the_providers_that_failed_is_a_status() -> None:
    """The code is told; the answer goes on."""
    content = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    events = play(
        START,
        *own(0, type="web_search_tool_result", tool_use_id="s", content=content),
        ended("end_turn"),
        STOP,
    )
    told = [(event.status, dict(event.data)) for event in events if isinstance(event, Status)]
    assert told == [("server_tool_failed", {"tool": "web_search", "code": "max_uses_exceeded"})]


def test_executed_code_is_shown_with_its_result() -> None:
    """Once with the code, again at the same place with what came of it."""
    result = {"type": "code_execution_result", "stdout": "4\n", "stderr": "", "return_code": 0, "content": []}
    made = executions(
        *call(0, "code_execution", '{"code": "2', '+2"}'),
        *own(1, type="code_execution_tool_result", tool_use_id="srvtoolu_0", content=result),
    )
    assert made == [
        (1, CodeExecution("2+2", "python", id="srvtoolu_0")),
        (1, CodeExecution("2+2", "python", "4\n", success=True, id="srvtoolu_0")),
    ]


def test_code_that_failed_says_so() -> None:
    """A return code and what the code complained of; files it made are named."""
    result = {
        "type": "bash_code_execution_result",
        "stdout": "",
        "stderr": "no such file",
        "return_code": 2,
        "content": [{"type": "bash_code_execution_output", "file_id": "file_1"}],
    }
    made = executions(
        *call(0, "bash_code_execution", '{"command": "cat x"}'),
        *own(1, type="bash_code_execution_tool_result", tool_use_id="srvtoolu_0", content=result),
    )
    wanted = CodeExecution("cat x", "bash", "", False, "no such file", "srvtoolu_0", {"files": ["file_1"]})
    assert made[-1] == (1, wanted)


def test_code_that_could_not_run_says_why() -> None:
    """An error in place of a result."""
    error = {"type": "code_execution_tool_result_error", "error_code": "unavailable"}
    made = executions(
        *call(0, "code_execution", '{"code": "1"}'),
        *own(1, type="code_execution_tool_result", tool_use_id="srvtoolu_0", content=error),
    )
    assert (made[-1][1].success, made[-1][1].error) == (False, "unavailable")


def test_code_that_comes_whole_is_shown_as_well() -> None:
    """The input may stand in the block's start."""
    made = executions(*own(0, type="server_tool_use", id="s", name="code_execution", input={"code": "1"}))
    assert made == [(1, CodeExecution("1", "python", id="s"))]


def test_input_of_the_providers_own_that_was_cut_is_kept_as_it_came() -> None:
    """No code is shown of it, and the text is there to look at."""
    message = read(START, *call(0, "code_execution", '{"code": "2+'), ended("max_tokens"), STOP)
    (block,) = message.content
    assert isinstance(block, ProviderBlock)
    assert (block.raw["raw_input"], message.stop_reason) == ('{"code": "2+', "length")


def test_a_citation_is_a_source_and_stays_with_its_text() -> None:
    """Every kind of place; the text block keeps the citations as they came."""
    page = {
        "type": "web_search_result_location",
        "url": "https://a",
        "title": "A",
        "cited_text": "x",
        "encrypted_index": "e",
    }
    letters = {
        "type": "char_location",
        "document_index": 1,
        "document_title": "Doc",
        "cited_text": "y",
        "start_char_index": 0,
        "end_char_index": 1,
    }
    result = {
        "type": "search_result_location",
        "search_result_index": 0,
        "source": "shelf 3",
        "title": None,
        "cited_text": "z",
        "start_block_index": 0,
        "end_block_index": 1,
    }
    cited = [page, letters, result]
    events = play(
        START,
        opened(0, type="text", text="", citations=[]),
        *(delta(0, "citations_delta", citation=one) for one in cited),
        delta(0, "text_delta", text="So it is."),
        closed(0),
        ended("end_turn"),
        STOP,
    )
    found = [event.source for event in events if isinstance(event, SourceFound)]
    assert (final(events).content[0], found) == (
        Text("So it is.", extra={"citations": cited}),
        [
            Source("https://a", "A", "x", "web", {"citation": "web_search_result_location"}),
            Source(
                "document:1",
                "Doc",
                "y",
                "document",
                {"citation": "char_location", "document_index": 1, "start_char_index": 0, "end_char_index": 1},
            ),
            Source(
                "shelf 3",
                None,
                "z",
                "search_result",
                {
                    "citation": "search_result_location",
                    "search_result_index": 0,
                    "start_block_index": 0,
                    "end_block_index": 1,
                },
            ),
        ],
    )


def test_a_compaction_is_kept_with_its_content() -> None:
    """Its delta fills what the start left open."""
    message = read(
        START,
        opened(0, type="compaction", content=None, encrypted_content=None),
        delta(0, "compaction_delta", content="Before: rain.", encrypted_content="enc"),
        closed(0),
        ended("compaction"),
        STOP,
    )
    raw = {"type": "compaction", "content": "Before: rain.", "encrypted_content": "enc"}
    assert list(message.content) == [ProviderBlock("compaction", raw)]


def test_a_fallback_names_the_model_that_answers() -> None:
    """The block is kept, and the answer is the other model's."""
    raw = {"type": "fallback", "from": {"model": "claude-fable-5"}, "to": {"model": "claude-opus-4-8"}}
    start = {**START, "message": {**START["message"], "model": "claude-fable-5"}}
    message = read(start, *own(0, **raw), ended("end_turn"), STOP)
    assert (message.response_model, list(message.content)) == ("claude-opus-4-8", [ProviderBlock("fallback", raw)])


def test_a_call_to_a_remote_server_and_its_result_are_kept() -> None:
    """Both are the provider's own; nothing is to be run here."""
    message = read(
        START,
        *call(0, "echo", '{"m": 1}', kind="mcp_tool_use"),
        *own(
            1, type="mcp_tool_result", tool_use_id="srvtoolu_0", is_error=False, content=[{"type": "text", "text": "1"}]
        ),
        ended("end_turn"),
        STOP,
    )
    kept = [(block.name, block.id) for block in message.content if isinstance(block, ProviderBlock)]
    assert (kept, message.tool_calls) == ([("mcp_tool_use", "srvtoolu_0"), ("mcp_tool_result", "srvtoolu_0")], [])


def test_nonsense_in_the_providers_own_blocks_breaks_nothing() -> None:
    """Content of other types than documented shows nothing and is kept."""
    odd: list[Any] = [None, "text", 7, [1, None, {"url": 5}], {"content": "no list", "return_code": "0", "stdout": 1}]
    for content in odd:
        for kind in ("web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result"):
            message = read(START, *own(0, type=kind, tool_use_id=3, content=content), ended("end_turn"), STOP)
            (first, *_) = message.content
            assert isinstance(first, ProviderBlock)
            assert (first.raw["content"], message.error) == (content, None)


def test_citations_of_a_block_that_was_cut_are_kept() -> None:
    """They came before the end; so did the sources they show."""
    events = play(
        START,
        opened(0, type="text", text=""),
        delta(0, "text_delta", text="Rain."),
        delta(0, "citations_delta", citation={"type": "web_search_result_location", "url": "https://a"}),
    )
    block = final(events).content[0]
    assert isinstance(block, Text)
    assert block.extra["citations"] == [{"type": "web_search_result_location", "url": "https://a"}]


def test_the_citations_of_a_block_are_kept_once() -> None:
    """When it is over; a copy for each of them would cost as much as all of them squared."""
    kept: list[Any] = []

    class Pen(Assembly):
        def extra(self, name: str, value: Any, key: Any = None) -> None:
            kept.append(name)

    parser = MessagesParser(Pen(HUB.model(MODEL)))
    cited = [
        delta(0, "citations_delta", citation={"type": "web_search_result_location", "url": f"u{n}"}) for n in range(9)
    ]
    for event in (START, opened(0, type="text", text=""), *cited, closed(0)):
        parser(RawEvent(dumps(event)))
    assert kept.count("citations") == 1
