"""Options that every installed api obeys: inline think tags, and answers that are asked for whole.

An api without an example in `option_wires` fails here: it has to be given one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from option_wires import ARGUMENTS, WIRES, Wire

from headwater import AssistantMessage, Done, Error, Event, Hub, Model, TextDelta, Tool, check_grammar
from headwater.hookspecs import APIS

APIS_HERE = Hub(environ={}).registry.names(APIS)

GAPS: Mapping[str, str] = {}
"""Apis that do not obey `simulate_streaming` yet, and why; each of them has to fail."""

THOUGHT, SAID = "Hm, 2\u202f+\u202f2.", "It is 4: \N{BLACK SQUARE} < 5.\n"
TAGGED = f"<think>{THOUGHT}</think>{SAID}"

LONG = "The quick brown fox jumps over the lazy dog. " * 6
PIECE = 50

ADD = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}})
WHOLE: Mapping[str, Any] = {"simulate_streaming": True, "headers": {"content-type": "application/json"}}


def known(api: str) -> tuple[Wire, Hub, Model]:
    """The example of an api, and a model of it."""
    assert api in WIRES, f"tests/option_wires.py has no line for {api}: write down a small answer of that protocol"
    hub = Hub(environ={})
    return WIRES[api], hub, WIRES[api].find_model(hub, api)


def only_streams(api: str) -> bool:
    """Whether there are no whole answers over that api."""
    return api in WIRES and WIRES[api].only_streams


def with_whole_answers() -> list[Any]:
    """One parameter for each api that has whole answers; a gap that is known must really be one."""
    gap = {api: [pytest.mark.xfail(reason=reason, strict=True)] for api, reason in GAPS.items()}
    return [pytest.param(api, marks=gap.get(api, [])) for api in APIS_HERE if not only_streams(api)]


def decoded(hub: Hub, model: Model, body: bytes | Iterable[bytes], **asked: Any) -> list[Event]:
    """The events of a body, which keep the grammar."""
    events = list(hub.decode(model, body, **asked))
    check_grammar(events)
    return events


def ending(events: list[Event]) -> AssistantMessage:
    """The message at the end of a stream."""
    last = events[-1]
    assert isinstance(last, Done | Error)
    return last.message


def words(events: list[Event]) -> tuple[list[str], str, str, str]:
    """The kinds of blocks in their order, the thinking, the text, and how it ended."""
    message = ending(events)
    return [block.type for block in message.content], message.thinking, message.text, message.stop_reason


# -- think tags


@pytest.mark.parametrize("api", APIS_HERE)
def test_think_tags_become_thinking_wherever_the_text_is_cut(api: str) -> None:
    """In two pieces with every cut there is, character by character, and whole but with every byte by itself."""
    wire, hub, model = known(api)
    cuts: dict[str, list[str]] = {str(place): [TAGGED[:place], TAGGED[place:]] for place in range(1, len(TAGGED))}
    bodies: dict[str, Any] = {name: wire.stream(pieces) for name, pieces in cuts.items()}
    bodies["characters"] = wire.stream(list(TAGGED))
    bodies["bytes"] = [bytes([byte]) for byte in wire.stream([TAGGED])]
    got = {name: words(decoded(hub, model, body, think_tags=True)) for name, body in bodies.items()}
    wanted = (["thinking", "text"], THOUGHT, SAID, "stop")
    assert {name: found for name, found in got.items() if found != wanted} == {}


@pytest.mark.parametrize("api", APIS_HERE)
def test_think_tags_stay_in_the_text_unless_asked_for(api: str) -> None:
    """A text may be about them."""
    wire, hub, model = known(api)
    assert words(decoded(hub, model, wire.stream([TAGGED[:4], TAGGED[4:]]))) == (["text"], "", TAGGED, "stop")


@pytest.mark.parametrize("api", APIS_HERE)
def test_half_a_tag_at_the_end_is_text(api: str) -> None:
    """What was held back is handed out when the answer ends."""
    wire, hub, model = known(api)
    got = words(decoded(hub, model, wire.stream([SAID, "<thi"]), think_tags=True))
    assert got == (["text"], "", f"{SAID}<thi", "stop")


# -- whole answers


@pytest.mark.parametrize("api", with_whole_answers())
def test_simulated_streaming_asks_for_a_whole_answer(api: str) -> None:
    """And for a streamed one otherwise."""
    wire, hub, model = known(api)
    tools = [ADD] if wire.calls else []
    requests = [hub.request(model, "Hi", tools=tools, simulate_streaming=simulated) for simulated in (True, False)]
    assert [wire.asks_whole(request) for request in requests] == [True, False]


@pytest.mark.parametrize("api", [api for api in APIS_HERE if only_streams(api)])
def test_what_has_no_whole_answers_is_asked_to_stream_and_says_so(api: str) -> None:
    """A note tells that the option is not obeyed."""
    wire, hub, model = known(api)
    request = hub.request(model, "Hi", simulate_streaming=True)
    noted = [note.action for note in request.notes if note.path == "options.simulate_streaming"]
    assert (wire.asks_whole(request), noted) == (False, ["dropped"])


@pytest.mark.parametrize("cut", [None, 7], ids=["at once", "in sevens"])
@pytest.mark.parametrize("api", with_whole_answers())
def test_a_whole_answer_is_handed_out_in_pieces(api: str, cut: int | None) -> None:
    """Its text, its call, its usage and a good end."""
    wire, hub, model = known(api)
    body = wire.whole(LONG)
    chunks = [body] if cut is None else [body[at : at + cut] for at in range(0, len(body), cut)]
    events = decoded(hub, model, chunks, **WHOLE)
    message, deltas = ending(events), [event.delta for event in events if isinstance(event, TextDelta)]
    assert ("".join(deltas), [len(delta) for delta in deltas[:-1]]) == (LONG, [PIECE] * (len(LONG) // PIECE))
    calls = [(call.name, call.arguments) for call in message.tool_calls]
    assert (calls, message.stop_reason) == (([("add", ARGUMENTS)], "toolUse") if wire.calls else ([], "stop"))
    assert (message.text, message.usage.input, message.usage.output) == (LONG, 10, 5)


@pytest.mark.parametrize("api", with_whole_answers())
def test_think_tags_are_found_in_a_whole_answer(api: str) -> None:
    """Both options together, tags at the seams of pieces too."""
    wire, hub, model = known(api)
    thought = "a" * (PIECE - len("<think>") - 3)
    events = decoded(hub, model, wire.whole(f"<think>{thought}</think>{LONG}"), think_tags=True, **WHOLE)
    kinds, ended = (["toolCall"], "toolUse") if wire.calls else ([], "stop")
    assert words(events) == (["thinking", "text", *kinds], thought, LONG, ended)


@pytest.mark.parametrize("api", with_whole_answers())
def test_half_of_a_whole_answer_is_no_answer(api: str) -> None:
    """A body that was cut ends in an error, with no call to run."""
    wire, hub, model = known(api)
    body = wire.whole(LONG)
    message = ending(decoded(hub, model, body[: len(body) // 2], **WHOLE))
    assert message.error is not None
    assert (message.error.kind, message.tool_calls) == ("truncated", [])


def test_gaps_are_of_apis_that_are_here() -> None:
    """A gap that nobody has is taken out of the table."""
    assert set(GAPS) - set(WIRES) == set()
