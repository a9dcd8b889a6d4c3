"""The small parts: how usage and cost read, what a terminal may be sent, how pairs and prompts are read."""

from __future__ import annotations

import io
import os
import sys
from threading import Event

import pytest

from headwater import AssistantMessage, Cost, RequestError, ToolCall, Usage
from headwater_cli import _prompt
from headwater_cli._output import clean, one_line
from headwater_cli._pairs import read_headers, read_options
from headwater_cli._prompt import read_prompt
from headwater_cli._screen import tool_call_line
from headwater_cli._summary import summary


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(), "p/m | usage not reported | stop"),
        (Usage(provenance="partial"), "p/m | usage not reported | stop"),
        (Usage(1234, 5, provenance="reported"), "p/m | 1,234 in, 5 out tokens | cost unknown | stop"),
        (
            Usage(1, 5, 7, 8, reasoning=3, cost=Cost(total=0.00012), provenance="reported"),
            "p/m | 1 in, 7 from cache, 8 to cache, 5 out (3 thinking) tokens | $0.00012 | stop",
        ),
        (
            Usage(1, 5, cost=Cost(), provenance="partial"),
            "p/m | 1 in, 5 out (partial) tokens | $0 | stop",
        ),
    ],
)
def test_usage_and_cost_in_words(usage: Usage, expected: str) -> None:
    """Only what was counted is told; an unknown cost is not made up."""
    assert summary(AssistantMessage((), provider="p", model="m", usage=usage)) == expected


def test_a_terminal_is_sent_nothing_it_obeys() -> None:
    """Escapes, bells, returns and C1 controls become signs; newlines, tabs and all scripts stay."""
    assert clean("a\x1b[2J\x07\r\x9b\x7f\n\tñ日🚀") == "a\u241b[2J\u2407\ufffd\u2421\n\tñ日🚀"


def test_a_message_of_several_lines_becomes_one() -> None:
    """White space in a row is one blank."""
    assert one_line("two\n  lines\t\x1b") == "two lines \u241b"


def test_long_arguments_are_cut() -> None:
    """A call is shown on one line that tells how long it is."""
    shown = tool_call_line(ToolCall("1", "write", {"text": "x" * 5000}))
    assert (len(shown) < 2100, shown.endswith("... (5011 characters)")) == (True, True)


def test_a_call_that_was_cut_is_shown_as_it_came() -> None:
    """Its raw text, not the guess that was made of it."""
    call = ToolCall("1", "write", {"text": "guess"}, incomplete=True, raw_arguments='{"text": "gue')
    assert tool_call_line(call) == '-> write {"text": "gue'


def test_values_of_options_are_json_where_they_can_be() -> None:
    """Numbers, lists and objects; anything else is a string. Dashes in names are underscores."""
    given = ["seed=7", 'stop=["a"]', "service-tier=flex", "verbosity=", "url=a=b"]
    assert read_options(given) == {
        "seed": 7,
        "stop": ["a"],
        "service_tier": "flex",
        "verbosity": "",
        "url": "a=b",
    }


def test_the_value_of_an_option_that_is_refused_is_not_repeated() -> None:
    """It may be a key."""
    with pytest.raises(RequestError) as caught:
        read_options(["key=sk-secret"])
    assert "sk-secret" not in str(caught.value)


def test_header_lines_are_read_by_lower_case_name() -> None:
    """White space around name and value goes."""
    assert read_headers(["Content-Type : text/plain", "X-A: b: c"]) == {"content-type": "text/plain", "x-a": "b: c"}


def test_a_byte_order_mark_is_no_part_of_piped_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """As some programs on Windows write one."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfcaf\xc3\xa9\r\n")))
    assert read_prompt(None) == "café"


def test_waiting_for_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that nobody writes to looks like a hang, so what is awaited is named."""
    reading, writing = os.pipe()
    told = Event()
    said: list[str] = []

    def remark(text: str) -> None:
        said.append(text)
        told.set()
        os.write(writing, b"late")
        os.close(writing)

    monkeypatch.setattr(_prompt, "remark", remark)
    with open(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert read_prompt("Early", patience=0) == "Early\n\nlate"
    assert told.is_set()
    assert "standard input" in said[0]
