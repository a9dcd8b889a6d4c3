"""Breakpoints of the prompt cache."""

from __future__ import annotations

from typing import Any

import pytest
from messages_wire import HUB, body, dropped, request

from headwater import AssistantMessage, Tool, ToolCall, ToolResultMessage, UserMessage

SHORT, LONG = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}
TOOLS = [Tool("a"), Tool("b")]


def marks(made: Any, path: str = "") -> dict[str, Any]:
    """Where breakpoints stand in a body."""
    found: dict[str, Any] = {}
    parts = made.items() if isinstance(made, dict) else enumerate(made) if isinstance(made, list) else ()
    for name, part in parts:
        if name == "cache_control":
            found[path] = part
        else:
            found |= marks(part, f"{path}.{name}" if path else str(name))
    return found


def conversation(width: int) -> list[Any]:
    """A turn of the user, `width` calls and their results."""
    calls = [ToolCall(f"t{number}", "a") for number in range(width)]
    results = [ToolResultMessage(call.id, "a", "1") for call in calls]
    return [UserMessage("hi"), AssistantMessage(calls, provider="x"), *results]


@pytest.mark.parametrize(("retention", "mark"), [("short", SHORT), ("long", LONG)])
def test_tools_system_and_the_last_turn_are_marked(retention: str, mark: dict[str, str]) -> None:
    """The stable beginning and the whole conversation; long ones for an hour."""
    prompt = [
        UserMessage("hi"),
        AssistantMessage((ToolCall("t", "a"),), provider="x"),
        ToolResultMessage("t", "a", "1"),
    ]
    made = body([*prompt, UserMessage("well?")], cache=retention, tools=TOOLS, system="Be brief.")
    assert marks(made) == {"tools.1": mark, "system.0": mark, "messages.2.content.1": mark}


def test_nothing_is_marked_when_caching_is_off() -> None:
    """Off is off."""
    assert marks(body(cache="off", tools=TOOLS, system="Be brief.")) == {}


def test_a_result_can_be_the_last_block() -> None:
    """In a loop of tools the conversation ends with results."""
    assert marks(body(conversation(2), cache="short")) == {"messages.2.content.1": SHORT}


def test_a_wide_turn_has_a_breakpoint_at_each_end() -> None:
    """Looking back spans twenty blocks; more in one turn would miss what was cached."""
    made = body(conversation(11), cache="short", tools=TOOLS, system="Be brief.")
    assert marks(made) == {
        "tools.1": SHORT,
        "system.0": SHORT,
        "messages.0.content.0": SHORT,
        "messages.2.content.10": SHORT,
    }


def test_a_tool_that_is_loaded_later_is_not_marked() -> None:
    """The mark goes to the last tool that is there from the start."""
    made = body(cache="short", tools=TOOLS, tool_fields={"b": {"defer_loading": True}})
    assert [path for path in marks(made) if path.startswith("tools")] == ["tools.0"]


def test_a_tool_of_the_callers_keeps_its_own_mark() -> None:
    """What the caller wrote stands, and the caller's object is not touched."""
    tool = {"type": "web_search_20260318", "name": "web_search", "cache_control": LONG}
    other = {"type": "web_search_20260318", "name": "web_search"}
    kept, added = body(cache="short", builtin_tools=[tool]), body(cache="short", builtin_tools=[other])
    assert (marks(kept)["tools.0"], marks(added)["tools.0"], other) == (
        LONG,
        SHORT,
        {"type": "web_search_20260318", "name": "web_search"},
    )


def test_an_endpoint_that_caches_for_minutes_only_says_so() -> None:
    """The longer time becomes the shorter, with a note."""
    model = HUB.endpoint("http://127.0.0.1:1", "m", api="anthropic-messages", compat={"cache_control": True})
    wire = request(model=model, cache="long")
    assert (marks(body(model=model, cache="long")), dropped(wire)) == (
        {"messages.0.content.0": SHORT},
        [("changed", "options.cache")],
    )
