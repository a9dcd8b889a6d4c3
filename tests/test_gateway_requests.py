"""Requests to providers that pass them on: content of every kind, every thinking level, the vendor's own types."""

from __future__ import annotations

from typing import Any

import pytest
from gateways import DATA, GATEWAYS, HUB, Gateway, conversation, thinking_of

from headwater import LEVELS, Level, loads

EACH = [pytest.param(gateway, id=gateway.name) for gateway in GATEWAYS]


def send(gateway: Gateway, prompt: Any, **asked: Any) -> tuple[dict[str, Any], list[str]]:
    """The body of a request, and where it does not hold what was given."""
    wire = HUB.request(gateway.find(), prompt, **asked)
    return loads(wire.body), [note.path for note in wire.notes if note.action in ("dropped", "changed")]


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("gateway", EACH)
def test_every_kind_of_content_has_its_documented_shape(gateway: Gateway, kind: str) -> None:
    """It is in the body, or a note says why not; and the vendor's types know every field of the body."""
    body, changed = send(gateway, conversation(kind, gateway.find()), session_id="s1")
    is_there = DATA[kind] in str(body)
    assert (gateway.judge(body), is_there, bool(changed)) == ("", kind in gateway.takes, kind not in gateway.takes)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("gateway", EACH)
def test_every_thinking_level_has_its_documented_shape(gateway: Gateway, level: Level) -> None:
    """What the body says of it, and that the vendor's types know it."""
    body, _ = send(gateway, "Think", thinking=level)
    assert (thinking_of(body), gateway.judge(body)) == (gateway.levels[level], "")


@pytest.mark.parametrize("gateway", EACH)
def test_common_options_have_their_documented_shape(gateway: Gateway) -> None:
    """Whatever is not known there is left out with a note."""
    prompt = conversation("call", gateway.find())
    common: dict[str, Any] = {
        "max_tokens": 2000,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["END"],
        "seed": 7,
        "tool_choice": "auto",
        "parallel_tool_calls": False,
        "service_tier": "flex",
        "metadata": {"user_id": "u1"},
        "cache": "long",
    }
    body, _ = send(gateway, prompt, **common)
    assert gateway.judge(body) == ""


@pytest.mark.parametrize("gateway", EACH)
def test_the_judge_refuses_illegal_bodies(gateway: Gateway) -> None:
    """At least five of each: the comparisons above can fail."""
    body, _ = send(gateway, "Hi")
    accepted = [fields for fields in gateway.illegal if gateway.judge({**body, **fields}) == ""]
    assert (len(gateway.illegal) >= 5, accepted) == (True, [])
