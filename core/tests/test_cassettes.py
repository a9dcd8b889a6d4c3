"""Cassettes are read and written as their page says, and files that are none are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from core_sample import BODY, sample_hub

from headwater.testing import (
    Cassette,
    CassetteError,
    ConformanceFailure,
    check_expected,
    read_cassettes,
    write_cassette,
)
from headwater.testing._cassettes import EXTENSIONS

FULL = Cassette(
    "everything",
    b"data: 1\r\n\r\ndata: [DONE]\r\n\r\n",
    model="acme/large",
    api="acme-chat",
    status=200,
    headers={"content-type": "text/event-stream"},
    options={"think_tags": True},
    signal="[DONE]",
    unknown_events=("event: news\n\n",),
    timing=[[0.5, 9], [0.7, 26]],
    request={"method": "POST", "url": "https://acme.example/chat"},
    origin="by hand",
    expected={"text": "é"},
)


@pytest.mark.parametrize("framing", [*EXTENSIONS, "anything"])
def test_a_cassette_is_read_as_it_was_written(tmp_path: Path, framing: str) -> None:
    """With every field, in files that are named after the framing."""
    path = write_cassette(tmp_path, FULL, framing=framing)
    assert (read_cassettes(tmp_path), path.suffix) == ([FULL], EXTENSIONS.get(framing, ".body"))


def test_a_body_alone_is_a_cassette(tmp_path: Path) -> None:
    """As curl saves it; what begins with a dot or with README is none, folders below are looked through."""
    (tmp_path / "deep").mkdir()
    for name in ("hello.sse", ".hidden", "README.md", "deep/tool.call.ndjson"):
        (tmp_path / name).write_bytes(b"data: 1\n\n")
    assert [one.name for one in read_cassettes(tmp_path)] == ["tool.call", "hello"]


def test_a_plain_cassette_is_one_file(tmp_path: Path) -> None:
    """What is as it is by default is not written."""
    write_cassette(tmp_path, Cassette("hello", b"data: 1\n\n"))
    assert [path.name for path in tmp_path.iterdir()] == ["hello.sse"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.sse": "", "a.meta.json": '{"modle": "x"}'}, "did you mean model"),
        ({"a.sse": "", "a.meta.json": '{"x": 1}'}, "that nothing reads; there are "),
        ({"a.sse": "", "a.meta.json": "{"}, "a.meta.json cannot be read as JSON"),
        ({"a.sse": "", "a.expected.json": "[]"}, "holds no JSON object"),
        ({"a.sse": "", "a.expected.json": '{"txt": ""}'}, "did you mean text"),
        ({"a.meta.json": "{}"}, "a.meta.json has no body beside it; save the answer as a.sse"),
        ({"a.sse": "", "a.ndjson": ""}, "two bodies of one name"),
        ({"a.sse": "", "a.meta.json": '{"signal": "[DONE]"}'}, "'[DONE]', which its body does not hold"),
    ],
)
def test_files_that_are_no_cassette_are_named(tmp_path: Path, files: dict[str, str], words: str) -> None:
    """With what to write instead."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(CassetteError) as caught:
        read_cassettes(tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("body", "offset"),
    [(b"data: [DONE]\n\n", 12), (b"data: [DONE]\r\rx", 12), (b"data: [DONE]", 12), (b"data: x [DONE] y\r\n", 16)],
)
def test_the_signal_is_said_at_the_end_of_its_line(body: bytes, offset: int) -> None:
    """Whatever the line ends with."""
    assert Cassette("a", body, signal="[DONE]").terminal_offset == offset


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"text": "other"}, "text is 'Hello wörld"),
        ({"message": {"stopReason": "stop"}}, "message.stopReason is 'toolUse' instead of 'stop'"),
        ({"message": {"usage": {"input": 11.0}}}, "message.usage.input is 11 instead of 11.0"),
        ({"message": {"content": []}}, "message.content has 7 items instead of 0"),
        ({"events": [{"type": "start"}]}, "events has "),
        ({"message": {"nothing": 1}}, "message.nothing is None instead of 1"),
    ],
)
def test_what_differs_from_the_expected_is_said(expected: dict[str, Any], words: str) -> None:
    """With its place, what is there and what should be."""
    case = Cassette("everything", BODY, expected=expected).as_case("sample", "one")
    with pytest.raises(ConformanceFailure) as caught:
        check_expected(case, sample_hub())
    assert words in caught.value.difference


def test_only_what_stands_in_the_expected_is_compared() -> None:
    """An answer may have more fields than were written down."""
    expected = {"message": {"stopReason": "toolUse", "usage": {"input": 11, "output": 7}}}
    case = Cassette("everything", BODY, expected=json.loads(json.dumps(expected))).as_case("sample", "one")
    assert check_expected(case, sample_hub()) is None
